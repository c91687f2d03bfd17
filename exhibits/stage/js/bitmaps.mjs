/** Every field of the seen layer as a picture of one pixel per value: units down, time across. */

import { onLog, sequential } from "./scales.mjs";
import { colourOf, limitOf } from "./theme.mjs";

/**
 * @param {number} steps @param {number} units
 * @param {(step: number, unit: number) => import("./scales.mjs").Rgb} colour
 */
function picture(steps, units, colour) {
  const canvas = new OffscreenCanvas(steps, units);
  const image = new ImageData(steps, units);
  for (let unit = 0; unit < units; unit++) {
    for (let step = 0; step < steps; step++) {
      const [r, g, b] = colour(step, unit);
      image.data.set([r, g, b, 255], 4 * (unit * steps + step));
    }
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas.transferToImageBitmap();
}

/** Pictures, limits and colour scales of one layer of one run in one theme. */
export class Bitmaps {
  /** @param {import("./decode.mjs").RunData} run */
  constructor(run, layer, theme, axis) {
    this.limits = new Map();
    this.colours = new Map();
    this.pictures = new Map();
    for (const field of run.header.strips) {
      const limit = limitOf(run, layer, field);
      const colour = colourOf(theme, field, limit);
      const values = run.of(layer, field);
      this.limits.set(field, limit);
      this.colours.set(field, (step, unit) => colour(values[step * run.hidden + unit]));
    }
    const shade = sequential(theme["gradient-low"], theme.gradient);
    for (const field of ["grad_hidden", "grad_cell"]) {
      const values = run.of(layer, field);
      if (!values) continue;
      this.colours.set(field, (step, unit) =>
        shade(onLog(Math.abs(values[step * run.hidden + unit]), axis)));
    }
    for (const [field, colour] of this.colours) {
      this.pictures.set(field, picture(run.steps, run.hidden, colour));
    }
  }
}
