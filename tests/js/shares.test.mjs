import assert from "node:assert/strict";
import test from "node:test";

import { cancellationSentence, glued, reachSentence } from "../../exhibits/stage/js/blame_words.mjs";
import { onLog } from "../../exhibits/stage/js/scales.mjs";
import {
  Sources, bandHolding, bandsAt, cancelled, classLabel, distanceClass, farthest, percent, reach, subscript,
} from "../../exhibits/stage/js/shares.mjs";

/** Losses at steps 0, 2, 3 of four: a row ends at its own step. */
const triangle = () => new Sources({ sources: [0, 2, 3], square: false },
  Float64Array.of(5, /* L2 */ 1, 2, 4, /* L3 */ 0.5, 1, 4, 8), 4);
const square = () => new Sources({ sources: [1], square: true }, Float64Array.of(0.25, 1, 1e-4), 3);
const run = (steps, kind = "text") => ({ header: { input: { kind, labels: [..."abcdefgh"].slice(0, steps) } } });

test("a row of the triangle ends at its own step", () => {
  const sources = triangle();
  assert.deepEqual([0, 1, 2, 3].map((t) => sources.at(2, t)), [1, 2, 4, 0]);
  assert.deepEqual([0, 1, 2, 3].map((t) => sources.at(3, t)), [0.5, 1, 4, 8]);
  assert.equal(sources.reaches(2, 3), false);
  assert.equal(sources.at(1, 0), 0, "step 1 has no loss");
});

test("in a bidirectional network a loss reaches later steps too", () => {
  assert.deepEqual([0, 1, 2].map((t) => square().at(1, t)), [0.25, 1, 1e-4]);
  assert.equal(farthest(square()), 1);
});

test("the shares of a step are its norms over their sum, own step first, and add to 1", () => {
  const bands = bandsAt(triangle(), 2);
  assert.deepEqual(bands.map(({ source, share }) => [source, share]), [[2, 0.5], [3, 0.5]]);
  const first = bandsAt(triangle(), 0);
  assert.deepEqual(first.map(({ source, near }) => [source, near]), [[0, 0], [2, 2], [3, 3]]);
  assert.ok(Math.abs(first[0].share - 5 / 6.5) < 1e-15);
  assert.ok(Math.abs(first.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-15);
});

test("losses of one distance become one band that names its strongest", () => {
  const [own, later] = bandsAt(triangle(), 0, true);
  assert.deepEqual(own.sources, [0]);
  assert.deepEqual(later.sources, [2, 3]);
  assert.equal(later.source, 2);
  assert.equal(later.norm, 1.5);
  assert.deepEqual([later.near, later.far], [2, 3]);
});

test("a step that no loss reaches has no bands", () => {
  const sources = new Sources({ sources: [1], square: false }, Float64Array.of(0, 3), 3);
  assert.deepEqual(bandsAt(sources, 2), []);
  assert.deepEqual(bandsAt(sources, 0), [], "an exact 0 is no part");
});

test("distances are grouped by doubling", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 7, 8, 15, 16, 199].map(distanceClass), [0, 1, 2, 2, 3, 3, 4, 4, 5, 8]);
  assert.deepEqual([0, 1, 2, 3, 4].map((n) => classLabel(n, 9)), ["own step", "1", "2–3", "4–7", "8–9"]);
});

test("the linear stack without what cancelled is the true norm", () => {
  // (3, 4) and (-3, 0): norms 5 and 3, their sum (0, 4).
  assert.equal(cancelled(5 + 3, 4), 4);
  assert.equal(cancelled(1, 1 + 1e-16), 0);
});

test("the true norm stands at its own place on the log axis, whatever its bands", () => {
  const axis = { low: -3, high: 1 };
  assert.ok(Math.abs(onLog(0.1, axis) - 0.5) < 1e-15);
  // Half-way up such a bar stands the band that holds half of the sum, not 10^-2.
  const bands = bandsAt(triangle(), 0);
  assert.equal(bandHolding(bands, 0.5).source, 0);
  assert.equal(bandHolding(bands, 0.8).source, 2);
  assert.equal(bandHolding(bands, 1).source, 3);
  assert.equal(bandHolding(bands, 1.01), null);
});

test("a loss is felt as far as a thousandth of its own size is left", () => {
  const sources = new Sources({ sources: [3], square: false }, Float64Array.of(1e-9, 4e-3, 1, 2), 4);
  const { own, first } = reach(sources, 3);
  assert.equal(own, 2);
  assert.deepEqual([first.step, first.ratio, first.edge, first.cut], [1, 2e-3, false, false]);
  assert.equal(reachSentence(run(4), sources, 3),
    "The loss at t = 3 (“d”) reaches back to t = 1 with 0.0020 of its size; beyond that less than a thousandth is left.");
});

test("the sentence says when the way back is cut, when nothing is sent, and when it grows", () => {
  const of = (...row) => new Sources({ sources: [2], square: false }, Float64Array.from(row), 3);
  assert.equal(reachSentence(run(3), of(0, 0.5, 1), 2),
    "The loss at t = 2 (“c”) reaches back to t = 1 with 0.50 of its size, where the way back is cut.");
  assert.equal(reachSentence(run(3), of(0, 0, 1), 2),
    "The loss at t = 2 (“c”) stays at its own step: the way back is cut before it.");
  assert.equal(reachSentence(run(3), of(0, 0, 0), 2), "The loss at t = 2 (“c”) sends nothing back into this layer.");
  assert.equal(reachSentence(run(3, "numbers"), of(3, 2, 1), 2),
    "The loss at t = 2 (x = c) reaches all the way back to t = 0 with 3.00 times its size.");
  assert.equal(reachSentence(run(3), square(), 1),
    "The loss at t = 1 (“b”) is felt from t = 0 (0.25 of its size) to t = 1 (1.00 of its size).");
});

test("the sentence on cancellation holds the sum, the share that is gone and what is left", () => {
  const sources = new Sources({ sources: [0, 1], square: false }, Float64Array.of(5, 3, 1), 2);
  const said = cancellationSentence(sources, 0, 4);
  assert.match(said, /add up to 8\.000; .* 50 % of that cancels and ‖∂L\/∂h₀‖ = 4\.000 is left/);
  assert.match(cancellationSentence(sources, 1, 1), /pull the same way/);
});

test("percents are never 0 or 100 for what is neither", () => {
  assert.deepEqual([0, 0.001, 0.337, 0.9999, 1].map(percent), ["0 %", "< 1 %", "34 %", "> 99 %", "100 %"]);
  assert.equal(subscript(107), "₁₀₇");
});

test("a step's number stays on the line of its letter", () => {
  assert.equal(glued("at t = 7, ‖∂L/∂h₇‖ = 0.3"), "at t\u00a0=\u00a07, ‖∂L/\u2060∂h₇‖\u00a0=\u00a00.3");
});
