/**
 * One run on the stage: its graph, strips and gradients on one time axis, and in the graph's place
 * the view into its cell or unit. Tracks that stand side by side share clock, cursor and scales.
 */

import { Band } from "./band.mjs";
import { Bitmaps } from "./bitmaps.mjs";
import { Cells } from "./cells.mjs";
import { Cut } from "./cut.mjs";
import { GradientStrip } from "./gradient.mjs";
import { Graph } from "./graph.mjs";
import { InputEdit } from "./input_edit.mjs";
import { evenEdges, lensEdges, measure } from "./layout.mjs";
import { Levels } from "./levels.mjs";
import { LookInside } from "./look_inside.mjs";
import { Panels } from "./panels.mjs";
import { Pointer } from "./pointer.mjs";
import { Strips } from "./strips.mjs";
import { SharedWeight } from "./weight.mjs";

export class Track {
  /** @param {import("./stage.mjs").Stage} stage @param {HTMLElement} root @param {number} number */
  constructor(stage, root, number) {
    this.stage = stage;
    this.root = root;
    this.number = number;
    const find = (name) => root.querySelector(`[data-${name}]`);
    this.body = find("body");
    this.graphRoot = find("graph");
    this.title = find("track-title");
    this.graph = new Graph(find("lines"), find("columns"), find("top"));
    this.weight = new SharedWeight(find("lines"), find("weight"));
    this.cells = new Cells(find("cells"));
    this.strips = new Strips(find("strips"));
    this.gradient = new GradientStrip(find("gradient"));
    this.band = new Band(find("band"), { frame: find("frame"), veil: find("veil"), gradientVeil: find("gradient-veil") });
    this.levels = new Levels(find("levels"), this);
    this.inputEdit = new InputEdit(find("input-edit"), this);
    this.lookInside = new LookInside(find("look-inside"), find("touch-hint"), this);
    this.cut = new Cut(find("cut"));
    this.panels = new Panels(find("panels"), this);
    this.pointer = new Pointer(stage, this);
  }

  /** A run and the layer of it that is seen. @param {import("./bundle.mjs").TrackData} data */
  take(data, seen) {
    this.run = data.run;
    this.ghost = data.ghost;
    this.editable = data.editable && this.stage.options.edits === true;
    this.name = data.title;
    this.seen = seen;
  }

  /** Everything that depends on run, layer, scales or theme, but not on the width. */
  load(scales, theme, difference, live) {
    this.scales = scales;
    this.theme = theme;
    if (!live) this.pointer.hide(); // what it says may no longer be so
    this.bitmaps = new Bitmaps(this.run, this.seen, theme, scales, difference ? this.ghost : null);
  }

  /** Places everything for the present width. */
  layout(level, panels) {
    const { run, seen, theme, ghost } = this;
    const { cell, input, layers } = run.header;
    const geometry = measure(this.root.clientWidth, { steps: run.steps, hidden: run.hidden, lstm: cell === "lstm",
      besideLstm: this.stage.tracks.some((other) => other.run.header.cell === "lstm"),
      numbers: input.kind !== "text", layers: layers.length, seen,
      targets: run.array("has_target").some((has) => has === 1) });
    this.root.toggleAttribute("data-narrow", geometry.narrow);
    this.root.style.setProperty("--gutter", `${geometry.gutter}px`);
    this.graphRoot.style.height = `${geometry.graphHeight}px`;
    this.graphRoot.hidden = level !== "overview";
    this.level = level;
    this.even = evenEdges(run.steps, geometry.axis);
    this.scene = { run, ghost, geometry, seen, direction: run.direction(seen), scales: this.scales,
      alone: null };
    this.graph.layout(this.scene);
    this.weight.layout(this.scene, theme);
    this.cells.layout(this.scene, this.bitmaps, theme);
    this.strips.allow(this.editable ? this.holding() : null, this.stage.tracks.length > 1 ? `${this.name}: ` : "");
    this.strips.layout(this.scene, this.bitmaps, theme, this.stage.options.strips ?? null);
    this.gradient.layout(this.scene, theme);
    this.inputEdit.layout(this.scene, level === "overview" && this.editable);
    this.lookInside.layout(this.scene, level, this.number === 0);
    this.cut.show(run);
    this.levels.layout(this.scene, this.bitmaps, theme, level);
    this.panels.layout(this.scene, this.bitmaps, theme, panels);
    this.rolled = null;
    this.nameGroup();
  }

