/**
 * One sentence or two for the step under the cursor, built from its numbers.
 *
 * It speaks of the unit that the learner picked; where none is picked, of the one whose memory
 * (LSTM: c, otherwise h) changes most at this step, the lowest number winning a tie.
 *
 * @typedef {import("./decode.mjs").RunData} RunData
 * @typedef {{text: string, strong?: boolean}} Part
 */

import { compact, gate, largest, significant, spoken } from "./scales.mjs";
import { sumOfProducts } from "./sums.mjs";
import { before, cut, held } from "./told_besides.mjs";
import { inBrackets, isProbe, rowAt, saysClass, vectorRead } from "./vectors.mjs";

const NAMES = { " ": "a space", "\n": "a line break", "\t": "a tab", "\r": "a carriage return" };
const SIGNS = { " ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍" };

/** What stands in a column for a label: visible also where the character is not. */
export const sign = (label) => SIGNS[label] ?? label;

/** A label within a sentence. */
export const named = (label) => NAMES[label] ?? `“${label}”`;

const strong = (text) => ({ text, strong: true });
const plain = (text) => ({ text });

/** The parts as one string, as a screen reader gets them. @param {Part[]} parts */
export const asText = (parts) => parts.map((part) => part.text).join("");

/** @param {RunData} run @returns {number} the unit whose memory changes most at this step */
export function mostChanged(run, layer, step) {
  const field = run.of(layer, "cell") ? "cell" : "hidden";
  let most = -1;
  let telling = 0;
  for (let unit = 0; unit < run.hidden; unit++) {
    const change = Math.abs(run.at(layer, field, step, unit) - run.before(layer, field, step, unit));
    if (change > most) {
      most = change;
      telling = unit;
    }
  }
  return telling;
}

/** The index of the largest prediction. @param {RunData} run */
export function bestClass(run, step) {
  const classes = run.header.output.classes.length;
  const all = run.array("prediction");
  let best = 0;
  for (let k = 1; k < classes; k++) {
    if (all[step * classes + k] > all[step * classes + best]) best = k;
  }
  return { index: best, probability: all[step * classes + best] };
}

/** The probability that a classifier gave the right class. @param {RunData} run */
export function probabilityOfTarget(run, step) {
  const classes = run.header.output.classes.length;
  return run.array("prediction")[step * classes + run.array("target")[step]];
}

/**
 * @param {RunData} run
 * @param {{step: number, phase: string, layer: number, unit: number|null}} state
 * @param {RunData|null} [ghost] the run before the learner changed it
 * @returns {Part[]}
 */
export function narrate(run, state, ghost = null) {
  if (state.phase === "loss") return [...lossSentence(run, state), ...before(run, ghost, state.step)];
  if (state.phase === "backward") return [...backwardSentence(run, state), ...cut(run, state.step)];
  return [...forwardSentence(run, state), ...before(run, ghost, state.step)];
}

function forwardSentence(run, { step, layer, unit }) {
  const reading = readingAt(run, step);
  const several = run.header.layers.length > 1 ? `, ${run.header.layers[layer].name}` : "";
  const chosen = unit ?? mostChanged(run, layer, step);
  const parts = [strong(`t = ${step}`), plain(`, reading ${reading}${several}: `)];
  if (run.direction(layer) < 0) parts.push(plain("from the end of the sequence, "));
  parts.push(plain(unit === null ? `unit ${chosen} changes most: ` : `unit ${chosen}: `));
  const tell = { lstm: lstmUnit, gru: gruUnit }[run.header.cell] ?? rnnUnit;
  return [...parts, ...tell(run, layer, step, chosen), ...held(run, layer, chosen), plain(" "), ...outcome(run, step)];
}

/** "forget gate 0.354 × memory 1.18 = 0.417 kept" */
function product({ factors: [one, other], equals, text }, first, second, then) {
  return [plain(`${first} `), strong(one), plain(` × ${second} ${other} ${equals} ${text}${then}`)];
}

