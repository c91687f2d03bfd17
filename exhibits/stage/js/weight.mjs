/**
 * The shared weight W_hh: drawn once, with a rail to every column that uses it. Going back, each
 * column sends its term along the rail, and the running sum grows in a bar of its own.
 */

import { line, part, svg, prepare } from "./dom.mjs";
import { arrived, ramp } from "./progress.mjs";
import { css, diverging, significant } from "./scales.mjs";

export class SharedWeight {
  /** @param {SVGSVGElement} root @param {HTMLCanvasElement} picture */
  constructor(root, picture) {
    this.picture = picture;
    const group = svg("g", { class: "weight" });
    root.prepend(group);
    this.rail = line("line", { class: "rail" }, group);
    this.lit = line("line", { class: "rail lit" }, group);
    this.track = part("rect", { class: "sum-track", rx: 4 }, group);
    this.sum = part("rect", { class: "sum", rx: 4 }, group);
    this.name = part("text", { class: "row-label weight-name" }, group);
    this.note = part("text", { class: "row-label" }, group);
    this.dot = part("circle", { class: "signal gradient", r: 4 }, group);
  }

  /** @param {import("./graph.mjs").Scene} scene */
  layout(scene, theme) {
    this.scene = scene;
    const { geometry, run, seen } = scene;
    const y = geometry.rows.rail;
    this.size = geometry.narrow ? 22 : 34;
    this.sums = run.of(seen, "weight_sum");
    this.terms = run.of(seen, "weight_term");
    this.picture.style.left = "0px";
    this.picture.style.top = `${y - this.size / 2}px`;
    this.paint(theme);
    const start = -geometry.gutter + this.size;
    for (const rail of [this.rail, this.lit]) {
      rail.set("x1", start);
      rail.set("y1", y);
      rail.set("y2", y);
    }
    const from = geometry.narrow ? start : start + 8;
    this.room = (geometry.narrow ? geometry.axis * 0.96 : geometry.gutter - this.size - 20);
    this.from = from;
    for (const bar of [this.track, this.sum]) {
      bar.set("x", from);
      bar.set("y", y - 4.5);
      bar.set("height", 9);
    }
    this.track.set("width", this.room);
    this.name.set("x", from);
    this.name.set("y", y - 9);
    this.note.set("x", from);
    this.note.set("y", y + 18);
    if (!geometry.narrow) return;
    // No room beside the thumbnail: its letter above it; going back, the sum below it.
    this.name.set("x", -geometry.gutter + 5);
    this.name.set("y", y - this.size / 2 - 4);
    this.note.set("x", -geometry.gutter);
    this.note.set("y", y + this.size / 2 + 12);
  }

  /** W itself as a small heat map, gates side by side turned upright. */
  paint(theme) {
    const { run, seen } = this.scene;
    const weight = run.of(seen, "weight");
    const context = prepare(this.picture, this.size, this.size);
    this.picture.setAttribute("aria-label", weight
      ? `The shared recurrent weight W, ${weight.length / run.hidden} by ${run.hidden}`
      : "The shared recurrent weight W");
    if (!weight) return;
    // It travels as parts of its own largest; its colours are those of the largest of all.
    const own = run.of(seen, "weight_limit")[0];
    const colour = diverging(theme.negative, theme.zero, theme.positive, (127.5 * this.scene.scales.weight) / own);
    const rows = weight.length / run.hidden;
    const image = new ImageData(run.hidden, rows);
    for (let k = 0; k < weight.length; k++) image.data.set([...colour(weight[k] - 127.5), 255], 4 * k);
    const small = new OffscreenCanvas(run.hidden, rows);
    small.getContext("2d").putImageData(image, 0, 0);
    context.imageSmoothingEnabled = rows > this.size;
    context.imageSmoothingQuality = "high";
    context.drawImage(small, 0, 0, this.size, this.size);
    context.strokeStyle = css(theme.line);
    context.strokeRect(0.5, 0.5, this.size - 1, this.size - 1);
  }

  /** @param {import("./graph.mjs").Frame} frame @param {Float64Array} middles */
  draw(frame, middles) {
    const { geometry, run, direction } = this.scene;
    const { weights, step } = frame;
    const back = weights.backward > 0.5 && this.sums !== null;
    const tap = (t) => middles[t] - geometry.boxWidth / 2 + 7;
    const ends = [tap(0), tap(run.steps - 1)];
    this.rail.set("x2", Math.max(...ends));
    const reached = back ? Math.max(...ends) : Math.max(tap(step), direction < 0 ? tap(run.steps - 1) : -Infinity);
    this.lit.set("x2", reached);
    this.lit.fade(0.55 * (1 - 0.6 * weights.loss));
    const sum = back ? significant(this.sums[step], 3) : "";
    if (geometry.narrow) {
      this.name.text("W");
      this.note.text(back ? `‖∂L/∂W‖ ${significant(this.sums[step], 2)}` : "");
    } else {
      this.name.text(back ? "∂L/∂W so far" : "shared weight W");
      this.note.text(back ? `‖Σ‖ = ${sum}` : "used at every t");
    }
    for (const bar of [this.track, this.sum]) bar.set("visibility", back ? "visible" : "hidden");
    if (back) this.sum.set("width", this.length(frame));
    this.drawDot(frame, back, tap);
  }

  /** The bar's length between two steps: the sum before the term, then with it. */
  length(frame) {
    const { direction, run } = this.scene;
    const at = Math.min(run.steps - 1, Math.max(0, frame.place));
    const [from, to] = direction > 0 ? [Math.ceil(at), Math.floor(at)] : [Math.floor(at), Math.ceil(at)];
    const share = from === to ? 1 : ramp(Math.abs(from - at), 0.5, 1);
    const value = this.sums[from] + (this.sums[to] - this.sums[from]) * share;
    return Math.max(1, (this.room * value) / this.scene.scales.weightSum);
  }

  /** The term on its way from the column to W. */
  drawDot(frame, back, tap) {
    const { direction, geometry } = this.scene;
    const to = direction > 0 ? Math.floor(frame.place + 1e-6) : Math.ceil(frame.place - 1e-6);
    const share = ramp(arrived(to, frame.place, -direction), 0.45, 1);
    const shown = back && share > 0 && share < 1 && this.terms[to] !== 0;
    this.dot.set("visibility", shown ? "visible" : "hidden");
    if (!shown) return;
    this.dot.set("cx", tap(to) + (this.from + this.room - tap(to)) * share);
    this.dot.set("cy", geometry.rows.rail);
  }
}
