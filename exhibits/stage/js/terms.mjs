/**
 * The sums that one unit is made of at one step, term by term, from the weights and states of the
 * payload; what goes back through it is in `unit_back.mjs`, the read-out in `unit_readout.mjs`.
 *
 *     a = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh (+ w_c ⊙ c)      each gate of each unit, one row
 *     GRU: q = W_hn h_{t-1} + b_hn, aⁿ = W_in x_t + b_in + r ⊙ q
 *
 * Rows of the matrices are the gates' blocks in PyTorch's order, each H wide.
 *
 * @typedef {import("./decode.mjs").RunData} RunData
 *
 * @typedef {Object} Gate
 * @property {string} field      of the payload, whose value it is
 * @property {string} sign       its letter
 * @property {number} block      its place among the rows of the weights
 * @property {"sigmoid"|"tanh"|"relu"|"linear"} squash
 *
 * @typedef {{sign: string, sub?: string, sup?: string}} Symbol
 *
 * @typedef {Object} Term        value × weight = product; a bias alone has no value
 * @property {string} key        unique within the sum
 * @property {string} part       which letter of the formula it belongs to
 * @property {Symbol} name
 * @property {number|null} value
 * @property {number} weight
 * @property {number} product
 * @property {"+"} [joins]       two biases: value + weight = product
 * @property {[string, number, number]} [valuePlace]   the first bias's name, row and column
 * @property {Symbol} [by]       what the weight is, where it is none of the network's
 * @property {[string, number, number]} [place]   the weight's name, row and column for PyTorch
 * @property {number} [inputStep] the value is the input of this step, at the learner's hand
 * @property {{layer: number, step: number, unit: number}} [from]   the unit whose value it is
 * @property {string} says       the value, in words
 *
 * @typedef {{result: Symbol, part: string, terms: Term[], all: Term[], total: number, zeros: number,
 *   zerosAre: string, bySize?: boolean}} Sum   `all`: with those that are exactly 0 at this step
 */

import { sign } from "./narration.mjs";

/** The gates of each cell in the order in which they are told. @type {Record<string, Gate[]>} */
export const GATES = {
  lstm: [
    { field: "forget_gate", sign: "f", block: 1, squash: "sigmoid" },
    { field: "input_gate", sign: "i", block: 0, squash: "sigmoid" },
    { field: "candidate", sign: "g", block: 2, squash: "tanh" },
    { field: "output_gate", sign: "o", block: 3, squash: "sigmoid" },
  ],
  gru: [
    { field: "reset_gate", sign: "r", block: 0, squash: "sigmoid" },
    { field: "update_gate", sign: "z", block: 1, squash: "sigmoid" },
    { field: "candidate", sign: "n", block: 2, squash: "tanh" },
  ],
  rnn_tanh: [{ field: "hidden", sign: "h", block: 0, squash: "tanh" }],
  rnn_relu: [{ field: "hidden", sign: "h", block: 0, squash: "relu" }],
  rnn_linear: [{ field: "hidden", sign: "h", block: 0, squash: "linear" }],
};

export const SQUASH = {
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  tanh: Math.tanh,
  relu: (a) => Math.max(0, a),
  linear: (a) => a,
};

/** How steep each is, from the sum itself: 1 - σ of a float32 would have lost its digits near 1. */
export const SLOPE = {
  sigmoid: (a) => SQUASH.sigmoid(a) * SQUASH.sigmoid(-a),
  tanh: (a) => {
    const e = Math.exp(-2 * Math.abs(a));
    return (4 * e) / (1 + e) ** 2;
  },
  relu: (a) => (a > 0 ? 1 : 0),
  linear: () => 1,
};

const PEEPHOLES = { input_gate: "weight_ci", forget_gate: "weight_cf", output_gate: "weight_co" };

/** 2 where the network reads both ways. @param {RunData} run */
export const waysOf = (run) => (run.header.layers.some(({ reverse }) => reverse) ? 2 : 1);

