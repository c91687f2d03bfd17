import assert from "node:assert/strict";
import test from "node:test";

import { crosses, equalScales, facing, headedSegments, heldWithin, nearestStep, ofDirections, ofUnits, placeLabels, pointAt, projected, roundTicks, sharesOf } from "../../exhibits/stage/js/space_path.mjs";
import { clearest, edgeOf, foundWords, modulus, nearestTo, pace, readPoints, shapeOf, subscript, verdict } from "../../exhibits/stage/js/space_points.mjs";

const BOX = { left: 40, top: 10, right: 440, bottom: 210 };
const near = (a, b, tolerance = 1e-9) => assert.ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);

test("a state is projected onto directions about their mean, or onto two of its units", () => {
  const states = Float32Array.from([1, 2, 3, 4, 6, 8]);
  const project = ofDirections(3, [0.6, 0.8, 0, 0, 0, 1], [1, 1, 1]);
  // (0, 1, 2) · (0.6, 0.8, 0) = 0.8 and · (0, 0, 1) = 2; (3, 5, 7): 1.8 + 4 = 5.8 and 7.
  projected(states, 2, project).forEach((point, row) => point.forEach((value, k) => near(value, [[0.8, 2], [5.8, 7]][row][k], 1e-12)));
  assert.deepEqual(projected(states, 2, ofUnits(3, 2, 0)), [[3, 1], [8, 4]]);
});

test("the cursor runs straight from point to point and stays on the path", () => {
  const path = [[0, 0], [2, 4], [2, 0]];
  assert.deepEqual(pointAt(path, 0.25), [0.5, 1]);
  assert.deepEqual(pointAt(path, 1.5), [2, 2]);
  assert.deepEqual(pointAt(path, -1), [0, 0]);
  assert.deepEqual(pointAt(path, 9), [2, 0]);
});

test("one unit of length is as long across as up, and every point is within", () => {
  const points = [[-3, 0], [5, 1], [0, -2]];
  const { place, scale } = equalScales(points, BOX);
  const [[ax, ay], [bx, by]] = [place([0, 0]), place([1, 1])];
  near(bx - ax, scale, 1e-9);
  near(ay - by, scale, 1e-9);
  for (const [x, y] of points.map(place)) {
    assert.ok(x > BOX.left && x < BOX.right && y > BOX.top && y < BOX.bottom, `${x}, ${y}`);
  }
});

test("a state that never moves has a picture too", () => {
  const { place, x } = equalScales([[0.5, 0.5], [0.5, 0.5]], BOX);
  assert.deepEqual(place([0.5, 0.5]), [240, 110]);
  assert.ok(x[1] > x[0]);
});

test("ticks are round, within the reach, and 0 is 0", () => {
  assert.deepEqual(roundTicks([-1.3, 1.2], 5), [-1, -0.5, 0, 0.5, 1]);
  assert.deepEqual(roundTicks([0.02, 0.061], 4), [0.02, 0.04, 0.06]);
  assert.ok(roundTicks([-1, 1], 2).every((tick) => !Object.is(tick, -0)));
});

test("a point outside is held at the edge, with an arrow that points to it", () => {
  assert.deepEqual(heldWithin([100, 100], BOX, 10), { at: [100, 100], outside: false, angle: 0 });
  assert.deepEqual(heldWithin([900, 100], BOX, 10), { at: [430, 100], outside: true, angle: 0 });
  const above = heldWithin([100, -500], BOX, 10);
  assert.deepEqual(above.at, [100, 20]);
  near(above.angle, -Math.PI / 2);
});

test("arrow heads stand on long segments, and not on top of each other", () => {
  assert.deepEqual(headedSegments([[0, 0], [100, 0], [110, 0], [210, 0]]), [0, 2]);
  assert.deepEqual(headedSegments([[0, 0], [100, 0], [0, 0]]), [0]);
});

test("a line crosses a box, or passes it", () => {
  const box = { left: 10, right: 20, top: 10, bottom: 20 };
  assert.ok(crosses([0, 15], [30, 15], box));
  assert.ok(crosses([12, 12], [13, 13], box));
  assert.ok(!crosses([0, 5], [30, 5], box));
  assert.ok(!crosses([0, 15], [9, 15], box));
  assert.ok(!crosses([0, 15], [20, 40], box));
});

test("labels never lie on each other or on a point, and one without room is left out", () => {
  const pixels = Array.from({ length: 60 }, (_, k) => [100 + ((k * 47) % 230), 40 + ((k * 31) % 140)]);
  const placed = [...placeLabels(pixels, [...pixels.keys()], () => 12, BOX).values()];
  assert.ok(placed.length > 5 && placed.length < 60, `${placed.length} labels`);
  for (const [k, [x, y]] of placed.entries()) {
    for (const [u, v] of placed.slice(0, k)) assert.ok(Math.abs(x - u) >= 12 || Math.abs(y - v) >= 16);
    for (const [u, v] of pixels) assert.ok(Math.abs(x - u) >= 6 || Math.abs(y - v) >= 8);
  }
  assert.equal(placeLabels([[50, 50], [50, 50]], [0, 1], () => 12, BOX).size, 2, "two that share a point");
  assert.equal(placeLabels([[0, 0]], [0], () => 12, BOX).size, 0, "outside the frame");
});

