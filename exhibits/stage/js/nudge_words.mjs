/**
 * A nudge without a picture: its size on the slider, which way it goes, and what came of it in
 * words.
 *
 * @typedef {Object} Facts   of `wanted/nudge.py`
 * @property {number} step
 * @property {string} direction
 * @property {number} size
 * @property {number} tolerance
 * @property {number|null} breaks_at
 * @property {number|null} linear_up_to  null: at every size that was tried
 * @property {number|null} loss_real     null: more than a number can hold
 * @property {number|null} loss_predicted
 */

import { significant } from "./scales.mjs";
import { subscript } from "./space_points.mjs";
import { widthOf } from "./vectors.mjs";

/** The slider: from 10⁻⁴ to 3, so many places to a decade. */
const SMALLEST = -4;
const PER_DECADE = 40;
export const PLACES = Math.ceil((Math.log10(3) - SMALLEST) * PER_DECADE);

/** The size at a place of the slider, two digits, so that what is said is what is done. */
export const sizeAt = (place) =>
  Math.min(3, Number((10 ** (SMALLEST + place / PER_DECADE)).toPrecision(2)));

/** @param {number} size */
export const placeOf = (size) => Math.round((Math.log10(size) - SMALLEST) * PER_DECADE);

/** A size as it is said: "0.0001", "0.12", "3". */
export const sized = (size) => String(size);

/** A size that was measured, to two digits. */
const about = (size) => String(Number(size.toPrecision(2)));

/**
 * The class towards which a text is nudged when nobody has chosen: the likeliest that the step
 * before expected and that is not the one that is read; at the beginning the first other one.
 * @param {import("./decode.mjs").RunData} run @returns {number|null} null where there is no other
 */
export function likeliestOther(run, step) {
  const { classes } = run.header.output;
  const read = classes.indexOf(run.header.input.labels[step]);
  const before = step > 0 ? (step - 1) * classes.length : null;
  const chances = run.array("prediction");
  let best = null;
  for (let k = 0; k < classes.length; k++) {
    if (k === read) continue;
    if (best === null || (before !== null && chances[before + k] > chances[before + best])) best = k;
  }
  return best;
}

/**
 * The words that the nudge is asked for by, or null where it cannot be made.
 * @param {import("./decode.mjs").RunData} run @param {string|null} chosen a character, or the name
 *   of a vector's feature
 */
export function directionOf(run, step, chosen) {
  if (run.header.input.kind === "numbers") return "+";
  if (run.header.input.kind === "vectors") return String(Math.max(0, featuresOf(run).indexOf(chosen)));
  const wanted = chosen === null || chosen === run.header.input.labels[step] ? -1 : run.header.output.classes.indexOf(chosen);
  const index = wanted >= 0 ? wanted : likeliestOther(run, step);
  return index === null ? null : String(index);
}

/** What can be nudged of a vector: its features by their names, or as x₀, x₁, … @returns {string[]} */
export function featuresOf(run) {
  const { names } = run.header.input;
  return names.length > 0 ? names : Array.from({ length: widthOf(run, "inputs") }, (_, k) => `x${subscript(k)}`);
}

/** The steps that the ripple can reach, in the order in which the layer reads. */
export function reached(step, steps, direction) {
  const count = direction > 0 ? steps - step : step + 1;
  return Array.from({ length: count }, (_, k) => step + direction * k);
}

/** Whether the linear picture, once it breaks, stays broken to the end. */
export function staysBroken(errors, { breaks_at, tolerance }, direction) {
  if (breaks_at === null) return false;
  return reached(breaks_at, errors.length, direction).every((step) => !(errors[step] <= tolerance));
}

/** The headline: up to which size the linear picture holds, and where this one breaks it. @param {Facts} facts */
export function headline(facts, errors, direction) {
  const { size, breaks_at, linear_up_to, tolerance } = facts;
  const off = `off by more than ${percent(tolerance)}`;
  // The limit is of the whole way up: beyond it a size may stay within the tolerance all the same.
  if (breaks_at === null && linear_up_to !== null && size > linear_up_to) {
    return `The linear picture holds: at ${sized(size)} every step is within ${percent(tolerance)}.`;
  }
  const where = breaks_at === null ? ""
    : staysBroken(errors, facts, direction) && breaks_at !== reached(breaks_at, errors.length, direction).at(-1)
      ? `from t = ${breaks_at} ${direction > 0 ? "on" : "back"} it is ${off}`
      : `it is first ${off} at t = ${breaks_at}`;
  if (linear_up_to === null) return "The linear picture holds at every size that was tried.";
  const holds = linear_up_to === 0 ? "The linear picture breaks even at the smallest nudge"
    : `The linear picture holds up to a nudge of ${about(linear_up_to)}`;
  if (!where) return `${holds}: at ${sized(size)} every step is within ${percent(tolerance)}.`;
  return `${holds}. At ${sized(size)}, ${where}.`;
}

export const percent = (share) =>
  (share === Infinity ? "without bound" : `${share >= 0.995 ? significant(100 * share, 3) : Number((100 * share).toPrecision(2))} %`);

/** What one step says. */
export function readOut(step, real, predicted, error) {
  const at = `t = ${step}: ‖Δh‖ is really ${significant(real, 3)}, predicted ${significant(predicted, 3)}`;
  if (Number.isNaN(error)) return real === 0 && predicted === 0 ? `t = ${step}: nothing changes` : `${at}; too small to compare`;
  return `${at}; as vectors they are ${percent(error)} apart`;
}

const signed = (value) => (value > 0 ? `+${significant(value, 3)}` : significant(value, 3));

/** The two changes of the total loss, and their common scale. @param {Facts} facts */
export function losses({ step, loss_real: real, loss_predicted: predicted }) {
  const largest = Math.max(Math.abs(real ?? 0), Math.abs(predicted ?? 0)) || 1;
  const row = (label, value) => ({ label, text: value === null ? "no number holds it" : signed(value), share: (value ?? 0) / largest });
  return [row("really: ΔL", real), row(`gradient: ∂L/∂x${subscript(step)} · δ`, predicted)];
}

/** The unit whose state really changes most. @param {ArrayLike<number>} real (time, H) */
export function mostMoved(real, hidden) {
  let [most, unit] = [-1, 0];
  for (let k = 0; k < real.length; k++) {
    if (Math.abs(real[k]) > most) [most, unit] = [Math.abs(real[k]), k % hidden];
  }
  return unit;
}

/** The step whose state really changes most. @param {ArrayLike<number>} norms */
export const strongest = (norms, order) => order.reduce((best, step) => (norms[step] > norms[best] ? step : best));

/** One unit through time. @param {ArrayLike<number>} values (time, H) */
export const ofUnit = (values, hidden, unit) =>
  Float64Array.from({ length: values.length / hidden }, (_, step) => values[step * hidden + unit]);
