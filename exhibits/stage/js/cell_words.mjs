/**
 * What happens to one unit inside the cell, in numbers that check out with a pocket calculator: three
 * digits, as they stand in the picture, and ≈ where these do not give the result.
 */

import { pinsOf, silencedOf } from "./cell_math.mjs";
import { significant } from "./scales.mjs";
import { FIELDS } from "./theme.mjs";
import { agrees, shownAs, three } from "./unit_numbers.mjs";

/** @typedef {import("./narration.mjs").Part} Part */

const plain = (text) => ({ text });
const strong = (text) => ({ text, strong: true });
/** Between two sums. */
export const GAP = { text: "\n" };
const BEFORE = "ₜ₋₁";

/** "= " or "≈ ", and the result. */
const comes = (result, due) => [plain(` ${agrees(result, due) ? "=" : "≈"} `), strong(three(due))];
const product = (...values) => values.reduce((so, value) => so * shownAs(value), 1);
const sum = (...values) => values.reduce((so, value) => so + shownAs(value), 0);

/** @param {import("./cell_math.mjs").Vectors} flow @returns {Part[]} */
export function equation(cell, flow, unit, silent) {
  const at = (name) => flow[name][unit];
  const tell = { lstm, gru }[cell] ?? rnn;
  return tell(at, silent, cell).map((part) => (part === GAP ? GAP : { ...part,
    text: part.text.replaceAll("= ≈", "≈") }));
}

const silence = [plain(" = "), strong("0"), plain(", the unit is silenced")];

/** "f × c + i × g = kept + written", and whether the products come out. */
function mixed([f, c, kept], [i, g, written], words) {
  const come = agrees(product(f, c), kept) && agrees(product(i, g), written);
  return plain(`${three(f)} × ${three(c)} + ${three(i)} × ${three(g)} ${come ? "=" : "≈"} `
    + `${three(kept)} kept + ${three(written)} ${words}`);
}

function lstm(at, silent) {
  const way = mixed([at("f"), at("c0"), at("kept")], [at("i"), at("g"), at("written")], "written");
  const shown = Math.tanh(at("c"));
  return [strong("c"), plain(` = f · c${BEFORE} + i · g = `), way,
    ...comes(sum(at("kept"), at("written")), at("c")),
    GAP, strong("h"), ...(silent ? silence : [plain(` = o · tanh c = ${three(at("o"))} × ${three(shown)}`),
      ...comes(product(at("o"), shown), at("h"))])];
}

function gru(at, silent) {
  const way = mixed([at("z"), at("h0"), at("kept")], [at("renew"), at("n"), at("written")], "new");
  return [strong("h"), ...(silent ? silence : [plain(` = z · h${BEFORE} + (1 − z) · n = `), way,
    ...comes(sum(at("kept"), at("written")), at("kept") + at("written"))]),
  GAP, strong("n"), ...candidate(at)];
}

function candidate(at) {
  if (Math.abs(Math.tanh(at("an")) - at("n")) > 1e-4) return [plain(" is pinned at "), strong(three(at("n")))];
  const [x, r, q] = ["xn", "r", "q"].map(at);
  return [plain(` = tanh(${three(x)} + ${three(r)} × ${three(q)})`),
    ...comes(Math.tanh(shownAs(x) + product(r, q)), at("n"))];
}

function rnn(at, silent, cell) {
  const [opens, closes, does] = { rnn_tanh: ["tanh(", ")", Math.tanh], rnn_relu: ["relu(", ")", (a) => Math.max(0, a)],
    rnn_linear: ["", "", (a) => a] }[cell];
  const [rec, inp] = [at("rec"), at("inp")];
  return [strong("a"), plain(` = ${three(rec)} from the state + ${three(inp)} from the input`),
    ...comes(sum(rec, inp), at("a")),
    GAP, strong("h"), ...(silent ? silence : [plain(` = ${opens}a${closes}`), ...comes(does(shownAs(at("a"))), at("h"))])];
}

/**
 * The same going back.
 * @param {import("./cell_math.mjs").Vectors} flow what flows forward
 * @param {import("./cell_math.mjs").Vectors} back what flows back
 * @returns {Part[]}
 */
