/**
 * Where everything stands, worked out from the stage's own width.
 *
 * Columns and strips share one time axis. As long as every column has room (`mode` "all") step t
 * stands at the same x in both. Longer runs keep the strips linear, all T in view, and bend the
 * graph's axis into a lens (`mode` "lens"): the columns about the cursor at full width, the rest
 * pressed towards the edges, moving smoothly with the cursor.
 */

/** Narrowest column that is still legible; narrower and the lens takes over. */
const LEAST_COLUMN = 42;
const WIDEST_COLUMN = 104;
/** Over how many columns the lens falls off from full width to the pressed width. */
const FALL_OFF = 1.8;
/** The share of the axis that is spread evenly over all steps, in the lens or not. */
const EVEN_SHARE = 0.24;

/** Height of the squares of c, and of h, and the room between them. */
const LSTM_ROOM = 31;
const ROW_GAP = 12;

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const smooth = (x) => x * x * (3 - 2 * x);

/**
 * The squares of `count` units within a rectangle, as large as they can be; a slightly smaller
 * size is taken where it leaves fewer places empty.
 * @returns {{columns: number, rows: number, size: number}}
 */
export function unitGrid(count, width, height, largest = 13) {
  let best = { columns: count, rows: 1, size: 0 };
  let most = -1;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const size = Math.min(width / columns, height / rows, largest);
    const worth = size * Math.sqrt(count / (columns * rows));
    if (worth > most + 1e-9) {
      most = worth;
      best = { columns, rows, size };
    }
  }
  return best;
}

/**
 * Edges of the columns of a lens, steps + 1 of them, from 0 to `width`.
 * The plateau's half-width is solved for, so that the full columns keep their width wherever
 * the cursor stands, at the ends of the sequence too.
 * @param {number} steps @param {number} width @param {number} full width of a full column
 * @param {number} focus cursor, in steps, may be fractional
 */
export function lensEdges(steps, width, full, focus) {
  const pressed = (EVEN_SHARE * width) / steps / full;
  const weight = (t, plateau) => {
    const outside = Math.abs(t - focus) - plateau;
    return pressed + (1 - pressed) * smooth(clamp(1 - outside / FALL_OFF, 0, 1));
  };
  const total = (plateau) => {
    let sum = 0;
    for (let t = 0; t < steps; t++) sum += weight(t, plateau);
    return sum * full;
  };
  let low = -FALL_OFF;
  let high = steps;
  for (let round = 0; round < 40; round++) {
    const middle = (low + high) / 2;
    if (total(middle) < width) low = middle;
    else high = middle;
  }
  const edges = new Float64Array(steps + 1);
  for (let t = 0; t < steps; t++) edges[t + 1] = edges[t] + weight(t, high) * full;
  const stretch = width / edges[steps];
  return edges.map((edge) => edge * stretch);
}

/** Edges of equal columns. */
export function evenEdges(steps, width) {
  return Float64Array.from({ length: steps + 1 }, (_, t) => (t * width) / steps);
}

/** The value of a step-wise function (an array) at a fractional place between two steps. */
export function between(values, place) {
  const last = values.length - 1;
  const below = clamp(Math.floor(place), 0, last);
  const above = Math.min(below + 1, last);
  return values[below] + (values[above] - values[below]) * clamp(place - below, 0, 1);
}

