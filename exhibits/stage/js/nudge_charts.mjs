/** The nudge's pictures, on canvas: the ripple, its error, and one unit, over the same steps. */

import { prepare } from "./dom.mjs";
import { css, decadeLabels, decades, largest, niceLimit, onLog, powerOfTen, significant } from "./scales.mjs";
import { percent } from "./nudge_words.mjs";

export const HEIGHTS = { ripple: 164, error: 92, unit: 118 };

/**
 * @typedef {Object} Axis     the time axis that the three share
 * @property {number} width   of the canvas
 * @property {number} gutter  where the axis begins
 * @property {number} cell    pixels of a step
 * @property {number} steps
 */

/** @param {Axis} axis */
const middle = ({ gutter, cell }, step) => gutter + (step + 0.5) * cell;
const barWidth = ({ cell }) => (cell > 5 ? Math.min(cell * 0.66, 40) : Math.max(1, cell - 0.6));

/** A log axis's lines with their names in the gutter; returns where a value stands. */
function logAxis(context, theme, { gutter, width }, { top, bottom, axis, name, room }) {
  const y = (value) => bottom - onLog(value, axis) * (bottom - top);
  const labelled = decadeLabels(axis, room);
  context.font = `12px ${theme.font}`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (let power = axis.low; power <= axis.high; power++) {
    const at = Math.round(bottom - ((power - axis.low) / (axis.high - axis.low)) * (bottom - top));
    context.fillStyle = css(theme.line, labelled.includes(power) ? 1 : 0.45);
    context.fillRect(gutter, at, width - gutter, 1);
    context.fillStyle = css(theme.muted);
    if (labelled.includes(power)) context.fillText(name(power), gutter - 7, at);
  }
  return y;
}

/** What was predicted: a tick wider than the bar, so that it is seen beside and upon it. */
function tick(context, theme, axis, step, y) {
  const wide = Math.min(axis.cell, barWidth(axis) + Math.min(8, axis.cell * 0.3));
  const x = middle(axis, step) - wide / 2;
  const halo = axis.cell > 10 ? 1.5 : 0.75;
  context.fillStyle = css(theme.back);
  context.fillRect(x, y - 1.5 - halo, wide, 3 + 2 * halo);
  context.fillStyle = css(theme.gradient);
  context.fillRect(x, y - 1.5, wide, 3);
}

/** What really happened; hollow where the prediction is off. */
function bar(context, theme, axis, step, y, foot, broken) {
  const wide = barWidth(axis);
  const [x, top, high] = [middle(axis, step) - wide / 2, Math.min(y, foot), Math.abs(foot - y)];
  if (high === 0) return;
  context.fillStyle = css(theme.accent, broken ? 0.28 : 1);
  context.fillRect(x, top, wide, high);
  if (!broken || wide < 5 || high < 2) return;
  context.strokeStyle = css(theme.accent);
  context.lineWidth = 1.5;
  context.strokeRect(x + 0.75, top + 0.75, wide - 1.5, Math.max(0, high - 1.5));
}

/** A mark below the axis says that there is something, too small for it. */
function below(context, theme, axis, step, foot) {
  const half = Math.min(4, barWidth(axis) / 2);
  const x = middle(axis, step);
  context.fillStyle = css(theme.accent);
  context.beginPath();
  context.moveTo(x - half, foot - 2);
  context.lineTo(x + half, foot - 2);
  context.lineTo(x, foot + 3);
  context.fill();
}

/**
 * ‖Δh_t‖, really and predicted, on one absolute log axis.
 * @param {Axis} axis @param {{real: ArrayLike<number>, predicted: ArrayLike<number>, error: ArrayLike<number>, order: number[],
 *   tolerance: number, breaksAt: number|null, stays: boolean, direction: 1|-1}} nudge  `order`: the steps that it reaches
 */
export function paintRipple(canvas, axis, theme, nudge) {
  const context = prepare(canvas, axis.width, HEIGHTS.ripple);
  const { real, predicted, error, order, tolerance } = nudge;
  const shown = decades(order.flatMap((step) => [real[step], predicted[step]]));
  const [top, foot] = [26, HEIGHTS.ripple - 18];
  const y = logAxis(context, theme, axis, { top, bottom: foot, axis: shown, name: powerOfTen, room: 5 });
  for (const step of order) {
    if (onLog(real[step], shown) > 0) bar(context, theme, axis, step, y(real[step]), foot, error[step] > tolerance);
    else if (real[step] > 0) below(context, theme, axis, step, foot);
    if (onLog(predicted[step], shown) > 0) tick(context, theme, axis, step, y(predicted[step]));
  }
  markBreak(context, theme, axis, nudge, foot);
  markNudge(context, theme, axis, order[0]);
  markBefore(context, theme, axis, nudge, foot);
  stepNumbers(context, theme, axis, HEIGHTS.ripple - 3);
}

/** Where the learner's hand is. */
function markNudge(context, theme, axis, step) {
  const x = middle(axis, step);
  context.fillStyle = css(theme.text);
  context.font = `600 12px ${theme.font}`;
  const near = x < axis.gutter + 22 ? "left" : x > axis.width - 22 ? "right" : "center";
  context.textAlign = near;
  context.textBaseline = "alphabetic";
  context.fillText("nudge", near === "left" ? x - 6 : near === "right" ? x + 6 : x, 11);
  context.beginPath();
  context.moveTo(x - 5, 15);
  context.lineTo(x + 5, 15);
  context.lineTo(x, 22);
  context.fill();
}