export function equationBack(cell, flow, back, unit) {
  const [at, gone] = [(name) => flow[name][unit], (name) => back[name][unit]];
  const [direct, later] = [gone("direct"), gone("fromNext")];
  const on = { lstm: lstmBack, gru: gruBack }[cell] ?? rnnBack;
  return [strong("∂L/∂h"), plain(` = ${three(direct)} from here + ${three(later)} from later`),
    ...comes(sum(direct, later), gone("h")), GAP, ...on(at, gone)]
    .map((part) => (part === GAP ? GAP : { ...part, text: part.text.replaceAll("= ≈", "≈") }));
}

function lstmBack(at, gone) {
  const [h, o, slope, f] = [gone("heard"), at("o"), gone("slope"), at("f")];
  const peephole = gone("through") - h * o * slope;
  const holes = Math.abs(peephole) > 1e-9 * Math.abs(gone("through")) ? ` + ${three(peephole)} by o’s peephole` : "";
  const due = shownAs(gone("carried")) + product(h, o, slope) + (holes ? shownAs(peephole) : 0);
  const more = gone("whole") ? gone("c0") - gone("straight") : 0;
  const straight = [plain(`${three(f)} × ${three(gone("c"))}`), ...comes(product(f, gone("c")), gone("straight"))];
  return [strong("∂L/∂c"), plain(` = ${three(gone("carried"))} along the conveyor + ${three(h)} × ${three(o)} × `
      + `${three(slope)} by ∂L/∂h · o · (1 − tanh² c)${holes}`), ...comes(due, gone("c")),
  GAP, strong(`c${BEFORE}`), ...(gone("whole") ? [plain(" gets f · ∂L/∂c = "), ...straight] : across(gone("c0"))),
  ...(more === 0 ? [] : [plain(`, with ${three(more)} by the peepholes`),
    ...comes(sum(gone("straight"), more), gone("c0"))]), ...byWeights(gone)];
}

function gruBack(at, gone) {
  const [z, h] = [at("z"), gone("kept")];
  const gates = gone("h0") - gone("straight");
  if (!gone("whole")) return byWeights(gone).slice(1);
  return [strong(`h${BEFORE}`), plain(` gets z · ∂L/∂h + Wₕₕᵀ δ = ${three(z)} × ${three(h)} + ${three(gates)}`),
    ...comes(product(z, h) + shownAs(gates), gone("h0"))];
}

function rnnBack(at, gone) {
  const [h, slope] = [gone("heard"), gone("slope")];
  return [strong("δ"), plain(` = ∂L/∂h · slope = ${three(h)} × ${three(slope)}`),
    ...comes(product(h, slope), gone("a")), ...byWeights(gone)];
}

const across = (value) => [plain(" gets "), strong(three(value)), plain(value === 0 ? ": the way back is cut" : " across the cut")];

const byWeights = (gone) => [GAP, strong(`h${BEFORE}`), ...(gone("whole") ? [plain(" gets Wₕₕᵀ δ = "),
  strong(three(gone("h0")))] : across(gone("h0")))];

/**
 * Everything about a unit at a step, for who hears the picture.
 * @param {import("./decode.mjs").RunData} run
 */
export function describeUnit(run, layer, step, unit, backward) {
  const pinned = (field) => (pinsOf(run, layer, field).has(unit) ? " (pinned)" : "");
  const values = run.header.strips.map((field) =>
    `${FIELDS[field].name} ${significant(run.at(layer, field, step, unit))}${pinned(field)}`);
  const slope = (field) => significant(run.at(layer, `grad_${field}`, step, unit));
  const known = backward ? ["hidden", "cell"].filter((field) => run.of(layer, `grad_${field}`)) : [];
  const gradients = known.map((field) => `gradient of the ${FIELDS[field].name} ${slope(field)}`);
  const silent = silencedOf(run, layer).has(unit) ? ", silenced" : "";
  return `Unit ${unit}${silent}: ${[...values, ...gradients].join(", ")}`;
}