/** What goes in: the character, or the number; the learner's own beside it where it was standardised. */
function readingAt(run, step) {
  const { kind, labels, standardised } = run.header.input;
  if (kind === "text") return named(labels[step]);
  if (kind === "vectors") return vectorRead(run, step);
  const read = compact(run.array("inputs")[step], largest(run.array("inputs")));
  return standardised ? `${labels[step].replace("-", "−")} (standardised ${read})` : read;
}

/** Predictions and targets are in the numbers that the network reads. */
const unitOf = (run) => (run.header.input.standardised ? " (standardised)" : "");

function lstmUnit(run, layer, step, unit) {
  const at = (field) => run.at(layer, field, step, unit);
  const memory = run.before(layer, "cell", step, unit);
  const [forget, input, candidate] = [at("forget_gate"), at("input_gate"), at("candidate")];
  const bounded = (value) => ({ value, bounded: true });
  const kept = { factors: [bounded(forget), { value: memory }], value: forget * memory };
  const added = { factors: [bounded(input), bounded(candidate)], value: input * candidate };
  const way = sumOfProducts(memory === 0 ? [added] : [kept, added], at("cell"));
  const write = product(way.products.at(-1), "input gate", "candidate", " added; ");
  const result = [plain(`new memory ${way.equals === "=" ? "" : "≈ "}`), strong(way.total), plain(".")];
  if (memory === 0) return [plain("it remembers nothing yet; "), ...write, ...result];
  return [...product(way.products[0], "forget gate", "memory", " kept; "), ...write, ...result];
}

function gruUnit(run, layer, step, unit) {
  const at = (field) => run.at(layer, field, step, unit);
  const [update, candidate] = [at("update_gate"), at("candidate")];
  const state = run.before(layer, "hidden", step, unit);
  const gateOf = { value: update, bounded: true };
  const kept = { factors: [gateOf, { value: state }], value: update * state };
  const added = { factors: [gateOf, { value: candidate, bounded: true }], value: (1 - update) * candidate,
    multiply: (shown, other) => (1 - shown) * other };
  const way = sumOfProducts(state === 0 ? [added] : [kept, added], at("hidden"), true);
  const { factors, equals, text } = way.products.at(-1);
  const old = state === 0 ? [plain("its state is 0 so far; update gate "), strong(factors[0]), plain("; ")]
    : product(way.products[0], "update gate", "state", " kept; ");
  return [...old, plain(`(1 − ${factors[0]}) × candidate ${factors[1]} ${equals} ${text} added; `),
    plain(`new state ${way.equals === "=" ? "" : "≈ "}`), strong(way.total), plain(".")];
}

function rnnUnit(run, layer, step, unit) {
  const [sum, state] = [run.at(layer, "preactivation", step, unit), run.at(layer, "hidden", step, unit)];
  const before = plain(` (it was ${significant(run.before(layer, "hidden", step, unit), 3)}).`);
  const parts = [plain("input, state before and bias add up to ")];
  if (run.header.cell === "rnn_relu") {
    const passes = sum > 0 ? "relu lets that pass, so its new state is " : "relu cuts off what is below 0, so its new state is ";
    return [...parts, strong(significant(sum, 3)), plain(`; ${passes}`), strong(significant(state, 3)), before];
  }
  if (run.header.cell === "rnn_linear") {
    return [...parts, strong(significant(sum, 3)), plain("; a linear unit takes that as it is: its new state is "),
      strong(significant(state, 3)), before];
  }
  const { inside, equals, result } = tanhOf(sum, state);
  return [...parts, strong(inside), plain(`; tanh(${inside}) ${equals} `), strong(result), plain(", its new state"), before];
}

