/**
 * What truncation does to the gradient of the recurrent weights, as a picture: its direction and
 * size beside the full gradient's, and the memory that the way back needs.
 */

import { html, svg } from "./dom.mjs";
import { significant } from "./scales.mjs";

const REACH = 54;

export class Cut {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
  }

  /** @param {import("./decode.mjs").RunData} run */
  show(run) {
    const { truncation } = run.header;
    this.root.hidden = !truncation;
    if (!truncation) return;
    const { cosine, normRatio, stepsHeld, bytesHeld, bytesFull, k1, k2 } = truncation;
    this.root.replaceChildren();
    const arrows = svg("svg", { class: "cut-arrows", viewBox: "-6 -58 70 74", width: 70, height: 74, "aria-hidden": "true" }, this.root);
    if (cosine !== null) drawArrows(arrows, cosine, normRatio);
    const words = html("div", { class: "cut-words" }, this.root);
    line(words, `Cut at k₁ = ${k1}, k₂ = ${k2}.`, "cut-head");
    line(words, cosine === null ? "There is no gradient to compare with." : `Beside the full gradient of the recurrent weights: cosine ${significant(cosine, 3)}, `
      + `norm ${significant(normRatio, 3)} of its own.`);
    line(words, `Held for the way back: ${stepsHeld} of ${run.steps} steps, ${kib(bytesHeld)} of ${kib(bytesFull)}.`);
    const bar = html("div", { class: "cut-memory", "aria-hidden": "true" }, words);
    html("i", { style: `width:${(100 * bytesHeld) / bytesFull}%` }, bar);
  }
}

const kib = (bytes) => `${significant(bytes / 1024, 3)} KiB`;

function line(parent, text, name = "") {
  html("p", { class: name }, parent).textContent = text;
}

/** The full gradient lies along the axis; the truncated one stands at its angle, to the same scale. */
function drawArrows(root, cosine, ratio) {
  const longest = Math.max(1, ratio);
  const angle = Math.acos(Math.max(-1, Math.min(1, cosine)));
  arrow(root, REACH / longest, 0, "cut-full");
  arrow(root, (REACH * ratio) / longest, angle, "cut-short");
}

function arrow(root, length, angle, name) {
  const [x, y] = [length * Math.cos(angle), -length * Math.sin(angle)];
  const group = svg("g", { class: name }, root);
  svg("line", { x1: 0, y1: 0, x2: x, y2: y }, group);
  const turn = (-angle * 180) / Math.PI;
  svg("path", { d: "M0 0L-8 -4V4Z", transform: `translate(${x},${y}) rotate(${turn})` }, group);
}
