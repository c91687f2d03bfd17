/**
 * Where the label of a point in a plot stands: beside the point's own height or above or below it,
 * where it covers least.
 *
 * @typedef {{left: number, right: number, top: number, bottom: number, weight: number}} Taken what should
 *   not be covered, and how much that matters
 * @typedef {{x: number, y: number, width: number}} Point where it is, and how wide its label is
 * @typedef {{x: number, y: number, w: number, h: number}} Box
 */

const GAP = 9; // from the point to the label
const HEIGHT = 18;
const EVERY = 6; // pixels between two heights that are tried
const COVERED = 20; // pixels that a label goes out of the way for one covered pixel of weight 1

/**
 * Labels one after another: none over another, nor over another's point or leader.
 * @param {Point[]} points @param {Box} box that holds them @param {Taken[]} taken
 * @returns {{left: number, middle: number}[]} the left end and the middle of each
 */
export function placed(points, box, taken) {
  const all = [...taken, ...points.map(({ x, y }) => ({ left: x - 7, right: x + 7, top: y - 7, bottom: y + 7, weight: 4 }))];
  return points.map((point) => {
    const found = best(point, box, all);
    const { left, middle } = found;
    all.push({ ...frame(left, middle, point.width), weight: 100 });
    all.push({ left: point.x - 1, right: point.x + 1, top: Math.min(point.y, middle), bottom: Math.max(point.y, middle), weight: 100 });
    return found;
  });
}

const frame = (left, middle, width) => ({ left, right: left + width, top: middle - HEIGHT / 2, bottom: middle + HEIGHT / 2 });

function best(point, box, taken) {
  let found = { left: point.x, middle: point.y };
  let least = Infinity;
  for (const left of sides(point, box)) {
    for (let middle = box.y + HEIGHT / 2; middle <= box.y + box.h - HEIGHT / 2; middle += EVERY) {
      const spot = frame(left, middle, point.width);
      const cost = Math.abs(middle - point.y) + COVERED * taken.reduce((sum, one) => sum + covered(spot, one), 0);
      if (cost < least) [found, least] = [{ left, middle }, cost];
    }
  }
  return found;
}

/** At its right and at its left, where there is room; where there is none at either, as near as can be. */
function sides({ x, width }, box) {
  const [low, high] = [box.x, box.x + box.w - width];
  const both = [x + GAP, x - GAP - width];
  const fit = both.filter((left) => left >= low && left <= high);
  return fit.length ? fit : both.map((left) => Math.max(low, Math.min(high, left)));
}

function covered(spot, { left, right, top, bottom, weight }) {
  const wide = Math.min(spot.right, right) - Math.max(spot.left, left);
  const high = Math.min(spot.bottom, bottom) - Math.max(spot.top, top);
  return wide > 0 && high > 0 ? wide * high * weight : 0;
}
