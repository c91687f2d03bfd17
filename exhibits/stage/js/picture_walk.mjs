/**
 * Walks what stands on the page and says it as SVG: boxes, canvases as pictures, drawings as they
 * are, and text as text, line by line, where the browser has put it. No `foreignObject`: programs
 * other than browsers do not read it, and some browsers give no picture of it.
 *
 * Painting order is CSS's: within a stacking context first what is in the flow, then what is
 * positioned, then what has a z-index.
 */

import { borders, ground, sides } from "./picture_boxes.mjs";
import { pseudo } from "./picture_pseudo.mjs";
import { colourOf, escaped, paint, shared, short, tag } from "./picture_text.mjs";
import { lettering, vectors } from "./picture_vectors.mjs";

const LEFT_OUT = "script, style, template, noscript, input, select, textarea, details:not([open]), [data-not-in-picture]";
const IN_FLOW = -0.5;
const POSITIONED = 0;

/** What is painted together, from the lowest to the highest. */
class Layers {
  constructor() {
    this.buckets = [];
  }

  bucket(z) {
    const parts = [];
    this.buckets.push({ z, parts });
    return parts;
  }

  markup() {
    return this.buckets.sort((one, other) => one.z - other.z).flatMap(({ parts }) => parts).join("");
  }
}

export class Walk {
  /**
   * @param {{x: number, y: number, scale: number}} frame where the picture's origin is in the window
   * @param {string} name begins the names of gradients and clips
   */
  constructor(frame, name) {
    this.frame = frame;
    this.name = name;
    this.defs = new Map();
    this.ascents = new Map();
    this.pen = new OffscreenCanvas(1, 1).getContext("2d");
  }

  /** @param {Element} root @returns {string} its markup */
  draw(root) {
    const layers = new Layers();
    this.element(root, { layers, parts: layers.bucket(IN_FLOW), clip: null });
    return layers.markup();
  }

  /** Gradients and clips, each once. */
  get definitions() {
    return [...this.defs.values()].map(({ markup }) => markup).join("");
  }

  define(key, make) {
    if (!this.defs.has(key)) {
      const id = `${this.name}-${this.defs.size}`;
      this.defs.set(key, { id, markup: make(id) });
    }
    return `url(#${this.defs.get(key).id})`;
  }

  /** @returns {import("./picture_text.mjs").Box} in the picture's own pixels */
  box(rect) {
    const { x, y, scale } = this.frame;
    return { left: (rect.left - x) / scale, top: (rect.top - y) / scale,
      right: (rect.right - x) / scale, bottom: (rect.bottom - y) / scale };
  }

  /** @param {{layers: Layers, parts: string[], clip: import("./picture_text.mjs").Box|null}} into */
  element(node, into) {
    if (node.matches(LEFT_OUT)) return;
    const style = getComputedStyle(node);
    const opacity = Number(style.opacity);
    if (style.display === "none" || opacity < 0.004 || style.clipPath.startsWith("inset(50%")) return;
    const positioned = style.position !== "static";
    const z = style.zIndex === "auto" ? null : Number(style.zIndex);
    const apart = opacity < 1 || style.transform !== "none" || (positioned && z !== null) || style.position === "sticky";
    if (!apart) {
      const parts = positioned ? into.layers.bucket(POSITIONED) : into.parts;
      this.content(node, style, { ...into, parts });
      return;
    }
    const layers = new Layers();
    this.content(node, style, { layers, parts: layers.bucket(IN_FLOW), clip: into.clip });
    const inside = layers.markup();
    if (inside) into.layers.bucket(z ?? POSITIONED).push(opacity < 1 ? tag("g", { opacity }, inside) : inside);
  }

  content(node, style, into) {
    const box = this.box(node.getBoundingClientRect());
    const seen = style.visibility === "visible";
    if (node instanceof SVGSVGElement) {
      this.put(into, vectors(node, box));
    } else if (node instanceof HTMLCanvasElement) {
      if (seen && node.width > 0 && node.height > 0) this.put(into, picture(box, node));
    } else {
      if (seen) this.put(into, ground(style, box, this) + borders(style, box));
      const inside = { ...into, clip: this.clipOf(style, box, into.clip) };
      this.put(inside, pseudo(node, "::before", box, this));
      this.children(node, style, inside);
      this.put(inside, pseudo(node, "::after", box, this));
    }
  }

