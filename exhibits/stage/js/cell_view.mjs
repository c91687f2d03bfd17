/**
 * The inside of the cell at the step under the cursor: the states come in at the left, flow through
 * the gates unit by unit, and leave at the right; going back, the gradient flows the other way
 * through the same gates. Every number is the run's own (`cell_math.mjs`).
 */

import { CellHands } from "./cell_hands.mjs";
import { CellLines } from "./cell_lines.mjs";
import { Looks } from "./cell_looks.mjs";
import { backward, forward, inputSize, silencedOf } from "./cell_math.mjs";
import { moment, within } from "./cell_order.mjs";
import { CellOutput } from "./cell_output.mjs";
import { CellPaint } from "./cell_paint.mjs";
import { plan } from "./cell_plan.mjs";
import { CellUnits } from "./cell_units.mjs";
import { equation, equationBack, GAP } from "./cell_words.mjs";
import { html, prepare, svg } from "./dom.mjs";
import { sign } from "./narration.mjs";
import { compact, largest } from "./scales.mjs";
import { vectorRead } from "./vectors.mjs";

/** Height of the lit unit's sum below the picture. */
const SUM = 66;
const CELLS = { lstm: "LSTM cell", gru: "GRU cell", rnn_tanh: "RNN cell", rnn_relu: "RNN cell",
  rnn_linear: "Linear RNN cell" };

const HINT = "Point at a unit to follow it through the cell; click or tap one of its gates for that gate’s exact sum.";

export class CellView {
  /** @param {HTMLElement} root @param {import("./track.mjs").Track} track */
  constructor(root, track) {
    this.root = root;
    this.track = track;
    this.picture = html("div", { class: "cell-picture" }, root);
    this.canvas = html("canvas", { role: "img" }, this.picture);
    this.drawing = svg("svg", { class: "cell-lines", "aria-hidden": "true" }, this.picture);
    this.output = new CellOutput(html("div", { class: "cell-output" }, this.picture));
    this.units = new CellUnits(this.picture, track);
    const foot = html("div", { class: "cell-foot" }, root);
    const sums = html("div", { class: "cell-sums" }, foot);
    this.sum = html("p", { class: "cell-sum" }, sums);
    // The longest sum of this step, unseen below the one that is shown: pointing moves nothing.
    this.longest = html("p", { class: "cell-sum longest", "aria-hidden": "true" }, sums);
    this.hands = new CellHands(html("div", { class: "cell-hands" }, foot), track);
  }

  /** @param {import("./graph.mjs").Scene} scene @param {import("./bitmaps.mjs").Bitmaps} bitmaps */
  layout(scene, bitmaps, theme) {
    Object.assign(this, { scene, bitmaps, theme, known: null, drawn: "", told: "", reserved: "" });
    const { run, seen, geometry, direction, scales } = scene;
    this.plan = plan(run.header.cell, { width: geometry.width, hidden: run.hidden,
      peepholes: Boolean(run.of(seen, "weight_ci")), height: this.room() });
    this.looks = new Looks(bitmaps, scales.axis);
    this.paint = new CellPaint(this.plan, theme);
    this.picture.style.height = this.plan.beside ? `${this.plan.height}px` : "";
    this.picture.classList.toggle("tight", this.plan.tight);
    for (const [name, value] of [["width", this.plan.width],
      ["height", this.plan.height]]) this.drawing.setAttribute(name, String(value));
    this.lines = new CellLines(this.drawing, this.plan, direction);
    this.input = this.drawInput();
    this.output.layout(scene, this.plan);
    this.units.layout(scene, this.plan);
    this.hands.layout(scene, this.plan, this.picture);
  }

  /** In a presentation the picture and the lit unit's sum stand on the screen without scrolling. */
  room() {
    const { presentation, root } = this.track.stage;
    if (!presentation.on) return Infinity;
    let above = 0;
    for (let node = this.root; node && node !== root; node = node.offsetParent) above += node.offsetTop;
    return root.clientHeight - above - root.querySelector("[data-transport], .transport").offsetHeight - SUM;
  }

