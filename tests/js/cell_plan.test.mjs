import assert from "node:assert/strict";
import test from "node:test";

import { lanePitch, place, plan, unitAt } from "../../exhibits/stage/js/cell_plan.mjs";

const CELLS = ["lstm", "gru", "rnn_tanh", "rnn_relu", "rnn_linear"];
const WIDTHS = [320, 340, 390, 560, 650, 700, 860, 1070, 1400];
const SIZES = [1, 2, 8, 16, 24, 64, 256];

const every = (check) => {
  for (const cell of CELLS) for (const width of WIDTHS) for (const hidden of SIZES) {
    check(plan(cell, { width, hidden, peepholes: true }), `${cell} of ${hidden} units, ${width} wide`);
  }
};

test("nothing stands outside the picture, and no vector on another", () => {
  every(({ blocks, width, height }, name) => {
    for (const [k, one] of blocks.entries()) {
      assert.ok(one.x >= 0 && one.x + one.w <= width && one.y >= 0 && one.y + one.h <= height, `${name}: ${one.id} sticks out`);
      for (const other of blocks.slice(k + 1)) {
        const apart = one.x + one.w <= other.x || other.x + other.w <= one.x || one.y + one.h <= other.y || other.y + other.h <= one.y;
        assert.ok(apart, `${name}: ${one.id} lies on ${other.id}`);
      }
    }
  });
});

test("every stream flows from left to right, bends before it ends, and stays within the picture", () => {
  every(({ streams, joins, width }, name) => {
    for (const { value, from, to, bend, at, slant, starts, ends } of streams) {
      const first = starts === "joins" ? joins.to : from;
      const last = ends === "joins" ? joins.from : to;
      assert.ok(first >= 0 && last <= width, `${name}: ${value} leaves the picture`);
      if (bend === "up") assert.ok(from <= joins.from, `${name}: ${value} bends before it begins`);
      else if (bend === "down") assert.ok(at + slant <= to + 0.5, `${name}: ${value} ends before it has come down`);
      else assert.ok(first <= last + 0.5, `${name}: ${value} flows back`);
    }
  });
});

test("wires end within the picture and run at right angles", () => {
  every(({ wires, width, height }, name) => {
    for (const { id, points } of wires) {
      points.forEach(({ x, y }, k) => {
        assert.ok(x >= 0 && x <= width + 0.01 && y >= 0 && y <= height, `${name}: ${id} leaves at ${x}, ${y}`);
        if (k) assert.ok(Math.abs(x - points[k - 1].x) < 0.01 || Math.abs(y - points[k - 1].y) < 0.01, `${name}: ${id} is askew`);
      });
    }
  });
});

test("the wide picture is no higher than 460 pixels", () => {
  for (const cell of CELLS) assert.ok(plan(cell, { width: 1110, hidden: 16 }).height <= 460);
});

test("where the height is limited the lanes get lower and everything still has its place", () => {
  for (const cell of CELLS) for (const hidden of [1, 16, 256]) {
    const { blocks, height, label, tiers } = plan(cell, { width: 932, hidden, height: 360 });
    assert.ok(height <= 360, `${cell} of ${hidden}: ${height}`);
    assert.ok(tiers[1].top - tiers[0].bottom >= label + 30, "the first tier's numbers and the second's names need their room");
    for (const [k, one] of blocks.entries()) for (const other of blocks.slice(k + 1)) {
      assert.ok(one.x + one.w <= other.x || other.x + other.w <= one.x || one.y + one.h <= other.y || other.y + other.h <= one.y, `${one.id} lies on ${other.id}`);
    }
  }
});

test("the prediction has its own column only where there is room", () => {
  assert.equal(plan("lstm", { width: 390, hidden: 8 }).output, null);
  const { output, width } = plan("lstm", { width: 1110, hidden: 8 });
  assert.ok(output.x > width && output.x + output.w === 1110);
});

test("sixteen units share 112 pixels; one is not blown up; 256 still have half a pixel", () => {
  assert.deepEqual([16, 1, 256].map((hidden) => lanePitch(hidden)), [7, 30, 0.5625]);
});

test("a point on a square or a lane is its unit, a point beside them is none", () => {
  const made = plan("lstm", { width: 1110, hidden: 8 });
  for (const block of made.blocks) {
    for (const unit of [0, 3, 7]) {
      const { x, y, w, h } = place(block, unit, 8);
      assert.equal(unitAt(made, { x: x + w / 2, y: y + h / 2 }), unit, `${block.id} ${unit}`);
    }
  }
  const [first] = made.tiers;
  assert.equal(unitAt(made, { x: 300, y: first.top + 5.5 * made.pitch }), 5);
  assert.equal(unitAt(made, { x: 300, y: first.bottom + 12 }), null);
});
