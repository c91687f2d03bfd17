/**
 * What the narration adds where the learner has changed something or cut the way back.
 *
 * @typedef {import("./decode.mjs").RunData} RunData
 * @typedef {import("./narration.mjs").Part} Part
 */

import { spoken } from "./scales.mjs";
import { isProbe } from "./vectors.mjs";

const strong = (text) => ({ text, strong: true });
const plain = (text) => ({ text });

/** The loss at this step before the change; as it was only where both are written alike. @param {RunData|null} ghost @returns {Part[]} */
export function before(run, ghost, step) {
  if (!ghost || run.array("has_loss")[step] !== 1) return [];
  const [now, then] = [run, ghost].map((one) => one.array("losses")[step]);
  const what = isProbe(run) ? "probe" : "loss";
  if (spoken(now) === spoken(then)) return [plain(` Your change leaves the ${what} here as it was.`)];
  return [plain(` Before your change the ${what} here was `), strong(spoken(then)), plain(".")];
}

/** What is held or silenced of this unit. @param {RunData} run @returns {Part[]} */
export function held(run, layer, unit) {
  const { pins = [], silenced = [] } = run.header.changes ?? {};
  const gates = pins.filter(([at, , one]) => at === layer && one === unit).map(([, gate]) => gate.replace("_", " "));
  const parts = gates.length > 0 ? [plain(` (You hold its ${gates.join(" and ")}.)`)] : [];
  if (silenced.some(([at, one]) => at === layer && one === unit)) parts.push(plain(" (You have silenced it: nobody reads its h.)"));
  return parts;
}

/** Which losses' way back ends at this step. @param {RunData} run @returns {Part[]} */
export function cut(run, step) {
  const { truncation } = run.header;
  if (!truncation || step === 0) return [];
  const { windows } = truncation;
  const firsts = windows.map((_, k) => (k === 0 ? 0 : windows[k - 1][1]));
  const ending = windows.map(([start, stop], k) => ({ start, from: firsts[k], to: stop - 1 })).filter(({ start }) => start === step);
  if (ending.length === 0) return [];
  const { from } = ending[0];
  const { to } = ending.at(-1);
  const losses = from === to ? `loss of t = ${from}` : `losses of t = ${from} to ${to}`;
  return [plain(" Scissors: the way back of the "), strong(losses), plain(` ends here; to t = ${step - 1} it hands nothing on.`)];
}