  /** Side by side each track is a group of its own, by its title. */
  nameGroup() {
    const several = this.stage.tracks.length > 1;
    for (const [name, value] of [["role", "group"], ["aria-label", this.name]]) {
      if (several) this.root.setAttribute(name, value);
      else this.root.removeAttribute(name);
    }
  }

  /**
   * Going back, the gradient is what there is to see: its strip stands right under the graph.
   * @param {boolean} asBefore  all stands where it stood: to ask for places costs a layout of the page
   */
  stack(phase, asBefore) {
    this.body.toggleAttribute("data-gradient-first", phase === "backward");
    if (!asBefore) this.boxes = this.boxesNow();
    this.band.layout(this.scene, this.boxes, this.level === "overview");
  }

  boxesNow() {
    const place = (node) => ({ top: node.offsetTop, height: node.offsetHeight });
    const strips = place(this.strips.root);
    const below = { top: strips.top + strips.height, height: 0 };
    return { strips, gradient: this.gradient.root.hidden ? below : place(this.gradient.root) };
  }

  /** Holding a gate at a value: of the unit that is picked, or of every unit. */
  holding() {
    const { run, seen, stage } = this;
    return {
      isHeld: (field, value) => {
        const { unit } = stage.state;
        const held = run.header.changes.pins.filter(([layer, gate, , at]) => layer === seen && gate === field && at === value);
        return unit === null ? held.length === run.hidden : held.some(([, , one]) => one === unit);
      },
      set: (field, value) => {
        const { unit } = stage.state;
        const [kind, place] = unit === null ? ["hold", [seen, field]] : ["pin", [seen, field, unit]];
        stage.edit({ kind, place, value, final: true });
      },
    };
  }

  /** What this track's views need that travels on demand. @returns {string[]} */
  wanted() {
    return [...this.levels.wanted(), ...this.panels.wanted()];
  }

  describe() {
    const { header, steps, hidden } = this.run;
    const layer = header.layers[this.seen];
    const way = layer.reverse ? ", which reads from the end, so its wires point left" : "";
    const whose = this.stage.tracks.length > 1 ? `${this.name}: ` : "";
    const what = this.rolled ? `The network rolled up: one cell of ${hidden} units, whose state loops back into it over ${steps} steps; `
      + "what it reads, its prediction, target and loss pass by"
      : `The network unrolled over ${steps} steps: input, cell of ${hidden} units, prediction, target and loss of each step`;
    return `${whose}${what}; ${layer.name}${way}. The narration above tells the step under the cursor.`;
  }

  /** What the picture is called follows how it stands. */
  tellRolled(rolled) {
    if (rolled === this.rolled) return;
    this.rolled = rolled;
    this.graph.root.setAttribute("aria-label", this.describe());
  }

  /** The edges of the columns with the cursor at `place`. */
  edges(place) {
    const { geometry } = this.scene;
    return geometry.mode === "all" ? this.even : lensEdges(this.run.steps, geometry.axis, geometry.column, place);
  }

  /** Played, the sums of several tracks are written one after the other: together they fill no frame. */
  isItsTurn({ playing, number }) {
    return !playing || number % this.stage.tracks.length === this.number;
  }

  /** @param {Omit<import("./graph.mjs").Frame, "edges">} frame */
  draw(frame) {
    this.frame = { ...frame, edges: this.edges(frame.place) };
    this.places = this.graph.places(this.frame);
    if (this.level === "overview") {
      this.graph.draw(this.frame, this.places);
      this.weight.draw(this.frame, this.places.cells);
      this.cells.draw(this.frame, this.places.cells);
      this.inputEdit.draw(this.frame, this.places);
      this.lookInside.draw(this.frame, this.places.cells);
      this.tellRolled(frame.roll < 0.5);
    } else if (this.level === "cell" || this.isItsTurn(frame)) {
      this.levels.draw(this.frame);
    }
    this.band.draw(this.frame, this.places.cells);
    this.strips.light(frame.unit, frame.chosen);
    this.panels.draw(this.frame);
    this.root.toggleAttribute("data-focused", frame.focused === this.number);
  }
}
