/** The row of keys beside the tools: those that lead somewhere from where the learner is. */

import { html } from "./dom.mjs";

/**
 * The keys and what each does, the most needed first: what finds no room in the row is left out.
 * @param {{level: string, unit: number|null}} state @param {{edits?: boolean, undo?: number, presenting?: boolean}} [may]
 * @returns {[string[], string][]}
 */
export function keysFor({ level, unit }, { edits = false, undo = 0 } = {}) {
  const deeper = { overview: "inside", cell: "arithmetic" }[level];
  return [
    [["space"], "play"], [["←", "→"], "step"], [["↑", "↓"], "unit"],
    ...(deeper ? [[["Enter"], deeper]] : []),
    ...(level !== "overview" || unit !== null ? [[["Esc"], "back"]] : []),
    ...(edits && undo > 0 ? [[["Ctrl Z"], "undo"]] : []),
    [["B"], "backward"], [["P"], "present"], [["+", "−"], "speed"],
  ];
}

export class KeysRow {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
  }

  show(state, may) {
    const keys = keysFor(state, may);
    const word = JSON.stringify(keys);
    if (word === this.shown) return;
    this.shown = word;
    this.root.replaceChildren(...keys.map(([names, does]) => {
      const hint = html("span");
      for (const name of names) html("kbd", {}, hint).textContent = name;
      hint.append(` ${does}`);
      return hint;
    }));
  }
}
