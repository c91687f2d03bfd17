/**
 * The exact arithmetic of one unit at the step under the cursor: which sum, its terms, what the
 * squashing makes of it, what follows from it, and the same in letters and in code. Going back,
 * the same for its gradient; in the loss phase the read-out's.
 */

import { html } from "./dom.mjs";
import { spokenFormula } from "./formula.mjs";
import { significant } from "./scales.mjs";
import { stepBy } from "./terms.mjs";
import { ChainView } from "./unit_chain.mjs";
import { CurveView } from "./unit_curve.mjs";
import { LinesView } from "./unit_lines.mjs";
import { modelOf } from "./unit_model.mjs";
import { ranksOf } from "./unit_ranks.mjs";
import { SumView, differs } from "./unit_sum.mjs";
import { symbolText, writeSymbol } from "./unit_symbols.mjs";

export class UnitView {
  /** @param {HTMLElement} root @param {import("./track.mjs").Track} track */
  constructor(root, track) {
    this.root = root;
    this.track = track;
    this.stage = track.stage;
    this.chosen = {};
    this.note = html("p", { class: "unit-note" }, root);
    this.rows = html("div", { class: "unit-rows", role: "group", "aria-label": "The sum that is open" }, root);
    this.work = html("div", { class: "unit-work" }, root);
    const sums = html("div", { class: "unit-sums" }, this.work);
    const hooks = { stage: this.stage, mayChange: () => track.editable, light: (part, term) => this.light(part, term), go: (from) => this.go(from) };
    this.sums = [0, 1].map(() => new SumView(html("div", { class: "unit-sum" }, sums), hooks));
    this.curve = new CurveView(html("div", { class: "unit-squash" }));
    this.then = html("section", { class: "unit-then" }, root);
    this.thenTitle = html("h3", {}, this.then);
    this.chain = new ChainView(html("div", { class: "chain" }, this.then), { row: (row) => this.choose(row), light: hooks.light });
    this.formula = html("div", { class: "unit-formula" }, root);
    this.lines = new LinesView(root, () => this.again());
  }

  layout(scene, bitmaps, theme) {
    Object.assign(this, { scene, bitmaps, theme, drawn: "" });
    this.root.setAttribute("role", "group");
  }

  /** What travels on demand: the scripts, while they are open. */
  wanted() {
    return this.lines.open && this.lines.want ? [this.lines.want] : [];
  }

  /** @param {import("./graph.mjs").Frame} frame */
  draw(frame) {
    this.frame = frame;
    const unit = frame.picked ?? this.unit ?? 0;
    const state = [frame.step, frame.phase, unit, this.chosen[frame.phase], frame.playing].join();
    if (state === this.drawn) return;
    this.drawn = state;
    this.unit = unit;
    this.show({ step: frame.step, phase: frame.phase, unit, layer: this.scene.seen });
    // A cursor that comes to rest by itself tells nobody: what is wanted is then another step's.
    if (this.lines.open && !frame.playing) queueMicrotask(() => this.stage.collectWants());
  }

  again() {
    this.drawn = "";
    if (this.frame) this.draw(this.frame);
    this.stage.collectWants();
  }

  choose(row) {
    this.chosen[this.frame.phase] = row;
    this.again();
  }

  /** To the unit that a factor comes from, at its own step. */
  go({ layer, step, unit }) {
    if (layer !== this.scene.seen) this.stage.seeLayer(layer);
    this.stage.to(step);
    this.stage.open(unit);
  }

