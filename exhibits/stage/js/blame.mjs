/**
 * Who is to blame: the gradient of every step divided among the losses that it comes from. The
 * gradient strip gets bands, the triangle shows every part, a list names those of the step under
 * the cursor, and for the LSTM each loss's two ways back. Tracks that stand side by side share the
 * loss that is pointed at or kept: that is what they are compared by.
 */

import { BlameList } from "./blame_list.mjs";
import { BlameStrip } from "./blame_strip.mjs";
import { glued, reachSentence } from "./blame_words.mjs";
import { html, Part } from "./dom.mjs";
import { bothAxes } from "./growth.mjs";
import { PathSplit } from "./path_split.mjs";
import { decades, niceLimit } from "./scales.mjs";
import { Sources } from "./shares.mjs";
import { Triangle } from "./triangle.mjs";

/** From this width on, the triangle has a neighbour. */
const TWO_COLUMNS = 700;
const GAP = 36;
/** Milliseconds that a loss takes to run back. */
const PLAYS = 450;
const HINT = "Point at a band of the gradient strip, or a row below: that one loss runs back alone. Click keeps it.";
const WAIT = "Taking the gradient apart…";

export class Blame {
  /** @param {HTMLElement} root @param {import("./track.mjs").Track} track */
  constructor(root, track) {
    this.root = root;
    this.track = track;
    const [other] = this.peers();
    this.hovered = null;
    this.pinned = other?.pinned ?? null;
    this.linear = other?.linear ?? false;
    this.makeLead();
    const grid = html("div", { class: "blame-grid" }, root);
    const [left, right] = [html("div", {}, grid), html("div", {}, grid)];
    this.grid = grid;
    const pick = (source, t) => this.pick(source, t);
    const hover = (source) => this.hover(source);
    this.triangle = new Triangle(left, { hover, pick });
    this.list = new BlameList(html("div", { class: "blame-here" }, right), { hover, pick });
    this.pathsRoot = html("div", { class: "blame-paths" }, right);
    this.paths = new PathSplit(this.pathsRoot);
    this.strip = new BlameStrip(track.gradient, { hover, pick, linear: (on) => this.setLinear(on),
      resized: () => track.stack(track.stage.clock.phase) });
    this.escape = (event) => this.escaped(event);
    track.stage.root.addEventListener("keydown", this.escape, { capture: true });
  }

  makeLead() {
    const lead = html("div", { class: "blame-lead" }, this.root);
    this.sentence = new Part(html("p", { class: "blame-sentence" }, lead));
    this.chip = html("button", { type: "button", class: "unit-chip", title: "Let go of this loss (Esc)" }, lead);
    this.chip.onclick = () => {
      this.pin(null);
      this.triangle.node.focus({ preventScroll: true });
    };
    this.live = html("p", { class: "sr", "aria-live": "polite" }, lead);
  }

  /** What travels on demand. @returns {string[]} */
  wanted() {
    const kept = this.pinned === null ? [] : [`alone:${this.pinned}`];
    if (this.track.run.header.cell !== "lstm") return ["sources", ...kept];
    return ["sources", "paths", ...kept, ...(this.pinned === null ? [] : [`paths:${this.pinned}`])];
  }

  layout(scene, bitmaps, theme, width) {
    Object.assign(this, { scene, theme, width });
    const { run, seen } = scene;
    const came = run.wanted(seen, "sources");
    const problem = came?.facts.problem ?? null;
    this.ready = came !== null && problem === null && run.of(seen, "grad_hidden_norm") !== null;
    this.grid.hidden = !this.ready;
    if (!this.ready) {
      this.chip.hidden = true;
      this.sentence.text(problem ?? WAIT);
      return;
    }
    if (this.taken !== came.array("norms")) this.take(came);
    this.left = run.of(seen, "grad_hidden_norm");
    if (!this.sources.has(this.pinned)) this.pinned = null;
    if (!this.sources.has(this.hovered)) this.hovered = null;
    const { stage } = this.track;
    this.axis = stage.growth.of("blame", axisOf(stage.tracks, scene.scales.axis), bothAxes);
    this.place();
    this.show(false);
  }

  take(came) {
    this.taken = came.array("norms");
    this.sources = new Sources(came.facts, this.taken, this.scene.run.steps);
  }

  /** The same view of every track. @returns {Blame[]} */
  peers() {
    return this.track.stage.tracks.map((track) => track.panels.made.blame?.view ?? null).filter(Boolean);
  }

  place() {
    const { scene, sources, theme, axis, left, width } = this;
    const { run } = scene;
    const two = width >= TWO_COLUMNS;
    this.grid.toggleAttribute("data-two", two);
    this.root.toggleAttribute("data-slim", !two);
    const wide = two ? Math.floor((width - GAP) / 2) : width;
    const given = { run, sources, theme, axis, left, width: wide };
    this.triangle.layout(given);
    this.list.layout(given);
    const { growth, tracks } = this.track.stage;
    const top = growth.of("blame's stack", stackedTop(tracks), Math.max);
    this.strip.layout({ theme, sources, left, axis, linear: this.linear, top });
    this.wide = wide;
    this.placePaths();
  }

  placePaths() {
    const { run, seen } = this.scene;
    const all = run.wanted(seen, "paths");
    this.pathsRoot.hidden = run.header.cell !== "lstm";
    if (this.pathsRoot.hidden) return;
    const own = this.pinned === null ? all : run.wanted(seen, `paths:${this.pinned}`);
    const split = (came) => (came?.array("straight")
      ? { straight: came.array("straight"), gates: came.array("gates") } : null);
    this.paths.layout({ run, split: split(own), source: this.pinned, problem: own?.facts.problem ?? null,
      axis: this.pathAxis(), theme: this.theme, width: this.wide });
  }

