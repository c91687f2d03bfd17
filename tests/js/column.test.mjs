import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { strengthOfText } from "../../exhibits/stage/js/column.mjs";

const sheet = readFileSync(new URL("../../exhibits/stage/css/palette.css", import.meta.url), "utf8");

/** The palette of a theme, as WCAG's relative luminances need it: [r, g, b] from 0 to 1. */
function palette(block) {
  const start = sheet.indexOf(block);
  const text = sheet.slice(start, sheet.indexOf("}", start));
  return Object.fromEntries([...text.matchAll(/--([\w-]+): #([0-9a-f]{6})/g)]
    .map(([, name, hex]) => [name, [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)]));
}

const linear = (share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
const luminance = (colour) => colour.map(linear).reduce((sum, value, k) => sum + value * [0.2126, 0.7152, 0.0722][k], 0);

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const themes = { light: palette(":is(.stage, .training) {"), dark: palette(':is(.stage, .training)[data-theme="dark"] {') };

for (const [theme, colours] of Object.entries(themes)) {
  for (const name of ["text", "muted", "loss"]) {
    test(`${theme}: a step not yet read keeps 3 : 1 in the colour of ${name}`, () => {
      for (const roll of [0, 0.5, 1]) {
        const strength = strengthOfText(0, false, roll);
        const faded = colours[name].map((share, k) => share * strength + colours.back[k] * (1 - strength));
        assert.ok(contrast(faded, colours.back) >= 3, `${contrast(faded, colours.back)}`);
      }
    });
  }
}

test("what has been read, and what stands under the cursor, is told in full", () => {
  assert.equal(strengthOfText(1, false, 1), 1);
  assert.equal(strengthOfText(1, true, 0), 1);
  assert.ok(strengthOfText(0, false, 1) < 0.8);
});
