/**
 * The unrolled graph: pooled columns with their wires, the row labels, the outline of the active
 * cell; with the loops of the rolled-up cell and the dots that travel.
 *
 * @typedef {Object} Scene  what stays the same from frame to frame
 * @property {import("./decode.mjs").RunData} run
 * @property {import("./layout.mjs").Geometry} geometry
 * @property {number} seen        index of the layer that is seen
 * @property {1|-1} direction     in which that layer reads
 * @property {import("./scene.mjs").Scales} scales
 * @property {import("./decode.mjs").RunData|null} ghost  the run before the learner changed it
 * @property {{array: (name: string) => import("./decode.mjs").Values|null}|null} alone  one loss's own way
 *   back, where it is that which the wires carry
 *
 * @typedef {Object} Frame        what changes
 * @property {number} place       the cursor, fractional while it moves
 * @property {number} lossPlace   up to where losses have grown
 * @property {number} step        the step under the cursor
 * @property {{forward: number, loss: number, backward: number}} weights
 * @property {number} roll        0 rolled up, 1 unrolled
 * @property {Float64Array} edges of the columns
 * @property {"forward"|"loss"|"backward"} phase
 * @property {number|null} unit   to be lit: the one under the pointer, or the one that is picked
 * @property {number|null} picked
 * @property {boolean} chosen     whether the lit unit is the picked one
 * @property {boolean} playing
 * @property {number} focused     which track the learner looks at
 * @property {number} number      counts the frames
 *
 * @typedef {Object} Places       x of every step
 * @property {Float64Array} cells of its cell, folded towards the middle as the graph rolls up
 * @property {Float64Array} tapes of what goes in and out, on the tape that is then pulled through
 */

import { Column } from "./column.mjs";
import { line, part, svg } from "./dom.mjs";
import { between } from "./layout.mjs";
import { Loops } from "./loops.mjs";
import { ramp } from "./progress.mjs";
import { significant } from "./scales.mjs";
import { Scissors } from "./scissors.mjs";
import { Signals } from "./signals.mjs";
import { isProbe, saysClass, saysOne } from "./vectors.mjs";

const ROWS = [
  ["target", "target y", "y"], ["loss", "loss L", "L"], ["prediction", "prediction ŷ", "ŷ"],
  ["cell", "cell state c", "c"], ["hidden", "hidden state h", "h"], ["input", "input x", "x"],
  ["step", "step t", "t"],
];

export class Graph {
  /**
   * @param {SVGSVGElement} root what stands still @param {HTMLElement} layer the columns
   * @param {SVGSVGElement} top what moves above them
   */
  constructor(root, layer, top) {
    this.root = root;
    this.layer = layer;
    this.top = top;
    this.labels = svg("g", { class: "row-labels" }, root);
    this.chance = line("line", { class: "chance", x1: 0 }, root);
    this.loops = new Loops(root);
    this.outline = part("rect", { class: "outline", rx: 9 }, top);
    this.scissors = new Scissors(top);
    this.signals = new Signals(top, this.loops);
    this.columns = new Map();
    this.free = [];
  }

  /** A new run, layer, size: everything is placed afresh. @param {Scene} scene */
  layout(scene) {
    this.scene = scene;
    const { geometry, run } = scene;
    const { box } = geometry.rows;
    for (const part of [this.root, this.top]) {
      part.setAttribute("width", String(geometry.axis));
      part.setAttribute("height", String(geometry.graphHeight));
    }
    for (const part of [this.root, this.layer, this.top]) part.style.left = `${geometry.gutter}px`;
    this.layer.classList.toggle("moving", geometry.mode === "lens");
    this.reset({ lstm: run.header.cell === "lstm", text: run.header.input.kind === "text", classes: saysClass(run), dots: saysOne(run) });
    this.drawLabels();
    this.outline.set("width", geometry.boxWidth + 4);
    this.outline.set("height", box.bottom - box.top + 4);
    this.outline.set("y", box.top - 2);
    this.loops.layout(scene);
    this.scissors.layout(scene);
  }

  /** Columns are kept for a run of the same kind; what they show is filled in as they are handed out. */
  reset(kind) {
    if (["lstm", "text", "classes", "dots"].some((name) => this.kind?.[name] !== kind[name])) {
      this.layer.replaceChildren();
      this.free = [];
    } else {
      for (const column of this.columns.values()) column.hide();
      this.free.push(...this.columns.values());
    }
    this.columns.clear();
    this.kind = kind;
  }

