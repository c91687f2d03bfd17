import assert from "node:assert/strict";
import test from "node:test";

import { RunData } from "../../exhibits/training/js/run_data.mjs";
import { againstLines, lagWords, queueWords, runWords, snapshotWords, timeLeft } from "../../exhibits/training/js/words.mjs";

const lines = [{ name: "chance", value: 1 / 6 }, { name: "naive", value: 0.05 }];
const about = { tracks: [{ name: "LSTM" }, { name: "GRU" }], lines, aim: { goal: 0.01, higher: false } };
const packed = (values) => Buffer.from(new Float32Array(values).buffer).toString("base64");
const track = (losses, more = {}) => ({
  step: losses.length, status: "running", problem: "", engine: "numpy", speed: 0, left: null, from: 0, losses: packed(losses),
  norms: packed(losses), scoredFrom: 0, scored: [], snapshots: [], ...more,
});
function runOf(state, ...tracks) {
  const data = new RunData();
  data.take({ version: 1, state, place: 2, reason: "", tracks });
  return data;
}

test("a loss is told against the lowest line that it is under", () => {
  assert.equal(againstLines(0.1, lines), "under the chance line (0.167)");
  assert.equal(againstLines(0.01, lines), "under the naive line (0.0500)");
  assert.equal(againstLines(0.2, lines), "not under the chance line (0.167)");
  assert.equal(againstLines(0.2, []), "");
  assert.equal(againstLines(0.16, lines), "at the chance line (0.167)");
  assert.equal(againstLines(0.052, lines), "at the naive line (0.0500)");
});

test("one track is told without its letter, several with it", () => {
  assert.equal(runWords(runOf("running", track([0.5, 0.125])), { ...about, tracks: about.tracks.slice(0, 1) }),
    "Learning: step 2, loss 0.13, under the chance line (0.167).");
  assert.match(runWords(runOf("paused", track([0.5]), track([0.02])), about), /^Paused\. A, LSTM: step 1, .* B, GRU: step 1, loss 0.020, under the naive/);
});

test("solved and broken are told with their step and their reason", () => {
  const solved = track([0.1, 0.1], { status: "solved", scored: [[2, 0.005, 0.005]] });
  assert.match(runWords(runOf("done", solved), { ...about, tracks: about.tracks.slice(0, 1) }), /^Done: solved at step 2, loss 0.10/);
  const further = track([0.1, 0.1, 0.1], { scored: [[2, 0.005, 0.005]] });
  assert.match(runWords(runOf("running", further), { ...about, tracks: about.tracks.slice(0, 1) }), /^Learning: step 3, solved at step 2, loss/);
  const broke = track([3], { status: "broken", problem: "the loss is not a number." });
  assert.match(runWords(runOf("broken", broke), { ...about, tracks: about.tracks.slice(0, 1) }), /stopped at step 1: the loss is not a number\./);
});

test("the queue says how many stand before", () => {
  assert.match(queueWords(1), /next in the queue/);
  assert.match(runWords(runOf("queued", track([])), about), /place 2 in the queue/);
});

test("time left is told as people tell it", () => {
  assert.deepEqual([null, 0.4, 1, 42.2, 300].map(timeLeft), ["", "less than a second left", "1 second left", "42 seconds left", "5 minutes left"]);
});

test("a snapshot is the latest or one of many", () => {
  assert.equal(snapshotWords(null, 1200), "latest (step 1,200)");
  assert.equal(snapshotWords(64, 1200), "step 64 of 1,200");
});

test("lags are told as learned, or not yet", () => {
  assert.equal(lagWords([]), "");
  assert.equal(lagWords([[1, 8], [2, 64]]), "Learned lag up to 1 at step 8, up to 2 at step 64.");
  assert.equal(lagWords([[1, 8], [2, null], [3, null]]), "Learned lag up to 1 at step 8; not yet learned: lag 2 to 3.");
  assert.equal(lagWords([[7, null]]), "Not yet learned: lag 7.");
});

test("a longer lag that was right before a shorter one counts from then on", () => {
  assert.equal(lagWords([[1, 50], [2, 10], [3, 60]]), "Learned lag up to 2 at step 50, up to 3 at step 60.");
  assert.equal(lagWords([[1, null], [2, 10]]), "Not yet learned: lag 1 to 2.");
});

test("a few lags that are right by luck are not told as learned", () => {
  const lucky = Array.from({ length: 9 }, (_, k) => [k + 1, k < 2 ? 5 : null]);
  assert.equal(lagWords(lucky), "Not yet learned: lag 1 to 9.");
});

test("of many lags a few are told", () => {
  const many = Array.from({ length: 40 }, (_, k) => [k + 1, 10 * k]);
  assert.equal(lagWords(many), "Learned lag up to 1 at step 0, up to 14 at step 130, up to 27 at step 260, up to 40 at step 390.");
});
