/**
 * What a drawn curve is made of: scales, strokes, gaps, and where its name stands.
 *
 * A value is its share of the axis' height, 0 to 1, or null where nothing is drawn yet.
 *
 * @typedef {{low: number, high: number, log: boolean}} Axis
 */

/** @param {number} share */
export const within = (share) => Math.min(1, Math.max(0, share));

/** Where a value stands on the axis. @param {Axis} axis */
export function shareOf({ low, high, log }, value) {
  if (log) return value > 0 ? within(Math.log(value / low) / Math.log(high / low)) : 0;
  return within((value - low) / (high - low));
}

/** The inverse of `shareOf`, to four digits and never beyond an end. @param {Axis} axis */
export function valueAt({ low, high, log }, share) {
  const exact = log ? low * (high / low) ** share : low + (high - low) * share;
  return Math.min(high, Math.max(low, Number(exact.toPrecision(4))));
}

/** Values to name on the axis, about five. @param {Axis} axis */
export function ticks({ low, high, log }) {
  if (log) {
    const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
    const step = Math.max(1, Math.ceil((to - from) / 5));
    return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, k) => 10 ** (to - k * step)).reverse();
  }
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((s) => s * power >= rough * (1 - 1e-9)) * power;
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k += 1) found.push(Number((k * step).toPrecision(6)));
  return found;
}

const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
const raised = (power) => [...String(power)].map((sign) => RAISED[sign]).join("");

/** A value in few characters: 0.25, −3, 2.1 × 10⁻⁴. */
export function words(value) {
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-3 && size < 1e5)) return String(Number(value.toPrecision(3))).replace("-", "−");
  const [digits, power] = value.toExponential(1).split("e");
  return `${digits.replace(/\.0$/, "").replace("-", "−")} × 10${raised(Number(power))}`;
}

/** The axis' names: powers of ten throughout where one of them would be long. @param {Axis} axis */
export function labels(axis) {
  const marks = ticks(axis);
  const powers = axis.log && marks.some((value) => value < 0.01 || value > 1000);
  return marks.map((value) => ({ value, text: powers ? `10${raised(Math.round(Math.log10(value)))}` : words(value) }));
}

/**
 * Which places along x are named, at most so many: those at multiples of a round step if there are
 * such, else every n-th. @param {number[]} x @param {number} most
 */
export function named(x, most) {
  const span = x[x.length - 1] - x[0];
  const power = span > 0 ? 10 ** Math.floor(Math.log10(span / most)) : 1;
  for (const step of [1, 2, 5, 10, 20, 50].map((s) => s * power)) {
    const found = [...x.keys()].filter((k) => Math.abs(x[k] / step - Math.round(x[k] / step)) < 1e-6);
    const evenly = found.every((k, n) => n === 0 || Math.round((x[k] - x[found[n - 1]]) / step) === 1);
    if (evenly && found.length > 2 && found.length <= most) return found;
  }
  const every = Math.max(1, Math.ceil(x.length / most));
  return [...x.keys()].filter((k) => k % every === 0);
}

/**
 * The curve after a stroke from one place to another: what lies between is filled in straight.
 * @param {(number | null)[]} drawn @param {{at: number, share: number}} from @param {{at: number, share: number}} to
 * @param {number[]} x
 */
export function stroked(drawn, from, to, x) {
  const next = [...drawn];
  const reach = x[to.at] - x[from.at];
  for (let k = Math.min(from.at, to.at); k <= Math.max(from.at, to.at); k += 1) {
    next[k] = reach === 0 ? to.share : from.share + ((to.share - from.share) * (x[k] - x[from.at])) / reach;
  }
  return next;
}

/** The stretches without a value, as places of their first and last. @param {(number | null)[]} drawn */
export function gaps(drawn) {
  const found = [];
  drawn.forEach((share, k) => {
    if (share !== null) return;
    if (k > 0 && drawn[k - 1] === null) found[found.length - 1][1] = k;
    else found.push([k, k]);
  });
  return found;
}