/** As many digits of the sum as give the state's, so that a calculator agrees. */
function tanhOf(sum, state) {
  const near = Math.abs(state) < 1 && Math.abs(state) >= 0.9995;
  const result = near ? significant(state, 5) : significant(state, 3);
  const digits = near ? 5 : 3;
  for (const shown of [3, 4, 5]) {
    const inside = significant(sum, shown);
    if (significant(Math.tanh(Number(sum.toPrecision(shown))), digits) === result) return { inside, equals: "=", result };
  }
  return { inside: significant(sum, 3), equals: "≈", result };
}

function outcome(run, step) {
  const counted = run.array("has_loss")[step] === 1;
  const loss = counted ? [strong(spoken(run.array("losses")[step])), plain(".")] : [];
  // A text or a series goes on with what comes next; vectors are given what is due.
  const [expects, comes] = run.header.input.kind === "vectors" ? ["says", "is due"] : ["expects", "comes"];
  if (saysClass(run)) {
    const { index, probability } = bestClass(run, step);
    const guess = `It ${expects} ${named(run.header.output.classes[index])} (p = ${gate(probability)})`;
    if (!counted) return [plain(`${guess}; no loss is counted here.`)];
    const target = named(run.header.output.classes[run.array("target")[step]]);
    return [plain(`${guess}, and ${target} ${comes}: loss `), ...loss.slice(0, 1), plain(`${verdict(run, step, probability)}.`)];
  }
  const most = Math.max(largest(run.array("prediction")), largest(run.array("target")));
  const told = (name) => inBrackets(rowAt(run, name, step), (value) => compact(value, most));
  const guess = `It ${expects} ${told("prediction")}${unitOf(run)}`;
  if (isProbe(run)) return counted ? [plain(`${guess}; probe ½‖ŷ‖² = `), ...loss] : [plain(`${guess}; no probe is taken here.`)];
  if (!counted) return [plain(`${guess}; no loss is counted here.`)];
  return [plain(`${guess}, and ${told("target")} ${comes}: loss `), ...loss];
}

/** Giving every class the same probability would cost ln K; what costs more was misled. */
function verdict(run, step, confidence) {
  const { length } = run.header.output.classes;
  if (run.array("losses")[step] <= Math.log(length)) return "";
  // Of two, one always gets more than a half.
  return confidence > Math.max(0.5, 1.5 / length) ? ", worse than a blind guess: it was sure, and wrong" : ", worse than a blind guess";
}

function lossSentence(run, { step }) {
  const losses = run.array("losses");
  const head = strong(`t = ${step}`);
  if (isProbe(run)) return [head, ...probeSentence(run, step)];
  const upTo = losses.slice(0, step + 1).reduce((sum, loss) => sum + loss, 0);
  const sum = [plain(" Up to here the losses add up to "), strong(spoken(upTo)),
    plain(`, of ${spoken(run.header.totalLoss)} in all.`)];
  if (run.array("has_loss")[step] !== 1) return [head, plain(": no loss is counted here."), ...sum];
  const ofVectors = run.header.input.kind === "vectors";
  if (saysClass(run)) {
    const target = named(run.header.output.classes[run.array("target")[step]]);
    const given = gate(probabilityOfTarget(run, step));
    return [head, plain(`: ${target} ${ofVectors ? "is due" : "comes"}, and the network had given it p = `), strong(given),
      plain(`, so the loss is −ln p = `), strong(spoken(losses[step])),
      plain(`${verdict(run, step, bestClass(run, step).probability)}.`), ...sum];
  }
  const [said, came] = ["prediction", "target"].map((name) => rowAt(run, name, step));
  const was = ofVectors ? "was due" : "came";
  const [what, half] = said.length > 1 ? ["differences", "Half the sum of the squares"] : ["difference", "Half the square"];
  return [head, plain(`: the network said ${inBrackets(said, spoken)}, and ${inBrackets(came, spoken)} ${was}${unitOf(run)}. ${half} of the ${what} `),
    strong(inBrackets(said.map((value, k) => value - came[k]), spoken)), plain(" is the loss, "), strong(spoken(losses[step])), plain("."), ...sum];
}

