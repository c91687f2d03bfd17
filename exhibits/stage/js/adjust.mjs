/**
 * A value at the learner's hand: drag it up or down, work it with the arrow keys, or click it and
 * type. One way for weights, inputs, gates and states.
 */

import { html, scaleOf } from "./dom.mjs";

/** Pixels of a drag from one end of the range to the other. */
const TRAVEL = 160;
/** Pixels that a pointer may tremble before a click becomes a drag. */
const TREMBLE = 4;

/**
 * @typedef {Object} Adjustable
 * @property {string} label          what a screen reader is told that it is
 * @property {number} min
 * @property {number} max            typing is held to no more than the page's own checks
 * @property {number} step           of an arrow key; PageUp and PageDown move ten
 * @property {() => number} get
 * @property {(value: number, final: boolean) => void} set   `final`: the hand has let go
 * @property {(value: number) => string} say
 */

/** Makes an element a slider; call again with other values at any time. @param {HTMLElement|SVGElement} node @param {Adjustable} what */
export function adjustable(node, what) {
  node.adjusts = what;
  node.setAttribute("aria-label", what.label);
  node.setAttribute("aria-valuemin", String(what.min));
  node.setAttribute("aria-valuemax", String(what.max));
  tell(node);
  if (node.getAttribute("role") === "slider") return;
  node.setAttribute("role", "slider");
  node.setAttribute("aria-orientation", "vertical");
  node.setAttribute("tabindex", "0");
  node.classList.add("adjustable");
  node.addEventListener("pointerdown", down);
  node.addEventListener("keydown", key);
}

/** No longer at the learner's hand. */
export function fixed(node) {
  if (node.getAttribute("role") !== "slider") return;
  for (const name of ["role", "tabindex", "aria-label", "aria-orientation", "aria-valuemin", "aria-valuemax", "aria-valuenow", "aria-valuetext"]) {
    node.removeAttribute(name);
  }
  node.classList.remove("adjustable");
  node.removeEventListener("pointerdown", down);
  node.removeEventListener("keydown", key);
}

function tell(node) {
  const value = node.adjusts.get();
  node.setAttribute("aria-valuenow", String(value));
  node.setAttribute("aria-valuetext", node.adjusts.say(value));
}

const within = ({ min, max }, value) => Math.min(max, Math.max(min, value));

function put(node, value, final) {
  node.adjusts.set(Number(value.toPrecision(6)), final);
  tell(node);
}

function down(event) {
  if (event.button !== 0) return;
  const node = event.currentTarget;
  event.stopPropagation();
  event.preventDefault();
  node.focus({ preventScroll: true });
  const { min, max } = node.adjusts;
  const [start, from] = [node.adjusts.get(), event.clientY];
  let value = null;
  node.setPointerCapture(event.pointerId);
  const move = (now) => {
    if (value === null && Math.abs(now.clientY - from) < TREMBLE) return;
    value = within(node.adjusts, start + ((from - now.clientY) / TRAVEL) * (max - min));
    node.toggleAttribute("data-dragged", true);
    put(node, value, false);
  };
  const heard = new AbortController();
  const letGo = (now) => {
    heard.abort();
    node.removeAttribute("data-dragged");
    if (value !== null) put(node, value, true);
    else if (now.type === "pointerup") type(node);
  };
  for (const [name, does] of [["pointermove", move], ["pointerup", letGo], ["pointercancel", letGo]]) {
    node.addEventListener(name, does, { signal: heard.signal });
  }
}

const KEYS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };

function key(event) {
  const node = event.currentTarget;
  const { step, min, max, get } = node.adjusts;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (KEYS[event.key]) put(node, within(node.adjusts, get() + KEYS[event.key] * step), true);
  else if (event.key === "Home") put(node, min, true);
  else if (event.key === "End") put(node, max, true);
  else if (event.key === "Enter") type(node);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** A field over the value; Enter takes what was typed, Escape leaves it as it was. */
function type(node) {
  const root = node.closest("[data-stage]");
  const [box, stage] = [node.getBoundingClientRect(), root.getBoundingClientRect()];
  const scale = scaleOf(root);
  const field = html("input", { type: "number", step: "any", class: "adjust-field", "aria-label": node.adjusts.label }, root);
  field.value = String(Number(node.adjusts.get().toPrecision(5)));
  Object.assign(field.style, { left: `${Math.max(0, (box.left - stage.left) / scale - 8)}px`, top: `${(box.top - stage.top) / scale - 4}px` });
  const put = () => {
    field.onblur = null;
    field.remove();
  };
  const close = () => {
    put();
    node.focus({ preventScroll: true });
  };
  const take = (end) => {
    const value = field.valueAsNumber;
    const changed = Number.isFinite(value) && value !== Number(node.adjusts.get().toPrecision(5));
    end();
    if (changed) put(node, within(node.adjusts, value), true);
  };
  field.onkeydown = (event) => {
    event.stopPropagation();
    // After Tab the browser goes on from the value, to what comes next.
    if (event.key === "Enter" || event.key === "Tab") take(close);
    if (event.key === "Escape") close();
  };
  field.onblur = () => take(put);
  field.focus({ preventScroll: true });
  field.select();
}
