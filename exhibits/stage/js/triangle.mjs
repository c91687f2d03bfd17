/**
 * The triangle: ‖∂L_k/∂h_t‖ as a heat map, one row for each loss, one column for each step, colours
 * on a log scale with its decades in the legend. It is painted once; the marks of cursor, loss and
 * pointer are elements above it. Keys move the pointer's mark, Enter is a click.
 */

import { gradientName } from "./blame_words.mjs";
import { html, Part, pointIn, prepare, scaleOf } from "./dom.mjs";
import { sign } from "./narration.mjs";
import { css, decadeLabels, mix, onLog, powerOfTen, significant } from "./scales.mjs";

const GUTTER = 34;
/** Above the map, with the legend in its corner or above it. */
const HEAD = { corner: 22, above: 42 };
const FOOT = 36;
const TALLEST = { map: 390, row: 26 };
/** Fewer rows leave no corner for the legend. */
const LEAST_ROWS = 8;
/** So many colours are told apart. */
const SHADES = 255;
/** From this size on cells stand apart, and a row's text at its end. */
const APART = 9;
const LABELLED = 13;

/** The colour at a place of the log scale, 0…1: from paper over the gradient's own hue into ink. */
export function heat(theme, share) {
  const turn = 0.68;
  return share <= turn ? mix(theme["gradient-low"], theme.gradient, share / turn)
    : mix(theme.gradient, theme.text, (0.62 * (share - turn)) / (1 - turn));
}

export class Triangle {
  /**
   * @param {HTMLElement} root
   * @param {{hover(source: number|null): void, pick(source: number, t: number): void}} act
   */
  constructor(root, act) {
    this.act = act;
    this.node = html("div", { class: "triangle", role: "slider", tabindex: "0" }, root);
    this.canvas = html("canvas", { "aria-hidden": "true" }, this.node);
    this.column = new Part(html("div", { class: "triangle-column" }, this.node));
    this.row = new Part(html("div", { class: "triangle-row" }, this.node));
    this.spot = new Part(html("div", { class: "triangle-spot" }, this.node));
    this.legend = html("div", { class: "triangle-legend", "aria-hidden": "true" }, this.node);
    this.readout = new Part(html("p", { class: "triangle-readout", "aria-hidden": "true" }, this.node));
    this.at = null;
    this.node.onpointermove = (event) => event.pointerType !== "touch" && this.point(this.under(event));
    this.node.onpointerleave = () => this.point(null);
    this.node.onclick = (event) => this.click(this.under(event));
    this.node.onkeydown = (event) => this.key(event);
    this.node.onfocus = () => this.node.matches(":focus-visible") && this.point(this.at ?? this.home());
    this.node.onblur = () => this.point(null);
  }

  /** @param {{run: import("./decode.mjs").RunData, sources: import("./shares.mjs").Sources,
   *   axis: {low: number, high: number}, theme: object, width: number}} given */
  layout(given) {
    Object.assign(this, given);
    const { steps } = this.run;
    const rows = this.sources.losses.length;
    this.plot = this.width - GUTTER;
    this.cell = { width: this.plot / steps, height: Math.min(TALLEST.row, TALLEST.map / Math.max(1, rows)) };
    this.high = rows * this.cell.height;
    this.corner = !this.sources.square && rows >= LEAST_ROWS && this.high > 150;
    this.head = this.corner ? HEAD.corner : HEAD.above;
    this.node.style.height = `${this.head + this.high + FOOT}px`;
    this.node.setAttribute("aria-valuemin", "0");
    this.node.setAttribute("aria-valuemax", String(steps - 1));
    this.node.setAttribute("aria-label", "Losses against steps: the norm of each loss’s own gradient. Left and right move "
      + "through time, up and down through the losses, Enter keeps a loss");
    this.valid = this.at && this.at.t < steps && this.sources.has(this.at.source);
    if (!this.valid) this.at = null;
    this.repaint();
    this.mark();
    this.moved = null;
  }

  x = (t) => GUTTER + t * this.cell.width;
  y = (row) => this.head + row * this.cell.height;

