/**
 * State space: the hidden state of the seen layer as a path in a plane, the points where it would
 * stand still while the input under the cursor is held, and what their eigenvalues say.
 */

import { html, svg } from "./dom.mjs";
import { cornersOf } from "./growth.mjs";
import { keepKeys } from "./space_keys.mjs";
import { named } from "./narration.mjs";
import { css, significant } from "./scales.mjs";
import { Eigenvalues } from "./space_eigenvalues.mjs";
import { drawMark } from "./space_marks.mjs";
import { facing, ofDirections, ofUnits, projected, sharesOf } from "./space_path.mjs";
import { foundWords, modulus, nearestTo, pace, readPoints, shapeOf, verdict } from "./space_points.mjs";
import { Plane, timeColours } from "./space_plane.mjs";

/** Widths from which the plane has the points beside it, and the points their circle. */
const BESIDE = 760;
const SIDE = 288;
const SLIM = 480;

const percent = (share) => `${(100 * share).toFixed(share > 0 && share < 0.0095 ? 1 : 0)} %`;

/** The square that tanh allows is shown where it does not dwarf the path. */
function boundOf(run, path) {
  const largest = Math.max(...path.flat().map(Math.abs));
  return !["rnn_relu", "rnn_linear"].includes(run.header.cell) && largest > 0.4 ? 1 : null;
}

export class Space {
  /** @param {HTMLElement} root @param {import("./track.mjs").Track} track */
  constructor(root, track) {
    this.root = root;
    this.track = track;
    this.units = null;
    this.makeControls();
    const body = html("div", { class: "space-body" }, root);
    const figure = html("div", { class: "space-plane" }, body);
    this.wait = html("p", { class: "panel-wait" }, figure);
    this.wait.textContent = "Looking for the plane in which the state moves most …";
    this.plane = new Plane(figure, track, (k) => this.choose(k));
    this.makeKey(figure);
    this.makeSide(body);
  }

  makeControls() {
    const row = html("div", { class: "space-controls" }, this.root);
    const choice = html("div", { class: "choice", role: "group", "aria-label": "Axes of the plane" }, row);
    const button = (words, units) => {
      const node = html("button", { type: "button" }, choice);
      node.textContent = words;
      node.onclick = () => this.see(units());
      return node;
    };
    this.byDirections = button("Principal components", () => null);
    this.byUnits = button("Two units", () => this.units ?? this.firstUnits());
    this.selects = html("span", { class: "space-units" }, row);
    this.axes = ["across", "up"].map((way, k) => {
      const label = html("label", {}, this.selects);
      label.append(`${way} `);
      const select = html("select", { "aria-label": `Unit ${way}` }, label);
      keepKeys(select);
      select.onchange = () => this.see(this.units.map((unit, j) => (j === k ? Number(select.value) : unit)));
      return select;
    });
    this.share = html("p", { class: "panel-note space-share" }, row);
  }

  makeKey(root) {
    this.key = html("p", { class: "space-key" }, root);
    const entry = (kind, words) => {
      const node = html("span", {}, this.key);
      html("i", { class: kind }, node);
      node.append(words);
      return node;
    };
    entry("key-time", "early → late");
    this.markKeys = [["stable", "stable"], ["unstable", "unstable"], ["saddle", "saddle"]].map(([shape, words]) => {
      const node = html("span", {}, this.key);
      drawMark(svg("svg", { viewBox: "-9 -9 18 18", width: 15, height: 15, "aria-hidden": "true" }, node), shape, 6.5);
      node.append(words);
      return node;
    });
    entry("key-start", "before the first step");
    this.ghostKey = entry("key-ghost", "before your change");
    this.boundKey = entry("key-bound", "as far as a unit goes");
    this.gradientKey = entry("key-gradient", "−∂L/∂h: down the loss, length logarithmic");
  }

  makeSide(body) {
    this.side = html("div", { class: "space-side" }, body);
    this.held = html("p", { class: "space-held" }, this.side);
    this.list = html("div", { class: "space-list", role: "group", "aria-label": "Fixed points" }, this.side);
    this.story = html("div", { class: "space-story" }, this.side);
    const words = html("div", {}, this.story);
    this.eigenvalues = new Eigenvalues(this.story);
    this.verdict = html("p", { class: "space-verdict" }, words);
    this.pace = html("p", { class: "panel-note" }, words);
  }

  /** The picked unit and the next, or the first two. */
  firstUnits() {
    const first = this.track.stage.state.unit ?? 0;
    return [first, (first + 1) % this.track.run.hidden];
  }