  /** The input below, where the wires of W begin. */
  drawInput() {
    const { x, y } = this.plan.inputAt;
    const group = svg("g", { class: "cell-input" }, this.drawing);
    svg("rect", { x: x - 17, y: y - 15, width: 34, height: 30, rx: 7 }, group);
    const value = svg("text", { x, y: y + 6, class: "cell-input-value" }, group);
    const name = svg("text", { x: x + 24, y: y + 16, class: "cell-input-name" }, group);
    const { run, seen } = this.scene;
    const below = run.of(seen, "inputs") !== null;
    name.textContent = below ? `x: the ${inputSize(run, seen)} values of the layer below` : "x";
    return { value, name, below };
  }

  showInput(step) {
    const { run } = this.scene;
    const { kind, labels } = run.header.input;
    const { value, name, below } = this.input;
    const text = below || kind === "vectors" ? "x" : kind === "text" ? sign(labels[step])
      : compact(run.array("inputs")[step], largest(run.array("inputs")));
    value.textContent = text;
    value.classList.toggle("long", text.length > 2);
    if (!below && kind === "vectors") name.textContent = vectorRead(run, step);
  }

  /** The vectors of a step with their looks, worked out when the step comes. */
  at(step) {
    if (this.known?.step === step) return this.known;
    const { run, seen, ghost } = this.scene;
    const flow = forward(run, seen, step);
    this.known = { step, flow, back: undefined, looks: new Map(), ghost: ghost
      && ghost.header.cell === run.header.cell && ghost.hidden === run.hidden
      && ghost.steps === run.steps && ghost.of(seen, "hidden") ? forward(ghost, seen, step) : null };
    this.showInput(step);
    return this.known;
  }

  gradients(known) {
    const { run, seen, ghost } = this.scene;
    if (known.back === undefined) {
      known.back = backward(run, seen, known.step);
      known.ghostBack = known.ghost && backward(ghost, seen, known.step);
    }
    return known.back;
  }

  look(known, kind, id, scale) {
    const name = `${kind} ${id} ${scale}`;
    if (!known.looks.has(name)) known.looks.set(name, this.looks.of(known[kind][id], scale));
    return known.looks.get(name);
  }

  /** @param {import("./graph.mjs").Frame} frame */
  draw(frame) {
    const { step, share } = moment(frame, this.scene.direction);
    const backwards = frame.phase === "backward";
    const { weights } = frame;
    const state = [step, share.toFixed(3), frame.phase, weights.backward.toFixed(3),
      weights.loss.toFixed(3), frame.unit, frame.chosen].join();
    const known = this.at(step);
    if (state !== this.drawn) {
      this.drawn = state;
      this.paintAll(known, { frame, on: backwards ? 1 : share, back: backwards ? share : 1 });
      this.lines.draw({ on: backwards ? 1 : share, back: share, backward: backwards });
    }
    this.output.draw(frame, { step, share });
    this.hands.draw(frame, step);
    this.units.draw(frame, step);
    this.tell(known, frame);
  }

  paintAll(known, { frame, on, back }) {
    const { plan: { blocks, streams, fan, width, height, conveyor }, paint } = this;
    const { weights, unit: lit } = frame;
    const context = prepare(this.canvas, width, height);
    if (conveyor) paint.bed(context);
    const gradients = weights.backward > 0.01 ? this.gradients(known) : null;
    const ahead = gradients ? 1 - weights.backward : 1;
    // The losses are about h alone: the rest steps back.
    const dimmed = (id) => (id === "h" ? 1 : 1 - 0.6 * weights.loss);
    if (fan) this.paintFan(context, known, { on, back, ahead, lit, gradients, weights });
    for (const stream of streams) {
      if (lit !== null) paint.thread(context, stream, lit);
      paint.stream(context, stream, this.look(known, "flow", stream.value, stream.scale),
        { share: within(on, stream.on), alpha: ahead * 0.8 * dimmed(stream.value), lit });
      if (gradients) paint.stream(context, stream, this.look(known, "back", stream.back, "grad"),
        { share: within(back, stream.backOn), alpha: weights.backward * 0.85, lit, back: true });
    }
    paint.joins(context, lit, (0.35 + 0.65 * within(on, [0.58, 0.66])) * dimmed(""));
    for (const block of blocks) this.paintBlock(context, known, block,
      { on, back, ahead: ahead * dimmed(block.id), lit, gradients, frame });
    if (lit !== null) paint.signs(context, lit, frame.phase === "backward");
    context.globalAlpha = 1;
  }

