"""The stage of a training under way, in a real browser: new pictures and frames a second.

The page *Train* of one learner whose network trains, the stage in sight, paused and playing. Loss
and legend (`progress`) are asked for beside it.

    python -m benchmarks.live_stage
"""

import argparse
import time
from collections import Counter
from dataclasses import replace

from playwright.sync_api import Page, Response, sync_playwright

from benchmarks.server import running_app
from benchmarks.stage import FLAGS, INTERVALS
from benchmarks.trainings import APP, FIRST, SETUPS, Client, setup
from store import COOKIE, new_learner_id
from tests.browser.chromium import find_browser

LSTM = SETUPS["adding, T 50, LSTM 32, batch 32"]
TRAININGS = {
    "LSTM, T 50, H 32": LSTM,
    "LSTM, T 50, H 64": replace(LSTM, hidden_size=64),
    "GRU, T 100, H 32": setup("adding", 100, cell="gru"),
}


def counted(page: Page, seconds: int) -> tuple[float, float, float]:
    """Pictures, updates of the loss, and frames, a second."""
    seen: Counter[str] = Counter()

    def note(response: Response) -> None:
        if response.status == 200 and "/training-data/" in response.url:
            seen[response.url.split("?")[0].rsplit("/", 1)[1]] += 1

    page.on("response", note)
    begin = time.perf_counter()
    frames = len(page.evaluate(INTERVALS, seconds))
    took = time.perf_counter() - begin
    page.remove_listener("response", note)
    return seen["stage"] / took, seen["progress"] / took, frames / took


def watch(page: Page, seconds: int) -> list[tuple[float, float, float]]:
    """Paused, then playing."""
    play = page.get_by_role("button", name="Play", exact=True)
    play.wait_for(timeout=60_000)
    play.scroll_into_view_if_needed()
    page.wait_for_timeout(2000)
    found = [counted(page, seconds)]
    play.click()
    page.wait_for_timeout(500)
    return [*found, counted(page, seconds)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=5)
    seconds = parser.parse_args().seconds
    print("| training | stage | pictures/s | updates of the loss/s | frames/s |")
    print("|---|---|---|---|---|")
    with running_app(APP, {"UNROLLED_TRAININGS": "1"}) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser() or None, args=FLAGS)
        for name, made in TRAININGS.items():
            client = Client(url, new_learner_id())
            run = client.begin(made)
            while client.steps(run) < FIRST:
                time.sleep(0.05)
            context = browser.new_context(viewport={"width": 1440, "height": 1000})
            context.add_cookies([{"name": COOKIE, "value": client.owner, "url": url}])
            page = context.new_page()
            page.goto(f"{url}/train")
            for state, found in zip(("paused", "playing"), watch(page, seconds), strict=True):
                print(
                    f"| {name} | {state} | " + " | ".join(f"{n:.0f}" for n in found) + " |",
                    flush=True,
                )
            context.close()
            client.stop(run)
        browser.close()


if __name__ == "__main__":
    main()
