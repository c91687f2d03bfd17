/**
 * Products and sums as they are said aloud, to be checked with a pocket calculator: as many digits
 * are shown as let the shown factors give the shown product, and the shown products the shown sum.
 */

import { significant } from "./scales.mjs";

/** A factor and its text. A bounded one (a gate, a tanh) is never "1.00" or "0.00" unless it is. */
export function factor(value, digits, bounded = false) {
  const size = Math.abs(value);
  if (bounded && size < 1 && Number(size.toPrecision(digits)) === 1) {
    if (size > 0.99995) return { text: value < 0 ? "≈ −1" : "≈ 1", shown: Math.sign(value) };
    return { text: significant(value, 4), shown: Number(value.toPrecision(4)) };
  }
  if (bounded && size > 0 && size < 1e-4) return { text: "≈ 0", shown: 0 };
  return { text: significant(value, digits), shown: Number(value.toPrecision(digits)) };
}

/** `value` to so many decimals, a plain 0 where nothing of it is left. */
function rounded(value, decimals) {
  const text = value.toFixed(decimals).replace("-", "−");
  const shown = Number(value.toFixed(decimals)) + 0;
  // What is not quite 1 is not told as "1.000".
  if (Math.abs(value) < 0.99995 && Math.abs(shown) === 1) return { shown: Number(value.toPrecision(4)), text: significant(value, 4) };
  return { shown, text: shown !== 0 ? text : "0" };
}

/** One product, with as many digits as told. */
function productOf({ factors, value, multiply = times }, digits, decimals) {
  const shown = factors.map(({ value: one, bounded }) => factor(one, digits, bounded));
  const result = rounded(value, decimals);
  const told = rounded(multiply(...shown.map((one) => one.shown)), decimals);
  const exact = told.shown === result.shown && (result.shown !== 0 || value === 0);
  return { factors: shown.map((one) => one.text), equals: exact ? "=" : "≈", text: result.text, shown: result.shown };
}

const DIGITS = [3, 4, 5];

const times = (...shown) => shown.reduce((product, one) => product * one, 1);
const wrongOnes = (lines) => lines.filter(({ equals }) => equals !== "=").length;

/** The products with three digits, or with more where that makes more of them come out. */
function productsOf(products, decimals, together) {
  const ways = DIGITS.map((digits) => products.map((one) => productOf(one, digits, decimals)));
  if (together) return ways.reduce((best, way) => (wrongOnes(way) < wrongOnes(best) ? way : best));
  return products.map((_, k) => (ways.find((way) => way[k].equals === "=") ?? ways[0])[k]);
}

/**
 * Σ a·b = total, the shortest way in which everything comes out; where none does, with its ≈.
 * @param {{factors: {value: number, bounded?: boolean}[], value: number,
 *   multiply?: (...shown: number[]) => number}[]} products
 * @param {boolean} [together] whether the products share a factor, which then reads the same in both
 * @returns {{products: {factors: string[], equals: "="|"≈", text: string}[], equals: "="|"≈", total: string}}
 */
export function sumOfProducts(products, total, together = false) {
  const most = Math.max(...products.map(({ value }) => Math.abs(value)), Math.abs(total));
  const three = most > 0 ? Math.min(8, Math.max(0, 2 - Math.floor(Math.log10(most)))) : 2;
  let best = null;
  for (const decimals of [three, three + 1]) {
    const lines = productsOf(products, decimals, together);
    const end = rounded(total, decimals);
    const sum = lines.reduce((so, { shown }) => so + shown, 0);
    const exact = Math.abs(sum - end.shown) < 0.5 * 10 ** -decimals;
    const wrong = wrongOnes(lines) + (exact ? 0 : 1);
    if (best === null || wrong < best.wrong) best = { lines, total: end.text, equals: exact ? "=" : "≈", wrong };
  }
  const told = best.lines.map(({ factors, equals, text }) => ({ factors, equals, text }));
  return { products: told, equals: best.equals, total: best.total };
}
