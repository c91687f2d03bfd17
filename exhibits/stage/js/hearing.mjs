/**
 * Whether an edit has been heard at all. An edit that changes nothing brings no new data; that
 * Python ran because of it, the page's own mark says. Where that mark never moves nobody is there.
 */

/** Milliseconds without any answer until the learner is told that there is none. */
const SILENCE = 5000;
/** Milliseconds after Python has run within which its data arrives, if it has any. */
const ON_ITS_WAY = 500;
const MARK = "data-test-script-state";

export class Hearing {
  /** @param {{missing: () => void, nothingNew: (edit: object) => void}} tell */
  constructor(tell) {
    this.tell = tell;
    this.open = null;
    this.app = document.querySelector(`[${MARK}]`);
    this.marks = new MutationObserver(() => this.marked(this.app.getAttribute(MARK)));
    if (this.app) this.marks.observe(this.app, { attributeFilter: [MARK] });
  }

  sent(edit) {
    if (!this.open) this.silence = setTimeout(() => this.tell.missing(), SILENCE);
    this.open = edit;
    clearTimeout(this.late);
  }

  marked(state) {
    if (!this.open) return;
    clearTimeout(this.late);
    if (state === "running") clearTimeout(this.silence);
    if (state === "notRunning") this.late = setTimeout(() => this.tell.nothingNew(this.answered()), ON_ITS_WAY);
  }

  /** @returns {object|null} the edit that was under way */
  answered() {
    const edit = this.open;
    this.open = null;
    clearTimeout(this.silence);
    clearTimeout(this.late);
    return edit;
  }

  destroy() {
    this.answered();
    this.marks.disconnect();
  }
}
