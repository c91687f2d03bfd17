import assert from "node:assert/strict";
import test from "node:test";

import { describeUnit, equation, equationBack } from "../../exhibits/stage/js/cell_words.mjs";
import { RunData } from "../../exhibits/stage/js/decode.mjs";

const d = (...values) => Float64Array.from(values);
const text = (parts) => parts.map((part) => part.text).join("");

test("LSTM: 0.5 × 1.2 is kept, 0.25 × −0.8 written, and both add up", () => {
  const flow = { f: d(0.5), c0: d(1.2), kept: d(0.6), i: d(0.25), g: d(-0.8), written: d(-0.2), c: d(0.4), o: d(0.5), h: d(0.5 * Math.tanh(0.4)) };
  assert.equal(text(equation("lstm", flow, 0, false)), "c = f · cₜ₋₁ + i · g = 0.500 × 1.20 + 0.250 × −0.800 "
    + "= 0.600 kept + −0.200 written = 0.400\nh = o · tanh c = 0.500 × 0.380 = 0.190");
  assert.match(text(equation("lstm", flow, 0, true)), /h = 0, the unit is silenced$/);
});

test("GRU: the state is mixed with the candidate", () => {
  const flow = { z: d(0.75), renew: d(0.25), h0: d(0.4), n: d(-0.8), kept: d(0.3), written: d(-0.2), xn: d(0.2), r: d(0.5), q: d(-2.6), an: d(-1.1) };
  assert.match(text(equation("gru", flow, 0, false)), /0\.750 × 0\.400 \+ 0\.250 × −0\.800 = 0\.300 kept \+ −0\.200 new = 0\.100\n/);
  // tanh(0.2 + 0.5 × −2.6) = tanh(−1.1) = −0.8005
  assert.match(text(equation("gru", { ...flow, n: d(-0.8005) }, 0, false)), /n = tanh\(0\.200 \+ 0\.500 × −2\.60\) = −0\.8005?$/);
  assert.match(text(equation("gru", { ...flow, n: d(0.5) }, 0, false)), /n is pinned at 0\.500$/);
});

test("RNN: the two sums, then the squashing", () => {
  const flow = { rec: d(0.25), inp: d(-0.75), a: d(-0.5), h: d(Math.tanh(-0.5)) };
  assert.equal(text(equation("rnn_tanh", flow, 0, false)), "a = 0.250 from the state + −0.750 from the input = −0.500\nh = tanh(a) = −0.462");
});

test("going back: where the gradient comes from, and what goes on", () => {
  const back = { direct: d(0.5), fromNext: d(-0.25), h: d(0.25), carried: d(0.125), through: d(0.375), c: d(0.5), c0: d(0.1), straight: d(0.1) };
  assert.equal(text(equationBack("lstm", { f: d(0.2) }, back, 0)), "∂L/∂h = 0.500 from here + −0.250 from later = 0.250\n"
    + "∂L/∂c = 0.125 along the conveyor + 0.375 by way of h = 0.500\n× f 0.200 → cₜ₋₁ gets 0.10");
});

test("a vanished gradient is told in powers of ten and not as 0", () => {
  const back = { direct: d(0), fromNext: d(2e-9), h: d(2e-9), h0: d(1e-9), a: d(2e-9) };
  assert.match(text(equationBack("rnn_tanh", {}, back, 0)), /= 0 from here \+ 2\.0 × 10⁻⁹ from later = 2\.0 × 10⁻⁹\n/);
});

test("with peepholes the memory before gets more than f lets through", () => {
  const back = { direct: d(0), fromNext: d(0), h: d(0), carried: d(0.5), through: d(0), c: d(0.5), straight: d(0.1), c0: d(0.25) };
  assert.match(text(equationBack("lstm", { f: d(0.2) }, back, 0)), /× f 0\.200 = 0\.10, with the peepholes → cₜ₋₁ gets 0\.25$/);
});

test("a unit is described by its own values, pins and silence", () => {
  const header = { cell: "gru", steps: 1, hidden: 2, strips: ["update_gate", "hidden"], layers: [{ reverse: false }],
    changes: { pins: [[0, "update_gate", 1, 0.9]], silenced: [[0, 0]] } };
  const run = new RunData(header, new Map([["layer0.update_gate", d(0.125, 0.9)], ["layer0.hidden", d(0, -0.5)], ["layer0.grad_hidden", d(1, 0.25)]]));
  assert.equal(describeUnit(run, 0, 0, 1, false), "Unit 1: update gate 0.9000 (pinned), hidden state −0.5000");
  assert.equal(describeUnit(run, 0, 0, 0, true), "Unit 0, silenced: update gate 0.1250, hidden state 0, gradient of the hidden state 1.000");
});
