/** A long series on few pixels: its least and greatest value and its course for each of them. */

/** The share of all steps over which the course is a mean. */
const SMOOTH = 0.012;

/** Steps to each side of one: no more than there are before it, else a fall at the start would be hidden. */
const reachAt = (series, step) => Math.min(step, Math.round((SMOOTH * series.length) / 2));

/**
 * @param {import("./numbers.mjs").Growing} series value k belongs to step k
 * @param {number} last the step at the right edge @param {number} width in pixels
 * @returns {{low: Float32Array, high: Float32Array, mean: Float32Array, width: number}} NaN where there is no value
 */
export function envelope(series, last, width) {
  const low = new Float32Array(width).fill(NaN);
  const high = new Float32Array(width).fill(NaN);
  const mean = new Float32Array(width).fill(NaN);
  const perPixel = (last + 1) / width;
  for (let x = 0; x < width; x += 1) {
    const from = Math.floor(x * perPixel);
    if (from >= series.length) break;
    const to = Math.min(series.length, Math.max(from + 1, Math.floor((x + 1) * perPixel)));
    let least = Infinity;
    let most = -Infinity;
    for (let k = from; k < to; k += 1) {
      const value = series.buffer[k];
      if (value < least) least = value;
      if (value > most) most = value;
    }
    low[x] = least;
    high[x] = most;
    const reach = reachAt(series, from);
    mean[x] = series.mean(from - reach, Math.min(series.length, to + reach));
  }
  return { low, high, mean, width };
}

/** The course's value at a step, as `envelope` draws it. */
export function courseAt(series, step) {
  if (step < 0 || step >= series.length) return NaN;
  const reach = reachAt(series, step);
  return series.mean(step - reach, Math.min(series.length, step + 1 + reach));
}

/**
 * The step at the right edge: a round number beyond what has been done, so that the axis rests
 * for a while; all of it at once where little is left.
 * @param {number} done @param {number} most
 */
export function lastStep(done, most) {
  let edge = 50;
  while (edge <= done) edge *= 2;
  return edge > 0.7 * most ? Math.max(1, most) : edge;
}
