import assert from "node:assert/strict";
import test from "node:test";

import { Shelf } from "../../exhibits/stage/js/shelf.mjs";

/** The smallest payload that is one. */
function payload(name) {
  const header = JSON.stringify({ id: name, version: 1, steps: 1, hidden: 1, arrays: {} });
  const padded = header + " ".repeat((8 - ((4 + header.length) % 8)) % 8);
  const bytes = new Uint8Array(4 + padded.length);
  new DataView(bytes.buffer).setUint32(0, padded.length, true);
  bytes.set(new TextEncoder().encode(padded), 4);
  return bytes;
}

test("a run that was sent once is the same object the next time, sent again or not", () => {
  const shelf = new Shelf();
  const first = shelf.take(payload("a"), "a");
  assert.equal(first.header.id, "a");
  assert.equal(shelf.take(null, "a"), first);
  assert.equal(shelf.take(payload("a"), "a"), first);
});

test("a run that never came is missed", () => {
  assert.equal(new Shelf().take(null, "a"), null);
});

test("the twelve used last are kept", () => {
  const shelf = new Shelf();
  for (let k = 0; k < 12; k++) shelf.take(payload(`run ${k}`), `run ${k}`);
  shelf.take(null, "run 0");
  shelf.take(payload("new"), "new");
  assert.equal(shelf.names.length, 12);
  assert.ok(shelf.names.includes("run 0"));
  assert.equal(shelf.take(null, "run 1"), null);
});
