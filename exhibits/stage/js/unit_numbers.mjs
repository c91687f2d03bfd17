/**
 * The texts of a sum's numbers, so that a pocket calculator agrees: of each term as many digits as
 * give the shown product, of the products as many decimals as give the shown total. What does not
 * come out is marked ≈. Numbers that are all tiny are told in one power of ten.
 */

import { significant } from "./scales.mjs";

const DIGITS = [3, 4, 5, 6];
/** Decimals of the products, at least. */
const LEAST = 3;

/** The power of ten in which numbers up to `most` are told; 0 where plain digits do. */
export function powerFor(most) {
  if (!(most > 0) || !Number.isFinite(most) || (most >= 0.01 && most < 1e4)) return 0;
  return Math.floor(Math.log10(most) + 1e-9);
}

/** To so many decimals, with a real minus; a plain 0 where nothing of it is left. */
export function fixed(value, decimals) {
  const shown = Number(value.toFixed(decimals)) + 0;
  return { shown, text: shown === 0 ? "0" : value.toFixed(decimals).replace("-", "−") };
}

const whole = (value) => Number.isInteger(value) && Math.abs(value) < 1000;
const told = (value, digits) => (whole(value) ? { shown: value, text: String(value).replace("-", "−") }
  : { shown: Number(value.toPrecision(digits)), text: significant(value, digits) });

/** The fewest digits of both with which their shown product is the product's. */
function factors(value, weight, product, decimals) {
  const due = fixed(product, decimals);
  for (const digits of DIGITS) {
    const [one, other] = [told(value, digits), told(weight, digits)];
    if (fixed(one.shown * other.shown, decimals).text === due.text) return { value: one.text, weight: other.text, equals: "=" };
  }
  return { value: told(value, 3).text, weight: told(weight, 3).text, equals: "≈" };
}

/**
 * @param {{value: number|null, weight: number, product: number}[]} terms in the order in which they stand
 * @param {number} total
 * @param {number} [rest] what is folded away, or exactly 0
 * @returns {{power: number, terms: {value: string|null, weight: string, equals: string, product: string}[],
 *   rest: string, equals: "="|"≈", total: string}} texts, all in units of 10^power
 */
export function shownSum(terms, total, rest = 0) {
  const most = Math.max(Math.abs(total), Math.abs(rest), ...terms.map(({ product }) => Math.abs(product)), 0);
  const power = powerFor(most);
  const unit = 10 ** power;
  const decimals = most > 0 ? Math.min(8, Math.max(LEAST, 1 - Math.floor(Math.log10(most / unit)))) : LEAST;
  const lines = terms.map(({ value, weight, product }) => {
    const { text, shown } = fixed(product / unit, decimals);
    if (value === null) return { value: null, weight: text, equals: "=", product: text, shown };
    return { ...factors(value / unit, weight, product / unit, decimals), product: text, shown };
  });
  const folded = fixed(rest / unit, decimals);
  const sum = lines.reduce((so, { shown }) => so + shown, folded.shown);
  const places = [decimals, decimals - 1].find((some) => fixed(sum, some).text === fixed(total / unit, some).text);
  return { power, terms: lines.map(({ shown, ...texts }) => texts), rest: folded.text,
    equals: places === undefined ? "≈" : "=", total: fixed(total / unit, places ?? decimals).text };
}

/** A value that lies between bounds is never "1.00" unless it is 1. */
export function bounded(value, digits = 3) {
  const size = Math.abs(value);
  if (size < 1 && Number(size.toPrecision(digits)) === 1) {
    return size > 0.99995 ? (value < 0 ? "≈ −1" : "≈ 1") : significant(value, 4);
  }
  if (size > 0 && size < 1e-4) return significant(value, 2);
  return significant(value, digits);
}

/**
 * "tanh(0.615) = 0.548": as many digits of what goes in as give what comes out.
 * @param {(value: number) => number} does @param {number} from @param {number} to
 * @returns {{from: string, equals: "="|"≈", to: string}}
 */
export function applied(does, from, to) {
  const due = bounded(to);
  for (const digits of DIGITS) {
    const { shown, text } = told(from, digits);
    if (bounded(does(shown)) === due) return { from: text, equals: "=", to: due };
  }
  return { from: told(from, 3).text, equals: "≈", to: due };
}

/**
 * A product of any number of factors, with the fewest digits that make it come out.
 * @param {number[]} values @param {number} product
 * @returns {{factors: string[], equals: "="|"≈", product: string}}
 */
export function shownProduct(values, product) {
  const due = significant(product, 3);
  for (const digits of DIGITS) {
    const all = values.map((value) => told(value, digits));
    const shown = all.reduce((so, one) => so * one.shown, 1);
    if (significant(shown, 3) === due) return { factors: all.map(({ text }) => text), equals: "=", product: due };
  }
  return { factors: values.map((value) => told(value, 3).text), equals: "≈", product: due };
}
