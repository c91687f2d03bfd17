/** How far each column has come, as a function of where the cursor stands. */

const clamp = (value) => Math.min(1, Math.max(0, value));

/** An S-curve that is 0 up to `from` and 1 from `to` on. */
export function ramp(value, from, to) {
  const share = clamp((value - from) / (to - from));
  return share * share * (3 - 2 * share);
}

/**
 * 1 where the cursor, travelling in `heading`, has reached step t; between 0 and 1 while it is
 * on its way there from the step before; 0 where it is further off.
 */
export function arrived(step, place, heading) {
  return clamp(heading * (place - step) + 1);
}

/** Within one step's way: first the signal travels the wire, then the cell fills. */
export const travelled = (share) => ramp(share, 0, 0.55);
export const filled = (share) => ramp(share, 0.4, 0.95);

/** Three weights that cross-fade when the phase changes; they add up to 1. */
export function phaseWeights(phase, previous, share) {
  const weights = { forward: 0, loss: 0, backward: 0 };
  weights[previous] += 1 - share;
  weights[phase] += share;
  return weights;
}

/**
 * How far a step's loss has grown and how strongly it is drawn. Losses are told in the forward
 * phase, are what the loss phase is about, and are where the backward phase sets out.
 * @param {import("./graph.mjs").Frame} frame
 */
export function lossStrength(step, { weights, lossPlace }, direction) {
  return {
    grown: weights.loss * filled(arrived(step, lossPlace, direction)) + weights.forward + weights.backward,
    strength: 0.42 * weights.forward + weights.loss + 0.55 * weights.backward,
  };
}
