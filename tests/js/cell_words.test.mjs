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

test("a gate that is nearly 1 is not 1.00, and what the shown digits do not give is marked", () => {
  const flow = { f: d(0.99963), c0: d(2.5), kept: d(2.499075), i: d(0.25), g: d(-0.8), written: d(-0.2), c: d(2.299075), o: d(0.99999), h: d(0.99999 * Math.tanh(2.299075)) };
  // 0.9996 × 2.50 = 2.499, and 2.50 − 0.200 = 2.30; h is 0.980
  assert.match(text(equation("lstm", flow, 0, false)), /= 0\.9996 × 2\.50 \+ 0\.250 × −0\.800 = 2\.50 kept \+ −0\.200 written = 2\.30\n/);
  // 1.35 + 0.964 = 2.314, where 2.318 is due
  const way = { ...flow, kept: d(1.354), f: d(0.677), c0: d(2), written: d(0.964), i: d(0.964), g: d(1), c: d(2.318) };
  assert.match(text(equation("lstm", way, 0, false)), /1\.35 kept \+ 0\.964 written ≈ 2\.32\n/);
});

test("going back: where the gradient comes from, through which factors, and what goes on", () => {
  // 0.5 × 0.4 × 0.9 = 0.18, with 0.32 along the conveyor 0.5; a fifth of it goes on
  const back = { direct: d(0.75), fromNext: d(-0.25), h: d(0.5), heard: d(0.5), slope: d(0.9), carried: d(0.32), through: d(0.18), c: d(0.5), c0: d(0.1), straight: d(0.1),
    h0: d(-0.25), whole: d(1) };
  const flow = { f: d(0.2), o: d(0.4) };
  assert.equal(text(equationBack("lstm", flow, back, 0)), "∂L/∂h = 0.750 from here + −0.250 from later = 0.500\n"
    + "∂L/∂c = 0.320 along the conveyor + 0.500 × 0.400 × 0.900 by ∂L/∂h · o · (1 − tanh² c) = 0.500\n"
    + "cₜ₋₁ gets f · ∂L/∂c = 0.200 × 0.500 = 0.100\nhₜ₋₁ gets Wₕₕᵀ δ = −0.250");
  const cut = { ...back, whole: d(0), c0: d(0), h0: d(0.05) };
  assert.match(text(equationBack("lstm", flow, cut, 0)), /cₜ₋₁ gets 0: the way back is cut\nhₜ₋₁ gets 0\.0500 across the cut$/);
});

test("a vanished gradient is told in powers of ten and not as 0", () => {
  const back = { direct: d(0), fromNext: d(2e-9), h: d(2e-9), heard: d(2e-9), slope: d(0.5), h0: d(3e-10), a: d(1e-9), whole: d(1) };
  assert.equal(text(equationBack("rnn_tanh", {}, back, 0)), "∂L/∂h = 0 from here + 2.00 × 10⁻⁹ from later = 2.00 × 10⁻⁹\n"
    + "δ = ∂L/∂h · slope = 2.00 × 10⁻⁹ × 0.500 = 1.00 × 10⁻⁹\nhₜ₋₁ gets Wₕₕᵀ δ = 3.00 × 10⁻¹⁰");
});

test("with peepholes the memory before gets more than f lets through", () => {
  const back = { direct: d(0), fromNext: d(0), h: d(0), heard: d(0), slope: d(1), carried: d(0.5), through: d(0), c: d(0.5), straight: d(0.1), c0: d(0.25), h0: d(0), whole: d(1) };
  assert.match(text(equationBack("lstm", { f: d(0.2), o: d(0.5) }, back, 0)), /gets f · ∂L\/∂c = 0\.200 × 0\.500 = 0\.100, with 0\.150 by the peepholes = 0\.250\n/);
});

test("going back through a GRU: straight through z, and by way of the gates", () => {
  const back = { direct: d(0.5), fromNext: d(0), h: d(0.5), kept: d(0.5), straight: d(0.2), h0: d(0.35), whole: d(1) };
  assert.match(text(equationBack("gru", { z: d(0.4) }, back, 0)), /hₜ₋₁ gets z · ∂L\/∂h \+ Wₕₕᵀ δ = 0\.400 × 0\.500 \+ 0\.150 = 0\.350$/);
});

test("a unit is described by its own values, pins and silence", () => {
  const header = { cell: "gru", steps: 1, hidden: 2, strips: ["update_gate", "hidden"], layers: [{ reverse: false }],
    changes: { pins: [[0, "update_gate", 1, 0.9]], silenced: [[0, 0]] } };
  const run = new RunData(header, new Map([["layer0.update_gate", d(0.125, 0.9)], ["layer0.hidden", d(0, -0.5)], ["layer0.grad_hidden", d(1, 0.25)]]));
  assert.equal(describeUnit(run, 0, 0, 1, false), "Unit 1: update gate 0.9000 (pinned), hidden state −0.5000");
  assert.equal(describeUnit(run, 0, 0, 0, true), "Unit 0, silenced: update gate 0.1250, hidden state 0, gradient of the hidden state 1.000");
});
