/**
 * The input under the cursor, at the learner's hand: another character is typed, a number is
 * dragged, worked with the arrow keys or typed.
 */

import { adjustable, fixed } from "./adjust.mjs";
import { html } from "./dom.mjs";
import { named } from "./narration.mjs";
import { largest, significant } from "./scales.mjs";

/** How far beyond the run's largest number a drag reaches. */
const BEYOND = 1.5;

export class InputEdit {
  /** @param {HTMLElement} root over the input row @param {import("./track.mjs").Track} track */
  constructor(root, track) {
    this.root = root;
    this.track = track;
    this.root.onclick = () => this.kind === "text" && this.type();
    this.root.onpointerdown = (event) => event.stopPropagation();
  }

  /** @param {import("./graph.mjs").Scene} scene */
  layout(scene, shown) {
    this.scene = scene;
    const { geometry: { rows, column, narrow }, run } = scene;
    this.kind = run.header.input.kind;
    this.root.hidden = !shown || this.kind === "vectors";
    this.step = -1;
    this.width = Math.min(44, column - 4);
    // Where fingers work it, it is as high as a finger needs.
    const height = Math.max(rows.input.bottom - rows.input.top, narrow ? 40 : 0);
    Object.assign(this.root.style, { top: `${rows.input.middle - height / 2}px`, width: `${this.width}px`,
      height: `${height}px` });
    if (this.kind === "text") fixed(this.root);
  }

  /** @param {import("./graph.mjs").Frame} frame @param {import("./graph.mjs").Places} places */
  draw(frame, places) {
    if (this.root.hidden) return;
    const { gutter } = this.scene.geometry;
    const x = gutter + places.tapes[frame.step] - this.width / 2;
    this.root.style.transform = `translateX(${Math.round(x)}px)`;
    this.root.style.visibility = frame.playing ? "hidden" : "visible";
    if (frame.step === this.step) return;
    this.step = frame.step;
    this.offer();
  }

  offer() {
    const { run } = this.scene;
    const { step } = this;
    if (this.kind === "text") {
      this.root.setAttribute("aria-label", `Change the input at t = ${step}, ${named(run.header.input.labels[step])}`);
      this.root.title = "Click to read another character here";
      return;
    }
    this.root.title = "Drag up or down to read another number here";
    const values = run.header.input.labels.map(Number);
    const reach = (largest(values) || 1) * BEYOND;
    adjustable(this.root, { label: `Input at t = ${step}`, min: -reach, max: reach, step: reach / 60,
      get: () => this.draft ?? values[step], say: (value) => significant(value, 3),
      set: (value, final) => {
        this.draft = final ? undefined : value;
        this.track.stage.edit({ kind: "input", place: [step], value, final });
      } });
  }

  /** A field for one character; what is typed is read at once. */
  type() {
    const { step } = this;
    const { run } = this.scene;
    const field = html("input", { class: "adjust-field one-character", type: "text", "aria-label": `Character to read at t = ${step}`,
      "aria-describedby": "one-character-keys", autocomplete: "off", autocapitalize: "off", spellcheck: "false" }, this.root.parentNode);
    field.value = run.header.input.labels[step];
    const { left, top, height, transform } = this.root.style;
    Object.assign(field.style, { left, top, height, transform, width: `${this.width}px` });
    this.track.pointer.hide();
    this.root.title = ""; // a tooltip would lie over the field
    const put = () => {
      field.onblur = null;
      field.remove();
      this.offer();
    };
    const close = () => {
      put();
      this.root.focus({ preventScroll: true });
    };
    field.onpointerdown = (event) => event.stopPropagation();
    field.onkeydown = (event) => {
      event.stopPropagation();
      // After Tab the browser goes on from the button, to what comes next.
      if (["Escape", "Enter", "Tab"].includes(event.key)) close();
    };
    const read = () => {
      const typed = [...field.value].at(-1);
      if (typed === undefined) return;
      close();
      if (typed !== run.header.input.labels[step]) this.track.stage.edit({ kind: "input", place: [step], value: typed, final: true });
    };
    // Once the browser is done with the key: it would scroll to a caret that is gone.
    field.oninput = () => setTimeout(() => field.isConnected && read(), 0);
    field.onblur = put;
    field.focus({ preventScroll: true });
    field.select();
  }
}
