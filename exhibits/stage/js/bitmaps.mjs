/**
 * Every field of the seen layer as a picture of one pixel per value, units down and time across,
 * made when it is first asked for. A colour scale is a table of 512 steps, finer than the eye and
 * than most of its own channels.
 */

import { css, onLog, sequential, signedShare } from "./scales.mjs";
import { colourOf } from "./theme.mjs";

const LEVELS = 512;

/** @param {(share: number) => import("./scales.mjs").Rgb} colour of 0…1 */
function table(colour) {
  const colours = Array.from({ length: LEVELS + 1 }, (_, k) => colour(k / LEVELS));
  // Pixels are bytes r, g, b, a; every browser's machine is little-endian.
  return { words: Uint32Array.from(colours, ([r, g, b]) => (255 << 24) | (b << 16) | (g << 8) | r), names: colours.map((one) => css(one)) };
}

/** New minus before, value by value. */
export function difference(run, before, layer, field) {
  const [now, then] = [run.of(layer, field), before.of(layer, field)];
  return now.map((value, k) => value - then[k]);
}

/** Pictures, limits and colour scales of one layer of one run in one theme. */
export class Bitmaps {
  /**
   * @param {import("./decode.mjs").RunData} run @param {import("./scene.mjs").Scales} scales
   * @param {import("./decode.mjs").RunData|null} [before] to show only the difference to it
   */
  constructor(run, layer, theme, { axis, limits }, before = null) {
    this.run = run;
    this.limits = new Map();
    this.fields = new Map();
    this.pictures = new Map();
    const tables = { gate: table(sequential(theme["gate-low"], theme["gate-high"])), signed: table(colourOf(theme)),
      gradient: table(sequential(theme["gradient-low"], theme.gradient)) };
    for (const field of run.header.strips) {
      const { scale, limit, root } = limits.get(field);
      this.limits.set(field, { limit, root, scale, difference: before !== null });
      const share = scale === "gate" ? (value) => value : (value) => signedShare(value, limit, root);
      const values = before ? difference(run, before, layer, field) : run.of(layer, field);
      this.fields.set(field, { values, share, table: tables[scale] });
    }
    for (const field of ["grad_hidden", "grad_cell"]) {
      const values = run.of(layer, field);
      if (values) this.fields.set(field, { values, share: (value) => onLog(Math.abs(value), axis), table: tables.gradient });
    }
  }

  level({ values, share }, step, unit) {
    const level = Math.round(share(values[step * this.run.hidden + unit]) * LEVELS);
    return level > 0 ? Math.min(level, LEVELS) : 0;
  }

  /** @returns {string|null} the colour of one value; null for a field that this run lacks */
  colour(field, step, unit) {
    const known = this.fields.get(field);
    return known ? known.table.names[this.level(known, step, unit)] : null;
  }

  /** @returns {ImageBitmap|null} */
  picture(field) {
    const known = this.fields.get(field);
    if (!known) return null;
    if (!this.pictures.has(field)) this.pictures.set(field, this.draw(known));
    return this.pictures.get(field);
  }

  draw(field) {
    const { steps, hidden } = this.run;
    const canvas = (this.canvas ??= new OffscreenCanvas(steps, hidden));
    const context = (this.context ??= canvas.getContext("2d"));
    const image = new ImageData(steps, hidden);
    const words = new Uint32Array(image.data.buffer);
    for (let unit = 0; unit < hidden; unit++) {
      for (let step = 0; step < steps; step++) words[unit * steps + step] = field.table.words[this.level(field, step, unit)];
    }
    context.putImageData(image, 0, 0);
    return canvas.transferToImageBitmap();
  }
}
