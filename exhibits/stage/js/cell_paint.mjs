/**
 * The painted part of the cell's inside: unit squares, valves, and the streams between them. A
 * stream fills as much of its unit's lane as its value is large; a valve is open as far as its bar
 * reaches. What has not been computed yet is an empty outline.
 */

import { place } from "./cell_plan.mjs";
import { css } from "./scales.mjs";

/** How strongly the units beside the lit one are drawn. */
const BESIDE = 0.22;
const EMPTY = 0.5;
/** The radius of ⊙ and ⊕. */
const SIGN = 7;

export class CellPaint {
  /** @param {ReturnType<typeof import("./cell_plan.mjs").plan>} plan */
  constructor(plan, theme) {
    this.plan = plan;
    this.theme = theme;
    this.colours = { line: css(theme.line), text: css(theme.text), back: css(theme.back),
      muted: css(theme.muted), panel: css(theme.panel) };
    this.gap = plan.pitch > 6 ? 1.5 : plan.pitch > 3 ? 0.75 : 0;
  }

  /** The conveyor's bed. */
  bed(context) {
    const { conveyor, width } = this.plan;
    context.globalAlpha = 1;
    context.fillStyle = this.colours.panel;
    context.fillRect(0, conveyor.top - 5, width, conveyor.bottom - conveyor.top + 10);
    context.fillStyle = this.colours.line;
    context.fillRect(0, conveyor.top - 5, width, 1);
    context.fillRect(0, conveyor.bottom + 4, width, 1);
  }

  alpha(unit, lit) {
    return lit === null || lit === unit ? 1 : BESIDE;
  }

  /** @param {import("./cell_plan.mjs").Stream} stream @param {{colours: string[], sizes: number[]}} look */
  stream(context, stream, look, { share, alpha, lit, back }) {
    if (share <= 0 || alpha <= 0.01) return;
    const { hidden, pitch } = this.plan;
    for (let unit = 0; unit < hidden; unit++) {
      if (!(look.sizes[unit] > 0)) continue;
      context.globalAlpha = alpha * this.alpha(unit, lit);
      context.fillStyle = look.colours[unit];
      const thick = Math.max(lit === unit ? 2 : 0.75, look.sizes[unit] * (pitch - this.gap));
      const path = this.path(stream, unit);
      this.run(context, back ? path.reverse() : path, share, thick);
    }
  }

  /** A thin thread, so that the lit unit is followed also where it carries next to nothing. */
  thread(context, stream, unit) {
    context.globalAlpha = 0.55;
    context.fillStyle = this.colours.muted;
    this.run(context, this.path(stream, unit), 1, 1);
  }

  /** The corners of one unit's stream, as it flows forward. */
  path(stream, unit) {
    const { hidden, pitch, tiers, joins } = this.plan;
    const y = (tier) => tiers[tier].top + (unit + 0.5) * pitch;
    const join = joins.from + ((unit + 0.5) / hidden) * (joins.to - joins.from);
    if (!stream.bend) {
      const from = stream.starts === "joins" ? join : stream.from;
      return [[from, y(stream.tier)], [stream.ends === "joins" ? join : stream.to, y(stream.tier)]];
    }
    if (stream.bend === "up") return [[stream.from, y(1)], [join, y(1)], [join, y(0)]];
    const x = stream.at + stream.slant * (1 - (unit + 0.5) / hidden);
    return [[x, y(0)], [x, y(1)], [stream.to, y(1)]];
  }

