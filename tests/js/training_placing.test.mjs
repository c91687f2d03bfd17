import assert from "node:assert/strict";
import test from "node:test";

import { placed } from "../../exhibits/training/js/placing.mjs";

const box = { x: 50, y: 10, w: 400, h: 200 };
const frame = ({ left, middle }, width) => [left, left + width, middle - 9, middle + 9];
const meet = ([a, b, c, d], [e, f, g, h]) => Math.min(b, f) > Math.max(a, e) && Math.min(d, h) > Math.max(c, g);

test("a label stands beside its point where nothing is in the way", () => {
  const [{ left, middle }] = placed([{ x: 100, y: 80, width: 90 }], box, []);
  assert.equal(left, 109);
  assert.ok(Math.abs(middle - 80) <= 3);
});

test("near the right edge it stands at the left of its point", () => {
  const [{ left }] = placed([{ x: 430, y: 80, width: 90 }], box, []);
  assert.equal(left, 430 - 9 - 90);
});

test("a label goes out of the way of a course", () => {
  const course = { left: 50, right: 450, top: 70, bottom: 90, weight: 1 };
  const [spot] = placed([{ x: 100, y: 80, width: 90 }], box, [course]);
  assert.ok(!meet(frame(spot, 90), [50, 450, 70, 90]));
  assert.ok(Math.abs(spot.middle - 80) < 30, `${spot.middle}`); // no farther than it has to
});

test("three labels at one place stand over neither each other nor each other's points and leaders", () => {
  for (const xs of [[100, 104, 108], [430, 440, 450], [50, 50, 50]]) {
    const points = xs.map((x, k) => ({ x, y: 100 + 2 * k, width: 110 }));
    const spots = placed(points, box, []);
    const frames = spots.map((spot) => frame(spot, 110));
    frames.forEach((one, k) => {
      assert.ok(one[0] >= 50 && one[1] <= 450 && one[2] >= 10 && one[3] <= 210, `${one}`);
      for (const other of frames.slice(k + 1)) assert.ok(!meet(one, other), `${one} ${other}`);
      for (const { x, y } of points) assert.ok(!meet(one, [x - 5, x + 5, y - 5, y + 5]), `${one} over ${x}`);
    });
  }
});

test("a label wider than either side stays inside", () => {
  const narrow = { x: 50, y: 10, w: 120, h: 200 };
  const [{ left }] = placed([{ x: 110, y: 100, width: 100 }], narrow, []);
  assert.ok(left >= 50 && left + 100 <= 170);
});
