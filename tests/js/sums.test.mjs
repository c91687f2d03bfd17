import assert from "node:assert/strict";
import test from "node:test";

import { factor, sumOfProducts } from "../../exhibits/stage/js/sums.mjs";

const read = (text) => Number(text.replace("−", "-"));

/** f·c + i·g as the LSTM's memory has it. */
function memory(f, c, i, g) {
  return sumOfProducts([
    { factors: [{ value: f, bounded: true }, { value: c }], value: f * c },
    { factors: [{ value: i, bounded: true }, { value: g, bounded: true }], value: i * g },
  ], f * c + i * g);
}

test("what is said to be equal is equal, to the last digit shown", () => {
  for (let k = 1; k <= 400; k++) {
    const way = memory((k * 0.618) % 1, ((k * 0.414) % 3) - 1.5, (k * 0.732) % 1, ((k * 0.236) % 2) - 1);
    const decimals = Math.max(...[...way.products.map(({ text }) => text), way.total].map((text) => (text.split(".")[1] ?? "").length));
    for (const { factors, equals, text } of way.products) {
      const error = Math.abs(read(factors[0]) * read(factors[1]) - read(text));
      if (equals === "=") assert.ok(error <= 0.500001 * 10 ** -decimals, `${factors} ${text}`);
    }
    const sum = way.products.reduce((total, { text }) => total + read(text), 0);
    if (way.equals === "=") assert.equal(sum.toFixed(decimals), read(way.total).toFixed(decimals));
  }
});

test("three digits where they do, a fourth where it is needed, ≈ where nothing helps", () => {
  assert.deepEqual(memory(0.5, 0.8, 0.25, 0.4), { products: [
    { factors: ["0.500", "0.800"], equals: "=", text: "0.400" },
    { factors: ["0.250", "0.400"], equals: "=", text: "0.100" }], equals: "=", total: "0.500" });
  const tiny = memory(0.5, 1, 0.00002, 0.9);
  assert.deepEqual(tiny.products[1], { factors: ["≈ 0", "0.900"], equals: "≈", text: "0" });
});

test("a gate is never 1 or 0 unless it is", () => {
  assert.equal(factor(0.9997, 3, true).text, "0.9997");
  assert.equal(factor(0.99999, 3, true).text, "≈ 1");
  assert.equal(factor(-0.99999, 3, true).text, "≈ −1");
  assert.equal(factor(1, 3, true).text, "1.00");
  assert.equal(factor(1.0001, 3).text, "1.00");
});
