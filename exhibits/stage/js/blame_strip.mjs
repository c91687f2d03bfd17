/**
 * The gradient strip divided among the losses. On the log axis a bar's height is the true norm and
 * its bands are shares; on the linear axis the norms are stacked, a tick marks the true norm and
 * what has cancelled is hatched. One loss can be shown alone: its norms as solid bars, the total as
 * outline; the bar under the pointer keeps its bands, so that the next one can be pointed at.
 *
 * @typedef {{t: number, band: import("./shares.mjs").Band}} Spot
 */

import { html, prepare } from "./dom.mjs";
import { css, decadeLabels, mix, onLog, powerOfTen, significant } from "./scales.mjs";
import { bandHolding, bandsAt, classLabel, distanceClass, farthest, subscript } from "./shares.mjs";

const HEIGHT = 164;
/** Room above the bars for the name of the loss that stands alone. */
const ABOVE = 20;
/** Pixels of a step below which losses of one distance share a band. */
const LEAST_STEP = 18;
/** Narrower bars have a line at the top alone. */
const OUTLINED = 9;
/** A line between two bands from this height on. */
const PARTED = 4;

/** Full strength for the own step, paler with every doubling of the distance. */
export function shade(theme, distance, most) {
  const classes = Math.max(3, distanceClass(most));
  return mix(theme.gradient, theme["gradient-low"], 0.86 * (distanceClass(distance) / classes) ** 0.8);
}

export class BlameStrip {
  /**
   * @param {import("./gradient.mjs").GradientStrip} strip
   * @param {{linear(on: boolean): void, hover(source: number|null): void, pick(source: number): void,
   *   resized(): void}} act
   */
  constructor(strip, act) {
    this.strip = strip;
    this.act = act;
    this.spot = null;
    this.makeHead();
  }

  makeHead() {
    this.head = html("div", { class: "blame-head" });
    const choice = html("div", { class: "choice", role: "group", "aria-label": "How the gradient strip is divided" }, this.head);
    this.buttons = [["log · shares", false], ["linear · norms", true]].map(([text, linear]) => {
      const button = html("button", { type: "button" }, choice);
      button.textContent = text;
      button.onclick = () => this.act.linear(linear);
      return button;
    });
    this.legend = html("div", { class: "blame-legend" }, this.head);
    this.gloss = html("span", { class: "gloss blame-gloss" });
    // The strip's own clicks and drags begin below.
    this.head.onpointerdown = (event) => event.stopPropagation();
  }

  /** @param {object} given {theme, sources, left, axis, top, linear}; `left`: ‖∂L/∂h_t‖ */
  layout(given) {
    Object.assign(this, given);
    const { strip } = this;
    strip.receive(this, HEIGHT, ABOVE);
    if (!this.head.isConnected) strip.root.prepend(this.head);
    if (!this.gloss.isConnected) strip.label.parentNode.append(this.gloss);
    this.head.hidden = this.gloss.hidden = false;
    this.gloss.textContent = this.linear ? "stacked: each loss’s own; tick: what is left"
      : "height: the norm; bands: shares";
    const merged = strip.scene.geometry.cellWidth < LEAST_STEP;
    if (this.dividedOf !== this.sources || merged !== this.merged) {
      [this.dividedOf, this.merged] = [this.sources, merged];
      this.bands = Array.from({ length: this.sources.steps }, (_, t) => bandsAt(this.sources, t, merged));
    }
    this.most = farthest(this.sources);
    strip.powers = decadeLabels(this.axis, 6);
    strip.drawTicks(this.linear
      ? [0, this.top / 2, this.top].map((value) => [value === 0 ? "0" : String(Number(value.toPrecision(3))), this.y(value)])
      : strip.powers.map((power) => [powerOfTen(power), strip.y(power, this.axis)]));
    this.buttons.forEach((button, k) => button.setAttribute("aria-pressed", String((k === 1) === this.linear)));
    this.describe();
  }

  /** Hidden and not taken out: laid out anew at once, its buttons keep the focus. */
  leave() {
    this.head.hidden = this.gloss.hidden = true;
    this.spot = null;
  }

