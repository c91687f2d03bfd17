/**
 * The words of an SVG file: CSS values as a browser computes them, turned into what every program
 * that opens SVG can read. Pure.
 */

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
// What XML 1.0 cannot hold, not even escaped; a learner's text may.
const NOT_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** @param {string} text */
export const escaped = (text) => text.replace(NOT_XML, "\uFFFD").replace(/[&<>"]/g, (letter) => ESCAPES[letter]);

/** Two digits after the point are finer than any screen. */
export const short = (value) => String(Math.round(value * 100) / 100);

/** One element. Attributes that are null, undefined or "" are left out. @param {Record<string, unknown>} attributes */
export function tag(name, attributes, content = "") {
  const said = Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? short(value) : escaped(String(value))}"`);
  return content ? `<${name}${said.join("")}>${content}</${name}>` : `<${name}${said.join("")}/>`;
}

const hex = (channel) => Math.round(Math.min(255, Math.max(0, channel))).toString(16).padStart(2, "0");

/**
 * A computed colour, `rgb(…)`, `rgba(…)` or `color(srgb …)`, as hexadecimal digits and an opacity:
 * the one form that all programs know. Null where nothing is to be seen.
 * @param {string} text @returns {{colour: string, opacity: number}|null}
 */
export function colourOf(text) {
  const [, kind, inside] = /^(rgba?|color)\((?:srgb )?([^)]*)\)$/.exec(text.trim()) ?? [];
  if (!kind) return null;
  const numbers = inside.split(/[\s,/]+/).map((part) => (part.endsWith("%") ? parseFloat(part) / 100 : parseFloat(part)));
  const [r, g, b, alpha = 1] = numbers;
  if ([r, g, b, alpha].some(Number.isNaN) || alpha < 0.004) return null;
  const most = kind === "color" ? 255 : 1;
  return { colour: `#${hex(r * most)}${hex(g * most)}${hex(b * most)}`, opacity: Math.min(1, alpha) };
}

/** Attributes of a paint. @param {"fill"|"stroke"} which @param {{colour: string, opacity: number}|null} paint */
export const paint = (which, paint, opacity = 1) => (paint
  ? { [which]: paint.colour, [`${which}-opacity`]: paint.opacity * opacity < 0.996 ? paint.opacity * opacity : null }
  : { [which]: "none" });

/** Splits at commas outside brackets. */
const listed = (text) => text.split(/,(?![^(]*\))/).map((part) => part.trim());

/**
 * A computed `linear-gradient(…)` or its repeating kind, or null where the background is another.
 * @returns {{angle: number, length: number|null, stops: {colour: string, opacity: number, at: number}[]}|null}
 *   angle in degrees, 0 upwards, clockwise; `at` from 0 to 1 of the whole way, or of the `length`
 *   in pixels that repeats
 */
export function gradientOf(text) {
  const [, repeating, inside] = /^(repeating-)?linear-gradient\((.*)\)$/.exec(text.trim()) ?? [];
  if (!inside) return null;
  const parts = listed(inside);
  const sides = { "to top": 0, "to right": 90, "to bottom": 180, "to left": 270 };
  const first = parts[0].endsWith("deg") ? parseFloat(parts[0]) : sides[parts[0]];
  if (first !== undefined) parts.shift();
  const length = repeating ? parseFloat(/(-?[\d.]+)px$/.exec(parts.at(-1))?.[1] ?? "NaN") : null;
  if (Number.isNaN(length)) return null;
  const stops = parts.map((part) => {
    const [, colour, at, unit] = /^(.*?\))(?:\s+(-?[\d.]+)(%|px))?$/.exec(part) ?? [];
    const place = at === undefined ? null : Number(at) / (unit === "px" ? length : 100);
    return { ...(colourOf(colour ?? "") ?? { colour: "#000000", opacity: 0 }), at: place };
  });
  return { angle: first ?? 180, length, stops: spread(stops) };
}

/** Stops without a place stand evenly between their neighbours. */
function spread(stops) {
  const last = stops.length - 1;
  const at = stops.map((stop, k) => stop.at ?? (k === 0 ? 0 : k === last ? 1 : null));
  for (let k = 1; k < last; k++) {
    if (at[k] !== null) continue;
    const next = at.findIndex((value, later) => later > k && value !== null);
    at[k] = at[k - 1] + (at[next] - at[k - 1]) / (next - k + 1);
  }
  return stops.map((stop, k) => ({ ...stop, at: at[k] }));
}

/**
 * The sharp shadows of a computed `box-shadow`, the first on top: rims, and bars along a side.
 * Blurred ones are left out: they only lift what floats, and nothing floats in a picture.
 * @returns {{paint: {colour: string, opacity: number}, x: number, y: number, spread: number, inset: boolean}[]}
 */
export function shadowsOf(text) {
  return listed(text).flatMap((part) => {
    const [, colour, x, y, blur, spreadBy, inset] =
      /^(.*?\)) (-?[\d.]+)px (-?[\d.]+)px ([\d.]+)px (-?[\d.]+)px( inset)?$/.exec(part) ?? [];
    const found = colour && Number(blur) === 0 ? colourOf(colour) : null;
    return found ? [{ paint: found, x: Number(x), y: Number(y), spread: Number(spreadBy), inset: Boolean(inset) }] : [];
  });
}

/** The words of a computed `content`; null where there is no such pseudo-element. */
export function contentOf(text) {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/s.exec(text);
  return quoted ? quoted[1].replace(/\\(.)/gs, "$1") : null;
}

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */

/** What two boxes share; null stands for everything. @param {Box|null} one @param {Box|null} other */
export function shared(one, other) {
  if (!one || !other) return one ?? other;
  return { left: Math.max(one.left, other.left), top: Math.max(one.top, other.top),
    right: Math.min(one.right, other.right), bottom: Math.min(one.bottom, other.bottom) };
}

/**
 * A file's name from what it shows: small letters, digits and hyphens, whatever the learner typed.
 * @param {import("./decode.mjs").Header} header @param {{step: number, phase: string, level: string}} where
 * @param {string[]} [cells] of all the runs that stand side by side
 */
export function pictureName(header, { step, phase, level }, cells = [header.cell]) {
  const { kind, labels } = header.input;
  const plain = (text) => text.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  const reads = kind === "text" ? plain(labels.join("")).slice(0, 24) : `${header.steps}-${kind}`;
  const parts = ["unrolled", ...new Set(cells), header.hidden, reads, level === "overview" ? "" : level, `t${step}`, phase];
  return plain(parts.filter((part) => part !== "").join("-"));
}
