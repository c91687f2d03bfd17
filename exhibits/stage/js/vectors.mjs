/** What is read and said at a step where it may be one number or several, and whether it was asked for. */

import { compact, largest } from "./scales.mjs";

/** How many numbers an array has at each step. @param {import("./decode.mjs").RunData} run */
export const widthOf = (run, name) => run.array(name).length / run.steps;

/** The numbers of one step. @param {import("./decode.mjs").RunData} run @param {"inputs"|"prediction"|"target"} name */
export function rowAt(run, name, step) {
  const width = widthOf(run, name);
  return run.array(name).subarray(step * width, (step + 1) * width);
}

/** Whether nothing is asked for: no loss then, only the probe ½‖ŷ‖². @param {import("./decode.mjs").RunData} run */
export const isProbe = (run) => run.header.output?.probe === true;

/** Whether one number is said at a step, which can be drawn as a dot beside the one that is due. @param {import("./decode.mjs").RunData} run */
export const saysOne = (run) => !saysClass(run) && !isProbe(run) && widthOf(run, "prediction") === 1;

const MOST_TOLD = 8; // numbers in a sentence

/** The words, or of too many the first ones and how many there are. @param {string[]} words */
const firstOf = (words) =>
  words.length <= MOST_TOLD ? words : [...words.slice(0, MOST_TOLD - 1), `… ${words.length} in all`];

/** "0.3", or of several "(0.3, −1.2)". @param {Iterable<number>} values @param {(value: number) => string} told */
export function inBrackets(values, told) {
  const words = firstOf(Array.from(values, (value) => told(value)));
  return words.length > 1 ? `(${words.join(", ")})` : words[0];
}

/** Whether one of several classes is said, by its name. @param {import("./decode.mjs").RunData} run */
export const saysClass = (run) => run.header.output.loss === "categorical";

/**
 * The name of the one feature that is 1 where all the others are 0, as a symbol is written; of two
 * features, which need not be symbols, none. @returns {string|null}
 */
export function symbolRead(run, step) {
  const { names } = run.header.input;
  const values = rowAt(run, "inputs", step);
  if (names.length < 3 || !values.every((value) => value === 0 || value === 1)) return null;
  const ones = names.filter((_, k) => values[k] === 1);
  return ones.length === 1 ? ones[0] : null;
}

/** As much of a word as there is room for, "…" where that is not all. @param {number} most characters */
export const fitting = (word, most) => (word.length <= most ? word : `${word.slice(0, Math.max(1, most - 1))}…`);

/** What is read at a step, each number by its name where it has one: "value 0.4, marker 1". */
export function vectorRead(run, step) {
  const { names } = run.header.input;
  const symbol = symbolRead(run, step);
  if (symbol !== null) return `${symbol} 1, the others 0`;
  const most = largest(run.array("inputs"));
  const values = rowAt(run, "inputs", step);
  if (names.length === 0) return inBrackets(values, (value) => compact(value, most));
  return firstOf(Array.from(values, (value, k) => `${names[k]} ${compact(value, most)}`)).join(", ");
}
