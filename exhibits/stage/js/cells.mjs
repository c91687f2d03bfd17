/**
 * The units of every column's cell, on a canvas beneath the graph's lines: in a full column as
 * squares, in a pressed one as a sliver of the strip itself, one unit under the other.
 */

import { prepare } from "./dom.mjs";
import { arrived, filled, ramp } from "./progress.mjs";
import { css } from "./scales.mjs";

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
    this.top = scene.geometry.rows.box.top - 4;
    this.height = scene.geometry.rows.box.bottom - scene.geometry.rows.box.top + 8;
    this.canvas.style.left = `${scene.geometry.gutter}px`;
    this.canvas.style.top = `${this.top}px`;
  }

  /** @param {import("./graph.mjs").Frame} frame @param {Float64Array} middles */
  draw(frame, middles) {
    const { geometry, run } = this.scene;
    const context = prepare(this.canvas, geometry.axis, this.height);
    context.translate(0, -this.top);
    const order = Array.from({ length: run.steps }, (_, t) => t);
    if (frame.roll < 1) order.push(...order.splice(frame.step, 1));
    for (const t of order) {
      const width = frame.edges[t + 1] - frame.edges[t];
      const detail = geometry.mode === "all" ? 1 : ramp(width / geometry.column, 0.45, 0.85);
      const near = t === frame.step ? 1 : ramp(frame.roll, 0.15, 0.9);
      if (near === 0) continue;
      if (detail < 1) this.sliver(context, frame, t, middles[t], width, near * (1 - detail));
      if (detail > 0) this.squares(context, frame, t, middles[t], near * detail);
    }
  }

  /** How strongly the state, and the gradient in its place, are drawn at a step. */
  strengths(frame, t) {
    const { direction } = this.scene;
    const { weights, place } = frame;
    const state = weights.forward * filled(arrived(t, place, direction)) + weights.loss;
    const gradient = weights.backward * filled(arrived(t, place, -direction));
    return { state: PALE + (1 - PALE) * state + 0.12 * (weights.backward - gradient), gradient };
  }

  sliver(context, frame, t, x, width, alpha) {
    const { rows } = this.scene.geometry;
    const { state, gradient } = this.strengths(frame, t);
    const wide = Math.max(0.8, width - (width > 3 ? 1 : 0)) * Math.max(0.3, frame.roll);
    context.imageSmoothingEnabled = false;
    for (const field of ["cell", "hidden"]) {
      if (!rows[field]) continue;
      const { top, bottom } = rows[field];
      const draw = (name, strength) => {
        const picture = this.bitmaps.pictures.get(name);
        if (!picture || strength <= 0) return;
        context.globalAlpha = alpha * strength;
        context.drawImage(picture, t, 0, 1, this.scene.run.hidden, x - wide / 2, top, wide, bottom - top);
      };
      draw(field, state * (1 - gradient));
      draw(`grad_${field}`, gradient);
    }
  }

  squares(context, frame, t, x, alpha) {
    const { rows, boxWidth } = this.scene.geometry;
    const { state, gradient } = this.strengths(frame, t);
    context.globalAlpha = alpha;
    context.fillStyle = css(this.theme.back);
    context.beginPath();
    context.roundRect(x - boxWidth / 2, rows.box.top, boxWidth, rows.box.bottom - rows.box.top, 8);
    context.fill();
    for (const field of ["cell", "hidden"]) {
      const row = rows[field];
      if (!row) continue;
      const draw = (name, strength) => {
        if (strength <= 0.01 || !this.bitmaps.colours.has(name)) return;
        const sprite = this.sprite(name, t);
        context.globalAlpha = alpha * strength;
        context.drawImage(sprite.canvas, x - sprite.width / 2, row.middle - sprite.height / 2, sprite.width, sprite.height);
      };
      draw(field, state * (1 - gradient));
      draw(`grad_${field}`, gradient);
      if (frame.unit !== null) this.ring(context, frame.unit, x, row);
    }
  }

  /** The squares of one field at one step, drawn once. */
  sprite(field, t) {
    const name = `${field}:${t}`;
    const known = this.sprites.get(name);
    if (known) return known;
    const { geometry, run } = this.scene;
    const { columns, rows, size } = geometry.grid;
    const ratio = globalThis.devicePixelRatio || 1;
    const [width, height] = [columns * size, rows * size];
    const canvas = new OffscreenCanvas(Math.ceil(width * ratio), Math.ceil(height * ratio));
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const gap = size > 7 ? 1.5 : size > 4.5 ? 1 : 0.5;
    const colour = this.bitmaps.colours.get(field);
    for (let unit = 0; unit < run.hidden; unit++) {
      context.fillStyle = css(colour(t, unit));
      context.beginPath();
      context.roundRect((unit % columns) * size + gap / 2, Math.floor(unit / columns) * size + gap / 2,
        size - gap, size - gap, size > 6 ? 2 : 0.5);
      context.fill();
    }
    const made = { canvas, width, height };
    this.sprites.set(name, made);
    return made;
  }

  ring(context, unit, x, row) {
    const { columns, rows, size } = this.scene.geometry.grid;
    context.globalAlpha = 1;
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
