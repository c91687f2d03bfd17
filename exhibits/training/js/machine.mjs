/**
 * The time machine: heat maps of one track over training and over the sequence, one cursor for all
 * of them, two snapshots that can be marked A and B, and when each lag was learned.
 */

import { html } from "../../stage/js/dom.mjs";
import { nearestSnapshot } from "./axis.mjs";
import { HeatMap, MAP_HEIGHT } from "./heat_map.mjs";
import { lagWords, snapshotWords } from "./words.mjs";

const NARROWEST = 270;

export class Machine {
  /**
   * @param {HTMLElement} root
   * @param {{look(step: number|null): void, mark(name: "a"|"b"): void, pair(on: boolean): void}} act
   */
  constructor(root, act) {
    this.root = root;
    this.act = act;
    const find = (name) => root.querySelector(`[data-${name}]`);
    this.grid = find("maps");
    this.slider = find("slider");
    this.where = find("where");
    this.over = find("over");
    this.lags = find("lags");
    this.live = find("live");
    this.marks = { a: find("mark-a"), b: find("mark-b") };
    this.pair = find("pair");
    this.maps = [];
    this.slider.oninput = () => act.look(this.steps[Number(this.slider.value)]);
    this.live.onclick = () => act.look(null);
    for (const [name, button] of Object.entries(this.marks)) button.onclick = () => act.mark(name);
    this.pair.onclick = () => act.pair(this.pair.getAttribute("aria-pressed") !== "true");
  }

  /** As many maps as the track has fields. */
  arrange(fields) {
    if (this.maps.map(({ field }) => field).join() === fields.join()) return;
    this.grid.replaceChildren();
    this.maps = fields.map((field) => new HeatMap(this.grid, field, {
      scrub: (share) => this.act.look(nearestSnapshot(this.steps, share, this.last)),
      over: (words) => { this.over.textContent = words; },
    }));
    this.cursors = this.maps.map((map) => {
      const cursor = html("div", { class: "map-cursor" }, map.root);
      cursor.style.height = `${MAP_HEIGHT}px`;
      return cursor;
    });
  }

  get last() {
    return this.steps[this.steps.length - 1] ?? 1;
  }

  /**
   * @param {import("./run_data.mjs").TrackData|undefined} track
   * @param {{fields: string[], chance: number}} about @param {{at: number|null, a: number|null, b: number|null, pair: boolean}} state
   */
  draw(track, about, state, theme) {
    this.root.hidden = !about.fields.length;
    if (this.root.hidden) return;
    this.arrange(about.fields);
    this.steps = track?.columns ?? [];
    const width = this.root.clientWidth;
    const shown = [width, theme.key, about.chance, this.steps.join()].join("|");
    if (track !== this.track || shown !== this.shown) this.paint(track, about, theme, width);
    Object.assign(this, { track, shown });
    this.lags.textContent = lagWords(track?.learned ?? []);
    this.show(state);
  }

  /** The maps, only where there is something new: losses come far more often. */
  paint(track, about, theme, whole) {
    this.root.toggleAttribute("data-empty", !this.steps.length);
    const columns = Math.max(1, Math.min(3, Math.floor(whole / NARROWEST)));
    this.grid.style.setProperty("--columns", String(Math.min(columns, this.maps.length)));
    const width = this.maps[0]?.root.clientWidth ?? 0;
    for (const map of this.maps) {
      const chance = map.field === "lag_errors" ? track?.lagChance : about.chance;
      map.draw(this.steps, this.steps.map((step) => track.rows.get(step)[map.field]), { lags: track?.lags ?? [], chance }, theme, width);
    }
  }

  /** The newest snapshot that is kept, null where there is none. */
  get newest() {
    return this.steps.at(-1) ?? null;
  }

  /** The cursor and the controls; what the maps show stays. */
  show({ at, a, b, pair }) {
    const { steps } = this;
    const place = at === null ? steps.length - 1 : Math.max(0, steps.indexOf(at));
    this.slider.max = String(Math.max(0, steps.length - 1));
    this.slider.value = String(place);
    this.slider.disabled = steps.length < 2;
    this.slider.style.setProperty("--share", `${(100 * place) / Math.max(1, steps.length - 1)}%`);
    this.slider.setAttribute("aria-valuetext", snapshotWords(at, this.last));
    this.where.textContent = snapshotWords(at, this.last);
    this.live.setAttribute("aria-pressed", String(at === null));
    for (const [name, step] of [["a", a], ["b", b]]) {
      const button = this.marks[name];
      button.disabled = !steps.length;
      button.title = step === null ? `Keep the snapshot shown as ${name.toUpperCase()}` : `Marked. Press to keep the snapshot shown as ${name.toUpperCase()} instead`;
      button.textContent = step === null ? `Mark ${name.toUpperCase()}` : `${name.toUpperCase()}: step ${step.toLocaleString("en")}`;
    }
    this.pair.disabled = a === null || b === null;
    this.pair.setAttribute("aria-pressed", String(pair));
    this.maps.forEach((map, k) => {
      const cursor = this.cursors[k];
      cursor.hidden = !steps.length;
      if (!steps.length) return;
      cursor.toggleAttribute("data-live", at === null);
      cursor.style.transform = `translateX(${map.place(at ?? this.last) - 1}px)`;
      cursor.style.top = `${map.canvas.offsetTop}px`;
    });
  }
}

