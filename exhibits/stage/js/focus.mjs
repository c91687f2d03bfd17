/**
 * Nobody who works the stage by keyboard is ever dropped out of it: where what has the focus
 * goes, the stage itself takes it. A button of the head or the transport that was clicked hands
 * the keys back to the stage, so that the space bar plays; one that was pressed by key keeps them.
 */

const HANDS_BACK = ".head button, .transport button, .tools button, .multiples button";

export class FocusKeeper {
  /** @param {HTMLElement} root the stage */
  constructor(root) {
    this.root = root;
    this.at = null;
    root.addEventListener("focusin", ({ target }) => {
      this.at = target;
    });
    root.addEventListener("focusout", (event) => this.left(event));
    root.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("blur", () => root.removeAttribute("data-pointed"));
  }

  left({ relatedTarget }) {
    if (relatedTarget) this.at = this.root.contains(relatedTarget) ? relatedTarget : null;
    // What was hidden loses it without an heir, a moment later; so does what is left for the page.
    else setTimeout(() => this.check(), 0);
  }

  /** To be called when something may have gone. */
  check() {
    const { at, root } = this;
    if (at === null || !document.hasFocus()) return;
    const { activeElement } = root.getRootNode();
    const now = activeElement === document.body ? null : activeElement;
    if (now && now !== at) {
      this.at = root.contains(now) ? now : null;
    } else if (at.isConnected && at.checkVisibility({ visibilityProperty: true })) {
      if (!now) this.at = null;
    } else if (now || !elsewhere(root)) {
      root.focus({ preventScroll: true });
    }
  }

  clicked({ detail, target }) {
    if (detail === 0 || !target.closest?.(HANDS_BACK)) return;
    this.point();
  }

  /** The keys are the stage's, without a ring: a pointer brought them. */
  point() {
    this.root.toggleAttribute("data-pointed", true);
    this.root.focus({ preventScroll: true });
  }
}

/** Whether something of the page outside has the focus. */
function elsewhere(root) {
  const { activeElement } = document;
  return activeElement !== null && activeElement !== document.body && activeElement !== root.getRootNode().host;
}
