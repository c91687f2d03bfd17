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

/**
 * Which rows of a map are labelled: the first and the last, and between them as many as have `gap` of room.
 * @param {number} count of rows @param {number} height of them all @returns {number[]} ascending
 */
export function labelledRows(count, height, gap) {
  const most = Math.max(2, Math.floor(height / gap));
  const every = Math.max(1, Math.ceil((count - 1) / (most - 1)));
  const found = [];
  for (let row = 0; row + every <= count - 1; row += every) found.push(row);
  return count ? [...found, count - 1] : [];
}
