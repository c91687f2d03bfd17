import assert from "node:assert/strict";
import test from "node:test";

import { backward, forward } from "../../exhibits/stage/js/cell_math.mjs";
import { RunData } from "../../exhibits/stage/js/decode.mjs";

const d = (...values) => Float64Array.from(values);
const sigmoid = (a) => 1 / (1 + Math.exp(-a));

/** A run of numbers, one layer; the arrays are the layer's own fields. */
function run(cell, hidden, steps, fields, { inputs, changes, truncation = null } = {}) {
  const arrays = Object.entries(fields).map(([name, value]) => [`layer0.${name}`, value]);
  const header = { cell, steps, hidden, strips: [], changes, truncation, input: { kind: "numbers", labels: [] },
    output: { classes: [] }, layers: [{ name: "layer 1", depth: 0, reverse: false, full: true }] };
  return new RunData(header, new Map([...arrays, ["inputs", inputs]]));
}

const close = (actual, expected, message) =>
  assert.ok(Math.abs(actual - expected) < 1e-12 * Math.max(1, Math.abs(expected)), `${message}: ${actual}, not ${expected}`);

/** One unit, two steps: x = 1 and -0.5; every number below is worked from these. */
const W = { i: [0.6, -0.4], f: [0.2, 0.5], g: [1.1, 0.3], o: [-0.7, 0.8] }; // [from x, from h]
const B = { i: 0.1, f: 1, g: -0.2, o: 0.3 };
const X = [1, -0.5];

function lstmByHand(peep = { i: 0, f: 0, o: 0 }) {
  let [h, c] = [0.25, -0.4];
  return X.map((x) => {
    const a = Object.fromEntries(["i", "f", "g", "o"].map((k) => [k, W[k][0] * x + W[k][1] * h + B[k] + (k === "i" || k === "f" ? peep[k] * c : 0)]));
    const step = { h0: h, c0: c, ai: a.i, af: a.f, ag: a.g, i: sigmoid(a.i), f: sigmoid(a.f), g: Math.tanh(a.g) };
    step.c = step.f * c + step.i * step.g;
    step.ao = a.o + peep.o * step.c;
    step.o = sigmoid(step.ao);
    step.h = step.o * Math.tanh(step.c);
    [h, c] = [step.h, step.c];
    return step;
  });
}

/** The loss is h_0 + 2 h_1, so e = (1, 2). */
function lstmRun(steps, extra = {}, options = {}) {
  const column = (name) => d(...steps.map((step) => step[name]));
  return run("lstm", 1, 2, {
    input_gate: column("i"), forget_gate: column("f"), candidate: column("g"), output_gate: column("o"),
    cell: column("c"), hidden: column("h"), initial_hidden: d(0.25), initial_cell: d(-0.4),
    weight_ih: d(W.i[0], W.f[0], W.g[0], W.o[0]), weight_hh: d(W.i[1], W.f[1], W.g[1], W.o[1]),
    bias_ih: d(B.i, B.f, B.g, 0), bias_hh: d(0, 0, 0, B.o), direct: d(1, 2), ...extra,
  }, { inputs: d(...X), ...options });
}

/** δh and δc of both steps, by the chain rule written out for one unit. */
function lstmGradients(steps, peep = { i: 0, f: 0, o: 0 }) {
  let [fromH, fromC] = [0, 0];
  const found = [];
  for (const t of [1, 0]) {
    const { i, f, g, o, c, c0 } = steps[t];
    const h = (t ? 2 : 1) + fromH;
    const ao = h * Math.tanh(c) * o * (1 - o);
    const dc = fromC + h * o * (1 - Math.tanh(c) ** 2) + peep.o * ao;
    const [ai, af, ag] = [dc * g * i * (1 - i), dc * c0 * f * (1 - f), dc * i * (1 - g * g)];
    fromH = W.i[1] * ai + W.f[1] * af + W.g[1] * ag + W.o[1] * ao;
    fromC = f * dc + peep.i * ai + peep.f * af;
    found[t] = { h, c: dc, ai, af, ag, ao, h0: fromH, c0: fromC };
  }
  return found;
}

