/**
 * A window that is not high, such as a phone's on its side: there the picture comes first. The
 * page's own drawer, which would stand beside the stage, is closed once; it opens as ever.
 */

const SHORT = "(max-height: 499px)";
/** Narrower than this the page closes its drawer by itself. */
const DRAWER = '[data-testid="stSidebar"]:not([aria-expanded="false"], [data-collapsed="true"]) [data-testid="stSidebarCollapseButton"] button';

export class Short {
  /** @param {HTMLElement} root the stage @param {() => void} changed */
  constructor(root, changed) {
    this.root = root;
    this.query = matchMedia(SHORT);
    this.heard = () => {
      this.closeDrawer();
      changed();
    };
    this.query.addEventListener("change", this.heard);
    this.closeDrawer();
    this.buildMore();
  }

  /** The page may still be at work on it when the stage is there. */
  closeDrawer() {
    this.timers = [0, 300, 1000].map((wait) => setTimeout(() => this.on && document.querySelector(DRAWER)?.click(), wait));
  }

  get on() {
    return this.query.matches;
  }

  /** The narration shows two lines of itself; the rest at a click, or a tap on it. */
  buildMore() {
    this.told = this.root.querySelector("[data-narration]");
    this.more = this.root.querySelector("[data-more]");
    this.more.onclick = () => this.open(!this.root.hasAttribute("data-told"));
    this.told.onclick = () => this.on && this.open(!this.root.hasAttribute("data-told"));
    this.words = new MutationObserver(() => this.on && this.offer());
    this.words.observe(this.told, { childList: true });
  }

  /** Where two lines are enough there is no more. */
  offer() {
    this.more.hidden = !this.on || !(this.root.hasAttribute("data-told") || this.told.scrollHeight > this.told.clientHeight + 4);
  }

  open(all) {
    this.root.toggleAttribute("data-told", all);
    this.more.setAttribute("aria-expanded", String(all));
    this.more.textContent = all ? "less" : "more";
  }

  layout() {
    this.root.toggleAttribute("data-short", this.on);
    if (!this.on) this.open(false);
    this.offer();
  }

  destroy() {
    this.query.removeEventListener("change", this.heard);
    this.words.disconnect();
    this.timers.forEach(clearTimeout);
  }
}
