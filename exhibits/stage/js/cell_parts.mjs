/** What the plans of the three cells are put together from. */

/** Where each vector's middle stands, from shares of the width. @param {Record<string, number|null>} shares */
export const placed = (shares, room) =>
  Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, share && share * room]));

/** Makers of columns of unit squares and of valves. @param {Record<string, number>} at */
export function makers({ square, valve }, at) {
  const column = (id, tier, more) => {
    const middle = at[more.of ?? id];
    return { id, type: "state", x: middle - square / 2, y: tier.top, w: square, h: tier.bottom - tier.top,
      ...more };
  };
  const gate = (id, tier, more) => ({
    ...column(id, tier, more), type: "valve", scale: "gate", x: at[more.of ?? id] - valve / 2, w: valve,
      back: [0, 0],
  });
  return { column, gate };
}

/**
 * One stream. @param {[string, string, string]} what flows forward, what flows back, on which scale
 * @param {[number, number, number]} where tier, and from which x to which
 * @param {[[number, number], [number, number]]} when forward and back @returns {import("./cell_plan.mjs").Stream}
 */
export const along = ([value, back, scale], [tier, from, to], [on, backOn], more = {}) =>
  ({ value, back, scale, tier, from, to, on, backOn, ...more });
