/**
 * What goes back through one unit at one step, term by term. δ does not travel; it is worked out
 * from the gradients of the states, which do (the formulas are those of `rnn_core`). δ alone stands
 * for ∂L/∂a, the gradient at a pre-activation; every other gradient is written as one:
 *
 *     ∂L/∂h_t = e_t + W_hhᵀ δ_{t+1}                  (GRU: + z_{t+1} ∂L/∂h_{t+1}, and δ^q for δ^n)
 *     ∂L/∂c_t = f_{t+1} ∂L/∂c_{t+1} + ∂L/∂h_t o (1 - tanh² c_t)     (LSTM; peepholes add theirs)
 *
 * t+1 is the step that the layer reads next.
 *
 * @typedef {import("./decode.mjs").RunData} RunData
 * @typedef {import("./terms.mjs").Term} Term
 * @typedef {import("./terms.mjs").Sum} Sum
 */

import { sign } from "./narration.mjs";
import { GATES, SLOPE, SQUASH, isSilenced, pinOf, preactivation, recurrentSum, stepBy, suffixOf, unitSub, waysOf } from "./terms.mjs";

/** The gates in PyTorch's order. @param {RunData} run */
const inOrder = (run) => [...GATES[run.header.cell]].sort((one, other) => one.block - other.block);

/** Whether a layer's gates and gradients travelled. @param {RunData} run */
export const hasGradients = (run, layer) => Boolean(run.of(layer, "grad_hidden") && run.of(layer, "weight_hh"));

/** How steep a gate is where its sum stands; a pinned one has no slope. @param {RunData} run */
export function slopeOf(run, layer, step, unit, gate) {
  if (pinOf(run, layer, gate.field, unit) !== null) return 0;
  return SLOPE[gate.squash](preactivation(run, layer, step, unit, gate));
}

/**
 * δ of every gate of one unit at one step, in PyTorch's order; for the GRU's candidate also δq,
 * which is what goes through W_hn.
 * @param {RunData} run @returns {{gates: number[], recurrent: number[]}}
 */
export function deltasOf(run, layer, step, unit) {
  if (!DELTAS.has(run)) DELTAS.set(run, new Map());
  const known = DELTAS.get(run);
  const place = `${layer} ${step} ${unit}`;
  if (!known.has(place)) known.set(place, workedOut(run, layer, step, unit));
  return known.get(place);
}

/** Every unit's sum asks for every other's, step after step: they are worked out once for each run. */
const DELTAS = new WeakMap();

function workedOut(run, layer, step, unit) {
  const at = (field) => run.at(layer, field, step, unit);
  const gates = inOrder(run);
  const slopes = gates.map((gate) => slopeOf(run, layer, step, unit, gate));
  const silent = isSilenced(run, layer, unit);
  const deltaH = silent ? 0 : at("grad_hidden");
  if (run.header.cell === "lstm") {
    const deltaC = at("grad_cell");
    const by = [deltaC * at("candidate"), deltaC * run.before(layer, "cell", step, unit), deltaC * at("input_gate"),
      deltaH * Math.tanh(at("cell"))];
    const deltas = slopes.map((slope, k) => slope * by[k]);
    return { gates: deltas, recurrent: deltas };
  }
  if (run.header.cell !== "gru") return { gates: [deltaH * slopes[0]], recurrent: [deltaH * slopes[0]] };
  const deltaN = deltaH * leftOpen(run, layer, step, unit) * slopes[2];
  const q = recurrentSum(run, layer, step, 2 * run.hidden + unit);
  const [deltaR, deltaZ] = [deltaN * q * slopes[0],
    deltaH * (run.before(layer, "hidden", step, unit) - at("candidate")) * slopes[1]];
  return { gates: [deltaR, deltaZ, deltaN], recurrent: [deltaR, deltaZ, deltaN * at("reset_gate")] };
}

/** 1 - z, from z's sum where it has one. @param {RunData} run */
export function leftOpen(run, layer, step, unit) {
  const gate = GATES.gru[1];
  if (pinOf(run, layer, gate.field, unit) !== null) return 1 - run.at(layer, gate.field, step, unit);
  return SQUASH.sigmoid(-preactivation(run, layer, step, unit, gate));
}

