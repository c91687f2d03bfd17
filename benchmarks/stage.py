"""The stage in a real browser: frames per second while it plays, payload, and edit → paint.

Headless Chromium with software rendering, one learner, the real lab page.
Run: python -m benchmarks.stage
"""

import argparse
from collections.abc import Callable

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.server import running_app
from exhibits.runs import traced
from exhibits.stage.payload import encode
from rnn_core import Setup, Text
from tests.browser.chromium import find_browser

SIZES = ((26, 16), (100, 32), (200, 64))
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
LETTERS = "the quick brown fox (jumps [over] the lazy dog) "

# Both clocks are the browser's: from the click that edits to the frame that shows its run.
WATCH = """() => {
  window.edits = []; window.paints = [];
  addEventListener("click", () => edits.push(performance.now()), true);
  addEventListener("keydown", (e) => e.key === "Enter" && edits.push(performance.now()), true);
  addEventListener("unrolled:painted", () => paints.push(performance.now()), true);
}"""
INTERVALS = """(seconds) => new Promise((done) => {
  const times = []; const end = performance.now() + 1000 * seconds;
  const frame = (now) => {
    times.push(now);
    now < end ? requestAnimationFrame(frame) : done(times);
  };
  requestAnimationFrame(frame);
})"""


def text_of(steps: int) -> str:
    """A text of that many characters."""
    return (LETTERS * (steps // len(LETTERS) + 1))[:steps]


def address(steps: int, units: int) -> str:
    """The lab's link to a random LSTM of that size on a text of that length."""
    text = text_of(steps).replace(" ", "+")
    return f"/lab?lab_weights=Random&lab_hidden_size={units}&lab_text={text}"


def open_stage(browser: Browser, url: str, steps: int, units: int) -> Page:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(url + address(steps, units))
    page.get_by_role("button", name="Play").wait_for(timeout=60_000)
    page.wait_for_timeout(2000)
    return page


def frames(page: Page, seconds: int) -> np.ndarray:
    """Milliseconds between frames while the stage plays at its fastest."""
    page.get_by_role("combobox", name="Speed").select_option("8")
    page.get_by_role("button", name="Play").click()
    times = page.evaluate(INTERVALS, seconds)
    pause = page.get_by_role("button", name="Pause")
    if pause.count():
        pause.click()
    return np.diff(np.array(times))


def new_seed(page: Page, _: int) -> None:
    """Every weight drawn anew."""
    page.get_by_role("button", name="Draw again").click()


def new_text(page: Page, number: int) -> None:
    """Another last character, and Enter."""
    field = page.get_by_label("Text", exact=True)
    field.fill(field.input_value()[:-1] + "abcdefgh"[number % 8])
    field.press("Enter")


def edit_to_paint(page: Page, edits: int, edit: Callable[[Page, int], None]) -> str:
    """p50 / p95 in milliseconds from the click or Enter that edits to the stage's new picture."""
    page.evaluate(WATCH)
    took = []
    for number in range(edits):
        before = page.evaluate("paints.length")
        edit(page, number)
        page.wait_for_function(f"paints.length > {before}", timeout=10_000)
        page.wait_for_timeout(400)
        took.append(page.evaluate("paints.at(-1) - edits.at(-1)"))
    p50, p95 = np.percentile(took, [50, 95])
    return f"{p50:.0f} / {p95:.0f}"


def payload_kib(steps: int, units: int) -> float:
    run = traced(Setup(Text(text_of(steps)), hidden_size=units))
    return len(encode(run, layer=0).data) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--edits", type=int, default=25)
    options = parser.parse_args()
    print("Edit → paint in ms, p50 / p95.\n")
    print("| T × H | payload KiB | frames/s | frame p95 ms | new seed | new text |")
    print("|---|---|---|---|---|---|")
    with running_app() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser() or None, args=FLAGS)
        for steps, units in SIZES:
            page = open_stage(browser, url, steps, units)
            gaps = frames(page, options.seconds)
            seed = edit_to_paint(page, options.edits, new_seed)
            text = edit_to_paint(page, options.edits, new_text)
            page.close()
            print(
                f"| {steps} × {units} | {payload_kib(steps, units):.0f} | {1000 / gaps.mean():.0f} "
                f"| {np.percentile(gaps, 95):.0f} | {seed} | {text} |",
                flush=True,
            )
        browser.close()


if __name__ == "__main__":
    main()
