import assert from "node:assert/strict";
import test from "node:test";

import { courseAt, envelope, lastStep } from "../../exhibits/training/js/envelope.mjs";
import { Growing, floats } from "../../exhibits/training/js/numbers.mjs";
import { RunData } from "../../exhibits/training/js/run_data.mjs";

const packed = (values) => Buffer.from(new Float32Array(values).buffer).toString("base64");
const message = (more = {}) => ({
  step: 2, status: "running", problem: "", engine: "numpy", speed: 10, left: null, from: 0, losses: packed([0.5, 0.25]),
  norms: packed([2, 1]), scoredFrom: 0, scored: [[0, 0.5, 0.4]], snapshots: [0, 1, 2], ...more,
});
const run = (...tracks) => ({ version: 7, state: "running", place: 0, reason: "", tracks });

test("base64 is read as little-endian float32", () => {
  // 1.0 is 0x3f800000, −2.0 is 0xc0000000.
  assert.deepEqual([...floats(Buffer.from([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]).toString("base64"))], [1, -2]);
  assert.equal(floats("").length, 0);
});

test("a series grows beyond its room and keeps its sums", () => {
  const series = new Growing();
  for (let k = 0; k < 3000; k += 100) series.put(k, Float32Array.from({ length: 100 }, (_, j) => k + j));
  assert.equal(series.length, 3000);
  assert.equal(series.at(2999), 2999);
  assert.equal(series.mean(0, 3000), 1499.5);
  assert.equal(series.mean(10, 12), 10.5);
});

test("what comes twice replaces what stood there, and a hole is not filled", () => {
  const series = new Growing();
  series.put(0, [1, 2, 3]);
  series.put(1, [9]);
  assert.deepEqual([series.length, series.at(0), series.at(1), series.mean(0, 2)], [2, 1, 9, 5]);
  series.put(5, [7]);
  assert.equal(series.length, 2);
});

test("a value that is none ends the series", () => {
  const series = new Growing();
  series.put(0, [1, NaN, 3]);
  assert.equal(series.length, 1);
  assert.equal(series.last, 1);
});

test("only what is lacking is asked for", () => {
  const data = new RunData();
  assert.equal(data.query, "version=-1&seen=&scored=");
  data.take(run(message(), message({ losses: packed([1]), norms: packed([1]), scored: [] })));
  assert.equal(data.query, "version=7&seen=2,1&scored=1,0");
  data.take(run(message({ from: 2, losses: packed([0.125]), norms: packed([0.5]), scoredFrom: 1, scored: [[3, 0.1, 0.05]], step: 3 }), message()));
  const [track] = data.tracks;
  assert.deepEqual([...track.losses.buffer.subarray(0, 3)], [0.5, 0.25, 0.125]);
  assert.deepEqual(track.scored, [[0, 0.5, 0.4], [3, 0.1, 0.05]]);
});

test("a loss that is none is counted as seen, so that it is not asked for again", () => {
  const data = new RunData();
  data.take(run(message({ losses: packed([0.5, NaN]) })));
  assert.equal(data.tracks[0].losses.length, 1);
  assert.match(data.query, /seen=2/);
});

test("it is solved at the first score after the start that meets the goal", () => {
  const data = new RunData();
  data.take(run(message({ scored: [[0, 1, 0.005], [50, 1, 0.02], [100, 1, 0.01], [150, 1, 0.3]] })));
  assert.equal(data.tracks[0].solvedAt({ goal: 0.01, higher: false }), 100);
  assert.equal(data.tracks[0].solvedAt({ goal: 0.2, higher: true }), 150);
  assert.equal(data.tracks[0].solvedAt({ goal: 0.9, higher: true }), null);
});

test("rows over time are cut snapshot by snapshot, and only kept snapshots are columns", () => {
  const data = new RunData();
  data.take(run(message({ snapshots: [0, 2] })));
  const [track] = data.tracks;
  track.takeRows({ steps: [0, 2], fields: { error: packed([1, 2, 3, 4, 5, 6]) }, lags: [[3, 4]], lagChance: 0.5, learned: [[3, 4, null]] });
  assert.deepEqual([...track.rows.get(2).error], [4, 5, 6]);
  track.takeRows({ steps: [], fields: {}, lags: [], lagChance: 0.5, learned: [[3, 4, 2]] });
  assert.deepEqual([track.lags, track.lagChance, track.learned], [[[3, 4]], 0.5, [[3, 4, 2]]]);
  assert.deepEqual(track.columns, [0, 2]);
  data.take(run(message({ snapshots: [0, 4] })));
  assert.deepEqual(track.columns, [0]);
});

test("each pixel has its least and greatest value, whatever the number of steps", () => {
  const series = new Growing();
  series.put(0, [5, 1, 4, 2, 9, 9, 0, 3]);
  const { low, high } = envelope(series, 7, 4);
  assert.deepEqual([...low], [1, 2, 9, 0]);
  assert.deepEqual([...high], [5, 4, 9, 3]);
});

test("what has not been trained yet is empty", () => {
  const series = new Growing();
  series.put(0, [3, 4]);
  const { low, mean } = envelope(series, 7, 4);
  assert.equal(low[0], 3);
  assert.ok(Number.isNaN(low[1]) && Number.isNaN(mean[3]));
});

test("twenty thousand steps are drawn without losing a single peak", () => {
  const series = new Growing();
  const values = new Float32Array(20000).fill(1);
  values[12345] = 50;
  series.put(0, values);
  const { high, mean } = envelope(series, 19999, 800);
  assert.equal(Math.max(...high), 50);
  assert.equal(high.filter((value) => value === 50).length, 1);
  // A mean over 1.2 % of the steps around it and its own pixel: 49 spread over 240 + 25 steps.
  assert.ok(Math.abs(Math.max(...mean) - (1 + 49 / 265)) < 0.002);
});

test("the course at a step is the mean around it", () => {
  const series = new Growing();
  series.put(0, [2, 4]);
  assert.equal(courseAt(series, 1), 4);
  assert.ok(Number.isNaN(courseAt(series, 2)));
});

test("the course begins at the first loss, however long it goes on", () => {
  const series = new Growing();
  series.put(0, Float32Array.from({ length: 1000 }, (_, k) => Math.max(1, 4 - k)));
  const { mean } = envelope(series, 999, 1000);
  assert.equal(mean[0], 4);
  assert.equal(mean[1], 3); // of 4, 3 and 2: no more after it than there are before it
  assert.deepEqual([courseAt(series, 0), courseAt(series, 1), courseAt(series, 500)], [4, 3, 1]);
});

test("the right edge rests, doubles, and ends at the last step of all", () => {
  assert.deepEqual([lastStep(0, 3000), lastStep(50, 3000), lastStep(120, 3000), lastStep(1700, 3000)], [50, 100, 200, 3000]);
  assert.equal(lastStep(0, 10), 10);
});
