import assert from "node:assert/strict";
import test from "node:test";

import { Clock } from "../../exhibits/stage/js/clock.mjs";

/** Lets seconds pass in frames of a 60th. */
function pass(clock, seconds) {
  for (let k = 0; k < Math.round(seconds * 60); k++) clock.advance(1 / 60);
}

test("one step a second at speed 1, four at speed 4", () => {
  const clock = new Clock({ steps: 20 });
  clock.play();
  pass(clock, 3.1);
  assert.equal(clock.step, 3);
  clock.speed = 4;
  pass(clock, 1);
  assert.equal(clock.step, 7);
});

test("the cursor rests on a step before it moves on, and never moves back", () => {
  const clock = new Clock({ steps: 5 });
  clock.play();
  pass(clock, 0.3);
  assert.equal(clock.place, 0);
  let before = 0;
  for (let k = 0; k < 200; k++) {
    clock.advance(1 / 60);
    assert.ok(clock.place >= before);
    before = clock.place;
  }
});

test("forward hands over to loss, loss to backward, and backward ends at the first step", () => {
  const clock = new Clock({ steps: 4 });
  clock.play();
  const seen = [];
  for (let k = 0; k < 60 * 20 && clock.playing; k++) {
    clock.advance(1 / 60);
    if (seen.at(-1) !== clock.phase) seen.push(clock.phase);
  }
  assert.deepEqual(seen, ["forward", "loss", "backward"]);
  assert.equal(clock.playing, false);
  assert.equal(clock.step, 0);
});

test("backward travels from the last step to the first", () => {
  const clock = new Clock({ steps: 6 });
  clock.enter("backward");
  assert.equal(clock.step, 5);
  clock.play();
  pass(clock, 2.1);
  assert.equal(clock.step, 3);
});

test("a layer that reads from the end goes the other way in every phase", () => {
  const clock = new Clock({ steps: 6, direction: -1 });
  clock.moveTo(5);
  clock.play();
  pass(clock, 2.1);
  assert.equal(clock.step, 3);
  clock.pause();
  clock.moveTo(0);
  clock.enter("backward");
  clock.play();
  pass(clock, 2.1);
  assert.equal(clock.step, 2);
});

test("changing the phase stays at the step; only what has nothing left to play starts afresh", () => {
  const clock = new Clock({ steps: 9 });
  clock.moveTo(4);
  clock.enter("backward");
  assert.equal(clock.step, 4);
  clock.enter("forward");
  assert.equal(clock.step, 4);
  clock.moveTo(0);
  clock.enter("backward");
  assert.equal(clock.step, 8);
});

test("played to the end, play begins again", () => {
  const clock = new Clock({ steps: 3 });
  clock.enter("backward");
  clock.moveTo(0);
  clock.play();
  assert.equal(clock.phase, "forward");
  assert.equal(clock.step, 0);
});

test("pausing comes to rest on a whole step", () => {
  const clock = new Clock({ steps: 9 });
  clock.play();
  pass(clock, 2.8);
  clock.pause();
  assert.equal(clock.place, clock.step);
});

test("a step beyond either end is the end", () => {
  const clock = new Clock({ steps: 5 });
  clock.moveTo(99);
  assert.equal(clock.step, 4);
  clock.moveTo(-3);
  assert.equal(clock.step, 0);
});

test("a new run keeps phase and step where it has them", () => {
  const clock = new Clock({ steps: 20 });
  clock.enter("backward");
  clock.moveTo(12);
  clock.load({ steps: 30 });
  assert.deepEqual([clock.phase, clock.step], ["backward", 12]);
  clock.load({ steps: 8 });
  assert.equal(clock.step, 7);
});

test("new data while it plays does not stop it, a shorter run does not lose it", () => {
  const clock = new Clock({ steps: 20 });
  clock.play();
  pass(clock, 10.1);
  clock.load({ steps: 20 });
  assert.ok(clock.playing);
  assert.equal(clock.step, 10);
  clock.load({ steps: 6 });
  assert.ok(clock.playing);
  assert.equal(clock.step, 5);
  pass(clock, 2);
  assert.equal(clock.phase, "loss");
});

test("a run without gradients has no backward phase", () => {
  const clock = new Clock({ steps: 3 });
  clock.enter("backward");
  clock.load({ steps: 3, phases: ["forward", "loss"] });
  assert.equal(clock.phase, "forward");
  clock.enter("backward");
  assert.equal(clock.phase, "forward");
  clock.play();
  pass(clock, 10);
  assert.deepEqual([clock.phase, clock.playing, clock.step], ["loss", false, 2]);
});

test("a long pause of the browser does not throw the clock off its end", () => {
  const clock = new Clock({ steps: 4 });
  clock.play();
  clock.advance(1000);
  assert.equal(clock.step, 3);
  assert.ok(clock.place <= 3);
});