  paintFan(context, known, { on, back, ahead, lit, gradients, weights }) {
    const { fan } = this.plan;
    const { run: { hidden }, run, seen } = this.scene;
    const weight = run.of(seen, "weight_hh");
    // What reaches the lit unit: forward along its row of W, going back along its column.
    const reaching = (values, at) => (lit === null ? null : Float64Array.from(values,
      (value, k) => value * weight[at(k)]));
    const forwards = reaching(known.flow.h0, (k) => lit * hidden + k);
    this.paint.fan(context, forwards && this.looks.of(forwards, "preactivation"),
      { share: within(on, fan.on), alpha: ahead, lit });
    if (!gradients) return;
    const backwards = reaching(known.back.a, (k) => k * hidden + lit);
    this.paint.fan(context, backwards && this.looks.of(backwards, "grad"),
      { share: within(back, fan.back), alpha: weights.backward, lit, back: true });
  }

  paintBlock(context, known, block, { on, back, ahead, lit, gradients, frame }) {
    const { paint } = this;
    const { weights } = frame;
    paint.outline(context, block);
    const valve = block.type === "valve";
    paint.block(context, block, this.look(known, "flow", block.id, block.scale),
      { alpha: within(on, block.on) * (valve ? 1 - 0.6 * weights.loss : ahead), lit });
    if (gradients && !valve && gradients[block.id]) {
      paint.block(context, block, this.look(known, "back", block.id, "grad"),
        { alpha: within(back, block.back) * weights.backward, lit });
    }
    if (lit === null) return;
    const kind = gradients && !valve ? "ghostBack" : "ghost";
    if (known[kind]?.[block.id] && known[kind][block.id][lit] !== known[kind === "ghost" ? "flow"
      : "back"][block.id][lit]) {
      paint.ghost(context, block, lit, this.look(known, kind, block.id, kind === "ghost" ? block.scale
        : "grad"));
    }
    paint.ring(context, block, lit, frame.chosen);
  }

  /** The lit unit's numbers; a picture that plays fast is not read. */
  tell(known, frame) {
    const { unit, phase } = frame;
    const state = [known.step, unit, phase, frame.picked, frame.playing].join();
    if (state === this.told) return;
    this.told = state;
    const { run, seen } = this.scene;
    const back = phase === "backward" ? this.gradients(known) : null;
    const handled = frame.playing ? new Set() : this.hands.handled(frame, known.step);
    this.lines.tell({ vectors: back ?? known.flow, valves: known.flow, ghost: back ? known.ghostBack
      : known.ghost, unit, backward: Boolean(back), handled });
    const { cell } = run.header;
    this.canvas.setAttribute("aria-label",
      `Inside the ${CELLS[cell]} at t = ${known.step}, ${run.hidden} units, ${phase}`);
    const silenced = silencedOf(run, seen);
    const sumOf = (k) => [{ text: `unit ${k}`, strong: true }, GAP, ...(back ? equationBack(cell, known.flow, back, k)
      : equation(cell, known.flow, k, silenced.has(k)))];
    this.write(this.sum, unit === null ? [{ text: HINT }] : sumOf(unit));
    this.reserve(sumOf, `${known.step} ${phase}`, frame.playing);
  }

  /** @param {HTMLElement} root @param {import("./narration.mjs").Part[]} parts */
  write(root, parts) {
    root.replaceChildren();
    let clause = html("span", {}, root);
    for (const part of parts) {
      if (part === GAP) clause = html("span", {}, root);
      else if (part.strong) html("b", {}, clause).textContent = part.text;
      else clause.append(this.scene.direction > 0 ? part.text : part.text.replaceAll("ₜ₋₁", "ₜ₊₁"));
    }
  }

  /** Room for the longest sum that any unit has at this step, so that what stands below does not jump. */
  reserve(sumOf, about, playing) {
    if (about === this.reserved || playing) return;
    this.reserved = about;
    const long = (parts) => parts.reduce((so, { text }) => so + text.length, 0);
    const sums = Array.from({ length: this.scene.run.hidden }, (_, k) => sumOf(k));
    this.write(this.longest, sums.reduce((most, one) => (long(one) > long(most) ? one : most)));
  }
}
