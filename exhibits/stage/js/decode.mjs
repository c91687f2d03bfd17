/**
 * Reads the payload that Python sends (its layout is described in `payload.py`).
 *
 * @typedef {{offset: number, shape: number[], dtype: "f4"|"f8"|"u1"}} ArrayEntry
 * @typedef {{name: string, depth: number, reverse: boolean, full: boolean}} LayerEntry
 * @typedef {{step: number, phase: "forward"|"loss"|"backward", layer: number,
 *            unit: number|null, turn: number}} StageState  a new turn: the page moved the stage
 * @typedef {Object} Header
 * @property {number} version
 * @property {string} id            same id, same arrays
 * (a run on its own has no title; `bundle.mjs` has)
 * @property {"lstm"|"gru"|"rnn_tanh"|"rnn_relu"|"rnn_linear"} cell
 * @property {number} steps         T
 * @property {number} hidden        H
 * @property {{kind: "text"|"numbers"|"vectors", labels: string[], names: string[], standardised: boolean}} input
 *   labels are what the learner gave; standardised, the network reads other numbers; names are
 *   those of a vector's features, none where they have none
 * @property {{loss: "categorical"|"squared"|"binary", classes: string[], probe?: boolean}} output
 *   probe: nothing is asked for; in place of a loss stands ½‖ŷ‖², and no step has a target
 * @property {string[]} strips      field names, in the order in which they are drawn
 * @property {LayerEntry[]} layers
 * @property {number} totalLoss
 * @property {{inputs: [number, string|number][], weights: [string, number, number, number][],
 *   initial: [string, number, number, number][], pins: [number, string, number, number][],
 *   silenced: [number, number][]}} changes  what the learner changed of the run
 * @property {{k1: number, k2: number, windows: [number, number][], cosine: number|null,
 *   normRatio: number|null, stepsHeld: number, bytesHeld: number, bytesFull: number}|null} truncation
 * @property {number} seen          the layer that what was sent on demand is about
 * @property {Record<string, Record<string, unknown>>} facts  plain values that were sent on demand
 * @property {Record<string, ArrayEntry>} arrays
 *
 * @typedef {Float32Array|Float64Array|Uint8Array} Values
 */

const KINDS = { f4: Float32Array, f8: Float64Array, u1: Uint8Array };

/** A decoded run: the header, and arrays by name. Rows are time steps. */
export class RunData {
  /** @param {Header} header @param {Map<string, Values>} arrays */
  constructor(header, arrays) {
    this.header = header;
    this.arrays = arrays;
    this.steps = header.steps;
    this.hidden = header.hidden;
  }

  /** @param {string} name @returns {Values|null} null where this run does not have it */
  array(name) {
    return this.arrays.get(name) ?? null;
  }

  /** One field of one layer. @param {number} layer @param {string} field */
  of(layer, field) {
    return this.array(`layer${layer}.${field}`);
  }

  /** The value of one unit at one step. @param {number} layer @param {string} field */
  at(layer, field, step, unit) {
    const values = this.of(layer, field);
    return values ? values[step * this.hidden + unit] : NaN;
  }

  /** The state that step t of a layer started from. @param {"hidden"|"cell"} field */
  before(layer, field, step, unit) {
    const previous = step - this.direction(layer);
    if (previous < 0 || previous >= this.steps) return this.of(layer, `initial_${field}`)?.[unit] ?? 0;
    return this.at(layer, field, previous, unit);
  }

  /**
   * What was sent on demand for a layer, or null where it has not come (yet).
   * @param {number} layer @param {string} want as the browser asked for it
   * @returns {{facts: Record<string, any>, array: (name: string) => Values|null}|null}
   */
  wanted(layer, want) {
    const facts = this.header.seen === layer ? this.header.facts[want] : undefined;
    return facts ? { facts, array: (name) => this.array(`${want}.${name}`) } : null;
  }

  /** +1 for a layer that reads from the beginning, -1 for one that reads from the end. */
  direction(layer) {
    return this.header.layers[layer].reverse ? -1 : 1;
  }
}

/**
 * @param {Uint8Array} bytes
 * @returns {RunData}
 */
export function decode(bytes) {
  if (bytes.byteLength < 4) throw new Error(`stage payload: ${bytes.byteLength} bytes are no payload`);
  // The bytes may stand anywhere in a larger buffer; typed arrays need them aligned.
  const own = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const view = new DataView(own.buffer, own.byteOffset, own.byteLength);
  const length = view.getUint32(0, true);
  if (4 + length > own.byteLength) throw new Error("stage payload: the header is cut off");
  const header = JSON.parse(new TextDecoder().decode(own.subarray(4, 4 + length)));
  if (header.version !== 1) throw new Error(`stage payload: version ${header.version} is not known`);
  const start = own.byteOffset + 4 + length;
  const arrays = new Map();
  for (const [name, { offset, shape, dtype }] of Object.entries(header.arrays)) {
    const count = shape.reduce((product, size) => product * size, 1);
    if (start + offset + count * KINDS[dtype].BYTES_PER_ELEMENT > own.byteOffset + own.byteLength) {
      throw new Error(`stage payload: the array ${name} is cut off`);
    }
    arrays.set(name, new KINDS[dtype](own.buffer, start + offset, count));
  }
  return new RunData(header, arrays);
}
