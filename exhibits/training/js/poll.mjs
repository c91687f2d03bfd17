/**
 * Asks the app for what is new in a training, one question of a kind at a time: more than ten times
 * a second while it moves, seldom while it rests, never while nobody looks.
 */

const MOVING = 80; // ms between two questions
const RESTING = 1500;
const ROWS = 450;
const LONGEST_WAIT = 5000;

export class Poll {
  /**
   * @param {string} url of the run @param {import("./run_data.mjs").RunData} run
   * @param {{took(): void, lost(gone: boolean): void, track(): number, wantsRows(): boolean}} tell
   */
  constructor(url, run, tell) {
    Object.assign(this, { url, run, tell });
    this.failures = 0;
    this.askedRows = -Infinity;
    this.seen = () => !document.hidden && this.soon(0);
    document.addEventListener("visibilitychange", this.seen);
    this.soon(0);
  }

  soon(wait) {
    if (this.over || this.asking) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), wait);
  }

  async ask() {
    if (document.hidden) return;
    this.asking = true;
    const began = performance.now();
    try {
      await this.progress();
      this.failures = 0;
      void this.rows();
    } catch {
      this.failures += 1;
      if (!this.over) this.tell.lost(false);
    }
    this.asking = false;
    const rest = this.failures ? Math.min(LONGEST_WAIT, 250 * 2 ** this.failures) : this.pause();
    this.soon(Math.max(0, rest - (performance.now() - began)));
  }

  /** How long until there can be something new. */
  pause() {
    if (this.run.moves) return MOVING;
    return this.lacksRows() ? ROWS : RESTING;
  }

  async progress() {
    const answer = await fetch(`${this.url}/progress?${this.run.query}`, { signal: AbortSignal.timeout(8000) });
    if (answer.status === 204) return;
    if (answer.status === 404) return this.gone();
    if (!answer.ok) throw new Error(String(answer.status));
    const message = await answer.json();
    if (this.over) return;
    this.run.take(message);
    this.tell.took();
  }

  lacksRows() {
    const track = this.run.tracks[this.tell.track()];
    return Boolean(track?.snapshots.length) && track.columns.length < track.snapshots.length;
  }

  /** Rows cost the server more than losses: they are asked for less often, and nothing waits for them. */
  async rows() {
    if (this.rowsAsked || this.over || !this.tell.wantsRows() || !this.lacksRows()) return;
    if (performance.now() - this.askedRows < ROWS - MOVING) return;
    this.rowsAsked = true;
    this.askedRows = performance.now();
    const number = this.tell.track();
    const track = this.run.tracks[number];
    try {
      const have = [...track.rows.keys()].join(",");
      const answer = await fetch(`${this.url}/course?track=${number}&have=${have}`, { signal: AbortSignal.timeout(8000) });
      if (answer.ok && !this.over) {
        track.takeRows(await answer.json());
        this.tell.took();
      }
    } catch {
      // The next question for progress says whether the app still answers.
    }
    this.rowsAsked = false;
  }

  gone() {
    this.end();
    this.tell.lost(true);
  }

  end() {
    this.over = true;
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.seen);
  }
}
