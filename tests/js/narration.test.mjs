import assert from "node:assert/strict";
import test from "node:test";

import { RunData } from "../../exhibits/stage/js/decode.mjs";
import { asText, bestClass, mostChanged, named, narrate, sign } from "../../exhibits/stage/js/narration.mjs";

const f = (...values) => Float32Array.from(values);
const d = (...values) => Float64Array.from(values);

/** Two units, two steps, classes "a" and "b". c is worked out by hand: c = f·c_before + i·g. */
function lstm(changes = {}) {
  const arrays = {
    prediction: f(0.9, 0.1, 0.25, 0.75), target: f(1, 0), has_target: Uint8Array.of(1, 0),
    has_loss: Uint8Array.of(1, 0), losses: d(2.302585, 0),
    "layer0.initial_cell": f(0, 0), "layer0.initial_hidden": f(0, 0),
    "layer0.forget_gate": f(0.5, 0.5, 0.9, 0.02), "layer0.input_gate": f(0.5, 0.8, 0.2, 0.5),
    "layer0.candidate": f(0.4, -1, 0.5, 0.6), "layer0.cell": f(0.2, -0.8, 0.28, 0.284),
    "layer0.hidden": f(0.1, -0.3, 0.1, 0.2),
    "layer0.grad_hidden_norm": d(1e-5, 0.25), "layer0.grad_cell_norm": d(2e-5, 0.125),
    "layer0.own_norm": d(0, 0.25), "layer0.handed_hidden": d(0, 1e-5),
    "layer0.grad_cell": d(1e-5, 0, 0.1, -0.05), "layer0.grad_hidden": d(0, 1e-5, 0.2, 0.1),
    "layer0.weight_term": d(0, 0.03), "layer0.weight_sum": d(0.03, 0.03), ...changes.arrays,
  };
  const header = { id: "x", steps: 2, hidden: 2, cell: "lstm", totalLoss: 2.302585,
    input: { kind: "text", labels: ["a", " "] }, output: { loss: "categorical", classes: ["a", "b"] },
    layers: [{ name: "layer 1", depth: 0, reverse: false, full: true }], ...changes.header };
  return new RunData(header, new Map(Object.entries(arrays)));
}

const tell = (run, state) => asText(narrate(run, { step: 0, phase: "forward", layer: 0, unit: null, ...state }));

test("it speaks of the unit whose memory changes most: |Δc| is 0.08 and 1.084 here", () => {
  assert.equal(mostChanged(lstm(), 0, 1), 1);
});

test("the lowest number wins a tie", () => {
  assert.equal(mostChanged(lstm({ arrays: { "layer0.cell": f(0.5, -0.5, 0, 0) } }), 0, 0), 0);
});

test("LSTM: what is dropped, what is written, what comes of it", () => {
  assert.equal(tell(lstm(), { step: 1 }),
    "t = 1, reading a space: unit 1 changes most: forget gate 0.0200 × memory −0.800 = −0.016 kept; "
    + "input gate 0.500 × candidate 0.600 = 0.300 added; new memory 0.284. "
    + "It expects “b” (p = 0.75); no loss is counted here.");
});

test("the unit that the learner picked comes first", () => {
  assert.match(tell(lstm(), { step: 1, unit: 0 }),
    /unit 0: forget gate 0\.900 × memory 0\.200 = 0\.180 kept; input gate 0\.200 × candidate 0\.500 = 0\.100 added; new memory 0\.280\./);
});

test("before the first step there is nothing to remember; the loss is told where it is counted", () => {
  assert.equal(tell(lstm(), {}),
    "t = 0, reading “a”: unit 1 changes most: it remembers nothing yet; input gate 0.800 × candidate −1.00 "
    + "= −0.800 added; new memory −0.800. It expects “a” (p = 0.90), and “b” comes: loss 2.30, "
    + "worse than a blind guess: it was sure, and wrong.");
});

test("a loss above ln 2 is worse than a blind guess; sure it was only with more than half", () => {
  const unsure = lstm({ arrays: { prediction: f(0.4, 0.2, 0.25, 0.75), losses: d(1.609438, 0) } });
  assert.match(tell(unsure, {}), /loss 1\.61, worse than a blind guess\.$/);
  assert.match(tell(lstm({ arrays: { losses: d(0.6, 0) } }), {}), /loss 0\.60\.$/);
});

test("loss: the probability given to what came, and its logarithm", () => {
  assert.equal(tell(lstm(), { phase: "loss" }),
    "t = 0: “b” comes, and the network had given it p = 0.10, so the loss is −ln p = 2.30, "
    + "worse than a blind guess: it was sure, and wrong. "
    + "Up to here the losses add up to 2.30, of 2.30 in all.");
  assert.match(tell(lstm(), { phase: "loss", step: 1 }), /^t = 1: no loss is counted here\./);
});

test("backward, of several losses: what comes from later steps and what from here", () => {
  const several = lstm({ arrays: { "layer0.grad_hidden_norm": d(2.984, 0.9), "layer0.own_norm": d(0.9, 0.9), "layer0.handed_hidden": d(0, 2.1) } });
  assert.match(tell(several, { phase: "backward", step: 0 }),
    /‖∂L\/∂h‖ is 2\.984: from later steps 2\.1, from this step’s own loss 0\.90 \(vectors, so sizes need not add\)\./);
  assert.match(tell(several, { phase: "backward", step: 1 }), /‖∂L\/∂h‖ is 0\.9000, all of it from this step’s own loss\./);
  const bold = narrate(several, { step: 0, phase: "backward", layer: 0, unit: null }).filter((part) => part.strong);
  assert.ok(bold.some(({ text }) => text === "2.984"));
});