  /** Once for each set of norms, width, theme, axis and scale on the screen. */
  repaint() {
    const { theme, axis, sources, width, run } = this;
    const scale = (globalThis.devicePixelRatio || 1) * scaleOf(this.node);
    const state = [width, theme.key, axis.low, axis.high, scale, run.header.input.labels.join("\n")].join(" ");
    if (this.painted === state && this.paintedOf === sources) return;
    [this.painted, this.paintedOf] = [state, sources];
    this.colours = Array.from({ length: SHADES + 1 }, (_, k) => css(heat(theme, k / SHADES)));
    this.paint();
    this.showLegend();
  }

  paint() {
    const { theme, sources, cell } = this;
    const nothing = css(theme.panel);
    const context = prepare(this.canvas, this.width, this.head + this.high + FOOT);
    const gap = Math.min(cell.width, cell.height) >= APART ? 1 : 0;
    sources.losses.forEach((source, row) => {
      const [top, bottom] = [Math.round(this.y(row)), Math.round(this.y(row + 1))];
      for (let t = 0; sources.reaches(source, t); t++) {
        const value = sources.at(source, t);
        const [left, right] = [Math.round(this.x(t)), Math.round(this.x(t + 1))];
        context.fillStyle = value > 0 ? this.colours[Math.round(SHADES * onLog(value, this.axis))] : nothing;
        context.fillRect(left, top, Math.max(1, right - left - gap), Math.max(1, bottom - top - gap));
        if (value === 0 && gap) this.nothing(context, (left + right) / 2, (top + bottom) / 2);
      }
    });
    this.label(context);
  }

  /** An exact 0 is not "very small": a dot on an empty cell. */
  nothing(context, x, y) {
    context.fillStyle = css(this.theme.muted);
    context.fillRect(x - 1, y - 1, 2, 2);
  }

  label(context) {
    const { theme, sources, cell, run } = this;
    context.font = `12px ${theme.font}`;
    context.fillStyle = css(theme.muted);
    context.textBaseline = "middle";
    context.textAlign = "right";
    const every = (size, least) => [1, 2, 5, 10, 20, 25, 50, 100].find((n) => n * size >= least) ?? 200;
    const byRow = every(cell.height, 14);
    sources.losses.forEach((source, row) => {
      if (row % byRow === 0) context.fillText(String(source), GUTTER - 6, this.y(row + 0.5));
    });
    this.labelEnds(context);
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    const byColumn = every(cell.width, 24);
    for (let t = 0; t < run.steps; t += byColumn) context.fillText(String(t), this.x(t + 0.5), this.head + this.high + 14);
    context.fillText("felt at time step t", GUTTER + this.plot / 2, this.head + this.high + FOOT - 5);
    context.textAlign = "left";
    context.fillText("loss at step k", 0, this.head - 8);
  }

  /** What was read at the step of a loss, where its row ends. */
  labelEnds(context) {
    const { theme, sources, cell, run } = this;
    if (sources.square || run.header.input.kind !== "text" || cell.height < LABELLED || cell.width < 8) return;
    context.save();
    context.font = `600 13px ${theme.mono}`;
    context.fillStyle = css(theme.text);
    context.textAlign = "left";
    sources.losses.forEach((source, row) => {
      if (source + 1 < run.steps) context.fillText(sign(run.header.input.labels[source]), this.x(source + 1) + 4, this.y(row + 0.5));
    });
    context.restore();
  }

  /** The scale with its decades; it stands in the empty corner where there is one. */
  showLegend() {
    const { theme, axis } = this;
    this.node.toggleAttribute("data-corner", this.corner);
    const wide = Math.min(200, this.plot * 0.44);
    const stops = Array.from({ length: 9 }, (_, k) => css(heat(theme, k / 8)));
    const name = html("span", { class: "triangle-name" });
    name.textContent = "‖∂Lₖ/∂hₜ‖";
    const ramp = html("i");
    ramp.style.background = `linear-gradient(90deg, ${stops.join(", ")})`;
    const marks = decadeLabels(axis, wide / 34).map((power) => {
      const mark = html("span", { class: "triangle-decade" });
      mark.textContent = powerOfTen(power);
      mark.style.left = `${(100 * (power - axis.low)) / (axis.high - axis.low)}%`;
      return mark;
    });
    const scale = html("div", { class: "triangle-scale" });
    scale.style.width = `${wide}px`;
    scale.append(ramp, ...marks);
    this.legend.replaceChildren(name, scale);
  }

