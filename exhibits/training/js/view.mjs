/**
 * The training view: holds what is known and where the learner looks, asks for more, draws. What
 * the learner does leaves as an act (train, pause, …) at once, or as a view once they rest.
 *
 * @typedef {{name: string, maxSteps: number, clip: number|null, fields: string[]}} TrackAbout
 * @typedef {{track: number, at: number|null, a: number|null, b: number|null, pair: boolean, log: boolean}} Looks
 * @typedef {{run: string|null, url: string|null, problem: string, other: boolean, machine: boolean, norm: boolean, height: number,
 *   about: {unit: string, task: string, aim: {goal: number, higher: boolean, score: string, words: string}, lines: {name: string, value: number, about: string}[], tracks: TrackAbout[]},
 *   known: {state: string, weights: boolean}, view: Looks & {turn: number}}} Data `other`: the settings are no longer those of
 *   the run; `known`: as Python drew the page
 */

import { significant } from "../../stage/js/scales.mjs";
import { readTheme } from "../../stage/js/theme.mjs";
import { CurvePlot } from "./curve_plot.mjs";
import { courseAt, lastStep } from "./envelope.mjs";
import { Head } from "./head.mjs";
import { Legend } from "./legend.mjs";
import { LETTERS, LOOKS } from "./looks.mjs";
import { Machine } from "./machine.mjs";
import { Poll } from "./poll.mjs";
import { RunData } from "./run_data.mjs";
import { runWords } from "./words.mjs";

const QUIET = 220; // ms without a change until Python is told where the learner looks
const PATIENCE = 3000; // ms that an act may take before its buttons can be used again
const NARROW = 640;

export class View {
  /** @param {HTMLElement} root the `section` */
  constructor(root) {
    this.root = root;
    const find = (name) => root.querySelector(`[data-${name}]`);
    this.head = new Head(root, (kind) => this.act(kind));
    this.legend = new Legend(find("tracks"), (track) => this.look({ track, at: null }));
    this.reading = find("reading");
    this.unit = find("unit");
    this.lossPlot = new CurvePlot(find("loss"), { height: 300, label: "Loss", onStep: (step, final) => this.pointed(step, final) });
    this.normPlot = new CurvePlot(find("norm"), { height: 104, label: "Gradient norm", onStep: (step, final) => this.pointed(step, final) });
    this.machine = new Machine(find("machine"), {
      look: (at) => this.look({ at }),
      mark: (name) => this.look({ [name]: this.looks.at ?? this.machine.newest }),
      pair: (pair) => this.look({ pair }),
    });
    for (const button of root.querySelectorAll("[data-log]")) button.onclick = () => this.look({ log: button.dataset.log === "true" });
    this.scale = [...root.querySelectorAll("[data-log]")];
    this.run = new RunData();
    Object.assign(this, { lost: "", gone: false });
    this.sizes = new ResizeObserver(() => this.data && this.root.clientWidth !== this.width && this.drawSoon());
    this.sizes.observe(root);
  }

  /** @param {{data: Data, setStateValue: Function, setTriggerValue: Function}} component */
  update(component) {
    const { data } = component;
    this.component = component;
    if (!this.data || data.view.turn !== this.data.view.turn || data.run !== this.data.run) this.looks = { ...data.view };
    const other = !this.data || data.run !== this.data.run;
    this.data = data;
    if (other) this.begin();
    this.lossPlot.options.height = data.height;
    this.root.querySelector("[data-norm]").parentElement.hidden = !data.norm;
    this.theme = readTheme(this.root);
    this.free();
    this.poll?.soon(0);
    this.draw();
    this.root.style.visibility = "";
  }

  /** A new run, or none: what is known of another is forgotten. */
  begin() {
    this.poll?.end();
    this.run = new RunData();
    Object.assign(this, { lost: "", gone: false });
    this.poll = this.data.url && new Poll(this.data.url, this.run, {
      took: () => this.took(),
      lost: (gone) => this.lose(gone),
      track: () => this.looks.track,
      wantsRows: () => this.data.machine,
    });
  }

  took() {
    this.lost = "";
    this.root.dataset.updates = String(Number(this.root.dataset.updates ?? 0) + 1);
    this.drawSoon();
    if (this.run.state !== this.stateSeen) this.free();
    this.stateSeen = this.run.state;
    this.tellState();
  }

  /** Python draws the stage and grades a challenge by it, so it learns of a change of state. */
  tellState() {
    const { state, tracks } = this.run;
    const weights = tracks.some(({ snapshots }) => snapshots.length);
    const { known, run } = this.data;
    const word = `${run} ${state} ${weights}`;
    if (word === this.told || (state === known.state && (known.weights || !weights))) return;
    this.told = word;
    this.component.setStateValue("told", { run, state, weights });
  }

  lose(gone) {
    this.gone = gone;
    this.lost = gone
      ? "This training is not kept any more. Train starts a new one."
      : "No answer from the app. The training goes on there; this page asks again.";
    this.drawSoon();
  }

  // What the learner does.

  act(kind) {
    this.busy = true;
    clearTimeout(this.patience);
    this.patience = setTimeout(() => { this.free(); this.drawSoon(); }, PATIENCE);
    this.acts = (this.acts ?? 0) + 1;
    this.component.setTriggerValue("act", { kind, run: this.data.run, number: this.acts });
    this.draw();
  }

  free() {
    this.busy = false;
    clearTimeout(this.patience);
  }

