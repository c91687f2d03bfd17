/** The drawn part of the cell's inside: wires, operations, names, and the lit unit's numbers. */

import { within } from "./cell_order.mjs";
import { line, part, svg } from "./dom.mjs";
import { significant } from "./scales.mjs";
import { FIELDS } from "./theme.mjs";
import { three } from "./unit_numbers.mjs";

const PALE = 0.22;

/** "c_{t−1}" and "δ^f" as text with a lowered index and a raised one. */
function written(node, sign) {
  node.replaceChildren();
  let off = 0;
  for (const piece of sign.match(/[_^](?:\{[^}]*\}|.)|[^_^]+/gu) ?? []) {
    const at = { _: 3, "^": -5 }[piece[0]] ?? 0;
    const span = svg("tspan", { ...(at ? { class: "low" } : {}), dy: at - off }, node);
    off = at;
    span.textContent = at ? piece.slice(1).replace(/[{}]/g, "") : piece;
  }
}

/** "c_{t−1}" in plain characters. */
export const plain = (sign) => sign.replace(/[_^]\{([^}]*)\}/g, "$1").replace(/[_^]/g, "");

const letters = (text) => plain(text).length;

export class CellLines {
  /**
   * @param {SVGSVGElement} root @param {ReturnType<typeof import("./cell_plan.mjs").plan>} plan
   * @param {1|-1} direction in which the layer reads
   */
  constructor(root, plan, direction) {
    this.plan = plan;
    this.turn = direction > 0 ? (text) => text : (text) => text.replace(/t([−+])1/g,
      (_, way) => (way === "+" ? "t−1" : "t+1"));
    root.replaceChildren();
    this.root = root;
    this.wires = plan.wires.map((wire) => this.wire(wire));
    this.ops = plan.ops.map((op) => this.op(op));
    this.heads(direction);
    this.labels = plan.blocks.map((block) => this.label(block));
    this.formula = plan.formula && svg("text", { class: "cell-formula", x: plan.formula.x, y: plan.formula.y }, root);
    this.delta = part("text", { class: "cell-formula", x: plan.delta.x, y: plan.delta.y, style: "text-anchor: start" }, root);
    this.notes = plan.notes.map((note) => ({ note, text: part("text", { class: "cell-note", x: note.x,
      y: note.y, style: `text-anchor: ${note.anchor ?? "middle"}` }, root) }));
  }

