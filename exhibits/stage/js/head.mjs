/** Title, the choices of layer, phase and view, and the narration. */

import { html } from "./dom.mjs";
import { asText, narrate } from "./narration.mjs";

export class Head {
  /**
   * @param {HTMLElement} stage
   * @param {{phase: (phase: string) => void, rolled: (rolled: boolean) => void,
   *          layer: (layer: number) => void, noUnit: () => void}} act
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
  }

  /** @param {import("./decode.mjs").RunData} run */
  load(run, seen, phases) {
    const { header } = run;
    this.title.textContent = titleOf(header);
    for (const button of this.phases) button.hidden = !phases.includes(button.dataset.phase);
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

  /** The chip of the unit that is picked, which lets it go. @param {number|null} unit */
  showUnit(unit) {
    if (unit === this.chosen) return;
    this.chosen = unit;
    this.unit.hidden = unit === null;
    this.unit.textContent = `unit ${unit} ×`;
    this.unit.setAttribute("aria-label", `Let go of unit ${unit}`);
  }

  /** Shows the sentence at once; says it aloud when the learner has stopped for a moment. */
  tell(run, state, aloudAfter) {
    const about = `${run.header.id} ${state.step} ${state.phase} ${state.layer} ${state.unit}`;
    if (about === this.told) return;
    this.told = about;
    const parts = narrate(run, state);
    const changed = this.spokenUnit !== undefined && this.spokenUnit !== state.unit;
    const unit = changed ? `${state.unit === null ? "No unit picked" : `Unit ${state.unit} picked`}. ` : "";
    const text = unit + asText(parts);
    this.narration.replaceChildren(...parts.map((piece) => {
      const node = piece.strong ? html("b") : document.createTextNode("");
      node.textContent = piece.text.replaceAll("∂L/∂", "∂L/\u2060∂"); // no line break within it
      return node;
    }));
    clearTimeout(this.timer);
    if (aloudAfter !== null) this.timer = setTimeout(() => {
      this.live.textContent = text;
      this.spokenUnit = state.unit;
    }, aloudAfter);
  }

  destroy() {
    clearTimeout(this.timer);
  }
}

const CELLS = { lstm: "LSTM", gru: "GRU", rnn_tanh: "RNN (tanh)", rnn_relu: "RNN (relu)" };

function titleOf(header) {
  const { labels, kind } = header.input;
  const text = kind === "text" ? labels.join("") : "";
  const short = text.length > 40 ? `${text.slice(0, 39)}…` : text;
  const reads = kind === "text" ? `“${short}”` : `${header.steps} numbers`;
  return `${header.title || `${CELLS[header.cell]} · ${header.hidden} ${header.hidden === 1 ? "unit" : "units"}`} · ${reads}`;
}

function chip(header, layer) {
  const both = header.layers.some((other) => other.reverse);
  const number = String(layer.depth + 1);
  return both ? `${number} ${layer.reverse ? "←" : "→"}` : number;
}