  /** @param {Partial<Looks>} change */
  look(change) {
    this.looks = { ...this.looks, ...change };
    if (this.looks.a === null || this.looks.b === null) this.looks.pair = false;
    if ("track" in change) Object.assign(this.looks, { a: null, b: null, pair: false });
    if ("track" in change) this.poll?.soon(0);
    if ("at" in change && Object.keys(change).length === 1) this.cursorMoved();
    else this.draw();
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.tell(), QUIET);
  }

  tell() {
    const { track, at, a, b, pair, log } = this.looks;
    this.component.setStateValue("view", { run: this.data.run, track, at, a, b, pair, log });
  }

  /** Over a curve its values are read; a click there looks at the snapshot nearest to it. */
  pointed(step, final) {
    if (final && step !== null && this.data.machine) {
      const { columns } = this.run.tracks[this.looks.track] ?? { columns: [] };
      const near = columns.reduce((best, one) => (best === null || Math.abs(one - step) < Math.abs(best - step) ? one : best), null);
      if (near !== null) this.look({ at: near });
    }
    this.reading.textContent = step === null ? "" : this.readingAt(step);
  }

  readingAt(step) {
    const several = this.run.tracks.length > 1;
    const parts = this.run.tracks.map(({ losses }, k) => [k, courseAt(losses, step)])
      .filter(([, value]) => Number.isFinite(value))
      .map(([k, value]) => `${several ? `${LETTERS[k]} ` : ""}${significant(value, 3)}`);
    return parts.length ? `step ${step.toLocaleString("en")}: ${parts.join(", ")}` : "";
  }

  // Drawing.

  drawSoon() {
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = undefined;
    const { data, run, theme, looks } = this;
    this.width = this.root.clientWidth;
    this.root.toggleAttribute("data-narrow", this.width < NARROW);
    this.head.draw(run, data, { lost: this.lost, gone: this.gone, busy: this.busy });
    this.legend.arrange(data.about.tracks, theme);
    this.legend.draw(run, looks.track, data.about.aim);
    this.unit.textContent = `${data.about.unit}; ${run.tracks.some(({ scored }) => scored.length) ? "line: training, marks: held-out data" : "of each training batch"}`;
    for (const button of this.scale) button.setAttribute("aria-pressed", String((button.dataset.log === "true") === looks.log));
    this.curves();
    this.machineShown();
  }

  machineShown() {
    const { data, looks } = this;
    this.machine.root.hidden = !data.machine;
    if (!data.machine) return;
    const { fields } = data.about.tracks[looks.track] ?? { fields: [] };
    this.machine.draw(this.run.tracks[looks.track], { fields, chance: data.about.lines[0].value }, looks, this.theme);
  }

  get last() {
    const most = Math.max(1, ...this.data.about.tracks.map(({ maxSteps }) => maxSteps));
    const done = Math.max(0, ...this.run.tracks.map(({ losses }) => losses.length));
    return this.run.ended ? Math.max(1, done) : lastStep(done, most);
  }

  curves() {
    const { run, data, looks, theme, last } = this;
    const wide = this.lossPlot.root.clientWidth;
    const shared = (k, track) => ({ look: LOOKS[k], letter: LETTERS[k], solvedAt: track.solvedAt(data.about.aim) });
    this.lossPlot.draw({
      curves: run.tracks.map((track, k) => ({ ...shared(k, track), series: track.losses, points: track.scored.map(([step, loss]) => [step, loss]) })),
      levels: data.about.lines.filter(({ value }) => !looks.log || value > 0),
      goal: data.about.aim.words, last, log: looks.log, cursor: looks.at, foot: true,
    }, theme, wide);
    if (data.norm) {
      this.normPlot.draw({
        curves: run.tracks.map((track, k) => ({ ...shared(k, track), solvedAt: null, series: track.norms, points: [] })),
        levels: this.clips(), goal: "", last, log: true, cursor: looks.at, foot: true,
      }, theme, wide);
    }
    this.alternatives();
  }

  /** The thresholds of clipping, each once. */
  clips() {
    const found = new Map();
    this.data.about.tracks.forEach(({ clip }, k) => clip && found.set(clip, [...(found.get(clip) ?? []), LETTERS[k]]));
    const all = found.size === 1;
    return [...found].map(([value, letters]) => ({ value, name: `${all ? "" : `${letters.join(", ")} `}clip ${significant(value, 2)}` }));
  }

  /** The plots in words, renewed when a screen reader is told anyway. */
  alternatives() {
    const said = this.head.announce.textContent;
    if (said === this.alternative) return;
    this.alternative = said;
    const { lines } = this.data.about;
    const levels = lines.map(({ name, value }) => `${name} ${significant(value, 3)}`).join(", ");
    this.lossPlot.canvas.setAttribute("aria-label", `Loss over training steps. ${runWords(this.run, this.data.about)} Lines: ${levels || "none"}.`);
    const norms = this.run.tracks.map(({ norms: series }, k) => (series.length ? `${LETTERS[k]} ${significant(courseAt(series, series.length - 1), 2)}` : "")).filter(Boolean);
    this.normPlot.canvas.setAttribute("aria-label", `Gradient norm before clipping over training steps. Now: ${norms.join(", ") || "no step yet"}.`);
  }

  /** While a cursor is dragged only it moves. */
  cursorMoved() {
    this.curves();
    this.machine.show(this.looks);
  }

  destroy() {
    this.poll?.end();
    this.sizes.disconnect();
    cancelAnimationFrame(this.frame);
    for (const timer of [this.quiet, this.patience]) clearTimeout(timer);
  }
}
