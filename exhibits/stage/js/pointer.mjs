/**
 * Mouse and touch over the picture: hovering reads a value, a click picks unit and step, a drag
 * scrubs. In the strips a drag points at the step itself, in the graph it pulls the cursor along,
 * a step for each column.
 */

import { describeBand } from "./blame_words.mjs";
import { pointIn, scaleOf } from "./dom.mjs";
import { columnAt } from "./layout.mjs";
import { named } from "./narration.mjs";
import { significant } from "./scales.mjs";
import { FIELDS } from "./theme.mjs";
import { inBrackets, isProbe, rowAt } from "./vectors.mjs";

/** Pixels that a pointer may tremble before a click becomes a drag. */
const TREMBLE = 5;
const WORKS_ITSELF = "button, select, input, summary, a, [role=slider]";

export class Pointer {
  /** @param {import("./stage.mjs").Stage} stage @param {import("./track.mjs").Track} track */
  constructor(stage, track) {
    this.stage = stage;
    this.track = track;
    const { tip } = stage;
    const { body } = track;
    this.tip = tip;
    this.head = tip.querySelector("[data-tip-head]");
    this.value = tip.querySelector("[data-tip-value]");
    this.note = tip.querySelector("[data-tip-note]");
    this.spot = body.querySelector("[data-spot]");
    body.onpointerdown = (event) => this.down(event);
    body.onpointermove = (event) => this.move(event);
    body.onpointerup = (event) => this.up(event);
    body.onpointercancel = () => this.leave();
    body.onpointerleave = () => this.leave();
  }

  down(event) {
    // What can be worked by itself keeps its clicks.
    if (event.button !== 0 || event.target.closest(WORKS_ITSELF)) return;
    this.from = { x: event.clientX, y: event.clientY, step: this.stage.clock.step, drag: false,
      inGraph: this.inGraph(event) };
    this.stage.keeper.point();
    this.stage.focus(this.track.number);
  }

  move(event) {
    const { from } = this;
    if (from && !from.drag && Math.abs(event.clientX - from.x) > TREMBLE) {
      from.drag = true;
      this.track.body.setPointerCapture(event.pointerId);
      this.hide();
    }
    if (from?.drag) this.scrub(event);
    else if (event.pointerType !== "touch") this.read(event);
  }

  up(event) {
    const { from } = this;
    this.from = null;
    if (!from || from.drag) return;
    if (event.pointerType === "touch") this.read(event);
    this.pick(event);
  }

  /** Other numbers stand under the pointer, which has not moved. */
  again() {
    if (this.over && !this.tip.hidden) this.read(this.over);
  }

  leave() {
    this.from = null;
    this.over = null;
    this.hide();
    this.track.gradient.hover(null);
    this.stage.hover(null);
  }

  inGraph(event) {
    return event.clientY < this.track.graphRoot.getBoundingClientRect().bottom;
  }

  scrub(event) {
    const { geometry } = this.track.scene;
    if (this.from.inGraph) {
      this.stage.to(this.from.step + stepsOf((event.clientX - this.from.x) / scaleOf(this.stage.root), geometry));
      return;
    }
    const { x } = pointIn(this.track.body, event);
    this.stage.to(Math.floor((x - geometry.gutter) / geometry.cellWidth));
  }

  /** What is under the pointer. */
  target(event) {
    const inStrip = this.track.strips.at(event);
    if (inStrip) return { kind: "strip", ...inStrip };
    const step = this.track.gradient.at(event.clientX, event.clientY);
    if (step !== null) return { kind: "gradient", step, spot: this.track.gradient.bandAt(event) };
    return this.inGraph(event) ? this.graphTarget(event) : null;
  }

  graphTarget(event) {
    const { geometry, run, seen } = this.track.scene;
    const at = pointIn(this.track.graphRoot, event);
    const [x, y] = [at.x - geometry.gutter, at.y];
    const { frame, places: { cells: middles } } = this.track;
    const rolled = frame.roll < 0.5;
    if (x < 0 || x > geometry.axis) return null;
    const step = rolled ? frame.step : columnAt(frame.edges, x);
    if (rolled && Math.abs(x - middles[step]) > geometry.column) return null;
    const layer = geometry.rows.layers.findIndex(({ top, bottom }) => y >= top - 3 && y <= bottom + 3);
    if (layer >= 0 && layer !== seen) return { kind: "layer", layer, step };
    const found = this.track.cells.unitAt(x, y, middles[step]);
    if (found) return { kind: "unit", step, ...found };
    const { top, bottom } = geometry.rows.box;
    const inBox = y >= top && y <= bottom && Math.abs(x - middles[step]) <= geometry.boxWidth / 2;
    if (inBox) return { kind: "cell", step };
    return step < run.steps ? { kind: "column", step } : null;
  }

  pick(event) {
    const target = this.target(event);
    if (!target) return;
    const from = { x: event.clientX, y: event.clientY };
    this.stage.to(target.step);
    if (target.spot) this.track.gradient.pick(target.spot);
    if (target.kind === "layer") this.stage.seeLayer(target.layer);
    else if ("unit" in target) this.stage.open(target.unit, from, target.field);
    else if (target.kind === "cell") this.stage.goTo("cell", from);
  }