  children(node, style, into) {
    const nodes = [...node.childNodes];
    if (/flex|grid/.test(style.display)) {
      const order = new Map(nodes.map((child) => [child, child instanceof Element ? Number(getComputedStyle(child).order) : 0]));
      nodes.sort((one, other) => order.get(one) - order.get(other));
    }
    for (const child of nodes) {
      if (child instanceof Element) this.element(child, into);
      else if (child instanceof Text && style.visibility === "visible") this.put(into, this.text(child, style));
    }
  }

  clipOf(style, box, clip) {
    return style.overflowX === "visible" && style.overflowY === "visible" ? clip : shared(clip, box);
  }

  put({ parts, clip }, markup) {
    if (!markup) return;
    if (!clip) parts.push(markup);
    else if (clip.right > clip.left && clip.bottom > clip.top) parts.push(tag("g", { "clip-path": this.clip(clip) }, markup));
  }

  clip(box) {
    return this.define(`clip ${Object.values(box).map(short)}`, (id) => tag("clipPath", { id }, tag("rect", sides(box))));
  }

  /** A text node, each of its lines where it stands. */
  text(node, style) {
    const { font, attributes } = lettering(style);
    const ink = paint("fill", colourOf(style.color));
    if (ink.fill === "none") return "";
    return this.lines(node).map(({ words, left, right, top }) => {
      const y = top + this.ascent(font);
      const line = { left, right, y, size: attributes["font-size"] };
      return tag("text", { x: left, y, ...attributes, ...ink, "xml:space": / {2}/.test(words) ? "preserve" : null,
        // Another font than the browser's is drawn as wide as this one.
        ...(words.length > 1 ? { textLength: right - left, lengthAdjust: "spacingAndGlyphs" } : {}) },
      escaped(cased(words, style))) + decoration(style, line);
    }).join("");
  }

  /** @returns {{words: string, left: number, right: number, top: number}[]} */
  lines(node) {
    if (!node.data.trim()) return [];
    const range = document.createRange();
    const lines = [];
    let place = 0;
    for (const letter of node.data) {
      range.setStart(node, place);
      range.setEnd(node, (place += letter.length));
      const rect = range.getClientRects()[0];
      if (!rect || rect.width === 0 && !/\S/.test(letter)) continue;
      const box = this.box(rect);
      const line = lines.at(-1);
      if (line && Math.abs(line[0].box.top - box.top) < 2) line.push({ letter, box });
      else lines.push([{ letter, box }]);
    }
    return lines.map(trimmed).filter((line) => line.length > 0).map((line) => ({
      words: line.map(({ letter }) => (/\s/.test(letter) ? " " : letter)).join(""),
      left: Math.min(...line.map(({ box }) => box.left)),
      right: Math.max(...line.map(({ box }) => box.right)),
      top: line[0].box.top,
    }));
  }

  /** From the top of a line's box to its baseline. */
  ascent(font) {
    if (!this.ascents.has(font)) this.ascents.set(font, this.measured(font, "x").fontBoundingBoxAscent);
    return this.ascents.get(font);
  }

  measured(font, words) {
    this.pen.font = font;
    return this.pen.measureText(words);
  }

  /** Of a text's first line. */
  baseline(node) {
    const range = document.createRange();
    range.selectNodeContents(node);
    return this.box(range.getClientRects()[0]).top + this.ascent(lettering(getComputedStyle(node.parentNode)).font);
  }
}

function trimmed(line) {
  const full = ({ letter }) => /\S/.test(letter);
  const first = line.findIndex(full);
  return first < 0 ? [] : line.slice(first, line.findLastIndex(full) + 1);
}

/** A line under or through the words of one element; not what its ancestors draw there. */
function decoration(style, { left, right, y, size }) {
  const colour = colourOf(style.textDecorationColor);
  const down = { underline: parseFloat(style.textUnderlineOffset) || size / 8, "line-through": -size / 3.4 }[style.textDecorationLine];
  if (down === undefined || !colour) return "";
  const dashes = { dotted: "1 2", dashed: "4 3" }[style.textDecorationStyle];
  return tag("line", { x1: left, x2: right, y1: y + down, y2: y + down, ...paint("stroke", colour),
    "stroke-width": Math.max(1, size / 14), "stroke-dasharray": dashes });
}

const CASES = { uppercase: (text) => text.toUpperCase(), lowercase: (text) => text.toLowerCase() };
const cased = (text, style) => CASES[style.textTransform]?.(text) ?? text;

const picture = (box, canvas) =>
  tag("image", { ...sides(box), href: canvas.toDataURL("image/png"), preserveAspectRatio: "none", "image-rendering": "auto" });
