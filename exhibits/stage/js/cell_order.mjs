/** In which order a step is computed, as it plays, and at which step the inside of the cell stands. */

import { ramp } from "./progress.mjs";

const HAIR = 1e-6;

/**
 * The step that is being computed and how far it has come. It is the one that the cursor is on its
 * way to, so that the whole way is there to see it; at rest everything stands complete.
 * @param {import("./graph.mjs").Frame} frame @param {1|-1} direction in which the layer reads
 * @returns {{step: number, share: number}}
 */
export function moment({ place, step, phase, playing }, direction) {
  if (!playing || phase === "loss") return { step, share: 1 };
  const heading = phase === "backward" ? -direction : direction;
  const next = heading > 0 ? Math.ceil(place - HAIR) : Math.floor(place + HAIR);
  return { step: next, share: 1 - Math.abs(next - place) };
}

/** How far something has come that happens during a span of the step. @param {[number, number]} span */
export const within = (share, [from, to]) => (share >= 1 ? 1 : to > from ? ramp(share, from, to)
  : Number(share >= to));
