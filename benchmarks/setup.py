"""From nothing to the first picture: set-up, imports, server start, first paint.

    .venv/bin/python -m benchmarks.setup            all but the set-up, in under a minute
    .venv/bin/python -m benchmarks.setup --install  and two set-ups from nothing, some minutes

Prints Markdown. Wall-clock seconds of this machine; medians where a line says so. The set-up is
`python start.py setup` in a copy of the tree, once with an empty pip cache and once with the cache
that the first one filled.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

import start
from benchmarks.server import running_app
from tests.browser.chromium import find_browser
from tests.browser.conftest import AT_REST

ROUNDS = 5
PATHS = {"lab": "lab", "lab again": "lab", "home": ""}  # in this order on each new server
PAINT = """() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"""


def seconds(action: Callable[[], object]) -> float:
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def row(what: str, value: float, note: str = "") -> None:
    print(f"| {what} | {value:.2f} s | {note} |", flush=True)


def install() -> None:
    """Two set-ups from nothing, in a copy of the files that git knows."""
    names = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(names, cwd=start.ROOT, check=True, capture_output=True, text=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("cold", "warm"):
            copy = Path(folder, name)
            for file in listed.stdout.splitlines():
                (copy / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(start.ROOT / file, copy / file)
            set_up = partial(
                subprocess.run,
                [sys.executable, "start.py", "setup"],
                cwd=copy,
                env={**os.environ, "PIP_CACHE_DIR": str(Path(folder, "pip-cache"))},
                check=True,
                stdout=subprocess.DEVNULL,
            )
            cache = "empty pip cache" if name == "cold" else "pip cache of the first set-up"
            row("`python start.py setup`, new environment", seconds(set_up), cache)
            row("the same, nothing to do", seconds(set_up), "what a later start adds")


def imports() -> None:
    """Each in a new process, the interpreter's own start included."""
    for what, code in {
        "an empty Python": "",
        "`import streamlit`": "import streamlit",
        "`import app` (server, stage, core)": "import app",
        "the same, and all exhibits and figures": "import app, exhibits.process as p; p.prepare()",
        "`import torch`, which the app does not": "import torch",
    }.items():
        command = [sys.executable, "-c", code]
        run = partial(subprocess.run, command, cwd=start.ROOT, check=True, capture_output=True)
        rounds = [seconds(run) for _ in range(ROUNDS)]
        row(what, statistics.median(rounds), f"median of {ROUNDS} processes")


def visit(browser: Browser, url: str) -> dict[str, float]:
    """Seconds from opening a link, with nothing in the browser's cache."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    whole = seconds(lambda: page.goto(url) and page.wait_for_function(AT_REST))
    paint = page.evaluate(PAINT) / 1000
    page.context.close()
    return {"first paint": paint, "page at rest": whole}


def pages() -> None:
    """The first learner of a new server, and the one after."""
    took: dict[str, list[float]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser() or None)
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            with running_app() as url:
                took.setdefault("server start to healthy", []).append(time.perf_counter() - begin)
                for page in ("lab", "lab again", "home"):
                    for event, value in visit(browser, f"{url}/{PATHS[page]}").items():
                        took.setdefault(f"{page}: {event}", []).append(value)
        browser.close()
    for what, values in took.items():
        row(what, statistics.median(values), f"median of {ROUNDS} new servers")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", action="store_true", help="two set-ups from nothing as well")
    options = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| what | time | |\n|---|---|---|")
    if options.install:
        install()
    imports()
    pages()


if __name__ == "__main__":
    main()
