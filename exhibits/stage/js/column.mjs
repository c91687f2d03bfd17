/**
 * One column of the unrolled graph: input, cell, prediction, target, loss, and its wires.
 * Columns are pooled; `show` gives one another step, `draw` moves and colours it for a frame.
 * The unit squares within the box are the canvas's (`cells.mjs`).
 *
 * It comes in two pieces: the cell, which folds into the others as the graph rolls up, and the
 * tape of what goes in and out, which is pulled through the one cell that is left.
 */

import { Before } from "./before.mjs";
import { line, part, svg, Part } from "./dom.mjs";
import { bestClass, sign } from "./narration.mjs";
import { arrived, filled, lossStrength, ramp } from "./progress.mjs";
import { compact, onLog, significant } from "./scales.mjs";
import { NumberBars } from "./number_bars.mjs";
import { goingBack } from "./scene.mjs";
import { fitting, inBrackets, rowAt, symbolRead, widthOf } from "./vectors.mjs";
import { Wire } from "./wire.mjs";

const PALE = 0.26;
/** Of texts not yet reached: so that the faintest of their colours keeps 3 : 1 on either background. */
const PALE_TEXT = 0.76;
const WIDEST_WIRE = 6;
const WIDEST_GRADIENT = 9;

/** Pixels that a digit needs, and the share of a column that its box takes. */
const DIGIT = 6.2;
const BOX_SHARE = 0.75;
/** Pixels that a letter of a name needs. */
const LETTER = 7;

const lettersIn = (boxWidth) => Math.floor(boxWidth / BOX_SHARE / LETTER);

const lossLabel = (loss) => (loss > 0 && loss < 0.0005 ? "<0.001" : loss < 0.1 ? loss.toFixed(3) : significant(loss, 2));

/**
 * How strongly a text stands: faint where the sequence has not come that far, and where it only
 * passes by on the tape of the rolled-up network.
 * @param {number} known 0…1 @param {boolean} active under the cursor @param {number} roll 0 rolled up, 1 unrolled
 */
export const strengthOfText = (known, active, roll) => PALE_TEXT + (1 - PALE_TEXT) * known * (active ? 1 : roll);

export class Column {
  /**
   * @param {HTMLElement} parent @param {{lstm: boolean, text: boolean, classes: boolean, dots: boolean}} kind
   *   `classes`: one of several is said; `dots`: one number is, drawn as a dot beside the one that is due
   */
  constructor(parent, kind) {
    this.step = -1;
    this.kind = kind;
    this.root = new Part(svg("svg", {}, parent));
    this.cell = new Part(svg("g", {}, this.root.node));
    this.tape = new Part(svg("g", { class: "column" }, this.root.node));
    this.buildCell(this.cell.node);
    this.buildTape(this.tape.node);
  }

  buildCell(group) {
    this.tap = line("path", { class: "tap" }, group);
    this.tapDot = part("circle", { class: "tap-dot", r: 3 }, group);
    this.others = svg("g", {}, group);
    this.slim = [];
    this.up = line("line", { class: "wire", x1: 0, x2: 0 }, group);
    this.down = line("line", { class: "wire", x1: 0, x2: 0 }, group);
    this.ownGradient = line("line", { class: "gradient-wire", x1: 0, x2: 0 }, group);
    this.wires = { hidden: new Wire(group), cell: this.kind.lstm ? new Wire(group) : null };
    this.box = line("rect", { class: "box", rx: 8 }, group);
  }

  buildTape(group) {
    const { text } = this.kind;
    this.input = part("text", { class: text ? "input" : "value" }, group);
    this.inputBars = new NumberBars(group);
    this.number = part("text", { class: "step" }, group);
    this.prediction = part("text", {}, group);
    this.target = part("text", {}, group);
    this.outcomeBars = { prediction: new NumberBars(group), target: new NumberBars(group) };
    this.lossBar = part("rect", { class: "loss-bar", rx: 2 }, group);
    this.lossText = part("text", { class: "loss-value" }, group);
    this.truth = line("line", { class: "truth", x1: -9, x2: 9 }, group);
    this.guess = part("circle", { class: "guess", r: 4, cx: 0 }, group);
    this.before = new Before(group, this.kind);
  }

