/**
 * What is on its way: the cursor to its step, one phase to the next, the columns as they fold. It
 * is told how many seconds went by, as the clock is. With reduced motion nothing is on its way.
 */

import { phaseWeights, ramp } from "./progress.mjs";

/** Seconds that the phases take to cross-fade, and the columns to fold. */
const FADE = 0.35;
const FOLD = 0.9;
/** How quickly the picture follows the cursor, per second. */
const FOLLOW = 14;
/** Seconds that a step rests at the least where nothing moves by itself. */
const LEAST_REST = 0.5;

export class Motion {
  /** @param {import("./clock.mjs").Clock} clock @param {() => boolean} still whether nothing may move */
  constructor(clock, still) {
    this.clock = clock;
    this.still = still;
    this.from = "forward";
    this.share = 1;
    this.roll = 1;
    this.place = 0;
    this.held = 0;
  }

  /** The phase changes: from this one it fades to the clock's. */
  leave(phase) {
    this.from = phase;
    this.share = 0;
  }

  /** It is in this phase, rolled up or not, and was in no other. */
  start(phase, rolled = false) {
    this.from = phase;
    this.share = 1;
    this.roll = rolled ? 0 : 1;
  }

  /** @param {number} seconds @param {boolean} rolled @returns {boolean} whether there is more to animate */
  advance(seconds, rolled) {
    const { clock } = this;
    const { phase } = clock;
    const still = this.still();
    if (still) this.step(seconds);
    else clock.advance(seconds);
    if (clock.phase !== phase) this.leave(phase);
    const quick = still ? Infinity : seconds;
    this.share = Math.min(1, this.share + quick / FADE);
    const target = rolled ? 0 : 1;
    this.roll += Math.sign(target - this.roll) * Math.min(Math.abs(target - this.roll), quick / FOLD);
    const way = clock.place - this.place;
    if (clock.playing && Math.abs(way) < 1.5) this.place = clock.place;
    else this.place += Math.abs(way) < 0.003 ? way : way * Math.min(1, quick * FOLLOW);
    return clock.playing || this.share < 1 || this.roll !== target || this.place !== clock.place;
  }

  /** With reduced motion the clock moves by whole steps, and rests in between. */
  step(seconds) {
    const { clock } = this;
    if (!clock.playing) return;
    this.held += seconds;
    if (this.held < Math.max(LEAST_REST, 1 / clock.speed)) return;
    this.held = 0;
    if (clock.rest > 0) clock.rest = 1e-6;
    const { phase, way } = clock;
    clock.advance(1e-6);
    if (clock.phase === phase && clock.rest === 0 && clock.playing) {
      clock.way = Math.min(clock.last, Math.round(way) + 1);
    }
  }

  /** Jumps to the end of whatever moves, where the way is longer than the run or nothing may move. */
  settle(steps) {
    const { place } = this.clock;
    if (Math.abs(place - this.place) > steps || this.place > steps - 1 || this.still()) this.place = place;
  }

  /** How strongly each phase is drawn now. */
  get weights() {
    return phaseWeights(this.clock.phase, this.from, ramp(this.share, 0, 1));
  }

  /** 0 rolled up, 1 unrolled, eased. */
  get unrolled() {
    return this.roll * this.roll * (3 - 2 * this.roll);
  }

  /** Everything that a frame is drawn from, for telling whether one is needed. */
  get state() {
    return `${this.place} ${this.roll} ${this.share}`;
  }
}
