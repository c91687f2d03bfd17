"""A real browser, a real server that is killed: the learner is known at once, and goes on.

The app is a small one of its own, so that this holds whatever the pages are.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

import start
from store import COOKIE
from tests.browser.chromium import find_browser
from tests.browser.conftest import FLAGS
from tests.ports import own_port

pytestmark = pytest.mark.browser

PAGE = """
import streamlit as st
from store import learner_of, open_store
learner = learner_of(st.context.cookies)
store = open_store()
if learner and st.button("Answer"):
    store.answered(learner, "gates", "opens", 1, right=True)
known = store.progress(learner).lessons.get("gates") if learner else None
st.write(f"I am {learner} and have answered {len(known.answers) if known else 0}.")
"""
APP = """
from pathlib import Path
import streamlit as st
from starlette.middleware import Middleware
from store import LearnerCookie
app = st.App(Path(__file__).parent / "page.py", middleware=[Middleware(LearnerCookie)])
"""


@contextmanager
def served(folder: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    database = f"sqlite:///{folder / 'progress.sqlite3'}"
    command = [sys.executable, *start.app_command(port)[1:]]
    command[command.index(str(start.ROOT / "app.py"))] = str(folder / "app.py")
    environment = {"UNROLLED_DATABASE": database, "PYTHONPATH": str(start.ROOT)}
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(
            command,
            cwd=folder,
            env={**start.app_environment(), **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        start.wait_until_healthy(server, port)
        yield server
    finally:
        server.terminate()
        start.end_process(server)


@contextmanager
def chromium(profile: Path) -> Iterator[BrowserContext]:
    """With a profile on the disk, as a person's browser has."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=find_browser() or None, args=FLAGS
        )
        yield context
        context.close()


def seen(page: Page, answers: int) -> str:
    """The id that the page shows, once it shows so many answers."""
    line = page.get_by_text(f"and have answered {answers}.")
    line.wait_for(timeout=30_000)
    found = re.search("I am (.+) and", line.inner_text())
    assert found
    return found[1]


def test_a_browser_is_known_from_its_first_visit_through_all_restarts(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(PAGE)
    (tmp_path / "app.py").write_text(APP)
    port = own_port()
    url = f"http://{start.HOST}:{port}/"
    profile = tmp_path / "profile"
    with served(tmp_path, port) as server, chromium(profile) as browser:
        page = browser.new_page()
        page.goto(url)
        learner = seen(page, 0)
        assert [one["value"] for one in browser.cookies() if one["name"] == COOKIE] == [learner]
        assert COOKIE not in page.evaluate("document.cookie"), "scripts cannot read it"
        page.get_by_role("button", name="Answer").click()
        assert seen(page, 1) == learner
        server.kill()
        server.wait()
    with served(tmp_path, port):
        with chromium(profile) as browser:  # the browser was closed and opened again
            page, other = browser.new_page(), browser.new_page()
            page.goto(url)
            assert seen(page, 1) == learner
            page.reload()
            assert seen(page, 1) == learner
            other.goto(url)
            assert seen(other, 1) == learner
            browser.clear_cookies()
            page.reload()  # the page itself is in the browser's cache
            assert seen(page, 0) not in (learner, "None")
        with chromium(tmp_path / "another") as browser:
            page = browser.new_page()
            page.goto(url)
            assert seen(page, 0) not in (learner, "None")
