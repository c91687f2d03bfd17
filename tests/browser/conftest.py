"""The real app in a real browser: one server and one Chromium per test session, one fresh browser
context (cookies, storage, size, theme) per test.

A test asks for `open_page` and calls it with a path; it gets Playwright's page, once the app has
come to rest on it. Markers set what the browser asks for: `viewport(width, height)`, `dark`,
`reduced_motion`, `touch`. When a test ends, whatever went wrong unseen fails it: an error in the
page's JavaScript, a request to another host, a traceback in the server.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

import start
from tests.browser import axe
from tests.browser.chromium import find_browser
from tests.browser.served import THE_APP, served

expect.set_options(timeout=15_000)  # two loaded cores may take a while

PICTURES = start.ROOT / "test-results"
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing can leave, even by slip
]
# Opened by a link to /lab, Streamlit's client first asks whether the app itself lives under /lab.
STREAMLIT_ASKS = re.compile(r"/\w+/_stcore/(health|host-config)$")
AT_REST = """() => document.querySelector('[data-testid="stApp"]')
    ?.getAttribute('data-test-script-state') === 'notRunning'
    && !document.querySelector('[data-testid="stAppSkeleton"], [data-testid="stSkeleton"]')"""

NOTHING_FADES = """() => !document.getAnimations().some((one) =>
    one.playState === 'running' && Number.isFinite(one.effect?.getComputedTiming().endTime))"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last, being slow; of them, the first link on a fresh server first.

    One that fails is tried once more, and the report says so: two loaded cores drop a frame or a
    key press now and then, and what is really broken fails twice.
    """

    def place(item: pytest.Item) -> int:
        if Path(__file__).parent not in item.path.parents:
            return 0
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.flaky(reruns=1))
        return 1 if item.path.name == "test_first_link.py" else 2

    items.sort(key=place)


@pytest.fixture(scope="session")
def server_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "log.txt"


@pytest.fixture(scope="session")
def app_url(server_log: Path) -> Iterator[str]:
    """The address of the app as start.py serves it, on a port that nobody uses."""
    progress = f"sqlite:///{server_log.parent / 'progress.sqlite'}"
    with served(THE_APP, server_log, {"UNROLLED_DATABASE": progress}) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        path = find_browser() or None
    except start.Stop as reason:
        pytest.fail(str(reason), pytrace=False)
    with sync_playwright() as playwright:
        if not path and not Path(playwright.chromium.executable_path).exists():
            pytest.fail("no browser for the tests: `python start.py test` installs one, or set "
                        "CHROMIUM to the path of Chromium or Chrome", pytrace=False)  # fmt: skip
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(
    browser: Browser, app_url: str, request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    """What the test's markers ask for."""
    marker = request.node.get_closest_marker
    width, height = marker("viewport").args if marker("viewport") else (1440, 900)
    made = browser.new_context(
        base_url=app_url,
        viewport={"width": width, "height": height},
        color_scheme="dark" if marker("dark") else "light",
        reduced_motion="reduce" if marker("reduced_motion") else "no-preference",
        has_touch=bool(marker("touch")),
        accept_downloads=True,
    )
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def page(
    context: BrowserContext, app_url: str, server_log: Path, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A blank page, watched: see the module's docstring."""
    made, wrong = context.new_page(), list[str]()
    said_before = len(server_log.read_text())
    watch(made, app_url, wrong)
    yield made
    report = request.node.stash.get(REPORT, None)
    if wrong or (report and report.failed):
        PICTURES.mkdir(exist_ok=True)
        made.screenshot(path=PICTURES / f"{request.node.name.replace('/', '-')}.png")
    said = server_log.read_text()[said_before:]
    if "Traceback (most recent call last)" in said:
        wrong.append(f"the server raised:\n{said[-3000:]}")
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


def watch(page: Page, app_url: str, wrong: list[str]) -> None:
    """Adds to `wrong` whatever happens on the page that must not, as it happens."""
    here = (app_url, app_url.replace("http", "ws", 1), "data:", "blob:")

    def console(line: ConsoleMessage) -> None:
        if line.type == "error" and not STREAMLIT_ASKS.search(line.location["url"]):
            wrong.append(f"console: {line.text} ({line.location['url']})")

    def asked(url: str) -> None:
        if not url.startswith(here):
            wrong.append(f"request to another host: {url}")

    page.on("pageerror", lambda error: wrong.append(f"JavaScript error: {error}"))
    page.on("console", console)
    page.on("request", lambda request: asked(request.url))
    page.on("websocket", lambda socket: asked(socket.url))


REPORT = pytest.StashKey[pytest.TestReport]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Keeps the test's own outcome for `page`, which takes a picture of a failure."""
    report = yield
    if report.when == "call":
        item.stash[REPORT] = report
    return report


@pytest.fixture
def open_page(page: Page) -> Callable[[str], Page]:
    """`open_page("/lab")`: goes there and waits until the app has run and is at rest."""

    def open_path(path: str = "/") -> Page:
        page.goto(path)
        page.wait_for_function(AT_REST, timeout=30_000)
        return page

    return open_path


@pytest.fixture
def accessible(page: Page) -> Callable[..., None]:
    """`accessible()`: fails on axe-core's findings, each named.

    It looks once the page has run and nothing fades any more: what is half faded has no contrast.
    """

    def check(*excluded: str) -> None:
        page.wait_for_function(AT_REST, timeout=30_000)
        page.wait_for_function(NOTHING_FADES)
        axe.check(page, *excluded)

    return check
