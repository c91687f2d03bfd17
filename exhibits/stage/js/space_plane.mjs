/**
 * The path of the state in a plane, as a picture: what does not move is drawn by `layout`, the
 * cursor and what it has passed by `draw`.
 */

import { Part, part, pointIn, svg } from "./dom.mjs";
import { named, sign } from "./narration.mjs";
import { css, mix, onLog, significant } from "./scales.mjs";
import { drawMark } from "./space_marks.mjs";
import { equalScales, headedSegments, heldWithin, nearestStep, placeLabels, pointAt, roundTicks } from "./space_path.mjs";

const MARGIN = { left: 46, top: 8, right: 8, bottom: 44 };
/** Pixels from a point within which a click or the pointer means it. */
const REACH = 22;
/** Pixels of the gradient's arrow, at the foot and at the top of its log axis. */
const ARROW = [22, 92];

/** Early steps are pale, late ones strong: nearer to the page, nearer to the text. */
export const timeColours = (theme) => [mix(theme.back, theme.accent, 0.42), mix(theme.accent, theme.text, 0.35)];

/**
 * @typedef {Object} Drawn
 * @property {import("./space_path.mjs").Point[]} path    of every step
 * @property {import("./space_path.mjs").Point} start     the state before the first step
 * @property {import("./space_path.mjs").Point[]|null} ghost
 * @property {import("./space_path.mjs").Point[]|null} gradient  −∂L/∂h_t in the plane
 * @property {[string, string]} names of the axes
 * @property {Point[]} corners       of the box that path and start are within
 * @property {number|null} bound     the largest value that a unit can have, where the axes are units
 */

export class Plane {
  /** @param {HTMLElement} root @param {import("./track.mjs").Track} track @param {(k: number) => void} choose */
  constructor(root, track, choose) {
    this.track = track;
    this.choose = choose;
    this.root = svg("svg", { class: "space-picture", role: "slider", tabindex: 0, "aria-label": "Step along the path of the state" }, root);
    this.still = svg("g", {}, this.root);
    this.path = svg("g", {}, this.root);
    this.marks = svg("g", {}, this.root);
    this.labels = svg("g", { class: "space-labels" }, this.root);
    this.arrow = part("path", { class: "space-gradient" }, this.root);
    this.halo = part("circle", { class: "space-halo", r: 11 }, this.root);
    this.dot = part("circle", { class: "space-dot", r: 7.5 }, this.root);
    this.here = part("text", { class: "space-here" }, this.root);
    this.read = part("text", { class: "space-read" }, this.root);
    this.root.addEventListener("click", (event) => this.click(event));
    this.root.addEventListener("pointermove", (event) => this.hover(event));
    this.root.addEventListener("pointerleave", () => this.tell(null));
  }

  /** @param {Drawn} drawn @param {number} width @param {number} height */
  layout(drawn, theme, width, height) {
    Object.assign(this, { drawn, theme, width, height });
    this.box = { left: MARGIN.left, top: MARGIN.top, right: width - MARGIN.right, bottom: height - MARGIN.bottom };
    const limits = drawn.bound === null ? [] : [[-drawn.bound, -drawn.bound], [drawn.bound, drawn.bound]];
    this.scales = equalScales([...drawn.corners, ...(drawn.ghost ?? []), ...limits], this.box, drawn.bound === null ? 0.12 : 0.03);
    this.pixels = drawn.path.map((point) => this.scales.place(point));
    this.root.setAttribute("width", String(width));
    this.root.setAttribute("height", String(height));
    this.root.setAttribute("aria-valuemin", "0");
    this.root.setAttribute("aria-valuemax", String(drawn.path.length - 1));
    this.drawAxes();
    this.drawPath();
    this.drawLabels();
    this.here.set("class", this.text ? "space-here" : "space-here number");
    this.shown = null;
  }

  drawAxes() {
    const { left, top, right, bottom } = this.box;
    this.still.replaceChildren();
    svg("rect", { class: "space-frame", x: left, y: top, width: right - left, height: bottom - top, rx: 6 }, this.still);
    const text = (words, attributes) => { svg("text", attributes, this.still).textContent = words; };
    for (const value of roundTicks(this.scales.x, (right - left) / 90)) {
      const [x] = this.scales.place([value, 0]);
      svg("line", { class: value === 0 ? "space-zero" : "space-grid", x1: x, x2: x, y1: top, y2: bottom }, this.still);
      text(significantTick(value), { class: "space-tick", x, y: bottom + 16, "text-anchor": "middle" });
    }
    for (const value of roundTicks(this.scales.y, (bottom - top) / 70)) {
      const [, y] = this.scales.place([0, value]);
      svg("line", { class: value === 0 ? "space-zero" : "space-grid", x1: left, x2: right, y1: y, y2: y }, this.still);
      text(significantTick(value), { class: "space-tick", x: left - 7, y: y + 4, "text-anchor": "end" });
    }
    text(this.drawn.names[0], { class: "space-axis", x: (left + right) / 2, y: bottom + 36, "text-anchor": "middle" });
    text(this.drawn.names[1], { class: "space-axis", "text-anchor": "middle", transform: `translate(12 ${(top + bottom) / 2}) rotate(-90)` });
    if (this.drawn.bound !== null) this.drawBound();
  }