  /** Gives the column a step of the run. @param {import("./graph.mjs").Scene} scene */
  show(scene, step) {
    this.step = step;
    const { run, geometry, scales } = scene;
    const { rows, boxWidth } = geometry;
    this.placeStatic(rows, boxWidth);
    this.number.text(String(step));
    this.several = { read: !this.kind.text && widthOf(run, "inputs") > 1, said: !this.kind.classes && widthOf(run, "prediction") > 1 };
    if (this.kind.text) {
      this.input.text(sign(run.header.input.labels[step]));
      this.input.set("y", rows.input.middle + 6);
    } else {
      this.showNumbers(rowAt(run, "inputs", step), symbolRead(run, step), rows, scales, boxWidth);
    }
    this.showOutcome(scene, step, rows, boxWidth);
    this.before.show(scene, step);
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

  /** A bar for each number, side by side; below it the symbol, or digits as far as the column has room for them. */
  showNumbers(values, symbol, rows, scales, boxWidth) {
    this.inputBars.show(values, scales.input, rows.input.top + 18, { width: boxWidth, height: 15 });
    this.input.text(symbol === null ? this.digits(values, scales.input, boxWidth) : fitting(symbol, lettersIn(boxWidth)));
    this.input.set("y", rows.input.bottom - 3);
  }

  /** One number, or several as far as the column has room for them; the rest is for who points there. */
  digits(values, most, boxWidth) {
    const words = inBrackets(values, (value) => compact(value, most));
    return values.length === 1 || words.length * DIGIT <= boxWidth / BOX_SHARE ? words : "";
  }

  showOutcome({ run, scales }, step, rows, boxWidth) {
    this.hasTarget = run.array("has_target")[step] === 1;
    this.hasLoss = run.array("has_loss")[step] === 1;
    const loss = run.array("losses")[step];
    this.lossText.text(this.hasLoss ? lossLabel(loss) : "");
    if (this.kind.classes) {
      this.showClasses(run, step, boxWidth);
      this.span = { from: rows.loss.bottom, size: scales.lossHeight(rows, loss) };
      return;
    }
    this.prediction.set("class", "value strong");
    this.target.set("class", "value");
    const [guess, truth] = [rowAt(run, "prediction", step), rowAt(run, "target", step)];
    const most = Math.max(Math.abs(scales.low), Math.abs(scales.high));
    this.tell("prediction", guess, most, rows, boxWidth);
    this.tell("target", this.hasTarget ? truth : [], most, rows, boxWidth);
    if (!this.kind.dots) {
      this.span = { from: rows.loss.bottom, size: scales.lossHeight(rows, loss) };
      return;
    }
    const [at, wanted] = [scales.valueY(rows, guess[0]), scales.valueY(rows, truth[0])];
    this.guess.set("cy", at);
    for (const name of ["y1", "y2"]) this.truth.set(name, wanted);
    this.span = { from: at, size: at - wanted };
  }

  /** Digits where the column has room for them, else a bar for each number. @param {"prediction"|"target"} row */
  tell(row, values, most, rows, boxWidth) {
    const words = values.length > 0 ? this.digits(values, most, boxWidth) : "";
    this[row].text(words);
    this.outcomeBars[row].show(words === "" ? values : [], most, rows[row].middle, { width: boxWidth, height: 11 });
  }

  /** Characters stand large; where one of the classes has a longer name, all are written small. */
  showClasses(run, step, boxWidth) {
    const { classes } = run.header.output;
    const large = classes.every((name) => [...name].length === 1);
    const word = (number) => (large ? sign(classes[number]) : fitting(classes[number], lettersIn(boxWidth)));
    this.prediction.set("class", large ? "prediction" : "value strong");
    this.target.set("class", large ? "target" : "value");
    this.prediction.text(word(bestClass(run, step).index));
    this.target.text(this.hasTarget ? word(run.array("target")[step]) : "");
  }

  /** The layers that are not seen: slim boxes, filled by the norm of their state. */
  showOthers({ run, scales: { layerNorms }, seen }, step, rows, boxWidth) {
    const others = rows.layers.map((_, k) => k).filter((k) => k !== seen);
    while (this.slim.length < others.length) {
      this.slim.push([line("rect", { class: "slim", rx: 4 }, this.others),
        part("rect", { class: "slim-fill", rx: 2 }, this.others)]);
    }
    this.slim.forEach(([box, fill], place) => {
      for (const shape of [box, fill]) shape.set("display", place < others.length ? "inline" : "none");
    });
    others.forEach((k, place) => {
      const { top, bottom } = rows.layers[k];
      const share = run.of(k, "hidden_norm")[step] / (layerNorms[k] || 1);
      const [box, fill] = this.slim[place];
      for (const [shape, inset, width] of [[box, 0, boxWidth], [fill, 3, share * (boxWidth - 6)]]) {
        shape.set("x", -boxWidth / 2 + inset);
        shape.set("y", top + inset);
        shape.set("width", Math.max(0, width));
        shape.set("height", bottom - top - 2 * inset);
      }
    });
  }

  hide() {
    this.root.style("display", "none");
  }

  /**
   * @param {import("./graph.mjs").Scene} scene
   * @param {import("./graph.mjs").Frame} frame
   * @param {{x: number, before: number|null, tape: number, detail: number}} place x of the cell,
   *   of the cell that its state came from, of the tape; how much detail has room, 0…1
   */
  draw(scene, frame, { x, before, tape, detail }) {
    const { weights } = frame;
    const active = frame.step === this.step;
    this.root.style("display", "block");
    this.root.style("transform", `translateX(${x}px)`);
    const reach = weights.forward * arrived(this.step, frame.place, scene.direction)
      + weights.loss + weights.backward;
    this.drawTape(scene, frame, { x, tape, detail, active, reach });
    const shown = detail * (active ? 1 : ramp(frame.roll, 0.15, 0.9));
    this.cell.set("display", shown > 0 ? "inline" : "none");
    if (shown === 0) return;
    const fill = filled(reach);
    const backward = weights.backward * arrived(this.step, frame.place, -scene.direction);
    this.up.fade(shown * (PALE + (1 - PALE) * fill));
    this.down.fade(shown * (0.25 + 0.6 * fill));
    this.box.fade(shown * (0.35 + 0.65 * fill));
    for (const [box, content] of this.slim) {
      box.fade(shown * 0.6 * (0.4 + 0.6 * fill));
      content.fade(shown * 0.55 * (0.3 + 0.7 * fill));
    }
    const lit = weights.forward * fill + weights.backward * ramp(backward, 0.3, 0.9);
    this.tap.fade(shown * (0.2 + 0.2 * weights.loss + 0.8 * lit));
    this.tapDot.fade(shown * (0.25 + 0.15 * weights.loss + 0.75 * lit));
    // A term of exactly 0 adds nothing to W's gradient: an open dot.
    const none = weights.backward > 0.5 && scene.run.of(scene.seen, "weight_term")?.[this.step] === 0;
    this.tap.set("class", none ? "tap none" : "tap");
    this.tapDot.set("class", none ? "tap-dot none" : "tap-dot");
    this.drawWires(scene, frame, { x, before, reach, active, shown });
  }

  drawTape(scene, frame, { x, tape, detail, active, reach }) {
    // Rolled up, every step of the tape has room, whatever the lens leaves it.
    const edge = Math.min(tape, scene.geometry.axis - tape);
    const room = (detail + (1 - detail) * ramp(frame.roll, 0.6, 0.1)) * (frame.roll < 1 ? ramp(edge, 0, 36) : 1);
    this.tape.set("display", room > 0 ? "inline" : "none");
    if (room === 0) return;
    const past = scene.direction * (frame.place - this.step) > 0;
    const shown = room * (active ? 1 : frame.roll + (1 - frame.roll) * (past ? 0.6 : 0.4));
    const read = room * strengthOfText(1, active, frame.roll);
    const told = room * strengthOfText(filled(reach), active, frame.roll);
    const known = shown * (PALE + (1 - PALE) * filled(reach));
    this.tape.set("transform", `translate(${tape - x},0)`);
    this.tape.set("class", active ? "column active" : "column");
    this.number.fade(read);
    // Several numbers are wider than a place on the tape of the rolled-up network.
    const apart = active ? 1 : ramp(frame.roll, 0.7, 1);
    this.input.fade(told * (this.several.read ? apart : 1));
    this.inputBars.fade(shown * (0.4 + 0.6 * ramp(reach, 0, 0.3)));
    for (const bars of Object.values(this.outcomeBars)) bars.fade(known * (active ? 1 : apart));
    this.prediction.fade(told * (this.several.said ? apart : 1));
    this.target.fade(told * (this.several.said ? apart : 1));
    this.truth.fade(this.kind.dots && this.hasTarget ? known : 0);
    this.guess.fade(this.kind.dots ? known : 0);
    this.before.draw(told);
    this.drawLoss(scene, frame, known, told);
  }

  drawLoss(scene, frame, known, told) {
    const { grown, strength } = lossStrength(this.step, frame, scene.direction);
    const size = this.hasLoss ? this.span.size * grown : 0;
    const wide = !this.kind.dots ? Math.min(30, scene.geometry.boxWidth * 0.6) : 5;
    const top = Math.min(this.span.from, this.span.from - size);
    this.lossBar.set("x", -wide / 2);
    this.lossBar.set("width", wide);
    this.lossBar.set("y", top);
    this.lossBar.set("height", Math.abs(size));
    this.lossBar.fade(known * strength);
    this.lossText.set("y", this.kind.dots ? top - 8 : top - 4);
    this.lossText.fade(grown < 0.5 ? 0 : told);
  }

  drawWires(scene, frame, { x, before, reach, active, shown }) {
    const { rows, boxWidth } = scene.geometry;
    const { run, seen, scales, direction } = scene;
    const { weights } = frame;
    const previous = this.step - direction;
    const back = weights.backward * arrived(previous, frame.place, -direction);
    for (const [field, wire] of Object.entries(this.wires)) {
      if (!wire) continue;
      if (before === null || Math.abs(x - before) < boxWidth + 2) {
        wire.hide();
        continue;
      }
      const norm = run.of(seen, `${field}_norm`)[previous] / (scales.norms[field] || 1);
      const handed = goingBack(scene, `handed_${field}`);
      const size = handed ? onLog(handed[this.step], scales.axis) : 0;
      wire.draw({
        from: before - x + direction * boxWidth / 2,
        to: -direction * boxWidth / 2,
        y: rows[field].middle,
        width: 1 + (WIDEST_WIRE - 1) * norm,
        opacity: shown * (0.14 + 0.86 * ramp(reach, 0, 0.5)) * (0.3 + 0.7 * norm) * (1 - 0.75 * weights.backward),
        active: active && weights.forward > 0.5,
        back: handed && handed[this.step] > 0 ? back : 0,
        backWidth: 1 + (WIDEST_GRADIENT - 1) * size,
        backOpacity: shown * (0.25 + 0.75 * size),
      });
    }
    const own = goingBack(scene, "own_norm");
    const here = weights.backward * arrived(this.step, frame.place, -direction);
    this.ownGradient.fade(own && own[this.step] > 0 ? shown * here : 0);
    if (own) this.ownGradient.set("stroke-width", 1 + (WIDEST_GRADIENT - 1) * onLog(own[this.step], scales.axis));
  }
}