  /** @param {[number, number]|null} units null: the principal components */
  see(units) {
    this.units = units;
    this.paint();
    if (this.frame) this.draw(this.frame);
  }

  layout(scene, bitmaps, theme, width) {
    Object.assign(this, { scene, theme, width });
    const { run, seen } = scene;
    this.home = this.planeFor(run.wanted(seen, "space"));
    this.kind = this.kindOf();
    if (this.units?.some((unit) => unit >= run.hidden)) this.units = null;
    this.receive();
    this.paint();
  }

  /**
   * What came for another run serves until this one's comes, if it is of the same kind; and while
   * the learner changes things the plane stays the one from before, so that only the path moves.
   */
  planeFor(sent) {
    const known = this.kind === this.kindOf() ? this.home : undefined;
    this.kept = Boolean(known && this.scene.ghost && (this.kept || sent));
    if (this.kept) return known;
    return this.track.stage.watched && sent && known ? this.turned(sent, known) : sent ?? known;
  }

  /** The plane of a run that changes by itself, its axes the same way round as before. */
  turned(sent, known) {
    if (!sent.array("directions") || !known.array("directions")) return sent;
    const directions = facing(this.scene.run.hidden, sent.array("directions"), known.array("directions"));
    return { facts: sent.facts, array: (name) => (name === "directions" ? directions : sent.array(name)) };
  }

  /** How far a path that changes by itself has reached so far. @param {[number, number][]} path */
  reached(path) {
    const name = `space of ${this.track.number}, ${this.units ?? "components"}`;
    return this.track.stage.growth.of(name, cornersOf(path), (before, now) => cornersOf([...before, ...now]));
  }

  kindOf() {
    const { run, seen } = this.scene;
    return `${run.header.cell} ${run.hidden} ${seen} ${run.header.layers.length}`;
  }

  receive() {
    const { run, seen } = this.scene;
    const sent = run.wanted(seen, this.asked ?? "");
    if (sent) {
      this.problem = sent.facts.problem;
      this.found = this.problem ? null : readPoints(sent);
      this.foundKind = this.kind;
      this.foundLabels = run.header.input.labels;
      this.chosen = this.found ? nearestTo(this.found.points, this.followed) : 0;
    } else if (this.foundKind !== this.kind) {
      this.found = null;
      this.problem = undefined;
      this.followed = null;
    }
  }

  /** @returns {string[]} */
  wanted() {
    const { stage } = this.track;
    if (!stage.clock.playing || !this.asked) this.asked = `space:${stage.clock.step}`;
    return this.tooLarge() ? ["space"] : ["space", this.asked];
  }

  tooLarge() {
    return this.home && this.scene.run.hidden > this.home.facts.most_units;
  }

  choose(k) {
    this.chosen = k;
    this.followed = this.found.points[k].state;
    this.paintPoints();
  }

  paint() {
    const { run } = this.scene;
    const ready = Boolean(this.units || this.home);
    this.byDirections.setAttribute("aria-pressed", String(!this.units));
    this.byUnits.setAttribute("aria-pressed", String(Boolean(this.units)));
    this.byUnits.disabled = run.hidden < 2;
    this.selects.hidden = !this.units;
    if (this.units) this.fillSelects();
    this.share.textContent = this.shareWords();
    this.wait.hidden = ready;
    this.plane.root.style.display = ready ? "block" : "none";
    if (!ready) return;
    const beside = this.width >= BESIDE;
    this.root.toggleAttribute("data-beside", beside);
    this.root.toggleAttribute("data-slim", this.width < SLIM);
    const wide = beside ? this.width - SIDE - 32 : this.width;
    this.plane.layout(this.drawn(), this.theme, wide, beside ? 480 : Math.min(420, Math.max(300, Math.round(wide * 0.78))));
    this.paintKey();
    this.paintPoints();
  }

  fillSelects() {
    const { hidden } = this.scene.run;
    this.axes.forEach((select, k) => {
      if (select.options.length !== hidden) {
        select.replaceChildren(...Array.from({ length: hidden }, (_, unit) => {
          const option = html("option", { value: unit });
          option.textContent = `unit ${unit}`;
          return option;
        }));
      }
      select.value = String(this.units[k]);
    });
  }

  shareWords() {
    if (this.units || !this.home) return "";
    const [first, second] = this.shares();
    if (first + second === 0) return "The state does not move.";
    const before = this.kept ? ", the one of the run before your change," : "";
    return `This plane${before} holds ${percent(first + second)} of the movement of ${this.scene.run.hidden} units.`;
  }

