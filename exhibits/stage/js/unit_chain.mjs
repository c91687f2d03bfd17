/** Equations in numbers, each number over its symbol; gates lead back to their own sums. */

import { html } from "./dom.mjs";
import { symbolText, writeSymbol } from "./unit_symbols.mjs";

export class ChainView {
  /** @param {HTMLElement} root @param {{row: (row: string) => void, light: (part: string|null) => void}} hooks */
  constructor(root, hooks) {
    this.root = root;
    this.hooks = hooks;
    this.form = "";
  }

  /** @param {import("./unit_equations.mjs").Equation[]} equations @param {import("./unit_equations.mjs").Equation[]|null} ghost @param {string} open */
  show(equations, ghost, open) {
    const form = JSON.stringify(equations.map((pieces) => pieces.map((piece) => (piece.op === undefined ? `${piece.key}${piece.row ?? ""}` : "op"))));
    if (form !== this.form) this.build(equations);
    this.form = form;
    const before = new Map((ghost ?? []).flat().filter(({ key }) => key).map((piece) => [piece.key, piece.text]));
    equations.forEach((pieces, k) => pieces.forEach((piece, at) => this.write(this.groups[k][at], piece, before.get(piece.key), open)));
  }

  build(equations) {
    this.root.replaceChildren();
    this.groups = equations.map((pieces) => {
      const group = html("span", { class: "equation" }, this.root);
      return pieces.map((piece) => (piece.op === undefined ? this.number(group, piece) : html("span", { class: "op" }, group)));
    });
  }

  number(group, piece) {
    const leads = piece.row !== undefined;
    const node = html(leads ? "button" : "span", { class: "number", ...(leads ? { type: "button" } : {}) }, group);
    const value = html("b", {}, node);
    const symbol = html("span", { class: "symbol" }, node);
    const was = html("span", { class: "was" }, node);
    node.onpointerenter = () => this.hooks.light(node.dataset.part);
    node.onpointerleave = () => this.hooks.light(null);
    if (leads) {
      node.onclick = () => this.hooks.row(piece.row);
      node.onfocus = () => this.hooks.light(node.dataset.part);
      node.onblur = () => this.hooks.light(null);
    }
    return { node, value, symbol, was };
  }

  write(made, piece, before, open) {
    if (piece.op !== undefined) {
      made.textContent = piece.op;
      return;
    }
    const { node, value, symbol, was } = made;
    node.dataset.part = piece.part;
    node.toggleAttribute("data-strong", piece.strong === true);
    value.textContent = piece.text;
    writeSymbol(symbol, piece.symbol);
    was.hidden = before === undefined || readsAlike(before, piece.text);
    was.textContent = was.hidden ? "" : `was ${before}`;
    if (piece.row === undefined) return;
    node.setAttribute("aria-pressed", String(piece.row === open));
    node.setAttribute("aria-label", `${symbolText(piece.symbol)} ${piece.text}, open its sum`);
  }
}

const digitsOf = (text) => text.replace(/ × 10.*/, "").replace(/^[−0.]+|\D/g, "").length || 1;
const valueOf = (text) => {
  const [mantissa, power = ""] = text.replace("≈ ", "").replace("−", "-").split(" × 10");
  return Number(mantissa) * 10 ** Number([...power].map((sign) => (sign === "⁻" ? "-" : "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(sign))).join(""));
};

/** Whether two texts are of one number, though one may have more digits. */
export function readsAlike(one, other) {
  if (one === other) return true;
  const digits = Math.min(digitsOf(one), digitsOf(other));
  return valueOf(one).toPrecision(digits) === valueOf(other).toPrecision(digits);
}