  show(at) {
    const { run, ghost } = this.scene;
    const missing = at.unit >= run.hidden ? `This network has ${run.hidden} units, and no unit ${at.unit}.` : "";
    for (const part of [this.rows, this.work, this.then, this.formula, this.lines.node]) part.hidden = missing !== "";
    this.say(missing ? [missing] : []);
    this.root.setAttribute("aria-label", `The arithmetic of unit ${at.unit} at t = ${at.step}`);
    if (missing) return;
    const row = this.rowFor(at);
    const model = modelOf(run, { ...at, row });
    const before = ghost && comparable(ghost, run) ? modelOf(ghost, { ...at, row: model.row }) : null;
    this.opened = { ...this.opened, [at.phase]: model.row };
    // A strip that is no gate's opens the telling gate's sum, which then stays from step to step.
    if (at.phase !== "loss" && row !== model.row) delete this.chosen[at.phase];
    this.say(model.notes);
    this.showRows(model, before);
    this.showSums(model, before, at);
    this.chain.show(model.equations, before?.equations ?? null, model.row);
    this.then.hidden = model.equations.length === 0;
    this.thenTitle.textContent = model.then;
    this.showFormulas(model.formulas);
    this.lines.show(model, at, run, at.layer);
    this.root.classList.toggle("presented", this.stage.presentation.on);
    this.steady(`${at.phase} ${model.row} ${at.unit} ${at.layer} ${this.scene.geometry.width}`);
  }

  /** From step to step the sums may need fewer lines; what stands below does not jump for that. */
  steady(about) {
    if (about !== this.tallAbout) {
      this.tall = 0;
      this.work.style.minHeight = "";
    }
    this.tallAbout = about;
    const height = this.work.offsetHeight;
    if (height <= this.tall) return;
    this.tall = height;
    this.work.style.minHeight = `${height}px`;
  }

  /** The learner's choice; else the one that told most when the unit was opened, from step to step. */
  rowFor({ phase, unit, layer }) {
    const about = `${this.scene.run.header.cell} ${layer} ${unit}`;
    if (about !== this.about) this.opened = {};
    this.about = about;
    // What was clicked to come here, once: a gate's strip opens that gate's sum.
    if (this.stage.asked !== this.heard) this.chosen[phase] = this.stage.asked.field;
    this.heard = this.stage.asked;
    return this.chosen[phase] ?? this.opened?.[phase];
  }

  say(notes) {
    this.note.hidden = notes.length === 0;
    this.note.textContent = notes.join(" ");
  }

  showRows(model, before) {
    const keys = model.rows.map(({ key }) => key).join();
    if (keys !== this.rowKeys) this.makeRows(model.rows);
    this.rowKeys = keys;
    model.rows.forEach((row, k) => {
      const { node, name, symbol, equals, value, was } = this.buttons[k];
      name.textContent = row.name;
      writeSymbol(symbol, row.symbol);
      equals.textContent = row.text.startsWith("≈") ? " " : " = ";
      value.textContent = row.text;
      node.dataset.part = row.part;
      node.setAttribute("aria-pressed", String(row.key === model.row));
      node.setAttribute("aria-label", `${row.name} ${symbolText(row.symbol)} = ${row.text}`);
      const old = before?.rows.find(({ key }) => key === row.key)?.value;
      was.hidden = !differs(old, row.value);
      was.textContent = was.hidden ? "" : `was ${significant(old, 3)}`;
    });
  }

  makeRows(rows) {
    this.rows.replaceChildren();
    this.buttons = rows.map(({ key }) => {
      const node = html("button", { type: "button", class: "unit-row", "data-row": key }, this.rows);
      const name = html("span", { class: "row-name" }, node);
      const line = html("span", { class: "row-value" }, node);
      const symbol = html("span", { class: "symbol" }, line);
      const equals = html("span", {}, line);
      const value = html("b", {}, line);
      const was = html("span", { class: "was" }, node);
      node.onclick = () => this.choose(key);
      return { node, name, symbol, equals, value, was };
    });
  }

