/** The eigenvalues of one fixed point about the unit circle: inside it distances die out. */

import { svg } from "./dom.mjs";
import { clearest, edgeOf, modulus } from "./space_points.mjs";

export class Eigenvalues {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = svg("svg", { class: "space-circle", role: "img" }, root);
  }

  /** @param {import("./space_points.mjs").FixedPoint} point @param {number} size pixels */
  layout(point, size) {
    const { eigenvalues, radius } = point;
    const half = size / 2;
    const scale = (half - 10) / edgeOf(eigenvalues);
    this.root.replaceChildren();
    this.root.setAttribute("width", String(size));
    this.root.setAttribute("height", String(size));
    this.root.setAttribute("viewBox", `${-half} ${-half} ${size} ${size}`);
    this.root.setAttribute("aria-label", describe(point));
    this.drawCircle(scale, half);
    const [[a, b]] = eigenvalues;
    const dots = eigenvalues.map(([real, imag]) => [real * scale, -imag * scale]);
    svg("line", { class: "eigen-reach", x1: 0, y1: 0, x2: a * scale, y2: -b * scale }, this.root);
    for (let k = dots.length - 1; k >= 0; k--) dot(this.root, dots[k], Math.hypot(...eigenvalues[k]));
    this.nameLargest(dots, modulus(radius), half);
  }

  drawCircle(scale, half) {
    svg("circle", { class: "eigen-inside", r: scale }, this.root);
    svg("line", { class: "eigen-axis", x1: -half, x2: half, y1: 0, y2: 0 }, this.root);
    svg("line", { class: "eigen-axis", y1: -half, y2: half, x1: 0, x2: 0 }, this.root);
    const text = (words, x, y, anchor) => {
      svg("text", { class: "eigen-text", x, y, "text-anchor": anchor }, this.root).textContent = words;
    };
    text("Re", half - 1, 14, "end");
    text("Im", 5, 11 - half, "start");
    if (scale > 26) text("|λ| = 1", -scale * 0.72 - 6, scale * 0.72 + 14, "end");
  }

  /** Beside the largest, clear of the others where it can be. */
  nameLargest(dots, words, half) {
    const [x, y] = clearest(dots, 8.6 * words.length, half);
    svg("text", { class: "eigen-largest", x, y: y + 5, "text-anchor": "middle" }, this.root).textContent = words;
  }
}

function dot(root, [x, y], size) {
  if (size <= 1) svg("circle", { class: "eigen-in", cx: x, cy: y, r: 4 }, root);
  else svg("path", { class: "eigen-out", d: "M0 -6.5L6.5 0L0 6.5L-6.5 0Z", transform: `translate(${x} ${y})` }, root);
}

function describe({ eigenvalues, radius }) {
  const out = eigenvalues.filter(([a, b]) => Math.hypot(a, b) > 1).length;
  return `${eigenvalues.length} eigenvalues about the unit circle, ${out} outside it; the largest has modulus ${modulus(radius)}`;
}
