import assert from "node:assert/strict";
import test from "node:test";

import { Live, pauseAfter, urlOf } from "../../exhibits/stage/js/live.mjs";

const HERE = "http://127.0.0.1:8501";

test("a request says which picture is here and what the next must hold", () => {
  const url = new URL(urlOf("/training-data/7/stage?track=1", { version: "12", layer: 2, wants: ["sources", "paths:3"] }, HERE));
  assert.equal(url.origin + url.pathname, `${HERE}/training-data/7/stage`);
  assert.equal(url.searchParams.get("track"), "1");
  assert.equal(url.searchParams.get("version"), "12");
  assert.equal(url.searchParams.get("layer"), "2");
  assert.deepEqual(url.searchParams.getAll("want"), ["sources", "paths:3"]);
});

test("no other host is asked, however it is written", () => {
  for (const path of ["//elsewhere.org/x", "https://elsewhere.org/x", "\\\\elsewhere.org", "javascript:alert(1)"]) {
    assert.throws(() => urlOf(path, { version: "", layer: 0, wants: [] }, HERE), /no path of this app/);
  }
});

test("ten pictures a second and more, less where drawing takes long, and the hands get half of the time", () => {
  assert.equal(pauseAfter({ outcome: "new", times: 1, took: 20, drew: 10 }), 40);
  assert.ok(1000 / (pauseAfter({ outcome: "new", times: 9, took: 20, drew: 10 }) + 20) >= 10);
  assert.equal(pauseAfter({ outcome: "new", times: 1, took: 90, drew: 80 }), 70);
  assert.equal(pauseAfter({ outcome: "new", times: 1, took: 200, drew: 10 }), 0);
});

test("where nothing is new, or nothing answers, the pauses grow to a bound", () => {
  const pauses = (outcome) => [1, 2, 3, 50].map((times) => pauseAfter({ outcome, times, took: 0, drew: 0 }));
  assert.deepEqual(pauses("same"), [60, 75, 93.75, 400]);
  assert.deepEqual(pauses("failed"), [250, 500, 1000, 10_000]);
});

/** A page for one test: answers are given by hand, sight is what the test says. */
function page(context) {
  const document = Object.assign(new EventTarget(), { hidden: false });
  const made = { document, asked: [], drawn: [] };
  class Sight {
    constructor(seen) { made.sight = (isIntersecting) => seen([{ isIntersecting }]); }
    observe() {}
    disconnect() {}
  }
  const fetch = (url, { signal }) => new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")));
    made.asked.push({ url: new URL(url), signal, answer: (version, text) => resolve(new Response(text, { headers: { "Stage-Version": version } })),
      nothing: () => resolve(new Response(null, { status: 204 })), fails: () => resolve(new Response("", { status: 500 })), page: () => resolve(new Response("<html></html>")) });
  });
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const before = {};
  for (const [name, value] of Object.entries({ document, IntersectionObserver: Sight, fetch, location: { origin: HERE } })) {
    before[name] = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
  context.after(() => {
    for (const [name, was] of Object.entries(before)) was ? Object.defineProperty(globalThis, name, was) : delete globalThis[name];
  });
  made.live = new Live({}, { shown: () => ({ layer: 0, wants: [] }), take: (bytes) => made.drawn.push(new TextDecoder().decode(bytes)) });
  made.settled = async () => { for (let k = 0; k < 12; k++) await new Promise(setImmediate); };
  made.later = (milliseconds) => context.mock.timers.tick(milliseconds);
  return made;
}
const versionOf = ({ url }) => url.searchParams.get("version");

test("one request at a time, each saying what the one before brought", async (context) => {
  const here = page(context);
  here.live.follow("/run");
  here.later(5000);
  assert.equal(here.asked.length, 1);
  here.asked[0].answer("4", "four");
  await here.settled();
  here.later(60);
  assert.deepEqual(here.asked.map(versionOf), ["", "4"]);
  here.asked[1].nothing();
  await here.settled();
  here.later(60);
  assert.deepEqual(here.asked.map(versionOf), ["", "4", "4"]);
  assert.deepEqual(here.drawn, ["four"]);
});

test("when the page sends its own picture, an answer under way comes too late", async (context) => {
  const here = page(context);
  here.live.follow("/run");
  here.asked[0].answer("4", "four");
  here.live.follow("/run");
  await here.settled();
  assert.deepEqual(here.drawn, []);
  assert.equal(versionOf(here.asked[1]), "");
  here.live.follow(null);
  here.asked[1].answer("5", "five");
  await here.settled();
  here.later(60_000);
  assert.deepEqual([here.drawn, here.asked.length], [[], 2]);
});

test("out of sight it asks for nothing, and goes on when it is seen again", async (context) => {
  const here = page(context);
  here.live.follow("/run");
  here.asked[0].answer("1", "one");
  await here.settled();
  here.document.hidden = true;
  here.document.dispatchEvent(new Event("visibilitychange"));
  here.later(60_000);
  assert.equal(here.asked.length, 1);
  here.document.hidden = false;
  here.sight(false);
  here.later(60_000);
  assert.equal(here.asked.length, 1);
  here.sight(true);
  assert.deepEqual(here.asked.map(versionOf), ["", "1"]);
});

test("after a failure it waits longer and longer, then goes on as before", async (context) => {
  const here = page(context);
  here.live.follow("/run");
  for (const [wait, how] of [[250, "fails"], [500, "page"]]) {
    here.asked.at(-1)[how]();
    await here.settled();
    const count = here.asked.length;
    here.later(wait - 60);
    assert.equal(here.asked.length, count);
    here.later(60);
    assert.equal(here.asked.length, count + 1);
  }
  here.asked.at(-1).answer("2", "two");
  await here.settled();
  here.later(60);
  assert.deepEqual([here.drawn, here.asked.length], [["two"], 4]);
});

test("what is drawn may ask for more: still one request at a time", async (context) => {
  const here = page(context);
  here.live.act.take = () => here.drawn.push("x") === 1 && here.live.again();
  here.live.follow("/run");
  here.asked[0].answer("1", "one");
  await here.settled();
  here.later(5000);
  assert.equal(here.asked.length, 2);
});
