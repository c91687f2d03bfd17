/** An SVG that stands on the page, as markup that needs no style sheet. */

import { colourOf, escaped, paint, short, tag } from "./picture_text.mjs";

const GEOMETRY = {
  path: ["d"], line: ["x1", "y1", "x2", "y2"], rect: ["x", "y", "width", "height", "rx", "ry"],
  circle: ["cx", "cy", "r"], ellipse: ["cx", "cy", "rx", "ry"], polyline: ["points"], polygon: ["points"],
  text: ["x", "y", "dx", "dy", "rotate"], tspan: ["x", "y", "dx", "dy"],
  image: ["x", "y", "width", "height", "href", "preserveAspectRatio"],
};
/** Copied with all they hold: they paint nothing by themselves. */
const DEFINITIONS = new Set(["defs", "linearGradient", "radialGradient", "clipPath", "marker", "pattern", "mask"]);

/** @param {SVGSVGElement} root @param {import("./picture_text.mjs").Box} box where it stands in the picture */
export function vectors(root, box) {
  const inside = [...root.children].map(vector).join("");
  return inside && tag("g", { transform: placed(root, box) }, inside);
}

/** From the drawing's own units to the picture's pixels. */
function placed(root, box) {
  const move = `translate(${short(box.left)} ${short(box.top)})`;
  const view = root.viewBox.baseVal;
  if (view?.width > 0 && view.height > 0) {
    const [wide, high] = [box.right - box.left, box.bottom - box.top];
    const scale = Math.min(wide / view.width, high / view.height);
    const [x, y] = [(wide - scale * view.width) / 2 - scale * view.x, (high - scale * view.height) / 2 - scale * view.y];
    return `translate(${short(box.left + x)} ${short(box.top + y)}) scale(${Math.round(scale * 1e4) / 1e4})`;
  }
  const { a, d } = new DOMMatrix(getComputedStyle(root).transform);
  return a === 1 && d === 1 ? move : `${move} scale(${Math.round(a * 1e4) / 1e4} ${Math.round(d * 1e4) / 1e4})`;
}

function vector(node) {
  const style = getComputedStyle(node);
  const name = node.localName;
  if (DEFINITIONS.has(name)) return new XMLSerializer().serializeToString(node);
  if (style.display === "none" || Number(style.opacity) < 0.004) return "";
  const shared = { transform: moved(style), opacity: Number(style.opacity) < 0.996 ? Number(style.opacity) : null,
    "clip-path": style.clipPath.startsWith("url(") ? reference(style.clipPath) : null };
  if (GEOMETRY[name]) return style.visibility === "visible" || name === "text" ? leaf(node, name, style, shared) : "";
  if (name !== "g" && name !== "svg" && name !== "a") return "";
  const inside = [...node.children].map(vector).join("");
  return inside && (Object.values(shared).some(Boolean) ? tag("g", shared, inside) : inside);
}

/** `url("#id")`, the way that all programs read it. */
const reference = (text) => text.replaceAll('"', "");

function moved(style) {
  if (style.transform === "none") return null;
  const { a, b, c, d, e, f } = new DOMMatrix(style.transform);
  const [x, y] = style.transformOrigin.split(" ").map(parseFloat);
  // About its origin: there and back.
  const [right, down] = [e + x - a * x - c * y, f + y - b * x - d * y];
  const plain = a === 1 && b === 0 && c === 0 && d === 1;
  if (plain && right === 0 && down === 0) return null;
  if (plain) return `translate(${short(right)} ${short(down)})`;
  return `matrix(${[a, b, c, d].map((value) => Math.round(value * 1e5) / 1e5).join(" ")} ${short(right)} ${short(down)})`;
}

function leaf(node, name, style, shared) {
  const place = Object.fromEntries(GEOMETRY[name].map((key) => [key, node.getAttribute(key)]));
  const fill = inked("fill", style);
  const stroke = inked("stroke", style);
  const nothing = fill.fill === "none" && stroke.stroke === undefined;
  if (name === "image") return tag(name, { ...place, ...shared });
  if (name === "text") return lettered(node, style, { ...place, ...shared });
  return nothing ? "" : tag(name, { ...place, ...shared, ...fill, ...stroke });
}

/** A paint with its own opacity; a stroke that is not there is not said. */
function inked(which, style) {
  const text = style[which];
  const opacity = Number(style[`${which}Opacity`]);
  const colour = opacity < 0.004 ? null : text.startsWith("url(") ? { colour: reference(text.split(" ")[0]), opacity: 1 } : colourOf(text);
  if (which === "fill") return paint("fill", colour, opacity);
  const width = parseFloat(style.strokeWidth);
  if (!colour || !(width > 0)) return {};
  const dashes = style.strokeDasharray === "none" ? null : style.strokeDasharray.replaceAll("px", "").replaceAll(",", " ");
  return { ...paint("stroke", colour, opacity), "stroke-width": width, "stroke-dasharray": dashes,
    "stroke-linecap": style.strokeLinecap === "butt" ? null : style.strokeLinecap,
    "stroke-linejoin": style.strokeLinejoin === "miter" ? null : style.strokeLinejoin };
}

/** The font, for a canvas and as attributes. @param {CSSStyleDeclaration} style */
export function lettering(style) {
  const { fontStyle, fontWeight, fontSize, fontFamily, letterSpacing } = style;
  return {
    font: `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`,
    attributes: { "font-family": fontFamily.replaceAll('"', "'"), "font-size": parseFloat(fontSize),
      "font-weight": fontWeight === "400" ? null : fontWeight, "font-style": fontStyle === "normal" ? null : fontStyle,
      "letter-spacing": letterSpacing === "normal" ? null : parseFloat(letterSpacing) },
  };
}

/** A rim under the letters is a text of its own: few programs know `paint-order`. */
function lettered(node, style, place) {
  const outlined = style.paintOrder.startsWith("stroke") && inked("stroke", style).stroke;
  const whole = (inks) => {
    const inside = runs(node, inks);
    return inside && tag("text", { ...place, ...lettering(style).attributes, ...inks(style),
      "text-anchor": style.textAnchor === "start" ? null : style.textAnchor,
      "dominant-baseline": style.dominantBaseline === "auto" ? null : style.dominantBaseline }, inside);
  };
  if (!outlined) return whole((own) => ({ ...inked("fill", own), ...inked("stroke", own) }));
  const rim = (own) => ({ fill: "none", ...inked("stroke", own), "stroke-linejoin": "round" });
  return whole(rim) + whole((own) => inked("fill", own));
}

function runs(node, inks) {
  return [...node.childNodes].map((child) => {
    if (child instanceof Text) return getComputedStyle(node).visibility === "visible" ? escaped(child.data) : "";
    if (child.localName !== "tspan") return "";
    const style = getComputedStyle(child);
    const place = Object.fromEntries(GEOMETRY.tspan.map((key) => [key, child.getAttribute(key)]));
    const inside = style.display === "none" ? "" : runs(child, inks);
    return inside && tag("tspan", { ...place, ...lettering(style).attributes, ...inks(style) }, inside);
  }).join("");
}
