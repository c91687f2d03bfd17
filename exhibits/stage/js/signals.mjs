/** The dots that travel while the cursor is between two steps: input, states, prediction. */

import { part } from "./dom.mjs";
import { arrived, ramp, travelled } from "./progress.mjs";

export class Signals {
  /** @param {SVGElement} root @param {import("./loops.mjs").Loops} loops */
  constructor(root, loops) {
    this.loops = loops;
    this.dots = Object.fromEntries(["hidden", "cell", "input", "output"].map((name) =>
      [name, part("circle", { class: "signal", r: 4.5 }, root)]));
  }

  /**
   * @param {import("./graph.mjs").Scene} scene
   * @param {import("./graph.mjs").Frame} frame
   * @param {import("./graph.mjs").Places} places
   */
  draw({ direction, run, geometry }, frame, { cells, tapes }) {
    const { rows, boxWidth } = geometry;
    const to = direction > 0 ? Math.ceil(frame.place - 1e-6) : Math.floor(frame.place + 1e-6);
    const from = to - direction;
    const share = arrived(to, frame.place, direction);
    const moving = frame.weights.forward > 0.5 && share > 0 && share < 1 && from >= 0 && from < run.steps;
    const half = (direction * boxWidth) / 2;
    for (const field of ["hidden", "cell"]) {
      const way = moving && rows[field] ? travelled(share) : 0;
      if (way > 0 && way < 1 && frame.roll < 0.5) {
        const { x, y } = this.loops.at(field, way);
        this.move(field, way, x, y);
      } else {
        const [a, b] = [cells[from] + half, cells[to] - half];
        this.move(field, way, a + (b - a) * way, rows[field]?.middle ?? 0);
      }
    }
    const enter = moving ? ramp(share, 0.1, 0.55) : 0;
    this.move("input", enter, tapes[to], rows.input.top + (rows.layers[0].bottom - rows.input.top) * enter);
    const leave = moving ? ramp(share, 0.75, 1) : 0;
    const top = rows.layers.at(-1).top;
    this.move("output", leave, tapes[to], top + (rows.prediction.bottom - top) * leave);
  }

  move(name, way, x, y) {
    const dot = this.dots[name];
    const shown = way > 0 && way < 1 && Number.isFinite(x);
    dot.set("visibility", shown ? "visible" : "hidden");
    if (!shown) return;
    dot.set("cx", x);
    dot.set("cy", y);
  }
}
