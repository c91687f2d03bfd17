/** What the heat maps show: how each field is called, coloured and spoken of. */

import { decades, largest, mix, niceLimit, onLog, powerOfTen, significant } from "../../stage/js/scales.mjs";

/** @typedef {{name: string, says: string, kind: "log"|"loss"|"size"|"gate", upwards?: "lag"}} Field over the time steps, or the lags */

/** @type {Record<string, Field>} */
export const FIELDS = {
  grad_hidden: { name: "Gradient", says: "‖∂L/∂h‖ at t", kind: "log" },
  error: { name: "Error", says: "loss at t", kind: "loss" },
  lag_errors: { name: "Error by lag", says: "loss", kind: "loss", upwards: "lag" },
  hidden: { name: "Hidden state", says: "mean |h| at t", kind: "size" },
  forget_gate: { name: "Forget gate", says: "mean of f at t", kind: "gate" },
  input_gate: { name: "Input gate", says: "mean of i at t", kind: "gate" },
  output_gate: { name: "Output gate", says: "mean of o at t", kind: "gate" },
  reset_gate: { name: "Reset gate", says: "mean of r at t", kind: "gate" },
  update_gate: { name: "Update gate", says: "mean of z at t", kind: "gate" },
};

/**
 * The scale of a field over all rows that are known: its ends in words, and where a value stands on it.
 * An error has the chance line at its upper end, beyond which nothing is told apart.
 * @param {string} field @param {Float32Array[]} rows @param {number} [chance]
 * @returns {{low: string, high: string, share(value: number): number}}
 */
export function scaleOf(field, rows, chance = NaN) {
  const { kind } = FIELDS[field];
  const all = function* () { for (const row of rows) yield* row; };
  if (kind === "log") {
    const range = decades(all(), 3, 10);
    return { low: powerOfTen(range.low), high: powerOfTen(range.high), share: (value) => onLog(value, range) };
  }
  if (kind === "loss" && chance > 0) {
    return { low: "0", high: "chance", share: (value) => Math.min(1, Math.max(0, value / chance)) };
  }
  const limit = kind === "gate" ? 1 : niceLimit(largest(all()));
  return { low: "0", high: String(limit), share: (value) => Math.min(1, Math.max(0, value / limit)) };
}

/** The two ends of the field's colours. @param {Record<string, any>} theme */
export function endsOf(field, theme) {
  const { kind } = FIELDS[field];
  if (kind === "log") return [theme["gradient-low"], theme.gradient];
  if (kind === "loss") return [theme.zero, theme.loss];
  if (kind === "size") return [theme.zero, theme.positive];
  return [theme["gate-low"], theme["gate-high"]];
}

/**
 * The map as pixels, one column for each row, time step 0 at the foot.
 * @param {Float32Array[]} rows @param {(value: number) => number} share
 * @returns {{pixels: Uint8ClampedArray, width: number, height: number}}
 */
export function pixelsOf(rows, share, [low, high]) {
  const width = rows.length;
  const height = rows[0]?.length ?? 0;
  const pixels = new Uint8ClampedArray(4 * width * height);
  const ramp = Array.from({ length: 256 }, (_, k) => mix(low, high, k / 255));
  rows.forEach((row, x) => {
    for (let t = 0; t < height; t += 1) {
      const place = 4 * ((height - 1 - t) * width + x);
      if (Number.isNaN(row[t])) continue; // no loss stands there: the ground shows
      const [r, g, b] = ramp[Math.round(255 * share(row[t]))];
      pixels[place] = r;
      pixels[place + 1] = g;
      pixels[place + 2] = b;
      pixels[place + 3] = 255;
    }
  });
  return { pixels, width, height };
}
