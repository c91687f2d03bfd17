/**
 * The stage: holds the state, runs the frames, and lets the parts draw. Streamlit calls `mount`
 * again with the same parent on every change of data or theme, so the instance is kept per parent
 * and a call is an update; the clean-up of a run that was overtaken by a later one does nothing.
 */

import { Band } from "./band.mjs";
import { Bitmaps } from "./bitmaps.mjs";
import { Cells } from "./cells.mjs";
import { Clock, PHASES } from "./clock.mjs";
import { decode } from "./decode.mjs";
import { GradientStrip } from "./gradient.mjs";
import { Graph } from "./graph.mjs";
import { Head } from "./head.mjs";
import { evenEdges, lensEdges, measure } from "./layout.mjs";
import { Multiples } from "./multiples.mjs";
import { Pointer } from "./pointer.mjs";
import { phaseWeights, ramp } from "./progress.mjs";
import { scalesOf } from "./scene.mjs";
import { Strips } from "./strips.mjs";
import { readTheme } from "./theme.mjs";
import { Transport } from "./transport.mjs";
import { SharedWeight } from "./weight.mjs";

/** Milliseconds without a change until Python is told. */
const QUIET = 250;
/** Seconds that the phases take to cross-fade, and the columns to fold. */
const FADE = 0.35;
const FOLD = 0.9;

export class Stage {
  /** @param {HTMLElement} root the `section` */
  constructor(root) {
    this.root = root;
    const find = (name) => root.querySelector(`[data-${name}]`);
    this.body = find("body");
    this.tip = find("tip");
    this.graphRoot = find("graph");
    this.clock = new Clock({ steps: 1 });
    this.state = { layer: 0, unit: null, rolled: false };
    this.hovered = null;
    this.fade = { from: "forward", share: 1 };
    this.roll = 1;
    this.shown = 0;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.graph = new Graph(find("lines"), find("columns"), find("top"));
    this.weight = new SharedWeight(find("lines"), find("weight"));
    this.cells = new Cells(find("cells"));
    this.strips = new Strips(find("strips"));
    this.gradient = new GradientStrip(find("gradient"));
    this.band = new Band(find("band"), { frame: find("frame"), veil: find("veil"), gradientVeil: find("gradient-veil") });
    this.head = new Head(root, { phase: (phase) => this.enter(phase), rolled: (rolled) => this.rollUp(rolled),
      layer: (layer) => this.seeLayer(layer), noUnit: () => this.clearUnit() });
    this.transport = new Transport(root, {
      first: () => this.to(0), last: () => this.to(this.run.steps - 1),
      left: () => this.to(this.clock.step - 1), right: () => this.to(this.clock.step + 1),
      toggle: () => this.toggle(), to: (step) => this.to(step), speed: (speed) => this.setSpeed(speed),
      backward: () => this.enter(this.clock.phase === "backward" ? "forward" : "backward"),
      unit: (by) => this.stepUnit(by),
      noUnit: () => (this.state.unit === null ? null : () => this.pickUnit(null)),
    });
    this.pointer = new Pointer(this);
    this.multiples = new Multiples(find("multiples"), (step) => this.to(step));
    this.sizes = new ResizeObserver(() => this.resized());
    this.sizes.observe(root);
    this.tick = this.tick.bind(this);
  }

  /** New data, a new theme, or both. @param {{data: Uint8Array, setStateValue: Function}} component */
  update(component) {
    const began = performance.now();
    this.component = component;
    const run = component.data === this.bytes ? this.run : decode(component.data);
    this.bytes = component.data;
    this.theme = readTheme(this.root);
    const first = !this.run;
    this.run = run;
    this.adopt(run.header.state, first);
    this.load();
    this.root.style.visibility = "visible";
    this.root.style.minHeight = "0";
    const at = performance.now();
    this.root.dispatchEvent(new CustomEvent("unrolled:painted", { bubbles: true, composed: true,
      detail: { id: run.header.id, at, took: at - began } }));
  }