test("the pointer means the nearest step within its reach", () => {
  const pixels = [[0, 0], [10, 0], [20, 0]];
  assert.equal(nearestStep(pixels, [13, 3], 8), 1);
  assert.equal(nearestStep(pixels, [10, 30], 8), null);
});

const point = (eigenvalues, kind) => ({ eigenvalues, kind, radius: Math.hypot(...eigenvalues[0]), state: [0, 0], distance: 1 });

test("what the largest eigenvalue says is said", () => {
  assert.equal(verdict(point([[0.93, 0]], "stable node")), "|λ| = 0.93 < 1: it comes back");
  assert.equal(verdict(point([[0, 1.25]], "unstable focus")), "|λ| = 1.25 > 1: it runs away");
  assert.equal(verdict(point([[0.9997, 0]], "stable node")), "|λ| = 0.9997 < 1: it comes back");
  assert.match(verdict(point([[1, 0]], "marginal")), /does not decide/);
});

test("how fast, how turning, along how many directions", () => {
  // 0.5^(1/4) = 0.8409: half in four steps; a quarter turn.
  const turning = point([[0, 0.5 ** 0.25], [0, -(0.5 ** 0.25)]], "stable focus");
  assert.equal(pace(turning), "A small distance from it halves every 4.0 steps, turning by 90° a step.");
  const saddle = point([[2 ** 0.125, 0], [0.5, 0], [0.1, 0]], "saddle");
  assert.equal(pace(saddle), "A small distance from it doubles every 8.0 steps, along 1 of 3 directions; along the others it comes back.");
  assert.match(pace(point([[-0.25, 0]], "stable node")), /more than halves with every step, changing sides at each step/);
  assert.match(pace(point([[1e-5, 0]], "stable node")), /gone in one step/);
});

test("a modulus never rounds to 1 or 0 unless it is", () => {
  assert.deepEqual([0.5, 0.999, 0.99996, 1.00001, 1, 0.004, 0].map(modulus), ["0.50", "0.999", "0.99996", "1.00001", "1", "0.004", "0.00"]);
});

test("what came is read row by row", () => {
  const arrays = { states: [1, 2, 3, 4], real: [0.5, 0.1, 2, 0], imag: [0, 0, 1, -1] };
  const { points, starts } = readPoints({ array: (name) => arrays[name],
    facts: { step: 3, starts: 50, converged: 40, kinds: ["stable node", "saddle"], radii: [0.5, 2.2], distances: [1, 2] } });
  assert.equal(starts, 50);
  assert.deepEqual(points[1], { kind: "saddle", radius: 2.2, distance: 2, state: [3, 4], eigenvalues: [[2, 1], [0, -1]] });
});

test("no point found says how many starts were tried", () => {
  const words = foundWords({ points: [], starts: 50, converged: 0, step: 12 }, "“x”");
  assert.equal(words, "With the input held at x₁₂ = “x”, no fixed point was found: 50 starts, none converged.");
  assert.match(foundWords({ points: [1, 2], starts: 50, converged: 9, step: 0 }, "0.5"), /2 points would stand still/);
});

test("the point that was chosen is followed to the next input", () => {
  const points = [{ state: [0, 0] }, { state: [1, 1] }];
  assert.equal(nearestTo(points, null), 0);
  assert.equal(nearestTo(points, [0.9, 1.2]), 1);
  assert.equal(nearestTo(points, [1, 1, 1]), 0, "a state of another network");
});

test("shapes, subscripts, and an edge that always holds the circle", () => {
  assert.deepEqual(["stable focus", "unstable node", "saddle", "marginal"].map(shapeOf), ["stable", "unstable", "saddle", "marginal"]);
  assert.equal(subscript(107), "₁₀₇");
  assert.equal(edgeOf([[0.1, 0]]), 1.25);
  assert.ok(edgeOf([[3, 4]]) > 5);
});

test("the largest one's name keeps off the other dots and within the picture", () => {
  const [x, y] = clearest([[0, 0], [0, -19], [0, 19], [30, 0]], 34, 100);
  assert.ok(x < -20 && y === 0, "the left is the only free side");
  const [a, b] = clearest([[95, -95]], 34, 100);
  assert.ok(Math.abs(a) <= 100 && Math.abs(b) <= 100);
});

test("a plane holds the share of the movement that lies in it", () => {
  // Along unit 0 the spread is 2 · 1² = 2, along unit 1 it is 2 · 2² = 8, along unit 2 none.
  const states = [1, 2, 5, -1, -2, 5];
  const shares = sharesOf(states, 3, projected(states, 2, ofUnits(3, 0, 1)));
  near(shares[0], 0.2);
  near(shares[1], 0.8);
  assert.deepEqual(sharesOf([1, 1, 1, 1], 2, [[1, 1], [1, 1]]), [0, 0]);
});

test("an axis that came turned about is turned back, the other stays", () => {
  assert.deepEqual([...facing(2, [-0.6, -0.8, 0.8, -0.6], [0.5, 0.9, 0.9, -0.5])], [0.6, 0.8, 0.8, -0.6]);
});
