/**
 * Truncated backpropagation through time on the graph: scissors between two columns where the
 * gradient stops, while the state passes.
 */

import { part, svg } from "./dom.mjs";

/** Two blades and two rings, 16 pixels wide, pointing up. */
const BLADES = "M-4.5 -9L2.2 3.2M4.5 -9L-2.2 3.2";
const RINGS = [-4.2, 4.2];

/** The steps that some of the later losses do not reach beyond. @param {{windows: [number, number][]}|null} truncation */
export function cuts(truncation) {
  if (!truncation) return [];
  return [...new Set(truncation.windows.map(([start]) => start))].filter((start) => start > 0);
}

export class Scissors {
  /** @param {SVGElement} root */
  constructor(root) {
    this.root = svg("g", { class: "scissors" }, root);
    this.pairs = [];
  }

  /** @param {import("./graph.mjs").Scene} scene */
  layout(scene) {
    this.scene = scene;
    this.steps = cuts(scene.run.header.truncation);
    while (this.pairs.length < this.steps.length) this.pairs.push(this.make());
    this.pairs.forEach(({ group }, k) => group.set("display", k < this.steps.length ? "inline" : "none"));
    const { rows } = scene.geometry;
    for (const { line, icon } of this.pairs) {
      line.set("y1", rows.box.top + 4);
      line.set("y2", rows.rail - 22);
      icon.set("transform", `translate(0,${rows.rail - 12})`);
    }
  }

  make() {
    const group = part("g", {}, this.root);
    const line = part("line", { class: "cut-line", x1: 0, x2: 0 }, group.node);
    const icon = part("g", { class: "cut-icon" }, group.node);
    svg("path", { d: BLADES }, icon.node);
    for (const x of RINGS) svg("circle", { cx: x, cy: 5.4, r: 2.7 }, icon.node);
    return { group, line, icon };
  }

  /** @param {import("./graph.mjs").Frame} frame @param {import("./graph.mjs").Places} places */
  draw({ roll, weights, edges }, { cells }) {
    const { geometry } = this.scene;
    this.steps.forEach((step, k) => {
      const { group } = this.pairs[k];
      const room = edges[step + 1] - edges[step - 1] > 1.2 * geometry.column;
      group.set("visibility", room && roll > 0.6 ? "visible" : "hidden");
      if (!room) return;
      group.set("transform", `translate(${(cells[step - 1] + cells[step]) / 2},0)`);
      group.set("opacity", 0.45 + 0.55 * weights.backward);
    });
  }
}
