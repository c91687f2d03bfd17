/**
 * The stage: holds the state, runs the frames, and lets the tracks draw. What the learner does
 * arrives here as a call, whatever it was done with; what Python must know leaves by `Reports`.
 */

import { Answers } from "./answers.mjs";
import { unbundle } from "./bundle.mjs";
import { Clock, PHASES } from "./clock.mjs";
import { FocusKeeper } from "./focus.mjs";
import { Growth } from "./growth.mjs";
import { Head } from "./head.mjs";
import { KeysRow } from "./keys_row.mjs";
import { Live } from "./live.mjs";
import { Multiples } from "./multiples.mjs";
import { Motion } from "./motion.mjs";
import { Presentation } from "./presentation.mjs";
import { Reports } from "./reports.mjs";
import { significant } from "./scales.mjs";
import { growing, scalesOf } from "./scene.mjs";
import { Shelf } from "./shelf.mjs";
import { Short } from "./short.mjs";
import { readTheme } from "./theme.mjs";
import { Toast } from "./toast.mjs";
import { Tools } from "./tools.mjs";
import { Track } from "./track.mjs";
import { Transport } from "./transport.mjs";
import { isProbe } from "./vectors.mjs";

const DEEPER = { overview: "cell", cell: "unit" };
const OUT = { unit: "cell", cell: "overview" };

export class Stage {
  /** @param {HTMLElement} root the `section` */
  constructor(root) {
    this.root = root;
    const find = (name) => root.querySelector(`[data-${name}]`);
    this.tip = find("tip");
    this.clock = new Clock({ steps: 1 });
    this.state = { layer: 0, unit: null, rolled: false, level: "overview", track: 0, panels: [], difference: false };
    this.wants = [];
    this.options = {};
    this.hovered = null;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.motion = new Motion(this.clock, () => this.still.matches);
    this.tracksRoot = find("tracks");
    this.template = root.querySelector("template[data-track]");
    this.tracks = [];
    this.shelf = new Shelf();
    this.growth = new Growth();
    this.reports = new Reports(this);
    this.keeper = new FocusKeeper(root);
    this.answers = new Answers(this);
    this.toast = new Toast(find("toast"), () => this.edit({ kind: "undo" }));
    this.keys = new KeysRow(find("keys"));
    this.short = new Short(root, () => this.data && this.relayout());
    this.head = new Head(root, { phase: (phase) => this.enter(phase), rolled: (rolled) => this.rollUp(rolled),
      layer: (layer) => this.seeLayer(layer), noUnit: () => this.clearUnit(), level: (level) => this.goTo(level) });
    this.transport = new Transport(root, {
      first: () => this.to(0), last: () => this.to(this.run.steps - 1),
      left: () => this.to(this.clock.step - 1), right: () => this.to(this.clock.step + 1),
      toggle: () => this.toggle(), to: (step) => this.to(step), speed: (speed) => this.setSpeed(speed),
      backward: () => this.enter(this.clock.phase === "backward" ? "forward" : "backward"),
      unit: (by) => this.stepUnit(by), deeper: () => this.deeper(), out: () => this.wayOut(),
      undo: () => this.edit({ kind: "undo" }), redo: () => this.edit({ kind: "redo" }),
      present: () => this.presentation.toggle(),
    });
    this.presentation = new Presentation(this);
    this.tools = new Tools(find("tools"), this);
    this.multiples = new Multiples(find("multiples"), (step) => this.to(step));
    this.live = new Live(root, { shown: () => ({ layer: this.state.layer, wants: this.wants }), take: (bytes) => this.goOn(bytes) });
    this.sizes = new ResizeObserver(() => this.resized());
    this.sizes.observe(root);
    this.tick = this.tick.bind(this);
  }

  /** The run that the learner looks at, of those that stand side by side. */
  get run() {
    return this.focused.run;
  }

  get focused() {
    return this.tracks[this.state.track] ?? this.tracks[0];
  }

