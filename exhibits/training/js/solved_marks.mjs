/** Where each track met the task's goal: its held-out mark there is filled, and says so. */

import { css } from "../../stage/js/scales.mjs";
import { marker } from "./looks.mjs";
import { placed } from "./placing.mjs";

const CHUNK = 4; // pixels of a course that are one thing to keep clear of

/**
 * @param {CanvasRenderingContext2D} context @param {import("./curve_plot.mjs").CurvePlot} plot
 * @param {{low: Float32Array, high: Float32Array, mean: Float32Array, width: number}[]} shapes
 * @param {import("./placing.mjs").Taken[]} ends the tracks' letters
 */
export function drawSolved(context, plot, shapes, ends) {
  const { curves, goal } = plot.picture;
  const solved = curves.filter(({ solvedAt }) => solvedAt !== null).map((curve) => {
    const [, loss] = curve.points.find(([step]) => step === curve.solvedAt);
    const text = `✓ ${curves.length > 1 ? `${curve.letter} ` : ""}${goal} at ${curve.solvedAt.toLocaleString("en")}`;
    return { ...curve, text, x: plot.toX(curve.solvedAt), y: plot.toY(loss) };
  });
  if (!solved.length) return;
  context.font = `700 13px ${plot.theme.font}`;
  for (const one of solved) one.width = context.measureText(one.text).width;
  const spots = placed(solved, plot.box, [...shapes.flatMap((shape) => courseTaken(plot, shape)), ...levelsTaken(plot), ...ends]);
  solved.forEach((one, k) => drawOne(context, plot, one, spots[k]));
}

function drawOne(context, plot, { look, text, x, y }, { left, middle }) {
  const colour = css(plot.theme[look.colour]);
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x, middle);
  context.stroke();
  marker(context, look.shape, x, y, 6);
  context.fill();
  context.textAlign = "left";
  context.textBaseline = "middle";
  plot.halo(context, text, left, middle, plot.theme[look.colour]);
}

/** The line of a course matters most, the range behind it less. */
function courseTaken(plot, { low, high, mean, width }) {
  const found = [];
  const pixel = plot.box.w / width;
  for (let x = 0; x < width && !Number.isNaN(mean[x]); x += CHUNK) {
    const [left, right] = [plot.box.x + x * pixel, plot.box.x + (x + CHUNK) * pixel];
    const y = plot.toY(mean[x]);
    found.push({ left, right, top: y - 4, bottom: y + 4, weight: 1 });
    found.push({ left, right, top: plot.toY(high[x]), bottom: plot.toY(low[x]), weight: 0.1 });
  }
  return found;
}

function levelsTaken(plot) {
  const { box, picture } = plot;
  return picture.levels.map(({ value }) => plot.toY(value))
    .map((y) => ({ left: box.x, right: box.x + box.w, top: y - 2, bottom: y + 2, weight: 0.3 }));
}
