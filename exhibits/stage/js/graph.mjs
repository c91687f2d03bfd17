/**
 * The unrolled graph: pooled columns, wires, row labels, the loop of the rolled-up cell, the dots
 * that travel along the wires, and the outline of the active cell.
 *
 * @typedef {Object} Scene  what stays the same from frame to frame
 * @property {import("./decode.mjs").RunData} run
 * @property {import("./layout.mjs").Geometry} geometry
 * @property {number} seen        index of the layer that is seen
 * @property {1|-1} direction     in which that layer reads
 * @property {Scales} scales
 *
 * @typedef {Object} Scales       fixed for the run
 * @property {{hidden: number, cell: number}} norms   largest ‖h_t‖ and ‖c_t‖ of the seen layer
 * @property {number[]} layerNorms
 * @property {number} loss
 * @property {number} input
 * @property {number} low         of predictions and targets (numbers)
 * @property {number} high
 * @property {{low: number, high: number}} axis       of the gradients, in decades
 *
 * @typedef {Object} Frame        what changes
 * @property {number} place       the cursor, fractional while it moves
 * @property {number} lossPlace   up to where losses have grown
 * @property {number} step        the step under the cursor
 * @property {{forward: number, loss: number, backward: number}} weights
 * @property {number} roll        0 rolled up, 1 unrolled
 * @property {Float64Array} edges of the columns
 * @property {number|null} unit   to be lit
 */

import { Column } from "./column.mjs";
import { part, svg, Part } from "./dom.mjs";
import { between } from "./layout.mjs";
import { arrived, ramp, travelled } from "./progress.mjs";

const ROWS = [
  ["target", "target y", "y"], ["loss", "loss L", "L"], ["prediction", "prediction ŷ", "ŷ"],
  ["cell", "cell state c", "c"], ["hidden", "hidden state h", "h"], ["input", "input x", "x"],
  ["step", "step t", "t"],
];

export class Graph {
  /** @param {SVGSVGElement} root */
  constructor(root) {
    this.root = root;
    this.loops = { hidden: part("path", { class: "loop" }, root), cell: part("path", { class: "loop" }, root) };
    this.labels = svg("g", { class: "row-labels" }, root);
    this.layer = svg("g", {}, root);
    this.outline = part("rect", { class: "outline", rx: 9 }, root);
    this.dots = ["hidden", "cell", "input", "output"].map((name) =>
      [name, part("circle", { class: "signal", r: 4.5 }, root)]);
    this.columns = new Map();
    this.free = [];
  }

  /** A new run, layer, size: everything is placed afresh. @param {Scene} scene */
  layout(scene) {
    this.scene = scene;
    const { geometry, run } = scene;
    this.root.setAttribute("width", String(geometry.axis));
    this.root.setAttribute("height", String(geometry.graphHeight));
    this.root.style.left = `${geometry.gutter}px`;
    this.layer.replaceChildren();
    this.columns.clear();
    this.free = [];
    this.kind = { lstm: run.header.cell === "lstm", text: run.header.input.kind === "text" };
    this.drawLabels();
    const { box } = geometry.rows;
    this.outline.set("width", geometry.boxWidth + 4);
    this.outline.set("height", box.bottom - box.top + 4);
    this.outline.set("y", box.top - 2);
  }

  drawLabels() {
    const { geometry, run } = this.scene;
    this.labels.replaceChildren();
    const label = (text, y, kind = "row-label") => {
      const node = svg("text", { class: kind, x: -geometry.gutter, y: y + 4 }, this.labels);
      node.textContent = text;
    };
    for (const [row, long, short] of ROWS) {
      const at = geometry.rows[row];
      if (at) label(geometry.narrow ? short : long, at.middle);
    }
    run.header.layers.forEach((layer, k) => {
      if (k === this.scene.seen || geometry.narrow) return;
      label(layer.reverse ? `${layer.name}, from the end` : layer.name, geometry.rows.layers[k].middle,
        "row-label small");
    });
  }

  /** x of the middle of each column, folded towards the middle as it rolls up. */
  middles(frame) {
    const { steps } = this.scene.run;
    const centre = this.scene.geometry.axis / 2;
    const out = new Float64Array(steps);
    for (let t = 0; t < steps; t++) {
      const x = (frame.edges[t] + frame.edges[t + 1]) / 2;
      out[t] = centre + (x - centre) * frame.roll;
    }
    return out;
  }