  showSums(model, before, at) {
    const { run, ghost, geometry } = this.scene;
    const inReadout = at.phase === "loss";
    const colour = ({ part, from }) => (part === "h" && from && from.layer === at.layer ? this.bitmaps.colour("hidden", from.step, from.unit) : null);
    this.work.hidden = model.sums.length === 0;
    const ranks = model.sums.length > 0 ? this.ranksFor({ ...at, row: model.row }) : null;
    this.sums.forEach((view, k) => {
      const sum = model.sums[k];
      view.root.hidden = !sum;
      if (!sum) return;
      view.show(sum, before?.sums[k] ?? null, { run, ghostRun: ghost, layer: at.layer, most: mostTerms(geometry) + ({ loss: 1, backward: 2 }[at.phase] ?? 0), ranks, colour,
        own: at.unit, keepsOwn: inReadout, captions: captionsOf(run, at),
        tail: model.squash && k === model.sums.length - 1 ? this.curve.root : null });
    });
    if (model.squash) this.curve.show(model.squash, before?.squash ?? null);
  }

  /** While one sum is open its terms stay the same ones, also while something is changed. */
  ranksFor(at) {
    const { header, hidden } = this.scene.run;
    const about = [header.cell, hidden, at.layer, at.unit, at.phase, at.row].join();
    if (about !== this.rankedAbout) this.ranks = ranksOf(this.scene.run, at);
    this.rankedAbout = about;
    return this.ranks;
  }

  showFormulas(formulas) {
    const word = JSON.stringify(formulas);
    if (word === this.formulaShown) return;
    this.formulaShown = word;
    this.formula.replaceChildren(...formulas.map((tokens) => this.formulaLine(tokens)));
  }

  formulaLine(tokens) {
    const line = html("p", { class: "formula", role: "math", "aria-label": spokenFormula(tokens) });
    for (const { text, sub, sup, part, upright } of tokens) {
      const node = html("span", upright ? { class: "upright" } : { class: "letter", ...(part ? { "data-part": part } : {}) }, line);
      html("span", {}, node).textContent = text;
      if (sup) html("sup", {}, node).textContent = sup;
      if (sub) html("sub", {}, node).textContent = sub;
      if (!part) continue;
      node.onpointerenter = () => this.light(part);
      node.onpointerleave = () => this.light(null);
    }
    return line;
  }

  /**
   * Lights every place of a part: its numbers, its letters, its terms; where one term is pointed
   * at, of the terms that one alone.
   * @param {string|null} part @param {HTMLElement|null} [term]
   */
  light(part, term = null) {
    const places = part === null ? [] : [...this.root.querySelectorAll("[data-part]")].filter((node) => node.dataset.part === part
      && (term === null || node === term || !node.classList.contains("term")));
    for (const node of this.lit ?? []) if (!places.includes(node)) node.removeAttribute("data-lit");
    for (const node of places) node.setAttribute("data-lit", "");
    this.lit = places;
  }
}

/** How many terms stand side by side with what is left of the sum; on a phone they take two lines. Where
 * there is no input or no bias, `fold` has left room for it. */
const mostTerms = ({ narrow, width }) => (narrow ? 8 : Math.min(12, Math.max(6, Math.floor((width - 140) / 82))));

/** What each group of terms is called, above its first one. */
function captionsOf(run, { layer, step, phase }) {
  const [before, later] = [-1, 1].map((by) => stepBy(run, layer, step, by));
  const { depth } = run.header.layers[layer];
  const top = !run.header.layers.some((other) => other.depth > depth);
  const back = phase === "backward";
  const state = before === null ? "initial state" : `state at t = ${before}`;
  return { x: depth > 0 ? "layer below" : "input", h: phase === "loss" ? `state at t = ${step}` : back ? "from h" : state,
    b: "bias", c: back ? "peephole" : "memory", q: "recurrent", e: top ? "loss here" : "layer above", later: `from t = ${later}`, z: "straight", f: `from t = ${later}` };
}

/** A run before a change stands beside the new one only where both are of the same shape. */
const comparable = (ghost, run) => ghost.header.cell === run.header.cell && ghost.steps === run.steps && ghost.hidden === run.hidden
  && ghost.header.layers.length === run.header.layers.length;
