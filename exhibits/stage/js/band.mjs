/**
 * What ties graph and strips together: one band from the active column down to its place in the
 * strips, and in the lens the fan of lines that says which part of the strips it enlarges.
 * Over the strips stand the cursor's frame and the veils over what is not computed yet.
 */

import { line, Part, part } from "./dom.mjs";
import { between } from "./layout.mjs";
import { ramp } from "./progress.mjs";

export class Band {
  /** @param {SVGSVGElement} root @param {Record<string, HTMLElement>} over */
  constructor(root, { frame, veil, gradientVeil }) {
    this.root = root;
    this.fan = line("path", { class: "fan" }, root);
    this.band = part("path", { class: "band" }, root);
    this.frame = new Part(frame);
    this.veil = new Part(veil);
    this.gradientVeil = new Part(gradientVeil);
  }

  /**
   * @param {import("./graph.mjs").Scene} scene
   * @param {{strips: {top: number, height: number}, gradient: {top: number, height: number}}} places
   * @param {boolean} overGraph whether the columns stand above the strips
   */
  layout(scene, places, overGraph) {
    this.scene = scene;
    this.overGraph = overGraph;
    this.places = places;
    const { gutter, axis, cellWidth } = scene.geometry;
    const top = Math.min(places.strips.top, places.gradient.top);
    const ends = (place) => place.top + place.height;
    const bottom = Math.max(ends(places.strips), ends(places.gradient));
    this.root.setAttribute("width", String(gutter + axis + 2));
    this.root.setAttribute("height", String(bottom));
    // Below the last of them stand the step numbers, or the strips' own margin.
    this.bottom = bottom - (ends(places.gradient) === bottom ? 15 : 8);
    this.frame.style("width", `${Math.max(2, cellWidth)}px`);
    this.frame.style("top", `${top}px`);
    this.frame.style("height", `${this.bottom - top + 1}px`);
    this.frame.style("left", `${gutter}px`);
    for (const [veil, place] of [[this.veil, places.strips], [this.gradientVeil, places.gradient]]) {
      const box = veil.node.parentNode.style;
      box.left = `${gutter}px`;
      box.width = `${axis}px`;
      box.top = `${place.top}px`;
      box.height = `${place === places.gradient ? place.height - 15 : place.height}px`;
    }
  }

  /** @param {import("./graph.mjs").Frame} frame @param {Float64Array} middles */
  draw(frame, middles) {
    const { geometry, direction } = this.scene;
    const { gutter, cellWidth, rows, axis } = geometry;
    const x = frame.place * cellWidth;
    this.frame.style("transform", `translateX(${Math.round(x * 10) / 10}px)`);
    this.drawVeils(frame, direction, axis, cellWidth);
    this.root.style.display = this.overGraph ? "" : "none";
    if (!this.overGraph) return;
    const middle = frame.roll < 1 ? middles[frame.step] : between(middles, frame.place);
    const half = Math.max(geometry.boxWidth / 2 + 5, Math.min(cellWidth, geometry.column) / 2);
    const link = { top: rows.link.top, bottom: rows.link.bottom };
    this.band.set("d", funnel([middle - half, middle + half], [x, x + Math.max(2, cellWidth)], link, this.bottom, gutter));
    this.drawFan(frame, middles, link);
  }

  /** Lines from the full columns' edges to the same steps in the strips. */
  drawFan(frame, middles, { top, bottom }) {
    const { geometry } = this.scene;
    if (geometry.mode === "all" || frame.roll < 0.6) {
      this.fan.fade(0);
      return;
    }
    const { edges } = frame;
    const full = [];
    for (let t = 0; t < edges.length - 1; t++) {
      if (edges[t + 1] - edges[t] > 0.6 * geometry.column) full.push(t);
    }
    const [first, last] = [full[0], full.at(-1) + 1];
    const curve = (t) => {
      const [a, b] = [geometry.gutter + edges[t], geometry.gutter + t * geometry.cellWidth];
      const middle = (top + bottom) / 2;
      return `M${a.toFixed(1)} ${top}C${a.toFixed(1)} ${middle} ${b.toFixed(1)} ${middle} ${b.toFixed(1)} ${bottom}`;
    };
    let path = "";
    for (let t = first; t <= last; t++) path += curve(t);
    this.fan.fade(0.35 * ramp(frame.roll, 0.6, 1));
    this.fan.set("d", path);
  }

  drawVeils(frame, direction, axis, cellWidth) {
    const { weights, place } = frame;
    const edge = (direction > 0 ? place + 1 : place) * cellWidth;
    const shift = direction > 0 ? edge : edge - axis;
    this.veil.style("transform", `translateX(${Math.round(shift * 10) / 10}px)`);
    this.veil.style("opacity", 0.76 * weights.forward);
    // The gradient comes from the other side, and before that there is none.
    const backEdge = (direction > 0 ? place : place + 1) * cellWidth;
    const backShift = direction > 0 ? backEdge - axis : backEdge;
    const hidden = 1 - weights.backward;
    this.gradientVeil.style("transform", `translateX(${Math.round(backShift * weights.backward * 10) / 10}px)`);
    this.gradientVeil.style("opacity", 0.8 * Math.max(hidden, weights.backward));
  }
}

/** A band that is as wide as the column above and as the step's cell below. */
function funnel([left, right], [from, to], link, bottom, gutter) {
  const n = (value) => (value + gutter).toFixed(1);
  const middle = (link.top + link.bottom) / 2;
  return `M${n(left)} 10Q${n(left)} 0 ${n(left + 10)} 0H${n(right - 10)}Q${n(right)} 0 ${n(right)} 10V${link.top}`
    + `C${n(right)} ${middle} ${n(to)} ${middle} ${n(to)} ${link.bottom}V${bottom}H${n(from)}V${link.bottom}`
    + `C${n(from)} ${middle} ${n(left)} ${middle} ${n(left)} ${link.top}Z`;
}
