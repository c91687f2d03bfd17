/**
 * The stage in a file on disk: what Python answers in the app is answered here from what the file
 * holds. What it does not hold is said, as a problem is, instead of being waited for.
 */

import { Stage } from "./stage.mjs";

export { pictureOf } from "./picture.mjs";

const ELSEWHERE = "The app works this out, the file does not hold it; open the run in the app to see it";

/** The stages on this page by their elements: what a page around one, slides say, can drive. */
export const stages = new WeakMap();

/** @param {string} text base64 @returns {Uint8Array} */
export const bytesOf = (text) => Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));

/**
 * Marks what is wanted and not there as a problem. @returns {boolean} whether anything was missing
 * @param {import("./decode.mjs").RunData[]} runs @param {string[]} wants
 */
export function explain(runs, wants) {
  let missing = false;
  for (const { header } of runs) {
    for (const want of wants) {
      if (want in header.facts) continue;
      header.facts[want] = { problem: ELSEWHERE };
      missing = true;
    }
  }
  return missing;
}

/** Python's part. */
class Component {
  /** @param {Stage} stage @param {Map<number, string>} bundles base64 by layer */
  constructor(stage, bundles) {
    this.stage = stage;
    this.bundles = bundles;
  }

  show(layer) {
    this.layer = layer;
    this.data = bytesOf(this.bundles.get(layer));
    this.stage.update(this);
  }

  /** @param {string} name @param {import("./bundle.mjs").StageState} view */
  setStateValue(name, view) {
    if (name !== "view") return;
    if (view.layer !== this.layer && this.bundles.has(view.layer)) this.show(view.layer);
    if (explain(this.stage.tracks.map(({ run }) => run), view.wants)) this.stage.load();
  }

  /** Edits are off; there is nobody to make them. */
  setTriggerValue() {}
}

/**
 * @param {HTMLElement} root the stage's `section`
 * @param {Iterable<HTMLScriptElement>} holders of the bundles, one for each layer
 */
export function play(root, holders) {
  const all = [...holders];
  const bundles = new Map(all.map((holder) => [Number(holder.dataset.layer), holder.textContent]));
  const stage = new Stage(root);
  stages.set(root, stage);
  const component = new Component(stage, bundles);
  component.show(Number(all.find((holder) => "first" in holder.dataset).dataset.layer));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => stage.update(component));
}
