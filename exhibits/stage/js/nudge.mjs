/**
 * Nudge: what a change of the input under the cursor really does to every later state and to the
 * loss, beside what the Jacobians say that it does. Forward ripple = backward gradient.
 */

import { html, pointIn } from "./dom.mjs";
import { named } from "./narration.mjs";
import { HEIGHTS, paintError, paintRipple, paintUnit } from "./nudge_charts.mjs";
import { directionOf, featuresOf, headline, losses, mostMoved, ofUnit, percent, PLACES, placeOf, readOut, reached, sizeAt, sized, staysBroken, strongest } from "./nudge_words.mjs";
import { significant } from "./scales.mjs";
import { keepKeys } from "./space_keys.mjs";
import { subscript } from "./space_points.mjs";

/** Milliseconds between two questions while the slider is dragged. */
const PACE = 150;
const FIRST_SIZE = 0.1;
/** The room for the axes' names where the labels stand above the charts. */
const GUTTER = 46;

export class Nudge {
  /** @param {HTMLElement} root @param {import("./track.mjs").Track} track */
  constructor(root, track) {
    this.root = root;
    this.track = track;
    this.size = this.sent = FIRST_SIZE;
    this.character = null;
    this.makeControls();
    this.headline = html("p", { class: "nudge-headline" }, root);
    this.charts = html("div", { class: "nudge-charts", role: "slider", tabindex: 0, "aria-label": "Step of the ripple to read" }, root);
    this.ripple = this.chart("change of the state", [["key-real", "real ‖Δh‖"], ["key-predicted", "Jacobian"], ["key-broken", ""]]);
    this.error = this.chart("error", [["key-limit", ""]]);
    this.unit = this.chart("", []);
    this.rule = html("div", { class: "nudge-rule" }, this.charts);
    this.read = html("p", { class: "nudge-read panel-note" }, root);
    this.losses = html("div", { class: "nudge-losses" }, root);
    this.charts.addEventListener("pointermove", (event) => this.point(event));
    this.charts.addEventListener("pointerdown", (event) => this.point(event));
    this.charts.addEventListener("pointerleave", () => this.readAt(null));
    this.charts.addEventListener("keydown", (event) => this.key(event));
  }

  makeControls() {
    const row = html("div", { class: "nudge-controls" }, this.root);
    this.what = html("span", { class: "nudge-what" }, row);
    this.toward = html("select", {}, row);
    keepKeys(this.toward);
    this.toward.onchange = () => {
      this.character = this.toward.value;
      this.ask();
    };
    const label = html("label", { class: "nudge-size" }, row);
    label.append("by ");
    this.value = html("output", {}, label);
    this.slider = html("input", { type: "range", min: 0, max: PLACES, step: 1, "aria-label": "Size of the nudge" }, label);
    this.slider.value = String(placeOf(this.size));
    keepKeys(this.slider);
    this.slider.oninput = () => this.drag();
    this.slider.onchange = () => this.ask();
    this.note = html("span", { class: "panel-note" }, row);
  }

  chart(title, keys) {
    const root = html("div", { class: "nudge-strip" }, this.charts);
    const label = html("div", { class: "nudge-label" }, root);
    const heading = html("b", {}, label);
    heading.textContent = title;
    let key = null;
    for (const [kind, words] of keys) {
      const entry = html("span", { class: "nudge-key" }, label);
      html("i", { class: kind }, entry);
      key = html("span", {}, entry);
      key.textContent = words;
    }
    return { heading, key, canvas: html("canvas", { "aria-hidden": "true" }, root) };
  }

  // What the learner does.

  drag() {
    this.size = sizeAt(Number(this.slider.value));
    this.showSize();
    if (this.timer) return;
    const rest = PACE - (performance.now() - (this.last ?? -PACE));
    this.timer = setTimeout(() => this.ask(), Math.max(0, rest));
  }

