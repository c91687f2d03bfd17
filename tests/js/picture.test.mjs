import assert from "node:assert/strict";
import test from "node:test";

import { explain } from "../../exhibits/stage/js/offline.mjs";
import { colourOf, contentOf, escaped, gradientOf, paint, pictureName, shadowsOf, shared, tag } from "../../exhibits/stage/js/picture_text.mjs";

test("every computed form of a colour becomes hexadecimal digits and an opacity", () => {
  assert.deepEqual(colourOf("rgb(181, 34, 107)"), { colour: "#b5226b", opacity: 1 });
  assert.deepEqual(colourOf("rgba(47, 91, 234, 0.085)"), { colour: "#2f5bea", opacity: 0.085 });
  assert.deepEqual(colourOf("rgb(0 0 0 / 50%)"), { colour: "#000000", opacity: 0.5 });
  assert.deepEqual(colourOf("color(srgb 1 0.5 0)"), { colour: "#ff8000", opacity: 1 });
  assert.deepEqual(colourOf("color(srgb 0 0 1 / 0.25)"), { colour: "#0000ff", opacity: 0.25 });
});

test("what cannot be seen is no colour", () => {
  assert.equal(colourOf("rgba(0, 0, 0, 0)"), null);
  assert.equal(colourOf("none"), null);
  assert.equal(colourOf('url("#a")'), null);
});

test("a paint's opacity and its shape's own multiply", () => {
  assert.deepEqual(paint("fill", { colour: "#010203", opacity: 0.5 }, 0.5), { fill: "#010203", "fill-opacity": 0.25 });
  assert.deepEqual(paint("stroke", { colour: "#010203", opacity: 1 }), { stroke: "#010203", "stroke-opacity": null });
  assert.deepEqual(paint("fill", null), { fill: "none" });
});

test("a gradient's stops that have no place stand evenly between the others", () => {
  const { angle, stops } = gradientOf("linear-gradient(90deg, rgb(255, 0, 0), rgb(0, 255, 0), rgb(0, 0, 255) 80%, rgba(0, 0, 0, 0))");
  assert.equal(angle, 90);
  assert.deepEqual(stops.map(({ at }) => at), [0, 0.4, 0.8, 1]);
  assert.deepEqual(stops.map(({ opacity }) => opacity), [1, 1, 1, 0]);
  assert.equal(stops[1].colour, "#00ff00");
  assert.equal(gradientOf("linear-gradient(rgb(0, 0, 0), rgb(1, 1, 1))").angle, 180);
  assert.equal(gradientOf("linear-gradient(to left, rgb(0, 0, 0), rgb(1, 1, 1))").angle, 270);
  assert.equal(gradientOf("none"), null);
});

test("a repeating gradient's places are shares of what repeats", () => {
  const { angle, length, stops } = gradientOf(
    "repeating-linear-gradient(135deg, rgba(0, 0, 0, 0) 0px, rgba(0, 0, 0, 0) 3px, rgb(1, 2, 3) 3px, rgb(1, 2, 3) 4px)");
  assert.equal(angle, 135);
  assert.equal(length, 4);
  assert.deepEqual(stops.map(({ at, opacity }) => [at, opacity]), [[0, 0], [0.75, 0], [0.75, 1], [1, 1]]);
});

test("sharp shadows are rims and bars, blurred ones are left out", () => {
  const white = { colour: "#ffffff", opacity: 0.72 };
  assert.deepEqual(shadowsOf("color(srgb 1 1 1 / 0.72) 0px 0px 0px 200px"), [{ paint: white, x: 0, y: 0, spread: 200, inset: false }]);
  assert.deepEqual(shadowsOf("rgba(0, 0, 0, 0.22) 0px 4px 18px 0px, rgb(0, 0, 0) 0px 3px 0px 0px inset"),
    [{ paint: { colour: "#000000", opacity: 1 }, x: 0, y: 3, spread: 0, inset: true }]);
  assert.deepEqual(shadowsOf("none"), []);
});

test("a pseudo-element's words are what stands between the quotes", () => {
  assert.equal(contentOf('"+"'), "+");
  assert.equal(contentOf('"a \\"b\\" \\\\"'), 'a "b" \\');
  assert.equal(contentOf('""'), "");
  assert.equal(contentOf("none"), null);
  assert.equal(contentOf("normal"), null);
});

test("no text breaks out of an attribute or an element", () => {
  const hostile = '</text><script>"&\'\u0000\uD800\u2028';
  assert.equal(escaped(hostile), "&lt;/text&gt;&lt;script&gt;&quot;&amp;'\uFFFD\uFFFD\u2028");
  assert.equal(tag("text", { x: 1.005, y: null, class: "" , title: hostile }, escaped("<")),
    `<text x="1" title="${escaped(hostile)}">&lt;</text>`);
  assert.equal(tag("rect", { width: 0.125, height: 0 }), '<rect width="0.13" height="0"/>');
});

test("two clips leave what they share", () => {
  const one = { left: 0, top: 0, right: 10, bottom: 10 };
  assert.equal(shared(null, null), null);
  assert.equal(shared(one, null), one);
  assert.deepEqual(shared(one, { left: 5, top: -5, right: 20, bottom: 5 }), { left: 5, top: 0, right: 10, bottom: 5 });
});

test("a picture's name says the run and the place in safe letters", () => {
  const header = { cell: "lstm", hidden: 16, steps: 4, input: { kind: "text", labels: ["../", "À", "<", "b"] } };
  assert.equal(pictureName(header, { step: 7, phase: "backward", level: "unit" }), "unrolled-lstm-16-a-b-unit-t7-backward");
  assert.equal(pictureName(header, { step: 7, phase: "loss", level: "overview" }, ["rnn_tanh", "gru", "lstm"]),
    "unrolled-rnn-tanh-gru-lstm-16-a-b-t7-loss");
  const numbers = { ...header, cell: "rnn_tanh", input: { kind: "numbers", labels: [] } };
  assert.equal(pictureName(numbers, { step: 0, phase: "loss", level: "overview" }), "unrolled-rnn-tanh-16-4-numbers-t0-loss");
});

test("what a file does not hold is a problem to be said, once", () => {
  const runs = [{ header: { facts: { sources: { far: 1 } } } }];
  assert.equal(explain(runs, ["sources"]), false);
  assert.equal(explain(runs, ["sources", "space:3"]), true);
  assert.deepEqual(runs[0].header.facts.sources, { far: 1 });
  assert.match(runs[0].header.facts["space:3"].problem, /open the run in the app/);
  assert.equal(explain(runs, ["space:3"]), false);
});