  /** Rectangles along a path of right angles, up to a share of its length. */
  run(context, path, share, thick) {
    const { hidden, joins } = this.plan;
    const upright = Math.max(0.75, Math.min(thick, (joins.to - joins.from) / hidden - 0.5));
    let left = share * path.slice(1).reduce((sum, [x, y], k) =>
      sum + Math.abs(x - path[k][0]) + Math.abs(y - path[k][1]), 0);
    for (let k = 1; k < path.length && left > 0; k++) {
      const [[x1, y1], [x2, y2]] = [path[k - 1], path[k]];
      const length = Math.min(left, Math.abs(x2 - x1) + Math.abs(y2 - y1));
      left -= length;
      if (y1 === y2) context.fillRect(x2 > x1 ? x1 : x1 - length, y1 - thick / 2, length, thick);
      else context.fillRect(x1 - upright / 2, (y2 > y1 ? y1 : y1 - length) - thick / 2, upright,
        length + thick / 2);
    }
  }

  /** Where lanes are added: a plus on each. */
  joins(context, lit, alpha) {
    const { hidden, pitch, tiers, joins } = this.plan;
    const size = Math.min(4, Math.max(1.5, pitch * 0.34));
    for (let unit = 0; unit < hidden; unit++) {
      if (pitch < 5 && unit !== lit) continue;
      const x = joins.from + ((unit + 0.5) / hidden) * (joins.to - joins.from);
      const y = tiers[0].top + (unit + 0.5) * pitch;
      context.globalAlpha = alpha * this.alpha(unit, lit);
      context.fillStyle = this.colours.text;
      context.beginPath();
      context.arc(x, y, size, 0, 7);
      context.fill();
      if (size < 2.5) continue;
      context.fillStyle = this.colours.back;
      context.fillRect(x - size + 1.25, y - 0.5, 2 * size - 2.5, 1);
      context.fillRect(x - 0.5, y - size + 1.25, 1, 2 * size - 2.5);
    }
  }

  /** Where the lit unit's stream meets a gate (⊙), is added to another (⊕), or is handed on to two (•). */
  signs(context, unit, backwards) {
    const { blocks, streams, pitch, hidden, tiers, joins } = this.plan;
    const [top, low] = tiers.map((tier) => tier.top + (unit + 0.5) * pitch);
    for (const { type, x, y, w } of blocks) {
      if (type !== "valve") continue;
      const side = backwards ? x - SIGN - 2 : x + w + SIGN + 2;
      this.sign(context, side, y === tiers[0].top ? top : low, "times");
    }
    this.sign(context, joins.from + ((unit + 0.5) / hidden) * (joins.to - joins.from), top, backwards ? "copy" : "plus");
    const down = streams.find(({ bend }) => bend === "down");
    if (down) this.sign(context, down.at + down.slant * (1 - (unit + 0.5) / hidden), top, backwards ? "plus" : "copy");
  }

  sign(context, x, y, kind) {
    context.globalAlpha = 1;
    context.fillStyle = kind === "copy" ? this.colours.text : this.colours.back;
    context.strokeStyle = this.colours.text;
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(x, y, kind === "copy" ? 3 : SIGN, 0, 7);
    context.fill();
    if (kind === "copy") return;
    context.stroke();
    context.fillStyle = this.colours.text;
    if (kind === "times") {
      context.beginPath();
      context.arc(x, y, 2, 0, 7);
      context.fill();
    } else {
      context.fillRect(x - 4, y - 0.75, 8, 1.5);
      context.fillRect(x - 0.75, y - 4, 1.5, 8);
    }
  }

  /** All-to-all: every unit of h_{t-1} reaches every sum; only what reaches the lit one is told apart. */
  fan(context, look, { share, alpha, lit, back = false }) {
    const { fan, hidden, pitch, tiers } = this.plan;
    const y = (unit) => tiers[0].top + (unit + 0.5) * pitch;
    const reach = (from, to, colour, width, strength) => {
      context.globalAlpha = alpha * strength;
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      const [start, way] = back ? [fan.to, fan.from - fan.to] : [fan.from, fan.to - fan.from];
      context.moveTo(start, y(from));
      context.lineTo(start + way * share, y(from) + (y(to) - y(from)) * share);
      context.stroke();
    };
    if (share <= 0) return;
    if (lit !== null) {
      for (let from = 0; from < hidden; from++) reach(from, lit, look.colours[from],
        0.6 + look.sizes[from] * 5, 1);
      return;
    }
    const step = Math.max(1, Math.ceil(hidden / 24));
    for (let from = 0; from < hidden; from += step) {
      for (let to = 0; to < hidden; to += step) reach(from, to, this.colours.muted, 0.6, 0.22);
    }
  }