/** Where nothing has been read of it yet. */
function markBefore(context, theme, axis, { order, direction }, foot) {
  const edge = middle(axis, order[0]) - (direction * axis.cell) / 2;
  const [from, to] = direction > 0 ? [axis.gutter, edge] : [edge, axis.width];
  const words = "nothing changes before it";
  context.font = `12px ${theme.font}`;
  if (to - from < context.measureText(words).width + 24) return;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  context.fillStyle = css(theme.muted);
  context.fillText(words, (from + to) / 2, foot - 8);
}

/** From where the linear picture is off. */
function markBreak(context, theme, axis, { breaksAt, stays, direction, tolerance, order }, foot) {
  if (breaksAt === null) return;
  const edge = middle(axis, breaksAt) - (direction * axis.cell) / 2;
  context.strokeStyle = css(theme.text);
  context.lineWidth = 1.5;
  context.setLineDash([4, 3]);
  context.beginPath();
  context.moveTo(edge, 16);
  context.lineTo(edge, foot);
  context.stroke();
  context.setLineDash([]);
  const words = `${stays ? "from here" : "first"} off by more than ${percent(tolerance)}`;
  context.font = `12px ${theme.font}`;
  const wide = context.measureText(words).width;
  const nudged = middle(axis, order[0]);
  // Beyond the line and clear of the word at the nudge; where there is no room, on its other side.
  const right = Math.max(edge + 6, Math.abs(edge - nudged) < wide + 30 ? nudged + 27 : 0);
  const left = Math.min(edge - 6, Math.abs(edge - nudged) < wide + 30 ? nudged - 27 : Infinity);
  const fits = { right: right + wide <= axis.width, left: left - wide >= 0 };
  const side = (direction > 0 ? ["right", "left"] : ["left", "right"]).find((one) => fits[one]);
  if (!side) return;
  context.textAlign = side === "right" ? "left" : "right";
  context.textBaseline = "alphabetic";
  context.fillStyle = css(theme.text);
  context.fillText(words, side === "right" ? right : left, 11);
}

function stepNumbers(context, theme, axis, y) {
  const every = [1, 2, 5, 10, 20, 25, 50, 100].find((n) => n * axis.cell >= 26) ?? 200;
  context.fillStyle = css(theme.muted);
  context.font = `12px ${theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  for (let step = 0; step < axis.steps; step += every) context.fillText(String(step), middle(axis, step), y);
}

/** The relative error on a log axis; the tolerance is a line. */
export function paintError(canvas, axis, theme, { error, order, tolerance }) {
  const context = prepare(canvas, axis.width, HEIGHTS.error);
  const known = order.filter((step) => error[step] >= 0);
  const shown = decades([...known.map((step) => error[step]), tolerance, 1], 2, 6);
  const [top, foot] = [8, HEIGHTS.error - 8];
  const y = logAxis(context, theme, axis, { top, bottom: foot, axis: shown, room: 4,
    name: (power) => (power > 3 ? powerOfTen(power) : `${Number((100 * 10 ** power).toPrecision(1))} %`) });
  context.fillStyle = css(theme.text);
  for (let x = axis.gutter; x < axis.width; x += 7) context.fillRect(x, y(tolerance) - 0.75, 4, 1.5);
  const place = (step) => [middle(axis, step), Math.max(top, y(error[step]))];
  context.strokeStyle = css(theme.gradient);
  context.lineWidth = 2;
  context.beginPath();
  order.forEach((step, k) => {
    if (!(error[step] >= 0)) return;
    if (k > 0 && error[order[k - 1]] >= 0) context.lineTo(...place(step));
    else context.moveTo(...place(step));
  });
  context.stroke();
  const radius = Math.min(4, Math.max(1.5, axis.cell * 0.16));
  for (const step of known) {
    context.beginPath();
    context.arc(...place(step), radius, 0, 2 * Math.PI);
    context.fillStyle = css(error[step] > tolerance ? theme.back : theme.gradient);
    context.fill();
    context.stroke();
  }
}

/** Δh_t of one unit with its sign, really and predicted, on a linear axis about 0. */
export function paintUnit(canvas, axis, theme, { real, predicted, error, order, tolerance }) {
  const context = prepare(canvas, axis.width, HEIGHTS.unit);
  const limit = niceLimit(largest(order.flatMap((step) => [real[step], predicted[step]])));
  const [top, foot] = [10, HEIGHTS.unit - 10];
  const zero = (top + foot) / 2;
  const y = (value) => zero - (value / limit) * (zero - top);
  context.font = `12px ${theme.font}`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const value of [limit, 0, -limit]) {
    context.fillStyle = value === 0 ? css(theme.muted) : css(theme.line);
    context.fillRect(axis.gutter, Math.round(y(value)), axis.width - axis.gutter, 1);
    context.fillStyle = css(theme.muted);
    context.fillText(value === 0 ? "0" : short(value), axis.gutter - 7, y(value));
  }
  for (const step of order) {
    bar(context, theme, axis, step, y(real[step]), zero, error[step] > tolerance);
    tick(context, theme, axis, step, y(predicted[step]));
  }
}

/** Of a round number: its digits, or a power of ten. */
function short(value) {
  if (Math.abs(value) >= 0.01 && Math.abs(value) < 1000) return String(value).replace("-", "−");
  return significant(value, 1).replace(" × ", "·");
}
