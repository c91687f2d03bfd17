/** The LSTM's inside: the conveyor of c above, what is written and what is shown below it. */

import { along, makers, placed } from "./cell_parts.mjs";

/** The middle of each vector, in shares of the width. */
const WIDE = { c0: 0.075, f: 0.195, g: 0.315, i: 0.435, up: 0.495, c: 0.585, down: 0.61, tanh: 0.7,
  o: 0.81, h: 0.945 };
const TIGHT = { c0: 0.07, f: 0.2, g: 0.335, i: 0.465, up: 0.52, c: 0.645, down: 0.685, tanh: null,
  o: 0.83, h: 0.965 };

/** @param {object} shape of `cell_plan.mjs` */
export function LSTM(shape) {
  const { room, tight, first, second, square, pitch, hidden } = shape;
  const at = placed(tight ? TIGHT : WIDE, room);
  const slant = Math.min(0.06 * room, hidden * pitch);
  const { column, gate } = makers(shape, at);
  const rows = rowsOf(shape, at);
  const blocks = [
    column("c0", first, { word: "cell state", short: "cell", sign: "c_{t−1}", scale: "cell", on: [0, 0.1],
      back: [0.6, 0.74] }),
    column("h0", second, { of: "c0", word: "hidden state", short: "hidden", sign: "h_{t−1}",
      scale: "hidden", on: [0, 0.1], back: [0.84, 0.96] }),
    gate("f", first, { word: "forget gate", short: "forget", sign: "f", field: "forget_gate",
      on: [0.34, 0.46] }),
    column("g", second, { word: "candidate", sign: "g", field: "candidate", scale: "candidate",
      on: [0.34, 0.46], back: [0.52, 0.62] }),
    gate("i", second, { word: "input gate", short: "input", sign: "i", field: "input_gate",
      on: [0.34, 0.46] }),
    column("c", first, { word: "cell state", short: "cell", sign: "c_t", field: "cell", scale: "cell",
      on: [0.62, 0.72], back: [0.38, 0.48] }),
    ...(tight ? [] : [column("tanh", second, { word: "", sign: "tanh c_t", scale: "hidden",
      on: [0.76, 0.84], back: [0.2, 0.3] })]),
    gate("o", second, { word: "output gate", short: "output", sign: "o", field: "output_gate",
      on: [0.34, 0.46] }),
    column("h", second, { word: "hidden state", short: "hidden", sign: "h_t", field: "hidden",
      scale: "hidden", on: [0.86, 0.94], back: [0.06, 0.16] }),
    ...rows,
  ];
  return { blocks, streams: streamsOf(shape, at, slant), ...wiresOf(shape, at, rows),
    joins: { from: at.up, to: at.up + slant },
    notes: notesOf(shape, at, slant), conveyor: first,
    formula: tight ? null : { text: "a = W_{ih} x_t + W_{hh} h_{t−1} + b",
      back: "∂L/∂h_{t−1} = W_{hh}^T δ", x: (at.i + at.o) / 2,
      y: rows[0].y + 28 },
    delta: { x: at.c0 + 60, y: rows[0].y + 51 },
    lanes: [{ ...first }, { ...second, from: at.g - square / 2 }, { ...second, to: at.c0 + square }],
    height: rows[0].y + 54, inputAt: { x: at.c0, y: rows[0].y + 34 } };
}

/** What enters the four squashings, each below its gate. */
function rowsOf({ second, under, rowWidth, room }, at) {
  const y = second.bottom + under + 14;
  const row = (id, of, sign, word) => ({ id, type: "row", word, sign, scale: "logit", y, h: 12, w: rowWidth,
    x: Math.min(at[of] - rowWidth / 2, room - rowWidth - 2), on: [0.18, 0.3], back: [0.56, 0.7],
      under: true });
  return [row("af", "f", "a_f", "forget gate's pre-activation"),
    row("ag", "g", "a_g", "candidate's pre-activation"),
    row("ai", "i", "a_i", "input gate's pre-activation"),
      row("ao", "o", "a_o", "output gate's pre-activation")]
    .map((one) => (one.id === "ao" ? { ...one, back: [0.2, 0.34] } : one));
}

function streamsOf({ tight, square, valve, room }, at, slant) {
  const [half, wide] = [square / 2, valve / 2];
  const tanhTo = tight ? at.o - wide : at.tanh - half;
  return [
    along(["c0", "c0", "cell"], [0, 0, at.c0 - half], [[0, 0.08], [0.72, 0.8]]),
    along(["c0", "straight", "cell"], [0, at.c0 + half, at.f - wide], [[0.04, 0.14], [0.58, 0.68]]),
    along(["kept", "kept", "cell"], [0, at.f + wide, at.up], [[0.44, 0.56], [0.46, 0.56]], { ends: "joins" }),
    along(["c", "c", "cell"], [0, at.up, at.c - half], [[0.58, 0.66], [0.46, 0.52]], { starts: "joins" }),
    along(["g", "g", "cell"], [1, at.g + half, at.i - wide], [[0.44, 0.5], [0.5, 0.58]]),
    along(["written", "written", "cell"], [1, at.i + wide, at.up], [[0.48, 0.62], [0.46, 0.54]],
      { bend: "up", at: at.up, slant }),
    along(["c", "carried", "cell"], [0, at.c + half, room], [[0.7, 0.8], [0, 0.1]]),
    along(["c", "through", "cell"], [1, at.down, tanhTo], [[0.7, 0.78], [0.28, 0.4]],
      { bend: "down", at: at.down, slant }),
    ...(tight ? [] : [along(["tanh", "tanh", "hidden"], [1, at.tanh + half, at.o - wide],
      [[0.8, 0.86], [0.18, 0.26]])]),
    along(["h", "h", "hidden"], [1, at.o + wide, at.h - half], [[0.84, 0.92], [0.14, 0.22]]),
    along(["h", "fromNext", "hidden"], [1, at.h + half, room], [[0.9, 1], [0, 0.1]]),
    along(["h0", "h0", "hidden"], [1, 0, at.c0 - half], [[0, 0.08], [0.92, 1]]),
  ];
}