/** The end of the layer's parameters' names, as PyTorch has them. @param {RunData} run */
export function suffixOf(run, layer) {
  const { suffix, depth, reverse } = run.header.layers[layer];
  return suffix ?? `_l${depth}${reverse ? "_reverse" : ""}`;
}

/** The value that a gate of a unit is held to, or null. @param {RunData} run */
export function pinOf(run, layer, field, unit) {
  const pin = run.header.changes?.pins?.find(([k, gate, of]) => k === layer && gate === field && of === unit);
  return pin ? pin[3] : null;
}

/** @param {RunData} run */
export const isSilenced = (run, layer, unit) =>
  run.header.changes?.silenced?.some(([k, of]) => k === layer && of === unit) ?? false;

/** The step before and after, in the order in which the layer reads; null beyond the ends. */
export const stepBy = (run, layer, step, by) => {
  const to = step + by * run.direction(layer);
  return to >= 0 && to < run.steps ? to : null;
};

const times = (value, weight) => ({ value, weight, product: value * weight });

/** "₃", or with the direction of its layer where there are two. */
export function unitSub(run, layer, unit) {
  if (waysOf(run) === 1) return String(unit);
  return `${run.header.layers[layer].reverse ? "←" : "→"}${unit}`;
}

/** W x_t for one row of `weight_ih`. @returns {{terms: Term[], zeros: number, zerosAre: string}} */
export function inputTerms(run, layer, step, row) {
  const weights = run.of(layer, "weight_ih");
  const rows = run.of(layer, "bias_ih").length;
  const width = weights.length / rows;
  const name = `weight_ih${suffixOf(run, layer)}`;
  const at = (column) => weights[row * width + column];
  if (run.header.layers[layer].depth > 0) return fromBelow(run, layer, step, { row, width, name, at });
  const { kind, labels, names, standardised } = run.header.input;
  if (kind === "text") {
    const label = labels[step];
    const column = run.header.output.classes.indexOf(label);
    const term = { key: `x${column}`, part: "x", name: { sign: "x", sub: sign(label) }, ...times(1, at(column)),
      place: [name, row, column], says: `the input at ${sign(label)}, the one that is 1` };
    return { terms: [term], zeros: width - 1, zerosAre: "the other characters" };
  }
  const values = run.array("inputs").subarray(step * width, (step + 1) * width);
  const terms = Array.from(values, (value, column) => ({
    key: `x${column}`, part: "x", name: { sign: "x", sub: width > 1 ? String(column) : undefined }, ...times(value, at(column)),
    place: [name, row, column], says: names?.[column] ? `the input “${names[column]}”` : "the input",
    ...(standardised || kind === "vectors" ? {} : { inputStep: step }),
  }));
  return { terms, zeros: 0, zerosAre: "" };
}

/** The input of a layer above the first: the states of the layer below at the same step. */
function fromBelow(run, layer, step, { row, width, name, at }) {
  const ways = waysOf(run);
  const first = (run.header.layers[layer].depth - 1) * ways;
  const values = run.of(layer, "inputs").subarray(step * width, (step + 1) * width);
  const terms = Array.from(values, (value, column) => {
    const [below, unit] = [first + Math.floor(column / run.hidden), column % run.hidden];
    return { key: `x${column}`, part: "x", name: { sign: "x", sub: unitSub(run, below, unit) }, ...times(value, at(column)),
      place: [name, row, column], from: { layer: below, step, unit },
      says: `unit ${unit} of ${run.header.layers[below].name}` };
  });
  return { terms, zeros: 0, zerosAre: "" };
}

