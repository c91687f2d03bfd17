import assert from "node:assert/strict";
import test from "node:test";

import { moment, within } from "../../exhibits/stage/js/cell_order.mjs";

const at = (place, more = {}, direction = 1) =>
  moment({ place, step: Math.round(place), phase: "forward", playing: true, ...more }, direction);

test("while it plays the step that the cursor is on its way to is computed", () => {
  assert.deepEqual(at(7.25), { step: 8, share: 0.25 });
  assert.deepEqual(at(7), { step: 7, share: 1 });
});

test("going back, or in a layer that reads from the end, the cursor comes from the right", () => {
  assert.deepEqual(at(7.25, { phase: "backward" }), { step: 7, share: 0.75 });
  assert.deepEqual(at(7.25, {}, -1), { step: 7, share: 0.75 });
  assert.deepEqual(at(7.25, { phase: "backward" }, -1), { step: 8, share: 0.25 });
});

test("at rest and in the loss phase everything stands complete", () => {
  assert.deepEqual(at(7.25, { playing: false }), { step: 7, share: 1 });
  assert.deepEqual(at(7.25, { phase: "loss" }), { step: 7, share: 1 });
});

test("what happens during a span has not begun before it and is over after it", () => {
  assert.deepEqual([0.1, 0.25, 0.5, 0.75, 1].map((share) => within(share, [0.25, 0.75])), [0, 0, 0.5, 1, 1]);
  assert.equal(within(0, [0, 0]), 1);
});
