/** The simple RNN's inside: two sums of products, added unit by unit, and squashed. */

import { along, makers, placed } from "./cell_parts.mjs";

/** The middle of each vector, in shares of the width. */
const WIDE = { h0: 0.075, rec: 0.3, inp: 0.3, up: 0.41, a: 0.57, squash: 0.68, h: 0.8 };
const TIGHT = { h0: 0.07, rec: 0.33, inp: 0.33, up: 0.43, a: 0.62, squash: 0.74, h: 0.88 };

/** @param {object} shape of `cell_plan.mjs` */
export function RNN(shape) {
  const { cell, room, tight, first, second, square, pitch, hidden } = shape;
  const at = placed(tight ? TIGHT : WIDE, room);
  const slant = Math.min(0.1 * room, hidden * pitch);
  const { column } = makers(shape, at);
  const blocks = [
    column("h0", first, { word: "hidden state", short: "hidden", sign: "h_{t−1}", scale: "hidden",
      on: [0, 0.1], back: [0.84, 0.96] }),
    column("rec", first, { word: tight ? "" : "from the state", sign: tight ? "W_{hh} h"
      : "W_{hh} h + b_{hh}", scale: "preactivation", on: [0.24, 0.36], back: [0.56, 0.66] }),
    column("inp", second, { word: tight ? "" : "from the input", sign: tight ? "W_{ih} x"
      : "W_{ih} x + b_{ih}", scale: "preactivation", on: [0.24, 0.36], back: [0.56, 0.66] }),
    column("a", first, { word: "pre-activation", short: "sum", sign: "a", field: "preactivation",
      scale: "preactivation", on: [0.58, 0.68], back: [0.3, 0.42] }),
    column("h", first, { word: "hidden state", short: "hidden", sign: "h_t", field: "hidden",
      scale: "hidden", on: [0.84, 0.94], back: [0.08, 0.18] }),
  ];
  return { blocks, streams: streamsOf(shape, at, slant), ...wiresOf(shape, at),
    fan: { from: at.h0 + square / 2, to: at.rec - square / 2, on: [0.08, 0.26], back: [0.66, 0.86] },
    joins: { from: at.up, to: at.up + slant }, conveyor: first,
    notes: tight ? [] : [
      { back: "slope", before: "× ", backText: cell === "rnn_tanh" ? "(1 − h²)" : "slope", x: at.squash, y: first.bottom + 15 },
      { back: "fromNext", backText: "from t+1", x: room, y: first.bottom + 30, anchor: "end" },
      { back: "direct", backText: "from ŷ", x: room - 14, y: first.bottom + 46, anchor: "end" }],
    delta: { x: 2, y: second.bottom + 18 },
    lanes: [{ ...first }, { ...second, from: at.inp - square / 2 }],
    height: second.bottom + 24, inputAt: { x: at.h0, y: (second.top + second.bottom) / 2 } };
}

function streamsOf({ square, room }, at, slant) {
  const half = square / 2;
  return [
    along(["h0", "h0", "hidden"], [0, 0, at.h0 - half], [[0, 0.08], [0.92, 1]]),
    along(["rec", "rec", "preactivation"], [0, at.rec + half, at.up], [[0.36, 0.5], [0.5, 0.6]],
      { ends: "joins" }),
    along(["inp", "inp", "preactivation"], [1, at.inp + half, at.up], [[0.36, 0.54], [0.5, 0.6]],
      { bend: "up", at: at.up, slant }),
    along(["a", "a", "preactivation"], [0, at.up, at.a - half], [[0.5, 0.62], [0.42, 0.52]],
      { starts: "joins" }),
    along(["a", "a", "preactivation"], [0, at.a + half, at.squash - 8], [[0.66, 0.76], [0.26, 0.34]]),
    along(["h", "h", "hidden"], [0, at.squash + 8, at.h - half], [[0.76, 0.86], [0.16, 0.26]]),
    along(["h", "fromNext", "hidden"], [0, at.h + half, room], [[0.92, 1], [0, 0.1]]),
  ];
}

function wiresOf({ cell, first, second, square, room }, at) {
  const y = (second.top + second.bottom) / 2;
  return {
    wires: [
      { id: "input", on: [0.08, 0.26], back: [0.66, 0.86], points: [{ x: at.h0 + 22, y },
        { x: at.inp - square / 2 - 2, y }] },
      { id: "out", out: true, on: [0.94, 1], back: [0, 0.08], points: [{ x: at.h, y: first.bottom + 2 },
        { x: at.h, y: first.bottom + 52 }, { x: room, y: first.bottom + 52 }] },
    ],
    ops: [{ text: { rnn_tanh: "tanh", rnn_relu: "relu", rnn_linear: "=" }[cell], x: at.squash, y: (first.top + first.bottom) / 2,
      on: [0.72, 0.8], back: [0.24, 0.32] },
      { text: "W_{hh}", x: (at.h0 + at.rec) / 2, y: first.bottom + 15, bare: true, on: [0.08, 0.26],
        back: [0.66, 0.86] },
      { text: "W_{ih}", x: (at.h0 + 22 + at.inp) / 2, y: y - 12, bare: true, on: [0.08, 0.26],
        back: [0.66, 0.86] }],
  };
}
