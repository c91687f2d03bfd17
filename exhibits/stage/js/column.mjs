/**
 * One column of the unrolled graph: input, cell, prediction, target, loss, and its wires.
 * Columns are pooled; `show` gives one another step, `draw` moves and colours it for a frame.
 * The unit squares within the box are the canvas's (`cells.mjs`).
 */

import { part, svg, Part } from "./dom.mjs";
import { bestClass, sign } from "./narration.mjs";
import { arrived, filled, ramp } from "./progress.mjs";
import { onLog, significant } from "./scales.mjs";
import { Wire } from "./wire.mjs";

const PALE = 0.26;
const WIDEST_WIRE = 6;
const WIDEST_GRADIENT = 9;

export class Column {
  /** @param {SVGElement} parent @param {{lstm: boolean, text: boolean}} kind */
  constructor(parent, kind) {
    this.step = -1;
    this.kind = kind;
    this.group = new Part(svg("g", { class: "column" }, parent));
    const group = this.group.node;
    this.computed = part("g", {}, group);
    const inside = this.computed.node;
    this.up = part("line", { class: "wire", x1: 0, x2: 0 }, inside);
    this.down = part("line", { class: "wire", x1: 0, x2: 0 }, group);
    this.ownGradient = part("line", { class: "gradient-wire", x1: 0, x2: 0 }, group);
    this.tap = part("path", { class: "tap" }, group);
    this.tapDot = part("circle", { class: "tap-dot", r: 3 }, group);
    this.wires = { hidden: new Wire(group), cell: kind.lstm ? new Wire(group) : null };
    this.box = part("rect", { class: "box", rx: 8 }, group);
    this.slim = [];
    this.input = part("text", { class: kind.text ? "input" : "value" }, group);
    this.inputBar = part("rect", { class: "input-bar", rx: 1.5 }, group);
    this.number = part("text", { class: "step" }, group);
    this.prediction = part("text", { class: kind.text ? "prediction" : "value strong" }, inside);
    this.target = part("text", { class: kind.text ? "target" : "value" }, inside);
    this.lossBar = part("rect", { class: "loss-bar", rx: 2 }, inside);
    this.lossText = part("text", { class: "loss-value" }, inside);
    this.truth = part("line", { class: "truth" }, inside);
    this.guess = part("circle", { class: "guess", r: 4 }, inside);
  }

  /** Gives the column a step of the run. */
  show(scene, step) {
    this.step = step;
    const { run, geometry } = scene;
    const { rows, boxWidth } = geometry;
    this.placeStatic(rows, boxWidth);
    const label = run.header.input.labels[step];
    this.number.text(String(step));
    this.input.text(this.kind.text ? sign(label) : significant(run.array("inputs")[step], 2));
    this.showInput(scene, rows);
    this.showOutcome(scene, step, rows);
    this.showOthers(scene, step, rows, boxWidth);
  }

  placeStatic(rows, boxWidth) {
    const { box } = rows;
    const half = boxWidth / 2;
    this.box.set("x", -half);
    this.box.set("y", box.top);
    this.box.set("width", boxWidth);
    this.box.set("height", box.bottom - box.top);
    this.up.set("y1", rows.layers.at(-1).top);
    this.up.set("y2", rows.prediction.bottom + 1);
    this.down.set("y1", rows.layers[0].bottom);
    this.down.set("y2", rows.input.top);
    this.ownGradient.set("y1", rows.prediction.bottom + 1);
    this.ownGradient.set("y2", box.top);
    this.tap.set("d", `M${-half + 7} ${rows.rail}V${box.bottom}`);
    this.tapDot.set("cx", -half + 7);
    this.tapDot.set("cy", rows.rail);
    this.number.set("y", rows.step.middle + 4);
    this.target.set("y", rows.target.middle + 5);
    this.prediction.set("y", rows.prediction.middle + 5);
  }