for (const [name, peep] of [["without", { i: 0, f: 0, o: 0 }], ["with", { i: 0.4, f: -0.3, o: 0.6 }]]) {
  const weights = name === "with" ? { weight_ci: d(0.4), weight_cf: d(-0.3), weight_co: d(0.6) } : {};
  const steps = lstmByHand(peep);
  const gradients = lstmGradients(steps, peep);
  const made = lstmRun(steps, { ...weights, grad_hidden: d(...gradients.map(({ h }) => h)), grad_cell: d(...gradients.map(({ c }) => c)) });

  test(`LSTM ${name} peepholes: what enters the gates is worked out from the parameters`, () => {
    for (const t of [0, 1]) {
      const flow = forward(made, 0, t);
      for (const key of ["ai", "af", "ag", "ao", "h0", "c0"]) close(flow[key][0], steps[t][key], `${key} at ${t}`);
      close(flow.kept[0] + flow.written[0], steps[t].c, "kept and written add up to c");
    }
  });

  test(`LSTM ${name} peepholes: every gate's δa, and what is handed back`, () => {
    for (const t of [0, 1]) {
      const back = backward(made, 0, t);
      for (const key of ["ai", "af", "ag", "ao", "h0", "c0"]) close(back[key][0], gradients[t][key], `${key} at ${t}`);
      close(back.direct[0] + back.fromNext[0], gradients[t].h, "what arrives at h");
      close(back.carried[0] + back.through[0], gradients[t].c, "what arrives at c");
    }
    assert.equal(backward(made, 0, 1).fromNext[0], 0, "nothing comes from beyond the last step");
  });
}

test("what is handed to the first state is the slope of the loss there", () => {
  const loss = (h0, c0) => {
    let [h, c] = [h0, c0];
    return X.reduce((sum, x, t) => {
      const a = (k) => W[k][0] * x + W[k][1] * h + B[k];
      const [i, f, g, o] = [sigmoid(a("i")), sigmoid(a("f")), Math.tanh(a("g")), sigmoid(a("o"))];
      c = f * c + i * g;
      h = o * Math.tanh(c);
      return sum + (t ? 2 : 1) * h;
    }, 0);
  };
  const gradients = lstmGradients(lstmByHand());
  const made = lstmRun(lstmByHand(), { grad_hidden: d(...gradients.map(({ h }) => h)), grad_cell: d(...gradients.map(({ c }) => c)) });
  const back = backward(made, 0, 0);
  const e = 1e-5;
  assert.ok(Math.abs(back.h0[0] - (loss(0.25 + e, -0.4) - loss(0.25 - e, -0.4)) / (2 * e)) < 1e-9);
  assert.ok(Math.abs(back.c0[0] - (loss(0.25, -0.4 + e) - loss(0.25, -0.4 - e)) / (2 * e)) < 1e-9);
});

test("a pinned gate has no slope, and a silenced unit passes nothing on", () => {
  const steps = lstmByHand();
  const gradients = { grad_hidden: d(1, 2), grad_cell: d(0.5, 0.25) };
  const pinned = lstmRun(steps, gradients, { changes: { pins: [[0, "forget_gate", 0, 0.9]], silenced: [] } });
  assert.equal(backward(pinned, 0, 1).af[0], 0);
  assert.notEqual(backward(pinned, 0, 1).ai[0], 0);
  const elsewhere = lstmRun(steps, gradients, { changes: { pins: [[1, "forget_gate", 0, 0.9]], silenced: [] } });
  assert.notEqual(backward(elsewhere, 0, 1).af[0], 0);
  const silent = backward(lstmRun(steps, gradients, { changes: { pins: [], silenced: [[0, 0]] } }), 0, 1);
  for (const key of ["ao", "tanh", "through"]) assert.ok(silent[key][0] === 0, key);
});

test("nothing crosses a cut; within a window what arrives is what is not the step's own", () => {
  const steps = lstmByHand();
  const gradients = { grad_hidden: d(1.75, 2), grad_cell: d(0.5, 0.25) };
  const cut = lstmRun(steps, gradients, { truncation: { windows: [[0, 1], [1, 2]] } });
  assert.deepEqual([backward(cut, 0, 1).h0[0], backward(cut, 0, 0).fromNext[0]], [0, 0]);
  const whole = lstmRun(steps, gradients, { truncation: { windows: [[0, 2]] } });
  close(backward(whole, 0, 1).h0[0], 0.75, "1.75 less its own 1");
});

