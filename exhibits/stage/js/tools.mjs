/**
 * The row of tools below the picture: what can be looked at more closely, what was changed and can
 * be taken back, and how the picture is shown.
 */

import { html, svg } from "./dom.mjs";
import { PANELS } from "./panels.mjs";
import { savePicture } from "./picture.mjs";

const ICONS = {
  undo: "M9 7H15a5 5 0 0 1 0 10H8M9 7l4-4M9 7l4 4",
  redo: "M15 7H9a5 5 0 0 0 0 10h7M15 7l-4-4M15 7l-4 4",
};
/** So many changes are named; of more, the number. */
const MOST_NAMED = 3;

export class Tools {
  /** @param {HTMLElement} root @param {import("./stage.mjs").Stage} stage */
  constructor(root, stage) {
    this.root = root;
    this.stage = stage;
    const look = this.group("Look closer");
    this.toggles = Object.entries(PANELS).map(([name, { title, hint }]) => {
      const button = this.button(look, title, hint, () => stage.togglePanel(name));
      button.dataset.panel = name;
      return button;
    });
    this.view = this.group("Show and take along");
    this.full = this.button(this.view, "Present", "Nothing else on the screen, and all of it larger (P; Esc leads back)",
      () => stage.presentation.toggle());
    for (const kind of ["svg", "png"]) {
      this.button(this.view, kind.toUpperCase(), `Save the present picture as ${kind.toUpperCase()}`, () => this.save(kind));
    }
    this.buildChanges();
  }

  buildChanges() {
    const { stage } = this;
    this.changes = this.group("Your changes");
    this.undo = this.button(this.changes, "", "Take back the last change (Ctrl Z)", () => stage.edit({ kind: "undo" }));
    this.redo = this.button(this.changes, "", "Do it again (Ctrl Shift Z)", () => stage.edit({ kind: "redo" }));
    for (const [name, label] of [["undo", "Undo"], ["redo", "Redo"]]) {
      icon(this[name], ICONS[name]);
      this[name].setAttribute("aria-label", label);
    }
    this.reset = this.button(this.changes, "As it was", "Take back every change; this too can be undone", () => stage.edit({ kind: "reset" }));
    this.difference = this.button(this.changes, "Difference", "Show only what changed: new minus before", () => stage.showDifference());
    this.said = html("span", { class: "changed", role: "status" }, this.changes);
    this.problem = html("p", { class: "edit-problem", role: "alert" });
    this.stage.root.querySelector("[data-transport]").before(this.problem);
  }

  group(name) {
    return html("div", { class: "tool-group", role: "group", "aria-label": name }, this.root);
  }

  button(group, text, hint, act) {
    const button = html("button", { type: "button", class: "tool", title: hint }, group);
    button.textContent = text;
    button.onclick = () => button.getAttribute("aria-disabled") !== "true" && act();
    return button;
  }

  /**
   * @param {{tools?: boolean, edits?: boolean, undo?: number, redo?: number, changed?: string[],
   *   problem?: string}} options what the page allows, and what is changed
   */
  load(options, hasGhost) {
    for (const button of this.toggles) button.hidden = options.offline === true && button.dataset.panel === "nudge";
    const { undo = 0, redo = 0, changed = [], problem = "" } = options;
    this.root.hidden = options.tools === false;
    this.changes.hidden = !options.edits || (undo === 0 && redo === 0 && changed.length === 0);
    // Not `disabled`: what is pressed keeps the focus also where it can do no more.
    for (const [button, can] of [[this.undo, undo > 0], [this.redo, redo > 0], [this.reset, changed.length > 0]]) {
      button.setAttribute("aria-disabled", String(!can));
    }
    this.difference.hidden = !hasGhost;
    this.said.textContent = summary(changed);
    this.said.title = changed.join("; ");
    this.problem.textContent = problem ? `Not changed: ${problem}.` : "";
    this.problem.hidden = !problem;
  }

  /** With the transport, always in reach; on a phone and in a presentation above it, where it may scroll away. */
  place(aside) {
    const transport = this.stage.root.querySelector("[data-transport]");
    if (aside && transport.contains(this.root)) transport.before(this.root);
    if (!aside && !transport.contains(this.root)) transport.querySelector(".keys").before(this.root);
  }

  /** Whoever closes a panel from within stands then where it was opened. */
  focusOn(panel) {
    this.toggles.find(({ dataset }) => dataset.panel === panel)?.focus();
  }

  /** @param {{panels: string[], difference: boolean}} state */
  show({ panels, difference }) {
    for (const button of this.toggles) {
      const open = String(panels.includes(button.dataset.panel));
      for (const name of ["aria-pressed", "aria-expanded"]) button.setAttribute(name, open);
    }
    this.difference.setAttribute("aria-pressed", String(difference));
  }

  async save(kind) {
    const name = await savePicture(this.stage, kind);
    this.stage.toast?.say(`Saved ${name}`);
  }

  showPresenting(presenting) {
    this.full.setAttribute("aria-pressed", String(presenting));
  }
}

/** @param {string[]} changed */
export function summary(changed) {
  if (changed.length === 0) return "";
  const named = changed.slice(0, MOST_NAMED).join("; ");
  return changed.length > MOST_NAMED ? `${named}; and ${changed.length - MOST_NAMED} more` : named;
}

function icon(button, path) {
  svg("path", { d: path }, svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: "tool-icon" }, button));
}
