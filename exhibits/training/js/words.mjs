/** A training in sentences: what a screen reader hears, and what a teacher can read aloud. */

import { significant } from "../../stage/js/scales.mjs";
import { courseAt } from "./envelope.mjs";
import { LETTERS } from "./looks.mjs";

const whole = (number) => number.toLocaleString("en");
const count = (number, noun) => `${whole(number)} ${noun}${number === 1 ? "" : "s"}`;

/** @param {number|null} seconds */
export function timeLeft(seconds) {
  if (seconds === null || !Number.isFinite(seconds)) return "";
  if (seconds < 1) return "less than a second left";
  if (seconds < 90) return `${count(Math.round(seconds), "second")} left`;
  return `${count(Math.round(seconds / 60), "minute")} left`;
}

/** @param {number} speed */
export const speedWords = (speed) => (speed > 0 ? `${whole(Number(speed.toPrecision(2)))} steps/s` : "");

/** As a share of the line: nearer to it a loss is neither over nor under. */
const AT = 0.05;

/** The lowest line that a loss is under, in words, or the one it is at; of a loss over all lines that it is. */
export function againstLines(loss, lines) {
  if (!lines.length || !Number.isFinite(loss)) return "";
  const near = lines.find(({ value }) => Math.abs(loss / value - 1) < AT);
  if (near) return `at the ${near.name} line (${significant(near.value, 3)})`;
  const under = [...lines].sort((a, b) => a.value - b.value).find(({ value }) => loss < value);
  const [chance] = lines;
  return under ? `under the ${under.name} line (${significant(under.value, 3)})` : `not under the ${chance.name} line (${significant(chance.value, 3)})`;
}

/** A track now. @param {import("./run_data.mjs").TrackData} track */
function trackWords(track, { name }, { lines, aim }, several, letter) {
  const who = several ? `${letter}, ${name}: ` : "";
  if (track.status === "broken") return `${who}stopped at step ${whole(track.step)}: ${track.problem}`;
  if (!track.losses.length) return `${who}no step yet.`;
  const loss = courseAt(track.losses, track.losses.length - 1);
  const solved = track.solvedAt(aim);
  const end = solved === null ? "" : `solved at step ${whole(solved)}`;
  const where = [track.step === solved ? "" : `step ${whole(track.step)}`, end].filter(Boolean).join(", ");
  const lies = againstLines(loss, lines);
  return `${who}${where}, loss ${significant(loss, 2)}${lies ? `, ${lies}` : ""}.`;
}

const HEADS = { running: "Learning", paused: "Paused", done: "Done", stopped: "Stopped", broken: "It broke" };

/**
 * The state of a run in a sentence for each track.
 * @param {import("./run_data.mjs").RunData} run
 * @param {{tracks: {name: string}[], lines: {name: string, value: number}[], aim: {goal: number, higher: boolean}}} about
 */
export function runWords(run, about) {
  if (run.state === "none") return "Not started: press Train.";
  if (run.state === "queued") return queueWords(run.place);
  const several = run.tracks.length > 1;
  const parts = run.tracks.map((track, k) => trackWords(track, about.tracks[k], about, several, LETTERS[k]));
  if (several || run.reason) return [`${HEADS[run.state]}.`, run.reason, ...parts].filter(Boolean).join(" ");
  return `${HEADS[run.state]}: ${parts[0]}`;
}

/** @param {number} place 1: the next one to begin */
export const queueWords = (place) =>
  `Waiting: ${place === 1 ? "next in the queue" : `place ${place} in the queue`}; every slot of this server is training.`;

/** @param {number|null} at @param {number} last */
export const snapshotWords = (at, last) =>
  (at === null ? `latest (step ${whole(last)})` : `step ${whole(at)} of ${whole(last)}`);

/** Of all lags: fewer are luck, for each has only a few sequences. */
const LEAST_LAGS = 1 / 3;

/**
 * Up to which lag the answers were good, and since when: a lag counts once all shorter ones are
 * learned too, for single ones are right by luck now and then.
 * @param {[number, number|null][]} learned lag and step, ascending lags
 */
export function lagWords(learned) {
  const found = [];
  let since = 0;
  for (const [lag, step] of learned) {
    if (step === null) break;
    if (step > since || !found.length) found.push([lag, (since = Math.max(since, step))]);
    else found[found.length - 1][0] = lag;
  }
  const open = learned.slice(learned.findIndex(([, step]) => step === null)).map(([lag]) => lag);
  const rest = learned.some(([, step]) => step === null) ? `not yet learned: lag ${rangeWords(open)}` : "";
  const told = learned.length - open.length;
  if (rest && told < LEAST_LAGS * learned.length) return `Not yet learned: lag ${rangeWords(learned.map(([lag]) => lag))}.`;
  if (!found.length) return rest && `${rest[0].toUpperCase()}${rest.slice(1)}.`;
  const shown = spread(found, 4).map(([lag, step]) => `up to ${lag} at step ${whole(step)}`).join(", ");
  return `Learned lag ${shown}${rest && `; ${rest}`}.`;
}

/** The first and the last of them, and what lies evenly between. */
function spread(all, most) {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, k) => all[Math.round((k * (all.length - 1)) / (most - 1))]);
}

const rangeWords = (lags) => (lags.length === 1 ? String(lags[0]) : `${lags[0]} to ${lags[lags.length - 1]}`);
