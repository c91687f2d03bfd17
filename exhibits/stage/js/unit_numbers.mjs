/**
 * The texts of numbers in sums and products, so that a pocket calculator agrees: three digits, the
 * same text wherever a number stands; a term's factors have a fourth where that gives the product.
 * What does not come out is marked ≈. Numbers that are all tiny are told in one power of ten.
 */

import { significant } from "./scales.mjs";

/** A fourth digit where the third does not give the product; beyond that it is marked ≈. */
const DIGITS = [3, 4];
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

/** A number as it is written, and what a reader takes from it. Never "1.00" for what is not quite 1. */
function told(value, digits) {
  if (Number.isInteger(value) && Math.abs(value) < 1000) return { shown: value, text: String(value).replace("-", "−") };
  const rounds = (some) => Math.abs(value) < 1 && Math.abs(Number(value.toPrecision(some))) === 1;
  const enough = [digits, 4].find((some) => some >= digits && !rounds(some));
  if (enough === undefined) return { shown: Math.sign(value), text: value < 0 ? "≈ −1" : "≈ 1" };
  const whole = Math.abs(value) >= 10 ** enough && Math.abs(value) < 1e6; // no digit before the point is dropped
  return { shown: whole ? Math.round(value) : Number(value.toPrecision(enough)), text: significant(value, enough) };
}

/** A number to three significant digits, the same text wherever it stands: "0.641", "0.9996", "≈ 1". */
export const three = (value) => told(value, 3).text;
/** What a reader who takes `three` at its word has in hand. */
export const shownAs = (value) => told(value, 3).shown;

/** Whether shown numbers give the shown result: to half a unit of its last place. */
export function agrees(result, due) {
  const { shown } = told(due, 3);
  if (shown === 0 || Number.isInteger(due)) return Math.abs(result - shown) < 1e-9;
  const places = Math.abs(shown) < 1 && Math.abs(Number(shown.toPrecision(3))) === 1 ? 4 : 3; // "0.9996" has one more
  const own = 10 ** (Math.floor(Math.log10(Math.abs(shown)) + 1e-9) - (places - 1));
  const unit = Math.abs(shown) < 1e6 ? Math.min(1, own) : own;
  return Math.abs(result - shown) <= 0.5 * unit * (1 + 1e-6);
}

/** The fewest digits of both with which their shown product is the product's. */
function factors({ value, weight, product, by }, decimals) {
  const due = fixed(product, decimals);
  // A gate that stands as a weight reads as it does in its tab.
  for (const digits of by ? [3] : DIGITS) {
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
  const ways = [[first, three], [first + 1, three]];
  for (const [decimals, places] of ways) {
    const told = atDecimals(terms, rest, unit, decimals);
    if (fixed(told.sum, places).text === fixed(total / unit, places).text) {
      return { power, terms: told.terms, rest: told.rest, equals: "=", total: fixed(total / unit, places).text };
    }
  }
  const told = atDecimals(terms, rest, unit, first);
  return { power, terms: told.terms, rest: told.rest, equals: "≈", total: fixed(total / unit, three).text };
}

function atDecimals(terms, rest, unit, decimals) {
  const folded = fixed(rest / unit, decimals);
  let sum = folded.shown;
  const texts = terms.map((term) => {
    const { value, weight, product, joins } = term;
    const { text, shown } = fixed(product / unit, decimals);
    sum += shown;
    if (value === null) return { value: null, weight: text, equals: "=", product: text };
    const both = joins ? addends(value / unit, weight / unit, product / unit, decimals) : factors({ ...term, value: value / unit, product: product / unit }, decimals);
    return { ...both, product: text };
  });
  return { sum, terms: texts, rest: folded.text };
}

/**
 * Σ a·b = total, every number to three digits; what these do not give is marked ≈.
 * @param {{factors: {value: number}[], value: number, multiply?: (one: number, other: number) => number}[]} products
 * @returns {{products: {factors: string[], equals: "="|"≈", text: string}[], equals: "="|"≈", total: string}}
 */
export function shownWay(products, total) {
  const lines = products.map(({ factors: all, value, multiply = (one, other) => one * other }) => ({
    factors: all.map((one) => three(one.value)), text: three(value),
    equals: agrees(multiply(...all.map((one) => shownAs(one.value))), value) ? "=" : "≈",
  }));
  const sum = products.reduce((so, { value }) => so + shownAs(value), 0);
  return { products: lines, equals: agrees(sum, total) ? "=" : "≈", total: three(total) };
}

/**
 * "tanh(0.615) = 0.548": marked ≈ where what goes in, as it is written, does not give what comes out.
 * @param {(value: number) => number} does @param {number} from @param {number} to
 * @returns {{from: string, equals: "="|"≈", to: string}}
 */
export function applied(does, from, to) {
  const due = three(to);
  return { from: three(from), equals: three(does(shownAs(from))) === due ? "=" : "≈", to: due };
}

/**
 * A product of any number of factors, each to three digits.
 * @param {number[]} values @param {number} product
 * @returns {{factors: string[], equals: "="|"≈", product: string}}
 */
export function shownProduct(values, product) {
  const shown = values.reduce((so, one) => so * shownAs(one), 1);
  return { factors: values.map(three), equals: agrees(shown, product) ? "=" : "≈", product: three(product) };
}
