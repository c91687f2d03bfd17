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
  return { shown, text: shown !== 0 ? text : "0" };
}

/**
 * One way of writing Σ a·b = total, with `digits` for the factors and `decimals` after the point.
 * @returns {{products: {factors: string[], equals: "="|"≈", text: string}[], equals: "="|"≈",
 *   total: string, wrong: number}}
 */
function written(products, total, digits, decimals) {
  let sum = 0;
  let wrong = 0;
  const lines = products.map(({ factors, value, multiply }) => {
    const shown = factors.map(({ value: one, bounded }) => factor(one, digits, bounded));
    const result = rounded(value, decimals);
    sum += result.shown;
    const told = multiply(...shown.map((one) => one.shown));
    const exact = rounded(told, decimals).shown === result.shown && (result.shown !== 0 || value === 0);
    if (!exact) wrong += 1;
    return { factors: shown.map((one) => one.text), equals: exact ? "=" : "≈", text: result.text };
  });
  const end = rounded(total, decimals);
  const exact = Math.abs(sum - end.shown) < 0.5 * 10 ** -decimals;
  return { products: lines, equals: exact ? "=" : "≈", total: end.text, wrong: wrong + (exact ? 0 : 1) };
}

/**
 * The shortest way in which everything comes out; where none does, the plain one with its ≈.
 * @param {{factors: {value: number, bounded?: boolean}[], value: number,
 *   multiply?: (...shown: number[]) => number}[]} products
 */
export function sumOfProducts(products, total) {
  const times = (...shown) => shown.reduce((product, one) => product * one, 1);
  const all = products.map((one) => ({ multiply: times, ...one }));
  const most = Math.max(...all.map(({ value }) => Math.abs(value)), Math.abs(total));
  const three = most > 0 ? Math.min(8, Math.max(0, 2 - Math.floor(Math.log10(most)))) : 2;
  let best = null;
  for (const decimals of [three, Math.max(0, three - 1)]) {
    for (const digits of [3, 4]) {
      const way = written(all, total, digits, decimals);
      if (best === null || way.wrong < best.wrong) best = way;
    }
  }
  return best;
}
