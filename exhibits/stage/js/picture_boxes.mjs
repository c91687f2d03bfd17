/** What an HTML element paints of itself: shadows, background, borders. */

import { colourOf, gradientOf, paint, shadowsOf, shared, short, tag } from "./picture_text.mjs";

/** @typedef {import("./picture_text.mjs").Box} Box */

/** A box as a rectangle's attributes. @param {Box} box */
export const sides = ({ left, top, right, bottom }) =>
  ({ x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) });

const CORNERS = ["TopLeft", "TopRight", "BottomRight", "BottomLeft"];

/** The corners' radii, clockwise. @returns {number[]} */
function radii(style, box) {
  const most = Math.min(box.bottom - box.top, box.right - box.left) / 2;
  return CORNERS.map((corner) => Math.min(parseFloat(style[`border${corner}Radius`]) || 0, most));
}

/** A box with its corners: a rectangle where they are alike. */
function shape(box, round, attributes) {
  if (round.some((one) => one !== round[0])) return tag("path", { d: outline(box, round), ...attributes });
  return tag("rect", { ...sides(box), rx: round[0] || null, ...attributes });
}

const grown = ({ left, top, right, bottom }, by, x = 0, y = 0) =>
  ({ left: left - by + x, top: top - by + y, right: right + by + x, bottom: bottom + by + y });

/**
 * Shadows and background, from the lowest to the highest.
 * @param {CSSStyleDeclaration} style @param {Box} box @param {import("./picture_walk.mjs").Walk} walk
 */
export function ground(style, box, walk) {
  const round = radii(style, box);
  const plain = colourOf(style.backgroundColor);
  const gradient = gradientOf(style.backgroundImage);
  const shadows = shadowsOf(style.boxShadow).reverse();
  const some = (inset) => shadows.filter((one) => one.inset === inset).map((one) => shadow(one, round, box)).join("");
  return some(false) + (plain ? shape(box, round, paint("fill", plain)) : "")
    + (gradient ? shape(box, round, { fill: gradientIn(gradient, box, walk) }) : "") + some(true);
}

/** Along CSS's own line: through the middle, from corner to corner whatever the angle. */
function gradientIn({ angle, length, stops }, box, walk) {
  const turn = (angle * Math.PI) / 180;
  const [dx, dy] = [Math.sin(turn), -Math.cos(turn)];
  const whole = Math.abs((box.right - box.left) * dx) + Math.abs((box.bottom - box.top) * dy);
  const [x1, y1] = [(box.left + box.right - dx * whole) / 2, (box.top + box.bottom - dy * whole) / 2];
  const way = length ?? whole;
  const line = { gradientUnits: "userSpaceOnUse", spreadMethod: length ? "repeat" : null,
    x1, y1, x2: x1 + dx * way, y2: y1 + dy * way };
  const marks = stops.map(({ colour, opacity, at }) => tag("stop", { offset: String(Math.round(at * 1e4) / 1e4),
    "stop-color": colour, "stop-opacity": opacity < 0.996 ? opacity : null })).join("");
  return walk.define(`gradient ${Object.values(line)} ${marks}`, (id) => tag("linearGradient", { id, ...line }, marks));
}

/** Outside the box and within its reach; or inside the box and outside what it leaves free. */
function shadow({ paint: ink, x, y, spread, inset }, round, box) {
  const by = inset ? -spread : spread;
  const other = grown(box, by, x, y);
  const rounding = round.map((one) => (one ? Math.max(0, one + by) : 0));
  return tag("path", { d: outline(box, round) + outline(inset ? shared(box, other) : other, rounding), "fill-rule": "evenodd",
    ...paint("fill", ink) });
}

function outline({ left, top, right, bottom }, round) {
  if (right <= left || bottom <= top) return "";
  const [a, b, c, d] = round;
  const corner = (r, x, y) => (r < 0.05 ? "" : `a${short(r)} ${short(r)} 0 0 1 ${short(x * r)} ${short(y * r)}`);
  return `M${short(left + a)} ${short(top)}H${short(right - b)}${corner(b, 1, 1)}V${short(bottom - c)}${corner(c, -1, 1)}`
    + `H${short(left + d)}${corner(d, -1, -1)}V${short(top + a)}${corner(a, 1, -1)}Z`;
}

const DASHES = { dashed: [3, 2], dotted: [1, 1] };
const dashesOf = (kind, width) => DASHES[kind]?.map((length) => short(length * width)).join(" ");

/** Four equal borders are one outline; otherwise each side is a line of its own. */
export function borders(style, box) {
  const each = ["Top", "Right", "Bottom", "Left"].map((side) => {
    const kind = style[`border${side}Style`];
    const width = ["none", "hidden"].includes(kind) ? 0 : parseFloat(style[`border${side}Width`]);
    return { side, kind, width, text: style[`border${side}Color`] };
  });
  const [{ width, text, kind }] = each;
  if (!each.every((one) => one.width === width && one.text === text && one.kind === kind)) {
    return each.map((one) => side(one, box)).join("");
  }
  const colour = width > 0 ? colourOf(text) : null;
  const round = radii(style, box).map((one) => Math.max(0, one - width / 2));
  return colour ? shape(grown(box, -width / 2), round, { fill: "none", ...paint("stroke", colour), "stroke-width": width,
    "stroke-dasharray": dashesOf(kind, width) }) : "";
}

function side({ side: which, width, text, kind }, box) {
  const colour = width > 0 ? colourOf(text) : null;
  if (!colour) return "";
  const { left, top, right, bottom } = grown(box, -width / 2);
  const ends = { Top: [box.left, top, box.right, top], Right: [right, box.top, right, box.bottom],
    Bottom: [box.left, bottom, box.right, bottom], Left: [left, box.top, left, box.bottom] }[which];
  const [x1, y1, x2, y2] = ends;
  return tag("line", { x1, y1, x2, y2, ...paint("stroke", colour), "stroke-width": width, "stroke-dasharray": dashesOf(kind, width) });
}
