import assert from "node:assert/strict";
import test from "node:test";

import { keysFor } from "../../exhibits/stage/js/keys_row.mjs";

const words = (state, may) => keysFor(state, may).map(([keys, does]) => `${keys.join(" ")} ${does}`);

test("Enter leads inside until there is nothing deeper, Escape out until there is nothing to leave", () => {
  const overview = words({ level: "overview", unit: null });
  assert.ok(overview.includes("Enter inside"));
  assert.ok(!overview.some((word) => word.startsWith("Esc")));
  const cell = words({ level: "cell", unit: null });
  assert.ok(cell.includes("Enter arithmetic") && cell.includes("Esc back"));
  const unit = words({ level: "unit", unit: 3 });
  assert.ok(!unit.some((word) => word.startsWith("Enter")) && unit.includes("Esc back"));
});

test("a picked unit can be let go of", () => {
  assert.ok(words({ level: "overview", unit: 2 }).includes("Esc back"));
});

test("Ctrl Z is offered where there is something to take back", () => {
  const state = { level: "overview", unit: null };
  assert.ok(words(state, { edits: true, undo: 1 }).includes("Ctrl Z undo"));
  assert.ok(!words(state, { edits: true, undo: 0 }).includes("Ctrl Z undo"));
  assert.ok(!words(state, { edits: false, undo: 1 }).includes("Ctrl Z undo"));
});
