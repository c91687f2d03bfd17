/**
 * How much each term of a sum counts over all steps of a run: which terms are shown is chosen by
 * it, so that the same ones stand there from step to step and can be compared. A term counts by its
 * share of the step's largest, since gradients of one step may be a thousand times another's.
 */

import { largest } from "./scales.mjs";
import { GATES, gateSums } from "./terms.mjs";
import { cellSum, hiddenSum } from "./unit_back.mjs";
import { outputSum, outputsToTell } from "./unit_readout.mjs";

/**
 * Units × steps that are looked at; of a longer run every second, third, … step. Going back each
 * step asks for δ of every gate of every unit, and a unit is to open at once.
 */
const ENOUGH = { forward: 1024, loss: 1024, backward: 512 };

/**
 * @param {import("./decode.mjs").RunData} run
 * @param {{layer: number, step: number, unit: number, phase: string, row: string}} at
 * @returns {Map<string, number>} the sum of (product / largest product)² of each term over the steps, by its key
 */
export function ranksOf(run, at) {
  const stride = Math.max(1, Math.ceil((run.steps * run.hidden) / (ENOUGH[at.phase] ?? ENOUGH.forward)));
  const sizes = new Map();
  for (let step = at.step % stride; step < run.steps; step += stride) {
    for (const { all } of sumsAt(run, { ...at, step })) {
      const most = largest(all.map(({ product }) => product));
      for (const { key, product } of all) sizes.set(key, (sizes.get(key) ?? 0) + (most > 0 ? (product / most) ** 2 : 0));
    }
  }
  return sizes;
}

function sumsAt(run, { layer, step, unit, phase, row }) {
  if (phase === "backward") return [(row === "cell" ? cellSum : hiddenSum)(run, layer, step, unit)];
  if (phase !== "loss") return gateSums(run, layer, step, unit, GATES[run.header.cell].find(({ field }) => field === row));
  const sum = outputOf(run, step, row);
  return sum ? [sum] : [];
}

/** The read-out's sum that the row is about: of the character that comes, or of the likeliest. */
function outputOf(run, step, row) {
  const told = outputsToTell(run, step);
  const { output } = row === "best" ? told.find(({ best }) => best) : told[0];
  return outputSum(run, step, row.startsWith("y") ? Number(row.slice(1)) : output);
}