/** Which column holds `x`. @param {Float64Array} edges */
export function columnAt(edges, x) {
  let low = 0;
  let high = edges.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (edges[middle] <= x) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * @typedef {Object} Geometry
 * @property {number} width
 * @property {boolean} narrow    labels above the strips, symbols for the rows
 * @property {number} gutter     width of the label column
 * @property {number} axis       width of the time axis, which starts at `gutter`
 * @property {"all"|"lens"} mode
 * @property {number} column     width of a full column in the graph
 * @property {number} cellWidth  width of one step in the strips
 * @property {Rows} rows         heights within the graph
 * @property {number} graphHeight
 * @property {number} boxWidth
 * @property {{columns: number, rows: number, size: number}} grid
 * @property {number} stripHeight
 * @property {number} gradientHeight
 *
 * @typedef {{top: number, bottom: number, middle: number}} Span
 * @typedef {Object} Rows
 * @property {Span} target      of no height where no step has one
 * @property {Span} loss
 * @property {Span} prediction
 * @property {Span[]} layers     by index of the layer
 * @property {Span} box          of the layer that is seen
 * @property {Span|null} cell    where c is drawn in the box (LSTM)
 * @property {Span} hidden       where h is drawn in the box
 * @property {number} rail       of the shared weight
 * @property {Span} input
 * @property {Span} step
 * @property {Span} link         from the columns to the strips
 */

/**
 * @param {number} width of the stage in CSS pixels
 * @param {{steps: number, hidden: number, lstm: boolean, numbers: boolean, layers: number,
 *          seen: number, besideLstm?: boolean, targets?: boolean}} shape  `targets`: whether any step has one
 * @returns {Geometry}
 */
export function measure(width, shape) {
  const narrow = width < 640;
  const gutter = narrow ? 26 : 136;
  const room = Math.max(120, width - gutter);
  const mode = shape.steps * LEAST_COLUMN <= room ? "all" : "lens";
  const column = mode === "all" ? Math.min(WIDEST_COLUMN, room / shape.steps)
    : lensColumn(shape.steps, room, narrow ? 48 : room < 700 ? 54 : 62);
  const axis = mode === "all" ? column * shape.steps : room;
  const boxWidth = Math.min(Math.round(column * (column < 52 ? 0.78 : 0.72)), 68);
  // Beside an LSTM the others are as tall, so that every row stands at one height.
  const unitRoom = shape.lstm ? LSTM_ROOM : shape.besideLstm ? 2 * LSTM_ROOM + ROW_GAP : 42;
  const rows = stack(shape, unitRoom);
  return {
    width, narrow, gutter, axis, mode, column, rows, boxWidth,
    cellWidth: axis / shape.steps,
    graphHeight: rows.link.bottom,
    // The same for every cell, so that a unit keeps its place from one to the other.
    grid: unitGrid(shape.hidden, boxWidth - 10, LSTM_ROOM),
    stripHeight: Math.round(clamp(shape.hidden * 6, 46, shape.hidden > 32 ? 70 : 50)),
    gradientHeight: 92,
  };
}

/**
 * The width of a full column near `wish` with which the lens, its cursor resting in the middle,
 * holds 2k + 1 full columns and one of half the width on either side, none in between.
 */
export function lensColumn(steps, width, wish) {
  let best = width;
  for (let k = 1; 2 * k + 2 < steps; k++) {
    const column = width * ((1 - EVEN_SHARE) / (2 * k + 2) + EVEN_SHARE / steps);
    if (Math.abs(column - wish) < Math.abs(best - wish)) best = column;
  }
  return best;
}

/** @returns {Rows} */
function stack(shape, unitRoom) {
  let y = 4;
  const take = (height) => {
    const span = { top: y, bottom: y + height, middle: y + height / 2 };
    y += height;
    return span;
  };
  const target = take(shape.targets === false ? 0 : 24);
  const loss = take(shape.numbers ? 66 : 52);
  const prediction = take(24);
  y += 16;
  const layers = [];
  let box = target;
  const inner = 2 * 9 + (shape.lstm ? 2 * unitRoom + ROW_GAP : unitRoom);
  for (let layer = shape.layers - 1; layer >= 0; layer--) {
    layers[layer] = take(layer === shape.seen ? inner : 13);
    if (layer === shape.seen) box = layers[layer];
    if (layer > 0) y += 7;
  }
  const cell = shape.lstm ? span(box.top + 9, unitRoom) : null;
  const hidden = span(box.bottom - 9 - unitRoom, unitRoom);
  y += 24;
  const rail = y;
  y += 22;
  const input = take(shape.numbers ? 50 : 30);
  const step = take(16);
  const link = take(24);
  return { target, loss, prediction, layers, box, cell, hidden, rail, input, step, link };
}

const span = (top, height) => ({ top, bottom: top + height, middle: top + height / 2 });
