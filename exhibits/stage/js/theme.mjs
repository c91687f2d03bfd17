/** The palette, read from the style sheet; whether it is dark, judged by the page's background. */

import { diverging, largest, niceLimit, rgb } from "./scales.mjs";

/** @typedef {import("./scales.mjs").Rgb} Rgb */

const NAMES = ["text", "muted", "back", "panel", "line", "accent", "gate-low", "gate-high",
  "negative", "zero", "positive", "gradient-low", "gradient", "loss", "wire"];

/** Any CSS colour as numbers. */
function numbers(colour) {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  context.fillStyle = colour || "#fff";
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

/** Relative luminance, as WCAG defines it. @param {number[]} colour */
export function luminance(colour) {
  const [r, g, b] = colour.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * Marks the stage light or dark and reads its palette.
 * @param {HTMLElement} stage
 * @returns {{dark: boolean, key: string} & Record<string, Rgb>}
 */
export function readTheme(stage) {
  const page = getComputedStyle(stage).getPropertyValue("--st-background-color").trim();
  const dark = luminance(numbers(page)) < 0.2;
  stage.dataset.theme = dark ? "dark" : "light";
  const style = getComputedStyle(stage);
  const palette = Object.fromEntries(
    NAMES.map((name) => [name, rgb(style.getPropertyValue(`--${name}`))]));
  return { ...palette, dark, key: dark ? "dark" : "light",
    font: style.getPropertyValue("--font"), mono: style.getPropertyValue("--mono") };
}

/** What each strip is called, in words and in one letter, and how it is coloured. */
export const FIELDS = {
  forget_gate: { name: "forget gate", sign: "f", scale: "gate", ends: ["drop", "keep"] },
  input_gate: { name: "input gate", sign: "i", scale: "gate", ends: ["ignore", "write"] },
  output_gate: { name: "output gate", sign: "o", scale: "gate", ends: ["hide", "show"] },
  reset_gate: { name: "reset gate", sign: "r", scale: "gate", ends: ["ignore", "use"] },
  update_gate: { name: "update gate", sign: "z", scale: "gate", ends: ["renew", "keep"] },
  candidate: { name: "candidate", sign: "g", scale: "signed", gloss: "what could be written" },
  cell: { name: "cell state", sign: "c", scale: "signed", gloss: "the memory" },
  hidden: { name: "hidden state", sign: "h", scale: "signed", gloss: "what is passed on" },
  preactivation: { name: "pre-activation", sign: "a", scale: "signed", gloss: "before the squashing" },
};

/**
 * How a field is coloured, and the largest value that its colours tell apart, fixed for the run:
 * 1 for what tanh bounds, otherwise a round number that holds every value. There a single large
 * unit would leave the others blank, so the colours follow the root of the size (`root`).
 * @param {import("./decode.mjs").RunData} run
 * @returns {{scale: "gate"|"signed", limit: number, root: boolean}}
 */
export function limitOf(run, layer, field) {
  const { scale } = FIELDS[field];
  const bounded = scale === "gate" || field === "candidate" || (field === "hidden"
    && !["rnn_relu", "rnn_linear"].includes(run.header.cell));
  return { scale, root: !bounded, limit: bounded ? 1 : niceLimit(largest(run.of(layer, field) ?? [])) };
}

/** The signed scale, from its lowest value at 0 to its highest at 1. */
export function colourOf(theme) {
  const colour = diverging(theme.negative, theme.zero, theme.positive, 1);
  return (share) => colour(2 * share - 1);
}