  /** Takes what Python sends down when the page moved the stage; the rest are echoes. */
  adopt(state, first) {
    this.heard = wordOf(state);
    if (!first && state.turn === this.turn) return;
    this.turn = state.turn;
    this.state = { ...this.state, layer: state.layer, unit: state.unit };
    this.clock.playing = false;
    this.clock.phase = state.phase;
    this.pending = state.step;
    if (first) this.fade = { from: state.phase, share: 1 };
  }

  /** Makes everything that depends on the run, the layer or the theme. */
  load() {
    const { run } = this;
    const layers = run.header.layers;
    if (!layers[this.state.layer]) this.state.layer = layers.length - 1;
    const shown = layers[this.state.layer].full ? this.state.layer : run.header.state.layer;
    if (this.state.unit >= run.hidden) this.state.unit = null;
    const phases = run.of(shown, "grad_hidden_norm") ? PHASES : PHASES.slice(0, 2);
    this.clock.load({ steps: run.steps, direction: run.direction(shown), phases });
    if (this.pending !== undefined) this.clock.moveTo(this.pending);
    this.pending = undefined;
    this.seen = shown;
    this.scales = scalesOf(run, shown);
    this.bitmaps = new Bitmaps(run, shown, this.theme, this.scales.axis);
    this.head.load(run, shown, phases);
    this.transport.load(run);
    this.layout();
    if (!this.clock.playing) this.settle();
    this.draw();
    this.wake();
  }

  resized() {
    if (!this.run || this.root.clientWidth === this.width) return;
    this.layout();
    this.draw();
  }

  /** Places everything for the present width. Reads the DOM first, then writes. */
  layout() {
    const { run, seen, theme } = this;
    this.width = this.root.clientWidth;
    this.drawn = "";
    const { cell, input, layers } = run.header;
    const geometry = measure(this.width, { steps: run.steps, hidden: run.hidden, lstm: cell === "lstm",
      numbers: input.kind === "numbers", layers: layers.length, seen });
    this.root.toggleAttribute("data-narrow", geometry.narrow);
    this.root.toggleAttribute("data-medium", this.width < 860);
    this.root.style.setProperty("--gutter", `${geometry.gutter}px`);
    this.graphRoot.style.height = `${geometry.graphHeight}px`;
    this.even = evenEdges(run.steps, geometry.axis);
    this.scene = { run, geometry, seen, direction: run.direction(seen), scales: this.scales };
    this.graph.layout(this.scene);
    this.weight.layout(this.scene, theme);
    this.cells.layout(this.scene, this.bitmaps, theme);
    this.strips.layout(this.scene, this.bitmaps, theme);
    this.gradient.layout(this.scene, theme);
    this.multiples.layout(this.scene, this.bitmaps, theme, this.still.matches);
    this.graph.root.setAttribute("aria-label", this.describe());
    this.stack();
  }

  /** Going back, the gradient is what there is to see: its strip stands right under the graph. */
  stack() {
    this.gradientFirst = this.clock.phase === "backward";
    this.body.toggleAttribute("data-gradient-first", this.gradientFirst);
    const place = (node) => ({ top: node.offsetTop, height: node.offsetHeight });
    const strips = place(this.strips.root);
    this.band.layout(this.scene, { strips,
      gradient: this.gradient.root.hidden ? { top: strips.top + strips.height, height: 0 } : place(this.gradient.root) });
  }

  describe() {
    const { header, steps, hidden } = this.run;
    const layer = header.layers[this.seen];
    const way = layer.reverse ? ", which reads from the end, so its wires point left" : "";
    return `The network unrolled over ${steps} steps: input, cell of ${hidden} units, prediction, `
      + `target and loss of each step; ${layer.name}${way}. The narration above tells the step under the cursor.`;
  }

  // What the learner does.

  to(step) {
    this.clock.pause();
    this.clock.moveTo(step);
    this.changed();
  }

