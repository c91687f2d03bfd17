/**
 * What the browser knows of a training: it only ever asks for what it lacks.
 *
 * @typedef {{step: number, status: string, problem: string, engine: string, speed: number, left: number|null,
 *   from: number, losses: string, norms: string, scoredFrom: number, scored: [number, number, number][],
 *   snapshots: number[]}} TrackMessage `left` in seconds; `losses` and `norms` base64 from the step `from` on
 * @typedef {{version: number, state: string, place: number, reason: string, tracks: TrackMessage[]}} Message
 * @typedef {[number, number]} Lags the first and the last of a group of neighbouring lags
 * @typedef {{steps: number[], fields: Record<string, string>, lags: Lags[], lagChance: number,
 *   learned: [number, number, number|null][]}} Rows `learned`: a group's first and last lag, and since which step
 */

import { Growing, floats } from "./numbers.mjs";

export class TrackData {
  constructor() {
    this.losses = new Growing();
    this.norms = new Growing();
    this.scored = [];
    this.snapshots = [];
    /** Of each measured snapshot its numbers by field, one for each time step or group of lags. */
    this.rows = new Map();
    this.learned = [];
    /** @type {Lags[]} */
    this.lags = [];
    /** The loss of a guess, of the answers that have a lag. */
    this.lagChance = NaN;
    this.step = 0;
    this.seen = 0;
    this.status = "running";
    this.problem = "";
    this.engine = "";
    this.speed = 0;
    this.left = null;
  }

  /** @param {TrackMessage} message */
  take(message) {
    const losses = floats(message.losses);
    this.losses.put(message.from, losses);
    this.norms.put(message.from, floats(message.norms));
    this.seen = message.from + losses.length;
    this.scored.splice(message.scoredFrom, Infinity, ...message.scored);
    const { step, status, problem, engine, speed, left, snapshots } = message;
    Object.assign(this, { step, status, problem, engine, speed, left, snapshots });
  }

  /** @param {Rows} rows */
  takeRows(rows) {
    const fields = Object.entries(rows.fields).map(([name, text]) => [name, floats(text)]);
    rows.steps.forEach((step, k) => {
      const cut = ([name, all]) => {
        const size = all.length / rows.steps.length;
        return [name, all.subarray(k * size, (k + 1) * size)];
      };
      this.rows.set(step, Object.fromEntries(fields.map(cut)));
    });
    for (const step of this.rows.keys()) if (!this.snapshots.includes(step)) this.rows.delete(step);
    this.learned = rows.learned;
    this.lagChance = rows.lagChance;
    if (rows.lags.length) this.lags = rows.lags;
  }

  /** The snapshots that can be looked at: measured, and still kept. */
  get columns() {
    return this.snapshots.filter((step) => this.rows.has(step));
  }

  /** The first step at which the held-out score met the goal, or null. @param {{goal: number, higher: boolean}} aim */
  solvedAt({ goal, higher }) {
    const met = ([step, , score]) => step > 0 && score !== null && (higher ? score >= goal : score <= goal);
    return this.scored.find(met)?.[0] ?? null;
  }
}

const ENDED = ["done", "stopped", "broken"];

export class RunData {
  constructor() {
    this.version = -1;
    this.state = "none";
    this.place = 0;
    this.reason = "";
    /** @type {TrackData[]} */
    this.tracks = [];
  }

  /** @param {Message} message */
  take({ version, state, place, reason, tracks }) {
    Object.assign(this, { version, state, place, reason });
    while (this.tracks.length < tracks.length) this.tracks.push(new TrackData());
    tracks.forEach((track, k) => this.tracks[k].take(track));
  }

  get ended() {
    return ENDED.includes(this.state);
  }

  /** Whether more may come without anybody doing anything. */
  get moves() {
    return this.state === "queued" || this.state === "running";
  }

  /** What is asked for next: from which place on the losses and the scores are lacking. */
  get query() {
    const list = (of) => this.tracks.map(of).join(",");
    return `version=${this.version}&seen=${list((t) => t.seen)}&scored=${list((t) => t.scored.length)}`;
  }
}
