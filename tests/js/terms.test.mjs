import assert from "node:assert/strict";
import test from "node:test";

import { RunData } from "../../exhibits/stage/js/decode.mjs";
import { SLOPE, SQUASH, fold, gateSums, suffixOf } from "../../exhibits/stage/js/terms.mjs";
import { readsAlike } from "../../exhibits/stage/js/unit_chain.mjs";
import { modelOf, tellingGate } from "../../exhibits/stage/js/unit_model.mjs";
import { ranksOf } from "../../exhibits/stage/js/unit_ranks.mjs";
import { applied, powerFor, shownProduct, shownSum, shownWay, three } from "../../exhibits/stage/js/unit_numbers.mjs";

const number = (text) => Number(text.replace("−", "-"));

/** Two units that read two characters over two steps; the numbers are chosen so that sums are easy. */
function rnn(changes = undefined) {
  const layer = { weight_ih: [0.5, -1, 2, 0.25], weight_hh: [1, -0.5, 0.75, 2], bias_ih: [0.1, 0.2], bias_hh: [0.3, -0.4],
    initial_hidden: [0, 0], hidden: [Math.tanh(0.9), Math.tanh(1.8), 0.1, 0.2], preactivation: [0.9, 1.8, 0, 0] };
  const arrays = new Map(Object.entries(layer).map(([name, values]) => [`layer0.${name}`, Float64Array.from(values)]));
  return new RunData({ cell: "rnn_tanh", steps: 2, hidden: 2, changes, seen: 0, facts: {},
    input: { kind: "text", labels: ["a", "b"], standardised: false }, output: { loss: "categorical", classes: ["a", "b"] },
    layers: [{ name: "layer 1", depth: 0, reverse: false, full: true }] }, arrays);
}
const GATE = { field: "hidden", sign: "h", block: 0, squash: "tanh" };

test("at the first step the state is 0 and counted, and the one input that is 1 has its weight", () => {
  const [sum] = gateSums(rnn(), 0, 0, 0, GATE);
  assert.deepEqual(sum.terms.map(({ key, product }) => [key, Number(product.toFixed(12))]), [["x0", 0.5], ["bias", 0.4]]);
  assert.equal(sum.zeros, 3); // the other character, and two states
  assert.ok(Math.abs(sum.total - 0.9) < 1e-12);
});

test("at the next step every unit's state meets its weight, in the order of the units", () => {
  const [sum] = gateSums(rnn(), 0, 1, 1, GATE);
  assert.deepEqual(sum.terms.map(({ key }) => key), ["x1", "h0", "h1", "bias"]);
  assert.ok(Math.abs(sum.total - (0.25 + 0.75 * Math.tanh(0.9) + 2 * Math.tanh(1.8) - 0.2)) < 1e-12);
  assert.deepEqual(sum.terms[2].place, ["weight_hh_l0", 1, 1]);
  assert.deepEqual(sum.terms[2].from, { layer: 0, step: 0, unit: 1 });
});

test("a layer's suffix is taken from the header, or made as PyTorch makes it", () => {
  const header = { layers: [{ depth: 0, reverse: false }, { depth: 0, reverse: true }, { depth: 1, reverse: true }, { suffix: "_x" }] };
  assert.deepEqual([0, 1, 2, 3].map((k) => suffixOf({ header }, k)), ["_l0", "_l0_reverse", "_l1_reverse", "_x"]);
});

test("a silenced unit says so, whatever its sum", () => {
  const { squash, notes } = modelOf(rnn({ pins: [], silenced: [[0, 1]] }), { layer: 0, step: 1, unit: 1, phase: "forward" });
  assert.equal(squash.pin, 0);
  assert.match(notes.join(" "), /silenced/);
  assert.equal(modelOf(rnn(), { layer: 0, step: 1, unit: 1, phase: "forward" }).squash.pin, null);
});

test("the gate that is opened is the one that changes most", () => {
  const values = { forget_gate: 0.9, input_gate: 0.5, candidate: 0.2, output_gate: 0.9, cell: 0.3, before: 2 };
  const run = { header: { cell: "lstm" }, at: (_, field) => values[field], before: () => values.before };
  assert.equal(tellingGate(run, 0, 0, 0), "forget_gate"); // it drops 0.2 of 2; the candidate writes 0.1
  values.forget_gate = 0.99;
  assert.equal(tellingGate(run, 0, 0, 0), "input_gate"); // a tie with the candidate, told first
  values.output_gate = 0.1;
  assert.equal(tellingGate(run, 0, 0, 0), "output_gate");
});

