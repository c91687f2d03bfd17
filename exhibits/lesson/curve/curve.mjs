/**
 * A curve that is drawn over axes with mouse, pen, finger or keys; later the true one over it.
 *
 * Inside, a value is its share of the axis' height, 0 to 1, or null where nothing is drawn yet.
 *
 * @typedef {{low: number, high: number, log: boolean}} Axis
 * @typedef {Axis & {x: number[], xLabel: string, yLabel: string, drawn: number[] | null, truth: number[] | null}} Data
 */

const NS = "http://www.w3.org/2000/svg";
const HEIGHT = 270;
const LEFT = 58;
const RIGHT = 14;
const TOP = 26;
const BOTTOM = 42;
const REVEAL = 1100; // ms
const KEYS_REST = 250; // ms

const within = (share) => Math.min(1, Math.max(0, share));

/** Where a value stands on the axis. @param {Axis} axis */
export function shareOf({ low, high, log }, value) {
  if (log) return value > 0 ? within(Math.log(value / low) / Math.log(high / low)) : 0;
  return within((value - low) / (high - low));
}

/** The inverse of `shareOf`, to four digits and never beyond an end. @param {Axis} axis */
export function valueAt({ low, high, log }, share) {
  const exact = log ? low * (high / low) ** share : low + (high - low) * share;
  return Math.min(high, Math.max(low, Number(exact.toPrecision(4))));
}

/** Values to name on the axis, about five. @param {Axis} axis */
export function ticks({ low, high, log }) {
  if (log) {
    const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
    const step = Math.max(1, Math.ceil((to - from) / 5));
    return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, k) => 10 ** (to - k * step)).reverse();
  }
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((s) => s * power >= rough * (1 - 1e-9)) * power;
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k += 1) found.push(Number((k * step).toPrecision(6)));
  return found;
}

const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/** A value in few characters. */
export function words(value, log = false) {
  const power = Math.log10(Math.abs(value));
  if (log && Math.abs(power - Math.round(power)) < 1e-9 && Math.abs(power) > 2.5) {
    return `10${[...String(Math.round(power))].map((sign) => RAISED[sign]).join("")}`;
  }
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(1) : String(Number(value.toPrecision(3)));
  return text.replaceAll("-", "−");
}

/**
 * The curve after a stroke from one place to another: what lies between is filled in straight.
 * @param {(number | null)[]} drawn @param {{at: number, share: number}} from @param {{at: number, share: number}} to
 */
export function stroked(drawn, from, to) {
  const next = [...drawn];
  const reach = to.at - from.at;
  for (let k = Math.min(from.at, to.at); k <= Math.max(from.at, to.at); k += 1) {
    next[k] = reach === 0 ? to.share : from.share + ((to.share - from.share) * (k - from.at)) / reach;
  }
  return next;
}

/** Which places have no value yet, in words; "" where none is missing. @param {(number | null)[]} drawn @param {number[]} x */
export function missing(drawn, x) {
  const open = x.filter((_, k) => drawn[k] === null);
  if (open.length === 0) return "";
  if (open.length === x.length) return "Draw from the left edge to the right.";
  const [first, last] = [open[0], open[open.length - 1]];
  return `Still to draw: ${words(first)}${first === last ? "" : ` to ${words(last)}`}.`;
}

/** The stretches without a gap, as SVG path data. */
export function path(shares, toX, toY) {
  let pen = false;
  let data = "";
  shares.forEach((share, k) => {
    if (share !== null) data += `${pen ? "L" : "M"}${toX(k).toFixed(1)} ${toY(share).toFixed(1)}`;
    pen = share !== null;
  });
  return data;
}

/** Where two names at the curves' ends stand so that neither covers the other, in pixels. */
export function namePlaces(mine, truth, room = 18) {
  const apart = mine - truth;
  if (Math.abs(apart) >= room) return [mine, truth];
  const middle = (mine + truth) / 2;
  const half = (apart >= 0 ? room : -room) / 2;
  return [middle + half, middle - half];
}

function svg(name, attributes, parent, text) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  parent?.append(made);
  return made;
}