test("two units: rows of W belong to gates, columns to what is read", () => {
  // relu, so that a = h where it is positive: h = W_ih x + W_hh h_before, by hand.
  const made = run("rnn_relu", 2, 1, {
    hidden: d(2.9, 0), preactivation: d(2.9, -0.9), initial_hidden: d(1, 2), grad_hidden: d(3, 5), direct: d(3, 5),
    weight_ih: d(0.5, 1, -1, 0.25), weight_hh: d(0.2, 0.6, 0.1, -0.5), bias_ih: d(0, 0), bias_hh: d(0, 0.5),
  }, { inputs: d(1, 1) });
  const flow = forward(made, 0, 0);
  [[flow.inp, [1.5, -0.75]], [flow.rec, [1.4, -0.4]], [flow.a, [2.9, -1.15]]].forEach(([found, wanted]) =>
    wanted.forEach((value, k) => close(found[k], value, `unit ${k}`)));
  const back = backward(made, 0, 0);
  assert.deepEqual([...back.a], [3, 0]);
  [3 * 0.2, 3 * 0.6].forEach((value, k) => close(back.h0[k], value, `handed to unit ${k}`));
});

test("a linear unit has the slope 1 wherever it stands", () => {
  const made = run("rnn_linear", 1, 1, {
    hidden: d(-3), preactivation: d(-3), initial_hidden: d(1), grad_hidden: d(2), direct: d(2),
    weight_ih: d(1), weight_hh: d(0.5), bias_ih: d(0), bias_hh: d(0),
  }, { inputs: d(-3.5) });
  assert.deepEqual([backward(made, 0, 0).a[0], backward(made, 0, 0).h0[0]], [2, 1]);
});

test("GRU: q, the mixing, and what is handed back agree with the slope of the loss", () => {
  const w = { r: [0.3, -0.6], z: [0.5, 0.4], n: [0.9, 0.7] };
  const b = { r: 0.1, z: -0.2, in: 0.05, hn: 0.15 };
  const [x, before] = [0.8, 0.35];
  const step = (h0) => {
    const r = sigmoid(w.r[0] * x + w.r[1] * h0 + b.r);
    const z = sigmoid(w.z[0] * x + w.z[1] * h0 + b.z);
    const q = w.n[1] * h0 + b.hn;
    const n = Math.tanh(w.n[0] * x + b.in + r * q);
    return { r, z, q, n, h: (1 - z) * n + z * h0 };
  };
  const now = step(before);
  const made = run("gru", 1, 1, { reset_gate: d(now.r), update_gate: d(now.z), candidate: d(now.n), hidden: d(now.h),
    initial_hidden: d(before), grad_hidden: d(1.5), direct: d(1.5), weight_ih: d(w.r[0], w.z[0], w.n[0]),
    weight_hh: d(w.r[1], w.z[1], w.n[1]), bias_ih: d(b.r, b.z, b.in), bias_hh: d(0, 0, b.hn) }, { inputs: d(x) });
  const flow = forward(made, 0, 0);
  close(flow.q[0], now.q, "q");
  close(Math.tanh(flow.an[0]), now.n, "n");
  close(flow.kept[0] + flow.written[0], now.h, "h");
  const e = 1e-5;
  const slope = (1.5 * (step(before + e).h - step(before - e).h)) / (2 * e);
  assert.ok(Math.abs(backward(made, 0, 0).h0[0] - slope) < 1e-9, `${backward(made, 0, 0).h0[0]} against ${slope}`);
});

test("a character reads its own column of W", () => {
  const made = run("rnn_tanh", 1, 1, { hidden: d(0), initial_hidden: d(0), weight_ih: d(5, 6, 7), weight_hh: d(0), bias_ih: d(0.5), bias_hh: d(0) });
  made.header.input = { kind: "text", labels: ["b"] };
  made.header.output.classes = ["a", "b", "c"];
  assert.equal(forward(made, 0, 0).inp[0], 6.5);
});