  /** Of all tracks: for the total its own decades, for one loss those of all losses too. */
  pathAxis() {
    const totals = this.track.stage.tracks.flatMap(({ run, seen }) => ["straight", "gates"].flatMap((way) =>
      [...(run.wanted(seen, "paths")?.array(way) ?? [])]));
    if (totals.length === 0) return this.axis;
    const own = this.track.stage.growth.of("paths", decades(totals), bothAxes);
    return this.pinned === null ? own : bothAxes(own, this.axis);
  }

  // What the learner does.

  setLinear(linear) {
    for (const peer of this.peers()) {
      peer.linear = linear;
      if (!peer.ready) continue;
      peer.place();
      peer.show(false);
    }
    this.redraw();
  }

  /** The loss that plays alone: the one pointed at, else the one kept. */
  get shown() {
    return this.hovered ?? this.pinned;
  }

  hover(source) {
    for (const peer of this.peers()) peer.point(source);
  }

  point(source) {
    if (!this.ready) return;
    const before = this.shown;
    this.hovered = this.sources.has(source) ? source : null;
    this.show(this.shown !== before);
  }

  /** A click on a band or a row: keeps it, or lets go of it; on a cell of the triangle it also goes there. */
  pick(source, t) {
    if (t !== undefined) this.track.stage.to(t);
    this.pin(source === this.pinned && (t === undefined || t === this.keptAt) ? null : source);
    this.keptAt = t;
  }

  pin(source) {
    for (const peer of this.peers()) {
      if (!peer.ready) continue;
      const before = peer.shown;
      peer.pinned = peer.sources.has(source) ? source : null;
      peer.placePaths();
      peer.show(peer.shown !== before);
    }
    this.live.textContent = source === null ? "All losses together." : `Kept. ${this.sentence.node.textContent}`;
    this.redraw();
    this.track.stage.changed();
  }

  /** Escape lets go of the loss that is kept, and only then does what else it does. */
  escaped(event) {
    if (!this.root.isConnected) {
      event.currentTarget.removeEventListener("keydown", this.escape, { capture: true });
      return;
    }
    const open = this.track.panels.open?.includes("blame");
    const typing = event.composedPath()[0].matches?.("input:not([type=range]), textarea, select");
    if (event.key !== "Escape" || !open || typing || this.pinned === null) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.pin(null);
  }

  // Pictures.

  /** @param {boolean} play whether the loss runs back, or stands at once */
  show(play) {
    const { shown, pinned, sources } = this;
    const told = shown ?? (sources.losses.length === 1 ? sources.losses[0] : null);
    this.sentence.text(told === null ? HINT : glued(reachSentence(this.scene.run, sources, told)));
    this.sentence.node.toggleAttribute("data-hint", told === null);
    this.chip.hidden = pinned === null;
    this.chip.textContent = `loss at t = ${pinned} ×`;
    this.chip.setAttribute("aria-label", `Let go of the loss at t = ${pinned}`);
    this.triangle.show(shown);
    this.list.show(pinned);
    this.track.body.toggleAttribute("data-alone", shown !== null);
    // The wires follow the loss that is kept, as soon as its way has come.
    this.track.scene.alone = pinned === null ? null : this.scene.run.wanted(this.scene.seen, `alone:${pinned}`);
    if (play && shown !== null && !this.track.stage.still.matches) this.play();
    // Also while a loss runs back: a layout anew has left the strip plain.
    else this.paint(this.request ? this.grown : 1);
  }

  play() {
    cancelAnimationFrame(this.request);
    this.paint(0);
    const began = performance.now();
    const tick = (now) => {
      const share = Math.min(1, Math.max(0, (now - began) / PLAYS));
      this.request = share < 1 && this.shown !== null ? requestAnimationFrame(tick) : 0;
      this.paint(this.shown === null ? 1 : share);
    };
    this.request = requestAnimationFrame(tick);
  }

  paint(grown) {
    // Closed meanwhile, or laid out anew: then the strip is not ours.
    this.grown = grown;
    if (this.track.gradient.guest === this.strip) this.strip.paint(this.shown, grown);
  }

  redraw() {
    for (const peer of this.peers()) if (peer.frame) peer.draw(peer.frame);
  }

  /** @param {import("./graph.mjs").Frame} frame */
  draw(frame) {
    this.frame = frame;
    if (!this.ready) return;
    this.triangle.draw(frame);
    this.list.draw(frame);
    if (!this.pathsRoot.hidden) this.paths.draw(frame);
  }
}

/** Norms of all tracks' parts: one axis, so that they can be compared by eye. */
function partsOf(track) {
  return track.run.wanted(track.seen, "sources")?.array("norms") ?? [];
}

/** Whole decades for the totals and for every part. */
function axisOf(tracks, { low, high }) {
  const total = [10 ** low, 10 ** high];
  return decades([...total, ...tracks.flatMap((track) => [...partsOf(track)])]);
}

/** The largest stack of norms of all tracks, rounded up. */
function stackedTop(tracks) {
  return niceLimit(Math.max(...tracks.map((track) => {
    const came = track.run.wanted(track.seen, "sources");
    if (!came?.array("norms")) return 0;
    const sources = new Sources(came.facts, came.array("norms"), track.run.steps);
    let most = 0;
    for (let t = 0; t < track.run.steps; t++) most = Math.max(most, sources.stacked(t));
    return most;
  })));
}
