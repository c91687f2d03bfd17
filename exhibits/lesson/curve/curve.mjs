/**
 * A curve that is drawn over axes with mouse, pen, finger or keys; later the true one over it.
 *
 * @typedef {import("./strokes.mjs").Axis & {name: string, x: number[], xLabel: string, yLabel: string,
 *   drawn: (number | null)[] | null, truth: number[] | null}} Data
 */

import { gaps, labels, missing, named, nameSpots, path, shareOf, stroked, valueAt, within, words } from "./strokes.mjs";

const NS = "http://www.w3.org/2000/svg";
const HEIGHT = 280;
const LEFT = 58;
const RIGHT = 12;
const TOP = 30;
const BOTTOM = 46;
const REVEAL = 1100; // ms
const KEYS_REST = 250; // ms
const MOST_UNDONE = 200;
const MOST_DOTS = 60;
const NAMES = ["yours", "true"];

function svg(name, attributes, parent, text) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  parent?.append(made);
  return made;
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

class Drawing {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.picture = svg("svg", { tabindex: 0 });
    this.row = document.createElement("div");
    this.row.className = "row";
    this.said = document.createElement("p");
    this.said.setAttribute("role", "status");
    this.undo = button("Undo", () => this.back());
    this.clear = button("Clear", () => this.wipe());
    this.row.append(this.said, this.undo, this.clear);
    root.replaceChildren(this.picture, this.row);
    this.at = 0;
    this.history = [];
    this.picture.addEventListener("pointerdown", (event) => this.down(event));
    this.picture.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) this.picture.addEventListener(name, () => this.up());
    // For browsers that do not know touch-action on shapes.
    this.picture.addEventListener("touchmove", (event) => this.last && event.preventDefault(), { passive: false });
    this.picture.addEventListener("keydown", (event) => this.key(event));
    this.seen = new ResizeObserver(() => this.data && this.draw());
    this.seen.observe(root);
  }

  /** @param {Data} data */
  load(data, send) {
    this.send = send;
    const same = this.data?.name === data.name && (this.data.truth === null) === (data.truth === null);
    this.data = data;
    if (same) return;
    this.drawn = data.drawn?.map((value) => (value === null ? null : shareOf(data, value))) ?? data.x.map(() => null);
    this.history = [];
    this.at = 0;
    this.locked = data.truth !== null;
    this.row.hidden = this.locked;
    this.draw();
    if (this.locked) this.reveal();
  }

  get width() {
    return Math.max(240, this.root.clientWidth || 600);
  }

  toX(k) {
    const { x } = this.data;
    const span = x[x.length - 1] - x[0];
    const share = span > 0 ? (x[k] - x[0]) / span : 0.5;
    return LEFT + 8 + share * (this.width - LEFT - RIGHT - 16);
  }

  toY(share) {
    return TOP + (1 - share) * (HEIGHT - TOP - BOTTOM);
  }

  draw() {
    const { data, picture, width } = this;
    const [right, foot] = [width - RIGHT, HEIGHT - BOTTOM];
    picture.replaceChildren();
    picture.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    picture.classList.toggle("locked", this.locked);
    svg("rect", { class: "plot", x: LEFT, y: TOP, width: right - LEFT, height: foot - TOP }, picture);
    for (const { value, text } of labels(data)) {
      const y = this.toY(shareOf(data, value));
      svg("line", { class: "grid", x1: LEFT, x2: right, y1: y, y2: y }, picture);
      svg("text", { x: LEFT - 7, y: y + 4.5, "text-anchor": "end" }, picture, text);
    }
    for (const k of named(data.x, Math.max(2, Math.floor((right - LEFT) / 30)))) {
      svg("text", { x: this.toX(k), y: foot + 18, "text-anchor": "middle" }, picture, words(data.x[k]));
    }
    svg("path", { class: "axis", d: `M${LEFT} ${TOP}V${foot}H${right}` }, picture);
    svg("text", { class: "label", x: 2, y: 16 }, picture, data.yLabel);
    svg("text", { class: "label", x: right, y: HEIGHT - 6, "text-anchor": "end" }, picture, data.xLabel);
    this.line = svg("line", { class: "at", y1: TOP, y2: foot }, picture);
    this.layer = svg("g", {}, picture);
    this.curves();
  }

  /** What changes with every stroke. */
  curves() {
    this.layer.replaceChildren();
    if (this.data.truth) this.compare(this.data.truth);
    else this.pencil();
    this.tell();
  }

  /** The learner's line with its points, and marks on the axis where it still has none. */
  pencil() {
    const { data, drawn, layer } = this;
    const few = data.x.length <= MOST_DOTS;
    const foot = this.toY(0);
    for (const [from, to] of gaps(drawn)) {
      if (few) for (let k = from; k <= to; k += 1) svg("circle", { class: "open", cx: this.toX(k), cy: foot, r: 3.5 }, layer);
      else svg("line", { class: "open", x1: this.toX(from), x2: this.toX(to), y1: foot, y2: foot }, layer);
    }
    svg("path", { class: "mine", d: path(drawn, (k) => this.toX(k), (share) => this.toY(share)) }, layer);
    drawn.forEach((share, k) => {
      const alone = (k === 0 || drawn[k - 1] === null) && (drawn[k + 1] ?? null) === null;
      if (share !== null && (few || alone)) svg("circle", { class: "dot", cx: this.toX(k), cy: this.toY(share), r: 3 }, layer);
    });
    this.line.setAttribute("x1", String(this.toX(this.at)));
    this.line.setAttribute("x2", String(this.toX(this.at)));
    const share = drawn[this.at];
    if (share === null) return;
    svg("circle", { class: "here", cx: this.toX(this.at), cy: this.toY(share), r: 6 }, layer);
    const label = `${words(data.x[this.at])}: ${words(valueAt(data, share))}`;
    svg("text", { class: "reading", x: this.width - RIGHT, y: 16, "text-anchor": "end" }, layer, label);
  }

  /** Both curves, what lies between them shaded, each named at its own line. */
  compare(truth) {
    const { layer, width } = this;
    const points = (shares) => shares.map((share, k) => ({ x: this.toX(k), y: this.toY(share) }));
    const lines = [points(this.drawn), points(truth.map((value) => shareOf(this.data, value)))];
    const [mine, real] = lines.map((line) => `M${line.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`);
    const back = [...lines[1]].reverse().map(({ x, y }) => `L${x.toFixed(1)} ${y.toFixed(1)}`).join("");
    const cover = svg("clipPath", { id: "so-far" }, layer);
    this.shade = svg("rect", { x: 0, y: 0, width, height: HEIGHT }, cover);
    const seen = svg("g", { "clip-path": "url(#so-far)" }, layer);
    svg("path", { class: "between", d: `${mine}${back}Z` }, seen);
    svg("path", { class: "true", d: real }, seen);
    svg("path", { class: "mine", d: mine }, layer);
    for (const [k, line] of lines.entries()) {
      const only = k === 0 ? layer : seen;
      if (line.length === 1) svg("circle", { class: k === 0 ? "dot" : "dot of-true", cx: line[0].x, cy: line[0].y, r: 4 }, only);
    }
    const box = { left: LEFT, right: width - RIGHT, top: TOP, bottom: HEIGHT - BOTTOM };
    nameSpots(lines, [38, 32], box).forEach(({ x, y }, k) => {
      svg("text", { class: k === 0 ? "name" : "name of-true", x, y, "text-anchor": "middle" }, k === 0 ? layer : seen, NAMES[k]);
    });
  }

  /** What a screen reader finds: a slider while it is drawn, both series afterwards. */
  tell() {
    const { data, picture, drawn } = this;
    const about = `${data.yLabel} over ${data.xLabel}`;
    if (data.truth) {
      const series = (values) => values.map((value, k) => `${words(data.x[k])}: ${words(value)}`).join(", ");
      const mine = drawn.map((share) => valueAt(data, share));
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", `${about}. Yours: ${series(mine)}. True: ${series(data.truth)}.`);
      for (const name of ["aria-valuetext", "aria-valuenow", "aria-valuemin", "aria-valuemax"]) picture.removeAttribute(name);
      return;
    }
    const share = drawn[this.at];
    picture.setAttribute("role", "slider");
    picture.setAttribute("aria-label", `Draw ${about}. Left and right choose a place, up and down its value.`);
    picture.setAttribute("aria-valuemin", "0");
    picture.setAttribute("aria-valuemax", "100");
    picture.setAttribute("aria-valuenow", String(Math.round(100 * (share ?? 0))));
    const here = share === null ? "nothing yet" : words(valueAt(data, share));
    picture.setAttribute("aria-valuetext", `${words(data.x[this.at])}: ${here}`);
    const left = missing(drawn, data.x);
    if (this.said.textContent !== left) this.said.textContent = left;
    this.undo.disabled = this.history.length === 0;
    this.clear.disabled = drawn.every((one) => one === null);
  }

  place(event) {
    const box = this.picture.getBoundingClientRect();
    const scale = this.width / box.width;
    const [px, py] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    let at = 0;
    this.data.x.forEach((_, k) => {
      if (Math.abs(this.toX(k) - px) < Math.abs(this.toX(at) - px)) at = k;
    });
    return { at, share: within(1 - (py - TOP) / (HEIGHT - TOP - BOTTOM)) };
  }

  down(event) {
    if (this.locked || event.button > 0 || this.last) return;
    this.picture.setPointerCapture(event.pointerId);
    this.remember();
    this.last = this.place(event);
    this.to(this.last);
  }

  move(event) {
    if (this.last) for (const one of event.getCoalescedEvents?.() ?? [event]) this.to(this.place(one));
  }

  to(place) {
    this.drawn = stroked(this.drawn, this.last, place, this.data.x);
    this.last = place;
    this.at = place.at;
    this.curves();
  }

  up() {
    if (!this.last) return;
    this.last = null;
    this.report();
  }

  key(event) {
    if (this.locked) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") this.back();
    else if (!this.moved(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Whether the key is one that moves along the curve or changes it. */
  moved(key) {
    const last = this.data.x.length - 1;
    const sideways = { ArrowLeft: this.at - 1, ArrowRight: this.at + 1, Home: 0, End: last }[key];
    const up = { ArrowUp: 0.02, ArrowDown: -0.02, PageUp: 0.1, PageDown: -0.1 }[key];
    if (sideways === undefined && up === undefined) return false;
    if (sideways !== undefined) {
      const next = Math.min(last, Math.max(0, sideways));
      // Who walks on carries the value along: a level curve takes one key held down.
      const walks = Math.abs(next - this.at) === 1 && this.drawn[this.at] !== null && this.drawn[next] === null;
      if (walks) this.keyed(next, this.drawn[this.at]);
      this.at = next;
    } else {
      this.keyed(this.at, within((this.drawn[this.at] ?? 0.5) + up));
    }
    this.curves();
    return true;
  }

  keyed(at, share) {
    this.remember();
    this.drawn = stroked(this.drawn, { at, share }, { at, share }, this.data.x);
    clearTimeout(this.due);
    this.due = setTimeout(() => this.report(), KEYS_REST);
  }

  remember() {
    this.history = [...this.history.slice(1 - MOST_UNDONE), this.drawn];
  }

  back() {
    this.drawn = this.history.pop() ?? this.drawn;
    this.curves();
    this.report();
  }

  wipe() {
    this.remember();
    this.drawn = this.data.x.map(() => null);
    this.curves();
    this.report();
  }

  report() {
    clearTimeout(this.due);
    const values = this.drawn.map((share) => (share === null ? null : valueAt(this.data, share)));
    this.send({ axes: this.data.name, values });
  }

  /** The true curve comes in from the left, as time goes. */
  reveal() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const begun = performance.now();
    const on = (now) => {
      const share = within((now - begun) / REVEAL);
      this.shade.setAttribute("width", String(LEFT + share * (this.width - LEFT)));
      if (share < 1 && this.root.isConnected) requestAnimationFrame(on);
    };
    on(begun);
  }

  destroy() {
    clearTimeout(this.due);
    this.seen.disconnect();
  }
}

const drawings = new WeakMap();

/** Called by Streamlit with every change of data; the drawing under way stays. */
export default function mount({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".curve");
  if (!root) return undefined;
  const drawing = drawings.get(root) ?? new Drawing(root);
  drawings.set(root, drawing);
  drawing.load(data, (drawn) => setStateValue("drawn", drawn));
  const turn = (drawing.turn = (drawing.turn ?? 0) + 1);
  return () => {
    // A run that was overtaken cleans up too: what has been mounted again since stays.
    if (drawing.turn !== turn) return;
    drawing.destroy();
    drawings.delete(root);
  };
}
