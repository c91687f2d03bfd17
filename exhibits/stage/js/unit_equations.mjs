/**
 * What follows a unit's sum, as equations in numbers: the gates' products and the new state, the
 * softmax and the loss, and what a unit hands on going back.
 *
 * @typedef {import("./decode.mjs").RunData} RunData
 * @typedef {import("./terms.mjs").Symbol} Symbol
 * @typedef {{op: string} | {text: string, key: string, symbol: Symbol, part: string, row?: string, strong?: boolean}} Piece
 *   an operator, or a number over its symbol; `row` is the sum that it opens
 * @typedef {Piece[]} Equation   stays on one line where there is room
 */

import { sign } from "./narration.mjs";
import { significant } from "./scales.mjs";
import { deltasOf, leftOpen, slopeOf } from "./unit_back.mjs";
import { GATES, isSilenced, pinOf, recurrentSum, stepBy } from "./terms.mjs";
import { agrees, applied, shownAs, shownProduct, shownWay, three } from "./unit_numbers.mjs";

const op = (text) => ({ op: text });
const number = (key, text, symbol, part, more = {}) => ({ key, text, symbol, part, ...more });

/** @param {RunData} run @returns {Equation[]} */
export function stateEquations(run, layer, step, unit) {
  const tell = { lstm: lstmState, gru: gruState }[run.header.cell];
  return tell ? tell(run, layer, step, unit) : [];
}

function lstmState(run, layer, step, unit) {
  const at = (field) => run.at(layer, field, step, unit);
  const before = run.before(layer, "cell", step, unit);
  const [forget, input, candidate, output, cell] = ["forget_gate", "input_gate", "candidate", "output_gate", "cell"].map(at);
  const way = shownWay([
    { factors: [{ value: forget }, { value: before }], value: forget * before },
    { factors: [{ value: input }, { value: candidate }], value: input * candidate },
  ], cell);
  const [kept, written] = way.products;
  return [
    [number("f", kept.factors[0], { sign: "f", sub: "t" }, "f", { row: "forget_gate" }), op("×"),
      number("c0", kept.factors[1], { sign: "c", sub: "t−1" }, "c"), op(kept.equals), number("kept", kept.text, { sign: "kept" }, "kept")],
    [op("+"), number("i", written.factors[0], { sign: "i", sub: "t" }, "i", { row: "input_gate" }), op("×"),
      number("g", written.factors[1], { sign: "g", sub: "t" }, "g", { row: "candidate" }), op(written.equals),
      number("written", written.text, { sign: "written" }, "written")],
    [op(way.equals), number("c", way.total, { sign: "c", sub: "t" }, "c'", { strong: true })],
    ...shownState(run, layer, unit, at("hidden"), cell, output),
  ];
}

/** tanh(c) × o = h */
function shownState(run, layer, unit, hidden, cell, output) {
  const { factors, equals, product } = shownProduct([Math.tanh(cell), output], output * Math.tanh(cell));
  const squashed = applied(Math.tanh, cell, Math.tanh(cell));
  const end = [number("o", factors[1], { sign: "o", sub: "t" }, "o", { row: "output_gate" }), op(equals)];
  const silent = isSilenced(run, layer, unit);
  return [
    [op("tanh("), number("c1", squashed.from, { sign: "c", sub: "t" }, "c'"), op(")"), op(squashed.equals),
      number("tanh", factors[0], { sign: "tanh c", sub: "t" }, "c'")],
    [op("×"), ...end, number("h", product, silent ? { sign: "before it is silenced" } : { sign: "h", sub: "t" }, "h'", { strong: !silent })],
    ...(silent ? [[op("→"), number("h0", significant(hidden), { sign: "h", sub: "t" }, "h'", { strong: true })]] : []),
  ];
}

