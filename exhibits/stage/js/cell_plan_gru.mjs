/** The GRU's inside: the state above, mixed by z with the candidate, which is made below it. */

import { along, makers, placed } from "./cell_parts.mjs";

/** The middle of each vector, in shares of the width. */
const WIDE = { h0: 0.075, q: 0.165, r: 0.27, add: 0.385, n: 0.49, z: 0.61, up: 0.675, h: 0.84 };
const TIGHT = { h0: 0.07, q: 0.17, r: 0.295, add: 0.405, n: 0.515, z: 0.665, up: 0.735, h: 0.93 };

/** @param {object} shape of `cell_plan.mjs` */
export function GRU(shape) {
  const { room, tight, first, second, square, pitch, hidden } = shape;
  const at = placed(tight ? TIGHT : WIDE, room);
  const slant = Math.min(0.09 * room, hidden * pitch);
  const { column, gate } = makers(shape, at);
  const rows = rowsOf(shape, at);
  const blocks = [
    column("h0", first, { word: "hidden state", short: "hidden", sign: "h_{t−1}", scale: "hidden",
      on: [0, 0.1], back: [0.84, 0.96] }),
    column("q", second, { word: tight ? "" : "from state", sign: "q", scale: "logit", on: [0.16, 0.26],
      back: [0.62, 0.72] }),
    gate("r", second, { word: "reset gate", short: "reset", sign: "r", field: "reset_gate", on: [0.3, 0.4] }),
    column("n", second, { word: "candidate", sign: "n", field: "candidate", scale: "candidate",
      on: [0.56, 0.66], back: [0.36, 0.46] }),
    gate("z", first, { word: "update gate", short: "update", sign: "z", field: "update_gate",
      on: [0.3, 0.4] }),
    gate("renew", second, { of: "z", word: tight ? "" : "the rest", sign: "1 − z", on: [0.3, 0.4],
      mirrored: true, aside: true }),
    column("h", first, { word: "hidden state", short: "hidden", sign: "h_t", field: "hidden",
      scale: "hidden", on: [0.86, 0.94], back: [0.08, 0.18] }),
    ...rows,
  ];
  return { blocks, streams: streamsOf(shape, at, slant), ...wiresOf(shape, at, rows),
    joins: { from: at.up, to: at.up + slant }, conveyor: first,
    formula: tight ? null : { text: "a = W_{ih} x_t + W_{hh} h_{t−1} + b",
      back: "∂L/∂h_{t−1} = z ∂L/∂h_t + W_{hh}^T δ", x: at.z + 128, y: rows[0].y + 39 },
    notes: tight ? [] : [
      { back: "fromNext", backText: "from t+1", x: room, y: first.bottom + 30, anchor: "end" },
      { back: "direct", backText: "from ŷ", x: room - 14, y: first.bottom + 46, anchor: "end" },
      { value: "kept", text: "kept", back: "straight", backText: "handed back", x: (at.h0 + at.z) / 2,
        y: first.bottom + 15 },
      { value: "written", text: "written", x: at.up + slant / 2 + 16, y: second.bottom + 15 }],
    delta: { x: at.h0 + 60, y: rows[0].y + 51 },
    lanes: [{ ...first }, { ...second, from: at.q - square / 2 }],
    height: rows[0].y + 54, inputAt: { x: at.h0, y: rows[0].y + 34 } };
}

function rowsOf({ second, under, tight, rowWidth }, at) {
  const row = (id, of, sign, word, back) => ({ id, type: "row", word, sign, scale: "logit",
    y: second.bottom + under + 14, h: 12, w: tight ? rowWidth : 0.8 * rowWidth,
    x: at[of] - (tight ? rowWidth : 0.8 * rowWidth) / 2, on: [0.16, 0.26], back, under: true });
  return [row("ar", "r", "a_r", "reset gate's pre-activation", [0.66, 0.76]),
    row("xn", "add", "W_{in} x", "the candidate's part from the input", [0.56, 0.68]),
    row("az", "z", "a_z", "update gate's pre-activation", [0.32, 0.44])];
}

