import assert from "node:assert/strict";
import test from "node:test";

import { between, columnAt, evenEdges, lensColumn, lensEdges, measure, unitGrid } from "../../exhibits/stage/js/layout.mjs";

const SHAPE = { steps: 13, hidden: 8, lstm: true, numbers: false, layers: 1, seen: 0 };
const width = (edges, t) => edges[t + 1] - edges[t];

test("while every column has room, graph and strips share one even axis", () => {
  const { mode, column, cellWidth, axis } = measure(1060, SHAPE);
  assert.equal(mode, "all");
  assert.equal(column, cellWidth);
  assert.ok(Math.abs(axis - 13 * column) < 1e-9);
});

test("a long run gets the lens, and the strips still hold every step", () => {
  const { mode, cellWidth, axis, gutter } = measure(1060, { ...SHAPE, steps: 100 });
  assert.equal(mode, "lens");
  assert.equal(axis, 1060 - gutter);
  assert.ok(Math.abs(cellWidth * 100 - axis) < 1e-9);
});

test("a short run does not stretch its columns across the room", () => {
  assert.ok(measure(1060, { ...SHAPE, steps: 3 }).column <= 104);
});

test("narrow: fewer full columns, the labels make room", () => {
  const { narrow, gutter, mode } = measure(358, SHAPE);
  assert.ok(narrow && gutter < 40);
  assert.equal(mode, "lens");
});

test("the lens fills its width exactly and never folds over, wherever the cursor stands", () => {
  for (const focus of [0, 0.5, 3.7, 50, 98.2, 99]) {
    const edges = lensEdges(100, 924, 71, focus);
    assert.equal(edges.length, 101);
    assert.ok(Math.abs(edges[100] - 924) < 1e-6);
    for (let t = 0; t < 100; t++) assert.ok(width(edges, t) > 1.5, `focus ${focus}, t ${t}`);
  }
});

test("the column under the cursor is full, at the ends of the run as well", () => {
  for (const focus of [0, 40, 99]) assert.ok(Math.abs(width(lensEdges(100, 924, 71, focus), focus) - 71) < 0.5);
});

test("eight columns or more are full, the far ones pressed", () => {
  const edges = lensEdges(100, 924, 71, 50);
  const full = Array.from({ length: 100 }, (_, t) => width(edges, t)).filter((w) => w > 60);
  assert.ok(full.length >= 8 && full.length <= 13, String(full.length));
  assert.ok(width(edges, 5) < 4);
});

test("the lens moves smoothly: a small step of the cursor moves no edge far", () => {
  const [a, b] = [lensEdges(100, 924, 71, 30), lensEdges(100, 924, 71, 30.02)];
  for (let k = 0; k <= 100; k++) assert.ok(Math.abs(a[k] - b[k]) < 0.02 * 71 * 1.6);
});

test("at rest in the middle no column of the lens is nearly full: it is full, or clearly pressed", () => {
  for (const [steps, room] of [[101, 924], [61, 660], [23, 520]]) {
    const column = lensColumn(steps, room, 66);
    const edges = lensEdges(steps, room, column, (steps - 1) / 2);
    for (let t = 0; t < steps; t++) {
      const share = width(edges, t) / column;
      assert.ok(share > 0.98 || share < 0.7, `${steps} steps in ${room}: step ${t} has ${share}`);
    }
  }
});

test("the lens is symmetric about the middle", () => {
  const edges = lensEdges(101, 900, 70, 50);
  for (let k = 0; k <= 50; k++) assert.ok(Math.abs(edges[k] + edges[101 - k] - 900) < 1e-6);
});

test("a point is found in its column", () => {
  const edges = evenEdges(4, 40);
  assert.deepEqual([0, 9.9, 10, 35, 40, 400, -3].map((x) => columnAt(edges, x)), [0, 0, 1, 3, 3, 3, 0]);
});

test("between two steps an array is read linearly", () => {
  assert.equal(between([10, 20, 40], 1.25), 25);
  assert.equal(between([10, 20, 40], 2), 40);
  assert.equal(between([10, 20, 40], -1), 10);
});

test("the squares of the units are as large as the room allows and leave few places empty", () => {
  assert.deepEqual(unitGrid(8, 40, 31), { columns: 4, rows: 2, size: 10 });
  const many = unitGrid(64, 44, 31);
  assert.ok(many.columns * many.rows >= 64 && many.columns * many.size <= 44.001 && many.rows * many.size <= 31.001);
  assert.equal(unitGrid(1, 40, 30).size, 13);
});

test("layers are stacked from the bottom up, the seen one with room for its units", () => {
  const { rows } = measure(1060, { ...SHAPE, layers: 3, seen: 1 });
  assert.ok(rows.layers[2].bottom < rows.layers[1].top && rows.layers[1].bottom < rows.layers[0].top);
  assert.deepEqual(rows.box, rows.layers[1]);
  const height = (row) => row.bottom - row.top;
  assert.ok(height(rows.layers[1]) > 4 * height(rows.layers[0]));
  assert.ok(rows.cell.bottom < rows.hidden.top, "the conveyor c runs above h");
});

test("from top to bottom: target, loss, prediction, cell, rail of the weight, input, step", () => {
  const { rows } = measure(1060, SHAPE);
  const order = [rows.target.top, rows.loss.top, rows.prediction.top, rows.box.top, rows.rail, rows.input.top, rows.step.top, rows.link.top];
  assert.deepEqual(order, [...order].sort((a, b) => a - b));
});
