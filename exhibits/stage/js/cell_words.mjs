/** What happens to one unit inside the cell, in numbers that check out with a pocket calculator. */

import { pinsOf, silencedOf } from "./cell_math.mjs";
import { significant, spoken } from "./scales.mjs";
import { sumOfProducts } from "./sums.mjs";
import { FIELDS } from "./theme.mjs";

/** @typedef {import("./narration.mjs").Part} Part */

const plain = (text) => ({ text });
const strong = (text) => ({ text, strong: true });
/** Between two sums. */
export const GAP = { text: "\n" };
const bounded = (value) => ({ value, bounded: true });

/** @param {import("./cell_math.mjs").Vectors} flow @returns {Part[]} */
export function equation(cell, flow, unit, silent) {
  const at = (name) => flow[name][unit];
  const tell = { lstm, gru }[cell] ?? rnn;
  return tell(at, silent, cell).map((part) => (part === GAP ? GAP : { ...part,
    text: part.text.replaceAll("= ≈", "≈") }));
}

function lstm(at, silent) {
  const way = sumOfProducts([
    { factors: [bounded(at("f")), { value: at("c0") }], value: at("kept") },
    { factors: [bounded(at("i")), bounded(at("g"))], value: at("written") }], at("c"));
  const [kept, written] = way.products;
  const shown = sumOfProducts([{ factors: [bounded(at("o")), bounded(Math.tanh(at("c")))],
    value: at("h") }], at("h"));
  const [show] = shown.products;
  return [strong("c"), plain(` = f · c${MINUS} + i · g = ${kept.factors.join(" × ")} + ${written.factors.join(" × ")} `
    + `= ${kept.text} kept + ${written.text} written ${way.equals} `), strong(way.total),
  GAP, strong("h"), ...(silent ? [plain(" = "), strong("0"), plain(", the unit is silenced")]
    : [plain(` = o · tanh c = ${show.factors.join(" × ")} ${show.equals} `), strong(show.text)])];
}

const MINUS = "ₜ₋₁";

function gru(at, silent) {
  const z = bounded(at("z"));
  const way = sumOfProducts([
    { factors: [z, { value: at("h0") }], value: at("kept") },
    { factors: [bounded(at("renew")), bounded(at("n"))], value: at("written") }], at("kept") + at("written"));
  const [kept, written] = way.products;
  return [strong("h"), ...(silent ? [plain(" = "), strong("0"), plain(", the unit is silenced")] : [
    plain(` = z · h${MINUS} + (1 − z) · n = ${kept.factors.join(" × ")} + ${written.factors.join(" × ")} `
      + `= ${kept.text} kept + ${written.text} new ${way.equals} `), strong(way.total)]),
  GAP, strong("n"), ...candidate(at)];
}

function candidate(at) {
  const told = significant(at("n"), 3);
  if (Math.abs(Math.tanh(at("an")) - at("n")) > 1e-4) return [plain(" is pinned at "), strong(told)];
  const [x, r, q] = ["xn", "r", "q"].map((name) => significant(at(name), 3));
  return [plain(` = tanh(${x} + ${r} × ${q}) = `), strong(told)];
}

function rnn(at, silent, cell) {
  const squash = cell === "rnn_relu" ? "relu" : "tanh";
  const { terms: [rec, inp], equals, total } = added([at("rec"), at("inp")], at("a"));
  return [strong("a"), plain(` = ${rec} from the state + ${inp} from the input ${equals} `), strong(total),
    GAP, strong("h"), ...(silent ? [plain(" = "), strong("0"), plain(", the unit is silenced")]
      : [plain(` = ${squash}(a) = `), strong(significant(at("h"), 3))])];
}

/** Numbers that are added, told so that the sum comes out; powers of ten where they are tiny. */
function added(values, total) {
  const tiny = Math.max(...values.map(Math.abs)) < 1e-5;
  if (tiny) return { terms: values.map(spoken), equals: "=", total: spoken(total) };
  const way = sumOfProducts(values.map((value) => ({ factors: [], value, multiply: () => value })), total);
  return { terms: way.products.map(({ text }) => text), equals: way.equals, total: way.total };
}

/**
 * The same going back.
 * @param {import("./cell_math.mjs").Vectors} flow what flows forward
 * @param {import("./cell_math.mjs").Vectors} back what flows back
 * @returns {Part[]}
 */
export function equationBack(cell, flow, back, unit) {
  const at = (name) => spoken(back[name][unit]);
  const sum = (names, total) => added(names.map((name) => back[name][unit]), back[total][unit]);
  const arriving = sum(["direct", "fromNext"], "h");
  const parts = [strong("∂L/∂h"),
    plain(` = ${arriving.terms[0]} from here + ${arriving.terms[1]} from later ${arriving.equals} `),
    strong(arriving.total)];
  if (cell === "lstm") {
    const memory = sum(["carried", "through"], "c");
    parts.push(GAP, strong("∂L/∂c"),
      plain(` = ${memory.terms[0]} along the conveyor + ${memory.terms[1]} by way of h ${memory.equals} `),
      strong(memory.total));
    const more = back.c0[unit] === back.straight[unit] ? "" : ` = ${at("straight")}, with the peepholes`;
    parts.push(GAP, plain(`× f ${significant(flow.f[unit], 3)}${more} → c${MINUS} gets `), strong(at("c0")));
  } else {
    if (cell === "gru") parts.push(GAP,
      plain(`× z ${significant(flow.z[unit], 3)} = ${at("straight")} straight back`));
    else parts.push(GAP, plain(`δa = ${at("a")}`));
    parts.push(GAP, plain(`h${MINUS} gets `), strong(at("h0")));
  }
  return parts;
}

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