  toggle() {
    const before = this.clock.phase;
    if (this.clock.playing) this.clock.pause();
    else this.clock.play();
    if (this.clock.phase !== before) this.fade = { from: before, share: 0 };
    this.since = undefined;
    this.held = 0;
    this.changed();
  }

  enter(phase) {
    if (phase === this.clock.phase) return;
    this.clock.pause();
    this.fade = { from: this.clock.phase, share: 0 };
    this.clock.enter(phase);
    this.changed();
  }

  setSpeed(speed) {
    this.clock.speed = speed;
    this.changed();
  }

  rollUp(rolled) {
    this.state.rolled = rolled;
    this.changed();
  }

  seeLayer(layer) {
    if (layer === this.state.layer) return;
    this.state.layer = layer;
    if (this.run.header.layers[layer].full) this.load();
    this.report(0);
  }

  pickUnit(unit) {
    this.state.unit = unit === this.state.unit ? null : unit;
    this.changed();
  }

  /** The next unit down the strips, or up; from none to the first, or the last. */
  stepUnit(by) {
    const { unit } = this.state;
    const start = by > 0 ? 0 : this.run.hidden - 1;
    const next = unit === null ? start : Math.min(this.run.hidden - 1, Math.max(0, unit + by));
    if (next !== unit) this.pickUnit(next);
  }

  /** By its chip, which goes; the focus stays on the stage. */
  clearUnit() {
    this.pickUnit(null);
    this.root.focus({ preventScroll: true });
  }

  hover(unit) {
    if (unit === this.hovered) return;
    this.hovered = unit;
    this.draw();
  }

  changed() {
    this.report(QUIET);
    this.draw();
    this.wake();
  }

