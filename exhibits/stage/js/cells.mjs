/**
 * The units of every column's cell, on a canvas beneath the graph's lines: in a full column as
 * squares, in a pressed one as a sliver of the strip itself, one unit under the other.
 */

import { prepare } from "./dom.mjs";
import { arrived, filled, lossStrength, ramp } from "./progress.mjs";
import { css } from "./scales.mjs";
import { rowAt, saysOne } from "./vectors.mjs";

const PALE = 0.2;

export class Cells {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.sprites = new Map();
  }

  /** @param {import("./graph.mjs").Scene} scene @param {import("./bitmaps.mjs").Bitmaps} bitmaps */
  layout(scene, bitmaps, theme) {
    this.scene = scene;
    this.bitmaps = bitmaps;
    this.theme = theme;
    this.sprites.clear();
    // As low as its contents allow: a canvas is copied whole, however little changes in it.
    const { rows, gutter } = scene.geometry;
    this.top = rows.loss.top;
    this.height = (scene.run.header.input.kind === "text" ? rows.box : rows.input).bottom - this.top;
    this.canvas.style.left = `${gutter}px`;
    this.canvas.style.top = `${this.top}px`;
  }

  /** @param {import("./graph.mjs").Frame} frame @param {Float64Array} middles */
  draw(frame, middles) {
    const { geometry, run } = this.scene;
    const context = prepare(this.canvas, geometry.axis, this.height);
    context.translate(0, -this.top);
    context.imageSmoothingEnabled = false;
    this.tails(context, frame, middles);
    for (let t = 0; t < run.steps; t++) {
      if (t !== frame.step) this.column(context, frame, t, middles[t]);
    }
    this.column(context, frame, frame.step, middles[frame.step]);
  }

  /** How much of a column's detail has room. */
  detail(frame, t) {
    const { geometry } = this.scene;
    if (geometry.mode === "all") return 1;
    return ramp((frame.edges[t + 1] - frame.edges[t]) / geometry.column, 0.78, 0.98);
  }

  column(context, frame, t, x) {
    const detail = this.detail(frame, t);
    const near = t === frame.step ? 1 : ramp(frame.roll, 0.15, 0.9);
    if (detail * near > 0) this.squares(context, frame, t, x, near * detail);
  }

  /** The pressed columns. Neighbours of one width and one strength are drawn in one go. */
  tails(context, frame, middles) {
    const { run, geometry } = this.scene;
    const near = ramp(frame.roll, 0.15, 0.9);
    if (geometry.mode === "all" || near === 0) return;
    let first = 0;
    while (first < run.steps) {
      const width = frame.edges[first + 1] - frame.edges[first];
      const { state, gradient } = this.strengths(frame, first);
      let last = first;
      for (let t = first + 1; t < run.steps; t++) {
        const next = this.strengths(frame, t);
        const same = Math.abs(frame.edges[t + 1] - frame.edges[t] - width) < 1e-6
          && next.state === state && next.gradient === gradient;
        if (!same) break;
        last = t;
      }
      const alpha = near * (1 - this.detail(frame, first));
      if (alpha > 0) {
        this.sliver(context, { first, last, x: middles[first] - (width * frame.roll) / 2,
          wide: (last - first + 1) * width * frame.roll, alpha, state, gradient });
        for (let t = first; t <= last; t++) this.outcome(context, frame, t, middles[t], Math.max(0.8, width - 1), alpha);
      }
      first = last + 1;
    }
  }

  /** How strongly the state, and the gradient in its place, are drawn at a step. */
  strengths(frame, t) {
    const { direction } = this.scene;
    const { weights, place } = frame;
    const state = weights.forward * filled(arrived(t, place, direction)) + weights.loss;
    const gradient = weights.backward * filled(arrived(t, place, -direction));
    return { state: PALE + (1 - PALE) * state + 0.35 * (weights.backward - gradient), gradient };
  }

  /** A piece of the strips themselves, in the place of the cells. */
  sliver(context, { first, last, x, wide, alpha, state, gradient }) {
    const { rows } = this.scene.geometry;
    for (const field of ["cell", "hidden"]) {
      if (!rows[field]) continue;
      const { top, bottom } = rows[field];
      const draw = (name, strength) => {
        const picture = strength > 0 ? this.bitmaps.picture(name) : null;
        if (!picture) return;
        context.globalAlpha = alpha * strength;
        context.drawImage(picture, first, 0, last - first + 1, this.scene.run.hidden, x, top, wide, bottom - top);
      };
      draw(field, state * (1 - gradient));
      draw(`grad_${field}`, gradient);
    }
  }

  /** A pressed column's loss, and its numbers, so that the whole run stays in view. */
  outcome(context, frame, t, x, wide, alpha) {
    const { run, scales, direction, geometry: { rows } } = this.scene;
    const { grown, strength } = lossStrength(t, frame, direction);
    const reach = frame.weights.forward * arrived(t, frame.place, direction) + 1 - frame.weights.forward;
    const faded = alpha * (0.3 + 0.7 * reach);
    const narrow = Math.min(wide, 9);
    const bar = (colour, opacity, top, height) => {
      context.globalAlpha = opacity;
      context.fillStyle = css(colour);
      context.fillRect(x - narrow / 2, top, narrow, height);
    };
    if (run.header.input.kind !== "text") this.inputBars(rowAt(run, "inputs", t), { context, x, narrow, faded });
    if (!saysOne(run)) {
      if (run.array("has_loss")[t] !== 1) return;
      const height = scales.lossHeight(rows, run.array("losses")[t]) * grown;
      bar(this.theme.loss, strength * faded, rows.loss.bottom - height, height);
      return;
    }
    if (run.array("has_target")[t] === 1) {
      bar(this.theme.text, faded, scales.valueY(rows, run.array("target")[t]) - 1, 2);
    }
    bar(this.theme.accent, faded, scales.valueY(rows, run.array("prediction")[t]) - 1.5, 3);
  }

  /** Each of the numbers that a pressed column reads as a bar of its own. */
  inputBars(values, { context, x, narrow, faded }) {
    const { scales, geometry: { rows } } = this.scene;
    const zero = rows.input.top + 18;
    context.globalAlpha = faded;
    values.forEach((value, k) => {
      const height = (15 * value) / scales.input;
      context.fillStyle = css(value < 0 ? this.theme.negative : this.theme.positive);
      context.fillRect(x + narrow * (k / values.length - 0.5), zero - Math.max(0, height), narrow / values.length, Math.abs(height));
    });
  }

  squares(context, frame, t, x, alpha) {
    const { rows, boxWidth } = this.scene.geometry;
    const { state, gradient } = this.strengths(frame, t);
    context.globalAlpha = alpha;
    context.fillStyle = css(this.theme.back);
    context.fillRect(x - boxWidth / 2 + 2, rows.box.top + 2, boxWidth - 4, rows.box.bottom - rows.box.top - 4);
    for (const field of ["cell", "hidden"]) {
      const row = rows[field];
      if (!row) continue;
      const draw = (name, strength) => {
        if (strength <= 0.01 || !this.bitmaps.fields.has(name)) return;
        const sprite = this.sprite(name, t);
        context.globalAlpha = alpha * strength;
        context.drawImage(sprite.image, x - sprite.width / 2, row.middle - sprite.height / 2, sprite.width, sprite.height);
      };
      draw(field, state * (1 - gradient));
      draw(`grad_${field}`, gradient);
      if (frame.unit !== null) this.ring(context, frame.unit, x, row, alpha);
    }
  }

  /** The squares of one field at one step, drawn once. */
  sprite(field, t) {
    const name = `${field}:${t}`;
    const known = this.sprites.get(name);
    if (known) return known;
    const { geometry, run } = this.scene;
    const { columns, rows, size } = geometry.grid;
    const [width, height] = [columns * size, rows * size];
    const context = this.brush(width, height);
    const gap = size > 7 ? 1.5 : size > 4.5 ? 1 : 0.5;
    for (let unit = 0; unit < run.hidden; unit++) {
      const [x, y] = [(unit % columns) * size + gap / 2, Math.floor(unit / columns) * size + gap / 2];
      context.fillStyle = this.bitmaps.colour(field, t, unit);
      if (size < 8) {
        context.fillRect(x, y, size - gap, size - gap);
        continue;
      }
      context.beginPath();
      context.roundRect(x, y, size - gap, size - gap, 2);
      context.fill();
    }
    const made = { image: context.canvas.transferToImageBitmap(), width, height };
    this.sprites.set(name, made);
    return made;
  }

  /** One canvas serves for all sprites: handing its picture over leaves it blank. */
  brush(width, height) {
    const ratio = globalThis.devicePixelRatio || 1;
    const [wide, high] = [Math.ceil(width * ratio), Math.ceil(height * ratio)];
    if (this.workshop?.canvas.width !== wide || this.workshop.canvas.height !== high) {
      this.workshop = new OffscreenCanvas(wide, high).getContext("2d");
    }
    this.workshop.setTransform(ratio, 0, 0, ratio, 0, 0);
    return this.workshop;
  }

  ring(context, unit, x, row, alpha) {
    const { columns, rows, size } = this.scene.geometry.grid;
    context.globalAlpha = alpha;
    context.strokeStyle = css(this.theme.text);
    context.lineWidth = 1.5;
    context.strokeRect(x - (columns * size) / 2 + (unit % columns) * size,
      row.middle - (rows * size) / 2 + Math.floor(unit / columns) * size, size, size);
  }

  /** The unit whose square is at a point of the graph, and in which field. */
  unitAt(x, y, middle) {
    const { grid, rows } = this.scene.geometry;
    for (const field of ["cell", "hidden"]) {
      const row = rows[field];
      if (!row) continue;
      const column = Math.floor((x - middle) / grid.size + grid.columns / 2);
      const line = Math.floor((y - row.middle) / grid.size + grid.rows / 2);
      const unit = line * grid.columns + column;
      if (column < 0 || column >= grid.columns || line < 0 || line >= grid.rows) continue;
      if (unit < this.scene.run.hidden) return { field, unit };
    }
    return null;
  }
}