function wiresOf({ first, second, square, peepholes, tight, room, under }, at, rows) {
  const bus = rows[0].y + 34;
  const middle = (row) => row.x + row.w / 2;
  const [af, ag, ai, ao] = rows;
  const up = (id, row, to, bottom, back) => ({ id, on: [0.28, 0.38], back,
    points: [{ x: middle(row), y: row.y }, ...(Math.abs(middle(row) - to) < 1 ? []
    : [{ x: middle(row), y: row.y - 9 }, { x: to, y: row.y - 9 }]), { x: to, y: bottom + 2 }] });
  const taps = rows.map((row) => ({ id: `tap-${row.id}`, on: [0.14, 0.22], back: [0.68, 0.78],
    points: [{ x: middle(row), y: bus }, { x: middle(row), y: row.y + row.h }] }));
  const wires = [
    { id: "state-down", on: [0.06, 0.14], back: [0.76, 0.86], points: [{ x: at.c0, y: second.bottom + 2 },
      { x: at.c0, y: bus }] },
    { id: "bus", on: [0.08, 0.2], back: [0.7, 0.82], plain: true, points: [{ x: at.c0, y: bus },
      { x: middle(ao), y: bus }] },
    ...taps,
    up("to-f", af, at.f, first.bottom, [0.52, 0.62]), up("to-g", ag, at.g, second.bottom, [0.52, 0.62]),
    up("to-i", ai, at.i, second.bottom, [0.52, 0.62]), up("to-o", ao, at.o, second.bottom, [0.18, 0.28]),
    outWire(first, second, at.h, room),
    ...(peepholes ? peepWires(first, second, at, square, under, tight) : []),
  ];
  const squash = (text, to) => ({ text, x: to, y: second.bottom + under - 3, on: [0.3, 0.4],
    back: [0.52, 0.62] });
  const ops = [squash("σ", at.f), squash("tanh", at.g), squash("σ", at.i), { ...squash("σ", at.o),
    back: [0.18, 0.28] },
    ...(tight ? [{ text: "tanh", x: at.down + 0.03 * room + 14, y: first.bottom + 22, on: [0.74, 0.8],
      back: [0.28, 0.36] }] : [])];
  return { wires, ops };
}

/** h leaves upwards, between the two tiers, to the prediction. */
export function outWire(first, second, x, room) {
  const y = first.bottom + 20;
  return { id: "out", out: true, on: [0.94, 1], back: [0, 0.08], points: [{ x, y: second.top - 22 },
    { x, y }, { x: room, y }] };
}

/** c_{t-1} looks into i and f, c_t into o. */
function peepWires(first, second, at, square, under, tight) {
  const y = first.bottom + (tight ? 26 : 22);
  const level = second.bottom + under + 4;
  const side = tight ? 9 : 26;
  const peep = (id, points, on, back) => ({ id, peep: true, on, back, points });
  return [
    peep("peep-f", [{ x: at.c0 + square / 2 - 3, y: first.bottom + 2 }, { x: at.c0 + square / 2 - 3, y },
      { x: at.f - side, y }, { x: at.f - side, y: level }, { x: at.f - 12, y: level }], [0.1, 0.24],
      [0.6, 0.7]),
    peep("peep-i", [{ x: at.f - side, y }, { x: at.i - side - 12, y }, { x: at.i - side - 12, y: level },
      { x: at.i - 12, y: level }], [0.12, 0.28], [0.6, 0.7]),
    peep("peep-o", [{ x: at.c, y: first.bottom + 2 }, { x: at.c, y: level }, { x: at.o - 12, y: level }],
      [0.7, 0.78], [0.3, 0.4]),
  ];
}

function notesOf({ first, second, tight, room, peepholes }, at, slant) {
  if (tight) return [];
  return [
    ...(peepholes ? [{ always: "peepholes", x: (at.f + at.g) / 2 - 4, y: first.bottom + 37 }] : []),
    { value: "kept", text: "kept", back: "straight", backText: "handed back", x: (at.f + at.up) / 2 + 14,
      y: first.bottom + 15 },
    { value: "written", text: "written", x: at.up + slant / 2 + 12, y: second.bottom + 15 },
    { back: "slope", before: "× ", backText: "(1 − tanh² c)", x: (at.down + at.tanh) / 2 + 4, y: second.bottom + 32 },
    { back: "carried", backText: "from t+1", x: (at.c + room) / 2 + 10, y: first.bottom + 15 },
    { back: "fromNext", backText: "from t+1", x: room, y: second.bottom + 30, anchor: "end" },
    { back: "direct", backText: "from ŷ", x: at.h - 10, y: first.bottom + 34, anchor: "end" },
  ];
}