  read(event) {
    this.over = event;
    if (this.track.graphRoot.querySelector(".adjust-field")) {
      this.hide(); // nothing lies over what is being typed
      return;
    }
    const target = this.target(event);
    this.stage.hover(target && "unit" in target ? target.unit : null);
    this.track.gradient.hover(target?.spot ?? null);
    this.track.body.style.cursor = target ? "pointer" : "default";
    const text = target && describe(this.track.scene, target, this.stage.clock.phase);
    this.mark(target);
    if (!text) {
      this.hide();
      return;
    }
    this.head.textContent = text.head;
    this.value.textContent = text.value;
    this.note.textContent = text.note ?? "";
    this.note.hidden = !text.note;
    this.tip.hidden = false;
    this.place(event);
  }

  /** A frame about the very cell of the strip that is read. */
  mark(target) {
    const shown = target?.kind === "strip";
    this.spot.hidden = !shown;
    if (!shown) return;
    const { geometry, run } = this.track.scene;
    const canvas = this.track.strips.strips.find((strip) => strip.field === target.field).canvas;
    const [body, box] = [this.track.body.getBoundingClientRect(), canvas.getBoundingClientRect()];
    const scale = scaleOf(this.stage.root);
    const height = geometry.stripHeight / run.hidden;
    const [wide, high] = [Math.max(7, geometry.cellWidth + 2), Math.max(7, height + 2)];
    const x = (box.left - body.left) / scale + (target.step + 0.5) * geometry.cellWidth - wide / 2;
    const y = (box.top - body.top) / scale + (target.unit + 0.5) * height - high / 2;
    Object.assign(this.spot.style, { width: `${wide}px`, height: `${high}px`, left: "0", top: "0",
      transform: `translate(${x}px, ${y}px)` });
  }

  place(event) {
    const at = pointIn(this.stage.root, event);
    const { offsetWidth: wide, offsetHeight: high } = this.tip;
    const x = at.x + 14 + wide > this.stage.root.offsetWidth ? at.x - wide - 10 : at.x + 14;
    const y = at.y - high - 12 + this.stage.root.scrollTop;
    this.tip.style.transform = `translate(${Math.max(0, x)}px, ${Math.max(0, y)}px)`;
  }

  hide() {
    this.tip.hidden = true;
    this.spot.hidden = true;
  }
}

/**
 * So many steps is a drag over the graph: one for each column that the hand has passed.
 * @param {number} moved pixels, to the right positive @param {{column: number}} geometry
 */
export const stepsOf = (moved, { column }) => Math.round(moved / column) + 0;

const at = (run, step) => {
  const label = run.header.input.labels[step];
  return `t = ${step}, ${run.header.input.kind === "text" ? named(label) : `x = ${label}`}`;
};

/** @returns {{head: string, value: string, note?: string}|null} */
export function describe({ run, seen }, target, phase) {
  const { step } = target;
  if (target.kind === "layer") {
    return { head: `${run.header.layers[target.layer].name} · ${at(run, step)}`,
      value: `‖h‖ = ${significant(run.of(target.layer, "hidden_norm")[step])}`, note: "click to see this layer" };
  }
  if (target.kind === "gradient") return target.spot ? describeBand(run, target.spot) : describeGradient(run, seen, step);
  if (target.kind === "column") return describeColumn(run, step);
  if (target.kind === "cell") return { head: at(run, step), value: "the cell", note: "click to look inside" };
  const { field, unit } = target;
  const gradient = run.of(seen, `grad_${field}`);
  const note = gradient ? `∂L/∂${FIELDS[field].sign} = ${significant(run.at(seen, `grad_${field}`, step, unit))}` : undefined;
  return { head: `${FIELDS[field].name} · unit ${unit} · ${at(run, step)}`,
    value: significant(run.at(seen, field, step, unit)),
    note: phase === "backward" || target.kind === "unit" ? note : undefined };
}

function describeGradient(run, seen, step) {
  const cell = run.of(seen, "grad_cell_norm");
  return { head: `gradient · ${at(run, step)}`,
    value: `‖∂L/∂h‖ = ${significant(run.of(seen, "grad_hidden_norm")[step])}`,
    note: cell ? `‖∂L/∂c‖ = ${significant(cell[step])}` : undefined };
}

function describeColumn(run, step) {
  const what = isProbe(run) ? "probe ½‖ŷ‖²" : "loss";
  const loss = run.array("has_loss")[step] === 1 ? `${what} ${significant(run.array("losses")[step])}` : `no ${what} here`;
  if (run.header.output.loss === "categorical") {
    const { classes } = run.header.output;
    const probabilities = run.array("prediction").subarray(step * classes.length, (step + 1) * classes.length);
    const order = [...classes.keys()].sort((a, b) => probabilities[b] - probabilities[a]).slice(0, 3);
    return { head: at(run, step), value: loss,
      note: order.map((k) => `${named(classes[k])} ${significant(probabilities[k], 3)}`).join(" · ") };
  }
  const told = (name) => inBrackets(rowAt(run, name, step), (value) => significant(value));
  const target = run.array("has_target")[step] === 1 ? `, y = ${told("target")}` : "";
  return { head: at(run, step), value: loss, note: `ŷ = ${told("prediction")}${target}${run.header.input.standardised ? " (standardised)" : ""}` };
}
