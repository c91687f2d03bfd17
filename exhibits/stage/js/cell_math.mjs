/**
 * One step of one layer, worked out in float64 from what travels: what flows through the cell and,
 * going back, what gradient does. One vector for each place in the picture, by its name there.
 *
 *     LSTM  a = W_ih x + W_hh h_{t-1} + b (+ peepholes)     kept = f ⊙ c_{t-1}, written = i ⊙ g
 *           δc = carried + δh ⊙ o ⊙ (1 - tanh² c) (+ w_co ⊙ δa^o)
 *           handed: c_{t-1} gets f ⊙ δc (+ w_ci ⊙ δa^i + w_cf ⊙ δa^f), h_{t-1} gets W_hhᵀ δa
 *     GRU   q = W_hn h_{t-1} + b_hn, aⁿ = W_in x + b_in + r ⊙ q, h = z ⊙ h_{t-1} + (1 - z) ⊙ n
 *     RNN   a = (W_ih x + b_ih) + (W_hh h_{t-1} + b_hh), h = φ(a)
 *
 * A pinned gate and a silenced unit are held, so their derivative is 0 (`rnn_core/trace.py`).
 * Where truncation cuts, what arrives is the difference ∂L/∂h_t - e_t (`rnn_core/handed.py`).
 *
 * @typedef {import("./decode.mjs").RunData} RunData
 * @typedef {Record<string, Float64Array>} Vectors
 */

/** The gates in the order of the blocks of W, by cell. */
export const GATES = {
  lstm: ["input_gate", "forget_gate", "candidate", "output_gate"],
  gru: ["reset_gate", "update_gate", "candidate"],
  rnn_tanh: ["preactivation"],
  rnn_relu: ["preactivation"],
  rnn_linear: ["preactivation"],
};

const each = (size, of) => Float64Array.from({ length: size }, (_, k) => of(k));

/** A field of every unit at a step. @param {RunData} run @returns {Float64Array} */
export const row = (run, layer, field, step) => each(run.hidden, (k) => run.at(layer, field, step, k));

/** The state that the step started from. @param {RunData} run @param {"hidden"|"cell"} field */
export const rowBefore = (run, layer, field, step) => each(run.hidden, (k) => run.before(layer, field,
  step, k));

/** How many numbers a layer reads at a step. @param {RunData} run */
export const inputSize = (run, layer) => run.of(layer, "weight_ih").length / run.of(layer, "bias_ih").length;

/** W_ih x + b_ih: for text the column of the character that is read. @param {RunData} run */
export function fromInput(run, layer, step) {
  const bias = run.of(layer, "bias_ih");
  const weight = run.of(layer, "weight_ih");
  const width = inputSize(run, layer);
  const { kind, labels } = run.header.input;
  const below = run.of(layer, "inputs");
  if (!below && kind === "text") {
    const column = run.header.output.classes.indexOf(labels[step]);
    return each(bias.length, (r) => bias[r] + weight[r * width + column]);
  }
  const x = (below ?? run.array("inputs")).subarray(step * width, (step + 1) * width);
  return each(bias.length, (r) => bias[r] + product(weight, r, x));
}

/** W_hh h_{t-1} + b_hh. @param {RunData} run */
export function fromState(run, layer, step) {
  const bias = run.of(layer, "bias_hh");
  const weight = run.of(layer, "weight_hh");
  const before = rowBefore(run, layer, "hidden", step);
  return each(bias.length, (r) => bias[r] + product(weight, r, before));
}

function product(weight, r, x) {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += weight[r * x.length + k] * x[k];
  return sum;
}

const block = (values, number, size) => values.slice(number * size, (number + 1) * size);

/** Which units of a gate are pinned, and to what. @param {RunData} run @returns {Map<number, number>} */
export function pinsOf(run, layer, gate) {
  const pins = run.header.changes?.pins ?? [];
  return new Map(pins.filter(([at, name]) => at === layer && name === gate).map(([, , unit, value]) =>
    [unit, value]));
}

/** The units whose h nobody gets to read. @param {RunData} run @returns {Set<number>} */
export const silencedOf = (run, layer) =>
  new Set((run.header.changes?.silenced ?? []).filter(([at]) => at === layer).map(([, unit]) => unit));

/** Everything that flows at a step. @param {RunData} run @returns {Vectors} */
export function forward(run, layer, step) {
  const flow = { lstm: lstmForward, gru: gruForward }[run.header.cell] ?? rnnForward;
  return flow(run, layer, step);
}

