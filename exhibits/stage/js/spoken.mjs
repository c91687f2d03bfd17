/**
 * What is said aloud: the narration without bare symbols and without what is said at every step;
 * where one unit is looked at, that unit's own numbers come first.
 *
 * @typedef {import("./decode.mjs").RunData} RunData
 */

import { asText, narrate } from "./narration.mjs";
import { significant } from "./scales.mjs";

/** Signs that a screen reader swallows, or calls something else in every language. */
const SIGNS = {
  "(": "opening parenthesis", ")": "closing parenthesis", "[": "opening bracket", "]": "closing bracket",
  "{": "opening brace", "}": "closing brace", "<": "less than", ">": "greater than", ",": "comma", ".": "full stop",
  ";": "semicolon", ":": "colon", "!": "exclamation mark", "?": "question mark", "'": "apostrophe", "\"": "quotation mark",
  "-": "hyphen", "_": "underscore", "+": "plus", "*": "asterisk", "/": "slash", "=": "equals sign",
};
const DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

const power = (exponent) => [...exponent].map((sign) => (sign === "⁻" ? "minus " : DIGITS.indexOf(sign))).join("");

/** In this order: a power of ten before the other products, a norm before the gradient within it. */
const WORDS = [
  [/ \(vectors[^)]*\)/g, ""],
  [/“(.)”/gu, (quoted, sign) => SIGNS[sign] ?? quoted],
  [/ × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g, (_, exponent) => ` times 10 to the ${power(exponent)}`],
  [/‖∂L\/\u2060?∂(\p{L})‖/gu, "the size of the gradient at $1"],
  [/‖(\p{L})‖/gu, "the size of $1"],
  [/∂L\/\u2060?∂(\p{L})/gu, "the gradient at $1"],
  [/the size of the gradient at (\p{L}) = /gu, "the size of the gradient at $1 is "],
  [/the gradient at (\p{L}) = /gu, "the gradient at $1 is "],
  [/ \(p = ([^)]*)\)/g, " with probability $1"],
  [/−ln p = /g, "minus the logarithm of that, "],
  [/p = (?=[\dn])/g, "probability "],
  [/\((1 − [^)]*)\)/g, "$1"],
  [/ × /g, " times "],
  [/= ≈ |≈ /g, "about "],
  [/ → /g, " to "],
  [/ − /g, " minus "],
  [/−(?=[\d∞])/g, "minus "],
  [/∞/g, "infinity"],
];

/** A sentence of the narration in words. @param {string} text */
export const inWords = (text) => WORDS.reduce((said, [sign, word]) => said.replace(sign, word), text);

/**
 * @param {RunData} run
 * @param {{step: number, phase: string, level: string, layer: number, unit: number|null}} state
 * @param {RunData|null} [ghost] the run before the learner changed it
 */
export function aloud(run, state, ghost = null) {
  const alone = state.level === "unit" && state.unit !== null;
  // Going back, the narration would tell the unit's gradient once more, at its end.
  const told = alone && state.phase === "backward" ? { ...state, unit: null } : state;
  return (alone ? ownNumbers(run, state) : "") + inWords(asText(narrate(run, told, ghost)));
}

function ownNumbers(run, { step, phase, layer, unit }) {
  const of = (field) => (run.of(layer, field) ? significant(run.at(layer, field, step, unit), 3) : null);
  const say = (text) => inWords(`Unit ${unit}${text}. `);
  const [state, memory] = [of("hidden"), of("cell")];
  if (phase === "loss") {
    const top = run.header.layers.every(({ depth }) => depth <= run.header.layers[layer].depth);
    return say(top ? ` hands its h, ${state}, to the read-out, which the loss is of` : `: its h is ${state}; the loss is the read-out’s, above this layer`);
  }
  const [gradient, further] = [of("grad_hidden"), of("grad_cell")];
  if (phase === "backward" && gradient !== null) return say(`: the gradient at its h is ${gradient}${further === null ? "" : `, at its c ${further}`}`);
  return say(`: its h is ${state}${memory === null ? "" : `, its c ${memory}`}`);
}
