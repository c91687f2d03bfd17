/**
 * A path of states in a plane, without a picture: projection, equal scales, labels that do not
 * collide, the place between two steps.
 *
 * @typedef {[number, number]} Point
 * @typedef {(values: ArrayLike<number>, row: number) => Point} Project  of one row of states
 * @typedef {{left: number, top: number, right: number, bottom: number}} Box
 */

/** The plane of two units. @param {number} hidden @param {number} first @param {number} second @returns {Project} */
export const ofUnits = (hidden, first, second) => (values, row) =>
  [values[row * hidden + first], values[row * hidden + second]];

/**
 * The plane of two directions about a mean. @param {ArrayLike<number>} directions (2, H)
 * @param {ArrayLike<number>} mean (H) @returns {Project}
 */
export function ofDirections(hidden, directions, mean) {
  return (values, row) => {
    const along = (direction) => {
      let sum = 0;
      for (let unit = 0; unit < hidden; unit++) {
        sum += (values[row * hidden + unit] - mean[unit]) * directions[direction * hidden + unit];
      }
      return sum;
    };
    return [along(0), along(1)];
  };
}

/**
 * The directions, each turned about where it points away from the one before: a principal component
 * has no sign of its own, and a path that changes by itself must not be mirrored for that.
 * @param {ArrayLike<number>} directions (2, H) @param {ArrayLike<number>} before (2, H) @returns {Float64Array}
 */
export function facing(hidden, directions, before) {
  const turned = Float64Array.from(directions);
  for (const start of [0, hidden]) {
    let along = 0;
    for (let k = start; k < start + hidden; k++) along += directions[k] * before[k];
    if (along < 0) for (let k = start; k < start + hidden; k++) turned[k] = -directions[k];
  }
  return turned;
}

/** @param {ArrayLike<number>} values rows of states @param {Project} project @returns {Point[]} */
export const projected = (values, rows, project) =>
  Array.from({ length: rows }, (_, row) => project(values, row));

/**
 * How much of the states' movement lies along each axis of a plane.
 * @param {ArrayLike<number>} states rows of `hidden` units @param {Point[]} points where they are in the plane
 * @returns {[number, number]} shares of the variance; 0 where nothing moves
 */
export function sharesOf(states, hidden, points) {
  const spread = (values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  };
  let total = 0;
  for (let unit = 0; unit < hidden; unit++) total += spread(points.map((_, row) => states[row * hidden + unit]));
  return [0, 1].map((axis) => (total > 0 ? spread(points.map((point) => point[axis])) / total : 0));
}

/** The point at a fractional step, on the straight line between its two neighbours. @param {Point[]} points @returns {Point} */
export function pointAt(points, place) {
  const last = points.length - 1;
  const below = Math.min(last, Math.max(0, Math.floor(place)));
  const above = Math.min(last, below + 1);
  const share = Math.min(1, Math.max(0, place - below));
  return [0, 1].map((k) => points[below][k] + (points[above][k] - points[below][k]) * share);
}

/**
 * One scale for both axes, so that distances and angles are true: the points fill the box with
 * room about them, and what is left over is shared between the two sides.
 * @param {Point[]} points @param {Box} box in pixels
 */
export function equalScales(points, box, room = 0.12) {
  const reach = [0, 1].map((k) => {
    const along = points.map((point) => point[k]);
    return [Math.min(...along), Math.max(...along)];
  });
  const [wide, high] = [box.right - box.left, box.bottom - box.top];
  const spans = reach.map(([low, top]) => top - low);
  const widest = Math.max(...spans) || 1;
  const [x, y] = spans.map((span) => span + 2 * room * widest);
  const scale = Math.min(wide / x, high / y);
  const [middleX, middleY] = reach.map(([low, top]) => (low + top) / 2);
  return {
    scale,
    /** @param {Point} point @returns {Point} in pixels */
    place: ([a, b]) => [(box.left + box.right) / 2 + (a - middleX) * scale,
      (box.top + box.bottom) / 2 - (b - middleY) * scale],
    x: [middleX - wide / scale / 2, middleX + wide / scale / 2],
    y: [middleY - high / scale / 2, middleY + high / scale / 2],
  };
}

