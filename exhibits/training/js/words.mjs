/** A training in sentences: what a screen reader hears, and what a teacher can read aloud. */

import { significant } from "../../stage/js/scales.mjs";
import { heldOut } from "./held_out.mjs";
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

/**
 * Where a loss lies: at a line, under the lowest that it is under, or over all of them.
 * @returns {{word: string, line: {name: string, value: number}}|null}
 */
function lying(loss, lines) {
  if (!lines.length || !Number.isFinite(loss)) return null;
  const near = lines.find(({ value }) => Math.abs(loss / value - 1) < AT);
  if (near) return { word: "at", line: near };
  const under = [...lines].sort((a, b) => a.value - b.value).find(({ value }) => loss < value);
  return under ? { word: "under", line: under } : { word: "not under", line: lines[0] };
}

/** The lowest line that a loss is under, in words, or the one it is at; of a loss over all lines that it is. */
export function againstLines(loss, lines) {
  const found = lying(loss, lines);
  return found ? `${found.word} the ${found.line.name} line (${significant(found.line.value, 3)})` : "";
}

/** A network alone: its step, and what the held-out data say, for a batch's own loss is luck in part. */
function aloneWords(run, track, { maxSteps }, { lines, aim }) {
  if (track.status === "broken") return `stopped at step ${whole(track.step)}: ${track.problem}`;
  if (!track.losses.length) return "no step yet.";
  const solved = track.solvedAt(aim);
  const early = run.ended && track.step < maxSteps ? ` of ${whole(maxSteps)}` : "";
  const end = solved === null ? "" : `${aim.words} at step ${whole(solved)}`;
  const where = track.step === solved ? `${end}${early}` : [`step ${whole(track.step)}${early}`, end].filter(Boolean).join(", ");
  const loss = heldOut(track);
  return `${[where, Number.isNaN(loss) ? "" : `held-out loss ${significant(loss, 2)}`, againstLines(loss, lines)].filter(Boolean).join(", ")}.`;
}

/** One of several, as short as can be: the legend has its numbers. */
function besideWords(track, { lines, aim }, solved, afterSolved, ended) {
  if (track.status === "broken") return `broke at ${whole(track.step)}`;
  if (solved !== null) return `${afterSolved ? "" : `${aim.words} `}at ${whole(solved)}`;
  const found = lying(heldOut(track), lines);
  if (!found) return `is at step ${whole(track.step)}`;
  const still = found.word === "at" && found.line === lines[0] && !ended ? "still " : "";
  return `${still}${found.word} ${found.line.name}`;
}

function severalWords(run, about) {
  const solved = run.tracks.map((track) => (track.status === "broken" ? null : track.solvedAt(about.aim)));
  return `${run.tracks.map((track, k) =>
    `${LETTERS[k]} ${besideWords(track, about, solved[k], k > 0 && solved[k - 1] !== null, run.ended)}`).join("; ")}.`;
}

export const OTHER_SETTINGS = "This run is of other settings: “Train” starts the new ones.";

const HEADS = { running: "Learning", paused: "Paused", done: "Done", stopped: "Ended early", broken: "It broke" };

/**
 * The state of a run in one sentence, which stays as short while it goes on.
 * @param {import("./run_data.mjs").RunData} run
 * @param {{tracks: {name: string, maxSteps: number}[], lines: {name: string, value: number}[], aim: {goal: number, higher: boolean, words: string}}} about
 */
export function runWords(run, about) {
  if (run.state === "none") return "Not started: press Train.";
  if (run.state === "queued") return queueWords(run.place);
  const told = run.tracks.length > 1 ? severalWords(run, about) : aloneWords(run, run.tracks[0], about.tracks[0], about);
  return [`${HEADS[run.state]}: ${told}`, run.reason].filter(Boolean).join(" ");
}

/** @param {number} place 1: the next one to begin */
export const queueWords = (place) =>
  `Waiting: ${place === 1 ? "next in the queue" : `place ${place} in the queue`}; every slot of this server is training.`;

/** @param {number|null} at @param {number} last */
export const snapshotWords = (at, last) =>
  (at === null ? `latest (step ${whole(last)})` : `step ${whole(at)} of ${whole(last)}`);

/** A group of lags. @param {number} first @param {number} last */
export const rangeWords = (first, last) => (first === last ? String(first) : `${first}–${last}`);

const MOST_TOLD = 4;

/**
 * Up to which lag the answers are good, and since when: a lag counts once all shorter ones are
 * learned too.
 * @param {[number, number, number|null][]} learned first and last lag of a group, and the step; ascending
 */
export function lagWords(learned) {
  if (!learned.length) return "";
  const known = learned.findIndex(([, , step]) => step === null);
  const told = bundles(known < 0 ? learned : learned.slice(0, known));
  const parts = told.map(([first, last, step]) => `lag ${rangeWords(first, last)} at step ${whole(step)}`);
  const done = parts.length ? `Learned: ${parts.join(", ")}` : "";
  if (known < 0) return `${done}.`;
  const open = learned.slice(known);
  const some = open.some(([, , step]) => step !== null);
  const rest = `${some ? "not yet all of" : "not yet learned:"} lag ${rangeWords(open[0][0], open[open.length - 1][1])}`;
  return done ? `${done}; ${rest}.` : `N${rest.slice(1)}.`;
}

/** Groups that are learned, each with the step since which all up to it are: of many those farthest apart in training. */
function bundles(groups) {
  const found = [];
  for (const [first, last, step] of groups) {
    const before = found[found.length - 1];
    if (before && step <= before[2]) before[1] = last;
    else found.push([first, last, step]);
  }
  while (found.length > MOST_TOLD) {
    const apart = found.slice(1).map(([, , step], k) => Math.log1p(step) - Math.log1p(found[k][2]));
    const nearest = apart.indexOf(Math.min(...apart));
    const [, last, step] = found[nearest + 1];
    found.splice(nearest, 2, [found[nearest][0], last, step]);
  }
  return found;
}
