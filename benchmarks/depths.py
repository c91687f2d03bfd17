"""The stage at every depth: frames of three tracks, opening a level, changing something on it.

Three networks side by side, 100 steps and 32 units each, in headless Chromium with software
rendering. *Opening* is from the click or key that opens a level to the frame that shows it, its
250 ms animation not counted; *changing* is from the hand's move to the picture of the new run.
Run: python -m benchmarks.depths
"""

import argparse

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.server import running_app
from benchmarks.stage import FLAGS, address, frames
from exhibits.parameters import COMPARE
from tests.browser.chromium import find_browser

STEPS, UNITS = 100, 32
LEVELS = ("overview", "cell", "unit")
# From the key to the second frame after it: in the first the view is drawn.
OPEN = """(stage) => new Promise((done) => {
  const began = performance.now();
  const key = { key: "Enter", bubbles: true, composed: true };
  stage.dispatchEvent(new KeyboardEvent("keydown", key));
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
})"""
WATCH = """() => {
  window.paints = [];
  addEventListener("unrolled:painted", () => paints.push(performance.now()), true);
}"""


def open_three(page: Page, url: str) -> None:
    link = f"{address(STEPS, UNITS)}&lab_compare={COMPARE.choices['size'].replace(' ', '+')}"
    page.goto(url + link)
    page.get_by_role("button", name="Play", exact=True).wait_for(timeout=60_000)
    page.wait_for_timeout(2500)


def go_to(page: Page, level: str) -> list[float]:
    """Opens a level step by step with Enter; milliseconds that each step took."""
    region = page.locator("[data-stage]")
    region.focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_timeout(400)
    if level == "unit":
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(200)
    took = []
    for _ in range(LEVELS.index(level)):
        took.append(float(region.evaluate(OPEN)))
        page.wait_for_timeout(500)
    return took


def change(page: Page) -> float:
    """Holds the forget gate open, or lets it go; milliseconds until the new picture stands."""
    page.evaluate(WATCH)
    button = page.get_by_role("button", name="Hold the forget gate at 1").first
    began = page.evaluate("performance.now()")
    button.evaluate("(node) => node.click()")
    page.wait_for_function("paints.length > 0", timeout=10_000)
    page.wait_for_timeout(500)
    return float(page.evaluate("paints[0]")) - began


def spread(values: list[float]) -> str:
    p50, p95 = np.percentile(values, [50, 95])
    return f"{p50:.0f} / {p95:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--times", type=int, default=15)
    options = parser.parse_args()
    with running_app() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser() or None, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        open_three(page, url)
        print("Three tracks, 100 × 32; times in ms, p50 / p95.\n")
        print("| level | frames/s | frame p95 ms | opening |\n|---|---|---|---|")
        for level in LEVELS:
            opened = [went[-1] for _ in range(options.times) if (went := go_to(page, level))]
            gaps = frames(page, options.seconds)
            print(
                f"| {level} | {1000 / gaps.mean():.0f} | {np.percentile(gaps, 95):.0f} "
                f"| {spread(opened) if opened else '–'} |",
                flush=True,
            )
        go_to(page, "overview")
        changed = [change(page) for _ in range(options.times)]
        print(f"\nHolding a gate on the stage → paint, three tracks: {spread(changed)} ms")
        page.goto(url + address(STEPS, UNITS))
        page.get_by_role("button", name="Play", exact=True).wait_for(timeout=60_000)
        page.wait_for_timeout(2500)
        changed = [change(page) for _ in range(options.times)]
        print(f"\nThe same with one track and its ghost: {spread(changed)} ms")
        browser.close()


if __name__ == "__main__":
    main()
