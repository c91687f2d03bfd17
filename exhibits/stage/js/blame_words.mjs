/** What the view "who is to blame" says in sentences, from its numbers. */

import { named } from "./narration.mjs";
import { significant, spoken } from "./scales.mjs";
import { cancelled, percent, reach, subscript } from "./shares.mjs";

/** @typedef {import("./decode.mjs").RunData} RunData @typedef {import("./shares.mjs").Sources} Sources */

/** "t = 20 (“)”)" @param {RunData} run */
export function stepName({ header }, t) {
  const label = header.input.labels[t];
  return `t = ${t} (${header.input.kind === "text" ? named(label) : `x = ${label}`})`;
}

/** Keeps "t = 20" and "‖∂L/∂h‖ = 0.3" on one line. */
export const glued = (text) => text.replaceAll(/(\bt|‖) = (?=[\d−])/g, "$1\u00a0=\u00a0").replaceAll("/∂", "/\u2060∂");

/** "∂L₂₀/∂h₇" */
export const gradientName = (source, t) => `∂L${subscript(source)}/∂h${subscript(t)}`;

/** A band under the pointer. @param {RunData} run @param {import("./blame_strip.mjs").Spot} spot */
export function describeBand(run, { t, band: { source, sources, near, far, share, norm } }) {
  if (sources.length === 1) {
    return { head: `the loss at ${stepName(run, source)}`, value: `${percent(share)} of the blame at t = ${t}`,
      note: `‖${gradientName(source, t)}‖ = ${significant(norm)} · click keeps it` };
  }
  return { head: `${sources.length} losses, ${near} to ${far} steps away`, value: `${percent(share)} of the blame at t = ${t}`,
    note: `the largest: t = ${source} · click keeps it` };
}

/** How far one loss is felt. @param {RunData} run @param {Sources} sources */
export function reachSentence(run, sources, source) {
  const { own, first, last } = reach(sources, source);
  const loss = `The loss at ${stepName(run, source)}`;
  if (!(own > 0)) return `${loss} sends nothing back into this layer.`;
  if (sources.square) return `${loss} is felt ${twoWays(first, last)}.`;
  if (source === 0) return `${loss} has no earlier step to reach.`;
  if (first.step === source) {
    return first.cut ? `${loss} stays at its own step: the way back is cut before it.`
      : `${loss} is gone one step back: less than a thousandth of its size is left.`;
  }
  const all = first.edge ? "all the way back" : "back";
  return `${loss} reaches ${all} to t = ${first.step} with ${sizeOf(first.ratio)}${end(first)}.`;
}

const sizeOf = (ratio) => (ratio >= 1.005 ? `${spoken(ratio)} times its size` : `${spoken(ratio)} of its size`);

function end({ edge, cut }) {
  if (edge) return "";
  return cut ? ", where the way back is cut" : "; beyond that less than a thousandth is left";
}

function twoWays(first, last) {
  const at = ({ step, ratio }) => `t = ${step} (${sizeOf(ratio)})`;
  return first.step === last.step ? `at t = ${first.step} alone` : `from ${at(first)} to ${at(last)}`;
}

/** What the norms of the parts leave of each other. @param {Sources} sources */
export function cancellationSentence(sources, t, left) {
  const stacked = sources.stacked(t);
  const gone = cancelled(stacked, left);
  const result = `‖∂L/∂h${subscript(t)}‖ = ${significant(left)}`;
  if (!(stacked > 0)) return "";
  if (gone < 0.005 * stacked) return `They pull the same way and add up: ${result}.`;
  return `Their norms add up to ${significant(stacked)}; pulling different ways, ${percent(gone / stacked)} of that `
    + `cancels and ${result} is left.`;
}

/** What stands above the list of the losses at one step. @param {RunData} run @param {Sources} sources */
export function blameTitle(run, sources, t) {
  return sources.stacked(t) > 0 ? `To blame for the gradient at ${stepName(run, t)}`
    : `No gradient at ${stepName(run, t)}`;
}

/** Why there is little to divide, where that is so. @param {RunData} run @param {Sources} sources */
export function noteOn(run, { losses, square, steps }, t) {
  if (losses.length === 1) {
    return `This run has one loss, at ${stepName(run, losses[0])}: every gradient is its own.`;
  }
  if (!square && t > losses.at(-1) && t < steps) return `The last loss is at t = ${losses.at(-1)}: none comes after this step.`;
  return "";
}
