/**
 * A plot over the training steps: each track's course with the range of its values behind it,
 * labelled level lines, points of what was measured on held-out data, and a cursor.
 *
 * @typedef {{series: import("./numbers.mjs").Growing, points: [number, number][], look: import("./looks.mjs").Look,
 *   letter: string, solvedAt: number|null}} Curve
 * @typedef {{name: string, value: number}} Level
 * @typedef {{curves: Curve[], levels: Level[], goal: string, last: number, log: boolean, cursor: number|null,
 *   foot: boolean}} Picture `goal`: what a track has done that met it
 */

import { html, pointIn, prepare } from "../../stage/js/dom.mjs";
import { css } from "../../stage/js/scales.mjs";
import { axisOf, placeOf, stepTicks, ticks } from "./axis.mjs";
import { envelope } from "./envelope.mjs";
import { apart } from "./labels.mjs";
import { marker } from "./looks.mjs";
import { drawSolved } from "./solved_marks.mjs";

const LEFT = 54;
const MARGIN = 72; // at the least, so that the steps of two plots stand above each other
const TOP = 12;
const FOOT = 24;
const LINE = 16;
const BESIDE = 14; // from the plot to the levels' names: the last mark stands half outside of it

export class CurvePlot {
  /** @param {HTMLElement} root @param {{height: number, label: string, onStep(step: number|null, final: boolean): void}} options */
  constructor(root, options) {
    this.root = root;
    this.options = options;
    this.canvas = html("canvas", { role: "img", "aria-label": options.label }, root);
    const step = (event) => this.stepAt(pointIn(this.canvas, event).x);
    this.canvas.addEventListener("pointermove", (event) => options.onStep(step(event), false));
    this.canvas.addEventListener("pointerleave", () => options.onStep(null, false));
    this.canvas.addEventListener("click", (event) => options.onStep(step(event), true));
  }

  stepAt(x) {
    const share = (x - LEFT) / (this.box?.w ?? 1);
    return this.picture ? Math.round(Math.min(1, Math.max(0, share)) * this.picture.last) : null;
  }

  /** @param {Picture} picture @param {Record<string, any>} theme @param {number} width */
  draw(picture, theme, width) {
    Object.assign(this, { picture, theme, width });
    const height = this.options.height;
    const context = prepare(this.canvas, width, height);
    this.box = { x: LEFT, y: TOP, w: Math.max(1, width - LEFT - this.margin(context)), h: height - TOP - (picture.foot ? FOOT : 8) };
    const shapes = picture.curves.map(({ series }) => envelope(series, picture.last, Math.round(this.box.w)));
    this.axis = axisOf(this.values(shapes), picture.log);
    this.grid(context);
    shapes.forEach((shape, k) => this.range(context, shape, picture.curves[k]));
    for (const level of picture.levels) this.level(context, level);
    shapes.forEach((shape, k) => this.course(context, shape, picture.curves[k]));
    for (const curve of picture.curves) this.points(context, curve);
    this.levelNames(context);
    drawSolved(context, this, shapes, this.ends(context, shapes));
    if (picture.cursor !== null) this.cursor(context);
  }

  /** What the axis has to hold: the courses and the levels, and most of the ranges. */
  values(shapes) {
    const { curves, levels } = this.picture;
    const found = levels.map(({ value }) => value);
    for (const { mean } of shapes) for (const value of mean) if (Number.isFinite(value)) found.push(value);
    for (const { points } of curves) for (const [, value] of points) found.push(value);
    return this.picture.log ? found.filter((value) => value > 0) : found;
  }

  /** Room at the right for the names of the levels. */
  margin(context) {
    context.font = `600 12px ${this.theme.font}`;
    return Math.max(MARGIN, ...this.picture.levels.map(({ name }) => context.measureText(name).width + BESIDE + 2));
  }

  toX(step) {
    return this.box.x + (step / this.picture.last) * this.box.w;
  }

  toY(value) {
    return this.box.y + (1 - placeOf(this.axis, value)) * this.box.h;
  }

  grid(context) {
    const { box, theme, picture } = this;
    context.font = `12px ${theme.font}`;
    context.lineWidth = 1;
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (const { value, text } of ticks(this.axis, Math.max(2, Math.floor(box.h / 26)))) {
      const y = Math.round(this.toY(value)) + 0.5;
      context.strokeStyle = css(theme.line);
      context.beginPath();
      context.moveTo(box.x, y);
      context.lineTo(box.x + box.w, y);
      context.stroke();
      context.fillStyle = css(theme.muted);
      context.fillText(text, box.x - 7, y);
    }
    if (!picture.foot) return;
    context.textBaseline = "top";
    for (const step of stepTicks(picture.last, Math.max(2, Math.floor(box.w / 90)))) {
      const text = step.toLocaleString("en");
      const half = context.measureText(text).width / 2;
      context.textAlign = "center";
      context.fillText(text, Math.min(this.width - half, this.toX(step)), box.y + box.h + 7);
    }
  }