  /** All that the squashing allows. */
  drawBound() {
    const { bound } = this.drawn;
    const [[x, y], [right, bottom]] = [[-bound, bound], [bound, -bound]].map((corner) => this.scales.place(corner));
    svg("rect", { class: "space-bound", x, y, width: right - x, height: bottom - y }, this.still);
  }

  drawPath() {
    this.path.replaceChildren();
    const { drawn, pixels, theme } = this;
    const { direction } = this.track.scene;
    if (drawn.ghost) {
      const points = drawn.ghost.map((point) => this.scales.place(point).join()).join(" ");
      svg("polyline", { class: "space-ghost", points }, this.path);
    }
    // One line of its own: where the path comes by again and again, thin lines would add up.
    const whole = svg("polyline", { class: "space-whole" }, this.path);
    // In the order in which the layer reads, from the state before the first step.
    this.order = [...pixels.keys()];
    if (direction < 0) this.order.reverse();
    const way = [this.scales.place(drawn.start), ...this.order.map((step) => pixels[step])];
    whole.setAttribute("points", way.map((point) => point.join()).join(" "));
    const [pale, strong] = timeColours(theme);
    const colour = (k) => css(mix(pale, strong, k / Math.max(1, this.order.length - 1)));
    this.segments = this.order.map((step, k) => new Part(svg("line", { class: "space-segment", x1: way[k][0], y1: way[k][1],
      x2: way[k + 1][0], y2: way[k + 1][1], stroke: colour(k) }, this.path)));
    this.heads = new Map(headedSegments(way).map((k) => [k, this.head(way[k], way[k + 1], colour(k))]));
    this.points = this.order.map((step, k) => new Part(svg("circle", { class: "space-point",
      cx: pixels[step][0], cy: pixels[step][1], fill: colour(k) }, this.path)));
    svg("circle", { class: "space-start", cx: way[0][0], cy: way[0][1], r: 4.5 }, this.path);
  }

  head([ax, ay], [bx, by], fill) {
    const turn = (Math.atan2(by - ay, bx - ax) * 180) / Math.PI;
    return new Part(svg("path", { d: "M-5 -4.5 L6 0 L-5 4.5 Z", fill,
      transform: `translate(${(ax + bx) / 2} ${(ay + by) / 2}) rotate(${turn})` }, this.path));
  }

  drawLabels() {
    this.labels.replaceChildren();
    const steps = this.pixels.length;
    const last = this.order[steps - 1];
    const every = this.text ? 1 : [1, 2, 5, 10, 20].find((n) => steps / n <= 15) ?? 50;
    const order = [last, ...this.order.slice(0, -1).filter((step) => step % every === 0)];
    const places = placeLabels(this.pixels, order, (step) => 9 * this.label(step).length + 2, this.box);
    this.written = new Map();
    for (const [step, [x, y]] of places) {
      const node = svg("text", { x, y: y + 5, "text-anchor": "middle" }, this.labels);
      node.textContent = this.label(step);
      this.written.set(step, new Part(node));
    }
  }

  get text() {
    return this.track.run.header.input.kind === "text";
  }

  label(step) {
    return this.text ? sign(this.track.run.header.input.labels[step]) : String(step);
  }

  /** In words, for the pointer and for a screen reader. */
  said(step) {
    const label = this.track.run.header.input.labels[step];
    return `t = ${step}, ${this.text ? named(label) : `x = ${label}`}`;
  }

  /**
   * The fixed points; what lies outside the picture stands at its edge, with an arrow.
   * @param {{at: import("./space_path.mjs").Point, shape: string, name: string}[]} points
   */
  mark(points, chosen) {
    this.marks.replaceChildren();
    this.marked = points.map(({ at, shape }, k) => {
      const held = heldWithin(this.scales.place(at), this.box, 14);
      const group = svg("g", { class: "space-mark", transform: `translate(${held.at[0]} ${held.at[1]})` }, this.marks);
      if (k === chosen) svg("circle", { class: "space-chosen", r: 12.5 }, group);
      drawMark(group, shape, 7);
      if (held.outside) svg("path", { class: "space-away", d: "M11 -5 L17 0 L11 5", transform: `rotate(${(held.angle * 180) / Math.PI})` }, group);
      return held.at;
    });
  }

