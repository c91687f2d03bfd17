/** One heat map: training runs to the right, the sequence or the lags upwards; a cursor that all maps share. */

import { html, pointIn, prepare } from "../../stage/js/dom.mjs";
import { css, significant } from "../../stage/js/scales.mjs";
import { columnEdges, logStepTicks, stepShare } from "./axis.mjs";
import { FIELDS, endsOf, pixelsOf, scaleOf } from "./fields.mjs";
import { labelledRows } from "./labels.mjs";
import { rangeWords } from "./words.mjs";

const LEFT = 30;
const GAP = 5;
const LABEL_HEIGHT = 16;
const FOOT = 20;
const HEIGHT = 118;

export class HeatMap {
  /** @param {HTMLElement} parent @param {string} field @param {{scrub(share: number): void, over(words: string): void}} act */
  constructor(parent, field, act) {
    this.field = field;
    this.act = act;
    const { name, says } = FIELDS[field];
    this.root = html("figure", { class: "map" }, parent);
    this.left = LEFT;
    this.head = html("figcaption", {}, this.root);
    html("b", {}, this.head).textContent = name;
    html("span", { class: "says" }, this.head).textContent = says;
    const legend = html("span", { class: "legend" }, this.head);
    this.low = html("span", {}, legend);
    this.ramp = html("i", { class: "ramp" }, legend);
    this.high = html("span", {}, legend);
    this.canvas = html("canvas", { role: "img" }, this.root);
    this.hold = document.createElement("canvas");
    this.listen();
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.drag(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) this.drag(event);
      this.act.over(this.told(pointIn(canvas, event)));
    });
    canvas.addEventListener("pointerleave", () => this.act.over(""));
  }

  drag(event) {
    const share = (pointIn(this.canvas, event).x - this.left) / this.plotWidth;
    this.act.scrub(Math.min(1, Math.max(0, share)));
  }

  get plotWidth() {
    return Math.max(1, this.width - this.left - 2);
  }

  /** What stands under the pointer. */
  told({ x, y }) {
    const { steps, rows } = this;
    const share = (x - this.left) / this.plotWidth;
    if (!steps?.length || share < 0 || share > 1 || y < 0 || y >= HEIGHT) return "";
    const at = Math.max(0, this.edges.findLastIndex((edge) => edge <= share));
    const column = Math.min(at, steps.length - 1);
    const t = Math.min(rows[0].length - 1, Math.floor((1 - y / HEIGHT) * rows[0].length));
    const value = rows[column][t];
    const words = Number.isNaN(value) ? "no loss stands here" : significant(value, 3);
    return `${FIELDS[this.field].name}, step ${steps[column].toLocaleString("en")}, ${this.up} = ${this.heights[t]}: ${words}`;
  }

  /**
   * @param {number[]} steps the snapshots, ascending @param {Float32Array[]} rows their values over time, or by lag
   * @param {{lags: import("./run_data.mjs").Lags[], chance: number}} task @param {Record<string, any>} theme @param {number} width
   */
  draw(steps, rows, { lags, chance }, theme, width) {
    const { upwards } = FIELDS[this.field];
    Object.assign(this, { steps, rows, theme, width, up: upwards ?? "t" });
    this.heights = upwards ? lags.map(([first, last]) => rangeWords(first, last)) : Array.from(rows[0] ?? [], (_, t) => String(t));
    this.ends = upwards ? [lags[0]?.[0] ?? 0, lags.at(-1)?.[1] ?? 0] : [0, Math.max(0, this.heights.length - 1)];
    this.last = steps[steps.length - 1] ?? 1;
    this.edges = columnEdges(steps, this.last);
    const ends = endsOf(this.field, theme);
    const scale = scaleOf(this.field, rows, chance);
    this.low.textContent = scale.low;
    this.high.textContent = scale.high;
    this.ramp.style.background = `linear-gradient(90deg, ${css(ends[0])}, ${css(ends[1])})`;
    this.canvas.setAttribute("aria-label", this.label(scale));
    const context = prepare(this.canvas, width, HEIGHT + FOOT);
    context.font = `12px ${theme.font}`;
    this.widen(context);
    context.fillStyle = css(theme.panel);
    context.fillRect(this.left, 0, this.plotWidth, HEIGHT);
    if (steps.length) this.paint(context, pixelsOf(rows, scale.share, ends));
    this.ticks(context);
  }

  /** As much room on the left as the widest label needs. */
  widen(context) {
    const widest = Math.max(0, ...this.heights.map((text) => context.measureText(text).width));
    this.left = Math.max(LEFT, Math.ceil(widest) + GAP);
    this.head.style.paddingLeft = `${this.left}px`;
  }

  label(scale) {
    const { name, says } = FIELDS[this.field];
    const { ends: [lowest, highest], last, up } = this;
    const over = up === "t" ? "time steps" : "lags";
    return `Heat map: ${name}, ${says}, over training steps 0 to ${last} and ${over} ${lowest} to ${highest}, from ${scale.low} to ${scale.high}.`;
  }

  paint(context, { pixels, width, height }) {
    const { hold, edges } = this;
    hold.width = width;
    hold.height = height;
    hold.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
    context.imageSmoothingEnabled = false;
    for (let k = 0; k < width; k += 1) {
      const from = this.left + Math.round(edges[k] * this.plotWidth);
      const to = this.left + Math.round((edges[k + 1] ?? 1) * this.plotWidth);
      context.drawImage(hold, k, 0, 1, height, from, 0, Math.max(1, to - from), HEIGHT);
    }
  }

  ticks(context) {
    context.fillStyle = css(this.theme.muted);
    this.rowLabels(context);
    context.textBaseline = "top";
    for (const step of logStepTicks(this.last, this.plotWidth)) {
      const text = step.toLocaleString("en");
      const half = context.measureText(text).width / 2;
      context.textAlign = "center";
      const x = this.left + stepShare(step, this.last) * this.plotWidth;
      context.fillText(text, Math.min(this.width - half, Math.max(this.left + half * (step === 0 ? 0 : 1), x)), HEIGHT + 5);
    }
  }

  /** Lags at their rows; of time steps the first and the last, and what they are. */
  rowLabels(context) {
    const { heights, up } = this;
    const right = this.left - GAP;
    const write = (text, baseline, y) => {
      context.textBaseline = baseline;
      context.fillText(text, right, y);
    };
    context.textAlign = "right";
    if (up === "t") {
      write(heights[0] ?? "", "bottom", HEIGHT);
      write(heights.at(-1) ?? "", "top", 0);
      write(up, "middle", HEIGHT / 2);
      return;
    }
    for (const row of labelledRows(heights.length, HEIGHT, LABEL_HEIGHT)) {
      const y = HEIGHT * (1 - (row + 0.5) / heights.length);
      write(heights[row], "middle", Math.min(HEIGHT - LABEL_HEIGHT / 2, Math.max(LABEL_HEIGHT / 2, y)));
    }
  }

  /** Where a snapshot's cursor stands, in pixels from the left of the map. */
  place(step) {
    return this.left + stepShare(step, this.last) * this.plotWidth;
  }
}

export const MAP_HEIGHT = HEIGHT;
