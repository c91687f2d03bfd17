/** What comes from Python as base64, and arrays that grow while a network learns. */

/** @param {string} text base64 of little-endian float32 @returns {Float32Array} */
export function floats(text) {
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

/**
 * Numbers of which more come. What is not finite ends the series: a loss that is none cannot be
 * drawn, and nothing comes after it. `sums[k]` is the sum of the first k values.
 */
export class Growing {
  constructor() {
    this.length = 0;
    this.buffer = new Float32Array(1024);
    this.sums = new Float64Array(1025);
  }

  /** @param {number} place @param {ArrayLike<number>} more from `place` on; replaces what stood there */
  put(place, more) {
    this.length = Math.min(this.length, place);
    if (place > this.length) return;
    this.reserve(place + more.length);
    for (let k = 0; k < more.length && Number.isFinite(more[k]); k += 1) {
      this.buffer[this.length] = more[k];
      this.sums[this.length + 1] = this.sums[this.length] + more[k];
      this.length += 1;
    }
  }

  reserve(size) {
    if (size <= this.buffer.length) return;
    const room = Math.max(size, 2 * this.buffer.length);
    const buffer = new Float32Array(room);
    const sums = new Float64Array(room + 1);
    buffer.set(this.buffer);
    sums.set(this.sums);
    Object.assign(this, { buffer, sums });
  }

  at(place) {
    return this.buffer[place];
  }

  /** The mean of the values from `from` up to but not including `to`. */
  mean(from, to) {
    return (this.sums[to] - this.sums[from]) / (to - from);
  }

  get last() {
    return this.buffer[this.length - 1];
  }
}
