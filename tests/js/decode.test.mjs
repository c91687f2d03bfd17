import assert from "node:assert/strict";
import test from "node:test";

import { decode } from "../../exhibits/stage/js/decode.mjs";

const FIXED = { version: 1, id: "x", title: "", cell: "rnn_tanh", steps: 2, hidden: 2, strips: ["hidden"],
  layers: [{ name: "layer 1", depth: 0, reverse: false, full: true }, { name: "layer 1", depth: 0, reverse: true, full: true }] };

/** A payload put together by hand, byte by byte, and not by the code under test. */
function payload(header, body, shift = 0) {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil((4 + text.length) / 8) * 8 - 4;
  const bytes = new Uint8Array(shift + 4 + padded + body.length);
  bytes.fill(32, shift + 4, shift + 4 + padded);
  new DataView(bytes.buffer).setUint32(shift, padded, true);
  bytes.set(text, shift + 4);
  bytes.set(body, shift + 4 + padded);
  return bytes.subarray(shift);
}

// h of unit 0 and 1 at t = 0, then at t = 1, as float32: 1, -2, 0.5, 0.25. Then 1e-60 as float64.
const BODY = new Uint8Array(24);
[0x3f800000, 0xc0000000, 0x3f000000, 0x3e800000].forEach((word, k) => new DataView(BODY.buffer).setUint32(4 * k, word, true));
new DataView(BODY.buffer).setFloat64(16, 1e-60, true);
const HEADER = { ...FIXED, arrays: { "layer0.hidden": { offset: 0, shape: [2, 2], dtype: "f4" },
  "layer1.hidden": { offset: 0, shape: [2, 2], dtype: "f4" },
  "layer0.initial_hidden": { offset: 8, shape: [2], dtype: "f4" }, small: { offset: 16, shape: [1], dtype: "f8" } } };

test("rows are steps and columns are units", () => {
  const run = decode(payload(HEADER, BODY));
  assert.equal(run.at(0, "hidden", 0, 1), -2);
  assert.equal(run.at(0, "hidden", 1, 0), 0.5);
});

test("a gradient that float32 would lose is not lost", () => {
  assert.equal(decode(payload(HEADER, BODY)).array("small")[0], 1e-60);
});

test("the state before a step is the row above it, the row below it in a reverse layer, or the initial one", () => {
  const run = decode(payload(HEADER, BODY));
  assert.equal(run.before(0, "hidden", 1, 1), -2);
  assert.equal(run.before(0, "hidden", 0, 0), 0.5);
  assert.equal(run.before(1, "hidden", 0, 1), 0.25);
  assert.equal(run.before(1, "hidden", 1, 0), 0);
});

test("bytes that start anywhere in a larger buffer are read alike", () => {
  const run = decode(payload(HEADER, BODY, 3));
  assert.deepEqual([...run.of(0, "hidden")], [1, -2, 0.5, 0.25]);
});

test("what is not there is null, and its value not a number", () => {
  const run = decode(payload(HEADER, BODY));
  assert.equal(run.of(0, "cell"), null);
  assert.ok(Number.isNaN(run.at(0, "cell", 0, 0)));
});

test("letters of every script arrive", () => {
  assert.equal(decode(payload({ ...HEADER, title: "“é␣語🙂”" }, BODY)).header.title, "“é␣語🙂”");
});

test("a payload that is cut off or of another version is refused by name", () => {
  const whole = payload(HEADER, BODY);
  assert.throws(() => decode(whole.subarray(0, whole.length - 4)), /the array small is cut off/);
  assert.throws(() => decode(whole.subarray(0, 40)), /header is cut off/);
  assert.throws(() => decode(new Uint8Array(2)), /no payload/);
  assert.throws(() => decode(payload({ ...HEADER, version: 2 }, BODY)), /version 2/);
});
