/**
 * One sum, term by term: over each term a bar of what it adds, below it value × weight = product.
 * The cards of terms are kept from step to step, so that one can stay in the hand while the run
 * behind it changes.
 */

import { adjustable, fixed as unadjustable } from "./adjust.mjs";
import { html } from "./dom.mjs";
import { largest, niceLimit, powerOfTen, significant } from "./scales.mjs";
import { fold } from "./terms.mjs";
import { shownSum } from "./unit_numbers.mjs";
import { arrange, symbolText, writeSymbol } from "./unit_symbols.mjs";

/** Weights can be dragged at least so far. */
const LEAST_LIMIT = 3;
const BAR = 26;

export class SumView {
  /**
   * @param {HTMLElement} root
   * @param {{go: (from: {layer: number, step: number, unit: number}) => void, stage: import("./stage.mjs").Stage,
   *   mayChange: () => boolean}} hooks
   */
  constructor(root, hooks) {
    this.root = root;
    this.hooks = hooks;
    this.cards = new Map();
    this.scale = html("p", { class: "sum-scale" }, root);
    this.row = html("div", { class: "terms", role: "group" }, root);
    this.rest = html("span", { class: "term-rest" });
    this.zeros = html("span", { class: "term zeros" }, this.rest);
    this.more = html("button", { type: "button", class: "term more" }, this.rest);
    [this.moreCount, this.moreSum] = [html("span", {}, this.more), html("b", {}, this.more)];
    // On a line of its own, so that it stands at the same place however many terms there are.
    this.foot = html("div", { class: "sum-foot" }, root);
    this.end = html("span", { class: "sum-total" });
    this.equals = html("span", { class: "sum-equals" }, this.end);
    const total = html("span", { class: "sum-result" }, this.end);
    this.symbol = html("span", { class: "symbol" }, total);
    this.total = html("b", {}, total);
    this.was = html("span", { class: "was" }, total);
    this.open = false;
    this.more.onclick = () => {
      this.open = !this.open;
      this.draw();
    };
  }

  /**
   * @param {import("./terms.mjs").Sum} sum @param {import("./terms.mjs").Sum|null} ghost
   * @param {{most: number, ranks: Map<string, number>, run: import("./decode.mjs").RunData, ghostRun: import("./decode.mjs").RunData|null,
   *   colour: (term: import("./terms.mjs").Term) => string|null, tail: HTMLElement|null}} around  `most`: so many terms are shown, the
   *   largest by `ranks`; `tail`: what follows the total
   */
  show(sum, ghost, around) {
    Object.assign(this, { sum, ghost, around });
    this.draw();
  }

  draw() {
    const { sum, around } = this;
    const active = this.root.getRootNode().activeElement;
    const held = [...this.cards].find(([, card]) => card.node.contains(active))?.[0];
    const own = around.own ?? null;
    const keeps = ({ key, from }) => key === held || (own !== null && from?.unit === own && around.keepsOwn);
    const rank = around.ranks && (({ key }) => around.ranks.get(key) ?? 0);
    const { shown, rest } = fold(sum, { most: around.most, keeps, open: this.open, rank });
    const texts = shownSum(shown, sum.total, rest?.total ?? 0);
    const most = Math.max(...shown.map(({ product }) => Math.abs(product)), 1e-300);
    const was = new Map((this.ghost?.terms ?? []).map((term) => [term.key, term]));
    const nodes = shown.map((term, k) => {
      const card = this.card(term);
      const first = shown.findIndex(({ part }) => part === term.part) === k;
      card.caption.textContent = first ? around.captions[term.part] ?? "" : "";
      this.fill(card, term, texts.terms[k], { most, unit: 10 ** texts.power, was: was.get(term.key) });
      return card.node;
    });
    this.row.setAttribute("aria-label", `The terms of ${symbolText(sum.result)}`);
    this.scale.hidden = texts.power === 0;
    this.scale.textContent = `Values and products in units of ${powerOfTen(texts.power)}`;
    this.ends(nodes, rest, texts, shown.filter(adds0).length);
    arrange(this.row, nodes);
  }