  /** From the least to the greatest value of each pixel, pale. */
  range(context, { low, high, width }, { look }) {
    context.fillStyle = css(this.theme[look.colour], 0.2);
    const { box } = this;
    const pixel = box.w / width;
    if (this.picture.last < width) return; // each step has a pixel of its own: there is no range
    for (let x = 0; x < width && !Number.isNaN(low[x]); x += 1) {
      const top = this.toY(high[x]);
      context.fillRect(box.x + x * pixel, top, pixel, Math.max(1, this.toY(low[x]) - top));
    }
  }

  course(context, { mean, width }, { look, series }) {
    const { box, theme } = this;
    const pixel = box.w / width;
    context.beginPath();
    // Where steps are wider than pixels, each step is one point.
    const every = Math.max(1, Math.round(width / (this.picture.last + 1)));
    for (let x = 0; x < width && !Number.isNaN(mean[x]); x += every) context.lineTo(box.x + x * pixel, this.toY(mean[x]));
    context.strokeStyle = css(theme[look.colour]);
    context.lineWidth = 2.5;
    context.lineJoin = "round";
    context.setLineDash(look.dash);
    context.stroke();
    context.setLineDash([]);
    if (series.length === 1) context.strokeRect(box.x - 1, this.toY(series.at(0)) - 1, 2, 2);
  }

  level(context, { value }) {
    const y = Math.round(this.toY(value)) + 0.5;
    context.strokeStyle = css(this.theme.text, 0.75);
    context.lineWidth = 1.25;
    context.setLineDash([2, 4]);
    context.beginPath();
    context.moveTo(this.box.x, y);
    context.lineTo(this.box.x + this.box.w, y);
    context.stroke();
    context.setLineDash([]);
  }

  /** Each level's name stands beside its line, none over another. */
  levelNames(context) {
    const { box, theme, picture } = this;
    const spots = apart(picture.levels.map(({ value }) => this.toY(value)), LINE, box.y + 4, box.y + box.h - 6);
    context.font = `600 12px ${theme.font}`;
    context.textAlign = "left";
    context.textBaseline = "middle";
    picture.levels.forEach(({ name }, k) => this.halo(context, name, box.x + box.w + BESIDE, spots[k], theme.text));
  }

  halo(context, text, x, y, colour) {
    context.lineJoin = "round";
    context.lineWidth = 4;
    context.strokeStyle = css(this.theme.back, 0.9);
    context.strokeText(text, x, y);
    context.fillStyle = css(colour);
    context.fillText(text, x, y);
  }

  points(context, { points, look }) {
    const { theme } = this;
    context.lineWidth = 2;
    const least = 11;
    let before = -Infinity;
    points.forEach(([step, value], k) => {
      const x = this.toX(step);
      if (!Number.isFinite(value) || (x - before < least && k < points.length - 1)) return;
      before = x;
      context.fillStyle = css(theme.back);
      context.strokeStyle = css(theme[look.colour]);
      marker(context, look.shape, x, this.toY(value), 4.5);
      context.fill();
      context.stroke();
    });
  }

  /** Each of several tracks' letter where its course has come to. @returns {import("./placing.mjs").Taken[]} */
  ends(context, shapes) {
    const { curves } = this.picture;
    if (curves.length < 2) return [];
    const ends = shapes.map(({ mean }) => mean.findLastIndex((value) => !Number.isNaN(value)));
    const spots = apart(ends.map((x, k) => (x < 0 ? 0 : this.toY(shapes[k].mean[x]))), LINE, this.box.y + 8, this.box.y + this.box.h - 6);
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.font = `700 13px ${this.theme.font}`;
    return curves.flatMap(({ look, letter }, k) => {
      if (ends[k] < 0) return [];
      const width = context.measureText(letter).width;
      const x = this.box.x + (ends[k] * this.box.w) / shapes[k].width;
      const room = this.box.x + this.box.w - x > width + 12;
      const [left, y] = [x + (room ? 7 : -7 - width), spots[k] + (room ? 0 : -12)];
      this.halo(context, letter, left, y, this.theme[look.colour]);
      return [{ left: left - 2, right: left + width + 2, top: y - LINE / 2, bottom: y + LINE / 2, weight: 100 }];
    });
  }

  cursor(context) {
    const x = Math.round(this.toX(Math.min(this.picture.cursor, this.picture.last))) + 0.5;
    context.strokeStyle = css(this.theme.text);
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(x, this.box.y);
    context.lineTo(x, this.box.y + this.box.h);
    context.stroke();
  }
}