function gruState(run, layer, step, unit) {
  const at = (field) => run.at(layer, field, step, unit);
  const [update, candidate, hidden, before] = [at("update_gate"), at("candidate"), at("hidden"), run.before(layer, "hidden", step, unit)];
  const gate = { value: update };
  const made = update * before + (1 - update) * candidate;
  const way = shownWay([
    { factors: [gate, { value: before }], value: update * before },
    { factors: [gate, { value: candidate }], value: (1 - update) * candidate, multiply: (z, n) => (1 - z) * n },
  ], made);
  const [kept, added] = way.products;
  const silent = isSilenced(run, layer, unit);
  const z = (key) => number(key, key === "z" ? kept.factors[0] : added.factors[0], { sign: "z", sub: "t" }, "z", { row: "update_gate" });
  return [
    [z("z"), op("×"), number("h0", kept.factors[1], { sign: "h", sub: "t−1" }, "h"), op(kept.equals), number("kept", kept.text, { sign: "kept" }, "kept")],
    [op("+"), op("(1 −"), z("z1"), op(")"), op("×"), number("n", added.factors[1], { sign: "n", sub: "t" }, "n", { row: "candidate" }),
      op(added.equals), number("new", added.text, { sign: "new" }, "written")],
    [op(way.equals), number("h", way.total, silent ? { sign: "before it is silenced" } : { sign: "h", sub: "t" }, "h'", { strong: !silent })],
    ...(silent ? [[op("→"), number("h1", significant(hidden), { sign: "h", sub: "t" }, "h'", { strong: true })]] : []),
  ];
}

/** Softmax and −ln p, or half the square of the difference. @param {RunData} run @returns {Equation[]} */
export function lossEquations(run, step, { output, target }) {
  const outputs = run.array("prediction").length / run.steps;
  const [said, given] = [run.array("output")[step * outputs + output], run.array("prediction")[step * outputs + output]];
  const loss = run.array("losses")[step];
  const counted = run.array("has_loss")[step] === 1;
  if (run.header.output.loss !== "categorical") return squaredError(run, step, output, { outputs, given, target, counted });
  const all = run.array("output").subarray(step * outputs, (step + 1) * outputs);
  const label = sign(run.header.output.classes[output]);
  const [grown, sum] = [Math.exp(said), all.reduce((so, one) => so + Math.exp(one), 0)];
  const up = applied(Math.exp, said, grown);
  const [top, whole] = [grown, sum].map((value) => significant(value, 3));
  const exact = agrees(shownAs(grown) / shownAs(sum), given) ? "=" : "≈";
  const equations = [
    [op("exp("), number("o", up.from, { sign: "s", sub: label }, "out"), op(")"), op(up.equals), number("e", top, { sign: "eˢ" }, "out")],
    [op("÷"), number("sum", whole, { sign: `Σ eˢ, all ${classesWord(run)}` }, "sum"), op(exact), number("p", three(given), { sign: "p", sub: label }, "p", { strong: true })],
  ];
  if (!target || !counted) return equations;
  const told = applied((p) => -Math.log(p), given, loss);
  return [...equations, [op("−ln("), number("p1", told.from, { sign: "p", sub: label }, "p"), op(")"), op(told.equals),
    number("L", told.to, { sign: "L", sub: "t" }, "loss", { strong: true })]];
}

/** What the read-out chooses between. */
export const classesWord = (run) => (run.header.input.kind === "text" ? "characters" : "classes");

function squaredError(run, step, output, { outputs, given, target, counted }) {
  if (!target) return [];
  const due = run.array("target")[step * outputs + output];
  const gap = given - due;
  const equals = agrees(shownAs(given) - shownAs(due), gap) ? "=" : "≈";
  const equations = [[number("y^", three(given), { sign: "ŷ", sub: "t" }, "out"), op("−"), number("y", three(due), { sign: "y", sub: "t" }, "y"),
    op(equals), number("gap", three(gap), { sign: "error" }, "gap")]];
  if (!counted || outputs > 1) return equations;
  const half = applied((gapOf) => 0.5 * gapOf * gapOf, gap, run.array("losses")[step]);
  return [...equations, [op("½ × ("), number("gap1", half.from, { sign: "error" }, "gap"), op(")²"), op(half.equals),
    number("L", half.to, { sign: "L", sub: "t" }, "loss", { strong: true })]];
}

