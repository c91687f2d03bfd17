/**
 * The units at the learner's hand: pointing lights a unit in every vector, a click opens its
 * arithmetic. For the keyboard the squares of h_t are one group: ↑ ↓ go through the units and pick
 * them, Enter opens one.
 */

import { describeUnit } from "./cell_words.mjs";
import { unitAt } from "./cell_plan.mjs";
import { html, pointIn } from "./dom.mjs";
import { GATES } from "./terms.mjs";

/** Pixels that a pointer may tremble while it clicks. */
const TREMBLE = 5;

export class CellUnits {
  /** @param {HTMLElement} root the picture @param {import("./track.mjs").Track} track */
  constructor(root, track) {
    this.root = root;
    this.track = track;
    this.group = html("div", { class: "cell-units", role: "group" }, root);
    this.buttons = [];
    root.onpointerdown = (event) => this.down(event);
    root.onpointerup = (event) => this.up(event);
    root.onpointermove = (event) => this.move(event);
    root.onpointerleave = () => track.stage.hover(null);
    this.group.onkeydown = (event) => this.key(event);
  }

  layout(scene, plan) {
    this.scene = scene;
    this.plan = plan;
    this.said = "";
    const { x, y, w, h } = plan.blocks.find(({ id }) => id === "h");
    const wide = Math.max(w, 24);
    Object.assign(this.group.style, { left: `${x + w / 2 - wide / 2}px`, top: `${y}px`,
      width: `${wide}px`, height: `${h}px` });
    this.group.setAttribute("aria-label",
      `Units of the hidden state, ${scene.run.hidden} of them: arrow keys pick one, Enter opens its arithmetic`);
    while (this.buttons.length > scene.run.hidden) this.buttons.pop().remove();
    while (this.buttons.length < scene.run.hidden) this.buttons.push(this.button(this.buttons.length));
    this.buttons.forEach((button, unit) => {
      Object.assign(button.style, { top: `${unit * plan.pitch}px`, height: `${plan.pitch}px` });
    });
  }

  button(unit) {
    // As small as the picture has them, also for a finger: the buttons below the picture go through
    // the units and open one as well.
    const button = html("button", { type: "button", class: "unit-square", tabindex: -1 }, this.group);
    button.onclick = (event) => this.open(unit, event);
    button.onfocus = () => this.track.stage.focus(this.track.number);
    return button;
  }

  /** What each unit holds is told when the stage has come to rest. */
  draw({ picked, playing, phase }, step) {
    const state = `${step} ${picked} ${phase}`;
    if (playing || state === this.said) return;
    this.said = state;
    const { run, seen } = this.scene;
    this.buttons.forEach((button, unit) => {
      button.setAttribute("aria-label", describeUnit(run, seen, step, unit, phase === "backward"));
      button.tabIndex = unit === (picked ?? 0) ? 0 : -1;
    });
  }

  open(unit, { clientX, clientY, detail }) {
    const box = this.buttons[unit].getBoundingClientRect();
    // Worked by a key a click has no place of its own.
    const from = detail > 0 ? { x: clientX, y: clientY } : { x: box.left, y: box.top };
    this.leave();
    this.track.stage.open(unit, from);
  }

  /** What had the focus goes out of sight; the stage's keys go on working. */
  leave() {
    this.track.stage.root.toggleAttribute("data-pointed", true);
    this.track.stage.root.focus({ preventScroll: true });
  }

  key(event) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const { stage } = this.track;
    stage.focus(this.track.number);
    if (stage.state.unit === null) stage.pickUnit(this.buttons.indexOf(event.target));
    else stage.stepUnit(by);
    this.buttons[stage.state.unit]?.focus({ preventScroll: true });
  }

  at(event) {
    return event.target.closest?.("button, .cell-hands, .cell-output")
      && !event.target.closest(".cell-units") ? null : unitAt(this.plan, pointIn(this.root, event));
  }

  move(event) {
    if (event.pointerType === "touch") return;
    const unit = this.at(event);
    this.root.style.cursor = unit === null ? "" : "pointer";
    this.track.stage.hover(unit);
  }

  down(event) {
    this.from = event.button === 0 ? { x: event.clientX, y: event.clientY } : null;
  }

  up(event) {
    const { from } = this;
    this.from = null;
    if (!from || Math.hypot(event.clientX - from.x, event.clientY - from.y) > TREMBLE) return;
    if (event.target.closest?.("button, [role=slider]")) return;
    const unit = this.at(event);
    if (unit === null) return;
    this.leave();
    this.track.stage.focus(this.track.number);
    this.track.stage.open(unit, { x: event.clientX, y: event.clientY }, this.fieldAt(event));
  }

  /** The gate that a point is on, whose sum it opens. */
  fieldAt(event) {
    const { x, y } = pointIn(this.root, event);
    const on = this.plan.blocks.find((block) => x >= block.x - 2 && x <= block.x + block.w + 2 && y >= block.y && y <= block.y + block.h);
    const of = on?.type === "row" ? this.plan.blocks.find(({ sign, field }) => field && `a_${sign}` === on.sign) : on;
    return of && GATES[this.scene.run.header.cell].some(({ field }) => field === of.field) ? of.field : undefined;
  }
}
