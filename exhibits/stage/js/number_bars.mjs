/** A bar for each of several numbers, side by side, upward or downward from a common line. */

import { part } from "./dom.mjs";

const WIDEST = 14;
const WIDEST_GAP = 2;
/** Bars beyond which those of exactly 0 are left out: the line of a one-hot vector of hundreds. */
const MANY = 32;

/**
 * Where the bars stand, about x = 0. However many there are, they fit: the gaps shrink with them.
 * @param {ArrayLike<number>} values @param {number} most of all |values| of the run @param {{width: number, height: number}} room
 *   `height` is that of the largest bar
 * @returns {{x: number, width: number, y: number, height: number, negative: boolean, shown: boolean}[]} y from the line, up is negative
 */
export function barsOf(values, most, { width, height }) {
  const pitch = Math.min(WIDEST + WIDEST_GAP, width / values.length);
  const gap = Math.min(WIDEST_GAP, pitch / 4);
  return Array.from(values, (value, k) => {
    const size = (height * Math.abs(value)) / most;
    return { x: pitch * (k - values.length / 2) + gap / 2, width: pitch - gap, y: value >= 0 ? -size : 0, height: Math.max(1, size),
      negative: value < 0, shown: value !== 0 || values.length <= MANY };
  });
}

/** The bars in one group, pooled. */
export class NumberBars {
  /** @param {SVGElement} group */
  constructor(group) {
    this.group = group;
    this.bars = [];
  }

  /** @param {ArrayLike<number>} values @param {number} zero y of the line @param {{width: number, height: number}} room */
  show(values, most, zero, room) {
    const placed = barsOf(values, most, room);
    while (this.bars.length < placed.length) this.bars.push(part("rect", { rx: 1.5 }, this.group));
    this.bars.forEach((bar, k) => {
      const { x, width, y, height, negative, shown } = placed[k] ?? { shown: false };
      bar.set("display", shown ? "inline" : "none");
      if (!shown) return;
      for (const [name, value] of Object.entries({ x, width, y: zero + y, height })) bar.set(name, value);
      bar.set("class", negative ? "input-bar negative" : "input-bar");
    });
  }

  fade(opacity) {
    for (const bar of this.bars) bar.fade(opacity);
  }
}