test("many terms are folded, the largest stay in their order, and the rest is their sum", () => {
  const terms = Array.from({ length: 20 }, (_, k) => ({ key: `h${k}`, part: "h", value: 1, weight: k % 2 ? k : -k, product: k % 2 ? k : -k }));
  const bias = { key: "bias", part: "b", value: 0.1, weight: 0.1, product: 0.2, joins: "+" };
  const { shown, rest } = fold({ terms: [...terms, bias] });
  assert.deepEqual(shown.map(({ key }) => key), [...terms.slice(10).map(({ key }) => key), "bias"]);
  assert.deepEqual(rest, { count: 10, total: 5 }); // -0 + 1 - 2 + 3 … + 9
  assert.equal(fold({ terms: [...terms, bias] }, { open: true }).shown.length, 21);
  assert.ok(fold({ terms }, { keeps: ({ key }) => key === "h0" }).shown.some(({ key }) => key === "h0"));
  assert.equal(fold({ terms: terms.slice(0, 12) }).rest, null);
  const bySize = fold({ terms: [terms[1], terms[3], { ...terms[9], part: "x" }], bySize: true });
  assert.deepEqual(bySize.shown.map(({ key }) => key), ["h3", "h1", "h9"]);
});

test("what is said to be equal is equal on a pocket calculator", () => {
  let exact = 0;
  for (let k = 1; k <= 300; k++) {
    const terms = Array.from({ length: 9 }, (_, j) => {
      const [value, weight] = [((k * (j + 2) * 0.618) % 2) - 1, ((k * (j + 3) * 0.414) % 4) - 2];
      return { value, weight, product: value * weight };
    });
    const total = terms.reduce((sum, { product }) => sum + product, 0);
    const texts = shownSum(terms, total);
    const decimals = Math.max(...texts.terms.map(({ product }) => (product.split(".")[1] ?? "").length));
    texts.terms.forEach(({ value, weight, equals, product }) => {
      if (equals === "=") assert.ok(Math.abs(number(value) * number(weight) - number(product)) <= 0.500001 * 10 ** -decimals, `${value} × ${weight} = ${product}`);
    });
    if (texts.equals !== "=") continue;
    exact += 1;
    const places = (texts.total.split(".")[1] ?? "").length;
    const sum = texts.terms.reduce((so, { product }) => so + number(product), 0);
    assert.ok(Math.abs(sum - number(texts.total)) <= 0.500001 * 10 ** -places, `${sum} ${texts.total}`);
  }
  assert.ok(exact > 250, `${exact} of 300 sums come out`);
});

test("two biases are added, and tiny gradients are told in one power of ten", () => {
  assert.deepEqual(shownSum([{ value: 0.125, weight: 0.25, product: 0.375, joins: "+" }], 0.375).terms[0],
    { value: "0.125", weight: "0.250", equals: "=", product: "0.375" });
  const tiny = shownSum([{ value: 2e-7, weight: 1.5, product: 3e-7 }, { value: 1e-7, weight: 0.5, product: 5e-8 }], 3.5e-7);
  assert.equal(tiny.power, -7);
  assert.deepEqual([tiny.terms[0].value, tiny.terms[0].product, tiny.total], ["2", "3.000", "3.50"]);
  assert.deepEqual([powerFor(0.5), powerFor(0.0099), powerFor(1e-60), powerFor(0)], [0, -3, -60, 0]);
});

test("f·c + i·g is told in three digits, and what these do not give is marked", () => {
  const make = (f, c, i, g) => shownWay([{ factors: [{ value: f }, { value: c }], value: f * c },
    { factors: [{ value: i }, { value: g }], value: i * g }], f * c + i * g);
  // 0.641 × −2.11 = −1.35251, and −1.35 − 0.962 = −2.312, where −2.31550… is due
  assert.deepEqual(make(0.6406, -2.1132, 0.9637, -0.998), { products: [{ factors: ["0.641", "−2.11"], equals: "=", text: "−1.35" },
    { factors: ["0.964", "−0.998"], equals: "=", text: "−0.962" }], equals: "≈", total: "−2.32" });
  assert.deepEqual(make(0.5, 0.8, 0.25, 0.4), { products: [{ factors: ["0.500", "0.800"], equals: "=", text: "0.400" },
    { factors: ["0.250", "0.400"], equals: "=", text: "0.100" }], equals: "=", total: "0.500" });
});

