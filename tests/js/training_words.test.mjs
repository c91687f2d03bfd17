import assert from "node:assert/strict";
import test from "node:test";

import { numbersOf } from "../../exhibits/training/js/legend.mjs";
import { RunData } from "../../exhibits/training/js/run_data.mjs";
import { againstLines, lagWords, queueWords, runWords, snapshotWords, timeLeft } from "../../exhibits/training/js/words.mjs";

const lines = [{ name: "chance", value: 1 / 6 }, { name: "naive", value: 0.05 }];
const about = {
  tracks: ["LSTM", "GRU", "IRNN"].map((name) => ({ name, maxSteps: 3000 })), lines, aim: { goal: 0.01, higher: false, words: "solved" },
};
const alone = { ...about, tracks: about.tracks.slice(0, 1) };
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

test("the held-out loss is judged, never that of a batch", () => {
  const lucky = track([0.5, 0.02], { scored: [[0, 0.9, 0.9], [2, 0.17, 0.17]] });
  assert.equal(runWords(runOf("running", lucky), alone), "Learning: step 2, held-out loss 0.17, at the chance line (0.167).");
  const unlucky = track([0.5, 0.9], { scored: [[2, 0.125, 0.125]] });
  assert.equal(runWords(runOf("paused", unlucky), alone), "Paused: step 2, held-out loss 0.13, under the chance line (0.167).");
});

test("while nothing is measured on held-out data, only the step is told", () => {
  assert.equal(runWords(runOf("running", track([0.5, 0.02])), alone), "Learning: step 2.");
  assert.equal(runWords(runOf("running", track([0.5, 0.02], { scored: [[0, null, 1]] })), alone), "Learning: step 2.");
});

test("what ended early says of how many steps", () => {
  const half = track([0.5, 0.02], { scored: [[2, 0.3, 0.3]] });
  assert.equal(runWords(runOf("stopped", half), alone), "Ended early: step 2 of 3,000, held-out loss 0.30, not under the chance line (0.167).");
  const all = { ...alone, tracks: [{ name: "LSTM", maxSteps: 2 }] };
  assert.match(runWords(runOf("done", half), all), /^Done: step 2, held-out/);
});

test("several are told in one short sentence, each by its letter", () => {
  const first = track([0.1, 0.1], { status: "solved", scored: [[2, 0.005, 0.005]] });
  const second = track([0.1, 0.1, 0.1], { scored: [[3, 0.005, 0.005]] });
  const third = track([0.01], { scored: [[1, 0.17, 0.17]] });
  assert.equal(runWords(runOf("running", first, second, third), about), "Learning: A solved at 2; B at 3; C still at chance.");
  assert.equal(runWords(runOf("done", third, first, second), about), "Done: A at chance; B solved at 2; C at 3.");
  const broke = track([3], { status: "broken", problem: "the loss is not finite.", scored: [[1, 0.17, 0.17]] });
  const under = track([3], { scored: [[1, 0.1, 0.1]] });
  assert.equal(runWords(runOf("paused", broke, under, track([3])), about), "Paused: A broke at 1; B under chance; C is at step 1.");
});

test("solved and broken are told with their step and their reason", () => {
  const solved = track([0.1, 0.1], { status: "solved", scored: [[2, 0.005, 0.005]] });
  assert.equal(runWords(runOf("done", solved), alone), "Done: solved at step 2 of 3,000, held-out loss 0.0050, under the naive line (0.0500).");
  const further = track([0.1, 0.1, 0.1], { scored: [[2, 0.005, 0.005]] });
  assert.match(runWords(runOf("running", further), alone), /^Learning: step 3, solved at step 2, held-out loss/);
  assert.match(runWords(runOf("running", further), { ...alone, aim: { ...alone.aim, words: "near the noise" } }), /step 3, near the noise at step 2,/);
  const broke = track([3], { status: "broken", problem: "the loss is not a number." });
  assert.match(runWords(runOf("broken", broke), alone), /^It broke: stopped at step 1: the loss is not a number\.$/);
});

test("a legend's row has the batch's loss beside the held-out one", () => {
  const data = runOf("running", track([0.5, 0.25], { scored: [[0, 0.9, 0.9], [2, 0.125, 0.005]] }));
  assert.equal(numbersOf(data.tracks[0], about.aim), "training 0.25 · held-out 0.13 · ✓ at 2");
  assert.equal(numbersOf(runOf("running", track([0.5])).tracks[0], about.aim), "training 0.50");
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

test("groups of lags are told as learned, or not yet", () => {
  assert.equal(lagWords([]), "");
  assert.equal(lagWords([[25, 27, 480], [28, 31, 600]]), "Learned: lag 25–27 at step 480, lag 28–31 at step 600.");
  assert.equal(lagWords([[1, 1, 8], [2, 2, null], [3, 5, null]]), "Learned: lag 1 at step 8; not yet learned: lag 2–5.");
  assert.equal(lagWords([[7, 7, null]]), "Not yet learned: lag 7.");
  assert.equal(lagWords([[25, 27, null], [28, 31, null]]), "Not yet learned: lag 25–31.");
  assert.equal(lagWords([[13, 13, 1200]]), "Learned: lag 13 at step 1,200.");
});

test("a longer lag that was learned before a shorter one counts from then on", () => {
  assert.equal(lagWords([[1, 1, 50], [2, 4, 10], [5, 6, 60]]), "Learned: lag 1–4 at step 50, lag 5–6 at step 60.");
  assert.equal(lagWords([[1, 1, null], [2, 2, 10], [3, 3, null]]), "Not yet all of lag 1–3.");
  assert.equal(lagWords([[0, 0, 5], [1, 1, null], [2, 2, 10]]), "Learned: lag 0 at step 5; not yet all of lag 1–2.");
});

test("of many groups those are told that lie farthest apart in training, and none is left out", () => {
  const five = [[0, 0, 46], [1, 6, 173], [7, 8, 218], [9, 17, 276], [18, 19, 303]]; // 303/276 is the least ratio
  assert.equal(lagWords(five), "Learned: lag 0 at step 46, lag 1–6 at step 173, lag 7–8 at step 218, lag 9–19 at step 303.");
  const many = Array.from({ length: 40 }, (_, k) => [k + 1, k + 1, 10 * k]);
  const told = [...lagWords(many).matchAll(/lag (\d+)(?:–(\d+))? at step (\d+)/g)].map(([, first, last, step]) => [+first, +(last ?? first), +step]);
  assert.equal(told.length, 4);
  assert.deepEqual(told.map(([first]) => first), [1, ...told.slice(0, -1).map(([, last]) => last + 1)]);
  told.forEach(([, last, step]) => assert.equal(step, 10 * (last - 1)));
  assert.equal(told[3][1], 40);
});
