/** Small helpers for elements. Text from the learner only ever becomes `textContent`. */

const SVG = "http://www.w3.org/2000/svg";

function filled(node, attributes, parent) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  parent?.append(node);
  return node;
}

/** @param {string} name @param {Record<string, string|number>} [attributes] @param {Element} [parent] */
export const svg = (name, attributes = {}, parent) =>
  filled(document.createElementNS(SVG, name), attributes, parent);

/** @param {string} name @param {Record<string, string|number>} [attributes] @param {Element} [parent] */
export const html = (name, attributes = {}, parent) =>
  filled(document.createElement(name), attributes, parent);

/** An element whose attributes are written only when they change: frames mostly change few. */
export class Part {
  /** @param {Element} node */
  constructor(node) {
    this.node = node;
    this.written = new Map();
    this.ink = node.dataset.paint === "line" ? "stroke-opacity" : "fill-opacity";
  }

  set(name, value) {
    const text = typeof value === "number" ? String(Math.round(value * 100) / 100) : value;
    if (this.written.get(name) === text) return;
    this.written.set(name, text);
    this.node.setAttribute(name, text);
  }

  style(name, value) {
    const text = typeof value === "number" ? String(Math.round(value * 1000) / 1000) : value;
    if (this.written.get(name) === text) return;
    this.written.set(name, text);
    this.node.style.setProperty(name, text);
  }

  /**
   * Opacity of a single shape. `opacity` itself would make the browser keep a layer for each of
   * them; the paint's own opacity costs nothing. What cannot be seen is not painted at all.
   */
  fade(value) {
    const seen = value > 0.004;
    this.set("visibility", seen ? "inherit" : "hidden");
    if (seen) this.set(this.ink, Math.min(1, value));
  }

  text(value) {
    if (this.written.get("#text") === value) return;
    this.written.set("#text", value);
    this.node.textContent = value;
  }
}

/** A part of an SVG, made in place. */
export const part = (name, attributes, parent) => new Part(svg(name, attributes, parent));

/** The same for what is only a line: its opacity is the stroke's. */
export const line = (name, attributes, parent) => part(name, { "data-paint": "line", ...attributes }, parent);

/** How much larger an element stands on the screen than it is laid out (presentation mode). */
export function scaleOf(node) {
  const root = node.closest?.("[data-stage]") ?? node;
  return Number(root.style?.getPropertyValue("--scale")) || 1;
}

/** Where a pointer is within an element, in the element's own pixels. @param {{clientX: number, clientY: number}} event */
export function pointIn(node, event) {
  const box = node.getBoundingClientRect();
  const scale = scaleOf(node);
  return { x: (event.clientX - box.left) / scale, y: (event.clientY - box.top) / scale };
}

/** Sizes a canvas in device pixels and returns its context, scaled to CSS pixels and cleared. */
export function prepare(canvas, width, height) {
  const ratio = (globalThis.devicePixelRatio || 1) * scaleOf(canvas);
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
