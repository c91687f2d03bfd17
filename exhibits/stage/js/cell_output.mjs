/** The read-out beside the cell: what h_t predicts, what was asked for, and the loss. */

import { html, Part } from "./dom.mjs";
import { arrived, filled } from "./progress.mjs";
import { sign } from "./narration.mjs";
import { compact } from "./scales.mjs";
import { three } from "./unit_numbers.mjs";
import { isProbe, rowAt } from "./vectors.mjs";

const ROWS = 5;
const subscript = (step) => [...String(step)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]).join("");

export class CellOutput {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.title = html("p", { class: "cell-output-title" }, root);
    this.list = html("div", { class: "cell-output-list" }, root);
    this.sums = html("p", { class: "cell-output-loss" }, root);
    this.back = html("p", { class: "cell-output-back" }, root);
    this.rows = [];
  }

  /** @param {import("./graph.mjs").Scene} scene @param {ReturnType<typeof import("./cell_plan.mjs").plan>} plan */
  layout(scene, plan) {
    this.scene = scene;
    this.shown = "";
    this.count = plan.beside ? ROWS : 3;
    this.text = scene.run.header.output.loss === "categorical";
    this.root.classList.toggle("beside", plan.beside);
    this.root.classList.toggle("marks", !this.text);
    this.root.classList.toggle("words", scene.run.header.output.classes.some((name) => [...name].length > 1));
    Object.assign(this.root.style, plan.output ? { left: `${plan.output.x}px`,
      width: `${plan.output.w}px` } : { left: "", width: "" });
    const { layers } = scene.run.header;
    const above = layers.slice(scene.seen + 1).filter(({ depth }) => depth > layers[scene.seen].depth);
    this.title.replaceChildren();
    html("b", {}, this.title).textContent = "prediction ŷ";
    this.title.append(above.length > 0 ? ` by way of ${above.at(-1).name}` : "");
    while (this.rows.length < this.count) this.rows.push(this.row());
    this.rows.forEach(({ root }, k) => { root.hidden = k >= this.count; });
  }

  row() {
    const root = html("div", { class: "cell-class" }, this.list);
    const [name, track, value] = [html("span", { class: "cell-class-name" }, root),
      html("span", { class: "cell-class-track" }, root), html("span", { class: "cell-class-value" }, root)];
    const bar = new Part(html("i", {}, track));
    return { root, name, bar, value, track };
  }

  /** @param {import("./graph.mjs").Frame} frame @param {{step: number, share: number}} moment */
  draw(frame, { step, share }) {
    const { phase, lossPlace, playing } = frame;
    const { direction } = this.scene;
    const come = phase === "forward" ? filled(share > 0.9 ? (share - 0.9) * 10 : 0) : 1;
    const grown = phase === "loss" && playing ? filled(arrived(step, lossPlace, direction)) : 1;
    const state = `${step} ${phase} ${come.toFixed(2)} ${grown.toFixed(2)}`;
    if (state === this.shown) return;
    if (!this.shown.startsWith(`${step} ${phase}`)) this.fill(step, phase);
    this.shown = state;
    this.root.style.opacity = String(0.25 + 0.75 * come);
    for (const { bar, share: part = 0 } of this.rows) {
      if (this.text) bar.style("transform", `scaleX(${(part * come).toFixed(4)})`);
      else bar.style("left", `calc(${(100 * part).toFixed(2)}% - 3px)`);
    }
    this.sums.style.opacity = String(grown);
  }

  fill(step, phase) {
    this.root.classList.toggle("told", phase === "loss");
    if (this.text) this.fillClasses(step);
    else this.fillNumbers(step);
    const { run, seen } = this.scene;
    const own = phase === "backward" ? run.of(seen, "own_norm") : null;
    this.back.textContent = own ? (own[step] > 0
      ? `sends back to h: ‖∂L${subscript(step)}\u2060/\u2060∂h${subscript(step)}‖\u00a0=\u00a0${three(own[step])}`
      : `sends nothing back: no ${isProbe(run) ? "probe" : "loss"} here`) : "";
  }

  fillClasses(step) {
    const { run } = this.scene;
    const { classes } = run.header.output;
    const p = run.array("prediction").subarray(step * classes.length, (step + 1) * classes.length);
    const target = run.array("has_target")[step] === 1 ? run.array("target")[step] : -1;
    const order = [...classes.keys()].sort((a, b) => p[b] - p[a]).slice(0, this.count);
    if (target >= 0 && !order.includes(target)) order[order.length - 1] = target;
    this.rows.forEach((row, k) => {
      const known = order[k] !== undefined && k < this.count;
      row.root.hidden = !known;
      if (!known) return;
      row.name.textContent = sign(classes[order[k]]);
      row.value.textContent = three(p[order[k]]);
      row.share = p[order[k]];
      row.root.classList.toggle("target", order[k] === target);
      row.name.title = order[k] === target ? "the target" : "";
    });
    const hasLoss = run.array("has_loss")[step] === 1;
    this.say(hasLoss, () => `loss = −ln p(“${sign(classes[target])}”) = `, step, target >= 0
      ? `target ${sign(classes[target])}: no loss counted` : "no target here");
  }

  fillNumbers(step) {
    const { run, scales } = this.scene;
    const most = Math.max(Math.abs(scales.low), Math.abs(scales.high));
    const [guess, truth] = ["prediction", "target"].map((name) => rowAt(run, name, step));
    const outputs = guess.length;
    const hasTarget = run.array("has_target")[step] === 1;
    const place = (value) => (value - scales.low) / (scales.high - scales.low);
    const sub = (k) => (outputs > 1 ? subscript(k) : "");
    const lines = [...guess].flatMap((value, k) => [[`ŷ${sub(k)}`, value, false],
      ...(hasTarget ? [[`y${sub(k)}`, truth[k], true]] : [])]);
    while (this.rows.length < lines.length) this.rows.push(this.row());
    this.rows.forEach((row, k) => {
      row.root.hidden = !lines[k];
      if (!lines[k]) return;
      const [name, value, due] = lines[k];
      row.name.textContent = name;
      row.value.textContent = compact(value, most);
      row.share = place(value);
      row.root.classList.toggle("target", due);
    });
    const [formula, without] = isProbe(run) ? ["probe ½‖ŷ‖²", "no probe here"]
      : [`loss = ½ ${outputs > 1 ? "Σ " : ""}(ŷ − y)²`, hasTarget ? "no loss counted" : "no target here"];
    this.say(run.array("has_loss")[step] === 1, () => `${formula} = `, step, without);
  }

  say(hasLoss, formula, step, otherwise) {
    this.sums.replaceChildren();
    if (!hasLoss) {
      this.sums.textContent = otherwise;
      return;
    }
    this.sums.append(formula());
    html("b", {}, this.sums).textContent = three(this.scene.run.array("losses")[step]);
  }
}
