/** The rolled-up cell's loops: h below it, the LSTM's conveyor c above it, and what they mean. */

import { part } from "./dom.mjs";
import { ramp } from "./progress.mjs";
import { onLog } from "./scales.mjs";
import { goingBack } from "./scene.mjs";

const MEANING = {
  hidden: ["h comes round again:", "it is what the next step is told"],
  cell: ["c comes round again:", "the memory, passed along the conveyor"],
};
const MEANING_BACK = {
  hidden: ["∂L/∂h goes round the other way:", "the gradient, towards earlier steps"],
  cell: ["∂L/∂c goes round the other way:", "the same, along the conveyor"],
};

/** Pixels that the words beside a loop need. */
const WORDS = 250;

export class Loops {
  /** @param {SVGElement} root */
  constructor(root) {
    this.group = part("g", { class: "loops" }, root);
    this.loops = Object.keys(MEANING).map((field) => ({
      field,
      path: part("path", { class: "loop" }, this.group.node),
      head: part("path", { class: "loop-head" }, this.group.node),
      texts: MEANING[field].map(() => part("text", { class: "loop-text" }, this.group.node)),
    }));
    this.note = part("text", { class: "loop-text strong" }, this.group.node);
    this.rest = part("text", { class: "loop-text" }, this.group.node);
  }

  /** @param {import("./graph.mjs").Scene} scene */
  layout(scene) {
    this.scene = scene;
    const { geometry, direction, run } = scene;
    const { rows, boxWidth, axis, narrow } = geometry;
    const half = boxWidth / 2;
    const centre = axis / 2;
    const hasRoom = !narrow && centre - half - 68 >= WORDS;
    for (const loop of this.loops) {
      const row = rows[loop.field];
      for (const shape of [loop.path, loop.head, ...loop.texts]) {
        shape.style("display", row ? "inline" : "none");
      }
      if (!row) continue;
      const far = half + (narrow ? 34 : 52);
      const turn = loop.field === "cell" ? rows.layers.at(-1).top - 9 : rows.layers[0].bottom + 11;
      loop.path.set("d", loopPath(centre, half + 4, far, row.middle, turn, direction));
      loop.enter = centre - direction * (half + 3);
      loop.leave = centre + direction * (half + 3);
      loop.y = row.middle;
      loop.texts.forEach((text, line) => {
        text.style("display", hasRoom ? "inline" : "none");
        text.set("x", centre + far + 16);
        text.set("y", row.middle + (line === 0 ? -3 : 14));
        text.set("class", line === 0 ? "loop-text strong" : "loop-text");
      });
    }
    this.note.text(`one cell, ${run.steps} steps`);
    [this.note, this.rest].forEach((text, line) => {
      text.style("display", hasRoom ? "inline" : "none");
      text.set("class", line === 0 ? "loop-text strong end" : "loop-text end");
      text.set("x", centre - half - 52 - 16);
      text.set("y", rows.box.top + (rows.box.bottom - rows.box.top) / 2 + (line === 0 ? -3 : 14));
    });
  }

  /** @param {import("./graph.mjs").Frame} frame */
  draw(frame) {
    const { run, seen, scales, direction } = this.scene;
    this.group.set("display", frame.roll > 0.3 ? "none" : "inline");
    if (frame.roll > 0.3) return;
    this.group.set("opacity", ramp(frame.roll, 0.3, 0));
    const back = frame.weights.backward > 0.5;
    for (const { field, texts } of this.loops) {
      texts.forEach((text, line) => text.text((back ? MEANING_BACK : MEANING)[field][line]));
    }
    this.rest.text(back ? "the same W, one more term each time" : "the same W every time round");
    for (const { field, path, head, enter, leave, y } of this.loops) {
      const norms = run.of(seen, `${field}_norm`);
      if (!norms || y === undefined) continue;
      const handed = goingBack(this.scene, `handed_${field}`);
      const size = back ? onLog(handed[frame.step], scales.axis) : norms[frame.step] / (scales.norms[field] || 1);
      path.set("stroke-width", 1.5 + 3.5 * size);
      path.set("class", back ? "loop backward" : "loop");
      head.set("class", back ? "loop-head backward" : "loop-head");
      const way = back ? -direction : direction;
      const [tip, half] = [back ? leave : enter, 4 + 2 * size];
      head.set("d", `M${tip} ${y}L${tip - way * 9} ${y - half}V${y + half}Z`);
    }
  }

  /** The point after a share of the way round. */
  at(field, share) {
    const { node } = this.loops.find((loop) => loop.field === field).path;
    return node.getPointAtLength(node.getTotalLength() * share);
  }
}

function loopPath(x, half, far, y, turn, direction) {
  const radius = Math.min(14, Math.abs(turn - y));
  const bend = Math.sign(turn - y) * radius;
  const [a, b] = [x + direction * half, x - direction * half];
  const [right, left] = [x + direction * far, x - direction * far];
  const r = direction * radius;
  return `M${a} ${y}H${right - r}Q${right} ${y} ${right} ${y + bend}V${turn - bend}`
    + `Q${right} ${turn} ${right - r} ${turn}H${left + r}Q${left} ${turn} ${left} ${turn - bend}`
    + `V${y + bend}Q${left} ${y} ${left + r} ${y}H${b}`;
}
