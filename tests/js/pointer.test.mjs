import assert from "node:assert/strict";
import test from "node:test";

import { stepsOf } from "../../exhibits/stage/js/pointer.mjs";

test("a drag over one drawn column is one step, to the right later", () => {
  assert.equal(stepsOf(48, { column: 48 }), 1);
  assert.equal(stepsOf(-96, { column: 48 }), -2);
});

test("half a column is where the step turns; less stays", () => {
  assert.equal(stepsOf(23, { column: 48 }), 0);
  assert.equal(stepsOf(25, { column: 48 }), 1);
  assert.ok(Object.is(stepsOf(-23, { column: 48 }), 0));
});