const times = (value, weight) => ({ value, weight, product: value * weight });

/** e_t: by way of the read-out at this step, or of the layer above. @returns {Term[]|null} null where that did not travel */
export function fromAbove(run, layer, step, unit) {
  const ways = waysOf(run);
  const { depth } = run.header.layers[layer];
  const above = run.header.layers.map((_, k) => k).filter((k) => run.header.layers[k].depth === depth + 1);
  const column = (layer % ways) * run.hidden + unit;
  if (above.length === 0) return fromReadout(run, step, column, ways * run.hidden);
  if (!above.every((k) => hasGradients(run, k))) return null;
  return above.flatMap((k) => throughGates(run, k, step, { matrix: "weight_ih", width: ways * run.hidden, column, part: "e" }));
}

function fromReadout(run, step, column, width) {
  const [weights, gradient] = [run.array("readout.weight"), run.array("grad_output")];
  const outputs = weights.length / width;
  const { classes } = run.header.output;
  return Array.from({ length: outputs }, (_, k) => ({
    key: `e${k}`, part: "e", name: { sign: "∂L/∂s", sub: classes.length ? sign(classes[k]) : outputs > 1 ? String(k) : undefined },
    ...times(gradient[step * outputs + k], weights[k * width + column]),
    place: ["readout.weight", k, column],
    says: `∂L/∂s: the loss here by the read-out’s ${classes.length ? `score of ${sign(classes[k])}` : `output ${k}`}`,
  }));
}

/** Wᵀ δ of one layer at one step, one column of it: each gate of each unit. @returns {Term[]} */
function throughGates(run, layer, step, { matrix, width, column, part }) {
  const weights = run.of(layer, matrix);
  const name = `${matrix}${suffixOf(run, layer)}`;
  const single = GATES[run.header.cell].length === 1;
  const signs = inOrder(run).map((gate) => gate.sign);
  if (matrix === "weight_hh" && run.header.cell === "gru") signs[2] = "q";
  const terms = [];
  for (let unit = 0; unit < run.hidden; unit++) {
    const deltas = deltasOf(run, layer, step, unit)[matrix === "weight_hh" ? "recurrent" : "gates"];
    deltas.forEach((delta, block) => {
      const row = block * run.hidden + unit;
      terms.push({ key: `${part}${layer}.${row}`, part, name: { sign: "δ", sup: single ? undefined : signs[block], sub: unitSub(run, layer, unit) },
        ...times(delta, weights[row * width + column]), place: [name, row, column], from: { layer, step, unit },
        says: `δ${single ? "" : signs[block]} of unit ${unit}${part === "e" ? ` of ${run.header.layers[layer].name}` : " at the step after"}` });
    });
  }
  return terms;
}

/** What the next step hands back to h_t. @returns {Term[]} */
export function fromLater(run, layer, step, unit) {
  const later = stepBy(run, layer, step, 1);
  if (later === null) return [];
  const terms = throughGates(run, layer, later, { matrix: "weight_hh", width: run.hidden, column: unit, part: "later" });
  if (run.header.cell !== "gru") return terms;
  const straight = isSilenced(run, layer, unit) ? 0 : run.at(layer, "update_gate", later, unit);
  return [...terms, { key: "straight", part: "z", name: { sign: "∂L/∂h", sub: "t+1" }, by: { sign: "z", sub: "t+1" },
    ...times(run.at(layer, "grad_hidden", later, unit), straight), from: { layer, step: later, unit },
    says: "this unit’s gradient at the step after, straight through the update gate" }];
}

const size = (terms) => terms.reduce((sum, { product }) => sum + Math.abs(product), 0);
const totalOf = (terms) => terms.reduce((sum, { product }) => sum + product, 0);
/** Rounding of float32 values stays below it, relative to the terms; a cut does not. */
const ROUNDING = 1e-5;