  /** New data, a new theme, or both. */
  update(component) {
    const began = performance.now();
    this.component = component;
    const isNew = component.data !== this.bytes;
    if (isNew) this.receive(component.data);
    if (!this.data) return; // what was sent leans on what this stage never got
    this.theme = readTheme(this.root);
    this.load();
    this.answers.tell();
    this.root.style.visibility = "visible";
    this.root.style.minHeight = "0";
    this.painted(began);
    if (isNew) this.live.follow(this.options.live ?? null);
  }

  /** The runs as they are by now, from the path that the page told to follow; all else stays. */
  goOn(bytes) {
    const began = performance.now();
    // Each is seen for a moment: kept on the shelf, they would only push out what comes again.
    const { tracks, state, id } = unbundle(bytes);
    this.id = id;
    this.data = tracks;
    this.layerInFull = state.layer;
    this.load(true);
    for (const { pointer } of this.tracks) pointer.again();
    this.painted(began);
  }

  painted(began) {
    const at = performance.now();
    this.root.dispatchEvent(new CustomEvent("unrolled:painted", { bubbles: true, composed: true,
      detail: { id: this.id, at, took: at - began } }));
  }

  receive(bytes) {
    const first = !this.data;
    this.bytes = bytes;
    const { tracks, state, options, id, whole } = unbundle(bytes, (payload, name) => this.shelf.take(payload, name));
    if (!whole) {
      this.reports.resend();
      return;
    }
    this.id = id;
    const other = this.data?.length !== tracks.length;
    this.data = tracks;
    this.options = options;
    this.adopt(state, first);
    // Where others come to stand beside it, the learner's own run stays the one that is told of.
    if (other && (!first || state.track === 0)) this.state.track = Math.max(0, tracks.findIndex(({ editable }) => editable));
  }

  /** Takes what Python sends down when the page moved the stage; the rest are echoes. */
  adopt(state, first) {
    this.answers.heard(this.reports.heardFrom(state));
    this.layerInFull = state.layer;
    if (!first && state.turn === this.turn) return;
    this.turn = state.turn;
    const { layer, unit, level, track, panels, rolled } = state;
    this.state = { ...this.state, layer, unit, level, track, panels, rolled };
    this.clock.playing = false;
    this.clock.phase = state.phase;
    this.pending = state.step;
    if (first) this.motion.start(state.phase, rolled);
  }

  /**
   * Makes everything that depends on the runs, the layer or the theme.
   * @param {boolean} [live] whether only the numbers are others
   */
  load(live = false) {
    this.arrange();
    if (!this.tracks[this.state.track]) this.state.track = 0;
    const { run } = this.data[this.state.track];
    if (!run.header.layers[this.state.layer]) this.state.layer = run.header.layers.length - 1;
    if (this.state.unit >= run.hidden) this.state.unit = null;
    if (this.state.unit === null && this.state.level === "unit") this.state.level = "cell";
    this.tracks.forEach((track, k) => track.take(this.data[k], this.seenIn(this.data[k].run)));
    const phases = run.of(this.focused.seen, "grad_hidden_norm") ? PHASES : PHASES.slice(0, 2);
    this.clock.load({ steps: run.steps, direction: run.direction(this.focused.seen), phases });
    if (this.pending !== undefined) this.clock.moveTo(this.pending);
    this.pending = undefined;
    this.state.difference &&= this.tracks.some(({ ghost }) => ghost);
    const { difference } = this.state;
    const shown = this.tracks.flatMap(({ run: now, ghost, seen }) => [now, ghost].filter(Boolean).map((one) => ({ run: one, seen })));
    const pairs = this.tracks.filter(({ ghost }) => difference && ghost).map(({ run: now, ghost, seen }) => ({ run: now, before: ghost, seen }));
    this.growth.watch(this.watched);
    const scales = this.growth.of("scales", scalesOf(shown, pairs), growing);
    for (const track of this.tracks) track.load(scales, this.theme, difference, live);
    this.head.load(this.data, this.state, phases, this.focused.seen);
    this.tools.load(this.options, this.tracks.some(({ ghost }) => ghost));
    this.transport.load(run);
    const shape = this.data.map(({ run: { header, hidden, steps } }) => [header.cell, hidden, steps, header.layers.length].join()).join(";");
    this.layout(live && shape === this.shape);
    this.shape = shape;
    if (!this.clock.playing) this.motion.settle(run.steps);
    this.draw();
    this.collectWants();
    this.wake();
  }

