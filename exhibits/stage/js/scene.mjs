/**
 * What stays the same from frame to frame, worked out once per run, layer and width. Runs that
 * stand side by side share one scale for each quantity, so that they can be compared by eye. A run
 * that changes while it is watched (a training) has scales that grow and never shrink: a colour and a
 * height mean the same from one picture to the next, or less than before where a larger value came.
 *
 * @typedef {Object} Scales       fixed for the run
 * @property {{hidden: number, cell: number}} norms   largest ‖h_t‖ and ‖c_t‖ of the seen layer
 * @property {number} loss        the loss that fills its row
 * @property {number|null} chance the loss of a guess that gives every class the same probability
 * @property {number} input       the largest |x_t|
 * @property {number[]} layerNorms  largest ‖h_t‖ of each layer
 * @property {number} weight      the largest |w| of the seen layer's W_hh
 * @property {number} weightSum   the largest ‖Σ_{s≥t} ∂L/∂W_hh‖ on the way back
 * @property {number} low         of predictions and targets (numbers)
 * @property {number} high
 * @property {{low: number, high: number}} axis       of the gradients, in decades
 * @property {Map<string, {scale: string, limit: number, root: boolean}>} limits   of each field
 * @property {(rows: object, loss: number) => number} lossHeight
 * @property {(rows: object, value: number) => number} valueY
 */

import { difference } from "./bitmaps.mjs";
import { bothAxes } from "./growth.mjs";
import { decades, largest, niceLimit } from "./scales.mjs";
import { limitOf } from "./theme.mjs";
import { saysClass } from "./vectors.mjs";

/**
 * @param {{run: import("./decode.mjs").RunData, seen: number}[]} seen runs and layers
 * @param {{run: import("./decode.mjs").RunData, before: import("./decode.mjs").RunData, seen: number}[]} [differences]
 *   what is coloured by its difference alone
 * @returns {Scales}
 */
export function scalesOf(seen, differences = []) {
  const each = seen.map(({ run, seen: layer }) => alone(run, layer));
  const most = (name) => Math.max(...each.map((one) => one[name]));
  const chances = each.map(({ chance }) => chance).filter((chance) => chance !== null);
  const chance = chances.length > 0 ? Math.max(...chances) : null;
  const [low, high] = [Math.min(...each.map((one) => one.low)), most("high")];
  const layers = Math.max(...each.map(({ layerNorms }) => layerNorms.length));
  return withHeights({
    norms: { hidden: most("hidden"), cell: most("cell") },
    input: most("input") || 1,
    axis: decades(each.flatMap(({ gradients }) => gradients)),
    limits: differences.length > 0 ? limitsOfDifferences(differences) : limitsOf(seen),
    loss: niceLimit(Math.max(most("loss"), chance ?? 0)),
    layerNorms: Array.from({ length: layers }, (_, k) => Math.max(...each.map(({ layerNorms }) => layerNorms[k] ?? 0))),
    weight: most("weight") || 1,
    weightSum: most("weightSum") || 1,
    chance, low, high,
  });
}

/**
 * The scales of what stands now, wide enough for what stood before too.
 * @param {Scales} before @param {Scales} now @returns {Scales}
 */
export function growing(before, now) {
  const most = (name) => Math.max(before[name], now[name]);
  const limits = new Map(now.limits);
  for (const [field, known] of before.limits) {
    if (!(limits.get(field)?.limit > known.limit)) limits.set(field, known);
  }
  return withHeights({
    norms: { hidden: Math.max(before.norms.hidden, now.norms.hidden), cell: Math.max(before.norms.cell, now.norms.cell) },
    input: most("input"),
    axis: bothAxes(before.axis, now.axis),
    limits,
    loss: most("loss"),
    layerNorms: now.layerNorms.map((norm, k) => Math.max(norm, before.layerNorms[k] ?? 0)),
    weight: most("weight"), weightSum: most("weightSum"),
    chance: now.chance, low: Math.min(before.low, now.low), high: most("high"),
  });
}

/** @param {Omit<Scales, "lossHeight"|"valueY">} scales */
function withHeights(scales) {
  const { loss, low, high } = scales;
  return {
    ...scales,
    // A line of text stands above the tallest bar, and above the upper mark.
    lossHeight: (rows, value) => ((rows.loss.bottom - rows.loss.top - 15) * value) / loss,
    valueY: (rows, value) => rows.loss.bottom - 6
      - ((rows.loss.bottom - rows.loss.top - 22) * (value - low)) / (high - low),
  };
}

function alone(run, layer) {
  const norm = (name) => largest(run.of(layer, name) ?? []);
  const classes = run.header.output.classes.length;
  const [low, high] = reach(run);
  return {
    hidden: norm("hidden_norm"), cell: norm("cell_norm"), low, high,
    gradients: ["grad_hidden_norm", "grad_cell_norm"].flatMap((name) => [...(run.of(layer, name) ?? [])]),
    chance: run.header.output.loss === "categorical" && classes > 1 ? Math.log(classes) : null,
    loss: largest(run.array("losses")),
    input: largest(run.array("inputs") ?? []),
    layerNorms: run.header.layers.map((_, k) => largest(run.of(k, "hidden_norm") ?? [])),
    weight: run.of(layer, "weight_limit")?.[0] ?? 0,
    weightSum: norm("weight_sum"),
  };
}

/** Of every field that any of them shows; what has no bound gets the largest limit of all. */
function limitsOf(seen) {
  const limits = new Map();
  for (const { run, seen: layer } of seen) {
    for (const field of run.header.strips) {
      const own = limitOf(run, layer, field);
      const known = limits.get(field);
      if (!known || own.limit > known.limit) limits.set(field, own);
    }
  }
  return limits;
}

/** The same for differences: signed, whatever the field. */
function limitsOfDifferences(pairs) {
  const limits = new Map();
  for (const { run, before, seen } of pairs) {
    for (const field of run.header.strips) {
      const limit = niceLimit(largest(difference(run, before, seen, field)));
      if (!(limits.get(field)?.limit > limit)) limits.set(field, { scale: "signed", limit, root: true });
    }
  }
  return limits;
}

/**
 * What the wires carry on the way back: the gradient of all losses, or of the one that is kept.
 * @param {import("./graph.mjs").Scene} scene @param {"handed_hidden"|"handed_cell"|"own_norm"} name
 */
export const goingBack = ({ run, seen, alone }, name) => alone?.array(name) ?? run.of(seen, name);

/** From the lowest to the highest of predictions and targets. */
function reach(run) {
  if (saysClass(run)) return [0, 1];
  const has = run.array("has_target");
  const outputs = run.array("prediction").length / run.steps;
  const targets = run.array("target").filter((_, k) => has[Math.floor(k / outputs)] === 1);
  const both = [...run.array("prediction"), ...targets];
  const [low, high] = [Math.min(...both), Math.max(...both)];
  return high > low ? [low, high] : [low - 0.5, low + 0.5];
}
