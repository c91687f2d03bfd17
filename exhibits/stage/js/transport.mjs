/** Buttons, scrubber, speed and keys. It holds nothing: it asks the stage and shows its state. */

import { SPEEDS } from "./clock.mjs";
import { html } from "./dom.mjs";
import { named } from "./narration.mjs";

/** Where these have the focus, the page's keys are theirs. */
const KEEPS_ITS_KEYS = "input, textarea, select, button, a[href], summary, iframe, [contenteditable], [role=dialog] *, "
  + "[role=slider], [role=textbox], [role=combobox], [role=listbox], [role=option], [role=radio], [role=tab], "
  + "[role=menuitem], [role=spinbutton], [role=grid], [role=switch], [role=checkbox], [role=button]";
/** Pixels of the stage that must be in view for it to take the page's keys. */
const LEAST_IN_VIEW = 160;

const word = (speed) => `${speed}×`;

export class Transport {
  /**
   * @param {HTMLElement} stage
   * @param {{first(): void, last(): void, left(): void, right(): void, toggle(): void,
   *   to(step: number): void, speed(speed: number): void, backward(): void,
   *   unit(by: 1|-1): void, deeper(): void, undo(): void, redo(): void, present(): void,
   *   out(): (() => void)|null}} act  `out`: null where
   *   there is nothing to leave
   */
  constructor(stage, act) {
    this.stage = stage;
    this.act = act;
    this.scrub = stage.querySelector("[data-scrub]");
    this.where = stage.querySelector("[data-where]");
    this.speed = stage.querySelector("[data-speed]");
    this.play = stage.querySelector('[data-act="play"]');
    const does = { first: act.first, left: act.left, play: act.toggle, right: act.right, last: act.last };
    for (const button of stage.querySelectorAll("[data-act]")) button.onclick = does[button.dataset.act];
    this.scrub.oninput = () => act.to(Number(this.scrub.value));
    this.speed.replaceChildren(...SPEEDS.map((speed) => {
      const option = html("option", { value: speed });
      option.textContent = word(speed);
      return option;
    }));
    this.speed.onchange = () => act.speed(Number(this.speed.value));
    stage.onkeydown = (event) => this.key(event);
    this.fromPage = (event) => this.pageKey(event);
    document.addEventListener("keydown", this.fromPage);
  }

  destroy() {
    document.removeEventListener("keydown", this.fromPage);
  }

  /** @param {import("./decode.mjs").RunData} run */
  load(run) {
    this.run = run;
    this.shown = "";
    this.scrub.max = String(run.steps - 1);
  }

  /** @param {import("./clock.mjs").Clock} clock */
  show(clock) {
    const { step, phase, playing, speed } = clock;
    const state = `${step} ${phase} ${playing} ${speed} ${clock.heading}`;
    if (state === this.shown) return;
    this.shown = state;
    const last = this.run.steps - 1;
    const label = this.run.header.input.labels[step];
    const reads = this.run.header.input.kind === "text" ? named(label) : label;
    this.scrub.value = String(step);
    this.scrub.style.setProperty("--share", `${(100 * step) / Math.max(1, last)}%`);
    this.scrub.setAttribute("aria-valuetext", `t = ${step} of ${last}, reading ${reads}, ${phase}`);
    this.where.textContent = `t = ${step} / ${last}`;
    this.speed.value = String(speed);
    this.stage.dataset.heading = clock.heading > 0 ? "right" : "left";
    this.stage.classList.toggle("playing", playing);
    const name = playing ? "Pause" : "Play";
    this.play.setAttribute("aria-label", name);
    this.play.title = `${name} (space)`;
  }

  /** The page's keys work the stage too while it is in view and nothing else has a use for them. */
  pageKey(event) {
    if (event.defaultPrevented || event.shiftKey && event.key === " ") return;
    const at = event.composedPath()[0];
    if (at instanceof Element && at.closest(KEEPS_ITS_KEYS)) return;
    if (["Escape", "Enter", "ArrowUp", "ArrowDown"].includes(event.key)) return;
    const { top, bottom } = this.stage.getBoundingClientRect();
    const inView = Math.min(bottom, innerHeight) - Math.max(top, 0);
    if (this.stage.isConnected && inView > LEAST_IN_VIEW) this.key(event);
  }

  key(event) {
    if (event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey) this.command(event);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.composedPath()[0];
    const tag = at?.tagName ?? "";
    // A focused button or list keeps the keys that work it.
    if ((event.key === " " || event.key === "Enter") && (tag === "BUTTON" || tag === "SELECT")) return;
    if (tag === "SELECT" && event.key.startsWith("Arrow")) return;
    const { act } = this;
    const does = {
      " ": act.toggle, ArrowLeft: act.left, ArrowRight: act.right, Home: act.first, End: act.last,
      b: act.backward, B: act.backward, p: act.present, P: act.present, "+": () => this.faster(1), "=": () => this.faster(1),
      "-": () => this.faster(-1), "−": () => this.faster(-1),
      ArrowUp: () => act.unit(-1), ArrowDown: () => act.unit(1), Enter: act.deeper, Escape: act.out(),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  }

  /** Ctrl or ⌘ with Z takes a change back, with Shift or with Y does it again. */
  command(event) {
    const letter = event.key.toLowerCase();
    const does = letter === "z" ? (event.shiftKey ? this.act.redo : this.act.undo) : letter === "y" ? this.act.redo : null;
    if (!does || event.altKey || event.composedPath()[0]?.tagName === "INPUT") return;
    event.preventDefault();
    event.stopPropagation();
    does();
  }

  faster(by) {
    const place = SPEEDS.indexOf(Number(this.speed.value)) + by;
    if (SPEEDS[place]) this.act.speed(SPEEDS[place]);
  }
}