function lstmForward(run, layer, step) {
  const size = run.hidden;
  const at = (field) => row(run, layer, field, step);
  const [h0, c0] = [rowBefore(run, layer, "hidden", step), rowBefore(run, layer, "cell", step)];
  const [i, f, g, o] = ["input_gate", "forget_gate", "candidate", "output_gate"].map(at);
  const [c, h] = [at("cell"), at("hidden")];
  const [byInput, byState] = [fromInput(run, layer, step), fromState(run, layer, step)];
  const peep = (name, state, k) => (run.of(layer, name)?.[k] ?? 0) * state[k];
  const a = (number, name, state) => each(size, (k) =>
    byInput[number * size + k] + byState[number * size + k] + (name ? peep(name, state, k) : 0));
  return {
    h0, c0, i, f, g, o, c, h,
    ai: a(0, "weight_ci", c0), af: a(1, "weight_cf", c0), ag: a(2), ao: a(3, "weight_co", c),
    kept: each(size, (k) => f[k] * c0[k]),
    written: each(size, (k) => i[k] * g[k]),
    tanh: c.map(Math.tanh),
  };
}

function gruForward(run, layer, step) {
  const size = run.hidden;
  const at = (field) => row(run, layer, field, step);
  const h0 = rowBefore(run, layer, "hidden", step);
  const [r, z, n, h] = ["reset_gate", "update_gate", "candidate", "hidden"].map(at);
  const [byInput, byState] = [fromInput(run, layer, step), fromState(run, layer, step)];
  const both = (number) => each(size, (k) => byInput[number * size + k] + byState[number * size + k]);
  const [q, xn] = [block(byState, 2, size), block(byInput, 2, size)];
  return {
    h0, r, z, n, h, q, xn, ar: both(0), az: both(1),
    rq: each(size, (k) => r[k] * q[k]),
    an: each(size, (k) => xn[k] + r[k] * q[k]),
    renew: each(size, (k) => 1 - z[k]),
    kept: each(size, (k) => z[k] * h0[k]),
    written: each(size, (k) => (1 - z[k]) * n[k]),
  };
}

function rnnForward(run, layer, step) {
  const [inp, rec] = [fromInput(run, layer, step), fromState(run, layer, step)];
  return { h0: rowBefore(run, layer, "hidden", step), inp, rec, h: row(run, layer, "hidden", step),
    a: each(run.hidden, (k) => inp[k] + rec[k]) };
}

/**
 * Everything that flows back at a step; null where the run has no gradients.
 * @param {RunData} run @returns {Vectors|null}
 */
export function backward(run, layer, step) {
  if (!run.of(layer, "grad_hidden")) return null;
  const local = localGradients(run, layer, step);
  const before = step - run.direction(layer);
  const after = step + run.direction(layer);
  const handed = crosses(run, step) ? handedBy(run, layer, step, local, before) : nothing(run);
  const beyond = after >= 0 && after < run.steps && crosses(run, after);
  const next = beyond ? handedBy(run, layer, after, localGradients(run, layer, after), step) : nothing(run);
  // Where windows overlap, what arrives before is the sum over those that reach so far, not this step's alone.
  const whole = each(run.hidden, () => (run.header.truncation ? 0 : 1));
  return { ...local, whole, h0: handed.hidden, c0: handed.cell, fromNext: next.hidden, carried: next.cell,
    direct: row(run, layer, "direct", step) };
}

const nothing = (run) => ({ hidden: new Float64Array(run.hidden), cell: new Float64Array(run.hidden) });

/** Whether a step hands anything over: not across a cut. */
function crosses(run, step) {
  const { truncation } = run.header;
  return !truncation || truncation.windows.some(([start, stop]) => step > start && step < stop);
}

function localGradients(run, layer, step) {
  const flow = { lstm: lstmLocal, gru: gruLocal }[run.header.cell] ?? rnnLocal;
  return flow(run, layer, step);
}

/** 0 where a gate of that unit is pinned. */
function free(run, layer, gate) {
  const pins = pinsOf(run, layer, gate);
  return (k) => (pins.has(k) ? 0 : 1);
}