  /** The step and loss at a point of the window. */
  under(event) {
    const { x, y } = pointIn(this.node, event);
    const t = Math.floor((x - GUTTER) / this.cell.width);
    const source = this.sources.losses[Math.floor((y - this.head) / this.cell.height)];
    return source !== undefined && this.sources.reaches(source, t) ? { source, t } : null;
  }

  point(at) {
    if (at?.source === this.at?.source && at?.t === this.at?.t) return;
    this.at = at;
    this.act.hover(at ? at.source : null);
    this.mark();
  }

  click(at) {
    if (at) this.act.pick(at.source, at.t);
  }

  /** Where the keys begin: at the loss that is kept, or the last one, and the clock's step. */
  home() {
    const source = this.shown ?? this.sources.losses.at(-1);
    if (source === undefined) return null;
    return { source, t: this.sources.square ? this.step ?? source : Math.min(this.step ?? source, source) };
  }

  key(event) {
    const at = this.at ?? this.home();
    if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
    const { losses, square, steps } = this.sources;
    const row = losses.indexOf(at.source);
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
      PageUp: [-10, 0], PageDown: [10, 0], Home: [0, -steps], End: [0, steps] }[event.key];
    if (by) {
      const source = losses[Math.min(losses.length - 1, Math.max(0, row + by[0]))];
      const t = Math.min(square ? steps - 1 : source, Math.max(0, at.t + by[1]));
      this.point({ source, t });
    } else if (event.key === "Enter" || event.key === " ") this.click(at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The loss that is played alone, or null. */
  show(source) {
    this.shown = source;
    const row = this.sources.losses.indexOf(source);
    this.row.style("display", row < 0 ? "none" : "block");
    if (row < 0) return;
    const wide = (this.sources.square ? this.run.steps : source + 1) * this.cell.width;
    const high = Math.max(4, this.cell.height);
    this.row.style("width", `${wide + 2}px`);
    this.row.style("height", `${high + 3}px`);
    this.row.style("transform", `translate(${GUTTER - 2}px, ${this.y(row + 0.5) - high / 2 - 2}px)`);
  }

  mark() {
    const { at } = this;
    this.spot.style("display", at ? "block" : "none");
    const value = at && this.sources.at(at.source, at.t);
    const said = at ? `‖${gradientName(at.source, at.t)}‖ = ${significant(value)}` : "";
    this.readout.text(said);
    this.node.setAttribute("aria-valuenow", String(at?.t ?? 0));
    this.node.setAttribute("aria-valuetext", at ? `loss at t = ${at.source}, felt at t = ${at.t}: ${significant(value)}` : "no cell");
    if (!at) return;
    const [wide, high] = [Math.max(7, this.cell.width + 3), Math.max(7, this.cell.height + 3)];
    this.spot.style("width", `${wide}px`);
    this.spot.style("height", `${high}px`);
    const row = this.sources.losses.indexOf(at.source);
    this.spot.style("transform", `translate(${this.x(at.t + 0.5) - wide / 2}px, ${this.y(row + 0.5) - high / 2}px)`);
  }

  /** @param {import("./graph.mjs").Frame} frame */
  draw(frame) {
    this.step = frame.step;
    if (this.moved === null) {
      this.column.style("width", `${Math.max(3, this.cell.width) + 2}px`);
      this.column.style("height", `${this.high + 3}px`);
      this.column.style("top", `${this.head - 2}px`);
      this.moved = true;
    }
    this.column.style("transform", `translateX(${Math.round(10 * (this.x(frame.place) - 1.5)) / 10}px)`);
  }
}
