/**
 * The LSTM's two ways back, per step, on one log axis about a middle line: upwards what comes
 * straight along the conveyor, downwards what comes through the gates.
 */

import { subscript } from "./shares.mjs";
import { html, Part, prepare } from "./dom.mjs";
import { css, decadeLabels, onLog, powerOfTen, significant } from "./scales.mjs";

const GUTTER = 34;
const HALF = 92;
const LABEL = 20;
const FOOT = 18;
const HEIGHT = 2 * LABEL + 2 * HALF + FOOT;

export class PathSplit {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.title = new Part(html("h4", { class: "blame-title" }, root));
    this.plot = html("div", { class: "path-plot" }, root);
    this.canvas = html("canvas", { role: "img" }, this.plot);
    this.column = new Part(html("div", { class: "triangle-column" }, this.plot));
    this.says = new Part(html("p", { class: "panel-note" }, root));
  }

  /**
   * @param {{run: import("./decode.mjs").RunData, split: {straight: Float64Array, gates: Float64Array}|null,
   *   source: number|null, problem: string|null, axis: {low: number, high: number}, theme: object, width: number}} given
   *   `split` null: it has not come yet
   */
  layout(given) {
    Object.assign(this, given);
    const { source, problem } = this;
    this.cellWidth = (this.width - GUTTER) / this.run.steps;
    this.title.text(source === null ? "Two ways back to the cell state" : `Two ways back from the loss at t = ${source}`);
    this.plot.hidden = problem !== null;
    this.told = null;
    if (problem) {
      this.says.text(problem);
      return;
    }
    this.paint();
    this.canvas.setAttribute("aria-label", `Norms by time step on a log axis from ${powerOfTen(this.axis.low)} to `
      + `${powerOfTen(this.axis.high)}: upwards straight along the conveyor, downwards through the gates.`);
    this.column.style("width", `${Math.max(3, this.cellWidth) + 2}px`);
    this.column.style("height", `${2 * HALF + 2}px`);
    this.column.style("top", `${LABEL - 1}px`);
  }

  paint() {
    const { theme } = this;
    const context = prepare(this.canvas, this.width, HEIGHT);
    this.rule(context);
    this.name(context);
    if (!this.split) return;
    const wide = this.cellWidth > 5 ? Math.min(this.cellWidth * 0.72, 46) : Math.max(1, this.cellWidth - 0.6);
    const middle = LABEL + HALF;
    for (let t = 0; t < this.run.steps; t++) {
      const x = GUTTER + (t + 0.5) * this.cellWidth;
      this.bar(context, this.split.straight[t], x, wide, middle - 1, -1, theme.gradient);
      this.bar(context, this.split.gates[t], x, wide, middle + 1, 1, theme["gate-high"]);
    }
  }

  rule(context) {
    const { theme, axis } = this;
    const labels = decadeLabels(axis, 4);
    context.font = `12px ${theme.font}`;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (let power = axis.low; power <= axis.high; power++) {
      const far = (HALF * (power - axis.low)) / (axis.high - axis.low);
      for (const side of power === axis.low ? [-1] : [-1, 1]) {
        const y = Math.round(LABEL + HALF + side * far);
        context.globalAlpha = power === axis.low || labels.includes(power) ? 1 : 0.45;
        context.fillStyle = css(power === axis.low ? theme.muted : theme.line);
        context.fillRect(GUTTER, y, this.width - GUTTER, 1);
        context.globalAlpha = 1;
        context.fillStyle = css(theme.muted);
        if (labels.includes(power)) context.fillText(powerOfTen(power), GUTTER - 5, y);
      }
    }
  }

  name(context) {
    const { theme } = this;
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
    context.font = `600 13px ${theme.font}`;
    context.fillStyle = css(theme.gradient);
    context.fillText("↑ straight along the conveyor", GUTTER, 13);
    context.fillStyle = css(theme["gate-high"]);
    context.fillText("↓ through the gates", GUTTER, LABEL + 2 * HALF + 15);
    const every = [1, 2, 5, 10, 20, 25, 50, 100].find((n) => n * this.cellWidth >= 24) ?? 200;
    context.font = `12px ${theme.font}`;
    context.fillStyle = css(theme.muted);
    context.textAlign = "center";
    for (let t = 0; t < this.run.steps; t += every) {
      context.fillText(String(t), GUTTER + (t + 0.5) * this.cellWidth, HEIGHT - 3);
    }
  }

  bar(context, value, x, wide, from, side, colour) {
    if (!(value > 0)) return;
    context.fillStyle = css(colour);
    const size = onLog(value, this.axis) * HALF;
    if (size > 0) {
      context.fillRect(x - wide / 2, side < 0 ? from - size : from, wide, size);
      return;
    }
    // Below the axis: a wedge that points at the middle line.
    const half = Math.min(3.5, wide / 2);
    context.beginPath();
    context.moveTo(x - half, from + side * 5);
    context.lineTo(x + half, from + side * 5);
    context.lineTo(x, from);
    context.fill();
  }

  /** @param {import("./graph.mjs").Frame} frame */
  draw(frame) {
    if (this.problem) return;
    const x = GUTTER + frame.place * this.cellWidth - 1;
    this.column.style("transform", `translateX(${Math.round(10 * x) / 10}px)`);
    if (this.told === frame.step) return;
    this.told = frame.step;
    this.says.text(this.split ? this.sentence(frame.step) : "Taking this loss apart…");
  }

  sentence(t) {
    const [straight, gates] = [this.split.straight[t], this.split.gates[t]];
    const what = this.source === null ? "∂L" : `∂L${subscript(this.source)}`;
    const lead = `${what}/∂c${subscript(t)}:`;
    if (straight === 0 && gates === 0) return `${lead} nothing reaches this step.`;
    return `${lead} straight along the conveyor ${significant(straight, 3)}, through the gates ${significant(gates, 3)}.`;
  }
}
