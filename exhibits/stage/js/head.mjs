/** Title, the choices of layer, phase and view, and the narration. */

import { Crumbs } from "./crumbs.mjs";
import { html } from "./dom.mjs";
import { narrate } from "./narration.mjs";
import { aloud } from "./spoken.mjs";
import { isProbe } from "./vectors.mjs";

/** Milliseconds until what was said aloud is gone again: it stands in the narration, to be read there. */
const SAID = 2000;

export class Head {
  /**
   * @param {HTMLElement} stage
   * @param {{phase: (phase: string) => void, rolled: (rolled: boolean) => void,
   *          layer: (layer: number) => void, noUnit: () => void,
   *          level: (level: import("./bundle.mjs").Level) => void}} act
   */
  constructor(stage, act) {
    this.stage = stage;
    this.act = act;
    this.title = stage.querySelector("[data-title]");
    this.narration = stage.querySelector("[data-narration]");
    this.live = stage.querySelector("[data-live]");
    this.layers = stage.querySelector("[data-layers]");
    this.phases = [...stage.querySelectorAll("[data-phases] button")];
    this.views = [...stage.querySelectorAll("[data-views] button")];
    for (const button of this.phases) button.onclick = () => act.phase(button.dataset.phase);
    for (const button of this.views) button.onclick = () => act.rolled(button.dataset.view === "rolled");
    this.unit = stage.querySelector("[data-unit]");
    this.unit.onclick = act.noUnit;
    this.told = "";
    this.crumbs = new Crumbs(stage.querySelector("[data-crumbs]"), act.level);
  }

  /** @param {import("./bundle.mjs").TrackData[]} tracks @param {{track: number}} state */
  load(tracks, state, phases, seen) {
    const { header } = tracks[state.track].run;
    this.title.textContent = titleOf(header, tracks);
    for (const button of this.phases) button.hidden = !phases.includes(button.dataset.phase);
    const loss = this.phases.find((button) => button.dataset.phase === "loss");
    if (loss) loss.textContent = isProbe(tracks[state.track].run) ? "Probe" : "Loss";
    this.layers.hidden = header.layers.length < 2;
    const names = header.layers.map((layer) => chip(header, layer));
    if (this.names !== names.join()) this.nameLayers(header, names);
    this.chips.forEach((button, k) => button.setAttribute("aria-pressed", String(k === seen)));
  }

  nameLayers(header, names) {
    this.names = names.join();
    const caption = html("span", { "aria-hidden": "true" });
    caption.textContent = "layer";
    this.chips = names.map((name, k) => {
      const { reverse, name: long } = header.layers[k];
      const button = html("button", { type: "button", "data-layer": k,
        "aria-label": reverse ? `${long}, from the end` : long });
      button.textContent = name;
      button.onclick = () => this.act.layer(k);
      if (reverse) button.title = "reads from the end: its wires point left";
      return button;
    });
    this.layers.replaceChildren(caption, ...this.chips);
  }

  show(phase, rolled) {
    if (this.shown === `${phase} ${rolled}`) return;
    this.shown = `${phase} ${rolled}`;
    this.stage.dataset.phase = phase;
    for (const button of this.phases) button.setAttribute("aria-pressed", String(button.dataset.phase === phase));
    for (const button of this.views) {
      button.setAttribute("aria-pressed", String((button.dataset.view === "rolled") === rolled));
    }
  }

  /** How deep the learner looks, and the chip of the unit that is picked, which lets it go. */
  showWhere({ level, unit }, step) {
    this.crumbs.show(level, step, unit);
    const chip = level === "overview" ? unit : null;
    if (chip === this.chosen) return;
    this.chosen = chip;
    this.unit.hidden = chip === null;
    this.unit.textContent = `unit ${chip} ×`;
    this.unit.setAttribute("aria-label", `Let go of unit ${chip}`);
  }

  /**
   * Shows the sentence at once; says it aloud when the learner has stopped for a moment. Of a run
   * that changes by itself nothing is said until the learner goes somewhere.
   */
  tell({ run, ghost, name }, state, { aloudAfter, several, live }) {
    const where = `${name} ${Object.values(state).join(" ")}`;
    const about = `${run.header.id} ${where}`;
    if (about === this.told) return;
    this.told = about;
    const isQuiet = live && where === this.where;
    this.where = where;
    const parts = several ? [{ text: `${name}. `, strong: true }, ...narrate(run, state, ghost)] : narrate(run, state, ghost);
    const text = () => whereabouts(this.spoken, state) + (several ? `${name}. ` : "") + aloud(run, state, ghost);
    this.narration.replaceChildren(...parts.map((piece) => {
      const node = piece.strong ? html("b") : document.createTextNode("");
      node.textContent = piece.text.replaceAll("∂L/∂", "∂L/\u2060∂"); // no line break within it
      return node;
    }));
    if (isQuiet) return;
    clearTimeout(this.timer);
    if (aloudAfter !== null) this.timer = setTimeout(() => this.say(text(), state), aloudAfter);
  }

  say(text, state) {
    this.live.textContent = text;
    this.spoken = state;
    this.timer = setTimeout(() => (this.live.textContent = ""), SAID);
  }

  destroy() {
    clearTimeout(this.timer);
  }
}

/** Said aloud first: another depth, or another unit, than the last time. */
export function whereabouts(before, { level, step, unit }) {
  if (before === undefined) return level === "overview" ? "" : depth(level, step, unit);
  if (before.level !== level) return depth(level, step, unit);
  if (before.unit === unit) return "";
  return unit === null ? "No unit picked. " : `Unit ${unit} picked. `;
}

function depth(level, step, unit) {
  if (level === "cell") return `Inside the cell at t = ${step}. `;
  return level === "unit" ? `The arithmetic of unit ${unit} at t = ${step}. ` : "The whole network. ";
}

const CELLS = { lstm: "LSTM", gru: "GRU", rnn_tanh: "RNN (tanh)", rnn_relu: "RNN (relu)",
  rnn_linear: "RNN (linear)" };

function titleOf(header, tracks) {
  const { labels, kind } = header.input;
  const text = kind === "text" ? labels.join("") : "";
  const short = text.length > 40 ? `${text.slice(0, 39)}…` : text;
  const reads = kind === "text" ? `“${short}”` : `${header.steps} ${header.steps === 1 ? kind.slice(0, -1) : kind}`;
  const units = `${header.hidden} ${header.hidden === 1 ? "unit" : "units"}`;
  const what = tracks.length > 1 ? lettered(tracks) || `${tracks.length} networks` : tracks[0].title || `${CELLS[header.cell]} · ${units}`;
  return `${what} · ${reads}`;
}

/** "A: step 28 beside B: step 858" of titles that begin so; of others nothing. */
const lettered = (tracks) => tracks.map(({ title }) => /^[A-Z]: [^·]+(?= ·)/.exec(title)?.[0]).filter(Boolean).join(" beside ");

function chip(header, layer) {
  const both = header.layers.some((other) => other.reverse);
  const number = String(layer.depth + 1);
  return both ? `${number} ${layer.reverse ? "←" : "→"}` : number;
}