/** W h_{t-1} for one row of `weight_hh`. @returns {Term[]} */
export function hiddenTerms(run, layer, step, row) {
  const weights = run.of(layer, "weight_hh");
  const name = `weight_hh${suffixOf(run, layer)}`;
  const before = stepBy(run, layer, step, -1);
  return Array.from({ length: run.hidden }, (_, unit) => ({
    key: `h${unit}`, part: "h", name: { sign: "h", sub: String(unit) },
    ...times(run.before(layer, "hidden", step, unit), weights[row * run.hidden + unit]),
    place: [name, row, unit], from: before === null ? undefined : { layer, step: before, unit },
    says: `unit ${unit} at the step before`,
  }));
}

/** @returns {Term} */
export function biasTerm(run, layer, name, row, block) {
  const weight = run.of(layer, name)[row];
  return { key: name, part: "b", name: { sign: "b", sub: `${name === "bias_ih" ? "i" : "h"}${block}` }, value: null, weight,
    product: weight, place: [`${name}${suffixOf(run, layer)}`, row, 0], says: `the bias ${name}` };
}

/** b_ih + b_hh of one row, which always come together. @returns {Term} */
function biasPair(run, layer, row, block) {
  const [own, recurrent] = ["bias_ih", "bias_hh"].map((name) => biasTerm(run, layer, name, row, block));
  return { ...recurrent, key: "bias", name: { sign: "b", sub: block }, joins: "+", value: own.weight, product: own.weight + recurrent.weight,
    valuePlace: own.place, says: "the biases bias_ih + bias_hh" };
}

/** Peephole · cell: i and f see c_{t-1}, o sees c_t. @returns {Term[]} none where there is none */
function peepholeTerms(run, layer, step, unit, field) {
  const weights = PEEPHOLES[field] && run.of(layer, PEEPHOLES[field]);
  if (!weights) return [];
  const own = field === "output_gate";
  const value = own ? run.at(layer, "cell", step, unit) : run.before(layer, "cell", step, unit);
  return [{ key: "c", part: "c", name: { sign: "c", sub: own ? "t" : "t−1" }, ...times(value, weights[unit]),
    place: [`${PEEPHOLES[field]}${suffixOf(run, layer)}`, unit, 0],
    says: own ? "this unit’s new memory, through its peephole" : "this unit’s memory before, through its peephole" }];
}

/** Terms whose value is exactly 0 add nothing: they are counted. @returns {Sum} */
export function sumOf(result, part, terms, { zeros = 0, zerosAre = "", total } = {}) {
  const kept = terms.filter(({ value, joins }) => value !== 0 || joins);
  const gone = terms.length - kept.length;
  return { result, part, terms: kept, all: terms, zeros: zeros + gone,
    zerosAre: gone > 0 ? [zerosAre, "what is exactly 0"].filter(Boolean).join(", ") : zerosAre,
    total: total ?? terms.reduce((sum, { product }) => sum + product, 0) };
}

/**
 * The sums of one gate of one unit; the last one is the pre-activation.
 * @param {RunData} run @param {Gate} gate @returns {Sum[]}
 */
export function gateSums(run, layer, step, unit, gate) {
  const row = gate.block * run.hidden + unit;
  const input = inputTerms(run, layer, step, row);
  const hidden = hiddenTerms(run, layer, step, row);
  const letter = run.header.cell.startsWith("rnn") ? "h" : gate.sign;
  const result = { sign: "a", sub: letter === "h" ? undefined : letter };
  if (run.header.cell !== "gru" || gate.sign !== "n") {
    const terms = [...input.terms, ...hidden, biasPair(run, layer, row, letter), ...peepholeTerms(run, layer, step, unit, gate.field)];
    return [sumOf(result, gate.sign, terms, input)];
  }
  const [own, recurrent] = ["bias_ih", "bias_hh"].map((name) => biasTerm(run, layer, name, row, letter));
  const q = sumOf({ sign: "q" }, "q", [...hidden, recurrent]);
  const reset = run.at(layer, "reset_gate", step, unit);
  const scaled = { key: "rq", part: "q", name: { sign: "q" }, ...times(q.total, reset), by: { sign: "r" },
    says: "the recurrent sum q, let through by the reset gate" };
  return [q, sumOf(result, "n", [...input.terms, own, scaled], input)];
}