  describe() {
    const last = this.sources.steps - 1;
    const { low, high } = this.axis;
    const axis = this.linear ? `a linear axis to ${this.top}`
      : `a log axis from ${powerOfTen(low)} to ${powerOfTen(high)}`;
    this.strip.canvas.setAttribute("aria-label",
      `Gradient norms by time step on ${axis}, each bar divided among the losses that it comes from; `
      + `at t = 0 ${significant(this.left[0])}, at t = ${last} ${significant(this.left[last])}. `
      + "The list and the triangle below give the parts.");
  }

  get foot() {
    return this.strip.foot;
  }

  /** The height of a norm. */
  y(value) {
    const share = this.linear ? Math.min(1, value / this.top) : onLog(value, this.axis);
    return this.foot - share * (this.foot - this.strip.summit);
  }

  /** Where the bands of a bar end: at the true norm, or at their own sum. */
  topOf(t) {
    return this.y(this.linear ? this.sources.stacked(t) : this.left[t]);
  }

  /** @param {number|null} shown the loss that stands alone @param {number} grown 0…1 of its way back */
  paint(shown, grown) {
    const { strip, theme } = this;
    const { geometry, run } = strip.scene;
    const context = prepare(strip.canvas, geometry.axis, strip.height);
    if (this.linear) this.ruleLinear(context, geometry.axis);
    else strip.rule(context, theme, this.axis);
    const reached = grown * run.steps;
    for (let t = 0; t < run.steps; t++) {
      const x = (t + 0.5) * geometry.cellWidth;
      if (shown === null || this.spot?.t === t) this.divided(context, t, x);
      else this.alone(context, t, x, shown, Math.abs(shown - t) <= reached);
    }
    if (shown !== null) this.mark(context, shown);
    strip.stepNumbers(context, theme);
    this.showLegend(shown);
  }

  ruleLinear(context, wide) {
    context.fillStyle = css(this.theme.line);
    for (const value of [0, this.top / 2, this.top]) context.fillRect(0, Math.round(this.y(value)), wide, 1);
  }

  divided(context, t, x) {
    const { strip, theme, foot } = this;
    const [wide, top] = [strip.wide, this.topOf(t)];
    if (foot - top < 0.5 || this.bands[t].length === 0) {
      strip.bar(context, theme, this.left[t], x, wide, foot, this.axis);
      return;
    }
    let y = foot;
    for (const band of this.bands[t]) {
      const height = band.share * (foot - top);
      context.fillStyle = css(shade(theme, band.near, this.most));
      context.fillRect(x - wide / 2, y - height, wide, height);
      if (height > PARTED && wide > 6 && y < foot) this.part(context, x, wide, y);
      if (this.spot?.t === t && this.spot.band === band) this.frame(context, x, wide, y - height, height);
      y -= height;
    }
    if (this.linear) this.hatch(context, t, x, wide, top);
    this.outline(context, x, wide, top, theme.gradient);
  }

  part(context, x, wide, y) {
    context.fillStyle = css(this.theme.back, 0.75);
    context.fillRect(x - wide / 2, y - 0.5, wide, 1);
  }

  /** About the band under the pointer. */
  frame(context, x, wide, y, height) {
    context.save();
    context.strokeStyle = css(this.theme.text);
    context.lineWidth = 2;
    context.strokeRect(x - wide / 2 - 1, y, wide + 2, Math.max(2, height));
    context.restore();
  }

  outline(context, x, wide, top, colour) {
    context.fillStyle = context.strokeStyle = css(colour);
    context.lineWidth = 1;
    if (wide < OUTLINED) context.fillRect(x - wide / 2, top, wide, 1.25);
    else context.strokeRect(x - wide / 2 + 0.5, top + 0.5, wide - 1, this.foot - top - 0.5);
  }

  /** What stands above the true norm has cancelled. */
  hatch(context, t, x, wide, top) {
    const y = this.y(this.left[t]);
    context.save();
    context.beginPath();
    context.rect(x - wide / 2, top, wide, y - top);
    context.clip();
    context.fillStyle = css(this.theme.back, 0.45);
    context.fillRect(x - wide / 2, top, wide, y - top);
    context.strokeStyle = css(this.theme.text, 0.55);
    context.lineWidth = 1;
    if (wide >= OUTLINED) for (let along = -this.strip.height; along < wide + this.strip.height; along += 5) {
      context.moveTo(x - wide / 2 + along, y);
      context.lineTo(x - wide / 2 + along + (y - top), top);
    }
    context.stroke();
    context.restore();
    const [over, thick] = wide >= OUTLINED ? [2, 2.5] : [0, 1.5];
    context.fillStyle = css(this.theme.back);
    context.fillRect(x - wide / 2 - over, y - thick, wide + 2 * over, 2 * thick);
    context.fillStyle = css(this.theme.text);
    context.fillRect(x - wide / 2 - over, y - thick / 2, wide + 2 * over, thick);
  }

