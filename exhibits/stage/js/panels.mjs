/**
 * What stands below a track's strips when the learner asks for it, several at once. A panel is a
 * class with `layout(scene, bitmaps, theme, width)` and `draw(frame)`, and where it needs what
 * travels on demand `wanted()`; it is made when it is first opened and fills its own element.
 */

import { Blame } from "./blame.mjs";
import { html } from "./dom.mjs";
import { Nudge } from "./nudge.mjs";
import { Space } from "./space.mjs";

/** @type {Record<string, {title: string, hint: string, view: new (root: HTMLElement, track: import("./track.mjs").Track) => any}>} */
export const PANELS = {
  blame: { title: "Who is to blame", hint: "Each step's gradient, divided among the losses that it comes from", view: Blame },
  space: { title: "State space", hint: "The state as a path, with the points where it would stand still", view: Space },
  nudge: { title: "Nudge", hint: "A small change of this step's input: the real ripple beside the gradient's prediction", view: Nudge },
};

/** Pixels that a panel needs to stand beside another. */
const LEAST_WIDTH = 420;
const GAP = 28;

export class Panels {
  /** @param {HTMLElement} root @param {import("./track.mjs").Track} track */
  constructor(root, track) {
    this.root = root;
    this.track = track;
    this.made = {};
  }

  /** @param {string[]} open names of the panels to show */
  layout(scene, bitmaps, theme, open) {
    this.open = open.filter((name) => PANELS[name]);
    this.root.hidden = this.open.length === 0;
    for (const [name, { root }] of Object.entries(this.made)) root.hidden = !this.open.includes(name);
    const room = scene.geometry.width;
    const across = Math.max(1, Math.min(this.open.length, Math.floor((room + GAP) / (LEAST_WIDTH + GAP))));
    this.root.style.setProperty("--across", String(across));
    const width = Math.floor((room - GAP * (across - 1)) / across);
    for (const name of this.open) {
      this.made[name] ??= this.make(name);
      this.made[name].view.layout(scene, bitmaps, theme, width);
    }
  }

  make(name) {
    const root = html("section", { class: `panel ${name}-panel`, "aria-label": PANELS[name].title }, this.root);
    const heading = html("h3", { class: "panel-title" }, root);
    heading.textContent = PANELS[name].title;
    heading.tabIndex = -1;
    const content = html("div", { class: "panel-content" }, root);
    root.onkeydown = (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.stopPropagation();
      this.track.stage.tools.focusOn(name); // before what has the focus goes
      this.track.stage.togglePanel(name);
    };
    return { root, view: new PANELS[name].view(content, this.track) };
  }

  /** Brings a panel that has just been opened into view: it may stand below the window. */
  reveal(name) {
    const { root } = this.made[name] ?? {};
    const { still } = this.track.stage;
    root?.scrollIntoView({ block: "nearest", behavior: still.matches ? "auto" : "smooth" });
  }

  /** What travels on demand for the panels that are open. @returns {string[]} */
  wanted() {
    return (this.open ?? []).flatMap((name) => this.made[name]?.view.wanted?.() ?? []);
  }

  /** @param {import("./graph.mjs").Frame} frame */
  draw(frame) {
    for (const name of this.open) this.made[name].view.draw(frame);
  }
}
