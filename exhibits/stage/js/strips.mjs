/**
 * The strips: one heat map per field, units down and time across, painted once per payload.
 * While playing only the veil over what is not computed yet moves (see `band.mjs`).
 */

import { html, Part, pointIn, prepare } from "./dom.mjs";
import { css, significant } from "./scales.mjs";
import { FIELDS } from "./theme.mjs";

export class Strips {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.strips = [];
  }

  /**
   * @param {{isHeld: (field: string, value: number) => boolean,
   *   set: (field: string, value: number|null) => void}|null} hold  null where nothing may be changed
   * @param {string} whose  what the strips' names begin with where several runs stand side by side
   */
  allow(hold, whose) {
    this.hold = hold;
    this.whose = whose;
  }

  /**
   * @param {import("./graph.mjs").Scene} scene @param {import("./bitmaps.mjs").Bitmaps} bitmaps
   * @param {string[]|null} only  the fields that the page shows, null for all of them
   */
  layout(scene, bitmaps, theme, only = null) {
    const { run, geometry } = scene;
    const fields = run.header.strips.filter((field) => !only || only.includes(field));
    if (this.strips.map((strip) => strip.field).join() !== fields.join()) this.build(fields);
    this.scene = scene;
    for (const strip of this.strips) {
      this.describe(strip, bitmaps.limits.get(strip.field), scene, theme);
      this.paint(strip, bitmaps.picture(strip.field), geometry, run, theme);
    }
  }

  build(fields) {
    this.root.replaceChildren();
    this.strips = fields.map((field) => {
      const row = html("div", { class: "strip", "data-field": field }, this.root);
      const label = html("div", { class: "strip-label" }, row);
      const name = html("b", {}, label);
      name.textContent = FIELDS[field].name;
      const gloss = html("span", { class: "gloss" }, label);
      const legend = html("span", { class: "legend" }, label);
      const canvas = html("canvas", { role: "img" }, html("div", { class: "strip-plot" }, row));
      const light = new Part(html("div", { class: "unit-light" }, canvas.parentNode));
      return { field, row, label, gloss, legend, canvas, light };
    });
  }

  /** Label, legend with its limits, and what a screen reader is told. */
  describe({ field, gloss, legend, canvas }, { limit, root, scale, difference }, { run, seen }, theme) {
    const { ends, gloss: words, name } = FIELDS[field];
    const gate = scale === "gate";
    gloss.textContent = difference ? "new − before" : words ?? "";
    gloss.hidden = gate;
    const from = gate ? `0 ${ends[0]}` : significant(-limit, 2).replace(/\.0$/, "");
    const to = gate ? `1 ${ends[1]}` : significant(limit, 2).replace(/\.0$/, "");
    const ramp = html("i", { class: `ramp ${scale}${root ? " root" : ""}` });
    const how = html("span");
    const holds = gate && this.hold;
    const [low, high] = [[from, 0], [to, 1]].map(([text, value]) => {
      const end = html(holds ? "button" : "span", holds ? { type: "button", class: "hold" } : {});
      end.textContent = text;
      if (holds) this.offer(end, field, value);
      return end;
    });
    how.textContent = root ? "√ scale" : "";
    how.title = "Colours follow the root of the size, so that small values show beside large ones";
    how.hidden = !root;
    legend.replaceChildren(low, ramp, high, how);
    const layer = run.header.layers.length > 1 ? `, ${run.header.layers[seen].name}` : "";
    canvas.setAttribute("aria-label", `${this.whose}${name}${layer}${difference ? ", what changed" : ""}: heat map of ${run.hidden} units by `
      + `${run.steps} steps, colours from ${from} to ${to}${root ? " on a square-root scale" : ""}`);
  }

  /** The end of a gate's legend holds the gate there: for the unit that is picked, or for all. */
  offer(end, field, value) {
    const held = this.hold.isHeld(field, value);
    end.setAttribute("aria-pressed", String(held));
    end.setAttribute("aria-label", `Hold the ${FIELDS[field].name} at ${value}`);
    end.title = held ? "Held here; click to let go" : `Hold this gate at ${value}, for the unit that is picked or for every unit`;
    end.onclick = () => this.hold.set(field, held ? null : value);
  }

  paint({ canvas }, picture, geometry, run, theme) {
    const { axis, stripHeight, cellWidth } = geometry;
    const context = prepare(canvas, axis, stripHeight);
    context.imageSmoothingEnabled = false;
    context.drawImage(picture, 0, 0, axis, stripHeight);
    context.fillStyle = css(theme.back);
    const rowHeight = stripHeight / run.hidden;
    if (rowHeight >= 4) {
      for (let unit = 1; unit < run.hidden; unit++) context.fillRect(0, unit * rowHeight - 0.5, axis, 1);
    }
    if (cellWidth >= 14) {
      for (let t = 1; t < run.steps; t++) context.fillRect(t * cellWidth - 0.75, 0, 1.5, stripHeight);
    }
  }

  /** Lights one unit in every strip. @param {number|null} unit @param {boolean} chosen */
  light(unit, chosen) {
    const { stripHeight, axis } = this.scene.geometry;
    const height = stripHeight / this.scene.run.hidden;
    for (const { light } of this.strips) {
      light.style("display", unit === null ? "none" : "block");
      if (unit === null) continue;
      light.set("class", chosen ? "unit-light chosen" : "unit-light");
      light.style("width", `${axis}px`);
      light.style("height", `${Math.max(2, height)}px`);
      light.style("transform", `translateY(${unit * height + Math.min(0, (height - 2) / 2)}px)`);
    }
  }

  /** What the pointer is over. @param {PointerEvent} event @returns {{field: string, unit: number, step: number}|null} */
  at(event) {
    const { geometry, run } = this.scene;
    for (const { canvas, field } of this.strips) {
      const { x, y } = pointIn(canvas, event);
      if (y < 0 || y >= geometry.stripHeight) continue;
      const unit = Math.floor((y / geometry.stripHeight) * run.hidden);
      const step = Math.floor(x / geometry.cellWidth);
      if (step < 0 || step >= run.steps) return null;
      return { field, unit: Math.min(run.hidden - 1, unit), step };
    }
    return null;
  }
}