  /** What was left out, and the total. */
  ends(nodes, rest, texts, shownZeros) {
    const { sum } = this;
    const zeros = sum.zeros - shownZeros;
    this.zeros.textContent = `${zeros} ${zeros === 1 ? "zero" : "zeros"}`;
    this.zeros.title = `${sum.zerosAre}: they add nothing`;
    this.zeros.hidden = zeros <= 0;
    const smaller = rest !== null && rest.count > 0;
    this.more.hidden = !(smaller || this.open);
    this.moreCount.textContent = smaller ? `… and ${rest.count} smaller:` : "show the largest only";
    this.moreSum.textContent = smaller ? texts.rest : "";
    this.more.setAttribute("aria-expanded", String(this.open));
    this.more.classList.toggle("opened", this.open);
    if (!this.zeros.hidden || !this.more.hidden) nodes.push(this.rest);
    const power = texts.power === 0 ? "" : ` × ${powerOfTen(texts.power)}`;
    this.equals.textContent = texts.equals;
    writeSymbol(this.symbol, sum.result);
    this.total.textContent = texts.total === "0" ? "0" : `${texts.total}${power}`;
    this.end.dataset.part = sum.part;
    const before = this.ghost?.total;
    this.was.hidden = !differs(before, sum.total);
    this.was.textContent = this.was.hidden ? "" : `was ${significant(before, 3)}`;
    arrange(this.foot, [this.end, ...(this.around.tail ? [this.around.tail] : [])]);
  }

  /** @param {import("./terms.mjs").Term} term */
  card(term) {
    const key = `${term.key}${term.from ? "→" : ""}`;
    if (!this.cards.has(key)) this.cards.set(key, this.make(Boolean(term.from)));
    return this.cards.get(key);
  }

  make(leads) {
    const node = html("span", { class: "term" });
    const caption = html("span", { class: "term-caption" }, node);
    const plot = html("span", { class: "term-plot", "aria-hidden": "true" }, node);
    const bar = html("i", {}, plot);
    const name = html("span", { class: "term-name symbol" }, node);
    const value = html(leads ? "button" : "span", { class: "term-value", ...(leads ? { type: "button" } : {}) }, node);
    const [chip, number] = [html("i", { class: "chip" }, value), html("span", {}, value)];
    const weight = html("span", { class: "term-weight" }, node);
    const by = html("span", { class: "symbol by" }, weight);
    const factor = html("span", { class: "factor" }, weight);
    const product = html("span", { class: "term-product" }, node);
    const [equals, result] = [html("span", {}, product), html("b", {}, product)];
    const was = html("span", { class: "was" }, node);
    const card = { node, caption, bar, name, value, chip, number, weight, by, factor, product, equals, result, was };
    node.onpointerenter = () => this.lit(card, true);
    node.onpointerleave = () => this.lit(card, false);
    node.addEventListener("focusin", () => this.lit(card, true));
    node.addEventListener("focusout", () => this.lit(card, false));
    if (leads) value.onclick = () => this.hooks.go(card.term.from);
    return card;
  }

  /** Lights where a factor comes from: its letter in the formula, its unit in the strips. */
  lit(card, on) {
    const { part, from } = card.term;
    this.hooks.light(on ? part : null, on ? card.node : null);
    if (from && from.layer === this.around.layer) this.hooks.stage.hover(on ? from.unit : null);
  }