  /** Of the movement of the run that is shown. */
  shares() {
    const { run, seen } = this.scene;
    if (!this.kept) return this.home.facts.explained;
    const project = ofDirections(run.hidden, this.home.array("directions"), this.home.array("mean"));
    return sharesOf(run.of(seen, "hidden"), run.hidden, projected(run.of(seen, "hidden"), run.steps, project));
  }

  /** @returns {import("./space_plane.mjs").Drawn} */
  drawn() {
    const { run, seen, ghost } = this.scene;
    this.project = this.units ? ofUnits(run.hidden, ...this.units)
      : ofDirections(run.hidden, this.home.array("directions"), this.home.array("mean"));
    const path = projected(run.of(seen, "hidden"), run.steps, this.project);
    const start = this.project(run.of(seen, "initial_hidden"), 0);
    const before = ghost?.hidden === run.hidden ? ghost.of(seen, "hidden") : null;
    return {
      path, start, corners: this.reached([...path, start]), gradient: this.gradient(),
      ghost: before && projected(before, ghost.steps, this.project),
      names: this.units ? this.units.map((unit) => `unit ${unit}`)
        : this.shares().map((share, k) => `principal component ${k + 1} (${percent(share)})`),
      bound: this.units ? boundOf(run, path) : null,
    };
  }

  /** −∂L/∂h of every step, in the plane: a direction has no mean. */
  gradient() {
    const { run, seen } = this.scene;
    const values = run.of(seen, "grad_hidden");
    if (!values) return null;
    const project = this.units ? this.project
      : ofDirections(run.hidden, this.home.array("directions"), new Float64Array(run.hidden));
    return projected(values, run.steps, project).map(([a, b]) => [-a, -b]);
  }

  paintKey() {
    const [pale, strong] = timeColours(this.theme);
    this.key.style.setProperty("--early", css(pale));
    this.key.style.setProperty("--late", css(strong));
    this.ghostKey.hidden = !this.plane.drawn.ghost;
    this.boundKey.hidden = this.plane.drawn.bound === null;
  }

  paintPoints() {
    const { run } = this.scene;
    const points = this.found?.points ?? [];
    this.plane.mark(points.map((point) => ({ at: this.project(point.state, 0), shape: shapeOf(point.kind) })), this.chosen);
    for (const key of this.markKeys) key.hidden = points.length === 0;
    this.held.textContent = this.heldWords(run);
    this.paintList(points);
    this.story.hidden = points.length === 0;
    if (points.length === 0) return;
    const point = points[this.chosen];
    this.eigenvalues.layout(point, this.width < BESIDE && this.width >= SLIM ? 208 : 256);
    this.verdict.textContent = verdict(point);
    this.pace.textContent = pace(point) + (run.header.cell === "lstm" ? ` ${point.eigenvalues.length} eigenvalues: of h and c together.` : "");
  }

  heldWords(run) {
    if (this.tooLarge()) {
      return `Points where the state would stand still are searched for in layers of up to ${this.home.facts.most_units} units; this one has ${run.hidden}.`;
    }
    if (this.problem) return `${this.problem}.`;
    if (!this.found) return "Looking for the points where the state would stand still …";
    const label = this.foundLabels[this.found.step];
    return foundWords(this.found, run.header.input.kind === "text" ? named(label) : label);
  }

  paintList(points) {
    const focused = [...this.list.children].indexOf(this.list.getRootNode().activeElement);
    this.list.replaceChildren(...points.map((point, k) => this.listed(point, k)));
    this.list.hidden = points.length === 0;
    this.list.children[focused]?.focus({ preventScroll: true });
  }

  listed(point, k) {
    const button = html("button", { type: "button", class: "space-item", "aria-pressed": String(k === this.chosen) });
    drawMark(svg("svg", { viewBox: "-10 -10 20 20", width: 20, height: 20, "aria-hidden": "true" }, button), shapeOf(point.kind), 6.5);
    const part = (words, kind) => { html("span", { class: kind }, button).textContent = words; };
    part(point.kind, "space-kind");
    part(`|λ| ${modulus(point.radius)}`, "space-number");
    part(`${significant(point.distance, 3)} from the state here`, "space-number space-far");
    button.onclick = () => this.choose(k);
    return button;
  }

  /** @param {import("./graph.mjs").Frame} frame */
  draw(frame) {
    this.frame = frame;
    if (!this.plane.pixels) return;
    this.plane.draw(frame);
    const back = frame.phase === "backward" && Boolean(this.plane.drawn.gradient);
    if (this.gradientKey.hidden === back) this.gradientKey.hidden = !back;
  }
}