/** What is still to be drawn, in words. @param {(number | null)[]} drawn @param {number[]} x */
export function missing(drawn, x) {
  const open = gaps(drawn);
  if (open.length === 0) return "Complete. Drag over a part to change it.";
  if (drawn.every((share) => share === null)) return "Draw from the left edge to the right.";
  const named = open.slice(0, 3).map(([from, to]) => (from === to ? words(x[from]) : `${words(x[from])} to ${words(x[to])}`));
  const more = open.length > 3 ? " …" : "";
  return `Still to draw: ${named.join(", ")}${more}`;
}

/** The stretches without a gap, as SVG path data. */
export function path(shares, toX, toY) {
  let pen = false;
  let data = "";
  shares.forEach((share, k) => {
    if (share !== null) data += `${pen ? "L" : "M"}${toX(k).toFixed(1)} ${toY(share).toFixed(1)}`;
    pen = share !== null;
  });
  return data;
}

/** A line's height at some x, in pixels. @param {{x: number, y: number}[]} line */
function heightAt(line, x) {
  const k = line.findIndex((point) => point.x >= x);
  if (k === 0) return line[0].y;
  if (k < 0) return line[line.length - 1].y;
  const [a, b] = [line[k - 1], line[k]];
  return a.y + ((b.y - a.y) * (x - a.x)) / (b.x - a.x);
}

const ASCENT = 11;
const DESCENT = 4;
const MIDDLE = 4; // of a name, above its foot
// From a line to the foot of its name, above and below: a steep line needs more room.
const ASIDE = [-9, 19, -15, 25, -22, 32, -30, 40];
const STEP = 6;

/** How much of the lines a name at this place would cover, from 0 to 1 for each. */
function covered(place, width, lines) {
  let hits = 0;
  let samples = 0;
  for (let x = place.x - width / 2; x <= place.x + width / 2; x += 2) {
    samples += 1;
    for (const line of lines) {
      const y = heightAt(line, x);
      if (y > place.y - ASCENT - 2 && y < place.y + DESCENT + 2) hits += 1;
    }
  }
  return hits / samples;
}

/** What speaks against a place: covering, another name, nearness to another line, distance. */
function against(place, aside, which, lines, widths, taken, box) {
  const width = widths[which];
  const clash = taken.some((other, k) => Math.abs(other.x - place.x) < (widths[k] + width) / 2 + 6 && Math.abs(other.y - place.y) < 17);
  const far = (line) => Math.abs(heightAt(line, place.x) - (place.y - MIDDLE));
  const stray = lines.some((line, k) => k !== which && far(line) < far(lines[which]) + 4);
  return 4 * covered(place, width, lines) + (clash ? 8 : 0) + (stray ? 1 : 0) + 0.01 * Math.abs(aside)
    + (0.25 * (box.right - place.x)) / (box.right - box.left);
}

/**
 * Where the lines' names stand: each at its own line, over no line and not over each other, as far
 * to the right as that goes. Middle of the foot of the text, in pixels.
 * @param {{x: number, y: number}[][]} lines @param {number[]} widths of the names
 * @param {{left: number, right: number, top: number, bottom: number}} box
 */
export function nameSpots(lines, widths, box) {
  const taken = [];
  lines.forEach((line, which) => {
    const half = widths[which] / 2 + 2;
    let best = { x: box.right - half, y: box.top + ASCENT + 17 * which, cost: Infinity };
    for (let x = box.right - half; x >= box.left + half; x -= STEP) {
      for (const aside of ASIDE) {
        const place = { x, y: heightAt(line, x) + aside };
        if (place.y - ASCENT < box.top || place.y + DESCENT > box.bottom) continue;
        const cost = against(place, aside, which, lines, widths, taken, box);
        if (cost < best.cost) best = { ...place, cost };
      }
    }
    taken.push(best);
  });
  return taken.map(({ x, y }) => ({ x, y }));
}
