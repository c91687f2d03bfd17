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

/** Never "1.00" for what is not quite 1: then more digits, as many as tell them apart. */
function toldBounded(value, digits) {
  if (Math.abs(value) >= 1) return told(value, digits);
  const enough = [digits, 4, 5, 6].find((some) => some >= digits && Math.abs(Number(value.toPrecision(some))) < 1);
  return enough ? told(value, enough) : { shown: Math.sign(value), text: value < 0 ? "≈ −1" : "≈ 1" };
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

/** Two addends with as many decimals as make their shown sum the sum's. */
function addends(value, weight, sum, decimals) {
  const due = fixed(sum, decimals);
  const enough = [decimals, decimals + 1, decimals + 2].find((some) =>
    fixed(fixed(value, some).shown + fixed(weight, some).shown, decimals).text === due.text);
  const [one, other] = [value, weight].map((addend) => fixed(addend, enough ?? decimals).text);
  return { value: one, weight: other, equals: enough === undefined ? "≈" : "=" };
}

/**
 * @param {{value: number|null, weight: number, product: number, joins?: "+"}[]} terms in the order in which they stand
 * @param {number} total
 * @param {number} [rest] what is folded away, or exactly 0
 * @returns {{power: number, terms: {value: string|null, weight: string, equals: string, product: string}[],
 *   rest: string, equals: "="|"≈", total: string}} texts, all in units of 10^power
 */
export function shownSum(terms, total, rest = 0) {
  const most = Math.max(Math.abs(total), Math.abs(rest), ...terms.map(({ product }) => Math.abs(product)), 0);
  const power = powerFor(most);
  const unit = 10 ** power;
  const first = most > 0 ? Math.min(8, Math.max(LEAST, 2 - Math.floor(Math.log10(most / unit)))) : LEAST;
  // The total to three digits; where many roundings add up, the products get one or two more.
  const three = total === 0 ? first : Math.min(first + 1, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(total) / unit))));
  const ways = [[first, first], [first, three], [first + 1, three], [first + 2, three], [first, first - 1]];
  for (const [decimals, places] of ways) {
    const told = atDecimals(terms, rest, unit, decimals);
    if (fixed(told.sum, places).text === fixed(total / unit, places).text) {
      return { power, terms: told.terms, rest: told.rest, equals: "=", total: fixed(total / unit, places).text };
    }
  }
  const told = atDecimals(terms, rest, unit, first);
  return { power, terms: told.terms, rest: told.rest, equals: "≈", total: fixed(total / unit, first).text };
}

function atDecimals(terms, rest, unit, decimals) {
  const folded = fixed(rest / unit, decimals);
  let sum = folded.shown;
  const texts = terms.map(({ value, weight, product, joins }) => {
    const { text, shown } = fixed(product / unit, decimals);
    sum += shown;
    if (value === null) return { value: null, weight: text, equals: "=", product: text };
    const both = joins ? addends(value / unit, weight / unit, product / unit, decimals) : factors(value / unit, weight, product / unit, decimals);
    return { ...both, product: text };
  });
  return { sum, terms: texts, rest: folded.text };
}

/**
 * Σ a·b = total with as few digits as let every product and the sum come out; where none do, the
 * way in which the most does, the rest marked ≈.
 * @param {{factors: {value: number, bounded?: boolean}[], value: number,
 *   multiply?: (one: number, other: number) => number}[]} products
 * @returns {{products: {factors: string[], equals: "="|"≈", text: string}[], equals: "="|"≈", total: string}}
 */
export function shownWay(products, total) {
  const most = Math.max(...products.map(({ value }) => Math.abs(value)), Math.abs(total));
  const first = most > 0 ? Math.min(8, Math.max(0, 2 - Math.floor(Math.log10(most)))) : 2;
  const ways = [first, first + 1, first + 2].map((decimals) => way(products, total, decimals));
  return ways.reduce((best, one) => (one.wrong < best.wrong ? one : best)).texts;
}

function way(products, total, decimals) {
  const lines = products.map((one) => productTo(one, decimals));
  const end = fixed(total, decimals);
  const sum = lines.reduce((so, { shown }) => so + shown, 0);
  const equals = fixed(sum, decimals).text === end.text ? "=" : "≈";
  const wrong = [...lines, { equals }].filter((line) => line.equals !== "=").length;
  return { wrong, texts: { products: lines.map(({ shown, ...texts }) => texts), equals, total: end.text } };
}

function productTo({ factors: all, value, multiply = (one, other) => one * other }, decimals) {
  const due = fixed(value, decimals);
  const texts = (digits) => all.map((one) => (one.bounded ? toldBounded : told)(one.value, digits));
  for (const digits of DIGITS) {
    const shown = texts(digits);
    if (fixed(multiply(shown[0].shown, shown[1].shown), decimals).text === due.text) {
      return { factors: shown.map(({ text }) => text), equals: "=", text: due.text, shown: due.shown };
    }
  }
  return { factors: texts(3).map(({ text }) => text), equals: "≈", text: due.text, shown: due.shown };
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
 * @param {string} [due] what comes out as it is written elsewhere
 * @returns {{from: string, equals: "="|"≈", to: string}}
 */
export function applied(does, from, to, due = bounded(to)) {
  const places = due.replace(/^[−0.]*|\D/g, "").length;
  const reads = (value) => bounded(value) === due || significant(value, Math.max(1, places)) === due;
  for (const digits of DIGITS) {
    const { shown, text } = told(from, digits);
    if (reads(does(shown))) return { from: text, equals: "=", to: due };
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
