import assert from "node:assert/strict";
import test from "node:test";

import { RunData } from "../../exhibits/stage/js/decode.mjs";
import { bothAxes, cornersOf, Growth } from "../../exhibits/stage/js/growth.mjs";
import { growing, scalesOf } from "../../exhibits/stage/js/scene.mjs";

/** One RNN unit over two steps; `size` is that of everything that a scale is made for. */
function after(size, loss) {
  const arrays = { inputs: Float32Array.of(1, 0), prediction: Float32Array.of(0, size), target: Float32Array.of(0, 1),
    has_target: Uint8Array.of(0, 1), losses: Float64Array.of(0, loss), "layer0.preactivation": Float32Array.of(0, size),
    "layer0.hidden": Float32Array.of(0, 0.5), "layer0.hidden_norm": Float32Array.of(0, size), "layer0.grad_hidden_norm": Float64Array.of(size / 100, size),
    "layer0.weight_limit": Float64Array.of(size), "layer0.weight_sum": Float64Array.of(size, 0) };
  return new RunData({ steps: 2, hidden: 1, cell: "rnn_tanh", strips: ["preactivation", "hidden"], layers: [{}],
    output: { loss: "squared", classes: [] } }, new Map(Object.entries(arrays)));
}
const scales = (size, loss) => scalesOf([{ run: after(size, loss), seen: 0 }]);
const ROWS = { loss: { top: 0, bottom: 100 } };

test("scales that grow hold the largest of all that came, and a falling loss is seen to fall", () => {
  const [first, second] = [scales(8, 2), scales(0.5, 0.25)];
  const wide = growing(first, second);
  assert.equal(second.limits.get("preactivation").limit < first.limits.get("preactivation").limit, true);
  assert.equal(wide.limits.get("preactivation").limit, first.limits.get("preactivation").limit);
  assert.deepEqual([wide.norms.hidden, wide.layerNorms, wide.weight, wide.weightSum, wide.high], [8, [8], 8, 8, 8]);
  assert.equal(wide.lossHeight(ROWS, 0.25), first.lossHeight(ROWS, 0.25));
  assert.equal(wide.lossHeight(ROWS, 2) / wide.lossHeight(ROWS, 0.25), 8);
  assert.deepEqual(wide.axis, { low: Math.min(first.axis.low, second.axis.low), high: first.axis.high });
  assert.equal(growing(second, first).limits.get("preactivation").limit, first.limits.get("preactivation").limit);
});

test("a bounded quantity keeps its bounds, whatever comes", () => {
  assert.equal(growing(scales(8, 2), scales(0.5, 1)).limits.get("hidden").limit, 1);
});

test("nothing is remembered of a run that does not change, nor of another than the one watched", () => {
  const growth = new Growth();
  growth.watch(null);
  assert.deepEqual([growth.of("top", 5, Math.max), growth.of("top", 3, Math.max)], [5, 3]);
  growth.watch("/run, layer 0");
  assert.deepEqual([growth.of("top", 5, Math.max), growth.of("top", 3, Math.max), growth.of("top", 9, Math.max)], [5, 5, 9]);
  growth.watch("/run, layer 0");
  assert.equal(growth.of("top", 1, Math.max), 9);
  growth.watch("/run, layer 1");
  assert.equal(growth.of("top", 1, Math.max), 1);
});

test("axes and boxes are widened to hold both", () => {
  assert.deepEqual(bothAxes({ low: -3, high: 0 }, { low: -2, high: 1 }), { low: -3, high: 1 });
  assert.deepEqual(cornersOf([[1, 5], [-2, 7], [0, 6]]), [[-2, 5], [1, 7]]);
});
