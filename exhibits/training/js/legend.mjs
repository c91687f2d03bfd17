/** The tracks by name, with the line and the mark that each has in the plots; of several one is chosen. */

import { html, svg } from "../../stage/js/dom.mjs";
import { css, significant } from "../../stage/js/scales.mjs";
import { courseAt } from "./envelope.mjs";
import { heldOut } from "./held_out.mjs";
import { LETTERS, LOOKS, MARKER_PATHS } from "./looks.mjs";

export class Legend {
  /** @param {HTMLElement} root @param {(track: number) => void} choose */
  constructor(root, choose) {
    this.root = root;
    this.choose = choose;
    this.items = [];
  }

  /** @param {{name: string}[]} tracks */
  arrange(tracks, theme) {
    const key = JSON.stringify([tracks.map(({ name }) => name), theme.key]);
    if (key === this.key) return;
    this.key = key;
    this.root.replaceChildren();
    this.items = tracks.map(({ name }, k) => this.item(name, k, tracks.length > 1, theme));
  }

  item(name, k, several, theme) {
    const look = LOOKS[k];
    const root = html(several ? "button" : "span", several ? { type: "button" } : { class: "only" }, this.root);
    root.style.setProperty("--track", css(theme[look.colour]));
    const picture = svg("svg", { viewBox: "0 0 43 16", "aria-hidden": "true" }, root);
    svg("path", { d: "M0 8h43", "stroke-dasharray": look.dash.join(" ") || "none" }, picture);
    svg("path", { d: MARKER_PATHS[look.shape], "stroke-width": 2 }, picture);
    const text = html("span", {}, root);
    html("b", {}, text).textContent = several ? `${LETTERS[k]} · ${name}` : name;
    text.append(" ");
    const number = html("i", {}, text);
    if (several) root.onclick = () => this.choose(k);
    return { root, number, several };
  }

  /** @param {import("./run_data.mjs").RunData} run @param {number} chosen */
  draw(run, chosen, aim) {
    this.items.forEach(({ root, number, several }, k) => {
      const track = run.tracks[k];
      const text = track ? numbersOf(track, aim) : "";
      if (number.textContent !== text) number.textContent = text;
      root.toggleAttribute("data-broken", track?.status === "broken");
      if (several) root.setAttribute("aria-pressed", String(k === chosen));
    });
  }
}

/** @param {import("./run_data.mjs").TrackData} track */
export function numbersOf(track, aim) {
  if (!track.losses.length) return "";
  const held = heldOut(track);
  const solved = track.solvedAt(aim);
  return [
    `training ${significant(courseAt(track.losses, track.losses.length - 1), 2)}`,
    Number.isNaN(held) ? "" : `held-out ${significant(held, 2)}`,
    track.status !== "broken" && solved !== null ? `✓ at ${solved.toLocaleString("en")}` : "",
    track.status === "broken" ? `broke: ${track.problem}` : "",
  ].filter(Boolean).join(" · ");
}
