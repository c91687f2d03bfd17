/** The scripts that reproduce the very number that is shown, asked for only while they are open. */

import { html } from "./dom.mjs";
import { writeSymbol } from "./unit_symbols.mjs";

/** Milliseconds that a button says that it has copied. */
const SAYS = 1600;
const KINDS = [["numpy", "NumPy"], ["torch", "PyTorch"]];

export class LinesView {
  /** @param {HTMLElement} root @param {() => void} changed  what is wanted has changed */
  constructor(root, changed) {
    this.changed = changed;
    this.node = html("details", { class: "unit-lines" }, root);
    const summary = html("summary", {}, this.node);
    summary.textContent = "The same in NumPy · PyTorch";
    // The stage takes these keys for its own; on a summary they open it.
    summary.onkeydown = (event) => [" ", "Enter"].includes(event.key) && event.stopPropagation();
    this.choice = html("div", { class: "choice lines-choice", role: "group", "aria-label": "The number to reproduce" }, this.node);
    this.say = html("p", { class: "panel-note" }, this.node);
    this.blocks = KINDS.map(([kind, name]) => this.block(kind, name));
    this.node.ontoggle = () => changed();
  }

  block(kind, name) {
    const root = html("section", { class: "lines-block", "aria-label": name }, this.node);
    const head = html("div", { class: "lines-head" }, root);
    html("b", {}, head).textContent = name;
    const copy = html("button", { type: "button", class: "tool" }, head);
    const said = html("span", { class: "sr", "aria-live": "polite" }, head);
    const code = html("pre", { tabindex: "0", role: "region", "aria-label": `${name} script` }, root);
    // Scrolled by its own keys while it has the focus.
    code.onkeydown = (event) => ["ArrowUp", "ArrowDown"].includes(event.key) && event.stopPropagation();
    const label = (text) => {
      copy.textContent = text;
      copy.setAttribute("aria-label", `${text === "Copy" ? "Copy the" : "Copied the"} ${name} script`);
    };
    label("Copy");
    copy.onclick = async () => {
      const done = await copied(code.textContent, this.node);
      label(done ? "Copied" : "Copy");
      said.textContent = done ? `${name} script copied` : "";
      if (!done) selectAll(code);
      clearTimeout(copy.back);
      copy.back = setTimeout(() => label("Copy"), SAYS);
    };
    return { kind, root, code };
  }

  get open() {
    return this.node.open && !this.node.hidden;
  }

  /** @param {import("./unit_model.mjs").Model} model @param {{step: number, unit: number, phase: string}} at */
  show(model, { step, unit, phase }, run, layer) {
    this.node.hidden = model.lines.length === 0;
    if (this.node.hidden) return;
    const words = model.lines.map(({ what }) => what).join();
    if (words !== this.words) this.offer(model.lines);
    this.words = words;
    if (!model.lines.some(({ what }) => what === this.what)) this.what = model.lines.at(-1).what;
    for (const button of this.choice.children) button.setAttribute("aria-pressed", String(button.dataset.what === this.what));
    this.want = `lines:${step}:${unit}:${this.what}:${phase === "backward" ? 1 : 0}`;
    if (this.open) this.fill(run.wanted(layer, this.want));
  }

  offer(lines) {
    this.choice.hidden = lines.length < 2;
    this.choice.replaceChildren(...lines.map(({ what, symbol }) => {
      const button = html("button", { type: "button", "data-what": what });
      writeSymbol(html("span", { class: "symbol" }, button), symbol);
      button.onclick = () => {
        this.what = what;
        this.changed();
      };
      return button;
    }));
  }

  fill(come) {
    const problem = come?.facts.problem;
    this.say.hidden = Boolean(come && !problem);
    this.say.textContent = problem ? String(problem) : "On its way …";
    for (const { kind, root, code } of this.blocks) {
      root.hidden = !come || Boolean(problem);
      const text = String(come?.facts[kind] ?? "");
      if (code.textContent !== text) code.textContent = text;
    }
  }
}

/** By the clipboard, or where the browser keeps it from the page by a selection. */
async function copied(text, near) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = html("textarea", { class: "sr", "aria-hidden": "true", tabindex: "-1" }, near);
    field.value = text;
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

function selectAll(node) {
  const range = document.createRange();
  range.selectNodeContents(node);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}