/** Round values from `low` to `high`, about `count` of them. */
export function roundTicks([low, high], count) {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((s) => s * power >= rough) ?? 10);
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) {
    ticks.push(Number((k * step).toPrecision(12)) + 0);
  }
  return ticks;
}

/** Where a point outside the box is shown: at its edge. @param {Point} point @param {Box} box */
export function heldWithin([x, y], box, margin) {
  const at = [Math.min(box.right - margin, Math.max(box.left + margin, x)),
    Math.min(box.bottom - margin, Math.max(box.top + margin, y))];
  const outside = x < box.left || x > box.right || y < box.top || y > box.bottom;
  return outside ? { at, outside, angle: Math.atan2(y - at[1], x - at[0]) } : { at: [x, y], outside, angle: 0 };
}

/** Segments long enough for an arrow head, and far enough from the heads before. @param {Point[]} pixels */
export function headedSegments(pixels, least = 30, apart = 38) {
  const taken = [];
  const headed = [];
  for (let k = 0; k + 1 < pixels.length; k++) {
    const [[ax, ay], [bx, by]] = [pixels[k], pixels[k + 1]];
    const middle = [(ax + bx) / 2, (ay + by) / 2];
    if (Math.hypot(bx - ax, by - ay) < least) continue;
    if (taken.some(([x, y]) => Math.hypot(x - middle[0], y - middle[1]) < apart)) continue;
    taken.push(middle);
    headed.push(k);
  }
  return headed;
}

const AROUND = Array.from({ length: 8 }, (_, k) => [Math.cos((k * Math.PI) / 4), Math.sin((k * Math.PI) / 4)]);

const overlap = (a, b) => a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
const boxAbout = ([x, y], wide, high) =>
  ({ left: x - wide / 2, right: x + wide / 2, top: y - high / 2, bottom: y + high / 2 });

/** Whether the straight line from a to b crosses a box (Liang and Barsky 1984). */
export function crosses([ax, ay], [bx, by], box) {
  let [enter, leave] = [0, 1];
  for (const [from, way, low, high] of [[ax, bx - ax, box.left, box.right], [ay, by - ay, box.top, box.bottom]]) {
    if (way === 0 && (from < low || from > high)) return false;
    if (way === 0) continue;
    const [one, other] = [(low - from) / way, (high - from) / way].sort((p, q) => p - q);
    enter = Math.max(enter, one);
    leave = Math.min(leave, other);
  }
  return enter <= leave;
}

/**
 * Which steps have room for their label, and where it stands: clear of every other label and
 * point, and of all but one line of the path. The first of `order` are served first.
 * @param {Point[]} pixels of the path @param {number[]} order steps @param {(step: number) => number} widthOf
 * @param {Box} within @returns {Map<number, Point>} the middles of the labels
 */
export function placeLabels(pixels, order, widthOf, within, high = 16, away = 14) {
  const placed = new Map();
  const taken = [];
  for (const step of order) {
    const [x, y] = pixels[step];
    const wide = widthOf(step);
    let best = null;
    for (const [dx, dy] of AROUND) {
      const middle = [x + dx * (away - 7 + wide / 2), y + dy * away];
      const box = boxAbout(middle, wide, high);
      if (box.left < within.left || box.right > within.right || box.top < within.top || box.bottom > within.bottom) continue;
      if (taken.some((other) => overlap(box, other))) continue;
      if (pixels.some(([px, py], k) => k !== step && overlap(box, boxAbout([px, py], 7, 7)))) continue;
      let lines = 0;
      for (let k = 0; k + 1 < pixels.length; k++) if (crosses(pixels[k], pixels[k + 1], box)) lines += 1;
      if (lines <= 1 && (!best || lines < best.lines)) best = { middle, box, lines };
    }
    if (!best) continue;
    placed.set(step, best.middle);
    taken.push(best.box);
  }
  return placed;
}

/** The step whose point is nearest to a place, or null beyond `reach` pixels. @param {Point[]} pixels */
export function nearestStep(pixels, [x, y], reach) {
  let [nearest, least] = [null, reach];
  pixels.forEach(([px, py], step) => {
    const distance = Math.hypot(px - x, py - y);
    if (distance <= least) [nearest, least] = [step, distance];
  });
  return nearest;
}
