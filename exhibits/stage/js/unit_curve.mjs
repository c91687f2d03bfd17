/** σ, tanh, relu or the straight line as a small curve with the point on it that this unit stands at. */

import { html, svg } from "./dom.mjs";
import { significant } from "./scales.mjs";
import { SQUASH } from "./terms.mjs";
import { symbolText, writeSymbol } from "./unit_symbols.mjs";

const [WIDTH, HEIGHT, EDGE] = [168, 96, 6];
const WORDS = { sigmoid: "σ(", tanh: "tanh(", relu: "relu(", linear: "" };
const UNBOUNDED = ["relu", "linear"];

export class CurveView {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.picture = svg("svg", { class: "curve", width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" }, root);
    this.axes = svg("path", { class: "curve-axes" }, this.picture);
    this.line = svg("path", { class: "curve-line" }, this.picture);
    this.guides = svg("path", { class: "curve-guides" }, this.picture);
    this.before = svg("circle", { class: "curve-before", r: 5 }, this.picture);
    this.slip = svg("path", { class: "curve-guides" }, this.picture);
    this.point = svg("circle", { class: "curve-point", r: 5.5 }, this.picture);
    this.ends = [0, 1].map(() => svg("text", { class: "curve-end" }, this.picture));
    const words = html("div", { class: "squash-words" }, root);
    this.text = html("p", { class: "squash-text" }, words);
    this.parts = ["does", "from", "closes", "equals", "to"].map((name) => html(name === "to" ? "b" : "span", { class: `squash-${name}` }, this.text));
    this.result = html("span", { class: "symbol squash-symbol" }, this.text);
    this.was = html("span", { class: "was" }, this.text);
    this.pinned = html("p", { class: "squash-pin" }, words);
  }

  /** @param {import("./unit_model.mjs").Squash} squash @param {import("./unit_model.mjs").Squash|null} ghost */
  show(squash, ghost) {
    const { kind, sign, from, to, pin, texts } = squash;
    const does = SQUASH[kind];
    const reach = Math.max(kind === "tanh" ? 3.5 : UNBOUNDED.includes(kind) ? 2 : 6, Math.abs(from) * 1.15, Math.abs(ghost?.from ?? 0) * 1.15);
    const top = UNBOUNDED.includes(kind) ? reach : 1;
    const bottom = { tanh: -1, linear: -reach }[kind] ?? 0;
    const x = (a) => EDGE + ((a + reach) / (2 * reach)) * (WIDTH - 2 * EDGE);
    const y = (value) => 14 + ((top - value) / (top - bottom)) * (HEIGHT - 28);
    const points = Array.from({ length: 61 }, (_, k) => (k / 30 - 1) * reach);
    this.line.setAttribute("d", points.map((a, k) => `${k ? "L" : "M"}${x(a).toFixed(1)} ${y(does(a)).toFixed(1)}`).join(""));
    this.axes.setAttribute("d", `M${EDGE} ${y(0)}H${WIDTH - EDGE}M${x(0)} 8V${HEIGHT - 8}`);
    this.guides.setAttribute("d", `M${x(from)} ${y(0)}V${y(to)}H${x(0)}`);
    this.place(this.point, x(from), y(to));
    this.slip.setAttribute("d", pin === null ? "" : `M${x(from)} ${y(to)}V${y(pin)}`);
    const old = pin !== null ? { from, to: pin } : ghost;
    this.before.style.display = old ? "" : "none";
    if (old) this.place(this.before, x(old.from), y(old.to));
    [[top, top], [bottom, bottom]].forEach(([value, label], k) => {
      this.ends[k].textContent = UNBOUNDED.includes(kind) && (k === 0 || kind === "linear") ? "" : significant(label, 1);
      this.ends[k].setAttribute("x", String(x(0) + 5));
      this.ends[k].setAttribute("y", String(k === 0 ? y(value) - 3 : y(value) + 12));
    });
    this.write({ kind, sign, pin, texts }, ghost, to);
  }

  place(node, x, y) {
    node.setAttribute("cx", x.toFixed(1));
    node.setAttribute("cy", y.toFixed(1));
  }

  write({ kind, sign, pin, texts }, ghost, to) {
    const [does, from, closes, equals, result] = this.parts;
    does.textContent = WORDS[kind];
    from.textContent = texts.from;
    closes.textContent = WORDS[kind] ? ")" : "";
    equals.textContent = texts.to.startsWith("≈") ? " " : ` ${texts.equals} `;
    result.textContent = texts.to;
    writeSymbol(this.result, { sign, sub: "t" });
    this.result.hidden = pin !== null;
    this.root.dataset.part = sign;
    this.was.hidden = !(ghost && significant(ghost.to, 3) !== significant(to, 3));
    this.was.textContent = this.was.hidden ? "" : `was ${significant(ghost.to, 3)}`;
    this.pinned.hidden = pin === null;
    this.pinned.textContent = pin === null ? "" : `but ${sign} is held at ${significant(pin, 3)}`;
    this.picture.setAttribute("aria-label", `${WORDS[kind].replace("(", "") || "a straight line"} with the point ${texts.from}, ${texts.to}, for ${symbolText({ sign, sub: "t" })}`);
  }
}
