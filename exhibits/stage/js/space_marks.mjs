/** The shapes of fixed points: a disc is stable, a ring is not, half a disc is a saddle. */

import { svg } from "./dom.mjs";

/** @param {Element} root @param {"stable"|"unstable"|"saddle"|"marginal"} shape */
export function drawMark(root, shape, radius) {
  svg("circle", { class: "mark-back", r: radius + 2.5 }, root);
  svg("circle", { class: shape === "stable" ? "mark-full" : "mark-ring", r: radius }, root);
  if (shape === "saddle") svg("path", { class: "mark-full", d: `M0 ${-radius}A${radius} ${radius} 0 0 0 0 ${radius}Z` }, root);
  if (shape === "marginal") svg("circle", { class: "mark-full", r: radius * 0.35 }, root);
}
