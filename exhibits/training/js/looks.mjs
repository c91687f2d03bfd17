/**
 * How a track is told from the others: by its colour, its dashes and the shape of its points.
 *
 * @typedef {{colour: string, dash: number[], shape: "circle"|"square"|"triangle"}} Look
 */

/** @type {Look[]} */
export const LOOKS = [
  { colour: "accent", dash: [], shape: "circle" },
  { colour: "negative", dash: [9, 4], shape: "square" },
  { colour: "gate-high", dash: [2, 4], shape: "triangle" },
];

export const LETTERS = ["A", "B", "C"];

/** The outline of a point, as the context's path. */
export function marker(context, shape, x, y, size) {
  context.beginPath();
  if (shape === "circle") context.arc(x, y, size, 0, 2 * Math.PI);
  else if (shape === "square") context.rect(x - size * 0.9, y - size * 0.9, size * 1.8, size * 1.8);
  else {
    context.moveTo(x, y - size * 1.15);
    context.lineTo(x + size * 1.1, y + size * 0.85);
    context.lineTo(x - size * 1.1, y + size * 0.85);
    context.closePath();
  }
}

/** The same for a legend, as an SVG's path. */
export const MARKER_PATHS = {
  circle: "M26 8a4.5 4.5 0 1 0-9 0a4.5 4.5 0 1 0 9 0z",
  square: "M17.5 4h8v8h-8z",
  triangle: "M21.5 2.5l5 9h-10z",
};
