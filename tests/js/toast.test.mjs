import assert from "node:assert/strict";
import test from "node:test";

import { toldOf } from "../../exhibits/stage/js/toast.mjs";

const loss = (before, now) => ({ before, now });

test("a change is told with the loss under the cursor, before and now", () => {
  assert.equal(toldOf([], ["x at t = 3 is “z”"], loss(2.174, 9.788)), "x at t = 3 is “z”; loss here 2.17 → 9.79");
});

test("of several changes only the new one is named", () => {
  assert.equal(toldOf(["unit 2 silenced"], ["unit 2 silenced", "unit 4 silenced"], loss(1.5, 1.5)), "unit 4 silenced; loss here stays 1.50");
});

test("where no loss is counted none is told", () => {
  assert.equal(toldOf([], ["unit 4 silenced"], loss(null, null)), "unit 4 silenced");
});

test("what is taken back is told as such", () => {
  assert.equal(toldOf(["unit 2 silenced"], [], loss(2, 1)), "Taken back: unit 2 silenced; loss here 2.00 → 1.00");
  assert.equal(toldOf(["a", "b", "c"], [], loss(null, 1)), "Taken back: 3 changes");
});

test("an answer that changes nothing says nothing", () => {
  assert.equal(toldOf(["unit 2 silenced"], ["unit 2 silenced"], loss(2, 2)), "");
});
