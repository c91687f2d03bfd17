import assert from "node:assert/strict";
import test from "node:test";

import { directionOf, headline, likeliestOther, losses, mostMoved, ofUnit, percent, PLACES, placeOf, readOut, reached, sizeAt, sized, staysBroken, strongest } from "../../exhibits/stage/js/nudge_words.mjs";

const NAN = Number.NaN;
const facts = (changes) => ({ step: 1, direction: "+", size: 0.1, tolerance: 0.1, breaks_at: null, linear_up_to: 0.31, loss_real: 0.2, loss_predicted: 0.1, ...changes });

test("the slider runs from a ten-thousandth to 3, and what it says is what is sent", () => {
  assert.equal(sizeAt(0), 0.0001);
  assert.equal(sizeAt(PLACES), 3);
  assert.equal(sizeAt(placeOf(0.1)), 0.1);
  let before = 0;
  for (let place = 0; place <= PLACES; place++) {
    const size = sizeAt(place);
    assert.ok(size >= before && size <= 3);
    assert.match(sized(size), /^\d(\.\d+)?$/);
    assert.equal(Number(sized(size)), size);
    before = size;
  }
});

const run = { header: { input: { kind: "text", labels: ["a", "b", "c"] }, output: { classes: ["a", "b", "c"] } },
  array: () => [0.1, 0.7, 0.2, 0.3, 0.3, 0.4, 0, 0, 1] };

test("a text is nudged towards what the step before found likeliest, but not towards itself", () => {
  assert.equal(likeliestOther(run, 1), 2, "b was read; of a (0.1) and c (0.2) c was likelier");
  assert.equal(likeliestOther(run, 2), 0, "c was read; a and b tie, the first is taken");
  assert.equal(likeliestOther(run, 0), 1, "nothing was expected yet");
  assert.equal(directionOf(run, 1, "a"), "0");
  assert.equal(directionOf(run, 1, "b"), "2", "b is there already");
  assert.equal(directionOf(run, 1, "z"), "2", "not in this alphabet");
  const alone = { ...run, header: { ...run.header, input: { kind: "text", labels: ["a"] }, output: { classes: ["a"] } } };
  assert.equal(directionOf(alone, 0, null), null);
  assert.equal(directionOf({ header: { input: { kind: "numbers" } } }, 0, null), "+");
});

test("a ripple runs on in the order in which the layer reads", () => {
  assert.deepEqual(reached(2, 5, 1), [2, 3, 4]);
  assert.deepEqual(reached(2, 5, -1), [2, 1, 0]);
});

test("broken for good, or only for a while", () => {
  const broken = facts({ breaks_at: 2 });
  assert.equal(staysBroken([NAN, 0.01, 0.2, 0.3], broken, 1), true);
  assert.equal(staysBroken([NAN, 0.01, 0.2, 0.05], broken, 1), false);
  assert.equal(staysBroken([NAN, 0.01, 0.2, NAN], broken, 1), true, "nothing to compare is no return");
  assert.equal(staysBroken([0, 0, 0], facts({}), 1), false);
});

test("the headline says how far the linear picture holds, and where this nudge breaks it", () => {
  const errors = [NAN, 0.01, 0.2, 0.3];
  assert.equal(headline(facts({ breaks_at: 2, linear_up_to: 0.0638 }), errors, 1),
    "The linear picture holds up to a nudge of 0.064. At 0.1, from t = 2 on it is off by more than 10 %.");
  assert.equal(headline(facts({ breaks_at: 2, linear_up_to: 0.05 }), [NAN, 0.01, 0.2, 0.05], 1),
    "The linear picture holds up to a nudge of 0.05. At 0.1, it is first off by more than 10 % at t = 2.");
  assert.equal(headline(facts({}), errors, 1), "The linear picture holds up to a nudge of 0.31: at 0.1 every step is within 10 %.");
  assert.match(headline(facts({ linear_up_to: null }), errors, 1), /at every size that was tried/);
  assert.match(headline(facts({ linear_up_to: 0, breaks_at: 1 }), [NAN, 0.2, 0.2, 0.2], 1), /even at the smallest nudge/);
  assert.match(headline(facts({ breaks_at: 2 }), [0.3, 0.2, 0.2, 0.01], -1), /from t = 2 back it is off/);
});

test("one step is read out, and where there is nothing to compare that is said", () => {
  assert.equal(readOut(3, 0.2, 0.15, 0.25), "t = 3: ‖Δh‖ is really 0.200, predicted 0.150; as vectors they are 25 % apart");
  assert.match(readOut(3, 1e-20, 1e-20, NAN), /too small to compare/);
  assert.equal(readOut(0, 0, 0, NAN), "t = 0: nothing changes");
  assert.deepEqual([0.1, 0.0042, 1.5, Infinity].map(percent), ["10 %", "0.42 %", "150 %", "without bound"]);
});

test("both changes of the loss stand on one scale, with their signs", () => {
  const [real, predicted] = losses(facts({ loss_real: 0.2, loss_predicted: -0.1 }));
  assert.deepEqual([real.share, predicted.share], [1, -0.5]);
  assert.deepEqual([real.text, predicted.text], ["+0.200", "−0.100"]);
  assert.match(predicted.label, /∂L\/∂x₁/);
  assert.deepEqual(losses(facts({ loss_real: null }))[0], { label: "really: ΔL", text: "no number holds it", share: 0 });
  assert.deepEqual(losses(facts({ loss_real: 0, loss_predicted: 0 })).map(({ share }) => share), [0, 0]);
});

test("the unit that changes most, and one unit through time", () => {
  const real = [0, 0.1, -0.4, 0.2, 0.3, 0.1];
  assert.equal(mostMoved(real, 3), 2);
  assert.deepEqual([...ofUnit(real, 3, 1)], [0.1, 0.3]);
});

test("a size beyond the limit that breaks nothing is not said to break", () => {
  assert.equal(headline(facts({ linear_up_to: 0.056 }), [NAN, 0.01], 1), "The linear picture holds: at 0.1 every step is within 10 %.");
});

test("the step that changes most, of those that are reached", () => {
  assert.equal(strongest([9, 1, 3, 2], [1, 2, 3]), 2);
});
