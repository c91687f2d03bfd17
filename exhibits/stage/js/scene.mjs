/**
 * What stays the same from frame to frame, worked out once per run, layer and width.
 *
 * @typedef {Object} Scales       fixed for the run
 * @property {{hidden: number, cell: number}} norms   largest ‖h_t‖ and ‖c_t‖ of the seen layer
 * @property {number[]} layerNorms
 * @property {number} loss        the loss that fills its row
 * @property {number|null} chance the loss of a guess that gives every class the same probability
 * @property {number} input       the largest |x_t|
 * @property {number} low         of predictions and targets (numbers)
 * @property {number} high
 * @property {{low: number, high: number}} axis       of the gradients, in decades
 * @property {(rows: object, loss: number) => number} lossHeight
 * @property {(rows: object, value: number) => number} valueY
 */

import { decades, largest, niceLimit } from "./scales.mjs";

/** @param {import("./decode.mjs").RunData} run @returns {Scales} */
export function scalesOf(run, seen) {
  const norm = (layer, name) => largest(run.of(layer, name) ?? []);
  const gradients = ["grad_hidden_norm", "grad_cell_norm"].flatMap((name) => [...(run.of(seen, name) ?? [])]);
  const [low, high] = reach(run);
  const classes = run.header.output.classes.length;
  const chance = run.header.output.loss === "categorical" && classes > 1 ? Math.log(classes) : null;
  const loss = niceLimit(Math.max(largest(run.array("losses")), chance ?? 0));
  return {
    norms: { hidden: norm(seen, "hidden_norm"), cell: norm(seen, "cell_norm") },
    layerNorms: run.header.layers.map((_, k) => norm(k, "hidden_norm")),
    input: largest(run.array("inputs") ?? []) || 1,
    axis: decades(gradients),
    loss, chance, low, high,
    // A line of text stands above the tallest bar, and above the upper mark.
    lossHeight: (rows, value) => ((rows.loss.bottom - rows.loss.top - 15) * value) / loss,
    valueY: (rows, value) => rows.loss.bottom - 6
      - ((rows.loss.bottom - rows.loss.top - 22) * (value - low)) / (high - low),
  };
}

/** From the lowest to the highest of predictions and targets. */
function reach(run) {
  if (run.header.input.kind === "text") return [0, 1];
  const has = run.array("has_target");
  const outputs = run.array("prediction").length / run.steps;
  const targets = run.array("target").filter((_, k) => has[Math.floor(k / outputs)] === 1);
  const both = [...run.array("prediction"), ...targets];
  const [low, high] = [Math.min(...both), Math.max(...both)];
  return high > low ? [low, high] : [low - 0.5, low + 0.5];
}
