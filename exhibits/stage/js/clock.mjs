/**
 * One clock for the three phases. It knows nothing of the screen: it is told how many seconds
 * went by, and answers where the cursor stands.
 *
 * `way` counts the steps travelled within the phase, fractional while moving. Forward and loss
 * travel in the order in which the layer reads, backward against it. Played to its end, a phase
 * rests a moment and hands over to the next: forward → loss → backward, and stops there.
 */

export const PHASES = ["forward", "loss", "backward"];
export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];

/** Steps per second at speed 1; the losses need less time each than a cell does. */
const PACE = { forward: 1, loss: 3, backward: 1 };
/** Seconds between two phases. */
const REST = 0.9;
/** The share of a step's time in which the cursor stands still, so that it can be read. */
const DWELL = 0.35;

const smooth = (x) => x * x * (3 - 2 * x);

export class Clock {
  /** @param {{steps: number, direction?: 1|-1, phases?: string[]}} run */
  constructor(run) {
    this.phase = "forward";
    this.way = 0;
    this.speed = 1;
    this.playing = false;
    this.rest = 0;
    this.load(run);
  }

  /** A new run keeps phase, step and whether it plays; the step is brought within the run. */
  load({ steps, direction = 1, phases = PHASES }) {
    const step = this.steps ? this.step : 0;
    this.steps = steps;
    this.direction = direction;
    this.phases = phases;
    if (!phases.includes(this.phase)) this.phase = phases[0];
    if (this.playing) this.way = Math.min(this.way, steps - 1);
    else this.moveTo(Math.min(step, steps - 1));
  }

  get last() {
    return this.steps - 1;
  }

  /** +1 where this phase's cursor moves towards later steps of the input. */
  get heading() {
    return this.phase === "backward" ? -this.direction : this.direction;
  }

  /** The cursor's place on the time axis, fractional while it moves. */
  get place() {
    const whole = Math.floor(this.way);
    const part = this.way - whole;
    const dwell = this.speed >= 4 ? 0 : DWELL;
    const moved = whole + (part <= dwell ? 0 : smooth((part - dwell) / (1 - dwell)));
    return this.heading > 0 ? moved : this.last - moved;
  }

  /** The step under the cursor. */
  get step() {
    return Math.min(this.last, Math.max(0, Math.round(this.place)));
  }

  /** @param {number} step */
  moveTo(step) {
    const within = Math.min(this.last, Math.max(0, Math.round(step)));
    this.way = this.heading > 0 ? within : this.last - within;
    this.rest = 0;
  }

  /** Changes the phase and stays at the step; what has nothing left to play starts afresh. */
  enter(phase) {
    if (!this.phases.includes(phase)) return;
    const step = this.step;
    this.phase = phase;
    this.moveTo(step);
    if (phase === "backward" && this.way === this.last) this.way = 0;
  }

  play() {
    this.playing = true;
    if (this.way >= this.last && this.phase === this.phases.at(-1)) {
      this.phase = this.phases[0];
      this.way = 0;
    }
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.moveTo(this.step);
  }

  /**
   * @param {number} seconds since the last call
   * @returns {boolean} whether it still plays
   */
  advance(seconds) {
    if (!this.playing) return false;
    if (this.rest > 0) {
      this.rest -= seconds * Math.max(1, this.speed / 2);
      if (this.rest > 0) return true;
      this.rest = 0;
      this.phase = this.phases[this.phases.indexOf(this.phase) + 1];
      this.way = 0;
      return true;
    }
    this.way = Math.min(this.last, this.way + seconds * this.speed * PACE[this.phase]);
    if (this.way < this.last) return true;
    if (this.phase === this.phases.at(-1)) this.playing = false;
    else this.rest = REST;
    return this.playing;
  }
}
