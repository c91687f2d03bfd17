/** The way back out: network › cell at t › unit, each a button to that level. */

import { html } from "./dom.mjs";

export class Crumbs {
  /** @param {HTMLElement} root @param {(level: import("./bundle.mjs").Level) => void} go */
  constructor(root, go) {
    this.root = root;
    this.go = go;
    this.buttons = ["overview", "cell", "unit"].map((level) => {
      const button = html("button", { type: "button", "data-level": level }, root);
      button.onclick = () => go(level);
      return button;
    });
  }

  show(level, step, unit) {
    const state = `${level} ${step} ${unit}`;
    if (state === this.shown) return;
    this.shown = state;
    this.root.hidden = level === "overview";
    const [overview, cell, one] = this.buttons;
    overview.textContent = "network";
    cell.textContent = `cell at t = ${step}`;
    one.textContent = unit === null ? "" : `unit ${unit}`;
    one.hidden = unit === null;
    for (const button of this.buttons) {
      if (button.dataset.level === level) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
    }
  }
}
