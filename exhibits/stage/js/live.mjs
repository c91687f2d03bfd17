/**
 * A run that goes on changing (a training under way): while it is seen, its path is asked time and
 * again for what is newer than what is here, one request at a time (`live.py` answers).
 *
 * @typedef {{layer: number, wants: string[]}} Shown  what the answer must hold
 * @typedef {"new"|"same"|"failed"} Outcome
 */

/** The header that names the version of the picture in an answer. */
const VERSION_HEADER = "Stage-Version";
/** Milliseconds between two pictures at the least: some 16 a second, where everything keeps up. */
const PERIOD = 60;
/** Of what is not new for a while the pauses grow, up to this. */
const SLOWEST = 400;
/** Drawing gets no more than this share of the time, so that hands are answered on a slow machine. */
const DRAWING = 0.5;
/** After a failure, doubled with each further one up to the last. */
const FIRST_RETRY = 250;
const LAST_RETRY = 10_000;
/** Milliseconds until a request that has no answer counts as failed. */
const PATIENCE = 10_000;

/**
 * Where to ask; throws where that is not the page's own host.
 * @param {string} path may have a query of its own @param {Shown & {version: string}} asked @param {string} origin
 */
export function urlOf(path, { version, layer, wants }, origin) {
  const url = new URL(path, origin);
  if (url.origin !== origin) throw new Error(`stage: ${path} is no path of this app`);
  url.searchParams.set("version", version);
  url.searchParams.set("layer", String(layer));
  for (const want of wants) url.searchParams.append("want", want);
  return url.href;
}

/**
 * Milliseconds until the next request, from what came of the last one.
 * @param {{outcome: Outcome, times: number, took: number, drew: number}} last  `times`: so often in
 *   a row; `took`: milliseconds from asking to having drawn, `drew` of them drawing
 */
export function pauseAfter({ outcome, times, took, drew }) {
  if (outcome === "failed") return Math.min(LAST_RETRY, FIRST_RETRY * 2 ** (times - 1));
  const period = outcome === "same" ? Math.min(SLOWEST, PERIOD * 1.25 ** (times - 1)) : Math.max(PERIOD, drew / DRAWING);
  return Math.max(0, period - took);
}

export class Live {
  /**
   * @param {Element} root  what must be in sight
   * @param {{shown: () => Shown, take: (bytes: Uint8Array) => void}} act  `take` draws; its errors are the page's
   */
  constructor(root, act) {
    this.act = act;
    this.path = null;
    this.version = "";
    this.timer = 0;
    this.under = null;
    this.inView = true;
    this.heard = () => this.seenOrNot();
    document.addEventListener("visibilitychange", this.heard);
    this.sight = new IntersectionObserver((entries) => {
      this.inView = entries.at(-1).isIntersecting;
      this.seenOrNot();
    });
    this.sight.observe(root);
  }

  get seen() {
    return this.inView && !document.hidden;
  }

  /**
   * The page has said what to follow, null for nothing, and sent its own picture: that is the newest
   * now, so an answer under way comes too late, and the next one is asked for whatever its version.
   * @param {string|null} path
   */
  follow(path) {
    this.path = path;
    this.again();
  }

  /** What is shown needs something else: asks at once, and takes whatever comes. */
  again() {
    this.version = "";
    this.last = { outcome: "new", times: 0 };
    this.stop();
    if (this.path !== null && this.seen) this.ask();
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.under?.abort();
    this.under = null;
  }

  seenOrNot() {
    if (!this.seen) this.stop();
    else if (this.path !== null && !this.under && !this.timer) this.ask();
  }

  async ask() {
    const under = (this.under = new AbortController());
    const began = performance.now();
    const late = setTimeout(() => under.abort(), PATIENCE);
    let answer = null;
    try {
      answer = await this.fetched(under.signal);
    } catch {
      // No network, no server, or too late: `answer` says so.
    }
    clearTimeout(late);
    if (this.under !== under) return; // overtaken: whoever did it goes on from there
    this.under = null;
    const arrived = performance.now();
    // What throws in drawing is the page's to see, and no reason to draw the same again.
    this.version = answer?.version ?? this.version;
    try {
      if (answer?.bytes) this.act.take(answer.bytes);
    } finally {
      const now = performance.now();
      // What was drawn may need more, and have asked for it already.
      if (!this.under && this.path !== null) this.next(answer === null ? "failed" : answer.bytes ? "new" : "same", { took: now - began, drew: now - arrived });
    }
  }

  /** @returns {Promise<{bytes: Uint8Array|null, version?: string}|null>} null where it failed */
  async fetched(signal) {
    const url = urlOf(this.path, { version: this.version, ...this.act.shown() }, location.origin);
    const response = await fetch(url, { signal, cache: "no-store", credentials: "same-origin" });
    if (response.status === 204) return { bytes: null };
    const version = response.headers.get(VERSION_HEADER);
    // Where nobody answers for the path any more, the app sends its page instead.
    if (response.status !== 200 || version === null) return null;
    return { bytes: new Uint8Array(await response.arrayBuffer()), version };
  }

  next(outcome, spent) {
    const times = outcome === this.last.outcome ? this.last.times + 1 : 1;
    this.last = { outcome, times };
    if (!this.seen) return;
    this.timer = setTimeout(() => {
      this.timer = 0;
      this.ask();
    }, pauseAfter({ outcome, times, ...spent }));
  }

  destroy() {
    this.path = null;
    this.stop();
    this.sight.disconnect();
    document.removeEventListener("visibilitychange", this.heard);
  }
}
