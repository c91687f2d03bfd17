import assert from "node:assert/strict";
import test from "node:test";

import { gaps, labels, missing, named, nameSpots, path, shareOf, stroked, ticks, valueAt, words } from "../../exhibits/lesson/curve/strokes.mjs";

const LINEAR = { low: -1, high: 3, log: false };
const LOG = { low: 1e-4, high: 1, log: true };

test("the component is a module that a browser can load", async () => {
  const { default: mount } = await import("../../exhibits/lesson/curve/curve.mjs");
  assert.equal(mount({ parentElement: { querySelector: () => null } }), undefined);
});

test("a value's share of the axis is counted in decades where that is log", () => {
  assert.deepEqual([-1, 0, 3].map((value) => shareOf(LINEAR, value)), [0, 0.25, 1]);
  assert.deepEqual([1e-4, 1e-2, 1].map((value) => Number(shareOf(LOG, value).toFixed(12))), [0, 0.5, 1]);
});

test("what lies beyond an end stands at it, and 0 at the lower end of a log axis", () => {
  assert.deepEqual([-9, 9].map((value) => shareOf(LINEAR, value)), [0, 1]);
  assert.deepEqual([0, -1, 9].map((value) => shareOf(LOG, value)), [0, 0, 1]);
});

test("a share gives its value back, to four digits and never beyond an end", () => {
  assert.deepEqual([0, 0.25, 1].map((share) => valueAt(LINEAR, share)), [-1, 0, 3]);
  assert.equal(valueAt(LOG, 0.5), 0.01);
  assert.equal(valueAt({ low: 0, high: 1, log: false }, 1 / 3), 0.3333);
  const odd = { low: 1.23442, high: 7.65487, log: true };
  assert.equal(valueAt(odd, 0), 1.23442, "1.234 would lie below the axis");
  assert.equal(valueAt(odd, 1), 7.65487, "7.655 would lie above it");
});

test("ticks are round, within the axis, and about five", () => {
  assert.deepEqual(ticks(LINEAR), [-1, 0, 1, 2, 3]);
  assert.deepEqual(ticks({ low: 0, high: 1, log: false }), [0, 0.25, 0.5, 0.75, 1]);
  assert.deepEqual(ticks(LOG).map(Math.log10).map(Math.round), [-4, -3, -2, -1, 0]);
  for (const [low, high] of [[0, 130], [-0.3, 0.7], [2, 1e6], [0.97, 1.03]]) {
    const found = ticks({ low, high, log: false });
    assert.ok(found.length >= 3 && found.length <= 8, `${low} to ${high}: ${found}`);
    assert.ok(found.every((value) => value >= low && value <= high));
  }
  const far = ticks({ low: 1e-30, high: 1, log: true });
  assert.ok(far.length >= 4 && far.length <= 7);
});