  ask() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.last = performance.now();
    this.sent = this.size;
    this.track.stage.collectWants();
  }

  point(event) {
    if (!this.data) return;
    const { x } = pointIn(this.charts, event);
    const step = Math.floor((x - this.axis.gutter) / this.axis.cell);
    this.readAt(this.order.includes(step) ? step : null);
  }

  key(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (!by || !this.data || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const [low, high] = [Math.min(...this.order), Math.max(...this.order)];
    this.readAt(Math.min(high, Math.max(low, this.reading + by)));
  }

  // What is asked for, and what came.

  /** @returns {string[]} */
  wanted() {
    const { stage } = this.track;
    if (!stage.clock.playing || !this.asked) {
      const step = stage.clock.step;
      const direction = directionOf(this.scene.run, step, this.character);
      this.asked = direction === null ? "" : `nudge:${step}:${direction}:${sized(this.sent)}`;
      this.showControls(step, direction);
    }
    return this.asked ? [this.asked] : [];
  }

  layout(scene, bitmaps, theme, width) {
    Object.assign(this, { scene, theme, width });
    const { run, seen, geometry } = scene;
    const kind = `${run.header.cell} ${run.hidden} ${run.steps} ${seen} ${run.header.layers.length}`;
    const sent = run.wanted(seen, this.asked ?? "");
    if (sent || kind !== this.kind) this.data = sent && !sent.facts.problem ? sent : null;
    this.problem = sent?.facts.problem;
    this.kind = kind;
    const beside = width === geometry.width && !geometry.narrow;
    const gutter = beside ? geometry.gutter : GUTTER;
    this.root.toggleAttribute("data-beside", beside);
    this.root.style.setProperty("--labels", `${geometry.gutter - GUTTER}px`);
    this.axis = { width, gutter, steps: run.steps, cell: (width - gutter) / run.steps };
    this.paint();
  }

  showControls(step, direction) {
    const { header } = this.scene.run;
    const { kind } = header.input;
    const text = kind === "text";
    const label = header.input.labels[step];
    this.what.textContent = text ? `Nudge x${subscript(step)} from ${named(label)} towards` : `Nudge x${subscript(step)} = ${label}${kind === "vectors" ? ":" : ""}`;
    this.toward.hidden = kind === "numbers";
    this.toward.setAttribute("aria-label", text ? "Character to nudge towards" : "Number to nudge");
    this.note.textContent = text ? "1 would swap the two" : header.input.standardised ? "in standard deviations of the series" : "";
    if (text) this.fillCharacters(label, direction);
    if (kind === "vectors") this.fillFeatures(direction);
    this.showSize();
  }

  fillCharacters(read, direction) {
    const { classes } = this.scene.run.header.output;
    this.fill(`${read} ${classes.join("")}`, classes.filter((character) => character !== read), named);
    this.toward.disabled = direction === null;
    if (direction !== null) this.toward.value = classes[Number(direction)];
  }

  fillFeatures(direction) {
    const features = featuresOf(this.scene.run);
    this.fill(features.join("\n"), features, (name) => name);
    this.toward.disabled = false;
    this.toward.value = features[Number(direction)];
  }

  /** The choice, made anew where `key` is another. */
  fill(key, values, says) {
    if (key === this.filled) return;
    this.filled = key;
    this.toward.replaceChildren(...values.map((value) => {
      const option = html("option", { value });
      option.textContent = says(value);
      return option;
    }));
  }

  showSize() {
    this.value.textContent = sized(this.size);
    this.slider.setAttribute("aria-valuetext", sized(this.size));
    this.slider.style.setProperty("--share", `${(100 * Number(this.slider.value)) / PLACES}%`);
  }

  paint() {
    const { data, axis, theme } = this;
    for (const part of [this.charts, this.losses, this.read]) part.hidden = !data;
    this.headline.classList.toggle("panel-wait", !data);
    if (!data) {
      this.headline.textContent = this.waiting();
      return;
    }
    const { facts } = data;
    const { direction, run } = this.scene;
    const error = data.array("error");
    this.order = reached(facts.step, run.steps, direction);
    this.shared = { error, order: this.order, tolerance: facts.tolerance, breaksAt: facts.breaks_at, direction,
      stays: staysBroken(error, facts, direction) };
    this.headline.textContent = headline(facts, error, direction);
    this.ripple.key.textContent = `off > ${percent(facts.tolerance)}`;
    this.error.key.textContent = percent(facts.tolerance);
    paintRipple(this.ripple.canvas, axis, theme, { ...this.shared, real: data.array("real_norm"), predicted: data.array("predicted_norm") });
    paintError(this.error.canvas, axis, theme, this.shared);
    this.paintPicked(this.track.stage.state.unit);
    this.paintLosses(facts);
    this.readAt(null);
  }

  waiting() {
    if (this.problem) return `${this.problem}.`;
    if (this.asked === "") return "There is no other character to nudge towards.";
    return "Sending the nudge through …";
  }

  paintPicked(picked) {
    const { data, scene: { run } } = this;
    this.picked = picked;
    const unit = picked ?? mostMoved(data.array("real"), run.hidden);
    this.unit.heading.textContent = `Δh of unit ${unit}`;
    this.unitNote ??= html("span", { class: "nudge-key" }, this.unit.heading.parentElement);
    this.unitNote.textContent = picked === null ? "it changes most" : "the one you picked";
    paintUnit(this.unit.canvas, this.axis, this.theme, { ...this.shared,
      real: ofUnit(data.array("real"), run.hidden, unit), predicted: ofUnit(data.array("predicted"), run.hidden, unit) });
    this.shownUnit = unit;
  }

  paintLosses(facts) {
    const heading = html("b", { class: "nudge-title" });
    heading.textContent = "change of the total loss";
    this.losses.replaceChildren(heading, ...losses(facts).map(({ label, text, share }, k) => {
      const row = html("div", { class: "nudge-loss" });
      html("span", {}, row).textContent = label;
      const track = html("i", { class: `loss-track ${k === 0 ? "real" : "predicted"}` }, row);
      const bar = html("i", {}, track);
      bar.style.left = `${50 + 50 * Math.min(0, share)}%`;
      bar.style.width = `${50 * Math.abs(share)}%`;
      html("b", {}, row).textContent = text;
      return row;
    }));
  }

  /** Reads one step out; null: the one that says most, where it breaks or where it is strongest. */
  readAt(step) {
    if (!this.data) return;
    const at = step ?? this.data.facts.breaks_at ?? strongest(this.data.array("real_norm"), this.order);
    this.reading = at;
    const { array } = this.data;
    const unit = `unit ${this.shownUnit}: ${["real", "predicted"].map((name) =>
      significant(array(name)[at * this.scene.run.hidden + this.shownUnit], 3)).join(", predicted ")}`;
    const words = `${readOut(at, array("real_norm")[at], array("predicted_norm")[at], array("error")[at])}; ${unit}.`;
    this.read.textContent = words;
    const high = Object.values(HEIGHTS).reduce((sum, height) => sum + height, 0);
    this.rule.style.transform = `translateX(${this.axis.gutter + at * this.axis.cell}px)`;
    this.rule.style.width = `${this.axis.cell}px`;
    this.rule.style.minHeight = `${high}px`;
    this.charts.setAttribute("aria-valuemin", String(Math.min(...this.order)));
    this.charts.setAttribute("aria-valuemax", String(Math.max(...this.order)));
    this.charts.setAttribute("aria-valuenow", String(at));
    this.charts.setAttribute("aria-valuetext", words);
  }

  /** @param {import("./graph.mjs").Frame} frame */
  draw(frame) {
    if (!this.data || frame.picked === this.picked) return;
    this.paintPicked(frame.picked);
    this.readAt(this.reading);
  }
}