  drawLabels() {
    const { geometry, run, scales, seen } = this.scene;
    this.labels.replaceChildren();
    const label = (text, y, kind = "") => {
      const node = svg("text", { class: kind, x: -geometry.gutter, y: y + 4 }, this.labels);
      node.textContent = text;
      return node;
    };
    for (const [row, long, short] of ROWS) {
      const at = geometry.rows[row];
      const second = row === "loss" ? scales.chance !== null || this.kind.dots
        : row === "input" && run.header.input.standardised;
      const above = second && !geometry.narrow ? -9 : 0;
      if (!at || at.bottom === at.top) continue;
      const [said, sign] = row === "loss" && isProbe(run) ? ["probe ½‖ŷ‖²", "½ŷ²"] : [long, short];
      label(geometry.narrow ? sign : said, at.middle + above);
    }
    this.drawChance(label);
    if (this.scene.ghost && !geometry.narrow) label("small, dashed: before", geometry.rows.prediction.middle + 17, "small");
    if (run.header.input.standardised && !geometry.narrow) label("standardised", geometry.rows.input.middle + 8, "small");
    if (this.kind.dots) this.drawKey(label);
    run.header.layers.forEach((layer, k) => {
      if (k === seen || geometry.narrow) return;
      label(layer.reverse ? `${layer.name}, from the end` : layer.name, geometry.rows.layers[k].middle, "small");
    });
  }

  /** What dot and bar in the loss row of numbers are. */
  drawKey(label) {
    const { gutter, narrow, rows: { loss: { middle } } } = this.scene.geometry;
    const lines = narrow ? [["y ▬", middle - 19, "key-truth"], ["ŷ ●", middle + 19, "key-guess"]]
      : [["ŷ ●", middle + 8, "key-guess"], ["y ▬", middle + 8, "key-truth"]];
    lines.forEach(([text, y, kind], k) => {
      const node = label(text, y, `small ${kind}`);
      if (!narrow) node.setAttribute("x", String(34 * k - gutter));
    });
  }

  /** The loss of a guess that gives every class the same probability: above it is worse. */
  drawChance(label) {
    const { geometry, scales } = this.scene;
    const { rows } = geometry;
    this.chance.style("display", scales.chance === null ? "none" : "inline");
    if (scales.chance === null) return;
    const y = rows.loss.bottom - scales.lossHeight(rows, scales.chance);
    this.chance.set("x2", geometry.axis);
    this.chance.set("y1", y);
    this.chance.set("y2", y);
    if (!geometry.narrow) label(`┄ blind guess ${significant(scales.chance, 3)}`, rows.loss.middle + 8, "small");
  }

  /** @param {Frame} frame @returns {Places} */
  places(frame) {
    const { run, geometry } = this.scene;
    const centre = geometry.axis / 2;
    const pitch = geometry.narrow ? 40 : 48;
    const [cells, tapes] = [new Float64Array(run.steps), new Float64Array(run.steps)];
    for (let t = 0; t < run.steps; t++) {
      const x = (frame.edges[t] + frame.edges[t + 1]) / 2;
      // Whole pixels: a moved layer between two of them would be blurred.
      cells[t] = Math.round(centre + (x - centre) * frame.roll);
      tapes[t] = Math.round(cells[t] + (1 - frame.roll) * (t - frame.place) * pitch);
    }
    return { cells, tapes };
  }

  /** @param {Frame} frame @param {Places} places */
  draw(frame, places) {
    const { run, direction, geometry } = this.scene;
    const wanted = this.wanted(frame, places);
    this.assign(wanted);
    for (const [t, detail] of wanted) {
      const from = t - direction;
      const before = from >= 0 && from < run.steps ? places.cells[from] : null;
      this.columns.get(t).draw(this.scene, frame, { x: places.cells[t], before, tape: places.tapes[t], detail });
    }
    const x = frame.roll < 1 ? places.cells[frame.step] : between(places.cells, frame.place);
    this.outline.set("x", x - geometry.boxWidth / 2 - 2);
    this.chance.fade(0.35 + 0.65 * frame.weights.loss);
    this.loops.draw(frame);
    this.scissors.draw(frame, places);
    this.signals.draw(this.scene, frame, places);
  }

  /** The steps that need a column, and how much of its detail has room. */
  wanted(frame, { tapes }) {
    const { run, geometry } = this.scene;
    const wanted = new Map();
    for (let t = 0; t < run.steps; t++) {
      const share = (frame.edges[t + 1] - frame.edges[t]) / geometry.column;
      const detail = geometry.mode === "all" ? 1 : ramp(share, 0.78, 0.98);
      const onTape = frame.roll < 0.6 && tapes[t] > -8 && tapes[t] < geometry.axis + 8;
      if (detail > 0 || onTape) wanted.set(t, detail);
    }
    return wanted;
  }

  /** Hands out columns to the steps in view; the ones that left are used again. */
  assign(wanted) {
    for (const [t, column] of this.columns) {
      if (wanted.has(t)) continue;
      column.hide();
      this.columns.delete(t);
      this.free.push(column);
    }
    for (const t of wanted.keys()) {
      if (this.columns.has(t)) continue;
      const column = this.free.pop() ?? new Column(this.layer, this.kind);
      column.show(this.scene, t);
      this.columns.set(t, column);
    }
  }
}