/** The pre-activation of one gate of one unit, without its terms. @param {RunData} run @param {Gate} gate */
export function preactivation(run, layer, step, unit, gate) {
  const row = gate.block * run.hidden + unit;
  const input = inputProduct(run, layer, step, row) + run.of(layer, "bias_ih")[row];
  const recurrent = recurrentSum(run, layer, step, row);
  if (run.header.cell === "gru" && gate.sign === "n") return input + run.at(layer, "reset_gate", step, unit) * recurrent;
  return peepholeTerms(run, layer, step, unit, gate.field).reduce((sum, { product }) => sum + product, input + recurrent);
}

function inputProduct(run, layer, step, row) {
  const weights = run.of(layer, "weight_ih");
  const width = weights.length / run.of(layer, "bias_ih").length;
  const deep = run.header.layers[layer].depth > 0;
  if (!deep && run.header.input.kind === "text") {
    return weights[row * width + run.header.output.classes.indexOf(run.header.input.labels[step])];
  }
  return dot(deep ? run.of(layer, "inputs") : run.array("inputs"), step * width, weights, row * width, width);
}

/** W_hh h_{t-1} + b_hh of one row; for the GRU's candidate that is q. @param {RunData} run */
export function recurrentSum(run, layer, step, row) {
  const before = stepBy(run, layer, step, -1);
  const [values, start] = before === null ? [run.of(layer, "initial_hidden"), 0] : [run.of(layer, "hidden"), before * run.hidden];
  return dot(values, start, run.of(layer, "weight_hh"), row * run.hidden, run.hidden) + run.of(layer, "bias_hh")[row];
}

function dot(values, from, weights, start, count) {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += values[from + k] * weights[start + k];
  return sum;
}

/** So many inputs always stand in a sum, however small. */
const FEW = 3;

/**
 * The terms to show where there are many: the largest ones and whatever `keeps`, in their order;
 * the rest is one sum. With `open` all are shown. Where size decides, it does within each part.
 * With `rank` it is that size that decides, and not the one at this step; what is chosen stands
 * then also where it is 0.
 * @param {Sum} sum
 * @param {{most?: number, keeps?: (term: Term) => boolean, open?: boolean, rank?: (term: Term) => number}} [how]
 * @returns {{shown: Term[], rest: {count: number, total: number}|null}}
 */
export function fold({ terms: here, all, bySize }, { most = 12, keeps = () => false, open = false, rank } = {}) {
  const terms = rank && all && !open ? all : here;
  const size = rank ?? (({ product }) => Math.abs(product));
  const ranked = [...terms].sort((one, other) => size(other) - size(one));
  const inputs = terms.filter(({ part }) => part === "x").length;
  const always = (term) => term.part === "b" || term.value === null || term.part === "c" || (term.part === "x" && inputs <= FEW) || keeps(term);
  const parts = [...new Set(terms.map(({ part }) => part))];
  const order = bySize ? parts.flatMap((part) => ranked.filter((term) => term.part === part)) : terms;
  if (terms.filter((term) => !always(term)).length <= most || open) return { shown: order, rest: null };
  // The largest of each part stands in any case: nothing that adds to the sum is left unnamed.
  const firsts = parts.map((part) => ranked.find((term) => term.part === part && !always(term))).filter(Boolean);
  const others = ranked.filter((term) => !always(term) && !firsts.includes(term));
  const chosen = new Set([...firsts, ...others.slice(0, Math.max(0, most - 2 - firsts.length))]);
  const shown = order.filter((term) => chosen.has(term) || always(term));
  const rest = here.filter((term) => !chosen.has(term) && !always(term));
  return { shown, rest: { count: rest.length, total: rest.reduce((sum, { product }) => sum + product, 0) } };
}