function lstmLocal(run, layer, step) {
  const at = (field) => row(run, layer, field, step);
  const [i, f, g, o, c0] = [...["input_gate", "forget_gate", "candidate", "output_gate"].map(at),
    rowBefore(run, layer, "cell", step)];
  const [tanh, h, c] = [at("cell").map(Math.tanh), at("grad_hidden"), at("grad_cell")];
  const silent = silencedOf(run, layer);
  const heard = (k) => (silent.has(k) ? 0 : h[k]);
  const [freeI, freeF, freeG, freeO] = GATES.lstm.map((gate) => free(run, layer, gate));
  const ao = each(run.hidden, (k) => freeO(k) * heard(k) * tanh[k] * o[k] * (1 - o[k]));
  const peep = run.of(layer, "weight_co");
  return {
    h, c, kept: c, written: c, ao,
    heard: each(run.hidden, heard),
    slope: each(run.hidden, (k) => 1 - tanh[k] ** 2),
    tanh: each(run.hidden, (k) => heard(k) * o[k]),
    through: each(run.hidden, (k) => heard(k) * o[k] * (1 - tanh[k] ** 2) + (peep ? peep[k] * ao[k] : 0)),
    g: each(run.hidden, (k) => c[k] * i[k]),
    ai: each(run.hidden, (k) => freeI(k) * c[k] * g[k] * i[k] * (1 - i[k])),
    af: each(run.hidden, (k) => freeF(k) * c[k] * c0[k] * f[k] * (1 - f[k])),
    ag: each(run.hidden, (k) => freeG(k) * c[k] * i[k] * (1 - g[k] ** 2)),
    straight: each(run.hidden, (k) => f[k] * c[k]),
  };
}

function gruLocal(run, layer, step) {
  const { r, z, n, q, h0 } = gruForward(run, layer, step);
  const h = row(run, layer, "grad_hidden", step);
  const silent = silencedOf(run, layer);
  const heard = (k) => (silent.has(k) ? 0 : h[k]);
  const [freeR, freeZ, freeN] = GATES.gru.map((gate) => free(run, layer, gate));
  const an = each(run.hidden, (k) => freeN(k) * heard(k) * (1 - z[k]) * (1 - n[k] ** 2));
  return {
    h, kept: each(run.hidden, heard), written: each(run.hidden, heard), an, rq: an, xn: an,
    n: each(run.hidden, (k) => heard(k) * (1 - z[k])),
    q: each(run.hidden, (k) => an[k] * r[k]),
    ar: each(run.hidden, (k) => freeR(k) * an[k] * q[k] * r[k] * (1 - r[k])),
    az: each(run.hidden, (k) => freeZ(k) * heard(k) * (h0[k] - n[k]) * z[k] * (1 - z[k])),
    straight: each(run.hidden, (k) => z[k] * heard(k)),
  };
}

function rnnLocal(run, layer, step) {
  const [h, out] = [row(run, layer, "grad_hidden", step), row(run, layer, "hidden", step)];
  const silent = silencedOf(run, layer);
  const steep = { rnn_tanh: (k) => 1 - out[k] ** 2, rnn_relu: (k) => Number(out[k] > 0), rnn_linear: () => 1 };
  const slope = each(run.hidden, steep[run.header.cell]);
  const heard = each(run.hidden, (k) => (silent.has(k) ? 0 : h[k]));
  const a = each(run.hidden, (k) => heard[k] * slope[k]);
  return { h, heard, slope, a, rec: a, inp: a };
}

/** What a step hands to the states before it, which are those of step `before`. */
function handedBy(run, layer, step, local, before) {
  if (run.header.truncation) return arrivedAt(run, layer, before);
  const size = run.hidden;
  const blocks = { lstm: ["ai", "af", "ag", "ao"], gru: ["ar", "az", "q"] }[run.header.cell] ?? ["a"];
  const weight = run.of(layer, "weight_hh");
  const hidden = Float64Array.from(run.header.cell === "gru" ? local.straight : new Float64Array(size));
  blocks.forEach((name, number) => {
    for (let k = 0; k < size; k++) {
      const delta = local[name][k];
      if (delta === 0) continue;
      const start = (number * size + k) * size;
      for (let j = 0; j < size; j++) hidden[j] += weight[start + j] * delta;
    }
  });
  const [ci, cf] = ["weight_ci", "weight_cf"].map((name) => run.of(layer, name));
  const cell = each(size, (k) => (local.straight?.[k] ?? 0) + (ci
    ? ci[k] * local.ai[k] + cf[k] * local.af[k] : 0));
  return { hidden, cell };
}

/** With truncation a step's gradient is a sum over windows: what arrived is what is not its own. */
function arrivedAt(run, layer, step) {
  const [h, direct] = [row(run, layer, "grad_hidden", step), row(run, layer, "direct", step)];
  const hidden = each(run.hidden, (k) => h[k] - direct[k]);
  if (run.header.cell !== "lstm") return { hidden, cell: new Float64Array(run.hidden) };
  const { c, through } = lstmLocal(run, layer, step);
  return { hidden, cell: each(run.hidden, (k) => c[k] - through[k]) };
}
