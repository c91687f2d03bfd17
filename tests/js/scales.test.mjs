import assert from "node:assert/strict";
import test from "node:test";

import { compact, decadeLabels, decades, diverging, gate, largest, mix, niceLimit, onLog, powerOfTen, rgb,
  sequential, signedShare, significant, spoken } from "../../exhibits/stage/js/scales.mjs";

test("a hex colour is three numbers, and half-way between two is their mean", () => {
  assert.deepEqual(rgb("#2F5BEA"), [47, 91, 234]);
  assert.deepEqual(mix([0, 100, 200], [10, 0, 201], 0.5), [5, 50, 201]);
});

test("gates are fixed to [0, 1]", () => {
  const colour = sequential([0, 0, 0], [100, 200, 50]);
  assert.deepEqual(colour(0), [0, 0, 0]);
  assert.deepEqual(colour(0.25), [25, 50, 13]);
  assert.deepEqual(colour(1.7), [100, 200, 50]);
});

test("signed values are symmetric about 0 and keep their limit", () => {
  const colour = diverging([200, 0, 0], [0, 0, 0], [0, 0, 100], 2);
  assert.deepEqual(colour(-1), [100, 0, 0]);
  assert.deepEqual(colour(1), [0, 0, 50]);
  assert.deepEqual(colour(0), [0, 0, 0]);
  assert.deepEqual(colour(-9), [200, 0, 0]);
});

test("on the root scale a quarter of the limit stands half-way to it, on either side", () => {
  assert.deepEqual([-8, -2, 0, 2, 8, 99].map((value) => signedShare(value, 8, true)), [0, 0.25, 0.5, 0.75, 1, 1]);
  assert.deepEqual([-8, -2, 0, 2, 8].map((value) => signedShare(value, 8)), [0, 0.375, 0.5, 0.625, 1]);
});

test("limits are round and never below the value", () => {
  assert.deepEqual([0.94, 1, 1.01, 2.2, 0.031, 870].map(niceLimit), [1, 1, 1.5, 3, 0.04, 1000]);
  assert.equal(niceLimit(0), 1);
});

test("the largest size ignores signs and infinities", () => {
  assert.equal(largest([1, -3, Infinity, 2, NaN]), 3);
  assert.equal(largest([]), 0);
});

test("the log axis holds its values in whole decades, three at least", () => {
  assert.deepEqual(decades([0.5, 0.02, 3.2]), { low: -2, high: 1 });
  assert.deepEqual(decades([0.5, 0.4]), { low: -3, high: 0 });
  assert.deepEqual(decades([1, 1e-3]), { low: -3, high: 0 });
  assert.deepEqual(decades([0, 0]), { low: -3, high: 0 });
});

test("the log axis ends twelve decades down: what is smaller stands below it", () => {
  const axis = decades([1, 1e-40, 0]);
  assert.deepEqual(axis, { low: -12, high: 0 });
  assert.equal(onLog(1e-40, axis), 0);
  assert.equal(onLog(0, axis), 0);
});

test("a place on the log axis is absolute", () => {
  const axis = { low: -4, high: 0 };
  assert.equal(onLog(1, axis), 1);
  assert.ok(Math.abs(onLog(0.01, axis) - 0.5) < 1e-12);
  assert.equal(onLog(NaN, axis), 0);
});

test("decades are labelled from the top, as many as have room", () => {
  assert.deepEqual(decadeLabels({ low: -3, high: 0 }, 5), [0, -1, -2, -3]);
  assert.deepEqual(decadeLabels({ low: -12, high: 0 }, 5), [0, -3, -6, -9, -12]);
  assert.equal(powerOfTen(-12), "10⁻¹²");
});

test("four significant digits, whatever the size", () => {
  assert.deepEqual([0.123456, -12.3456, 3, 1234.56, 123456].map((v) => significant(v)),
    ["0.1235", "−12.35", "3.000", "1235", "123456"]);
  assert.equal(significant(0.0000123456), "1.235 × 10⁻⁵");
  assert.equal(significant(1e-60), "1.000 × 10⁻⁶⁰");
  assert.equal(significant(-7.2e8, 2), "−7.2 × 10⁸");
});

test("only 0 is called 0, and what is no number is called so", () => {
  assert.equal(significant(0), "0");
  assert.notEqual(significant(1e-300), "0");
  assert.equal(significant(NaN), "not a number");
  assert.equal(significant(-Infinity), "−∞");
});

test("a number in a sentence has two decimals, or two digits where it is small", () => {
  assert.deepEqual([0.519, -0.63, 0.0312, 12.345, 0].map(spoken), ["0.52", "−0.63", "0.031", "12.35", "0"]);
});

test("a gate is 0 or 1 only where it is", () => {
  assert.deepEqual([0.52, 1, 0, 0.9966, 0.9999999, 0.003, 1e-9].map(gate),
    ["0.52", "1.00", "0.00", "0.9966", "nearly 1", "0.003", "nearly 0"]);
});

test("in a column, rounding noise beside large numbers is a plain 0", () => {
  assert.equal(compact(-9e-17, 1), "0.00");
  assert.equal(compact(0.456, 1), "0.46");
  assert.equal(compact(-45.6, 50), "−45.6");
  assert.equal(compact(2.5e-7, 4e-7), "2.5 × 10⁻⁷");
});
