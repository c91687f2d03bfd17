/**
 * A turned page begins at its top, and a screen reader goes on at the step's heading. An exhibit
 * that stands beside the text stays in view: one higher than the window with its lower end. What
 * is wider than the text can be reached.
 */

const TOP = 68; // pixels: below the page's own bar
const EDGE = 12;
const SHOWS = '[class*="st-key-lesson_show_"]';
const WIDE = '[class*="_walk"] :is(.katex-display, .stMarkdown table)';
const HEADING = '[class*="st-key-lesson_walk"] h2, .st-key-lesson_end h2';

let shown = "";
let watching = false;

function stick(element) {
  const room = window.innerHeight - element.offsetHeight - EDGE;
  element.parentElement?.style.setProperty("--stick", `${Math.min(TOP, room)}px`);
}

/** A formula or a table wider than its column scrolls: then also by keyboard. */
function reach(element) {
  if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
  else element.removeAttribute("tabindex");
}

const fit = (element) => (element.matches(WIDE) ? reach(element) : stick(element));

/** Steps come and go with every run of the script: what is new is found when something changes. */
function watch() {
  const watched = new WeakSet();
  const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => fit(target)));
  const find = () => {
    for (const element of document.querySelectorAll(`${SHOWS}, ${WIDE}`)) {
      if (watched.has(element)) continue;
      watched.add(element);
      sizes.observe(element);
    }
  };
  let due = 0;
  new MutationObserver(() => {
    due ||= requestAnimationFrame(() => {
      due = 0;
      find();
    });
  }).observe(document.body, { childList: true, subtree: true });
  const all = () => document.querySelectorAll(`${SHOWS}, ${WIDE}`).forEach(fit);
  window.addEventListener("resize", all);
  document.fonts.addEventListener("loadingdone", all); // a formula grows with its font
  find();
}

/** @param {{ data: { place: string, begins: boolean } }} component */
export default function turn({ data }) {
  if (!watching) watch();
  watching = true;
  const before = shown;
  shown = data.place;
  if (!data.begins || !before || before === shown) return;
  const main = document.querySelector('[data-testid="stMain"]');
  if (main) main.scrollTop = 0;
  const heading = document.querySelector(HEADING);
  if (!(heading instanceof HTMLElement)) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
