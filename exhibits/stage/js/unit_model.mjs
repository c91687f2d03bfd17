/**
 * All that the arithmetic of one unit shows at one step, worked out from the payload; no DOM.
 *
 * @typedef {import("./decode.mjs").RunData} RunData
 * @typedef {import("./terms.mjs").Sum} Sum
 * @typedef {{key: string, name: string, symbol: import("./terms.mjs").Symbol, value: number, text: string, part: string}} Row
 * @typedef {{kind: "sigmoid"|"tanh"|"relu"|"linear", sign: string, from: number, to: number, pin: number|null,
 *   texts: {from: string, equals: string, to: string}}} Squash
 *
 * @typedef {Object} Model
 * @property {Row[]} rows        the sums that can be opened
 * @property {string} row        the one that is open
 * @property {Sum[]} sums        the last one is what the row is about
 * @property {Squash|null} squash
 * @property {string} then       what the equations say, in words
 * @property {import("./unit_equations.mjs").Equation[]} equations
 * @property {import("./formula.mjs").Token[][]} formulas
 * @property {string[]} notes
 * @property {{what: string, symbol: import("./terms.mjs").Symbol}[]} lines   what scripts can reproduce
 */

import { backFormulas, gateFormula, lossFormulas, stateFormulas } from "./formula.mjs";
import { named } from "./narration.mjs";
import { significant } from "./scales.mjs";
import { GATES, SQUASH, gateSums, isSilenced, pinOf } from "./terms.mjs";
import { FIELDS } from "./theme.mjs";
import { cellSum, hiddenSum } from "./unit_back.mjs";
import { classesWord, lossEquations, passedOn, stateEquations } from "./unit_equations.mjs";
import { applied, three } from "./unit_numbers.mjs";
import { outputSum, outputsToTell, topLayers } from "./unit_readout.mjs";
import { isProbe } from "./vectors.mjs";

/**
 * @param {RunData} run
 * @param {{layer: number, step: number, unit: number, phase: string, row?: string}} at  `row`: the
 *   one that the learner opened, where this phase has it
 * @returns {Model}
 */
export function modelOf(run, at) {
  const made = { loss: lossModel, backward: backModel }[at.phase] ?? forwardModel;
  return made(run, at);
}

/** The gate that changes most of what the unit holds or shows. @param {RunData} run @returns {string} its field */
export function tellingGate(run, layer, step, unit) {
  const at = (field) => run.at(layer, field, step, unit);
  const gates = GATES[run.header.cell];
  if (gates.length === 1) return gates[0].field;
  const does = run.header.cell === "lstm" ? {
    forget_gate: (1 - at("forget_gate")) * run.before(layer, "cell", step, unit),
    input_gate: (1 - at("input_gate")) * at("candidate"), candidate: at("input_gate") * at("candidate"),
    output_gate: (1 - at("output_gate")) * Math.tanh(at("cell")),
  } : {
    reset_gate: 0, update_gate: at("update_gate") * (run.before(layer, "hidden", step, unit) - at("candidate")),
    candidate: (1 - at("update_gate")) * at("candidate"),
  };
  return gates.map(({ field }) => field).reduce((most, field) => (Math.abs(does[field]) > Math.abs(does[most]) ? field : most));
}

function forwardModel(run, { layer, step, unit, row }) {
  const gates = GATES[run.header.cell];
  const field = gates.some((gate) => gate.field === row) ? row : tellingGate(run, layer, step, unit);
  const gate = gates.find((one) => one.field === field);
  const rows = gates.map(({ field: key, sign }) => {
    const value = run.at(layer, key, step, unit);
    return { key, name: FIELDS[key].name, symbol: { sign, sub: "t" }, value, text: three(value), part: sign };
  });
  const sums = gateSums(run, layer, step, unit, gate);
  const from = sums.at(-1).total;
  const pin = pinOf(run, layer, field, unit);
  const silent = isSilenced(run, layer, unit);
  const to = SQUASH[gate.squash](from);
  const held = pin !== null || (silent && gates.length === 1);
  const notes = [];
  if (pin !== null) notes.push(`The ${FIELDS[field].name} of this unit is pinned at ${significant(pin, 3)}, whatever the sum says.`);
  if (silent) notes.push("This unit is silenced: to everything that reads it, its h is 0.");
  const peepholes = Boolean(run.of(layer, "weight_ci"));
  return {
    rows, row: field, sums,
    squash: { kind: gate.squash, sign: gate.sign, from, to, pin: held ? pin ?? 0 : null, texts: applied(SQUASH[gate.squash], from, to) },
    then: { lstm: "What the gates make of the memory, and the new state", gru: "What the gates make of the state" }[run.header.cell] ?? "",
    equations: stateEquations(run, layer, step, unit),
    formulas: [gateFormula({ cell: run.header.cell, sign: gate.sign, squash: gate.squash, peepholes }), ...stateFormulas(run.header.cell)],
    notes, lines: scripts(run, gate),
  };
}