  markAt(event) {
    const { x, y } = pointIn(this.root, event);
    return nearestStep(this.marked ?? [], [x, y], 14);
  }

  click(event) {
    const marked = this.markAt(event);
    if (marked !== null) {
      this.choose(marked);
      return;
    }
    const { x, y } = pointIn(this.root, event);
    const step = nearestStep(this.pixels, [x, y], REACH);
    if (step !== null) this.track.stage.to(step);
  }

  hover(event) {
    if (event.pointerType === "touch") return;
    const { x, y } = pointIn(this.root, event);
    const step = nearestStep(this.pixels, [x, y], REACH);
    this.root.style.cursor = step !== null || this.markAt(event) !== null ? "pointer" : "default";
    this.tell(step);
  }

  /** Reads a point out beside it. */
  tell(step) {
    this.read.set("visibility", step === null ? "hidden" : "visible");
    if (step === null) return;
    const [x, y] = this.pixels[step];
    const words = `${this.said(step)}: ${this.drawn.path[step].map((value) => significant(value, 3)).join(", ")}`;
    this.put(this.read, words, [x, y], 7.2 * words.length, 26);
  }

  /** Text above a point, or below, within the frame. */
  put(node, words, [x, y], wide, high) {
    const { left, top, right } = this.box;
    node.text(words);
    node.set("x", Math.min(right - wide / 2 - 4, Math.max(left + wide / 2 + 4, x)));
    node.set("y", y - high < top + 8 && high > 0 ? y + high + 8 : y - high + 10);
  }

  /** @param {import("./graph.mjs").Frame} frame */
  draw(frame) {
    const [x, y] = pointAt(this.pixels, frame.place);
    for (const node of [this.dot, this.halo]) {
      node.set("cx", x);
      node.set("cy", y);
    }
    const up = this.drawGradient(frame, [x, y]);
    this.put(this.here, this.text ? this.label(frame.step) : `t = ${frame.step}`, [x, y], this.text ? 18 : 54, up ? -24 : 27);
    const state = `${frame.step} ${frame.phase}`;
    if (state === this.shown) return;
    this.shown = state;
    this.pass(frame);
    this.root.setAttribute("aria-valuenow", String(frame.step));
    this.root.setAttribute("aria-valuetext", `${this.said(frame.step)}: ${this.drawn.names.map((name, k) =>
      `${name} ${significant(this.drawn.path[frame.step][k], 3)}`).join(", ")}`);
  }

  /** What is computed is drawn boldly, what is to come lightly; going back, all of it is there. */
  pass({ step, phase }) {
    const upTo = phase === "forward" ? this.order.indexOf(step) : this.order.length - 1;
    this.segments.forEach((segment, k) => {
      const past = k <= upTo;
      segment.set("visibility", past ? "visible" : "hidden");
      this.points[k].set("r", past ? 3.75 : 2.25);
      this.heads.get(k)?.set("fill-opacity", past ? 1 : 0.45);
    });
    const here = this.pixels[step];
    for (const [labelled, node] of this.written) {
      const [x, y] = [Number(node.node.getAttribute("x")), Number(node.node.getAttribute("y")) - 5];
      const covered = labelled === step || Math.hypot(x - here[0], y - (here[1] - 22)) < 17 || Math.hypot(x - here[0], y - here[1]) < 14;
      node.set("visibility", covered ? "hidden" : "visible");
    }
  }

  /** The way that would lower the loss, from the cursor; whether it points up. */
  drawGradient({ phase, step }, [x, y]) {
    const [a, b] = this.drawn.gradient?.[step] ?? [0, 0];
    const size = Math.hypot(a, b);
    const seen = phase === "backward" && size > 0;
    this.arrow.set("visibility", seen ? "visible" : "hidden");
    if (!seen) return false;
    const length = ARROW[0] + (ARROW[1] - ARROW[0]) * onLog(size, this.track.scales.axis);
    const [dx, dy] = [a / size, -b / size];
    const [tx, ty] = [x + dx * length, y + dy * length];
    const side = (s) => `${tx - dx * 9 - s * dy * 5.5} ${ty - dy * 9 + s * dx * 5.5}`;
    this.arrow.set("d", `M${x + dx * 10} ${y + dy * 10}L${tx} ${ty}M${side(1)}L${tx} ${ty}L${side(-1)}`);
    return dy < -0.3;
  }
}

const significantTick = (value) => String(value).replace("-", "−");
