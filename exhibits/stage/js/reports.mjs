/**
 * What the stage tells Python: where the learner is, once they have been quiet for a while and
 * never while it plays; and what they change, at once, but no faster than Python answers.
 */

import { Hearing } from "./hearing.mjs";

/** Milliseconds without a change until Python is told where the learner is. */
const QUIET = 250;
/** The most milliseconds that an edit waits for the answer to the one before it. */
const PATIENCE = 400;

const wordOf = ({ step, phase, layer, unit, level, track, panels, wants, rolled }) =>
  JSON.stringify([step, phase, layer, unit, level, track, panels, wants, rolled]);

export class Reports {
  /** @param {import("./stage.mjs").Stage} stage */
  constructor(stage) {
    this.stage = stage;
    this.number = 0;
    this.hearing = new Hearing({ missing: () => stage.answers.missing(), nothingNew: (edit) => stage.answers.nothingNew(edit) });
  }

  /** The edit that waits for its answer, or null. */
  get open() {
    return this.hearing.open;
  }

  /**
   * What Python sent down needs not be told to it; an edit under way has been answered.
   * @returns {object|null} that edit
   */
  heardFrom(state) {
    const edit = this.hearing.answered();
    this.heard = wordOf(state);
    this.answered();
    return edit;
  }

  view(after = QUIET) {
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.tellView(), after);
  }

  tellView() {
    const { clock, state, wants, component } = this.stage;
    if (clock.playing) return;
    const { layer, unit, level, track, panels, rolled } = state;
    const view = { step: clock.step, phase: clock.phase, layer, unit, level, track, panels, wants, rolled };
    if (wordOf(view) === this.heard) return;
    this.heard = wordOf(view);
    component.setStateValue("view", { ...view, has: this.stage.shelf.names });
  }

  /** Of the edits made while one is under way the last one of each place is sent after it. */
  edit(edit) {
    if (this.under) {
      this.waiting = (this.waiting ?? []).filter((other) => !sameEnd(other, edit));
      this.waiting.push(edit);
      return;
    }
    this.send(edit);
  }

  send(edit) {
    this.number += 1;
    this.hearing.sent(edit);
    this.under = setTimeout(() => this.answered(), PATIENCE);
    this.stage.component.setTriggerValue("edit", { ...edit, number: this.number, has: this.stage.shelf.names });
  }

  /** Asks for everything: something that was thought to be here is not. */
  resend() {
    this.number += 1;
    this.stage.component.setTriggerValue("edit", { kind: "resend", number: this.number, has: [] });
  }

  answered() {
    clearTimeout(this.under);
    this.under = 0;
    const next = this.waiting?.shift();
    if (next) this.send(next);
  }

  destroy() {
    for (const timer of [this.quiet, this.under]) clearTimeout(timer);
    this.hearing.destroy();
  }
}

/** Whether a later edit makes an earlier one needless: the same kind at the same place. */
const sameEnd = (one, other) => one.kind === other.kind && JSON.stringify(one.place) === JSON.stringify(other.place);
