/**
 * What stands in the graph's place when the learner looks deeper: the inside of the cell, or the
 * arithmetic of one unit. Each view is a class with `layout(scene, bitmaps, theme)` and
 * `draw(frame)`, and where it needs what travels on demand `wanted()`; it is made when it is first
 * opened and fills its own element.
 */

import { CellView } from "./cell_view.mjs";
import { html } from "./dom.mjs";
import { UnitView } from "./unit_view.mjs";

/** @type {Record<string, new (root: HTMLElement, track: import("./track.mjs").Track) => any>} */
const VIEWS = { cell: CellView, unit: UnitView };

export class Levels {
  /** @param {HTMLElement} root @param {import("./track.mjs").Track} track */
  constructor(root, track) {
    this.root = root;
    this.track = track;
    this.views = {};
  }

  /** @param {import("./graph.mjs").Scene} scene @param {import("./bundle.mjs").Level} level */
  layout(scene, bitmaps, theme, level) {
    this.root.hidden = !VIEWS[level];
    const opened = level !== this.level;
    this.level = level;
    for (const [name, { root }] of Object.entries(this.views)) root.hidden = name !== level;
    if (this.root.hidden) return;
    this.views[level] ??= this.made(level);
    this.views[level].view.layout(scene, bitmaps, theme);
    if (opened) this.open();
  }

  made(level) {
    const root = html("div", { class: `level-view ${level}-view` }, this.root);
    return { root, view: new VIEWS[level](root, this.track) };
  }

  /** What travels on demand for the view that is open. @returns {string[]} */
  wanted() {
    return this.views[this.level]?.view.wanted?.() ?? [];
  }

  /** The view grows out of the place that was clicked. */
  open() {
    const { still, from } = this.track.stage;
    if (still.matches) return;
    const box = this.root.getBoundingClientRect();
    const x = from ? Math.min(box.width, Math.max(0, from.x - box.left)) : box.width / 2;
    this.root.style.transformOrigin = `${x}px ${from ? Math.max(0, from.y - box.top) : 60}px`;
    this.root.animate([{ transform: "scale(0.3)", opacity: 0 }, { transform: "scale(1)", opacity: 1 }],
      { duration: 250, easing: "cubic-bezier(0.2, 0.8, 0.2, 1)" });
  }

  /** @param {import("./graph.mjs").Frame} frame */
  draw(frame) {
    this.views[this.level]?.view.draw(frame);
  }
}
