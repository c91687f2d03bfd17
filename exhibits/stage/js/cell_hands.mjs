/**
 * What the learner can hold in the cell: each gate of the picked unit, the unit as a whole, and at
 * the layer's first step the states that it starts from.
 */

import { adjustable } from "./adjust.mjs";
import { pinsOf, silencedOf } from "./cell_math.mjs";
import { html } from "./dom.mjs";
import { FIELDS } from "./theme.mjs";
import { three } from "./unit_numbers.mjs";

const STATES = { h0: "hidden", c0: "cell" };

export class CellHands {
  /** @param {HTMLElement} root @param {import("./track.mjs").Track} track */
  constructor(root, track) {
    this.root = root;
    this.track = track;
    this.walk = html("div", { class: "tool-group cell-walk", role: "group", "aria-label": "Which unit is held" }, root);
    const button = (text, label, click) => {
      const made = html("button", { type: "button", class: "tool", ...(label ? { "aria-label": label } : {}) }, this.walk);
      made.textContent = text;
      made.onclick = () => {
        track.stage.focus(track.number);
        click();
      };
      return made;
    };
    this.back = button("‹", "The unit before", () => track.stage.stepUnit(-1));
    this.opener = button("", "", () => (this.unit === null ? track.stage.stepUnit(1) : track.stage.open(this.unit)));
    this.on = button("›", "The next unit", () => track.stage.stepUnit(1));
    this.silence = html("button", { type: "button", class: "tool cell-silence" }, root);
    this.silence.onclick = () => this.edit("silence", [this.unit],
      this.silence.getAttribute("aria-pressed") !== "true", true);
    this.handles = new Map();
  }

  /** @param {import("./graph.mjs").Scene} scene @param {ReturnType<typeof import("./cell_plan.mjs").plan>} plan */
  layout(scene, plan, picture) {
    this.scene = scene;
    this.plan = plan;
    this.picture = picture;
    this.shown = "";
    this.pending = new Map();
    const wanted = plan.blocks.filter(({ id, field, type }) => STATES[id] || (type === "valve" && field));
    for (const [id, { root }] of this.handles) {
      if (wanted.some((block) => block.id === id)) continue;
      root.remove();
      this.handles.delete(id);
    }
    for (const block of wanted) this.place(block);
  }

  /** By its valve where there is room, otherwise in the row below the picture. */
  place(block) {
    const handle = this.handles.get(block.id) ?? this.made(block.id);
    this.handles.set(block.id, handle);
    handle.block = block;
    const { tight } = this.plan;
    const parent = tight ? this.root : this.picture;
    if (handle.root.parentNode !== parent) parent.insertBefore(handle.root, tight ? this.silence : null);
    handle.root.classList.toggle("floating", !tight);
    handle.name.hidden = !tight;
    handle.name.textContent = STATES[block.id] ? `first ${block.sign.slice(0, 1)}`
      : `${block.word} ${block.sign}`;
    Object.assign(handle.root.style, tight ? { left: "", top: "" } : { left: `${block.x + block.w / 2}px`,
      top: `${block.y + block.h + 4}px` });
  }

  made(id) {
    const root = html("span", { class: "cell-handle" });
    const name = html("span", { class: "cell-handle-name", "aria-hidden": "true" }, root);
    const value = html("span", { class: "cell-handle-value" }, root);
    const pin = html("span", { class: "cell-pin", "aria-hidden": "true" }, value);
    const number = html("b", {}, value);
    const release = html("button", { type: "button", class: "cell-release" }, root);
    release.textContent = "×";
    release.onclick = () => this.edit("pin", [this.handles.get(id).block.field, this.unit], null, true);
    return { root, name, value, pin, number, release };
  }

  edit(kind, place, value, final) {
    const { stage, number } = this.track;
    stage.focus(number);
    const { seen } = this.scene;
    stage.edit({ kind, place: kind === "initial" ? [place[0], seen, place[1]] : [seen, ...place], value,
      final });
  }

  /** Which of the picture's numbers a handle stands in for. */
  handled(frame, step) {
    if (!this.able() || frame.picked === null || this.plan.tight) return new Set();
    return new Set([...this.handles.values()].filter(({ block }) => !STATES[block.id]
      || this.first(step)).map(({ block }) => block.id));
  }

  able() {
    return this.track.editable;
  }

