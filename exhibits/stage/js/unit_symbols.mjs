/** Letters with what stands below and above them, as elements: real type, no picture. */

import { html } from "./dom.mjs";

/** @param {HTMLElement} node @param {import("./terms.mjs").Symbol} symbol */
export function writeSymbol(node, { sign, sub, sup }) {
  const word = `${sign}|${sub ?? ""}|${sup ?? ""}`;
  if (node.written === word) return;
  node.written = word;
  node.replaceChildren();
  const letter = html("i", {}, node);
  letter.textContent = sign;
  if (sup) html("sup", {}, node).textContent = sup;
  if (sub) html("sub", {}, node).textContent = sub;
}

/** What a screen reader is told. @param {import("./terms.mjs").Symbol} symbol */
export const symbolText = ({ sign, sub, sup }) => `${sign}${sup ? ` ${sup}` : ""}${sub ? ` ${sub.replace("−", " minus ")}` : ""}`;

/**
 * Puts the wanted children into a parent in order. What the hand holds (focus, a drag) is never
 * moved, since an element that is taken out loses both: the others are placed about it.
 * @param {HTMLElement} parent @param {HTMLElement[]} wanted
 */
export function arrange(parent, wanted) {
  for (const child of [...parent.children]) if (!wanted.includes(child)) child.remove();
  if (wanted.every((node, k) => parent.children[k] === node)) return;
  const active = parent.getRootNode().activeElement;
  const held = wanted.findIndex((node) => node.parentNode === parent && node.contains(active));
  wanted.forEach((node, k) => {
    if (k < held) parent.insertBefore(node, wanted[held]);
    else if (k > held) parent.append(node);
  });
}
