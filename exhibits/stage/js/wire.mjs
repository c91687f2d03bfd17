/** A wire between two columns: the state that runs along it, and the gradient that comes back. */

import { line, part, svg } from "./dom.mjs";

export class Wire {
  constructor(parent) {
    const group = svg("g", {}, parent);
    this.line = line("line", { class: "wire" }, group);
    this.head = part("path", { class: "wire-head" }, group);
    this.back = line("line", { class: "gradient-wire" }, group);
    this.backHead = part("path", { class: "gradient-head" }, group);
    this.parts = [this.line, this.head, this.back, this.backHead];
  }

  hide() {
    for (const shape of this.parts) shape.fade(0);
  }

  /**
   * @param {{from: number, to: number, y: number, width: number, opacity: number,
   *   active: boolean|number, back: number, backWidth: number, backOpacity: number}} wire
   *   `back` is how far the gradient has come along it, 0…1
   */
  draw({ from, to, y, width, opacity, active, back, backWidth, backOpacity }) {
    const way = Math.sign(to - from);
    const head = Math.min(3.5 + width * 0.55, Math.abs(to - from) * 0.5);
    this.place(this.line, from, to - way * head, y, width);
    this.head.set("d", arrow(to, y, way, head, 2.2 + width * 0.75));
    for (const shape of [this.line, this.head]) {
      shape.fade(opacity);
      shape.set("data-active", active ? "yes" : "no");
    }
    if (back <= 0) {
      this.back.fade(0);
      this.backHead.fade(0);
      return;
    }
    const backTip = Math.min(4 + backWidth * 0.6, Math.abs(to - from) * 0.55);
    const tip = to + (from - to) * back;
    const start = Math.abs(tip - to) <= backTip ? tip : to;
    this.place(this.back, start, tip + way * backTip, y, backWidth);
    this.backHead.set("d", arrow(tip, y, -way, backTip, 2.4 + backWidth * 0.8));
    this.back.fade(start === tip ? 0 : backOpacity);
    this.backHead.fade(backOpacity);
  }

  place(line, from, to, y, width) {
    line.set("x1", from);
    line.set("x2", to);
    line.set("y1", y);
    line.set("y2", y);
    line.set("stroke-width", width);
  }
}

const short = (value) => Math.round(value * 100) / 100;

/** A triangle with its tip at x, pointing in the direction `way`. */
function arrow(x, y, way, length, half) {
  const foot = short(x - way * length);
  return `M${short(x)} ${short(y)}L${foot} ${short(y - half)}V${short(y + half)}Z`;
}