  /** A block with nothing in it yet. */
  outline(context, block) {
    const { hidden } = this.plan;
    context.strokeStyle = this.colours.muted;
    context.lineWidth = 1;
    context.fillStyle = this.colours.back;
    context.globalAlpha = 1;
    context.fillRect(block.x - 1, block.y - 1, block.w + 2, block.h + 2);
    context.globalAlpha = EMPTY;
    context.strokeRect(block.x - 1.5, block.y - 1.5, block.w + 3, block.h + 3);
    if (block.type !== "valve" || hidden > 52) return;
    context.fillStyle = this.colours.line;
    for (let unit = 0; unit < hidden; unit++) {
      const { x, y, w, h } = place(block, unit, hidden);
      context.fillRect(x, y + this.gap / 2, w, h - this.gap);
    }
  }

  /** @param {import("./cell_plan.mjs").Block} block @param {{colours: string[], sizes: number[]}} look */
  block(context, block, look, { alpha, lit }) {
    if (alpha <= 0.01) return;
    const gap = block.type === "row" ? (block.w / this.plan.hidden > 4 ? 1 : 0.25) : this.gap;
    for (let unit = 0; unit < this.plan.hidden; unit++) {
      const { x, y, w, h } = place(block, unit, this.plan.hidden);
      context.globalAlpha = alpha * this.alpha(unit, lit);
      context.fillStyle = look.colours[unit];
      if (block.type === "row") context.fillRect(x, y, Math.max(0.5, w - gap), h);
      else if (block.type === "state") context.fillRect(x, y + gap / 2, w, h - gap);
      else this.opening(context, { x, y: y + gap / 2, w, h: h - gap }, look.sizes[unit], block.mirrored);
    }
  }

  /** Open as far as the bar reaches; shut beyond it. */
  opening(context, { x, y, w, h }, size, mirrored) {
    const open = w * size;
    context.fillRect(mirrored ? x + w - open : x, y, open, h);
    const colour = context.fillStyle;
    context.fillStyle = this.colours.text;
    context.fillRect((mirrored ? x + w - open : x + open) - 0.75, y, 1.5, h);
    context.fillStyle = colour;
  }

  /** The lit unit's place in a block, and beside it where the value stood before the change. */
  ring(context, block, unit, chosen) {
    const { x, y, w, h } = place(block, unit, this.plan.hidden);
    const high = Math.max(h, 5);
    const wide = Math.max(w, 5);
    context.globalAlpha = 1;
    context.strokeStyle = this.colours.text;
    context.lineWidth = chosen ? 2 : 1.5;
    context.strokeRect(x + w / 2 - wide / 2 - 1, y + h / 2 - high / 2 - 0.5, wide + 2, high + 1);
  }

  ghost(context, block, unit, look) {
    const { x, y, w, h } = place(block, unit, this.plan.hidden);
    context.globalAlpha = 1;
    if (block.type === "valve") {
      const at = block.mirrored ? x + w - w * look.sizes[unit] : x + w * look.sizes[unit];
      context.fillStyle = this.colours.back;
      context.fillRect(at - 2.5, y - 3, 5, h + 6);
      context.fillStyle = this.colours.muted;
      context.fillRect(at - 1.25, y - 3, 2.5, h + 6);
      return;
    }
    const [left, top, wide, high] = block.type === "row" ? [x, y + h + 3, w, 4] : [x + w + 4, y, 6, h];
    context.fillStyle = look.colours[unit];
    context.fillRect(left, top, wide, high);
    context.strokeStyle = this.colours.muted;
    context.lineWidth = 1;
    context.strokeRect(left, top, wide, high);
  }
}
