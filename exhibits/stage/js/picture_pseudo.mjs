/**
 * `::before` and `::after`. No browser says where they stand. Positioned ones say their edges; the
 * others touch the element's own content, before its first words or after its last.
 */

import { ground } from "./picture_boxes.mjs";
import { colourOf, contentOf, escaped, paint, tag } from "./picture_text.mjs";
import { lettering } from "./picture_vectors.mjs";

const px = (text) => parseFloat(text) || 0;

/**
 * @param {Element} node @param {"::before"|"::after"} which
 * @param {import("./picture_text.mjs").Box} box of the element @param {import("./picture_walk.mjs").Walk} walk
 * @returns {string}
 */
export function pseudo(node, which, box, walk) {
  const style = getComputedStyle(node, which);
  const words = contentOf(style.content);
  if (words === null || style.display === "none" || style.visibility !== "visible") return "";
  return style.position === "absolute" ? positioned(node, style, words, box, walk) : beside(node, which, style, words, walk);
}

function positioned(node, style, words, box, walk) {
  const own = getComputedStyle(node);
  const around = own.position === "static" ? walk.box(node.offsetParent.getBoundingClientRect()) : box;
  const [edgeX, edgeY] = own.position === "static" ? [0, 0] : [px(own.borderLeftWidth), px(own.borderTopWidth)];
  const left = around.left + edgeX + px(style.left) + px(style.marginLeft);
  const top = around.top + edgeY + px(style.top) + px(style.marginTop);
  const inside = style.boxSizing === "border-box" ? 0 : 1;
  const place = { left, top,
    right: left + px(style.width) + inside * (px(style.paddingLeft) + px(style.paddingRight)),
    bottom: top + px(style.height) + inside * (px(style.paddingTop) + px(style.paddingBottom)) };
  const { font } = lettering(style);
  const middle = (place.top + place.bottom) / 2;
  const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = walk.measured(font, words);
  return ground(style, place, walk) + text(style, words, left + px(style.paddingLeft), middle + (up - down) / 2);
}

function beside(node, which, style, words, walk) {
  if (!words.trim()) return "";
  const range = document.createRange();
  range.selectNodeContents(node);
  const rects = [...range.getClientRects()].filter(({ width }) => width > 0);
  const first = firstWords(node);
  if (rects.length === 0 || !first) return "";
  const { font } = lettering(style);
  const gap = px(getComputedStyle(node).columnGap);
  const width = walk.measured(font, words).width;
  const left = which === "::before"
    ? walk.box(rects[0]).left - gap - px(style.marginRight) - px(style.paddingRight) - width
    : walk.box(rects.at(-1)).right + gap + px(style.marginLeft) + px(style.paddingLeft);
  return text(style, words, left, walk.baseline(first));
}

/** The first text of an element that is shown. */
function firstWords(node) {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (walker.currentNode.data.trim()) return walker.currentNode;
  return null;
}

function text(style, words, x, y) {
  const colour = colourOf(style.color);
  return colour && words.trim() ? tag("text", { x, y, ...lettering(style).attributes, ...paint("fill", colour) }, escaped(words.trim())) : "";
}
