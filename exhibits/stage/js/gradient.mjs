/**
 * The gradient strip: ‖∂L/∂h_t‖ as bars and ‖∂L/∂c_t‖ as ticks, on an absolute log axis, so that
 * vanishing is seen. What lies below the axis, or is exactly 0, is marked as such at its foot.
 * A guest (`blame_strip.mjs`) may divide the bars; it then paints them, and has more height.
 */

import { html, pointIn, prepare } from "./dom.mjs";
import { css, decadeLabels, onLog, powerOfTen, significant } from "./scales.mjs";

/** Room above the top decade and below the lowest. */
const MARGIN = { top: 7, bottom: 16 };

export class GradientStrip {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.label = root.querySelector("[data-gradient-label]");
    this.ticks = root.querySelector("[data-decades]");
    this.guest = null;
  }

  /** @param {import("./graph.mjs").Scene} scene */
  layout(scene, theme) {
    this.scene = scene;
    const { geometry, run, seen, scales } = scene;
    this.receive(null, geometry.gradientHeight, MARGIN.top);
    this.hidden = run.of(seen, "grad_hidden_norm");
    this.cell = run.of(seen, "grad_cell_norm");
    this.root.hidden = !this.hidden;
    if (!this.hidden) return;
    this.root.querySelector("[data-cell-key]").hidden = !this.cell;
    const { low, high } = scales.axis;
    this.canvas.setAttribute("aria-label",
      `Gradient norms by time step on a log axis from ${powerOfTen(low)} to ${powerOfTen(high)}; `
      + `at t = 0 ${significant(this.hidden[0])}, at t = ${run.steps - 1} ${significant(this.hidden[run.steps - 1])}`);
    this.powers = decadeLabels(scales.axis, 5);
    this.drawTicks(this.powers.map((power) => [powerOfTen(power), this.y(power)]));
    this.paint(theme);
  }

  /**
   * Until the next layout the bars are the guest's.
   * @param {import("./blame_strip.mjs").BlameStrip|null} guest @param {number} height @param {number} above room
   */
  receive(guest, height, above) {
    if (this.guest && this.guest !== guest) this.guest.leave();
    this.guest = guest;
    this.height = height;
    this.summit = above;
    this.foot = height - MARGIN.bottom;
    this.root.toggleAttribute("data-divided", guest !== null);
  }

  /** @param {{low: number, high: number}} [axis] */
  y(power, { low, high } = this.scene.scales.axis) {
    return this.summit + (this.foot - this.summit) * (1 - (power - low) / (high - low));
  }

  /** @param {[string, number][]} labels texts and heights */
  drawTicks(labels) {
    this.ticks.replaceChildren(...labels.map(([text, y]) => {
      const tick = html("span");
      tick.textContent = text;
      tick.style.top = `${y}px`;
      return tick;
    }));
    this.ticks.style.height = `${this.height}px`;
  }

  /** How wide a bar is. */
  get wide() {
    const { cellWidth } = this.scene.geometry;
    return cellWidth > 5 ? Math.min(cellWidth * 0.72, 46) : Math.max(1, cellWidth - 0.6);
  }

  paint(theme) {
    const { geometry, run, scales } = this.scene;
    const { axis, cellWidth } = geometry;
    const context = prepare(this.canvas, axis, this.height);
    this.rule(context, theme, scales.axis);
    const { wide, foot } = this;
    for (let t = 0; t < run.steps; t++) {
      const x = (t + 0.5) * cellWidth;
      this.bar(context, theme, this.hidden[t], x, wide, foot);
      if (this.cell) this.tick(context, theme, this.cell[t], x, wide, foot);
    }
    this.stepNumbers(context, theme);
  }

  /** The lines of the decades. */
  rule(context, theme, axis) {
    context.fillStyle = css(theme.line);
    for (let power = axis.low; power <= axis.high; power++) {
      context.globalAlpha = this.powers.includes(power) ? 1 : 0.45;
      context.fillRect(0, Math.round(this.y(power, axis)), this.scene.geometry.axis, 1);
    }
    context.globalAlpha = 1;
  }

  bar(context, theme, value, x, wide, foot, axis = this.scene.scales.axis) {
    context.fillStyle = css(theme.gradient);
    const height = onLog(value, axis) * (foot - this.summit);
    if (height > 0) {
      context.fillRect(x - wide / 2, foot - height, wide, height);
      return;
    }
    // Nothing to see on the axis: an open foot says "exactly 0", a solid wedge "below the axis".
    if (value === 0) {
      context.strokeStyle = css(theme.gradient);
      context.lineWidth = 1;
      if (wide >= 6) context.strokeRect(x - wide / 2 + 0.5, foot - 2.5, wide - 1, 3);
      return;
    }
    const half = Math.min(4, wide / 2);
    context.beginPath();
    context.moveTo(x - half, foot - 2);
    context.lineTo(x + half, foot - 2);
    context.lineTo(x, foot + 3);
    context.fill();
  }

  tick(context, theme, value, x, wide, foot) {
    const share = onLog(value, this.scene.scales.axis);
    if (share <= 0) return;
    const y = foot - share * (foot - this.summit);
    const over = wide > 12 ? 5 : 0;
    const halo = 3.5; // thin, so that the bar does not seem to be in two pieces
    context.fillStyle = css(theme.back);
    context.fillRect(x - wide / 2 - over, y - halo / 2, wide + 2 * over, halo);
    context.fillStyle = css(theme.text);
    context.fillRect(x - wide / 2 - over, y - halo / 2 + 0.75, wide + 2 * over, halo - 1.5);
  }

  /** The strips' own time axis: every step, or as many as have room. */
  stepNumbers(context, theme) {
    const { geometry, run } = this.scene;
    const every = [1, 2, 5, 10, 20, 25, 50, 100].find((n) => n * geometry.cellWidth >= 26) ?? 200;
    context.fillStyle = css(theme.muted);
    context.font = `12px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    for (let t = 0; t < run.steps; t += every) {
      context.fillText(String(t), Math.max(4, (t + 0.5) * geometry.cellWidth), this.height - 2);
    }
  }

  /** @returns {number|null} the step at a point of the window */
  at(clientX, clientY) {
    if (this.root.hidden) return null;
    const { x, y } = pointIn(this.canvas, { clientX, clientY });
    if (y < 0 || y > this.height) return null;
    const step = Math.floor(x / this.scene.geometry.cellWidth);
    return x >= 0 && step < this.scene.run.steps ? step : null;
  }

  /** What a divided bar holds at a point of the window. @returns {import("./blame_strip.mjs").Spot|null} */
  bandAt(event) {
    return this.guest?.bandAt(pointIn(this.canvas, event)) ?? null;
  }

  /** @param {import("./blame_strip.mjs").Spot|null} spot */
  hover(spot) {
    this.guest?.hover(spot);
  }

  /** @param {import("./blame_strip.mjs").Spot} spot */
  pick(spot) {
    this.guest?.pick(spot);
  }
}
