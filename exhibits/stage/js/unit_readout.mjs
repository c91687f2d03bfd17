/**
 * What the read-out makes of the top layer's states at one step: s_k = Σ W_out[k, u] h_u + b_k, the scores
 * (o is the output gate).
 *
 * @typedef {import("./decode.mjs").RunData} RunData
 */

import { bestClass, sign } from "./narration.mjs";
import { sumOf, unitSub, waysOf } from "./terms.mjs";

/** The layers that the read-out reads. @param {RunData} run @returns {number[]} */
export function topLayers(run) {
  const deepest = run.header.layers.at(-1).depth;
  return run.header.layers.map((_, k) => k).filter((k) => run.header.layers[k].depth === deepest);
}

/** @param {RunData} run @param {number} output @returns {import("./terms.mjs").Sum|null} null where the top layer did not travel */
export function outputSum(run, step, output) {
  const tops = topLayers(run);
  if (!tops.every((k) => run.of(k, "hidden"))) return null;
  const weights = run.array("readout.weight");
  const width = waysOf(run) * run.hidden;
  const terms = tops.flatMap((layer, way) => Array.from({ length: run.hidden }, (_, unit) => {
    const column = way * run.hidden + unit;
    const [value, weight] = [run.at(layer, "hidden", step, unit), weights[output * width + column]];
    return { key: `h${column}`, part: "h", name: { sign: "h", sub: unitSub(run, layer, unit) }, value, weight, product: value * weight,
      place: ["readout.weight", output, column], from: { layer, step, unit },
      says: `unit ${unit}${tops.length > 1 ? ` of ${run.header.layers[layer].name}${run.header.layers[layer].reverse ? ", from the end" : ""}` : ""} at this step` };
  }));
  const bias = run.array("readout.bias")[output];
  terms.push({ key: "bias", part: "b", name: { sign: "b" }, value: null, weight: bias, product: bias,
    place: ["readout.bias", output, 0], says: "the read-out’s bias" });
  const { classes } = run.header.output;
  return sumOf({ sign: classes.length ? "s" : "ŷ", sub: classes.length ? sign(classes[output]) : "t" }, "out", terms);
}

/**
 * The outputs worth telling at a step: the one that comes and the one that is expected most.
 * @param {RunData} run @returns {{output: number, target: boolean, best: boolean}[]}
 */
export function outputsToTell(run, step) {
  const hasTarget = run.array("has_target")[step] === 1;
  if (run.header.output.loss !== "categorical") {
    const outputs = run.array("prediction").length / run.steps;
    return Array.from({ length: outputs }, (_, output) => ({ output, target: hasTarget, best: true }));
  }
  const best = bestClass(run, step).index;
  const target = hasTarget ? run.array("target")[step] : null;
  if (target === null || target === best) return [{ output: best, target: target === best, best: true }];
  return [{ output: target, target: true, best: false }, { output: best, target: false, best: true }];
}