/** What the unit hands to its gates' sums, and to the step before. @param {RunData} run @returns {Equation[]} */
export function passedOn(run, layer, step, unit) {
  const at = (field) => run.at(layer, field, step, unit);
  const silent = isSilenced(run, layer, unit);
  const factor = (value, letter, sub, part, sup) => ({ value, symbol: { sign: letter, sub, sup }, part });
  const deltaH = silent ? factor(0, "∂L/∂h, silenced", undefined, "δh") : factor(at("grad_hidden"), "∂L/∂h", "t", "δh");
  const reads = stepBy(run, layer, step, -1) !== null;
  const before = (field) => run.before(layer, field, step, unit);
  const through = (gate, ...factors) => throughGate(run, layer, step, unit, gate, factors);
  if (run.header.cell === "lstm") {
    const [f, i, g, o] = GATES.lstm;
    const deltaC = factor(at("grad_cell"), "∂L/∂c", "t", "δc");
    const carried = [deltaC, factor(at("forget_gate"), "f", "t", "f")];
    return [
      ...(reads ? [equation({ sign: "to ∂L/∂c", sub: "t−1" }, carried, "f")] : []),
      through(f, deltaC, factor(before("cell"), "c", "t−1", "c")),
      through(i, deltaC, factor(at("candidate"), "g", "t", "g")),
      through(g, deltaC, factor(at("input_gate"), "i", "t", "i")),
      through(o, deltaH, factor(Math.tanh(at("cell")), "tanh c", "t", "c'")),
    ];
  }
  if (run.header.cell !== "gru") return [through(GATES[run.header.cell][0], deltaH)];
  const [r, z, n] = GATES.gru;
  const open = factor(leftOpen(run, layer, step, unit), "(1 − z)", undefined, "z");
  const deltaN = factor(deltasOf(run, layer, step, unit).gates[n.block], "δ", "t", "pass-n", "n");
  const q = recurrentSum(run, layer, step, 2 * run.hidden + unit);
  return [
    ...(reads ? [equation({ sign: "to ∂L/∂h", sub: "t−1" }, [deltaH, factor(at("update_gate"), "z", "t", "z")], "z")] : []),
    through(n, deltaH, open),
    through(r, deltaN, factor(q, "q", "t", "q")),
    through(z, deltaH, factor(before("hidden") - at("candidate"), "(h − n)", undefined, "h")),
  ];
}

/** δ of one gate: what reaches it, times how steep it is here. */
function throughGate(run, layer, step, unit, gate, factors) {
  const { sign: letter, squash, field } = gate;
  const pinned = pinOf(run, layer, field, unit) !== null;
  const steep = { sigmoid: `${letter}(1 − ${letter})`, tanh: `1 − ${letter}²`, relu: "slope of relu", linear: "slope 1" }[squash];
  const slope = { value: slopeOf(run, layer, step, unit, gate), symbol: { sign: pinned ? "pinned: no slope" : steep }, part: `pass-${letter}` };
  const single = GATES[run.header.cell].length === 1;
  const result = { sign: "δ", sup: single ? undefined : letter, sub: "t" };
  return equation(result, [...factors, slope], `pass-${letter}`);
}

/** @returns {Equation} */
function equation(symbol, factors, part) {
  const values = factors.map(({ value }) => value);
  const told = shownProduct(values, values.reduce((so, one) => so * one, 1));
  const left = factors.flatMap((one, k) => [...(k > 0 ? [op("×")] : []), number(`${part}.${symbol.sign}.${k}`, told.factors[k], one.symbol, one.part)]);
  return [...left, op(told.equals), number(`${part}.${symbol.sign}=`, told.product, symbol, part, { strong: true })];
}