test("backward, in a layer below another: what comes from above", () => {
  const layers = [0, 1].map((depth) => ({ name: `layer ${depth + 1}`, depth, reverse: false, full: true }));
  const lower = lstm({ header: { layers }, arrays: { "layer0.grad_hidden_norm": d(2, 1), "layer0.own_norm": d(1, 1), "layer0.handed_hidden": d(0, 1.5) } });
  assert.match(tell(lower, { phase: "backward", step: 0 }), /from later steps 1\.5, from the layer above 1\.0 /);
});

test("backward: how much arrives, how much set out, and one more term for the same W", () => {
  assert.equal(tell(lstm(), { phase: "backward", step: 1 }),
    "t = 1, going back: ‖∂L/∂h‖ is 0.2500; here it sets out. "
    + "At the memory, ‖∂L/∂c‖ is 0.1250. The same W gets one more term, of size 0.030; its sum so far is 0.0300.");
  const vanished = tell(lstm(), { phase: "backward", step: 0 });
  assert.match(vanished, /‖∂L\/∂h‖ is 1\.000 × 10⁻⁵, 4\.0 × 10⁻⁵ of what it was: where it set out, at t = 1, it was 0\.2500\./);
  assert.match(vanished, /The state before it is fixed, and the sum for W is complete: 0\.03000\.$/);
});

test("backward, of one unit", () => {
  assert.match(tell(lstm(), { phase: "backward", step: 1, unit: 1 }), /For unit 1 alone, ∂L\/∂c = −0\.0500\./);
});

test("a gradient of exactly 0 is called that, with its reason", () => {
  const none = lstm({ arrays: { "layer0.grad_hidden_norm": d(0.1, 0) } });
  assert.equal(tell(none, { phase: "backward", step: 1 }),
    "t = 1, going back: no loss stands here or later, so there is nothing to send back: the gradient is exactly 0.");
  const lost = lstm({ arrays: { "layer0.grad_hidden_norm": d(0, 0.1) } });
  assert.match(tell(lost, { phase: "backward", step: 0 }), /exactly 0 here; nothing of the later losses comes this far/);
});

test("GRU: z keeps, 1 − z takes: 0.25 · 0.4 + 0.75 · 0.8 = 0.7", () => {
  const run = lstm({ header: { cell: "gru" }, arrays: { "layer0.cell": undefined,
    "layer0.update_gate": f(0.5, 0.5, 0.25, 0.5), "layer0.candidate": f(0.8, 0, 0.8, 0), "layer0.hidden": f(0.4, 0, 0.7, 0) } });
  assert.match(tell(run, { step: 1 }),
    /unit 0 changes most: update gate 0\.250 × state 0\.400 = 0\.100 kept; \(1 − 0\.250\) × candidate 0\.800 = 0\.600 added; new state 0\.700\./);
});

test("RNN: the sum, and what the squashing makes of it", () => {
  const run = lstm({ header: { cell: "rnn_tanh" }, arrays: { "layer0.cell": undefined,
    "layer0.preactivation": f(0, 0, 0.5493, 0), "layer0.hidden": f(0.1, 0, 0.5, 0) } });
  assert.match(tell(run, { step: 1 }), /add up to 0\.549; tanh\(0\.549\) = 0\.500, its new state \(it was 0\.100\)\./);
});

test("numbers: half the square of 0.5 − 0.2 is 0.045", () => {
  const run = lstm({ header: { input: { kind: "numbers", labels: ["0.1", "0.2"] }, output: { loss: "squared", classes: [] } },
    arrays: { inputs: f(0.1, 0.2), prediction: f(0.5, 0), target: f(0.2, 0), losses: d(0.045, 0) } });
  assert.match(tell(run, { phase: "loss" }), /^t = 0: the network said 0\.50, and 0\.20 came\. Half the square of the difference 0\.30 is the loss, 0\.045\./);
  assert.match(tell(run, {}), /It expects 0\.50, and 0\.20 comes: loss 0\.045\.$/);
});

test("standardised numbers are told beside the learner's own", () => {
  const run = lstm({ header: { input: { kind: "numbers", labels: ["-10", "20"], standardised: true }, output: { loss: "squared", classes: [] } },
    arrays: { inputs: f(-1.39, 0.2), prediction: f(0.5, 0), target: f(0.2, 0), losses: d(0.045, 0) } });
  assert.match(tell(run, {}), /^t = 0, reading −10 \(standardised −1\.39\): .* It expects 0\.50 \(standardised\), and 0\.20 comes/);
  assert.match(tell(run, { phase: "loss" }), /and 0\.20 came \(standardised\)\. Half/);
});

test("a layer that reads from the end says so", () => {
  const run = lstm({ header: { layers: [{ name: "layer 1", depth: 0, reverse: true, full: true }] } });
  assert.match(tell(run, { step: 0 }), /from the end of the sequence, unit/);
});

test("signs that cannot be seen are drawn and named", () => {
  assert.equal(sign(" "), "␣");
  assert.equal(sign("x"), "x");
  assert.equal(named("\n"), "a line break");
});

test("the best class is the one with the largest probability", () => {
  assert.deepEqual(bestClass(lstm(), 1), { index: 1, probability: 0.75 });
});