  /** One loss alone, the total behind it. */
  alone(context, t, x, shown, reached) {
    const { strip, theme, foot } = this;
    const { wide } = strip;
    const total = this.y(this.left[t]);
    context.fillStyle = css(theme.gradient, 0.12);
    context.fillRect(x - wide / 2, total, wide, foot - total);
    if (foot - total > 1) this.outline(context, x, wide, total, mix(theme.muted, theme.back, 0.25));
    if (!reached || !this.sources.reaches(shown, t)) return;
    const value = this.sources.at(shown, t);
    if (!this.linear) {
      strip.bar(context, theme, value, x, wide, foot, this.axis);
      return;
    }
    context.fillStyle = css(theme.gradient);
    context.fillRect(x - wide / 2, this.y(value), wide, foot - this.y(value));
  }

  /** The step at which the loss that is shown stands. */
  mark(context, shown) {
    const { theme, strip } = this;
    const { geometry } = strip.scene;
    const x = (shown + 0.5) * geometry.cellWidth;
    const y = Math.max(13, this.y(Math.max(this.left[shown], this.sources.at(shown, shown))) - 4);
    context.font = `700 13px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    const text = `L${subscript(shown)}`;
    const half = context.measureText(text).width / 2 + 2;
    const at = Math.min(geometry.axis - half, Math.max(half, x));
    context.lineWidth = 4;
    context.lineJoin = "round";
    context.strokeStyle = css(theme.back);
    context.strokeText(text, at, y);
    context.fillStyle = css(theme.loss);
    context.fillText(text, at, y);
  }

  showLegend(shown) {
    const key = `${shown} ${this.linear} ${this.theme.key} ${this.most} ${this.merged}`;
    if (key === this.told) return;
    this.told = key;
    const before = this.head.offsetHeight;
    this.writeLegend(shown);
    if (this.head.offsetHeight !== before) this.act.resized();
  }

  writeLegend(shown) {
    const entry = (text, style, name = "") => {
      const node = html("span", { class: `blame-key ${name}` });
      const swatch = html("i", {}, node);
      Object.assign(swatch.style, style);
      node.append(text);
      return node;
    };
    if (shown !== null) {
      this.legend.replaceChildren(entry(`the loss at t = ${shown} alone`, { background: "var(--gradient)" }),
        entry("all losses together", {}, "total"));
      return;
    }
    const classes = Array.from({ length: distanceClass(this.most) + 1 }, (_, k) =>
      entry(classLabel(k, this.most), { background: css(shade(this.theme, k === 0 ? 0 : 2 ** (k - 1), this.most)) }));
    const after = html("span", { class: "blame-key" });
    const apart = this.sources.square ? "steps away" : "steps later";
    after.textContent = this.most === 0 ? "" : this.merged ? `${apart}, each range as one band` : apart;
    const left = [entry("cancellation", {}, "cancelled"), entry("‖∂L/∂h‖", {}, "true-norm")];
    this.legend.replaceChildren(...classes, after, ...(this.linear ? left : []));
  }

  /** @param {{x: number, y: number}} point in the canvas @returns {Spot|null} */
  bandAt({ x, y }) {
    const t = Math.floor(x / this.strip.scene.geometry.cellWidth);
    const bands = this.bands[t];
    if (!bands || y > this.foot + 2) return null;
    const top = this.topOf(t);
    if (this.foot - top < 0.5) return null;
    const band = bandHolding(bands, Math.max(0, this.foot - y) / (this.foot - top));
    return band && { t, band };
  }

  hover(spot) {
    if (spot?.band === this.spot?.band && spot?.t === this.spot?.t) return;
    this.spot = spot;
    this.act.hover(spot ? spot.band.source : null);
  }

  pick(spot) {
    this.act.pick(spot.band.source);
  }
}
