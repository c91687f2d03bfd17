/**
 * The way into the cell under the cursor, as a button over its box: for keyboard and screen reader,
 * and as a sign at its corner that there is something inside. The rest of the box is the pointer's.
 */

import { html, svg } from "./dom.mjs";

const INSIDE = "M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5";

/** Once somebody has been inside, on whatever stage of the page, they know the way. */
let known = false;

export class LookInside {
  /** @param {HTMLElement} root the button @param {HTMLElement} hint @param {import("./track.mjs").Track} track */
  constructor(root, hint, track) {
    this.root = root;
    this.hint = hint;
    this.cue = html("span", { class: "look-cue", "aria-hidden": "true" }, root);
    svg("path", { d: INSIDE }, svg("svg", { viewBox: "0 0 24 24" }, this.cue));
    root.onclick = () => {
      track.stage.focus(track.number);
      const { left, top, width, height } = root.getBoundingClientRect();
      track.stage.goTo("cell", { x: left + width / 2, y: top + height / 2 });
    };
    this.fingers = matchMedia("(any-pointer: coarse)");
  }

  /** @param {import("./graph.mjs").Scene} scene @param {import("./bundle.mjs").Level} level @param {boolean} first of the tracks */
  layout({ geometry }, level, first) {
    known ||= level !== "overview";
    this.geometry = geometry;
    this.written = "";
    this.root.hidden = level !== "overview";
    this.hint.hidden = known || !first || !(this.fingers.matches || geometry.narrow);
    const { box } = geometry.rows;
    Object.assign(this.root.style, { left: `${geometry.gutter - geometry.boxWidth / 2}px`, top: `${box.top}px`,
      width: `${geometry.boxWidth}px`, height: `${box.bottom - box.top}px` });
  }

  /** @param {import("./graph.mjs").Frame} frame @param {Float64Array} middles */
  draw({ step, playing }, middles) {
    const now = `${step} ${playing} ${middles[step]}`;
    if (now === this.written) return;
    this.written = now;
    this.root.style.transform = `translateX(${middles[step]}px)`;
    // While it plays the box runs away from whoever would press it.
    this.root.toggleAttribute("data-playing", playing);
    if (!playing) this.root.setAttribute("aria-label", `Look inside the cell at t = ${step}`);
  }
}
