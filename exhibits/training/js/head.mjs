/** The sentence, the buttons and the progress bar: where the training stands, and what can be done. */

import { LETTERS } from "./looks.mjs";
import { OTHER_SETTINGS, runWords, speedWords, timeLeft } from "./words.mjs";

const ANNOUNCE = 5000; // ms between two sentences that a screen reader is given while it trains
const ICONS = { play: "M7 4l13 8-13 8z", pause: "M7 5h3v14H7zM14 5h3v14h-3z", leave: "M6 6l12 12M18 6L6 18", again: "M19 12a7 7 0 1 1-2.2-5.1M19 3v5h-5" };

/** What the main button is and does in each state. */
const MAIN = {
  none: ["Train", "play", "start"],
  queued: ["Leave the queue", "leave", "stop"],
  running: ["Pause", "pause", "pause"],
  paused: ["Go on", "play", "resume"],
  done: ["Start over", "again", "start"],
  stopped: ["Start over", "again", "start"],
  broken: ["Start over", "again", "start"],
};
/** The same where what would be trained is not what is shown. */
const FRESH = ["Train", "play"];

export class Head {
  /** @param {HTMLElement} root @param {(kind: string) => void} act */
  constructor(root, act) {
    const find = (name) => root.querySelector(`[data-${name}]`);
    this.root = root;
    this.words = find("words");
    this.problem = find("problem");
    this.note = find("note");
    this.announce = find("announce");
    this.progress = find("progress");
    this.fill = this.progress.querySelector("i");
    this.facts = find("facts");
    this.icon = find("icon");
    this.mainText = find("main");
    this.againIcon = find("again-icon");
    this.againText = find("again");
    this.buttons = Object.fromEntries(["main", "step", "stop", "again"].map((name) => [name, root.querySelector(`[data-act="${name}"]`)]));
    this.buttons.main.onclick = () => act(MAIN[this.state][2]);
    this.buttons.step.onclick = () => act("step");
    this.buttons.stop.onclick = () => act("stop");
    this.buttons.again.onclick = () => act("start");
    this.said = -Infinity;
  }

  /**
   * @param {import("./run_data.mjs").RunData} run @param {import("./view.mjs").Data} data
   * @param {{lost: string, gone: boolean, busy: boolean}} now
   */
  draw(run, data, { lost, gone, busy }) {
    const changed = this.state !== run.state;
    this.state = run.state;
    this.root.dataset.state = run.state;
    this.root.toggleAttribute("data-other", data.other);
    const words = runWords(run, data.about);
    put(this.words, words);
    this.say(words, changed);
    const problem = lost || data.problem;
    this.problem.hidden = !problem;
    put(this.problem, problem);
    this.note.hidden = !data.other;
    put(this.note, data.other ? OTHER_SETTINGS : "");
    this.show(run, data, busy, gone || data.other);
    this.course(run, data);
  }

  /** A screen reader hears a change of state at once, and numbers now and then. */
  say(words, changed) {
    if (!changed && performance.now() - this.said < ANNOUNCE) return;
    this.said = performance.now();
    put(this.announce, words);
  }

  show({ state }, { problem }, busy, fresh) {
    const ended = MAIN[state][1] === "again";
    const [text, icon] = ended && fresh ? FRESH : MAIN[state];
    put(this.mainText, text);
    this.icon.setAttribute("d", ICONS[icon]);
    this.icon.classList.toggle("open", icon === "again");
    const [againText, againIcon] = fresh ? FRESH : MAIN.done;
    put(this.againText, againText);
    this.againIcon.setAttribute("d", ICONS[againIcon]);
    this.againIcon.classList.toggle("open", againIcon === "again");
    const { main, step, stop, again } = this.buttons;
    main.disabled = busy || Boolean(problem);
    step.disabled = busy || state !== "paused";
    stop.disabled = busy || !["running", "paused"].includes(state);
    again.disabled = busy || Boolean(problem) || ["none", "queued"].includes(state);
    for (const button of [step, stop, again]) button.hidden = state === "none" || state === "queued";
    again.hidden ||= MAIN[state][2] === "start";
    stop.hidden ||= isEnded(state);
    step.hidden ||= isEnded(state);
  }

  course(run, { about }) {
    const steps = run.tracks.map(({ step }) => step);
    const most = about.tracks.map(({ maxSteps }) => maxSteps);
    const total = most.reduce((sum, one) => sum + one, 0);
    const done = steps.reduce((sum, step) => sum + step, 0);
    const share = total ? Math.min(1, done / total) : 0;
    this.fill.style.transform = `scaleX(${share})`;
    this.progress.setAttribute("aria-valuemax", "100");
    this.progress.setAttribute("aria-valuenow", String(Math.round(100 * share)));
    put(this.facts, this.factWords(run, about));
  }

  factWords(run, { tracks }) {
    if (run.state === "none" || run.state === "queued") return tracks.length ? `up to ${tracks[0].maxSteps.toLocaleString("en")} steps` : "";
    const speed = run.tracks.reduce((sum, track) => sum + track.speed, 0);
    const lefts = run.tracks.map(({ left }) => left).filter((left) => left !== null);
    const left = run.state === "running" && lefts.length ? timeLeft(Math.max(...lefts)) : "";
    const engines = [...new Set(run.tracks.map(({ engine }) => engine).filter(Boolean))].join(", ");
    return [stepWords(run.tracks, tracks), run.state === "running" ? speedWords(speed) : "", left, engines && `engine: ${engines}`].filter(Boolean).join(" · ");
  }
}

/** How far each has come, of how many steps. */
function stepWords(tracks, about) {
  const whole = (number) => number.toLocaleString("en");
  const same = about.every(({ maxSteps }) => maxSteps === about[0].maxSteps);
  if (!same) return tracks.map(({ step }, k) => `${LETTERS[k]} step ${whole(step)} of ${whole(about[k].maxSteps)}`).join(", ");
  return `step ${tracks.map(({ step }) => whole(step)).join(" / ")} of ${whole(about[0].maxSteps)}`;
}

const isEnded = (state) => ["done", "stopped", "broken"].includes(state);

/** Writes only what is new: a screen reader hears every write. */
function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
