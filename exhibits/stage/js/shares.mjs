/**
 * Whose fault a gradient is: ‖∂L_k/∂h_t‖ for each loss k and step t, as shares, bands and reach.
 * On a log axis norms cannot be stacked: there a bar has the height of the true norm, and its bands
 * are the shares of Σ_k ‖∂L_k/∂h_t‖. On a linear axis the norms themselves are stacked, and what
 * stands above the true norm has cancelled.
 *
 * @typedef {Object} Band        one loss, or several that are about as far away
 * @property {number} source     the loss; of several the one with the largest norm
 * @property {number[]} sources  nearest first
 * @property {number} near       the fewest steps between one of them and t
 * @property {number} far        the most
 * @property {number} norm       Σ ‖∂L_k/∂h_t‖ over them
 * @property {number} share      of the sum over all losses, 0…1
 */

/** Below this share of its own size a loss counts as no longer felt. */
export const FELT = 1e-3;

/** The norms by loss and step. */
export class Sources {
  /**
   * @param {{sources: number[], square: boolean}} facts
   * @param {ArrayLike<number>} norms row after row; a row ends at its own step unless `square`
   * @param {number} steps
   */
  constructor({ sources, square }, norms, steps) {
    this.losses = sources;
    this.square = square;
    this.steps = steps;
    this.norms = norms;
    this.starts = [];
    let start = 0;
    for (const k of sources) {
      this.starts.push(start);
      start += square ? steps : k + 1;
    }
    this.rows = new Map(sources.map((k, row) => [k, row]));
  }

  has(source) {
    return this.rows.has(source);
  }

  /** Whether the loss at step `source` can reach step t at all. */
  reaches(source, t) {
    return this.has(source) && t >= 0 && t < this.steps && (this.square || t <= source);
  }

  /** ‖∂L_source/∂h_t‖; 0 where it does not reach. */
  at(source, t) {
    return this.reaches(source, t) ? this.norms[this.starts[this.rows.get(source)] + t] : 0;
  }

  /** Σ_k ‖∂L_k/∂h_t‖, at least the norm of the sum. */
  stacked(t) {
    return this.losses.reduce((sum, k) => sum + this.at(k, t), 0);
  }
}

/** 0 for the own step, 1 for one step away, 2 for 2–3, 3 for 4–7, 4 for 8–15 … */
export const distanceClass = (distance) => (distance === 0 ? 0 : Math.floor(Math.log2(distance)) + 1);

/** "own step", "1", "2–3", "4–7" …; the last one ends where the sequence does. */
export function classLabel(number, farthest) {
  if (number === 0) return "own step";
  const [first, last] = [2 ** (number - 1), Math.min(2 ** number - 1, farthest)];
  return first === last ? String(first) : `${first}–${last}`;
}

/** The farthest that any loss reaches. @param {Sources} sources */
export function farthest({ losses, square, steps }) {
  if (losses.length === 0) return 0;
  return square ? Math.max(losses.at(-1), steps - 1 - losses[0]) : losses.at(-1);
}

/**
 * The parts of the gradient at step t, nearest loss first; none where no loss reaches.
 * @param {Sources} sources @param {boolean} merged losses of one distance class as one band
 * @returns {Band[]}
 */
export function bandsAt(sources, t, merged = false) {
  const reaching = sources.losses.filter((k) => sources.at(k, t) > 0)
    .sort((a, b) => Math.abs(a - t) - Math.abs(b - t) || a - b);
  const whole = sources.stacked(t);
  const bands = [];
  for (const source of reaching) {
    const [norm, far] = [sources.at(source, t), Math.abs(source - t)];
    const last = bands.at(-1);
    if (merged && last && distanceClass(last.far) === distanceClass(far)) {
      if (norm > sources.at(last.source, t)) last.source = source;
      last.sources.push(source);
      last.norm += norm;
      last.far = far;
    } else {
      bands.push({ source, sources: [source], near: far, far, norm, share: 0 });
    }
  }
  for (const band of bands) band.share = band.norm / whole;
  return bands;
}

/** What of the stacked norms is not left in their sum. Rounding may not make it negative. */
export const cancelled = (stacked, left) => Math.max(0, stacked - left);

/**
 * Which band holds `place`, 0 at the foot of the bar and 1 at its top.
 * @param {Band[]} bands @returns {Band|null}
 */
export function bandHolding(bands, place) {
  if (!(place >= 0 && place <= 1)) return null;
  let below = 0;
  for (const band of bands) {
    below += band.share;
    if (place <= below) return band;
  }
  return bands.at(-1) ?? null;
}

/**
 * How far a loss is felt: the outermost steps where at least `FELT` of its size at its own step is
 * left, `ratio` what is left there. `cut`: beyond it stands an exact 0, as where the way is cut.
 * @param {Sources} sources @returns {{own: number, first: End, last: End}}
 * @typedef {{step: number, ratio: number, edge: boolean, cut: boolean}} End
 */
export function reach(sources, source) {
  const own = sources.at(source, source);
  const end = (by) => {
    let step = source;
    for (let t = source; sources.reaches(source, t); t += by) {
      if (sources.at(source, t) >= FELT * own) step = t;
    }
    const beyond = step + by;
    const edge = !sources.reaches(source, beyond);
    return { step, ratio: sources.at(source, step) / own, edge, cut: !edge && sources.at(source, beyond) === 0 };
  };
  return { own, first: end(-1), last: end(1) };
}

/** "₂₀" */
export const subscript = (number) => [...String(number)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("");

/** "34 %", never 0 or 100 for what is neither. */
export function percent(share) {
  const whole = Math.round(100 * share);
  if (whole === 0 && share > 0) return "< 1 %";
  if (whole === 100 && share < 1) return "> 99 %";
  return `${whole} %`;
}
