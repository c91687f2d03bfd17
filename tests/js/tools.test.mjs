import assert from "node:assert/strict";
import test from "node:test";

import { cuts } from "../../exhibits/stage/js/scissors.mjs";
import { enlargement } from "../../exhibits/stage/js/presentation.mjs";
import { summary } from "../../exhibits/stage/js/tools.mjs";
import { difference } from "../../exhibits/stage/js/bitmaps.mjs";

test("the smallest text of 12 pixels is 24 on a full-HD screen, and as large a part of a larger one", () => {
  assert.equal(enlargement(1920, 1080), 2);
  assert.equal(enlargement(3840, 2160), 4);
});

test("on a small window the layout keeps room for its labels", () => {
  assert.equal(enlargement(1024, 768), 1.6);
  assert.equal(enlargement(390, 800), 1);
});

test("scissors stand where a window begins, once, and not before the first step", () => {
  const windows = [[0, 5], [0, 10], [5, 15], [10, 20], [12, 22]];
  assert.deepEqual(cuts({ windows }), [5, 10, 12]);
  assert.deepEqual(cuts({ windows: [[0, 3], [3, 6], [3, 6]] }), [3]);
  assert.deepEqual(cuts(null), []);
});

test("three changes are named and the rest counted", () => {
  assert.equal(summary([]), "");
  assert.equal(summary(["a", "b", "c"]), "a; b; c");
  assert.equal(summary(["a", "b", "c", "d", "e"]), "a; b; c; and 2 more");
});

test("a difference is new minus before", () => {
  const run = (values) => ({ of: () => Float32Array.from(values) });
  assert.deepEqual([...difference(run([1, 0.5, -2]), run([0.5, 0.5, 1]), 0, "hidden")], [0.5, 0, -3]);
});
