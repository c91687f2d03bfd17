/**
 * The stage on paper: each place in a page that holds a bundle becomes a picture of that moment.
 * The stage is drawn once, out of sight and as wide as its picture is to be, and is then let go.
 */

import { bytesOf } from "./offline.mjs";
import { svgOf } from "./picture.mjs";
import { Stage } from "./stage.mjs";

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** Nobody answers: a picture asks for nothing and changes nothing. */
const paper = (data) => ({ data, setStateValue() {}, setTriggerValue() {} });

/**
 * @param {HTMLTemplateElement} skeleton the stage's HTML @param {HTMLElement} room out of sight
 * @param {string} bundle base64
 * @returns {Promise<{svg: string, words: string}>} `words` is what the stage tells of the moment
 */
export async function stillOf(skeleton, room, bundle) {
  room.replaceChildren(skeleton.content.cloneNode(true));
  const root = room.querySelector("[data-stage]");
  const stage = new Stage(root);
  stage.still = { matches: true }; // nothing is on its way, as where the system asks for that
  stage.update(paper(bytesOf(bundle)));
  root.querySelector("[data-multiples]").hidden = true;
  await frame();
  await frame();
  const words = ["title", "narration"].map((part) => root.querySelector(`[data-${part}]`).textContent.trim());
  const svg = svgOf(stage);
  stage.destroy();
  room.replaceChildren();
  return { svg, words: words.join(". ") };
}

/**
 * @param {Iterable<HTMLElement>} places each holds a script with its bundle
 * @param {HTMLTemplateElement} skeleton @param {HTMLElement} room
 */
export async function drawAll(places, skeleton, room) {
  for (const place of places) {
    const { svg, words } = await stillOf(skeleton, room, place.querySelector("script").textContent);
    const image = new Image();
    image.alt = words;
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    place.replaceChildren(image);
    await image.decode();
  }
}