  /** Tells Python, once the learner has been quiet for a while; never while it plays. */
  report(after) {
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => {
      if (this.clock.playing) return;
      const { layer, unit } = this.state;
      const view = { step: this.clock.step, phase: this.clock.phase, layer, unit };
      if (wordOf(view) === this.heard) return;
      this.heard = wordOf(view);
      this.component.setStateValue("view", view);
    }, after);
  }

  // Frames.

  wake() {
    if (this.request) return;
    this.since = undefined;
    this.request = requestAnimationFrame(this.tick);
  }

  tick(now) {
    this.request = 0;
    const seconds = this.since === undefined ? 0 : Math.min(0.1, (now - this.since) / 1000);
    this.since = now;
    const moving = this.advance(seconds);
    this.draw();
    if (moving) this.request = requestAnimationFrame(this.tick);
    else this.report(QUIET);
  }

  /** @returns {boolean} whether there is more to animate */
  advance(seconds) {
    const phase = this.clock.phase;
    if (this.still.matches) this.step(seconds);
    else this.clock.advance(seconds);
    if (this.clock.phase !== phase) this.fade = { from: phase, share: 0 };
    const quick = this.still.matches ? Infinity : seconds;
    this.fade.share = Math.min(1, this.fade.share + quick / FADE);
    const target = this.state.rolled ? 0 : 1;
    const by = Math.min(Math.abs(target - this.roll), quick / FOLD);
    this.roll += Math.sign(target - this.roll) * by;
    const way = this.clock.place - this.shown;
    if (this.clock.playing && Math.abs(way) < 1.5) this.shown = this.clock.place;
    else this.shown += Math.abs(way) < 0.003 ? way : way * Math.min(1, quick * 14);
    return this.clock.playing || this.fade.share < 1 || this.roll !== target || this.shown !== this.clock.place;
  }

  /** With reduced motion the clock moves by whole steps, and rests in between. */
  step(seconds) {
    if (!this.clock.playing) return;
    this.held = (this.held ?? 0) + seconds;
    const pause = Math.max(0.5, 1 / this.clock.speed);
    if (this.held < pause) return;
    this.held = 0;
    if (this.clock.rest > 0) this.clock.rest = 1e-6;
    const { phase, way } = this.clock;
    this.clock.advance(1e-6);
    if (this.clock.phase === phase && this.clock.rest === 0 && this.clock.playing) {
      this.clock.way = Math.min(this.clock.last, Math.round(way) + 1);
    }
  }

  /** Jumps to the end of whatever moves. */
  settle() {
    if (Math.abs(this.clock.place - this.shown) > this.run.steps) this.shown = this.clock.place;
    if (this.shown > this.run.steps - 1 || this.still.matches) this.shown = this.clock.place;
  }

  draw() {
    const { clock, scene } = this;
    const { phase, step } = clock;
    const state = [this.shown, step, this.roll, this.fade.share, phase, this.hovered, this.state.unit,
      this.state.rolled, clock.playing, clock.speed].join();
    if (state === this.drawn) return;
    this.drawn = state;
    if (this.gradientFirst !== (phase === "backward")) this.stack();
    const roll = this.roll * this.roll * (3 - 2 * this.roll);
    const { geometry } = scene;
    const edges = geometry.mode === "all" ? this.even
      : lensEdges(this.run.steps, geometry.axis, geometry.column, this.shown);
    const weights = phaseWeights(phase, this.fade.from, ramp(this.fade.share, 0, 1));
    const order = scene.direction > 0 ? this.run.steps - 1 : 0;
    // Paused in the loss phase all losses stand; played, they grow as the cursor passes.
    const lossPlace = clock.playing ? this.shown : order;
    const unit = this.hovered ?? this.state.unit;
    this.frame = { place: this.shown, lossPlace, step: Math.round(this.shown), weights, roll, edges, unit };
    this.places = this.graph.places(this.frame);
    this.graph.draw(this.frame, this.places);
    this.weight.draw(this.frame, this.places.cells);
    this.cells.draw(this.frame, this.places.cells);
    this.band.draw(this.frame, this.places.cells);
    this.multiples.draw(phase, clock.heading);
    this.strips.light(unit, this.hovered === null);
    this.transport.show(clock);
    this.head.show(phase, this.state.rolled);
    this.head.showUnit(this.state.unit);
    if (this.root.dataset.step !== String(step)) this.root.dataset.step = String(step);
    const fast = clock.playing && clock.speed > 1;
    this.head.tell(this.run, { step, phase, layer: this.seen, unit: this.state.unit }, fast ? null : 500);
  }

  destroy() {
    cancelAnimationFrame(this.request);
    clearTimeout(this.quiet);
    this.sizes.disconnect();
    this.head.destroy();
    this.transport.destroy();
  }
}

const wordOf = ({ step, phase, layer, unit }) => JSON.stringify([step, phase, layer, unit]);

const stages = new WeakMap();

/** The style sheet stands beside this module, under the same hashed path. */
function styled(parent) {
  if (parent.querySelector("link[data-stage-style]")) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL("stage.css", import.meta.url).href;
  link.dataset.stageStyle = "";
  const ready = new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = () => reject(new Error("The stage's style sheet did not load."));
  });
  parent.append(link);
  return ready;
}

/** @param {{parentElement: Element|ShadowRoot, data: Uint8Array, setStateValue: Function}} component */
export async function mount(component) {
  const parent = component.parentElement;
  let entry = stages.get(parent);
  const revision = (entry?.revision ?? 0) + 1;
  if (!entry) stages.set(parent, (entry = { stage: null, ready: styled(parent) }));
  entry.revision = revision;
  await entry.ready;
  const root = parent.querySelector("[data-stage]");
  if (entry.revision === revision && root) {
    if (entry.stage && entry.stage.root !== root) {
      entry.stage.destroy();
      entry.stage = null;
    }
    entry.stage ??= new Stage(root);
    entry.stage.update(component);
  }
  return () => {
    if (entry.revision !== revision || stages.get(parent) !== entry) return;
    entry.stage?.destroy();
    stages.delete(parent);
  };
}
