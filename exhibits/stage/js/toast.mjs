/**
 * A word where the learner acts: what a change did to the loss under the cursor, why one was
 * refused, what was saved. It stands above the transport for four seconds, longer under a pointer
 * or with the focus in it; where the tools' own line is in view that line is enough.
 */

import { spoken } from "./scales.mjs";

const STAYS = 4000;
/** Pixels of the page's bar, under which nothing is in view. */
const BAR = 56;

/**
 * What an answer from Python says of a change.
 * @param {string[]} before what was changed until now, in words @param {string[]} now
 * @param {{before: number|null, now: number|null}} loss under the cursor; null where none is counted
 */
export function toldOf(before, now, loss) {
  const fresh = now.filter((change) => !before.includes(change));
  const gone = before.filter((change) => !now.includes(change));
  const what = fresh.length > 1 ? `${fresh.length} changes` : fresh.length === 1 ? fresh[0]
    : gone.length > 0 ? `Taken back: ${gone.length === 1 ? gone[0] : `${gone.length} changes`}` : "";
  if (what === "") return "";
  const [then, here] = [loss.before, loss.now].map((value) => (value === null ? null : spoken(value)));
  if (here === null || then === null) return what;
  return `${what}; loss here ${then === here ? `stays ${here}` : `${then} → ${here}`}`;
}

export class Toast {
  /** @param {HTMLElement} root @param {() => void} undo */
  constructor(root, undo) {
    this.root = root;
    this.said = root.querySelector("[data-toast-said]");
    this.problem = root.querySelector("[data-toast-problem]");
    this.undo = root.querySelector("[data-toast-undo]");
    this.undo.onclick = () => {
      this.hide();
      undo();
    };
    root.onpointerdown = (event) => event.stopPropagation();
    // A finger leaves no pointer behind.
    root.onpointerenter = ({ pointerType }) => (this.read = pointerType === "mouse");
    root.onpointerleave = () => (this.read = false);
  }

  /** @param {string} text @param {{undo?: boolean}} [offers] */
  say(text, { undo = false } = {}) {
    this.show(this.said, text, undo);
  }

  /** @param {string} text what is wrong, at once */
  warn(text) {
    this.problem.setAttribute("role", "alert");
    this.show(this.problem, text, false);
  }

  show(place, text, undo) {
    for (const other of [this.said, this.problem]) other.textContent = other === place ? text : "";
    this.undo.hidden = !undo;
    this.root.toggleAttribute("data-shown", true);
    this.stay();
  }

  stay() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.read || this.root.matches(":focus-within") ? this.stay() : this.hide()), STAYS);
  }

  hide() {
    clearTimeout(this.timer);
    this.root.toggleAttribute("data-shown", false);
    this.undo.hidden = true;
    this.problem.removeAttribute("role");
    for (const place of [this.said, this.problem]) place.textContent = "";
  }

  /**
   * The answer to a change of the learner's, unless the tools' own line tells it in view. What is
   * told here is said aloud here, and not there once more.
   * @param {{told: string, problem: string, undo: boolean}} answer
   * @param {{said: HTMLElement, problem: HTMLElement}} tools
   */
  answer({ told, problem, undo }, tools) {
    const line = problem ? tools.problem : tools.said;
    const here = !inView(line, this.root.parentNode);
    hush(tools.problem, "alert", here && problem !== "");
    hush(tools.said, "status", here && problem === "");
    if (!here || (problem === "" && told === "")) this.hide();
    else if (problem) this.warn(`Not changed: ${problem}.`);
    else this.say(told, { undo });
  }

  destroy() {
    clearTimeout(this.timer);
  }
}

function hush(node, role, quiet) {
  if (quiet) node.removeAttribute("role");
  else node.setAttribute("role", role);
}

/** Whether a line can be read where the window stands, above the dock or in it. */
function inView(line, dock) {
  if (!line.checkVisibility({ visibilityProperty: true })) return false;
  const { top, bottom } = line.getBoundingClientRect();
  const floor = dock.contains(line) ? innerHeight : Math.min(innerHeight, dock.getBoundingClientRect().top);
  return bottom > top && top >= BAR && bottom <= floor;
}
