/**
 * The present picture, to take along: graph or deeper view, strips, gradients and panels at the
 * cursor, under their title and narration, without the controls. As SVG, vectors and text stay
 * such and the heat maps are embedded pictures; the PNG is that SVG, drawn at twice the size.
 */

import { scaleOf } from "./dom.mjs";
import { escaped, pictureName, tag } from "./picture_text.mjs";
import { Walk } from "./picture_walk.mjs";
import { css } from "./scales.mjs";

const EDGE = 24;
const GAP = 10;
const PIXELS = 2;
const PIECES = ["[data-title]", "[data-narration]", "[data-multiples]", "[data-tracks]"];

/** @param {import("./stage.mjs").Stage} stage @returns {Promise<{svg: string, png: Blob}>} */
export async function pictureOf(stage) {
  const svg = svgOf(stage);
  return { svg, png: await pngOf(svg) };
}

/** @param {import("./stage.mjs").Stage} stage @returns {string} */
export function svgOf(stage) {
  const { root, theme } = stage;
  const scale = scaleOf(root);
  const around = root.getBoundingClientRect();
  const walks = [];
  let y = EDGE;
  for (const piece of PIECES.map((selector) => root.querySelector(selector))) {
    const rect = piece.getBoundingClientRect();
    if (rect.height === 0) continue;
    const walk = new Walk({ x: around.left, y: rect.top, scale }, `part${walks.length}`);
    walks.push({ walk, markup: tag("g", { transform: `translate(${EDGE} ${y})` }, walk.draw(piece)) });
    y += Math.ceil(rect.height / scale) + GAP;
  }
  const [width, height] = [Math.ceil(around.width / scale) + 2 * EDGE, y - GAP + EDGE];
  const words = (name, selector) => tag(name, {}, escaped(root.querySelector(selector).textContent) || " ");
  return tag("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}`,
    role: "img", style: "font-variant-numeric: tabular-nums" },
  words("title", "[data-title]") + words("desc", "[data-narration]")
    + tag("defs", {}, walks.map(({ walk }) => walk.definitions).join(""))
    + tag("rect", { width, height, fill: css(theme.back) })
    + walks.map(({ markup }) => markup).join(""));
}

/** @param {string} svg @returns {Promise<Blob>} */
export async function pngOf(svg) {
  const fonts = await fontFaces(svg);
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([svg.replace("<defs", () => `${fonts}<defs`)], { type: "image/svg+xml" }));
  try {
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * PIXELS;
    canvas.height = image.naturalHeight * PIXELS;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => canvas.toBlob((blob) =>
      (blob ? resolve(blob) : reject(new Error(`A picture of ${canvas.width} × ${canvas.height} is more than this browser draws.`))), "image/png"));
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

/**
 * The page's own fonts that the picture names: an SVG that is drawn as an image sees none of them
 * unless it brings them along. Where the page has none (a file on disk) the system's are used.
 */
async function fontFaces(svg) {
  const rules = [...document.styleSheets].flatMap(rulesOf).filter((rule) => rule instanceof CSSFontFaceRule);
  const used = rules.filter(({ style }) => svg.includes(style.getPropertyValue("font-family").replace(/["']/g, ""))
    && style.getPropertyValue("font-style") !== "italic");
  const faces = await Promise.all(used.map(embedded));
  return faces.length > 0 ? tag("style", {}, escaped(faces.join("\n"))) : "";
}

/** A style sheet from elsewhere does not show its rules. */
function rulesOf(sheet) {
  try {
    return [...sheet.cssRules];
  } catch {
    return [];
  }
}

async function embedded(rule) {
  const address = /url\(["']?([^"')]+)["']?\)/.exec(rule.style.getPropertyValue("src"))?.[1];
  if (!address || address.startsWith("data:")) return rule.cssText;
  const font = await fetch(new URL(address, rule.parentStyleSheet.href ?? document.baseURI));
  if (!font.ok) throw new Error(`The font ${address} did not load (${font.status}).`);
  const bytes = new Uint8Array(await font.arrayBuffer());
  const text = btoa(bytes.reduce((whole, byte) => whole + String.fromCharCode(byte), ""));
  return rule.cssText.replace(/src:[^;]+/, `src: url("data:font/woff2;base64,${text}")`);
}

/** @param {import("./stage.mjs").Stage} stage @param {"svg"|"png"} kind */
export async function savePicture(stage, kind) {
  const svg = svgOf(stage);
  const { clock, state, run, tracks } = stage;
  const where = { step: clock.step, phase: clock.phase, level: state.level };
  const name = `${pictureName(run.header, where, tracks.map((track) => track.run.header.cell))}.${kind}`;
  save(kind === "png" ? await pngOf(svg) : new Blob([svg], { type: "image/svg+xml" }), name);
  return name;
}

/** @param {Blob} content @param {string} name */
function save(content, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // Some browsers read the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