test("an axis of small powers names them all as powers, another none", () => {
  assert.deepEqual(labels(LOG).map(({ text }) => text), ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"]);
  assert.deepEqual(labels({ low: 0.1, high: 10, log: true }).map(({ text }) => text), ["0.1", "1", "10"]);
  assert.deepEqual(labels(LINEAR).map(({ text }) => text), ["−1", "0", "1", "2", "3"]);
});

test("places along x are named at round steps", () => {
  const upTo = (n) => Array.from({ length: n }, (_, k) => k);
  assert.deepEqual(named(upTo(100), 8), [0, 20, 40, 60, 80]);
  assert.deepEqual(named(upTo(16), 8), [0, 2, 4, 6, 8, 10, 12, 14]);
  assert.deepEqual(named(upTo(5), 8), [0, 1, 2, 3, 4]);
  assert.deepEqual(named([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 6), [1, 3, 5, 7, 9], "2, 4, 6, 8, 10");
  assert.deepEqual(named(upTo(33).map((k) => k / 8), 10), [0, 4, 8, 12, 16, 20, 24, 28, 32], "0, 0.5, 1 …");
});

test("where no round step fits, every n-th place is named", () => {
  assert.deepEqual(named([0.31, 0.62, 0.97, 1.24, 1.59, 2.03], 3), [0, 2, 4]);
  assert.deepEqual(named([7], 8), [0]);
});

test("numbers are short", () => {
  assert.deepEqual([0, 0.25, -3, 1234.5, 0.00021, -2e-7, 4e6].map(words), ["0", "0.25", "−3", "1230", "2.1 × 10⁻⁴", "−2 × 10⁻⁷", "4 × 10⁶"]);
});

const EMPTY = [null, null, null, null, null];
const X = [0, 1, 2, 3, 4];

test("a click sets one place, a fast drag everything between", () => {
  assert.deepEqual(stroked(EMPTY, { at: 2, share: 0.4 }, { at: 2, share: 0.4 }, X), [null, null, 0.4, null, null]);
  assert.deepEqual(stroked(EMPTY, { at: 1, share: 0.2 }, { at: 3, share: 0.6 }, X), [null, 0.2, 0.4, 0.6, null]);
});

test("a stroke goes either way, over what was there, and leaves the rest", () => {
  const before = [0, 0, 0, 0, 0];
  assert.deepEqual(stroked(before, { at: 3, share: 1 }, { at: 1, share: 0.5 }, X), [0, 0.5, 0.75, 1, 0]);
  assert.deepEqual(before, [0, 0, 0, 0, 0]);
});

test("between places that are not evenly spaced a stroke is straight all the same", () => {
  assert.deepEqual(stroked([null, null, null], { at: 0, share: 0 }, { at: 2, share: 1 }, [0, 1, 4]), [0, 0.25, 1]);
});

test("what is missing is named by its x", () => {
  assert.deepEqual(gaps([null, 0, null, null, 1]), [[0, 0], [2, 3]]);
  assert.equal(missing(EMPTY, X), "Draw from the left edge to the right.");
  assert.equal(missing([0, 0, null, null, 0], X), "Still to draw: 2 to 3");
  assert.equal(missing([null, 0, null, null, 0], X), "Still to draw: 0, 2 to 3");
  assert.equal(missing([0, 0, 0, 0, 0], X), "Complete. Drag over a part to change it.");
  const holes = Array.from({ length: 9 }, (_, k) => (k % 2 ? 0.5 : null));
  assert.equal(missing(holes, [0, 1, 2, 3, 4, 5, 6, 7, 8]), "Still to draw: 0, 2, 4 …");
});

test("the line breaks where nothing is drawn", () => {
  const at = (k) => 10 * k;
  assert.equal(path([0, 1, null, 0.5, null], at, (share) => 100 * share), "M0.0 0.0L10.0 100.0M30.0 50.0");
});

const BOX = { left: 0, right: 300, top: 0, bottom: 200 };
const line = (from, to) => [{ x: 0, y: from }, { x: 150, y: (from + to) / 2 }, { x: 300, y: to }];
/** Whether a text of this width, standing at the place, is crossed by a straight line. */
const crossed = ({ x, y }, width, [from, to]) => {
  for (let at = x - width / 2; at <= x + width / 2; at += 1) {
    const height = from + ((to - from) * at) / 300;
    if (height > y - 11 && height < y + 3) return true;
  }
  return false;
};

for (const [mine, real] of [[[150, 50], [180, 120]], [[100, 100], [104, 104]], [[20, 180], [180, 20]], [[0, 0], [200, 200]], [[199, 1], [190, 10]]]) {
  test(`names stand on no line and not on each other: ${mine} and ${real}`, () => {
    const [yours, truth] = nameSpots([line(...mine), line(...real)], [38, 32], BOX);
    for (const [place, width] of [[yours, 38], [truth, 32]]) {
      assert.ok(place.x - width / 2 >= 0 && place.x + width / 2 <= 300 && place.y - 11 >= 0 && place.y + 4 <= 200);
      assert.ok(!crossed(place, width, mine) && !crossed(place, width, real), JSON.stringify(place));
    }
    assert.ok(Math.abs(yours.x - truth.x) >= 35 || Math.abs(yours.y - truth.y) >= 14, "not on each other");
  });
}

test("a name stands at its own line", () => {
  const [yours, truth] = nameSpots([line(40, 40), line(160, 160)], [38, 32], BOX);
  assert.ok(Math.abs(yours.y - 40) < 25 && Math.abs(truth.y - 160) < 25);
});

test("a curve of a single place is named too", () => {
  const spots = nameSpots([[{ x: 150, y: 100 }], [{ x: 150, y: 30 }]], [38, 32], BOX);
  assert.ok(spots.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)));
});
