/** What came of a change of the learner's, told where they act; while a hand is on it, nothing is. */

import { toldOf } from "./toast.mjs";

export class Answers {
  /** @param {import("./stage.mjs").Stage} stage */
  constructor(stage) {
    this.stage = stage;
    this.from = null;
  }

  /** A change sets out: what it will be told beside is how things stand now. */
  begin() {
    this.from ??= this.standing();
  }

  standing() {
    const { options, data, state } = this.stage;
    return { changed: options.changed ?? [], run: (data[state.track] ?? data[0]).run };
  }

  /** @param {object|null} edit the change that has been answered, if one was under way */
  heard(edit) {
    if (edit && edit.final !== false) this.answered = edit;
  }

  /** To be called when the new run is drawn. */
  tell() {
    const { answered: edit, from, stage } = this;
    this.answered = null;
    if (!edit) return;
    const now = this.standing();
    // The next change may be under way already.
    this.from = stage.reports.open ? now : null;
    const { problem = "", undo = 0 } = stage.options;
    const { step } = stage.clock;
    const told = toldOf((from ?? now).changed, now.changed, { before: lossAt((from ?? now).run, step), now: lossAt(now.run, step) });
    stage.toast.answer({ told, problem, undo: undo > 0 && edit.kind !== "undo" }, stage.tools);
  }

  /** Python ran and has nothing new: what was refused before is refused once more. */
  nothingNew(edit) {
    this.heard(edit);
    this.tell();
  }

  /** Python has not answered for a while. */
  missing() {
    this.stage.toast.warn("No answer yet: your change is not applied.");
  }
}

/** null where none is counted. @param {import("./decode.mjs").RunData} run */
function lossAt(run, step) {
  return step < run.steps && run.array("has_loss")[step] === 1 ? run.array("losses")[step] : null;
}
