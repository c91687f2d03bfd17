import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import test from "node:test";

const folder = new URL("../../exhibits/stage/js/", import.meta.url);

for (const name of readdirSync(folder).filter((file) => file.endsWith(".mjs"))) {
  test(`${name} is a module that a browser can load`, async () => {
    const module = await import(new URL(name, folder).href);
    assert.ok(Object.keys(module).length > 0, `${name} exports nothing`);
  });
}