/** Nothing is asked for: what the gradient sets out from then, and why. */
function probeSentence(run, step) {
  if (run.array("has_loss")[step] !== 1) return [plain(": no probe is taken here.")];
  return [plain(`: the network says ${inBrackets(rowAt(run, "prediction", step), spoken)}. The probe ½‖ŷ‖² is `),
    strong(spoken(run.array("losses")[step])), plain(". Nothing is asked for here, so this is no error: a gradient has to start somewhere.")];
}

function backwardSentence(run, { step, layer, unit }) {
  const norms = run.of(layer, "grad_hidden_norm");
  const head = [strong(`t = ${step}`), plain(", going back: ")];
  if (norms[step] === 0) return [...head, plain(noGradient(run, layer, step))];
  const parts = [...head, plain("‖∂L/∂h‖ is "), strong(significant(norms[step])), ...origin(run, layer, step)];
  const cell = run.of(layer, "grad_cell_norm");
  if (unit !== null) {
    const [field, letter] = cell ? ["grad_cell", "c"] : ["grad_hidden", "h"];
    parts.push(plain(` For unit ${unit} alone, ∂L/∂${letter} = ${significant(run.at(layer, field, step, unit), 3)}.`));
  } else if (cell) {
    parts.push(plain(` At the memory, ‖∂L/∂c‖ is ${significant(cell[step])}.`));
  }
  return [...parts, ...weightPart(run, layer, step)];
}

/** Where the gradient at a step comes from. Where all of it sets out at one step, what became of it. */
function origin(run, layer, step) {
  const own = run.of(layer, "own_norm");
  const sources = Array.from(own.keys()).filter((t) => own[t] > 0);
  if (sources.length === 1) return compared(run.of(layer, "grad_hidden_norm"), step, sources[0]);
  const forward = run.direction(layer) > 0;
  const [from, next] = [forward ? "from later steps" : "from the steps that it reads after this one", step + run.direction(layer)];
  const top = run.header.layers.every(({ depth }) => depth <= run.header.layers[layer].depth);
  const here = top ? `from this step’s own ${isProbe(run) ? "probe" : "loss"}` : "from the layer above";
  const later = next >= 0 && next < run.steps ? run.of(layer, "handed_hidden")[next] : 0;
  if (later === 0) return [plain(`, all of it ${here}.`)];
  if (own[step] === 0) return [plain(`, all of it ${from}.`)];
  return [plain(`: ${from} ${significant(later, 2)}, ${here} ${significant(own[step], 2)} (vectors, so sizes need not add).`)];
}

function compared(norms, step, start) {
  if (step === start) return [plain("; here it sets out.")];
  const ratio = norms[step] / norms[start];
  const there = `where it set out, at t = ${start}, it was ${significant(norms[start])}`;
  if (ratio < 0.01) return [plain(`, ${significant(ratio, 2)} of what it was: ${there}.`)];
  if (ratio > 100) return [plain(`, ${significant(ratio, 2)} times what it was: ${there}.`)];
  return [plain(`; ${there}.`)];
}

function noGradient(run, layer, step) {
  const losses = run.array("has_loss");
  const ahead = run.direction(layer) > 0 ? losses.subarray(step) : losses.subarray(0, step + 1);
  return ahead.some((counted) => counted === 1)
    ? "the gradient is exactly 0 here; nothing of the later losses comes this far."
    : `no ${isProbe(run) ? "probe" : "loss"} stands here or later, so there is nothing to send back: the gradient is exactly 0.`;
}

function weightPart(run, layer, step) {
  const term = run.of(layer, "weight_term")[step];
  const before = step - run.direction(layer);
  if (before < 0 || before >= run.steps) {
    return [plain(" The state before it is fixed, and the sum for W is complete: "),
      strong(significant(run.of(layer, "weight_sum")[step])), plain(".")];
  }
  return [plain(` The same W gets one more term, of size ${significant(term, 2)}; its sum so far is `),
    strong(significant(run.of(layer, "weight_sum")[step], 3)), plain(".")];
}