  fill(card, term, text, { most, unit, was }) {
    card.term = term;
    const share = Math.abs(term.product) / most;
    card.node.dataset.part = term.part;
    card.node.dataset.size = share >= 0.3 ? "large" : share < 0.06 ? "small" : "middle";
    card.node.toggleAttribute("data-alone", term.value === null);
    card.node.toggleAttribute("data-joins", term.joins === "+");
    card.node.toggleAttribute("data-own", this.around.keepsOwn === true && term.from?.unit === this.around.own);
    // From the line upwards, or by a negative share downwards: so it goes through 0 as it changes.
    const tall = term.product === 0 ? 0 : Math.sign(term.product) * Math.max(1 / BAR, share);
    card.bar.style.transform = `scaleY(${tall.toFixed(3)})`;
    card.bar.style.background = `var(--${term.product < 0 ? "negative" : "positive"})`;
    writeSymbol(card.name, term.name);
    write(card.number, text.value ?? "");
    const colour = this.around.colour(term);
    card.chip.hidden = colour === null;
    if (colour !== null) card.chip.style.background = colour;
    card.by.hidden = !term.by;
    if (term.by) writeSymbol(card.by, term.by);
    write(card.factor, term.value === null ? "" : text.weight);
    write(card.equals, text.equals === "=" ? "" : "≈ ");
    write(card.result, text.product);
    this.describe(card, term, text);
    const old = was && (differs(was.product, term.product) ? was.product / unit : null);
    card.was.hidden = old === null || old === undefined;
    card.was.textContent = card.was.hidden ? "" : `was ${significant(old, 3)}`;
    this.hand(card, term);
  }

  describe(card, term, text) {
    if (card.value.tagName === "BUTTON") {
      const goes = `${term.says}: ${text.value}. Go to its arithmetic`;
      card.value.setAttribute("aria-label", goes);
      card.value.title = goes;
    } else card.value.title = term.says;
    card.name.title = term.says;
  }

  /** Weights and biases, and the input where it is a number, at the learner's hand. */
  hand(card, term) {
    const { mayChange } = this.hooks;
    const alone = term.value === null;
    const [node, other] = alone ? [card.result, card.factor] : [card.factor, card.result];
    const label = alone || term.joins ? term.place?.[0] ?? "" : `weight of ${term.says}, ${term.place?.[0]}`;
    unadjustable(other);
    this.offer(node, mayChange() && term.place, { label, limit: () => this.limit(term.place[0]), get: () => card.term.weight,
      edit: () => ({ kind: "weight", place: card.term.place }) });
    if (card.value.tagName === "BUTTON") return;
    const value = () => card.term.value;
    if (term.valuePlace) {
      this.offer(card.number, mayChange(), { label: term.valuePlace[0], limit: () => this.limit(term.valuePlace[0]), get: value,
        edit: () => ({ kind: "weight", place: card.term.valuePlace }) });
      return;
    }
    const inputs = () => niceLimit(2 * largest((this.around.ghostRun ?? this.around.run).array("inputs")));
    this.offer(card.number, mayChange() && term.inputStep !== undefined, { label: `input at t = ${term.inputStep}`, limit: inputs, get: value,
      edit: () => ({ kind: "input", place: [card.term.inputStep] }) });
  }

  /** One number as a slider, or no longer as one. */
  offer(node, may, { label, limit, get, edit }) {
    if (!may) {
      unadjustable(node);
      return;
    }
    const most = limit();
    // While it is dragged the hand is ahead of the run that comes of it.
    const now = () => (inHand(node) ? node.ahead : get());
    adjustable(node, { label, min: -most, max: most, step: most / 60, get: now, say: (value) => significant(value, 3),
      set: (value, final) => {
        node.ahead = value;
        node.textContent = significant(value, 3);
        this.hooks.stage.edit({ ...edit(), value, final });
      } });
  }

  /** Fixed while a weight is dragged: taken from the run as it was before the change. */
  limit(name) {
    const { run, ghostRun, layer } = this.around;
    const source = ghostRun ?? run;
    const values = source.array(name) ?? source.of(layer, name.replace(/_l\d+(_reverse)?$/, "")) ?? [];
    return Math.max(LEAST_LIMIT, niceLimit(1.5 * largest(values)));
  }
}

/** Exactly nothing, and counted among the zeros of its sum. */
const adds0 = ({ value, product, joins }) => !joins && value !== null && (value === 0 || product === 0);

const inHand = (node) => node.hasAttribute("data-dragged");

function write(node, text) {
  if (!inHand(node) && node.textContent !== text) node.textContent = text;
}

/** Whether a number before a change reads otherwise than it does now. */
export const differs = (before, now) => before !== undefined && before !== null && significant(before, 3) !== significant(now, 3);
