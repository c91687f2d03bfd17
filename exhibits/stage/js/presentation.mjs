/**
 * Presentation mode: the stage alone on the screen, enlarged so that its smallest text can be read
 * from the back of a room. The stage is laid out in a smaller box and scaled up to fill the screen.
 */

import { html } from "./dom.mjs";

/** Pixels of the smallest text on the stage, and what it must be on a screen of full height. */
const SMALLEST = 12;
const READABLE = 24;
const FULL_HEIGHT = 1080;
/** Narrower than this the layout would lose its labels. */
const LEAST_WIDTH = 640;

/**
 * How much to enlarge, for a window of that size.
 * @param {number} width @param {number} height
 */
export function enlargement(width, height) {
  const wanted = (READABLE / SMALLEST) * Math.max(1, Math.min(width / 1920, height / FULL_HEIGHT));
  return Math.max(1, Math.min(wanted, width / LEAST_WIDTH));
}

export class Presentation {
  /** @param {import("./stage.mjs").Stage} stage */
  constructor(stage) {
    this.stage = stage;
    this.on = false;
    this.exit = stage.root.querySelector("[data-leave]");
    this.exit.onclick = () => this.leave();
    this.resized = () => this.on && this.fit();
    this.left = () => this.on && this.wasFull && !document.fullscreenElement && this.leave();
    addEventListener("resize", this.resized);
    document.addEventListener("fullscreenchange", this.left);
  }

  toggle() {
    if (this.on) this.leave();
    else this.enter();
  }

  async enter() {
    const { root } = this.stage;
    this.on = true;
    root.toggleAttribute("data-present", true);
    this.exit.hidden = false;
    // A box of its own keeps the page from jumping while the stage is out of its flow.
    this.holder = html("div", { class: "stage-holder" });
    this.holder.style.height = `${root.offsetHeight}px`;
    root.before(this.holder);
    try {
      await document.documentElement.requestFullscreen();
      this.wasFull = true;
    } catch {
      this.wasFull = false; // a browser that does not allow it still gives the stage its window
    }
    if (!this.on) return;
    // A popover stands above whatever the page puts in front: its sidebar, its header, its dialogs.
    root.popover = "manual";
    root.showPopover();
    this.fit();
    root.focus({ preventScroll: true });
  }

  leave() {
    const { root } = this.stage;
    this.on = false;
    this.holder?.remove();
    root.toggleAttribute("data-present", false);
    root.removeAttribute("popover");
    this.exit.hidden = true;
    for (const name of ["--scale", "width", "height"]) root.style.removeProperty(name);
    if (document.fullscreenElement) document.exitFullscreen();
    this.stage.tools.showPresenting(false);
    this.stage.relayout();
  }

  fit() {
    const { root } = this.stage;
    const scale = enlargement(innerWidth, innerHeight);
    root.style.setProperty("--scale", String(scale));
    root.style.width = `${innerWidth / scale}px`;
    root.style.height = `${innerHeight / scale}px`;
    this.stage.tools.showPresenting(true);
    this.stage.relayout();
  }

  destroy() {
    removeEventListener("resize", this.resized);
    document.removeEventListener("fullscreenchange", this.left);
    if (this.on) this.leave();
  }
}