test("a gate is never 1.00 unless it is 1, and the sum is told with the digits that its σ needs", () => {
  assert.deepEqual([three(0.9997), three(0.99999), three(1), three(-0.99999)], ["0.9997", "≈ 1", "1", "≈ −1"]);
  const { from, equals, to } = applied(SQUASH.sigmoid, 0.61482, SQUASH.sigmoid(0.61482));
  assert.equal(equals, "=");
  assert.equal(SQUASH.sigmoid(number(from)).toPrecision(3), to);
});

test("a product of three is said to be equal only where the shown digits give it", () => {
  // 0.0400 × −2.11 × 0.230 = −0.019412, where −0.019465… is due; 0.04 × −0.998 × 0.0348 = −0.0013892
  assert.deepEqual(shownProduct([0.04001, -2.1134, 0.2302], 0.04001 * -2.1134 * 0.2302),
    { factors: ["0.0400", "−2.11", "0.230"], equals: "≈", product: "−0.0195" });
  assert.deepEqual(shownProduct([0.04, -0.998, 0.0348], -0.0013892),
    { factors: ["0.0400", "−0.998", "0.0348"], equals: "=", product: "−0.00139" });
});

test("a number reads the same in a tab, in a product and as what goes in: never 1.00 for 0.9996", () => {
  const value = 0.99963;
  assert.deepEqual([three(value), shownProduct([value, 0.5], 0.499815).factors[0], applied(Math.tanh, value, Math.tanh(value)).from],
    ["0.9996", "0.9996", "0.9996"]);
});

test("the terms that are shown are those that count most over all steps, and stand where they are 0", () => {
  const at = (step) => ({ layer: 0, step, unit: 1, phase: "forward", row: "hidden" });
  const ranks = ranksOf(rnn(), at(0));
  // Step 1: h0 = tanh 0.9 by 0.75, and h1 = tanh 1.8 by 2, the largest; step 0: the input's 2, and no state.
  assert.deepEqual([ranks.get("h1"), ranks.get("x0")], [1, 1]);
  assert.ok(Math.abs(ranks.get("h0") - ((0.75 * Math.tanh(0.9)) / (2 * Math.tanh(1.8))) ** 2) < 1e-12);
  const many = (step) => {
    const all = Array.from({ length: 20 }, (_, k) => ({ key: `h${k}`, part: "h", value: step ? (k * 7) % 20 : 0, weight: 1, product: step ? (k * 7) % 20 : 0 }));
    return { all, terms: all.filter(({ value }) => value !== 0) };
  };
  const [first, later] = [0, 1].map((step) => fold(many(step), { rank: ({ key }) => Number(key.slice(1)) }).shown.map(({ key }) => key));
  assert.deepEqual(first, later);
  assert.deepEqual(first, Array.from({ length: 11 }, (_, k) => `h${k + 9}`).slice(1));
});

test("slopes keep their digits where the gate is nearly 1", () => {
  assert.ok(Math.abs(SLOPE.sigmoid(20) / Math.exp(-20) - 1) < 1e-8); // σ(1 − σ) → e⁻ᵃ
  assert.ok(Math.abs(SLOPE.tanh(20) / (4 * Math.exp(-40)) - 1) < 1e-12);
  assert.deepEqual([SLOPE.sigmoid(0), SLOPE.tanh(0), SLOPE.relu(-1), SLOPE.relu(2)], [0.25, 1, 0, 1]);
});

test("a number with more digits is still the same number", () => {
  assert.equal(readsAlike("0.641", "0.6406"), true);
  assert.equal(readsAlike("0.641", "0.636"), false);
  assert.equal(readsAlike("1.2 × 10⁻⁵", "1.20 × 10⁻⁵"), true);
  assert.equal(readsAlike("1.2 × 10⁻⁵", "1.2 × 10⁻⁶"), false);
});
