/**
 * The row of tools below the picture: what can be looked at more closely, what was changed and can
 * be taken back, and what can be taken along.
 */

import { html } from "./dom.mjs";
import { PANELS } from "./panels.mjs";

export class Tools {
  /** @param {HTMLElement} root @param {import("./stage.mjs").Stage} stage */
  constructor(root, stage) {
    this.root = root;
    this.stage = stage;
    this.look = this.group("Look closer");
    this.toggles = Object.entries(PANELS).map(([name, { title, hint }]) => {
      const button = this.button(this.look, title, hint, () => stage.togglePanel(name));
      button.dataset.panel = name;
      return button;
    });
  }

  group(name) {
    const group = html("div", { class: "tool-group", role: "group", "aria-label": name }, this.root);
    return group;
  }

  button(group, text, hint, act) {
    const button = html("button", { type: "button", class: "tool", title: hint }, group);
    button.textContent = text;
    button.onclick = act;
    return button;
  }

  /** @param {Record<string, unknown>} options what the page allows @param {import("./decode.mjs").RunData} run */
  load(options, run) {
    this.root.hidden = options.tools === false;
    for (const button of this.toggles) {
      button.disabled = button.dataset.panel === "blame" && !run.of(run.header.seen, "grad_hidden_norm");
    }
  }

  /** @param {{panels: string[]}} state */
  show({ panels }) {
    for (const button of this.toggles) {
      button.setAttribute("aria-pressed", String(panels.includes(button.dataset.panel)));
    }
  }
}
