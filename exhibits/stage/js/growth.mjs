/**
 * What scales remember while a run changes by itself: they grow and never shrink, so that a colour
 * and a height mean the same from one picture to the next. Of a run that does not change they
 * remember nothing.
 */
export class Growth {
  constructor() {
    this.watched = null;
    this.known = new Map();
  }

  /** What is watched now; anything else than before starts all scales afresh. @param {string|null} watched null: nothing changes */
  watch(watched) {
    if (watched !== this.watched) this.known.clear();
    this.watched = watched;
  }

  /**
   * A scale as it is now, widened by what it was.
   * @template T
   * @param {string} name @param {T} now @param {(before: T, now: T) => T} merge
   * @returns {T}
   */
  of(name, now, merge) {
    if (this.watched === null) return now;
    const wide = this.known.has(name) ? merge(this.known.get(name), now) : now;
    this.known.set(name, wide);
    return wide;
  }
}

/** Of two log axes the one that holds both. */
export const bothAxes = (one, other) => ({ low: Math.min(one.low, other.low), high: Math.max(one.high, other.high) });

/** The corners of the smallest box that holds all the points. @param {[number, number][]} points */
export function cornersOf(points) {
  const ends = (end) => [0, 1].map((k) => end(...points.map((point) => point[k])));
  return [ends(Math.min), ends(Math.max)];
}