  /** What changes by itself, and which of its layers are seen; null where nothing does. */
  get watched() {
    const { live } = this.options;
    return live ? [live, this.state.difference, ...this.tracks.map(({ seen }) => seen)].join() : null;
  }

  /** The layer to see of a run: the chosen one where the run has it and it travelled in full. */
  seenIn(run) {
    const { layers } = run.header;
    const layer = Math.min(this.state.layer, layers.length - 1);
    return layers[layer].full ? layer : Math.min(this.layerInFull, layers.length - 1);
  }

  /** As many tracks as there are runs; those that stay keep their elements. */
  arrange() {
    while (this.tracks.length > this.data.length) this.tracks.pop().root.remove();
    while (this.tracks.length < this.data.length) {
      const root = this.template.content.firstElementChild.cloneNode(true);
      this.tracksRoot.append(root);
      this.tracks.push(new Track(this, root, this.tracks.length));
    }
    this.root.dataset.tracks = String(this.tracks.length);
    this.tracks.forEach((track, k) => {
      track.title.hidden = this.tracks.length < 2;
      const { title, run } = this.data[k]; // a title may say the losses itself
      track.title.textContent = title.includes(" loss ") || isProbe(run) ? title : `${title} · loss ${significant(run.header.totalLoss, 3)}`;
    });
  }

  resized() {
    if (this.data && this.root.clientWidth !== this.width) this.relayout();
  }

  relayout() {
    this.layout();
    this.draw();
  }

  /** Places everything for the present width. @param {boolean} [live] whether only the numbers are others */
  layout(live = false) {
    this.width = this.root.clientWidth;
    this.drawn = "";
    const several = this.tracks.length > 1;
    this.root.toggleAttribute("data-narrow", this.width < 640);
    this.root.toggleAttribute("data-medium", this.width < 860);
    this.root.toggleAttribute("data-stacked", several && this.width < 300 * this.tracks.length);
    this.root.dataset.level = this.state.level;
    this.short.layout();
    for (const track of this.tracks) track.layout(this.state.level, this.state.panels);
    const { scene, bitmaps } = this.focused;
    this.multiples.layout(scene, bitmaps, this.theme, this.width, this.still.matches);
    this.tools.place(this.width < 640 || this.presentation.on || this.short.on);
    this.tools.show(this.state);
    this.stack(live);
    this.keeper.check();
  }

  /** @param {boolean} [asBefore] */
  stack(asBefore = false) {
    this.gradientFirst = this.clock.phase === "backward";
    for (const track of this.tracks) track.stack(this.clock.phase, asBefore);
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
    if (this.clock.phase !== before) this.motion.leave(before);
    this.since = undefined;
    this.motion.held = 0;
    this.changed();
  }

  enter(phase) {
    if (phase === this.clock.phase) return;
    this.clock.pause();
    this.motion.leave(this.clock.phase);
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
    if (this.run.header.layers[layer]?.full) this.load();
    else this.live.again();
    this.reports.view(0);
  }

  /** The run that narration, keys and layer choice speak of. */
  focus(track) {
    if (track === this.state.track || !this.tracks[track]) return;
    this.state.track = track;
    this.load();
    this.reports.view();
  }

