/** Labels on one side of a plot that must not stand over each other. */

/**
 * Heights near the wanted ones, each at least `gap` from the next and all between `low` and `high`
 * where there is room for them.
 * @param {number[]} wanted @returns {number[]}
 */
export function apart(wanted, gap, low, high) {
  const order = wanted.map((_, k) => k).sort((a, b) => wanted[a] - wanted[b]);
  const found = wanted.slice();
  let free = low;
  for (const k of order) {
    found[k] = Math.max(wanted[k], free);
    free = found[k] + gap;
  }
  let ceiling = high;
  for (const k of order.reverse()) {
    found[k] = Math.min(found[k], ceiling);
    ceiling = found[k] - gap;
  }
  return found;
}
