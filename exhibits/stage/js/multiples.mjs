/**
 * Small multiples, in the place of movement where the system asks for none: the phase at four
 * moments, side by side. Forward: the hidden states known by then; loss: the losses counted by
 * then; backward: the gradient that has come back by then. A click goes to that moment.
 */

import { html, prepare } from "./dom.mjs";
import { css, onLog } from "./scales.mjs";

const MOMENTS = 4;
const HEIGHT = 46;
const SAYS = { forward: "read up to", loss: "losses up to", backward: "gone back to" };

export class Multiples {
  /** @param {HTMLElement} root @param {(step: number) => void} to */
  constructor(root, to) {
    this.root = root;
    this.pictures = Array.from({ length: MOMENTS }, () => {
      const button = html("button", { type: "button" }, root);
      const canvas = html("canvas", { "aria-hidden": "true" }, button);
      const caption = html("span", {}, button);
      button.onclick = () => to(Number(button.dataset.moment));
      return { button, canvas, caption };
    });
  }

  /**
   * @param {import("./graph.mjs").Scene} scene @param {import("./bitmaps.mjs").Bitmaps} bitmaps
   * @param {number} stageWidth
   */
  layout(scene, bitmaps, theme, stageWidth, shown) {
    this.root.hidden = !shown;
    this.drawn = "";
    Object.assign(this, { scene, bitmaps, theme, stageWidth });
  }

  /** @param {string} phase @param {1|-1} heading */
  draw(phase, heading) {
    const { run, seen } = this.scene;
    const state = `${phase} ${heading} ${seen}`;
    if (this.root.hidden || state === this.drawn) return;
    this.drawn = state;
    const width = Math.floor((this.stageWidth - 12 * (MOMENTS - 1)) / MOMENTS);
    this.pictures.forEach(({ button, canvas, caption }, k) => {
      const way = Math.round((k * (run.steps - 1)) / (MOMENTS - 1));
      const step = heading > 0 ? way : run.steps - 1 - way;
      button.dataset.moment = String(step);
      caption.textContent = `${this.stageWidth < 640 ? "" : SAYS[phase]} t = ${step}`.trim();
      button.setAttribute("aria-label", `${SAYS[phase]} t = ${step}`);
      this.paint(prepare(canvas, width, HEIGHT), phase, step, heading, width / run.steps);
    });
  }

  paint(context, phase, step, heading, cell) {
    const { run } = this.scene;
    context.imageSmoothingEnabled = false;
    if (phase === "forward") {
      context.drawImage(this.bitmaps.picture("hidden"), 0, 0, cell * run.steps, HEIGHT);
    } else {
      this.bars(context, phase, cell);
    }
    context.fillStyle = css(this.theme.back, 0.84);
    if (heading > 0) context.fillRect((step + 1) * cell, 0, cell * run.steps, HEIGHT);
    else context.fillRect(0, 0, step * cell, HEIGHT);
    context.strokeStyle = css(phase === "backward" ? this.theme.gradient : phase === "loss" ? this.theme.loss : this.theme.accent);
    context.lineWidth = 2;
    context.strokeRect(step * cell + 1, 1, Math.max(2, cell - 2), HEIGHT - 2);
  }

  bars(context, phase, cell) {
    const { run, seen, scales } = this.scene;
    const values = phase === "loss" ? run.array("losses") : run.of(seen, "grad_hidden_norm");
    const share = phase === "loss" ? (value) => value / scales.loss : (value) => onLog(value, scales.axis);
    context.fillStyle = css(phase === "loss" ? this.theme.loss : this.theme.gradient);
    values.forEach((value, t) => {
      const height = share(value) * (HEIGHT - 4);
      context.fillRect((t + 0.1) * cell, HEIGHT - height, Math.max(1, cell * 0.8), height);
    });
  }
}