  pickUnit(unit) {
    this.state.unit = unit === this.state.unit ? null : unit;
    if (this.state.unit === null && this.state.level === "unit") this.goTo("cell");
    else this.changed();
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

  /**
   * Looks deeper or less deep; cursor, phase and unit stay.
   * @param {import("./bundle.mjs").Level} level
   * @param {{x: number, y: number}} [from] the place in the window that was clicked
   */
  goTo(level, from) {
    const to = level === "unit" && this.state.unit === null ? "cell" : level;
    if (to === this.state.level) return;
    this.state.level = to;
    this.from = from ?? null;
    this.layout();
    this.changed();
    this.showTop();
  }

  /** The way in or out begins at the top of the stage, wherever the page has been scrolled to. */
  showTop() {
    if (this.presentation.on) this.root.scrollTop = 0;
    else if (this.root.getBoundingClientRect().top < 0) this.root.scrollIntoView({ block: "start", behavior: "instant" });
  }

  /**
   * The arithmetic of one unit.
   * @param {number} unit @param {{x: number, y: number}} [from] the place in the window that was clicked
   * @param {string} [field] what of it was clicked
   */
  open(unit, from, field) {
    this.state.unit = unit;
    if (field) this.asked = { field };
    if (this.state.level === "unit") this.changed();
    else this.goTo("unit", from);
  }

  deeper() {
    const to = DEEPER[this.state.level];
    if (to) this.goTo(to);
  }

  /** What Escape does here, or null where there is nothing to leave. */
  wayOut() {
    if (OUT[this.state.level]) return () => this.goTo(OUT[this.state.level]);
    return this.state.unit === null ? null : () => this.pickUnit(null);
  }

  /** Opens or closes what stands below the strips. @param {string} name one of `panels.mjs` */
  togglePanel(name) {
    const { panels } = this.state;
    const opens = !panels.includes(name);
    this.state.panels = opens ? [...panels, name] : panels.filter((other) => other !== name);
    this.layout();
    this.changed();
    if (opens) this.focused.panels.reveal(name);
  }

  /** Colours only what the learner's change made of it, or again the run itself. */
  showDifference() {
    this.state.difference = !this.state.difference;
    this.load();
  }

  /** What travels on demand for everything that is open; a new need is told to Python at once. */
  collectWants() {
    const wants = [...new Set(this.tracks.flatMap((track) => track.wanted()))];
    const isNew = wants.some((want) => !this.wants.includes(want));
    this.wants = wants;
    if (!isNew) return;
    this.reports.view(0);
    this.live.again();
  }

  /** A change of the run; Python answers with the run that comes of it. @param {object} edit */
  edit(edit) {
    if (!this.options.edits) return;
    this.answers.begin();
    this.reports.edit(edit);
  }

  hover(unit) {
    if (unit === this.hovered) return;
    this.hovered = unit;
    this.draw();
  }

  changed() {
    this.reports.view();
    this.draw();
    this.keeper.check();
    this.collectWants();
    this.wake();
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
    const moving = this.motion.advance(seconds, this.state.rolled);
    this.draw();
    if (moving) this.request = requestAnimationFrame(this.tick);
    else this.reports.view();
  }

  draw() {
    const { clock } = this;
    const { phase, step } = clock;
    const { unit: picked, rolled, level, track } = this.state;
    const state = [this.motion.state, step, phase, this.hovered, picked, rolled, level, track,
      clock.playing, clock.speed].join();
    if (state === this.drawn) return;
    this.drawn = state;
    if (this.gradientFirst !== (phase === "backward")) this.stack();
    const order = this.focused.scene.direction > 0 ? this.run.steps - 1 : 0;
    const { place, weights, unrolled } = this.motion;
    const frame = {
      place, phase, weights,
      // Paused in the loss phase all losses stand; played, they grow as the cursor passes.
      lossPlace: clock.playing ? place : order,
      step: Math.round(place),
      roll: unrolled,
      unit: this.hovered ?? picked,
      picked,
      chosen: this.hovered === null,
      playing: clock.playing,
      focused: track,
      number: (this.frames = (this.frames ?? 0) + 1),
    };
    for (const one of this.tracks) one.draw(frame);
    this.multiples.draw(phase, clock.heading);
    this.transport.show(clock);
    this.head.show(phase, rolled);
    this.head.showWhere(this.state, step);
    this.keys.show(this.state, this.options);
    if (this.root.dataset.step !== String(step)) this.root.dataset.step = String(step);
    const fast = clock.playing && clock.speed > 1;
    this.head.tell(this.focused, { step, phase, level, layer: this.focused.seen, unit: picked }, {
      aloudAfter: fast ? null : 500, several: this.tracks.length > 1, live: Boolean(this.options.live) });
  }

  destroy() {
    cancelAnimationFrame(this.request);
    this.live.destroy();
    this.reports.destroy();
    this.short.destroy();
    this.toast.destroy();
    this.presentation.destroy();
    this.sizes.disconnect();
    this.head.destroy();
    this.transport.destroy();
  }
}
