/** The vertical axis of a plot, straight or logarithmic, and the step axis of the heat maps. */

import { niceLimit, powerOfTen, significant } from "../../stage/js/scales.mjs";

/** @typedef {{log: boolean, low: number, high: number}} Axis the values at its foot and at its top */

/** The 1, 2 or 5 times a power of ten that is not above a value, or with `up` not below it. */
function round125(value, up) {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const fits = [1, 2, 5, 10].filter((step) => (up ? step * power >= value * (1 - 1e-6) : step * power <= value * (1 + 1e-6)));
  return (up ? fits[0] : fits[fits.length - 1]) * power;
}

/** Decades that a log axis shows at most: what is smaller stands at its foot. */
const MOST_DECADES = 8;

/**
 * An axis that holds these values, at least a factor of ten where it is logarithmic.
 * @param {number[]} values with `log` positive @param {boolean} log @returns {Axis}
 */
export function axisOf(values, log) {
  const known = values.filter(Number.isFinite);
  if (!log) return { log, low: 0, high: niceLimit(Math.max(0, ...known)) };
  if (!known.length) return { log, low: 0.1, high: 1 };
  const high = round125(Math.max(...known), true);
  const least = Math.max(Math.min(...known), high / 10 ** MOST_DECADES);
  return { log, low: Math.min(round125(least, false), high / 10), high };
}

/** The place of a value, 0 at the foot and 1 at the top; what is beyond stands at the edge. */
export function placeOf({ log, low, high }, value) {
  if (Number.isNaN(value)) return NaN;
  const share = log ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.min(1, Math.max(0, share));
}

const LADDERS = [[1, 2, 3, 5], [1, 2, 5], [1, 3], [1]];

/** @param {Axis} axis @param {number} room the most labels that fit @returns {{value: number, text: string}[]} */
export function ticks(axis, room) {
  const { log, low, high } = axis;
  if (!log) {
    const parts = [5, 4, 2].find((count) => count < room && endsShort(high / count)) ?? 1;
    return Array.from({ length: parts + 1 }, (_, k) => ({ value: (high * k) / parts, text: plain((high * k) / parts) }));
  }
  const first = Math.floor(Math.log10(low) + 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  for (const [ladder, every] of [...LADDERS.map((one) => [one, 1]), [[1], 2], [[1], 3], [[1], 4]]) {
    const found = [];
    for (let power = first; power <= last; power += 1) {
      if (power % every === 0) found.push(...ladder.map((step) => Number((step * 10 ** power).toPrecision(2))));
    }
    const seen = found.filter((value) => value >= low * 0.999 && value <= high * 1.001);
    if (seen.length <= room) return seen.map((value) => ({ value, text: plain(value) }));
  }
  return [low, high].map((value) => ({ value, text: plain(value) }));
}

const endsShort = (value) => Math.abs(value * 1000 - Math.round(value * 1000)) < 1e-9 * Math.max(1, value * 1000);

/** A tick's number without needless digits. */
function plain(value) {
  const power = Math.log10(value);
  if (value > 0 && (value < 1e-3 || value >= 1e5) && Math.abs(power - Math.round(power)) < 1e-9) return powerOfTen(Math.round(power));
  if (value === 0 || (value >= 1e-3 && value < 1e5)) return String(Number(value.toPrecision(3)));
  return significant(value, 1);
}

/** Round steps along an axis from 0 to `last`, at most `room`. */
export function stepTicks(last, room) {
  const rough = last / Math.max(1, room);
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? 10 * power;
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, k) => k * step);
}

/** Where a training step stands between 0 and 1 on the heat maps' axis: early steps have the most room. */
export const stepShare = (step, last) => Math.log1p(step) / Math.log1p(Math.max(1, last));

/** Steps to label on it: 0, 1, 10, 100, … and between them where there is room. */
export function logStepTicks(last, width) {
  const wanted = [0];
  for (let power = 1; power <= last; power *= 10) wanted.push(power, 3 * power);
  const found = [];
  // Whole decades come first, then what still finds room between them.
  for (const round of [true, false]) {
    for (const step of wanted) {
      if (step > last || (step === 0 || Math.log10(step) % 1 === 0) !== round) continue;
      const at = stepShare(step, last) * width;
      if (found.every((other) => Math.abs(stepShare(other, last) * width - at) > 8 * (1 + String(step).length))) found.push(step);
    }
  }
  return found.sort((a, b) => a - b);
}

/**
 * The snapshot that stands nearest on this axis. @param {number[]} steps ascending @param {number} share 0…1
 * @returns {number|null}
 */
export function nearestSnapshot(steps, share, last) {
  let best = null;
  let least = Infinity;
  for (const step of steps) {
    const off = Math.abs(stepShare(step, last) - share);
    if (off < least) [best, least] = [step, off];
  }
  return best;
}

/** The edges between the snapshots' columns, one more than there are snapshots, in shares. */
export function columnEdges(steps, last) {
  const at = steps.map((step) => stepShare(step, last));
  return at.map((share, k) => (k === 0 ? 0 : (share + at[k - 1]) / 2)).concat(at.length ? [at[at.length - 1]] : []);
}
