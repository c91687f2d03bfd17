/**
 * Walks what stands on the page and says it as SVG: boxes, canvases as pictures, drawings as they
 * are, and text as text, line by line, where the browser has put it. No `foreignObject`: programs
 * other than browsers do not read it, and some browsers give no picture of it.
 *
 * Painting order is CSS's: within a stacking context first what is in the flow, then what is
 * positioned, then what has a z-index.
 */

import { lettering, vectors } from "./picture_vectors.mjs";
import { colourOf, escaped, gradientOf, paint, rimOf, shared, short, tag } from "./picture_text.mjs";

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
      if (seen) this.put(into, this.rim(style, box) + this.ground(style, box) + borders(style, box));
      this.children(node, style, { ...into, clip: this.clipOf(style, box, into.clip) });
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

  ground(style, box) {
    const gradient = gradientOf(style.backgroundImage);
    const shape = { ...sides(box), rx: radius(style, box) || null };
    const plain = colourOf(style.backgroundColor);
    return (plain ? tag("rect", { ...shape, ...paint("fill", plain) }) : "")
      + (gradient ? tag("rect", { ...shape, fill: this.gradient(gradient) }) : "");
  }

  gradient({ angle, stops }) {
    const [dx, dy] = [Math.sin((angle * Math.PI) / 180) / 2, -Math.cos((angle * Math.PI) / 180) / 2];
    const ends = { x1: 0.5 - dx, y1: 0.5 - dy, x2: 0.5 + dx, y2: 0.5 + dy };
    const marks = stops.map(({ colour, opacity, at }) =>
      tag("stop", { offset: String(Math.round(at * 1e4) / 1e4), "stop-color": colour, "stop-opacity": opacity < 0.996 ? opacity : null }));
    return this.define(`gradient ${angle} ${marks}`, (id) => tag("linearGradient", { id, ...ends }, marks.join("")));
  }

  /** A shadow that is a rim: what lies outside the box and within its width. */
  rim(style, box) {
    const rim = rimOf(style.boxShadow);
    if (!rim) return "";
    const around = ({ left, top, right, bottom }, by) =>
      `M${short(left - by)} ${short(top - by)}H${short(right + by)}V${short(bottom + by)}H${short(left - by)}Z`;
    return tag("path", { d: around(box, rim.width) + around(box, 0), "fill-rule": "evenodd", ...paint("fill", rim.paint) });
  }

  /** A text node, each of its lines where it stands. */
  text(node, style) {
    const { font, attributes } = lettering(style);
    const ink = paint("fill", colourOf(style.color));
    if (ink.fill === "none") return "";
    return this.lines(node).map(({ words, left, right, top }) => tag("text", { x: left, y: top + this.ascent(font),
      ...attributes, ...ink, "xml:space": / {2}/.test(words) ? "preserve" : null,
      // Another font than the browser's is drawn as wide as this one.
      ...(words.length > 1 ? { textLength: right - left, lengthAdjust: "spacingAndGlyphs" } : {}) },
    escaped(cased(words, style)))).join("");
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
    if (!this.ascents.has(font)) {
      this.pen.font = font;
      this.ascents.set(font, this.pen.measureText("x").fontBoundingBoxAscent);
    }
    return this.ascents.get(font);
  }
}

function trimmed(line) {
  const full = ({ letter }) => /\S/.test(letter);
  const first = line.findIndex(full);
  return first < 0 ? [] : line.slice(first, line.findLastIndex(full) + 1);
}

const CASES = { uppercase: (text) => text.toUpperCase(), lowercase: (text) => text.toLowerCase() };
const cased = (text, style) => CASES[style.textTransform]?.(text) ?? text;

const sides = ({ left, top, right, bottom }) => ({ x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) });

/** The corners' radius; where they differ, the first one's. */
const radius = (style, box) => Math.min(parseFloat(style.borderTopLeftRadius) || 0, (box.bottom - box.top) / 2, (box.right - box.left) / 2);

const picture = (box, canvas) =>
  tag("image", { ...sides(box), href: canvas.toDataURL("image/png"), preserveAspectRatio: "none", "image-rendering": "auto" });

/** Four equal borders are one outline; otherwise each side is a bar of its own. */
function borders(style, box) {
  const each = ["Top", "Right", "Bottom", "Left"].map((side) => {
    const there = !["none", "hidden"].includes(style[`border${side}Style`]);
    return { side, width: there ? parseFloat(style[`border${side}Width`]) : 0, text: style[`border${side}Color`] };
  });
  if (each.every(({ width }) => width === 0)) return "";
  const [{ width, text }] = each;
  if (each.every((one) => one.width === width && one.text === text)) {
    const inner = { left: box.left + width / 2, top: box.top + width / 2, right: box.right - width / 2, bottom: box.bottom - width / 2 };
    const colour = colourOf(text);
    const dashes = style.borderTopStyle === "dashed" ? `${short(3 * width)} ${short(2 * width)}` : null;
    return colour ? tag("rect", { ...sides(inner), rx: Math.max(0, radius(style, box) - width / 2) || null, fill: "none",
      ...paint("stroke", colour), "stroke-width": width, "stroke-dasharray": dashes }) : "";
  }
  return each.map((one) => bar(one, box)).join("");
}

function bar({ side, width, text }, box) {
  const colour = colourOf(text);
  if (width === 0 || !colour) return "";
  const cut = { Top: { bottom: box.top + width }, Right: { left: box.right - width },
    Bottom: { top: box.bottom - width }, Left: { right: box.left + width } };
  return tag("rect", { ...sides({ ...box, ...cut[side] }), ...paint("fill", colour) });
}