  first(step) {
    const before = step - this.scene.direction;
    return before < 0 || before >= this.scene.run.steps;
  }

  draw({ picked, unit, phase, playing }, step) {
    const state = `${step} ${picked} ${unit} ${phase} ${playing} ${this.able()}`;
    if (state === this.shown) return;
    this.shown = state;
    this.unit = picked;
    const open = this.able() && picked !== null && !playing;
    this.silence.hidden = !open;
    // Where nothing can be held, a unit can still be gone to by touch.
    const gates = this.handles.size > (this.handles.has("c0") ? 2 : 1);
    this.opener.textContent = picked !== null ? `Sum of unit ${picked}`
      : !this.able() ? "Pick a unit" : gates ? "Pick a unit to hold its gates" : "Pick a unit to silence it";
    this.walk.style.visibility = playing ? "hidden" : "";
    for (const step of [this.back, this.on]) step.hidden = picked === null;
    for (const [id, handle] of this.handles) {
      const own = STATES[id] ? this.first(step) && phase !== "backward" : true;
      handle.root.hidden = !(open && own);
      if (handle.root.hidden) continue;
      if (STATES[id]) this.showState(id, handle, step);
      else this.showGate(handle, step);
      if (!this.plan.tight) this.read(id, handle, unit, step);
    }
    if (!open) return;
    const silent = silencedOf(this.scene.run, this.scene.seen).has(picked);
    this.silence.setAttribute("aria-pressed", String(silent));
    this.silence.textContent = silent ? `Unit ${picked} is silenced` : `Silence unit ${picked}`;
    this.silence.title = "Everybody who reads its h gets 0";
  }

  /** While another unit is pointed at its number stands here; the handle is still the picked one's. */
  read(id, handle, unit, step) {
    const other = unit !== null && unit !== this.unit;
    handle.root.classList.toggle("reading", other);
    if (!other) return;
    const { run, seen } = this.scene;
    handle.root.classList.remove("pinned");
    handle.pin.textContent = pinsOf(run, seen, handle.block.field).has(unit) ? "pinned at " : "";
    handle.number.textContent = STATES[id] ? three(run.before(seen, STATES[id], step, unit))
      : three(run.at(seen, handle.block.field, step, unit));
  }

  showGate(handle, step) {
    const { block, root, value, number, release, pin } = handle;
    const { run, seen } = this.scene;
    const unit = this.unit;
    const pinned = pinsOf(run, seen, block.field);
    const isPinned = pinned.has(unit);
    const get = () => this.pending.get(block.id) ?? pinned.get(unit) ?? run.at(seen, block.field, step, unit);
    root.classList.toggle("pinned", isPinned);
    pin.textContent = isPinned ? "pinned at " : "";
    number.textContent = three(get());
    release.hidden = !isPinned;
    release.setAttribute("aria-label", `Let the ${FIELDS[block.field].name} of unit ${unit} go`);
    release.title = "Let it go";
    value.title = isPinned ? "Held at this value at every step"
      : "Drag, use the arrow keys, or click and type: holds the gate at every step";
    adjustable(value, { label: `${FIELDS[block.field].name} ${block.sign} of unit ${unit}, hold it`,
      min: 0, max: 1, step: 0.05, get,
      say: (now) => (isPinned || this.pending.has(block.id) ? `pinned at ${three(now)}`
        : `${three(now)}, free`),
      set: (now, final) => this.put(handle, "pin", [block.field, unit], now, final, three) });
  }

  showState(id, handle, step) {
    const { run, seen } = this.scene;
    const [field, unit] = [STATES[id], this.unit];
    const { limit } = this.track.bitmaps.limits.get(field);
    const most = Math.max(1, limit);
    const get = () => this.pending.get(id) ?? run.before(seen, field, step, unit);
    const say = three;
    handle.release.hidden = true;
    handle.pin.textContent = "";
    handle.number.textContent = say(get());
    handle.value.title = "The state before the first step: drag, use the arrow keys, or click and type";
    adjustable(handle.value, { label: `${FIELDS[field].name} of unit ${unit} before the first step`,
      min: -most, max: most, step: most / 20,
      get, say, set: (now, final) => this.put(handle, "initial", [field, unit], now, final, say) });
  }

  put(handle, kind, place, value, final, say) {
    this.pending.set(handle.block.id, value);
    handle.number.textContent = say(value);
    this.edit(kind, place, value, final);
  }
}
