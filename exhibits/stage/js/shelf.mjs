/**
 * The runs that are here, the latest used last: what was sent once need not be sent again, and a
 * run keeps with its object what was worked out from it.
 */

import { decode } from "./decode.mjs";

const MOST = 12;

export class Shelf {
  constructor() {
    this.runs = new Map();
  }

  /**
   * @param {Uint8Array|null} payload null for a run that was sent before @param {string} name its id
   * @returns {import("./decode.mjs").RunData|null} null where it is not here
   */
  take(payload, name) {
    const run = this.runs.get(name) ?? (payload && decode(payload.slice()));
    if (!run) return null;
    this.runs.delete(name);
    this.runs.set(name, run);
    if (this.runs.size > MOST) this.runs.delete(this.runs.keys().next().value);
    return run;
  }

  /** The ids of all that are here. @returns {string[]} */
  get names() {
    return [...this.runs.keys()];
  }
}
