/** Colours, log axes, limits and number texts: everything that turns a value into a picture. */

/** @typedef {[number, number, number]} Rgb */

/** @param {string} hex "#rrggbb" @returns {Rgb} */
export function rgb(hex) {
  const value = parseInt(hex.trim().slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** @param {Rgb} from @param {Rgb} to @param {number} share 0…1 @returns {Rgb} */
export function mix(from, to, share) {
  const at = (k) => Math.round(from[k] + (to[k] - from[k]) * share);
  return [at(0), at(1), at(2)];
}

/** @param {Rgb} colour @param {number} [alpha] */
export const css = ([r, g, b], alpha = 1) => `rgb(${r} ${g} ${b} / ${alpha})`;

const unit = (value) => Math.min(1, Math.max(0, value));

/**
 * One hue, fixed to [0, 1].
 * @param {Rgb} low @param {Rgb} high @returns {(value: number) => Rgb}
 */
export const sequential = (low, high) => (value) => mix(low, high, unit(value));

/**
 * Two hues about 0, symmetric and fixed to [-limit, limit].
 * @param {Rgb} negative @param {Rgb} zero @param {Rgb} positive @param {number} limit
 * @returns {(value: number) => Rgb}
 */
export const diverging = (negative, zero, positive, limit) => (value) =>
  mix(zero, value < 0 ? negative : positive, unit(Math.abs(value) / limit));

/**
 * Where a signed value stands between -limit at 0 and limit at 1. With `root` by the root of its
 * size, which spreads what is small: a quarter of the limit stands half-way to it.
 */
export function signedShare(value, limit, root = false) {
  const size = unit(Math.abs(value) / limit);
  return 0.5 + (Math.sign(value) * (root ? Math.sqrt(size) : size)) / 2;
}

/** The smallest of 1, 1.5, 2, 3, 4, 5, 6, 8 × 10ⁿ that is not below `value`. */
export function niceLimit(value) {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((s) => s * power >= value * (1 - 1e-12)) ?? 10;
  return Number((step * power).toPrecision(2));
}

/** @param {Iterable<number>} values @returns {number} largest finite |value|, 0 if none */
export function largest(values) {
  let most = 0;
  for (const value of values) {
    const size = Math.abs(value);
    if (size > most && size < Infinity) most = size;
  }
  return most;
}

/**
 * An absolute log axis in whole decades that holds `values`. It never shows more than
 * `most` decades: what is smaller stands below the axis and is said to.
 * @param {Iterable<number>} values not negative
 * @returns {{low: number, high: number}} exponents of 10
 */
export function decades(values, least = 3, most = 12) {
  let smallest = Infinity;
  let biggest = 0;
  for (const value of values) {
    if (!(value > 0) || value === Infinity) continue;
    if (value < smallest) smallest = value;
    if (value > biggest) biggest = value;
  }
  if (biggest === 0) return { low: -least, high: 0 };
  const high = Math.ceil(Math.log10(biggest) - 1e-9) + 0; // and not -0
  const reach = Math.floor(Math.log10(smallest) + 1e-9);
  return { low: Math.max(high - most, Math.min(reach, high - least)), high };
}

/** The place of `value` on a log axis, 0 at its foot and 1 at its top; 0 and NaN give 0. */
export function onLog(value, { low, high }) {
  if (!(value > 0)) return 0;
  return unit((Math.log10(value) - low) / (high - low));
}

/** The exponents to label: every decade, or every second, third, fifth where they are many. */
export function decadeLabels({ low, high }, room) {
  const count = high - low;
  const step = [1, 2, 3, 4, 5, 6, 10, 20].find((s) => count / s + 1 <= room) ?? count;
  const labels = [];
  for (let power = high; power >= low; power -= step) labels.push(power);
  return labels;
}

const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/** "10⁻³" */
export const powerOfTen = (exponent) =>
  `10${[...String(exponent)].map((sign) => SUPERSCRIPT[sign]).join("")}`;

const minus = (text) => text.replace("-", "−");

/**
 * A number to `digits` significant digits, with a real minus sign; powers of ten where plain
 * digits would be long. 0 is "0", and only an exact 0 is.
 */
export function significant(value, digits = 4) {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 10 ** digits && size < 1e6) return minus(value.toFixed(0));
  if (size >= 1e-4 && size < 1e6) return minus(value.toPrecision(digits));
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  return `${minus(mantissa)} × ${powerOfTen(Number(exponent))}`;
}

/**
 * A number for a sentence: two decimals where they tell it, otherwise two significant digits.
 */
export function spoken(value) {
  if (!Number.isFinite(value) || value === 0) return significant(value, 3);
  const size = Math.abs(value);
  if (size >= 0.095 && size < 1000) return minus(value.toFixed(2));
  return significant(value, 2);
}

/** A gate for a sentence: never "1.00" or "0.00" unless it is that. */
export function gate(value) {
  const text = value.toFixed(2);
  if (text === "1.00" && value < 1) return value > 0.9999 ? "nearly 1" : significant(value, 4);
  if (text === "0.00" && value > 0) return value < 0.0001 ? "nearly 0" : significant(value, 1);
  return text;
}

/** A number as short as a column allows; what is small beside `largest` becomes a round 0. */
export function compact(value, most) {
  if (most >= 0.1 && most < 1000) {
    const text = value.toFixed(most < 10 ? 2 : most < 100 ? 1 : 0);
    return minus(Number(text) === 0 ? text.replace("-", "") : text);
  }
  return significant(value, 2);
}