class Drawing {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.root.replaceChildren();
    this.picture = svg("svg", { tabindex: 0 }, root);
    this.row = document.createElement("div");
    this.row.className = "row";
    this.said = document.createElement("p");
    this.undo = this.button("Undo", () => this.back());
    this.clear = this.button("Clear", () => this.wipe());
    this.row.append(this.said, this.undo, this.clear);
    this.spoken = document.createElement("p");
    this.spoken.className = "spoken";
    this.spoken.setAttribute("aria-live", "polite");
    root.append(this.row, this.spoken);
    this.at = 0;
    this.history = [];
    this.picture.addEventListener("pointerdown", (event) => this.down(event));
    this.picture.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) this.picture.addEventListener(name, () => this.up());
    this.picture.addEventListener("keydown", (event) => this.key(event));
    this.seen = new ResizeObserver(() => this.data && this.draw());
    this.seen.observe(root);
  }

  button(label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  }

  /** @param {Data} data */
  load(data, send) {
    this.send = send;
    const same = this.data && JSON.stringify([this.data.x, this.data.low, this.data.high]) === JSON.stringify([data.x, data.low, data.high]);
    const revealed = data.truth !== null && !(this.data && this.data.truth);
    this.data = data;
    const told = data.drawn?.map((value) => shareOf(data, value));
    if (told || !same) this.drawn = told ?? data.x.map(() => null);
    if (!same) this.history = [];
    this.locked = data.truth !== null;
    this.row.hidden = this.locked;
    this.row.style.display = this.locked ? "none" : "";
    this.draw();
    if (revealed) this.reveal();
  }

  get width() {
    return Math.max(260, this.root.clientWidth || 600);
  }

  toX(k) {
    const { x } = this.data;
    const span = x[x.length - 1] - x[0] || 1;
    return LEFT + 8 + ((x[k] - x[0]) / span) * (this.width - LEFT - RIGHT - 16);
  }

  toY(share) {
    return TOP + (1 - share) * (HEIGHT - TOP - BOTTOM);
  }

  draw() {
    const { data, picture, width } = this;
    const ends = [LEFT, width - RIGHT, TOP, HEIGHT - BOTTOM];
    picture.replaceChildren();
    picture.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    picture.setAttribute("height", String(HEIGHT));
    picture.classList.toggle("locked", this.locked);
    svg("rect", { class: "plot", x: ends[0], y: ends[2], width: ends[1] - ends[0], height: ends[3] - ends[2] }, picture);
    for (const tick of ticks(data)) {
      const y = this.toY(shareOf(data, tick));
      svg("line", { class: "grid", x1: ends[0], x2: ends[1], y1: y, y2: y }, picture);
      svg("text", { x: LEFT - 7, y: y + 4.5, "text-anchor": "end" }, picture, words(tick, data.log));
    }
    const { x } = data;
    const every = Math.max(1, Math.ceil((x.length * 30) / (width - LEFT)));
    x.forEach((value, k) => {
      if (k % every === 0) svg("text", { x: this.toX(k), y: ends[3] + 18, "text-anchor": "middle" }, picture, words(value));
    });
    svg("path", { class: "axis", d: `M${ends[0]} ${ends[2]}V${ends[3]}H${ends[1]}` }, picture);
    svg("text", { x: 2, y: 15 }, picture, data.yLabel);
    svg("text", { x: ends[1], y: HEIGHT - 6, "text-anchor": "end" }, picture, data.xLabel);
    this.line = svg("line", { class: "at", y1: ends[2], y2: ends[3] }, picture);
    this.layer = svg("g", {}, picture);
    this.curves();
  }

  /** What changes with every stroke. */
  curves() {
    const { data, drawn, layer } = this;
    layer.replaceChildren();
    const toX = (k) => this.toX(k);
    const toY = (share) => this.toY(share);
    const truth = data.truth?.map((value) => shareOf(data, value));
    if (truth) {
      this.cover = svg("clipPath", { id: "so-far" }, layer);
      this.shade = svg("rect", { x: 0, y: 0, width: this.width, height: HEIGHT }, this.cover);
      const seen = svg("g", { "clip-path": "url(#so-far)" }, layer);
      const there = path(drawn, toX, toY);
      const back = truth.map((share, k) => `L${toX(k).toFixed(1)} ${toY(share).toFixed(1)}`).reverse().join("");
      svg("path", { class: "between", d: `${there}${back}Z` }, seen);
      svg("path", { class: "true", d: path(truth, toX, toY) }, seen);
    }
    svg("path", { class: "mine", d: path(drawn, toX, toY) }, layer);
    drawn.forEach((share, k) => {
      if (share !== null && !truth && data.x.length <= 60) svg("circle", { class: "dot", cx: toX(k), cy: toY(share), r: 3 }, layer);
    });
    if (truth) this.names(truth);
    this.line.setAttribute("x1", String(toX(this.at)));
    this.line.setAttribute("x2", String(toX(this.at)));
    this.tell(truth);
  }

  /** Each curve is named at its own line, not by its colour. */
  names(truth) {
    const last = truth.length - 1;
    const [mine, real] = namePlaces(this.toY(this.drawn[last]) - 8, this.toY(truth[last]) - 8);
    const x = this.toX(last);
    svg("text", { class: "name", x, y: mine, "text-anchor": "end" }, this.layer, "yours");
    svg("text", { class: "name of-true", x, y: real, "text-anchor": "end" }, this.layer, "true");
  }

  tell(truth) {
    const { data, picture } = this;
    const value = this.drawn[this.at];
    const here = value === null ? "nothing yet" : words(valueAt(data, value));
    picture.setAttribute("role", this.locked ? "img" : "slider");
    const about = `${data.yLabel} over ${data.xLabel}`;
    if (truth) {
      const series = (shares) => shares.map((share) => words(valueAt(data, share))).join(", ");
      picture.setAttribute("aria-label", `${about}. Yours: ${series(this.drawn)}. True: ${data.truth.map((v) => words(v)).join(", ")}.`);
      for (const name of ["aria-valuetext", "aria-valuenow", "aria-valuemin", "aria-valuemax"]) picture.removeAttribute(name);
      return;
    }
    picture.setAttribute("aria-label", `Draw ${about}. Left and right choose a place, up and down its value.`);
    picture.setAttribute("aria-valuemin", "0");
    picture.setAttribute("aria-valuemax", "100");
    picture.setAttribute("aria-valuenow", String(Math.round(100 * (value ?? 0))));
    picture.setAttribute("aria-valuetext", `at ${words(data.x[this.at])}: ${here}`);
    this.said.textContent = missing(this.drawn, data.x);
    this.undo.disabled = this.history.length === 0;
    this.clear.disabled = this.drawn.every((share) => share === null);
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
    if (this.locked || event.button > 0) return;
    this.picture.setPointerCapture(event.pointerId);
    this.history.push(this.drawn);
    this.last = this.place(event);
    this.drawn = stroked(this.drawn, this.last, this.last);
    this.at = this.last.at;
    this.curves();
  }

  move(event) {
    if (!this.last) return;
    const now = this.place(event);
    this.drawn = stroked(this.drawn, this.last, now);
    this.last = now;
    this.at = now.at;
    this.curves();
  }

  up() {
    if (!this.last) return;
    this.last = null;
    this.report();
  }

  key(event) {
    const last = this.data.x.length - 1;
    const sideways = { ArrowLeft: this.at - 1, ArrowRight: this.at + 1, Home: 0, End: last }[event.key];
    const up = { ArrowUp: 0.02, ArrowDown: -0.02, PageUp: 0.1, PageDown: -0.1 }[event.key];
    if (this.locked || (sideways === undefined && up === undefined)) return;
    event.preventDefault();
    event.stopPropagation();
    if (sideways !== undefined) {
      const next = Math.min(last, Math.max(0, sideways));
      // Who walks on carries the value along: a level curve takes one key held down.
      if (this.drawn[this.at] !== null && this.drawn[next] === null) this.keyed(next, this.drawn[this.at]);
      this.at = next;
    } else {
      this.keyed(this.at, within((this.drawn[this.at] ?? 0.5) + up));
    }
    this.curves();
    clearTimeout(this.due);
    this.due = setTimeout(() => this.report(), KEYS_REST);
  }

  keyed(at, share) {
    this.history.push(this.drawn);
    this.drawn = stroked(this.drawn, { at, share }, { at, share });
  }

  back() {
    this.drawn = this.history.pop() ?? this.drawn;
    this.curves();
    this.report();
  }

  wipe() {
    this.history.push(this.drawn);
    this.drawn = this.data.x.map(() => null);
    this.curves();
    this.report();
  }

  report() {
    this.send(this.drawn.map((share) => (share === null ? null : valueAt(this.data, share))));
  }

  /** The true curve comes in from the left, as time goes. */
  reveal() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const begun = performance.now();
    const on = (now) => {
      const share = Math.min(1, (now - begun) / REVEAL);
      this.shade?.setAttribute("width", String(LEFT + share * (this.width - LEFT)));
      if (share < 1 && this.root.isConnected) requestAnimationFrame(on);
    };
    requestAnimationFrame(on);
  }
}

const drawings = new WeakMap();

/** Called by Streamlit with every change of data; the drawing under way stays. */
export default function mount({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".curve");
  if (!root) return;
  let drawing = drawings.get(root);
  if (!drawing) {
    drawing = new Drawing(root);
    drawings.set(root, drawing);
  }
  drawing.load(data, (drawn) => setStateValue("drawn", drawn));
}