  /** @param {Frame} frame @param {Float64Array} middles */
  draw(frame, middles) {
    const { geometry, run, direction } = this.scene;
    const wanted = new Map();
    for (let t = 0; t < run.steps; t++) {
      const share = (frame.edges[t + 1] - frame.edges[t]) / geometry.column;
      const detail = geometry.mode === "all" ? 1 : ramp(share, 0.45, 0.85);
      if (detail > 0 && (frame.roll > 0.02 || t === frame.step)) wanted.set(t, detail);
    }
    this.assign(wanted);
    for (const [t, detail] of wanted) {
      const from = t - direction;
      const before = from >= 0 && from < run.steps ? middles[from] : null;
      this.columns.get(t).draw(this.scene, frame, { x: middles[t], before, detail });
    }
    this.drawOutline(frame, middles);
    this.drawLoops(frame);
    this.drawDots(frame, middles);
  }

  /** Hands out columns to the steps in view; the ones that left are used again. */
  assign(wanted) {
    for (const [t, column] of this.columns) {
      if (wanted.has(t)) continue;
      column.group.style("opacity", 0);
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

  drawOutline(frame, middles) {
    const x = frame.roll < 1 ? middles[frame.step] : between(middles, frame.place);
    this.outline.style("transform", `translateX(${Math.round(x * 100) / 100 - this.scene.geometry.boxWidth / 2 - 2}px)`);
    this.outline.set("class", frame.weights.backward > 0.5 ? "outline backward" : "outline");
    const { box } = this.scene.geometry.rows;
    this.outline.set("x", 0);
    this.outline.set("y", box.top - 2);
  }

  /** The rolled-up cell's loops: h below, the conveyor c above. */
  drawLoops(frame) {
    const { geometry, run, seen, direction, scales } = this.scene;
    const { rows, boxWidth, axis } = geometry;
    const shown = ramp(frame.roll, 0.45, 0.05);
    for (const [field, loop] of Object.entries(this.loops)) {
      const row = rows[field];
      loop.style("opacity", row ? shown : 0);
      if (!row || shown === 0) continue;
      const half = boxWidth / 2;
      const far = half + (field === "cell" ? 40 : 30);
      const turn = field === "cell" ? rows.box.top - 10 : rows.box.bottom + 9;
      loop.set("d", loopPath(axis / 2, half, far, row.middle, turn, direction));
      const norms = run.of(seen, `${field}_norm`);
      const norm = norms ? norms[frame.step] / (scales.norms[field] || 1) : 0;
      loop.set("stroke-width", 1.5 + 5 * norm);
    }
  }

  /** What travels while the cursor is between two steps. */
  drawDots(frame, middles) {
    const { direction, run, geometry } = this.scene;
    const { rows, boxWidth } = geometry;
    const to = direction > 0 ? Math.ceil(frame.place - 1e-6) : Math.floor(frame.place + 1e-6);
    const share = arrived(to, frame.place, direction);
    const from = to - direction;
    const moving = frame.weights.forward > 0.5 && share > 0 && share < 1 && from >= 0 && from < run.steps;
    for (const [name, dot] of this.dots) {
      const row = rows[name];
      const wire = row && (name === "hidden" || name === "cell");
      const way = wire ? travelled(share) : name === "input" ? ramp(share, 0.1, 0.55) : ramp(share, 0.75, 1);
      if (!moving || way <= 0 || way >= 1 || (!row && name !== "output")) {
        dot.style("opacity", 0);
        continue;
      }
      dot.style("opacity", 1);
      const half = (direction * boxWidth) / 2;
      if (wire && frame.roll < 0.5) {
        const path = this.loops[name].node;
        const at = path.getPointAtLength(path.getTotalLength() * way);
        dot.set("cx", at.x);
        dot.set("cy", at.y);
      } else if (wire) {
        const [a, b] = [middles[from] + half, middles[to] - half];
        dot.set("cx", a + (b - a) * way);
        dot.set("cy", row.middle);
      } else {
        const [a, b] = name === "input" ? [rows.input.top, rows.layers[0].bottom]
          : [rows.layers.at(-1).top, rows.prediction.bottom];
        dot.set("cx", frame.roll < 1 ? middles[frame.step] : middles[to]);
        dot.set("cy", a + (b - a) * way);
      }
    }
  }
}

function loopPath(x, half, far, y, turn, direction) {
  const side = direction;
  const radius = Math.min(14, Math.abs(turn - y));
  const bend = Math.sign(turn - y) * radius;
  const [a, b] = [x + side * half, x - side * half];
  const [right, left] = [x + side * far, x - side * far];
  return `M${a} ${y}H${right - side * radius}Q${right} ${y} ${right} ${y + bend}`
    + `V${turn - bend}Q${right} ${turn} ${right - side * radius} ${turn}`
    + `H${left + side * radius}Q${left} ${turn} ${left} ${turn - bend}`
    + `V${y + bend}Q${left} ${y} ${left + side * radius} ${y}H${b}`;
}
