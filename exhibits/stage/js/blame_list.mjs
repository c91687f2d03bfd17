/** Whose fault the gradient at the cursor is: the largest parts as buttons, the rest as one line. */

import { blameTitle, cancellationSentence, glued, noteOn } from "./blame_words.mjs";
import { shade } from "./blame_strip.mjs";
import { html, Part } from "./dom.mjs";
import { named } from "./narration.mjs";
import { css, significant } from "./scales.mjs";
import { bandsAt, farthest, percent } from "./shares.mjs";

const MOST_ROWS = 5;

export class BlameList {
  /** @param {HTMLElement} root @param {{hover(source: number|null): void, pick(source: number): void}} act */
  constructor(root, act) {
    this.root = root;
    this.act = act;
    this.title = new Part(html("h4", { class: "blame-title" }, root));
    this.list = html("div", { class: "blame-list" }, root);
    this.rows = Array.from({ length: MOST_ROWS }, () => this.makeRow());
    this.rest = new Part(html("p", { class: "panel-note blame-rest" }, root));
    this.sum = new Part(html("p", { class: "panel-note blame-sum" }, root));
  }

  makeRow() {
    const button = html("button", { type: "button", class: "blame-row" }, this.list);
    const place = (name) => new Part(html("span", { class: name }, button));
    const row = { button, where: place("blame-where"), bar: place("blame-bar"), fill: null, share: place("blame-share"),
      norm: place("blame-norm"), source: null };
    row.fill = new Part(html("i", {}, row.bar.node));
    button.onpointerenter = (event) => event.pointerType !== "touch" && this.act.hover(row.source);
    button.onpointerleave = () => this.act.hover(null);
    button.onfocus = () => button.matches(":focus-visible") && this.act.hover(row.source);
    button.onblur = () => this.act.hover(null);
    button.onclick = () => this.act.pick(row.source);
    return row;
  }

  /** @param {{run: object, sources: import("./shares.mjs").Sources, left: ArrayLike<number>, theme: object}} given */
  layout(given) {
    Object.assign(this, given);
    this.most = farthest(this.sources);
    this.step = null;
    this.root.style.setProperty("--rows", String(Math.min(MOST_ROWS, this.sources.losses.length)));
    this.rest.node.hidden = this.sources.losses.length <= MOST_ROWS;
  }

  /** The loss that is kept. */
  show(pinned) {
    this.pinned = pinned;
    for (const row of this.rows) row.button.setAttribute("aria-pressed", String(row.source !== null && row.source === pinned));
  }

  /** @param {import("./graph.mjs").Frame} frame */
  draw(frame) {
    if (frame.step === this.step) return;
    this.step = frame.step;
    const { run, sources } = this;
    const bands = bandsAt(sources, frame.step).sort((a, b) => b.norm - a.norm);
    this.title.text(glued(blameTitle(run, sources, frame.step)));
    this.rows.forEach((row, k) => this.fill(row, bands[k], bands[0]));
    const rest = bands.slice(MOST_ROWS);
    const share = rest.reduce((sum, band) => sum + band.share, 0);
    this.rest.text(rest.length ? `and ${rest.length} more, together ${percent(share)}` : "");
    const sum = bands.length > 1 ? cancellationSentence(sources, frame.step, this.left[frame.step]) : "";
    this.sum.text(glued([noteOn(run, sources, frame.step), sum].filter(Boolean).join(" ")));
    this.show(this.pinned ?? null);
  }

  fill(row, band, largest) {
    row.button.hidden = !band;
    const before = row.source;
    row.source = band ? band.source : null;
    if (!band) return;
    const { header } = this.run;
    const label = header.input.kind === "text" ? named(header.input.labels[band.source]) : "";
    row.where.text(`t = ${band.source}${label ? ` ${label}` : ""}`);
    row.fill.style("width", `${Math.max(1, (100 * band.share) / largest.share)}%`);
    row.fill.style("background", css(shade(this.theme, band.near, this.most)));
    row.share.text(percent(band.share));
    row.norm.text(significant(band.norm, 2));
    row.button.setAttribute("aria-label", `The loss at t = ${band.source}${label ? `, ${label}` : ""}: `
      + `${percent(band.share)}, norm ${significant(band.norm, 3)}`);
    // The focus stays on the row while the cursor moves on: what is played alone goes with it.
    if (before !== row.source && row.button.matches(":focus-visible")) this.act.hover(row.source);
  }
}
