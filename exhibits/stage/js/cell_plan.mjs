/**
 * Where everything stands inside the cell, worked out from the track's width alone.
 *
 * A vector is a column of unit squares; every unit has one lane of the conveyor, at the same height
 * in every column of its tier, so that what happens to it is read along one line. What enters a
 * gate's squashing stands below as rows. States come in at the left and leave at the right.
 *
 * @typedef {{x: number, y: number}} Point
 * @typedef {[number, number]} Span            when it comes, in shares of the step
 * @typedef {Object} Block
 * @property {string} id        the vector that it shows, as `cell_math.mjs` names it
 * @property {"state"|"valve"|"row"} type
 * @property {string} word      what the field calls it
 * @property {string} sign
 * @property {string} scale     how its values are coloured (`cell_looks.mjs`)
 * @property {string} [field]   what the strips call it
 * @property {number} x  @property {number} y  @property {number} w  @property {number} h
 * @property {Span} on  @property {Span} back
 * @typedef {{value: string, back: string, scale: string, tier: number, from: number, to: number,
 *            bend?: "up"|"down", at?: number, on: Span, backOn: Span}} Stream   `from` and `to` are x; a
 *            stream that bends changes tier at `at`, lane by lane
 * @typedef {{id: string, points: Point[], on: Span, back: Span, plain?: boolean}} Wire
 * @typedef {{text: string, x: number, y: number, word?: string, on: Span, back: Span}} Op
 * @typedef {{value: string, text: string, x: number, y: number, back?: string, backText?: string, only?: string}} Note
 * @typedef {{top: number, bottom: number}} Tier   a plan also has `formula` and `delta`, where the letters stand
 */

import { GRU } from "./cell_plan_gru.mjs";
import { LSTM } from "./cell_plan_lstm.mjs";
import { RNN } from "./cell_plan_rnn.mjs";

const CELLS = { lstm: LSTM, gru: GRU, rnn_tanh: RNN, rnn_relu: RNN, rnn_linear: RNN };
/** From this width on the prediction has a column of its own, at the right. */
const ROOM_FOR_OUTPUT = 860;
const OUTPUT = 200;
/** Below this the labels take two lines and the least important vector is left out. */
const TIGHT = 560;
/** Below this they take the shorter word. */
const SHORT = 760;

/** What all lanes of a tier share at least, where the height is limited. */
const LEAST_LANES = 40;

/** The height of one unit's lane: they share what there is; a few are not blown up. */
export const lanePitch = (hidden, lanes = Infinity) => Math.min(lanes / hidden,
  Math.max(Math.min(30, 112 / hidden), Math.min(2, 144 / hidden)));

/**
 * @param {"lstm"|"gru"|"rnn_tanh"|"rnn_relu"|"rnn_linear"} cell
 * @param {{width: number, hidden: number, peepholes?: boolean, height?: number}} shape  `height`: what there
 *   is; the lanes get lower for it, the texts do not
 */
export function plan(cell, { width, hidden, peepholes = false, height = Infinity }) {
  const beside = width >= ROOM_FOR_OUTPUT;
  const room = Math.floor(beside ? width - OUTPUT - 16 : width);
  const tight = room < TIGHT;
  const label = tight ? 36 : 24;
  const under = height < Infinity ? 32 : 36;
  // Below the second tier stand the operations as well, and then the rows of pre-activations.
  const below = tight ? 50 : height < Infinity ? 52 : 58;
  const texts = 2 * label + under + (cell.startsWith("rnn") ? 24 : below + 68);
  const pitch = lanePitch(hidden, Math.max(LEAST_LANES, (height - texts) / 2));
  const lanes = pitch * hidden;
  const first = { top: label, bottom: label + lanes };
  const second = { top: first.bottom + under + label, bottom: first.bottom + under + label + lanes };
  const made = CELLS[cell]({ cell, room, tight, hidden, pitch, first, second, peepholes, under: below,
    square: tight ? 12 : 18,
    rowWidth: tight ? Math.min(42, room * 0.11) : Math.min(70, room * 0.078), valve: tight ? 32
      : Math.min(64, room * 0.075) });
  return { ...made, width: room, tight, short: room < SHORT, beside, pitch, hidden,
    tiers: [first, second], label,
    output: beside ? { x: room + 16, y: 0, w: width - room - 16 } : null };
}

/** The unit whose square or lane is at a point, or null. @param {ReturnType<typeof plan>} made */
export function unitAt(made, { x, y }) {
  for (const { type, x: left, y: top, w, h } of made.blocks) {
    if (type !== "row" || x < left - 2 || x > left + w + 2 || y < top - 6 || y > top + h + 6) continue;
    return Math.min(made.hidden - 1, Math.max(0, Math.floor(((x - left) / w) * made.hidden)));
  }
  for (const { top, bottom, from = 0, to = made.width } of made.lanes) {
    if (y < top || y >= bottom || x < from || x > to) continue;
    return Math.min(made.hidden - 1, Math.floor((y - top) / made.pitch));
  }
  return null;
}

/** The rectangle of one unit in a block. @param {Block} block */
export function place(block, unit, hidden) {
  if (block.type === "row") {
    const w = block.w / hidden;
    return { x: block.x + unit * w, y: block.y, w, h: block.h };
  }
  const h = block.h / hidden;
  return { x: block.x, y: block.y + unit * h, w: block.w, h };
}
