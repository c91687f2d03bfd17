import assert from "node:assert/strict";
import test from "node:test";

import { RunData } from "../../exhibits/stage/js/decode.mjs";
import { asText, narrate } from "../../exhibits/stage/js/narration.mjs";
import { directionOf, featuresOf } from "../../exhibits/stage/js/nudge_words.mjs";
import { inputTerms } from "../../exhibits/stage/js/terms.mjs";
import { fitting, inBrackets, rowAt, saysClass, saysOne, symbolRead, vectorRead } from "../../exhibits/stage/js/vectors.mjs";

const f = (...values) => Float32Array.from(values);

/** Two steps of two numbers, one unit; one number is said, or two. */
function pairs({ outputs = 1, names = ["value", "marker"] } = {}) {
  const said = outputs === 1 ? { prediction: f(0.25, 0.75), target: f(0, 1.25) }
    : { prediction: f(0, 0, 0.75, -1), target: f(0, 0, 1.25, 1) };
  const arrays = { ...said, inputs: f(0.5, 1, -0.25, 0), has_target: Uint8Array.of(0, 1), has_loss: Uint8Array.of(0, 1),
    losses: Float64Array.of(0, outputs === 1 ? 0.125 : 2.125), "layer0.weight_ih": f(2, 3), "layer0.bias_ih": f(0.5),
    "layer0.preactivation": f(4.5, 0), "layer0.hidden": f(0.9998, 0), "layer0.initial_hidden": f(0) };
  return new RunData({ steps: 2, hidden: 1, cell: "rnn_tanh", totalLoss: 0.125, seen: 0, facts: {}, strips: [],
    input: { kind: "vectors", labels: ["(0.5, 1)", "(-0.25, 0)"], names, standardised: false },
    output: { loss: "squared", classes: [] }, layers: [{ name: "layer 1", depth: 0, reverse: false, full: true }] },
  new Map(Object.entries(arrays)));
}
const tell = (run, step, phase = "forward") => asText(narrate(run, { step, phase, layer: 0, unit: null }));

test("a step's row is its own numbers, as many as there are", () => {
  assert.deepEqual([...rowAt(pairs(), "inputs", 1)], [-0.25, 0]);
  assert.deepEqual([...rowAt(pairs({ outputs: 2 }), "prediction", 1)], [0.75, -1]);
  assert.equal(inBrackets([1, 2], String), "(1, 2)");
  assert.equal(inBrackets([1], String), "1");
});

test("a dot is drawn of one number that is said, never of one of several", () => {
  assert.equal(saysOne(pairs()), true);
  assert.equal(saysOne(pairs({ outputs: 2 })), false);
});

test("what is read is told by name, or in brackets where nothing has a name", () => {
  assert.match(vectorRead(pairs(), 1), /^value −0\.25\d*, marker 0(\.0+)?$/);
  assert.match(vectorRead(pairs({ names: [] }), 1), /^\(−0\.25\d*, 0(\.0+)?\)$/);
});

test("a vector is given what is due; a step without a target has no loss", () => {
  assert.match(tell(pairs(), 0), /reading value 0\.5\d*, marker 1\b.*It says 0\.25\d*; no loss is counted here\.$/);
  assert.match(tell(pairs(), 1), /It says 0\.75\d*, and 1\.25\d* is due: loss 0\.13\.$/);
  assert.match(tell(pairs(), 1, "loss"), /said 0\.75\d*, and 1\.25\d* was due\. Half the square of the difference −0\.5\d* is the loss, 0\.13\b/);
});

test("of several outputs all are told, and half the sum of the squares is the loss", () => {
  assert.match(tell(pairs({ outputs: 2 }), 1, "loss"),
    /said \(0\.75\d*, −1\S*\), and \(1\.25\d*, 1\S*\) was due\. Half the sum of the squares of the differences \(−0\.5\d*, −2\S*\) is the loss, 2\.1/);
});

test("each feature is a term by its own weight, and none is at the learner's hand", () => {
  const { terms } = inputTerms(pairs(), 0, 0, 0);
  assert.deepEqual(terms.map(({ value, weight, product }) => [value, weight, product]), [[0.5, 2, 1], [1, 3, 3]]);
  assert.deepEqual(terms.map(({ says }) => says), ["the input “value”", "the input “marker”"]);
  assert.ok(terms.every((term) => term.inputStep === undefined));
});

test("a nudge names the feature that it raises; the first one where none was chosen", () => {
  assert.deepEqual(featuresOf(pairs({ names: [] })), ["x₀", "x₁"]);
  assert.equal(directionOf(pairs(), 0, "marker"), "1");
  assert.equal(directionOf(pairs(), 0, null), "0");
});

/** Two steps of three symbols, one of which is 1; one of two classes is due at the second. */
function symbols({ inputs = f(0, 1, 0, 1, 0, 0) } = {}) {
  const arrays = { prediction: f(0.5, 0.5, 0.2, 0.8), target: f(0, 0), inputs, has_target: Uint8Array.of(0, 1), has_loss: Uint8Array.of(0, 1),
    losses: Float64Array.of(0, -Math.log(0.2)), "layer0.preactivation": f(0, 0), "layer0.hidden": f(0, 0), "layer0.initial_hidden": f(0) };
  return new RunData({ steps: 2, hidden: 1, cell: "rnn_tanh", totalLoss: 1.61, seen: 0, facts: {}, strips: [],
    input: { kind: "vectors", labels: ["(0, 1, 0)", "(1, 0, 0)"], names: ["a", "b", "c"], standardised: false },
    output: { loss: "categorical", classes: ["even", "odd"] }, layers: [{ name: "layer 1", depth: 0, reverse: false, full: true }] },
  new Map(Object.entries(arrays)));
}

test("a class is said and due by its name, with its probability and what it costs", () => {
  assert.match(tell(symbols(), 0), /It says “even” \(p = 0\.50\); no loss is counted here\.$/);
  assert.match(tell(symbols(), 1), /It says “odd” \(p = 0\.80\), and “even” is due: loss 1\.61, worse than a blind guess: it was sure, and wrong\.$/);
  assert.match(tell(symbols(), 1, "loss"), /“even” is due, and the network had given it p = 0\.20, so the loss is −ln p = 1\.61/);
  assert.deepEqual([saysClass(symbols()), saysOne(symbols()), saysClass(pairs())], [true, false, false]);
});

test("of symbols the one that is read is told, of other vectors every number", () => {
  assert.equal(symbolRead(symbols(), 0), "b");
  assert.match(tell(symbols(), 0), /reading b 1, the others 0\b/);
  assert.equal(symbolRead(symbols({ inputs: f(0, 1, 1, 0, 0.5, 0) }), 0), null);
  assert.equal(symbolRead(symbols({ inputs: f(0, 1, 1, 0, 0.5, 0) }), 1), null);
  assert.equal(symbolRead(pairs(), 1), null);
});

test("a name that is too long for its column says so", () => {
  assert.deepEqual([fitting("even", 4), fitting("evening", 4), fitting("even", 0)], ["even", "eve…", "e…"]);
});