function scripts(run, { field, sign }) {
  const states = run.header.cell === "lstm" ? [["cell", "c"], ["hidden", "h"]] : [["hidden", "h"]];
  const own = field === "hidden" ? [["preactivation", "a"]] : [[field, sign]];
  return [...own, ...states].map(([what, letter]) => ({ what, symbol: { sign: letter, sub: "t" } }));
}

function lossModel(run, { layer, step, row }) {
  const told = outputsToTell(run, step);
  const probe = isProbe(run);
  const categorical = run.header.output.loss === "categorical";
  const key = ({ output, target, best }) => (categorical ? (target ? "target" : best ? "best" : "") : `y${output}`);
  const chosen = told.find((one) => key(one) === row) ?? told[0];
  const { classes } = run.header.output;
  const [comesWord, expected] = run.header.input.kind === "vectors" ? ["is due", "believed"] : ["comes", "expected"];
  const outputs = run.array("prediction").length / run.steps;
  const rows = told.map((one) => {
    const value = run.array("prediction")[step * outputs + one.output];
    const label = categorical ? named(classes[one.output]) : "";
    const comes = one.best ? `${label} ${comesWord}, and is ${expected} most` : `${label} ${comesWord}`;
    const name = !categorical ? (outputs > 1 ? `prediction ${one.output}` : "prediction") : one.target ? comes : `${label} is ${expected} most`;
    return { key: key(one), name, symbol: categorical ? { sign: "p" } : { sign: "ŷ", sub: "t" }, value, part: "p",
      text: categorical ? three(value) : significant(value, 3) };
  });
  const sum = outputSum(run, step, chosen.output);
  const notes = [];
  if (run.array("has_loss")[step] !== 1) notes.push(probe ? "No probe is taken at this step." : "No loss is counted at this step.");
  else if (probe) notes.push("Nothing is asked for, so a probe, ½‖ŷ‖², stands in place of a loss: the gradient has to start somewhere.");
  if (!sum) notes.push("The read-out reads the top layer, whose states are not here; choose that layer to see its sum.");
  else if (!topLayers(run).includes(layer)) notes.push("The read-out reads the top layer, so this unit is not among its terms.");
  return { rows, row: key(chosen), sums: sum ? [sum] : [], squash: null,
    then: categorical ? `The share of all ${classesWord(run)}, and what it costs` : "What it costs", equations: lossEquations(run, step, chosen),
    formulas: lossFormulas(categorical, probe), notes, lines: [] };
}

function backModel(run, { layer, step, unit, row }) {
  const lstm = run.header.cell === "lstm";
  const hidden = hiddenSum(run, layer, step, unit);
  const sums = { hidden, ...(lstm ? { cell: cellSum(run, layer, step, unit) } : {}) };
  const open = sums[row] ? row : "hidden";
  const rows = Object.entries(sums).map(([key, { total }]) => ({ key, name: `gradient at the ${FIELDS[key].name}`,
    symbol: { sign: `∂L/∂${FIELDS[key].sign}`, sub: "t" }, value: total, text: significant(total, 3), part: key === "cell" ? "δc" : "δh" }));
  const notes = [];
  if (sums[open].cut) notes.push(cutNote(sums[open]));
  if (isSilenced(run, layer, unit)) notes.push("This unit is silenced: its gradient goes no further.");
  const { depth } = run.header.layers[layer];
  return { rows, row: open, sums: [sums[open]], squash: null, then: "What the unit hands on",
    equations: passedOn(run, layer, step, unit),
    formulas: backFormulas({ cell: run.header.cell, row: open, top: !run.header.layers.some((other) => other.depth > depth),
      peepholes: Boolean(run.of(layer, "weight_ci")) }),
    notes, lines: rows.map(({ key, symbol }) => ({ what: key, symbol })) };
}

const cutNote = ({ terms }) => (terms.some(({ key }) => key === "across")
  ? "Truncated: of what the step after hands back, only what some windows carry across the cut reaches this step."
  : "Truncated: the way back is cut here, and nothing that the step after hands back reaches this step.");
