/** What a track does on data that it is not trained on. */

/** The latest loss measured there, NaN while there is none. @param {import("./run_data.mjs").TrackData} track */
export function heldOut({ scored }) {
  return scored.findLast(([, loss]) => Number.isFinite(loss))?.[1] ?? NaN;
}
