import assert from "node:assert/strict";
import test from "node:test";

import { asText } from "../../exhibits/stage/js/narration.mjs";
import { before, cut, held } from "../../exhibits/stage/js/told_besides.mjs";

const run = (losses, header = {}) => ({ header, array: (name) => (name === "losses" ? losses : [1, 1, 0]) });

test("a changed loss is told beside the one before", () => {
  assert.equal(asText(before(run([1.7, 0]), run([0.056, 0]), 0)), " Before your change the loss here was 0.056.");
});

test("a loss is told as it was only where both are written alike", () => {
  assert.equal(asText(before(run([0.00084]), run([0.0018]), 0)), " Before your change the loss here was 0.0018.");
  assert.match(asText(before(run([0.05634]), run([0.05641]), 0)), /as it was/);
});

test("a loss that stays is told as such, and none without a change or a loss", () => {
  assert.match(asText(before(run([0.5]), run([0.501]), 0)), /as it was/);
  assert.deepEqual(before(run([0.5]), null, 0), []);
  assert.deepEqual(before(run([1, 1, 1]), run([2, 2, 2]), 2), []);
});

test("a held gate and a silenced unit are told of that unit alone", () => {
  const changes = { pins: [[0, "forget_gate", 3, 1], [0, "input_gate", 3, 0], [1, "forget_gate", 2, 1]], silenced: [[0, 2]] };
  assert.equal(asText(held(run([], { changes }), 0, 3)), " (You hold its forget gate and input gate.)");
  assert.match(asText(held(run([], { changes }), 0, 2)), /silenced/);
  assert.deepEqual(held(run([], { changes }), 0, 1), []);
});

test("at a cut the losses whose way ends there are named", () => {
  const truncation = { windows: [[0, 5], [0, 10], [5, 15], [10, 17]] };
  const told = (step) => asText(cut(run([], { truncation }), step));
  assert.match(told(5), /losses of t = 10 to 14 ends here; to t = 4/);
  assert.match(told(10), /losses of t = 15 to 16/);
  assert.equal(told(0), "");
  assert.equal(told(7), "");
  assert.equal(asText(cut(run([], { truncation: null }), 5)), "");
});
