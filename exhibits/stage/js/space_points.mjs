/**
 * Fixed points in words, and which of them is looked at.
 *
 * @typedef {Object} FixedPoint
 * @property {ArrayLike<number>} state       h, for the LSTM h and c side by side
 * @property {[number, number][]} eigenvalues real and imaginary part, in falling modulus
 * @property {string} kind                   as the core names it
 * @property {number} radius                 the largest |λ|
 * @property {number} distance               to the run's own state at the step
 *
 * @typedef {{step: number, starts: number, converged: number, points: FixedPoint[]}} Found
 */

import { significant } from "./scales.mjs";

/**
 * What came for `space:{step}`.
 * @param {{facts: Record<string, any>, array: (name: string) => ArrayLike<number>|null}} sent @returns {Found}
 */
export function readPoints({ facts, array }) {
  const { step, starts, converged, kinds, radii, distances } = facts;
  const [states, real, imag] = ["states", "real", "imag"].map((name) => array(name) ?? []);
  const size = kinds.length ? states.length / kinds.length : 0;
  const points = kinds.map((kind, k) => ({
    kind, radius: radii[k], distance: distances[k], state: states.slice(k * size, (k + 1) * size),
    eigenvalues: Array.from({ length: size }, (_, j) => [real[k * size + j], imag[k * size + j]]),
  }));
  return { step, starts, converged, points };
}

/** The shape that marks a kind. @returns {"stable"|"unstable"|"saddle"|"marginal"} */
export const shapeOf = (kind) => (kind === "saddle" || kind === "marginal" ? kind : kind.split(" ")[0]);

/** A modulus, with as many decimals as keep it apart from 1; "1" only where it is. */
export function modulus(value) {
  for (let digits = 2; digits <= 6; digits++) {
    const text = value.toFixed(digits);
    if (Number(text) !== 1 && (Number(text) !== 0 || value === 0)) return value >= 1000 ? significant(value, 3) : text;
  }
  return value < 0.5 ? significant(value, 2) : "1";
}

/** The headline of a fixed point. @param {FixedPoint} point */
export function verdict({ kind, radius }) {
  if (kind === "marginal") return `|λ| = ${modulus(radius)}: an eigenvalue on the circle does not decide`;
  const text = modulus(radius);
  return radius < 1 ? `|λ| = ${text} < 1: it comes back` : `|λ| = ${text} > 1: it runs away`;
}

const steps = (count) => (count < 10 ? count.toFixed(1) : significant(count, 3).replace(/\.$/, ""));

/** What the largest eigenvalue does to a small distance. @param {FixedPoint} point */
export function pace({ kind, radius, eigenvalues }) {
  if (kind === "marginal") return "There is a direction in which a small distance stays as it is: terms beyond the first decide.";
  const along = kind === "saddle" ? `, along ${outside(eigenvalues)} of ${eigenvalues.length} directions; along the others it comes back` : "";
  const turn = turning(eigenvalues[0]);
  if (radius < 1e-3) return "A small distance from it is gone in one step.";
  const time = Math.LN2 / Math.abs(Math.log(radius));
  const what = radius < 1 ? "halves" : "doubles";
  const when = time < 1 ? `more than ${what} with every step` : `${what} every ${steps(time)} steps`;
  return `A small distance from it ${when}${turn}${along}.`;
}

const outside = (eigenvalues) => eigenvalues.filter(([a, b]) => Math.hypot(a, b) > 1).length;

function turning([real, imag]) {
  if (Math.abs(imag) > 1e-6 * Math.hypot(real, imag)) {
    const degrees = (Math.abs(Math.atan2(imag, real)) * 180) / Math.PI;
    return `, turning by ${degrees < 9.5 ? significant(degrees, 2) : degrees.toFixed(0)}° a step`;
  }
  return real < 0 ? ", changing sides at each step" : "";
}

/** How the list begins. @param {Found} found @param {string} held the input, in words */
export function foundWords({ points, starts, converged, step }, held) {
  const where = `With the input held at x${subscript(step)} = ${held}`;
  if (points.length === 0) {
    return `${where}, no fixed point was found: ${starts} starts, ${converged === 0 ? "none" : converged} converged.`;
  }
  const what = points.length === 1 ? "one point would stand still" : `${points.length} points would stand still`;
  return `${where}, ${what}.`;
}

/** @param {number} number */
export const subscript = (number) => [...String(number)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("");

/** The point nearest to a state in the whole of the state space; 0, the run's nearest, without one. */
export function nearestTo(points, state) {
  if (!state) return 0;
  const distances = points.map((point) => (point.state.length === state.length
    ? Math.hypot(...Array.from(point.state, (value, k) => value - state[k])) : Infinity));
  const nearest = distances.indexOf(Math.min(...distances));
  return Math.max(0, nearest);
}

/** The modulus at the edge of the picture of the eigenvalues: the circle always in view. */
export const edgeOf = (eigenvalues) =>
  Math.max(1.25, 1.3 * Math.max(0, ...eigenvalues.map(([a, b]) => Math.hypot(a, b))));

/**
 * Where the name of the first dot stands: above, below or beside it, within the picture, and over
 * as few of the other dots as can be. @param {[number, number][]} dots @returns {[number, number]}
 */
export function clearest(dots, wide, half) {
  const [x, y] = dots[0];
  const places = [[0, -19], [0, 19], [wide / 2 + 11, 0], [-wide / 2 - 11, 0]].map(([dx, dy]) => [x + dx, y + dy])
    .filter(([a, b]) => Math.abs(a) + wide / 2 <= half && Math.abs(b) + 9 <= half)
    .filter(([a, b]) => b < -10 || b > 26 || a + wide / 2 < half - 20); // the axis has its name there
  const covered = ([a, b]) => dots.filter(([p, q]) => Math.abs(p - a) < wide / 2 + 4 && Math.abs(q - b) < 13).length;
  const best = Math.min(...places.map(covered));
  return places.find((place) => covered(place) === best) ?? [0, -half + 12];
}