  showInput({ scales, run }, rows) {
    if (this.kind.text) {
      this.input.set("y", rows.input.middle + 6);
      return;
    }
    const value = run.array("inputs")[this.step];
    const zero = rows.input.top + 18;
    const height = (15 * Math.abs(value)) / scales.input;
    this.input.set("y", rows.input.bottom - 3);
    this.inputBar.set("x", -7);
    this.inputBar.set("width", 14);
    this.inputBar.set("y", value >= 0 ? zero - height : zero);
    this.inputBar.set("height", Math.max(1, height));
    this.inputBar.set("class", value < 0 ? "input-bar negative" : "input-bar");
  }

  showOutcome({ run, scales }, step, rows) {
    this.hasTarget = run.array("has_target")[step] === 1;
    this.hasLoss = run.array("has_loss")[step] === 1;
    const loss = run.array("losses")[step];
    this.lossText.text(this.hasLoss ? significant(loss, 2) : "");
    this.truth.style("display", this.kind.text ? "none" : "inline");
    this.guess.style("display", this.kind.text ? "none" : "inline");
    if (this.kind.text) {
      const { classes } = run.header.output;
      const best = bestClass(run, step).index;
      this.right = this.hasTarget && best === run.array("target")[step];
      this.prediction.text(sign(classes[best]));
      this.target.text(this.hasTarget ? sign(classes[run.array("target")[step]]) : "");
      this.span = { from: rows.loss.bottom, size: (rows.loss.bottom - rows.loss.top - 15) * loss / scales.loss };
      return;
    }
    const outputs = run.array("prediction").length / run.steps;
    const guess = run.array("prediction")[step * outputs];
    const truth = run.array("target")[step * outputs];
    const y = (value) => rows.loss.bottom - 6
      - (rows.loss.bottom - rows.loss.top - 22) * (value - scales.low) / (scales.high - scales.low);
    this.prediction.text(significant(guess, 2));
    this.target.text(this.hasTarget ? significant(truth, 2) : "");
    this.guess.set("cx", 0);
    this.guess.set("cy", y(guess));
    for (const [name, at] of [["x1", -9], ["x2", 9]]) this.truth.set(name, at);
    for (const name of ["y1", "y2"]) this.truth.set(name, y(truth));
    if (!this.hasTarget) this.truth.style("display", "none");
    this.span = { from: y(guess), size: y(guess) - y(truth) };
  }

  /** The layers that are not seen: slim boxes, filled by the norm of their state. */
  showOthers({ run, scales, seen }, step, rows, boxWidth) {
    const others = rows.layers.map((_, k) => k).filter((k) => k !== seen);
    while (this.slim.length < others.length) {
      this.slim.push([part("rect", { class: "slim", rx: 4 }, this.group.node),
        part("rect", { class: "slim-fill", rx: 3 }, this.computed.node)]);
    }
    this.slim.forEach(([box, fill], place) => {
      const k = others[place];
      box.style("display", k === undefined ? "none" : "inline");
      fill.style("display", k === undefined ? "none" : "inline");
      if (k === undefined) return;
      const { top, bottom } = rows.layers[k];
      const share = run.of(k, "hidden_norm")[step] / (scales.layerNorms[k] || 1);
      for (const [shape, inset, width] of [[box, 0, boxWidth], [fill, 3, share * (boxWidth - 6)]]) {
        shape.set("x", -boxWidth / 2 + inset);
        shape.set("y", top + inset);
        shape.set("width", Math.max(0, width));
        shape.set("height", bottom - top - 2 * inset);
      }
    });
  }

