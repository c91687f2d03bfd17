import assert from "node:assert/strict";
import test from "node:test";

import { axisOf, columnEdges, logStepTicks, nearestSnapshot, placeOf, stepShare, stepTicks, ticks } from "../../exhibits/training/js/axis.mjs";
import { pixelsOf, scaleOf } from "../../exhibits/training/js/fields.mjs";
import { apart, labelledRows } from "../../exhibits/training/js/labels.mjs";

test("a log axis ends at 1, 2 or 5 times a power of ten and places equal factors evenly", () => {
  const axis = axisOf([0.004, 0.3], true);
  assert.deepEqual([axis.low, axis.high], [0.002, 0.5]);
  const third = placeOf(axis, 0.002 * 250 ** (1 / 3));
  assert.ok(Math.abs(third - 1 / 3) < 1e-12);
  assert.equal(placeOf(axis, 0), 0);
  assert.equal(placeOf(axis, 5), 1);
});

test("a log axis shows a factor of ten at least and eight decades at most", () => {
  assert.deepEqual(axisOf([0.16, 0.17], true), { log: true, low: 0.02, high: 0.2 });
  assert.deepEqual(axisOf([1e-30, 1], true), { log: true, low: 1e-8, high: 1 });
  assert.deepEqual(axisOf([], true), { log: true, low: 0.1, high: 1 });
});

test("a straight axis begins at 0 and ends at a round number", () => {
  const axis = axisOf([0.17, 0.02], false);
  assert.deepEqual(axis, { log: false, low: 0, high: 0.2 });
  assert.ok(Math.abs(placeOf(axis, 0.05) - 0.25) < 1e-12);
  assert.deepEqual(ticks(axis, 6).map(({ text }) => text), ["0", "0.04", "0.08", "0.12", "0.16", "0.2"]);
});

test("a log axis of one decade names numbers between, one of many only powers", () => {
  assert.deepEqual(ticks({ log: true, low: 0.1, high: 1 }, 8).map(({ text }) => text), ["0.1", "0.2", "0.3", "0.5", "1"]);
  assert.deepEqual(ticks({ log: true, low: 1e-6, high: 1 }, 4).map(({ text }) => text), ["10⁻⁶", "10⁻⁴", "0.01", "1"]);
  assert.deepEqual(ticks({ log: true, low: 0.02, high: 2 }, 5).map(({ text }) => text), ["0.03", "0.1", "0.3", "1"]);
});

test("steps are labelled at round numbers", () => {
  assert.deepEqual(stepTicks(3000, 6), [0, 500, 1000, 1500, 2000, 2500, 3000]);
  assert.deepEqual(stepTicks(7, 10), [0, 1, 2, 3, 4, 5, 6, 7]);
});

test("early steps have the most room on the heat maps' axis", () => {
  assert.equal(stepShare(0, 999), 0);
  assert.equal(stepShare(999, 999), 1);
  assert.ok(Math.abs(stepShare(9, 999) - 1 / 3) < 1e-12); // log 10 of log 1000
  assert.equal(nearestSnapshot([0, 9, 99, 999], 0.34, 999), 9);
  assert.equal(nearestSnapshot([], 0.5, 999), null);
});

test("no label of a step stands over another", () => {
  const found = logStepTicks(3000, 300);
  assert.ok(found.includes(0) && found.includes(1000));
  const places = found.map((step) => stepShare(step, 3000) * 300);
  places.slice(1).forEach((at, k) => assert.ok(at - places[k] > 8, `${found}`));
});

test("the columns of the snapshots meet half-way and cover all of it", () => {
  const edges = columnEdges([0, 9, 999], 999);
  [0, 1 / 6, 2 / 3, 1].forEach((edge, k) => assert.ok(Math.abs(edges[k] - edge) < 1e-12));
});

test("labels are pushed apart and stay inside", () => {
  assert.deepEqual(apart([50, 52, 90], 10, 0, 95), [50, 60, 90]);
  assert.deepEqual(apart([94, 95], 10, 0, 95), [85, 95]);
  assert.deepEqual(apart([5, 3], 10, 4, 95), [14, 4]);
});

test("the rows that have room are labelled, the first and the last always", () => {
  assert.deepEqual(labelledRows(7, 118, 14), [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(labelledRows(0, 118, 14), []);
  assert.deepEqual(labelledRows(1, 118, 14), [0]);
  assert.deepEqual(labelledRows(19, 118, 14), [0, 3, 6, 9, 12, 15, 18]);
  for (let count = 2; count < 300; count += 1) {
    const rows = labelledRows(count, 118, 14);
    assert.deepEqual([rows[0], rows.at(-1)], [0, count - 1]);
    rows.slice(1).forEach((row, k) => assert.ok(((row - rows[k]) * 118) / count >= 12, `${count}: ${rows}`));
  }
});

test("a heat map has time step 0 at its foot and a fixed scale for gates", () => {
  const rows = [Float32Array.of(0, 1), Float32Array.of(0.5, 0.5)];
  const scale = scaleOf("forget_gate", rows);
  assert.deepEqual([scale.low, scale.high], ["0", "1"]);
  const { pixels, width, height } = pixelsOf(rows, scale.share, [[0, 0, 0], [200, 100, 50]]);
  assert.deepEqual([width, height], [2, 2]);
  const at = (x, y) => [...pixels.subarray(4 * (y * 2 + x), 4 * (y * 2 + x) + 3)];
  assert.deepEqual(at(0, 1), [0, 0, 0]); // first snapshot, t = 0
  assert.deepEqual(at(0, 0), [200, 100, 50]); // first snapshot, t = 1
  assert.deepEqual(at(1, 0), [100, 50, 25]);
});

test("the gradient's scale is logarithmic and says its decades", () => {
  const scale = scaleOf("grad_hidden", [Float32Array.of(2e-6, 0.05)]);
  assert.deepEqual([scale.low, scale.high], ["10⁻⁶", "10⁻¹"]);
  assert.ok(Math.abs(scale.share(1e-3) - 0.6) < 1e-6);
});

test("an error is told up to the chance line", () => {
  const scale = scaleOf("lag_errors", [Float32Array.of(3, 0.05)], 0.2);
  assert.deepEqual([scale.low, scale.high, scale.share(3)], ["0", "chance", 1]);
  assert.ok(Math.abs(scale.share(0.05) - 0.25) < 1e-9);
});
