import assert from "node:assert/strict";
import test from "node:test";

import { arrived, filled, lossStrength, phaseWeights, travelled } from "../../exhibits/stage/js/progress.mjs";

test("reached steps are 1, far ones 0, the next one in between", () => {
  assert.deepEqual([3, 4, 5, 6].map((t) => arrived(t, 4.25, 1)), [1, 1, 0.25, 0]);
});

test("going left, the later steps are the ones that were reached", () => {
  assert.deepEqual([3, 4, 5, 6].map((t) => arrived(t, 4.25, -1)), [0, 0.75, 1, 1]);
});

test("the signal has travelled before the cell is full", () => {
  for (let share = 0.05; share < 1; share += 0.05) assert.ok(travelled(share) >= filled(share));
  assert.deepEqual([travelled(0), filled(0), travelled(1), filled(1)], [0, 0, 1, 1]);
});

test("phases cross-fade and always add up to 1", () => {
  assert.deepEqual(phaseWeights("loss", "forward", 0.25), { forward: 0.75, loss: 0.25, backward: 0 });
  assert.deepEqual(phaseWeights("backward", "backward", 0.4), { forward: 0, loss: 0, backward: 1 });
});

test("losses grow in the loss phase as the cursor passes, and stand whole in the others", () => {
  const at = (phase, lossPlace) => lossStrength(5, { weights: phaseWeights(phase, phase, 1), lossPlace }, 1).grown;
  assert.equal(at("loss", 3), 0);
  assert.equal(at("loss", 5), 1);
  assert.equal(at("forward", 0), 1);
  assert.equal(at("backward", 0), 1);
});