  /**
   * @param {import("./graph.mjs").Scene} scene
   * @param {import("./graph.mjs").Frame} frame
   * @param {{x: number, before: number|null, detail: number}} place x of this column and of the
   *   one that the layer came from; how much of the detail has room, 0…1
   */
  draw(scene, frame, { x, before, detail }) {
    const { weights } = frame;
    const near = frame.step === this.step ? 1 : ramp(frame.roll, 0.15, 0.9);
    this.group.set("transform", `translate(${Math.round(x * 100) / 100},0)`);
    this.group.style("opacity", detail * near);
    if (detail * near === 0) return;
    const reach = weights.forward * arrived(this.step, frame.place, scene.direction)
      + weights.loss + weights.backward;
    const fill = filled(reach);
    const backward = weights.backward * arrived(this.step, frame.place, -scene.direction);
    const active = frame.step === this.step;
    this.computed.style("opacity", PALE + (1 - PALE) * fill);
    this.input.style("opacity", 0.5 + 0.5 * ramp(reach, 0, 0.3));
    this.inputBar.style("opacity", 0.4 + 0.6 * ramp(reach, 0, 0.3));
    this.box.style("opacity", 0.35 + 0.65 * fill);
    this.down.style("opacity", 0.25 + 0.6 * fill);
    this.group.set("class", active ? "column active" : "column");
    this.tap.style("opacity", weights.forward * (0.2 + 0.8 * fill) + weights.loss * 0.4
      + weights.backward * (0.2 + 0.8 * ramp(backward, 0.3, 0.9)));
    this.tapDot.style("opacity", 0.2 + 0.8 * (weights.backward > 0.5 ? backward : fill));
    this.drawLoss(scene, frame);
    this.drawWires(scene, frame, x, before, reach);
  }

  drawLoss(scene, frame) {
    const { weights } = frame;
    const grown = weights.loss * filled(arrived(this.step, frame.lossPlace, scene.direction))
      + (weights.forward + weights.backward);
    const strength = 0.42 * weights.forward + weights.loss + 0.55 * weights.backward;
    const size = this.hasLoss ? this.span.size * grown : 0;
    const wide = this.kind.text ? Math.min(30, scene.geometry.boxWidth * 0.6) : 5;
    this.lossBar.set("x", -wide / 2);
    this.lossBar.set("width", wide);
    this.lossBar.set("y", Math.min(this.span.from, this.span.from - size));
    this.lossBar.set("height", Math.abs(size));
    this.lossBar.style("opacity", strength);
    const above = Math.min(this.span.from, this.span.from - size);
    this.lossText.set("y", this.kind.text ? above - 4 : above - 8);
    this.lossText.style("opacity", grown < 0.5 ? 0 : weights.loss + 0.75 * (1 - weights.loss));
  }

  drawWires(scene, frame, x, before, reach) {
    const { rows, boxWidth } = scene.geometry;
    const { run, seen, scales, direction } = scene;
    const { weights } = frame;
    const previous = this.step - direction;
    const active = frame.step === this.step ? 1 : 0;
    const back = weights.backward * arrived(previous, frame.place, -direction);
    for (const [field, wire] of Object.entries(this.wires)) {
      if (!wire) continue;
      if (before === null || Math.abs(x - before) < boxWidth + 2) {
        wire.hide();
        continue;
      }
      const norm = run.of(seen, `${field}_norm`)[previous] / (scales.norms[field] || 1);
      const handed = run.of(seen, `handed_${field}`);
      wire.draw({
        from: before - x + direction * boxWidth / 2,
        to: -direction * boxWidth / 2,
        y: rows[field].middle,
        width: 1 + (WIDEST_WIRE - 1) * norm,
        opacity: (0.14 + 0.86 * ramp(reach, 0, 0.5)) * (0.3 + 0.7 * norm) * (1 - 0.75 * weights.backward),
        active: active && weights.forward > 0.5,
        back: handed ? back : 0,
        backWidth: handed ? 1 + (WIDEST_GRADIENT - 1) * onLog(handed[this.step], scales.axis) : 0,
        backOpacity: handed ? 0.25 + 0.75 * onLog(handed[this.step], scales.axis) : 0,
      });
    }
    const own = run.of(seen, "own_norm");
    const arrivedHere = weights.backward * arrived(this.step, frame.place, -direction);
    this.ownGradient.style("opacity", own && own[this.step] > 0 ? arrivedHere : 0);
    if (own) this.ownGradient.set("stroke-width", 1 + (WIDEST_GRADIENT - 1) * onLog(own[this.step], scales.axis));
  }
}