/**
 * ∂L/∂h_t. Where truncated BPTT cuts, less comes from the next step than its terms say: `cut` is
 * then true, and what does come stands as one term.
 * @param {RunData} run @returns {Sum & {cut: boolean}}
 */
export function hiddenSum(run, layer, step, unit) {
  const total = run.at(layer, "grad_hidden", step, unit);
  const direct = run.at(layer, "direct", step, unit);
  const own = fromAbove(run, layer, step, unit) ?? [{ key: "e", part: "e", name: { sign: "e", sub: "t" }, value: null,
    weight: direct, product: direct, says: "from the layer above, all of it" }];
  const later = fromLater(run, layer, step, unit);
  const comes = total - totalOf(own);
  const cut = Math.abs(comes - totalOf(later)) > ROUNDING * (size(own) + size(later));
  const kept = cut ? remainder(comes, size(own), "later") : later;
  return { ...asSum({ sign: "∂L/∂h", sub: "t" }, "δh", [...own, ...kept], total), cut };
}

/** What comes across a cut by windows that reach over it, as one number. @returns {Term[]} */
function remainder(comes, beside, part) {
  if (Math.abs(comes) <= ROUNDING * beside) return [];
  return [{ key: "across", part, name: { sign: "∂L/∂h", sub: "t+1" }, value: null, weight: comes, product: comes,
    says: "what the windows that reach over the cut let through" }];
}

/** ∂L/∂c_t of an LSTM. @param {RunData} run @returns {Sum & {cut: boolean}} */
export function cellSum(run, layer, step, unit) {
  const total = run.at(layer, "grad_cell", step, unit);
  const slope = isSilenced(run, layer, unit) ? 0 : run.at(layer, "output_gate", step, unit) * SLOPE.tanh(run.at(layer, "cell", step, unit));
  const here = [{ key: "h", part: "h", name: { sign: "∂L/∂h", sub: "t" }, by: { sign: "o(1 − tanh² c)" },
    ...times(run.at(layer, "grad_hidden", step, unit), slope), says: "this unit’s ∂L/∂h, through the output gate and the tanh" },
  ...peepholeBack(run, layer, step, unit, ["output_gate"], "t")];
  const later = stepBy(run, layer, step, 1);
  const carried = later === null ? [] : [{ key: "f", part: "f", name: { sign: "∂L/∂c", sub: "t+1" }, by: { sign: "f", sub: "t+1" },
    ...times(run.at(layer, "grad_cell", later, unit), run.at(layer, "forget_gate", later, unit)),
    from: { layer, step: later, unit }, says: "∂L/∂c at the step after, through its forget gate" },
  ...peepholeBack(run, layer, later, unit, ["input_gate", "forget_gate"], "t+1")];
  const comes = total - totalOf(here);
  const cut = Math.abs(comes - totalOf(carried)) > ROUNDING * (size(here) + size(carried));
  const kept = cut ? remainder(comes, size(here), "f") : carried;
  return { ...asSum({ sign: "∂L/∂c", sub: "t" }, "δc", [...kept, ...here], total), bySize: false, cut };
}

const PEEPHOLES = { input_gate: "weight_ci", forget_gate: "weight_cf", output_gate: "weight_co" };

function peepholeBack(run, layer, step, unit, fields, when) {
  return fields.filter((field) => run.of(layer, PEEPHOLES[field])).map((field) => {
    const gate = GATES.lstm.find((one) => one.field === field);
    return { key: PEEPHOLES[field], part: "c", name: { sign: "δ", sup: gate.sign, sub: when },
      ...times(deltasOf(run, layer, step, unit).gates[gate.block], run.of(layer, PEEPHOLES[field])[unit]),
      place: [`${PEEPHOLES[field]}${suffixOf(run, layer)}`, unit, 0], says: `δ${gate.sign}, through its peephole` };
  });
}

/** @returns {Sum} */
function asSum(result, part, terms, total) {
  const kept = terms.filter(({ value, product }) => value !== 0 && product !== 0);
  return { result, part, all: terms, terms: kept, total, zeros: terms.length - kept.length, zerosAre: "what is exactly 0", bySize: true };
}