function streamsOf({ square, valve, room }, at, slant) {
  const [half, wide] = [square / 2, valve / 2];
  return [
    along(["h0", "h0", "hidden"], [0, 0, at.h0 - half], [[0, 0.08], [0.92, 1]]),
    along(["h0", "straight", "hidden"], [0, at.h0 + half, at.z - wide], [[0.04, 0.3], [0.3, 0.6]]),
    along(["kept", "kept", "hidden"], [0, at.z + wide, at.up], [[0.66, 0.76], [0.2, 0.3]], { ends: "joins" }),
    along(["h", "h", "hidden"], [0, at.up, at.h - half], [[0.8, 0.9], [0.14, 0.24]], { starts: "joins" }),
    along(["q", "q", "logit"], [1, at.q + half, at.r - wide], [[0.24, 0.34], [0.58, 0.68]]),
    along(["rq", "rq", "logit"], [1, at.r + wide, at.add], [[0.36, 0.46], [0.5, 0.6]]),
    along(["an", "an", "logit"], [1, at.add, at.n - half], [[0.46, 0.58], [0.42, 0.52]]),
    along(["n", "n", "hidden"], [1, at.n + half, at.z - wide], [[0.6, 0.7], [0.3, 0.4]]),
    along(["written", "written", "hidden"], [1, at.z + wide, at.up], [[0.68, 0.82], [0.2, 0.32]],
      { bend: "up", at: at.up, slant }),
    along(["h", "fromNext", "hidden"], [0, at.h + half, room], [[0.9, 1], [0, 0.1]]),
  ];
}

function wiresOf({ first, second, tight, room, under }, at, rows) {
  const bus = rows[0].y + 34;
  const tap = (row, to, bottom, back) => [
    { id: `tap-${row.id}`, on: [0.12, 0.2], back: [0.72, 0.8], points: [{ x: to, y: bus },
      { x: to, y: row.y + row.h }] },
    { id: `to-${row.id}`, on: [0.24, 0.34], back, points: [{ x: to, y: row.y }, { x: to, y: bottom }] }];
  const [ar, xn, az] = rows;
  const wires = [
    { id: "state-down", on: [0.04, 0.12], back: [0.76, 0.86], points: [{ x: at.h0, y: first.bottom + 2 },
      { x: at.h0, y: bus }] },
    { id: "bus", on: [0.06, 0.18], back: [0.7, 0.82], plain: true, points: [{ x: at.h0, y: bus },
      { x: at.z, y: bus }] },
    { id: "to-q", on: [0.12, 0.22], back: [0.68, 0.78], points: [{ x: at.q, y: bus },
      { x: at.q, y: second.bottom + 2 }] },
    ...tap(ar, at.r, second.bottom + 2, [0.6, 0.7]), ...tap(xn, at.add, second.bottom - 1, [0.5, 0.6]),
      ...tap(az, at.z, second.bottom + 2, [0.28, 0.38]),
    { id: "yoke", yoke: true, on: [0.3, 0.4], back: [0, 0.01], plain: true,
      points: [{ x: at.z, y: second.top }, { x: at.z, y: first.bottom }] },
    { id: "out", out: true, on: [0.94, 1], back: [0, 0.08], points: [{ x: at.h, y: first.bottom + 2 },
      { x: at.h, y: first.bottom + 52 }, { x: room, y: first.bottom + 52 }] },
  ];
  const level = second.bottom + under - 3;
  const ops = [{ text: "σ", x: at.r, y: level, on: [0.26, 0.34], back: [0.6, 0.68] },
    { text: "σ", x: at.z, y: level, on: [0.26, 0.34], back: [0.28, 0.36] },
    { text: "+", x: at.add, y: second.bottom + 14, on: [0.4, 0.48], back: [0.5, 0.56] },
    { text: "tanh", x: (at.add + at.n) / 2, y: (second.top + second.bottom) / 2, on: [0.52, 0.6],
      back: [0.42, 0.48] }];
  return { wires, ops: tight ? ops.slice(0, 3) : ops };
}
