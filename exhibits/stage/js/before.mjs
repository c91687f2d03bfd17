/**
 * The ghost of a column: what stood there before the learner's change, where it was something
 * else: small beside the new, the loss as a dashed outline.
 */

import { line, part } from "./dom.mjs";
import { bestClass, sign } from "./narration.mjs";

const BESIDE = 14;

export class Before {
  /** @param {SVGElement} group @param {{text: boolean, classes: boolean, dots: boolean}} kind of its column */
  constructor(group, kind) {
    this.kind = kind;
    this.input = part("text", { class: "ghost-text", x: BESIDE }, group);
    this.prediction = part("text", { class: "ghost-text", x: BESIDE }, group);
    this.loss = line("rect", { class: "ghost-loss", rx: 2 }, group);
    this.guess = line("circle", { class: "ghost-guess", r: 4, cx: 0 }, group);
  }

  /** @param {import("./graph.mjs").Scene} scene */
  show({ run, ghost, geometry: { rows, boxWidth }, scales }, step) {
    this.has = false;
    this.input.text("");
    this.prediction.text("");
    for (const shape of [this.loss, this.guess]) shape.set("display", "none");
    if (!ghost) return;
    this.has = true;
    const was = ghost.header.input.labels[step];
    if (was !== run.header.input.labels[step]) this.word(this.input, this.kind.text ? sign(was) : was, rows.input.middle + 5);
    if (this.kind.classes) this.expected(run, ghost, rows, step);
    if (this.kind.dots) this.number(run, ghost, rows, scales, step);
    else this.lost(run, ghost, rows, boxWidth, scales, step);
  }

  word(place, text, y) {
    place.text(text);
    place.set("y", y);
  }

  expected(run, ghost, rows, step) {
    const then = bestClass(ghost, step).index;
    if (then === bestClass(run, step).index) return;
    this.word(this.prediction, sign(run.header.output.classes[then]), rows.prediction.middle + 5);
  }

  lost(run, ghost, rows, boxWidth, scales, step) {
    const [now, before] = [run, ghost].map((one) => one.array("losses")[step]);
    if (run.array("has_loss")[step] !== 1 || Math.abs(now - before) < 0.01 * scales.loss) return;
    const height = scales.lossHeight(rows, before);
    const wide = Math.min(30, boxWidth * 0.6) + 4;
    for (const [name, value] of Object.entries({ display: "inline", x: -wide / 2, width: wide, y: rows.loss.bottom - height, height })) this.loss.set(name, value);
  }

  number(run, ghost, rows, scales, step) {
    const [now, then] = [run, ghost].map((one) => scales.valueY(rows, one.array("prediction")[step]));
    if (Math.abs(now - then) < 1) return;
    this.guess.set("display", "inline");
    this.guess.set("cy", then);
  }

  draw(known) {
    if (!this.has) return;
    for (const shape of [this.input, this.prediction, this.loss, this.guess]) shape.fade(known);
  }
}
