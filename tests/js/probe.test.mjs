import assert from "node:assert/strict";
import test from "node:test";

import { RunData } from "../../exhibits/stage/js/decode.mjs";
import { measure } from "../../exhibits/stage/js/layout.mjs";
import { asText, narrate } from "../../exhibits/stage/js/narration.mjs";
import { barsOf } from "../../exhibits/stage/js/number_bars.mjs";
import { describe } from "../../exhibits/stage/js/pointer.mjs";
import { before } from "../../exhibits/stage/js/told_besides.mjs";
import { modelOf } from "../../exhibits/stage/js/unit_model.mjs";
import { saysOne } from "../../exhibits/stage/js/vectors.mjs";

const f = (...values) => Float32Array.from(values);

/** Two steps, one unit, one number said; a probe on the second: 0.5 · 0.75² = 0.28125. */
function probed(more = {}) {
  const arrays = { inputs: f(0.5, -0.25), prediction: f(0.25, 0.75), output: f(0.25, 0.75), target: f(0, 0),
    has_target: Uint8Array.of(0, 0), has_loss: Uint8Array.of(0, 1), losses: Float64Array.of(0, 0.28125),
    "layer0.preactivation": f(0, 0), "layer0.hidden": f(0.25, 0.75), "layer0.initial_hidden": f(0),
    "readout.weight": f(1), "readout.bias": f(0), ...more };
  return new RunData({ steps: 2, hidden: 1, cell: "rnn_tanh", totalLoss: 0.28125, seen: 0, facts: {}, strips: [],
    input: { kind: "vectors", labels: ["0.5", "-0.25"], names: [], standardised: false },
    output: { loss: "squared", classes: [], probe: true }, layers: [{ name: "layer 1", depth: 0, reverse: false, full: true }] },
  new Map(Object.entries(arrays)));
}
const tell = (step, phase) => asText(narrate(probed(), { step, phase, layer: 0, unit: null }));

test("where nothing is asked for, nothing is due and nothing is called a loss", () => {
  assert.match(tell(1, "forward"), /It says 0\.75\d*; probe ½‖ŷ‖² = 0\.28\d*\.$/);
  assert.match(tell(1, "loss"), /says 0\.75\d*\. The probe ½‖ŷ‖² is 0\.28\d*\. Nothing is asked for here, so this is no error/);
  assert.match(tell(0, "forward"), /no probe is taken here\.$/);
  for (const phase of ["forward", "loss"]) {
    for (const step of [0, 1]) assert.doesNotMatch(tell(step, phase), /\bdue\b|\bloss\b|\btarget\b/);
  }
  const { value, note } = describe({ run: probed(), seen: 0 }, { kind: "column", step: 1 }, "forward");
  assert.match(value, /^probe ½‖ŷ‖² 0\.28/);
  assert.doesNotMatch(note, /y = .*y = /);
  assert.match(asText(before(probed(), probed({ losses: Float64Array.of(0, 0.5) }), 1)), /the probe here was 0\.5/);
});

test("a unit's arithmetic tells the probe, and takes nothing from what is said", () => {
  const { notes, formulas, equations } = modelOf(probed(), { layer: 0, step: 1, unit: 0, phase: "loss" });
  assert.match(notes.join(" "), /a probe, ½‖ŷ‖², stands in place of a loss/);
  assert.equal(equations.length, 0);
  assert.equal(formulas.flat().some(({ text }) => text.includes("−")), false);
});

test("no dot stands beside a target that there is not", () => assert.equal(saysOne(probed()), false));

test("without targets there is no row for them, and everything moves up", () => {
  const shape = { steps: 5, hidden: 4, lstm: false, numbers: true, layers: 1, seen: 0 };
  const [without, usual] = [{ ...shape, targets: false }, shape].map((one) => measure(1060, one).rows);
  assert.equal(without.target.bottom, without.target.top);
  assert.equal(usual.loss.top - without.loss.top, 24);
});

test("bars fit their column and have a width, however many numbers there are", () => {
  for (const count of [1, 2, 3, 5, 30, 200, 512]) {
    const values = Array.from({ length: count }, (_, k) => (k % 2 ? -1 : 0.5));
    const bars = barsOf(values, 1, { width: 45, height: 15 });
    assert.ok(bars.every(({ width, height }) => width > 0 && height > 0), `${count}`);
    assert.ok(bars[0].x >= -22.5 && bars.at(-1).x + bars.at(-1).width <= 22.5, `${count}`);
    for (let k = 1; k < count; k++) assert.ok(bars[k].x > bars[k - 1].x + bars[k - 1].width);
  }
  const [up, down] = barsOf([0.5, -1], 1, { width: 45, height: 15 });
  assert.deepEqual([up.y, up.height, up.negative, down.y, down.height, down.negative], [-7.5, 7.5, false, 0, 15, true]);
});

test("of hundreds of numbers those that are 0 are left out, of a few none is", () => {
  const hot = (count) => barsOf(Array.from({ length: count }, (_, k) => Number(k === 1)), 1, { width: 45, height: 15 });
  assert.equal(hot(400).filter(({ shown }) => shown).length, 1);
  assert.equal(hot(3).filter(({ shown }) => shown).length, 3);
});
