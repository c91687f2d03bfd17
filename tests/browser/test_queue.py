"""Two learners and one slot: the second one sees that, and when it is his or her turn."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.served import THE_APP, served

TRAIN = (
    "/train?train_hidden_size=4&train_length=10&train_stop_when_solved=false&train_max_steps=50000"
)
WHILE = 60_000


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    own = {
        "UNROLLED_TRAININGS": "1",
        "UNROLLED_RUNS": str(tmp_path / "runs"),
        "UNROLLED_DATABASE": f"sqlite:///{tmp_path / 'progress.sqlite3'}",
    }
    with served(THE_APP, tmp_path / "server.log", own) as address:
        yield address


@pytest.fixture
def learners(browser: Browser, url: str) -> Iterator[list[Page]]:
    """Each with a cookie of his or her own, on the page *Train* with one training pressed."""
    contexts = [browser.new_context(base_url=url) for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.goto(TRAIN)
        press(page, "Train")
        words(page, "Learning|Waiting")
    yield pages
    for context in contexts:
        context.close()


def press(page: Page, name: str) -> None:
    view = page.locator("[data-training]")
    view.get_by_role("button", name=name, exact=True).click(timeout=WHILE)


def words(page: Page, said: str) -> None:
    expect(page.locator("[data-words]")).to_contain_text(re.compile(said), timeout=WHILE)


def test_the_second_one_waits_in_sight_and_begins_when_the_first_one_ends(learners: list[Page]):
    first, second = learners
    words(first, "Learning")
    words(second, "Waiting: next in the queue; every slot of this server is training")
    press(first, "End")
    words(first, "Ended early")
    words(second, "Learning: step")
    press(second, "End")
    words(second, "Ended early")


def test_a_pause_leaves_the_slot_to_the_next_one(learners: list[Page]):
    first, second = learners
    words(second, "Waiting")
    press(first, "Pause")
    words(second, "Learning: step")
    press(first, "Go on")
    words(first, "Waiting: next in the queue")
    press(second, "End")
    words(first, "Learning: step")
    press(first, "End")
