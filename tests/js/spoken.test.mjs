import assert from "node:assert/strict";
import test from "node:test";

import { RunData } from "../../exhibits/stage/js/decode.mjs";
import { aloud, inWords } from "../../exhibits/stage/js/spoken.mjs";

const f = (...values) => Float32Array.from(values);
const d = (...values) => Float64Array.from(values);

/** Two steps of a GRU of two units that reads “a(”; unit 1: h 0.5 then 0.7. */
function gru(header = {}) {
  const arrays = {
    prediction: f(0.9, 0.1, 0.25, 0.75), target: Int32Array.from([1, 0]),
    has_target: Uint8Array.from([1, 0]), has_loss: Uint8Array.from([1, 0]), losses: d(2.302585, 0),
    "layer0.initial_hidden": f(0, 0), "layer0.update_gate": f(0.5, 0.5, 0.25, 0.5),
    "layer0.candidate": f(0.8, 0, 0.8, 0.9), "layer0.hidden": f(0.4, 0.5, 0.7, 0.7),
    "layer0.grad_hidden_norm": d(1e-5, 0.25), "layer0.own_norm": d(0.9, 0.9), "layer0.handed_hidden": d(0, 2.1),
    "layer0.grad_hidden": d(0, -1e-5, 0.2, -0.125), "layer0.weight_term": d(0, 0.03), "layer0.weight_sum": d(0.03, 0.03),
  };
  return new RunData({ id: "x", steps: 2, hidden: 2, cell: "gru", totalLoss: 2.302585,
    input: { kind: "text", labels: ["a", "("] }, output: { loss: "categorical", classes: ["a", ")"] },
    layers: [{ name: "layer 1", depth: 0, reverse: false, full: true }], ...header }, new Map(Object.entries(arrays)));
}

const at = (state) => ({ step: 1, phase: "forward", level: "overview", layer: 0, unit: null, ...state });

test("signs become words: norms, gradients, products, powers of ten, minus", () => {
  assert.equal(inWords("‖∂L/∂h‖ is 0.25"), "the size of the gradient at h is 0.25");
  assert.equal(inWords("For unit 1 alone, ∂L/∂c = −0.05."), "For unit 1 alone, the gradient at c is minus 0.05.");
  assert.equal(inWords("4.0 × 10⁻¹² of it"), "4.0 times 10 to the minus 12 of it");
  assert.equal(inWords("(1 − 0.25) × candidate −0.5 ≈ −0.4"), "1 minus 0.25 times candidate minus 0.5 about minus 0.4");
  assert.equal(inWords("given it p = 0.10, so the loss is −ln p = 2.30"),
    "given it probability 0.10, so the loss is minus the logarithm of that, 2.30");
});

test("brackets and points are named, letters stay letters", () => {
  assert.equal(inWords("It expects “)” (p = 0.95), and “x” comes"), "It expects closing parenthesis with probability 0.95, and “x” comes");
});

test("the caveat of every step is not said at every step", () => {
  const said = aloud(gru(), at({ step: 0, phase: "backward" }));
  assert.match(said, /the size of the gradient at h is 1\.000 times 10 to the minus 5: from later steps 2\.1/);
  assert.doesNotMatch(said, /vectors/);
});

test("no bare sign is left of what the phases tell", () => {
  for (const phase of ["forward", "loss", "backward"]) {
    for (const level of ["overview", "unit"]) {
      assert.doesNotMatch(aloud(gru(), at({ phase, level, unit: 1, step: 0 })), /[‖∂×≈−⁻→]/u);
    }
  }
});

test("of one unit, its own number comes first: its state, its gradient, what the read-out gets of it", () => {
  const alone = (phase) => aloud(gru(), at({ phase, level: "unit", unit: 1 }));
  assert.match(alone("forward"), /^Unit 1: its h is 0\.700\. t = 1, reading opening parenthesis: unit 1: update gate 0\.500 times state 0\.500/);
  assert.match(alone("backward"), /^Unit 1: the gradient at its h is minus 0\.125\. t = 1, going back/);
  assert.equal(alone("backward").match(/0\.125/g).length, 1);
  assert.match(alone("loss"), /^Unit 1 hands its h, 0\.700, to the read-out, which the loss is of\. t = 1/);
});

test("a unit below another layer is not the read-out’s", () => {
  const layers = [0, 1].map((depth) => ({ name: `layer ${depth + 1}`, depth, reverse: false, full: true }));
  assert.match(aloud(gru({ layers }), at({ phase: "loss", level: "unit", unit: 0 })), /^Unit 0: its h is 0\.700; the loss is the read-out’s, above this layer\./);
});