  wire(wire) {
    const d = wire.points.map(({ x, y }, k) => `${k ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
    const kind = wire.peep ? "cell-wire peep" : wire.yoke ? "cell-wire yoke" : "cell-wire";
    line("path", { class: kind, d }, this.root).fade(PALE);
    const lit = line("path", { class: kind, d, pathLength: 1 }, this.root);
    const [last, before] = [wire.points.at(-1), wire.points.at(-2)];
    const [first, second] = wire.points;
    return { wire, lit, on: wire.plain ? null : this.head(before, last), back: wire.plain ? null
      : this.head(second, first, "back") };
  }

  /** The tip of an arrow from one point to another. */
  head(from, to, kind = "") {
    const angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
    return part("path", { class: `cell-head ${kind}`, d: "M0 0L-7 -4V4Z",
      transform: `translate(${to.x} ${to.y}) rotate(${angle})` }, this.root);
  }

  op(op) {
    const group = svg("g", {}, this.root);
    const wide = letters(op.text) * 7.5 + 10;
    const shape = op.bare ? null : line("rect", { class: "cell-op", x: op.x - wide / 2, y: op.y - 10,
      width: wide, height: 20, rx: 10 }, group);
    const text = part("text", { class: "cell-op-text", x: op.x, y: op.y + 5 }, group);
    written(text.node, op.text);
    return { op, shape, text };
  }

  /** Where the states come from and go to. */
  heads(direction) {
    const { streams, tiers, width, pitch, hidden } = this.plan;
    const after = direction > 0 ? "t+1" : "t−1";
    for (const { from, to, tier } of streams) {
      if (to < width && from > 0) continue;
      const middle = (tiers[tier].top + tiers[tier].bottom) / 2;
      const half = Math.min(14, Math.max(8, (pitch * hidden) / 3));
      const x = from === 0 ? 5 : width - 9;
      part("path", { class: "cell-gate-arrow", d: `M${x} ${middle - half}l7 ${half}l-7 ${half}` }, this.root);
    }
    const crowded = this.plan.tight && this.plan.blocks.some(({ y, x }) => y === tiers[0].top
      && x > width - 90);
    const end = part("text", { class: "cell-end", x: width, y: tiers[0].top - 10, "text-anchor": "end" },
      this.root);
    this.end = { part: end, on: crowded ? "" : `to ${after}`, back: crowded ? "" : `from ${after}` };
  }

  label(block) {
    const group = svg("g", { class: `cell-label ${block.type}` }, this.root);
    const middle = block.x + block.w / 2;
    const text = svg("text", {}, group);
    const word = svg("tspan", { class: "word" }, text);
    const sign = svg("tspan", { class: "sign" }, text);
    const near = Math.min(this.plan.width - 20, Math.max(20, middle));
    // A wire leaves or enters below: the number stands before it, or beside it where its tip is.
    const beside = block.type === "row";
    const bed = beside ? null : part("rect", { class: "cell-bed", y: block.y + block.h + 5.5, height: 14, rx: 3 }, group);
    const value = part("text", { class: "cell-value", x: beside ? middle + 9 : near, y: block.y + block.h + 15,
      ...(beside ? { style: "text-anchor: start" } : {}) }, group);
    const was = part("text", { class: "cell-was", x: near, y: block.y + block.h + 30 }, group);
    return { block, text, word, sign, bed, near, value, was, middle, ends: this.endsOf(block, group), said: "" };
  }

  /** What shut and open mean, at either end of a valve. */
  endsOf({ type, field, x, y, w, h }, group) {
    if (type !== "valve" || !field || this.plan.tight) return [];
    return FIELDS[field].ends.map((word, k) => {
      const end = part("text", { class: "cell-was", x: k ? x + w + 10 : x - 10, y: y + h + 15,
        style: `text-anchor: ${k ? "end" : "start"}` }, group);
      end.text(word);
      return end;
    });
  }

  /** The names, as the phase has them. */
  name(entry, backwards) {
    const { block, middle } = entry;
    const said = `${backwards}`;
    if (entry.said === said) return;
    entry.said = said;
    entry.text.style.display = block.under && this.plan.tight ? "none" : "";
    const { tight, width } = this.plan;
    const sign = this.turn(backwards ? backSign(block, tight) : block.sign);
    const under = block.under;
    const word = this.plan.short ? block.short ?? block.word : block.word;
    const wordText = block.type === "row" || (backwards && block.type !== "valve") ? "" : word;
    const stacked = tight && wordText && !under;
    const size = Math.max(letters(sign) * 8, 0) + (stacked ? 0 : wordText.length * 6.8);
    const wide = stacked ? Math.max(size, wordText.length * 6) : size;
    const x = block.aside ? middle + 8 : Math.min(width - wide / 2, Math.max(wide / 2, middle));
    entry.text.style.textAnchor = under ? "end" : block.aside ? "start" : "middle";
    entry.text.setAttribute("x", String(under ? block.x - 6 : x));
    entry.text.setAttribute("y", String(under ? block.y + 10 : block.y - (stacked ? 22 : 9)));
    entry.word.textContent = wordText ? `${wordText}${stacked ? "" : "\u2009\u2009"}` : "";
    written(entry.sign, sign);
    if (stacked && entry.sign.firstChild) {
      entry.sign.firstChild.setAttribute("x", String(x));
      entry.sign.firstChild.setAttribute("dy", "14");
    } else entry.sign.firstChild?.removeAttribute("x");
  }

  /**
   * @param {{on: number, back: number, weights: object}} state how far each way has come
   */
  draw({ on, back, backward }) {
    for (const { wire, lit, on: tip, back: tail } of this.wires) {
      const share = backward ? within(back, wire.back) : within(on, wire.on);
      lit.set("stroke-dasharray", `${share.toFixed(3)} 2`);
      lit.set("stroke-dashoffset", backward ? (share - 1).toFixed(3) : "0");
      lit.fade(share > 0.002 ? 1 : 0);
      tip?.fade(backward ? 0 : PALE + (1 - PALE) * within(share, [0.8, 1]));
      tail?.fade(backward ? within(share, [0.8, 1]) : 0);
    }
    for (const { op, shape, text } of this.ops) {
      const share = backward ? within(back, op.back) : within(on, op.on);
      shape?.fade(0.35 + 0.65 * share);
      text.fade(0.4 + 0.6 * share);
    }
  }

  /**
   * The lit unit's numbers, and what they were before the change.
   * @param {{vectors: object, ghost: object|null, unit: number|null, backward: boolean, handled: Set<string>}} what
   */
  tell({ vectors, valves, ghost, unit, backward, handled }) {
    this.end.part.text(backward ? this.end.back : this.end.on);
    if (this.formula && this.formulaSaid !== backward) written(this.formula,
      this.turn(backward ? this.plan.formula.back : this.plan.formula.text));
    this.formulaSaid = backward;
    this.delta.text(backward ? "δ stands for ∂L/∂a" : "");
    for (const entry of this.labels) {
      this.name(entry, backward);
      const { block, value, was, ends, bed, near } = entry;
      const gates = block.type === "valve";
      for (const end of ends) end.fade(unit === null ? 1 : 0);
      const from = gates ? valves : vectors;
      const say = gates ? three : this.plan.tight ? (number) => significant(number, 2) : three;
      const shown = unit === null || handled.has(block.id) || !from[block.id] ? ""
        : say(from[block.id][unit]);
      value.text(shown);
      const wide = shown === "" ? 0 : shown.length * 7.6 + 6;
      bed?.set("x", near - wide / 2);
      bed?.set("width", wide);
      const then = ghost?.[block.id]?.[unit];
      const changed = unit !== null && !block.under && then !== undefined
        && say(then) !== say(from[block.id][unit]);
      was.set("y", block.y + block.h + (handled.has(block.id) ? 45 : 30));
      was.text(changed ? (this.plan.tight ? `(${say(then)})` : `was ${say(then)}`) : "");
    }
    for (const { note, text } of this.notes) {
      const name = backward ? note.back : note.value;
      const words = backward ? note.backText : note.text;
      if (note.always) text.text(note.always);
      else text.text(unit === null || !name || !vectors[name] ? ""
        : `${note.before ?? ""}${three(vectors[name][unit])} ${this.turn(words)}`);
    }
  }
}

/** What a place holds going back. @param {import("./cell_plan.mjs").Block} block */
function backSign(block, tight) {
  if (block.type === "valve") return block.sign;
  if (/t−1/.test(block.sign)) return `${tight ? "" : "to "}∂L/∂${block.sign}`;
  if (block.id === "xn") return "δ^n";
  if (block.id === "q") return "δ^q";
  if (block.type === "row") return block.sign.replace("a_", "δ^");
  if (["rec", "inp", "a"].includes(block.id)) return "δ";
  return `∂L/∂${block.sign}`;
}
