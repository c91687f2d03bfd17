"""The stage while a run changes: it follows the run, and the learner stays where they are."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import start
from rnn_core import LSTMTrace, grad_by_source
from tests.browser.live.training import CONTROL, STEPS, UNITS, own_run, run_after
from tests.browser.served import served
from tests.browser.test_lab import number, read_strip, stage_of, step_of

OpenPage = Callable[[str], Page]
TAKEN = "() => window.taken ?? 0"
COUNT = """() => {
    window.taken = 0; window.slowest = 0;
    document.addEventListener("unrolled:painted", ({ detail }) => {
        window.taken += 1; window.slowest = Math.max(window.slowest, detail.took);
    });
}"""


@pytest.fixture(scope="module")
def server_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("live") / "log.txt"


@pytest.fixture(scope="module")
def app_url(server_log: Path) -> Iterator[str]:
    """An app of this test's own: one page with a stage, and the route that it follows."""
    app = start.ROOT / "tests" / "browser" / "live" / "app.py"
    with served(app, server_log, {"PYTHONPATH": str(start.ROOT)}) as url:
        yield url


def tell(page: Page, query: str = "") -> dict[str, Any]:
    answer: dict[str, Any] = page.request.get(f"{CONTROL}?{query}").json()
    return answer


def cell_after(step: int) -> np.ndarray:
    trace = run_after(step).layers[0]
    assert isinstance(trace, LSTMTrace)
    return trace.cell[:, 0]


def follow_at(open_page: OpenPage, step: int) -> Page:
    page = open_page("/")
    tell(page, f"step={step}&every=0")
    expect(stage_of(page).locator("[data-title]")).to_contain_text(f"step {step} ·")
    return page


def test_it_shows_the_run_as_it_is_by_now_and_the_learner_stays_where_they_are(
    open_page: OpenPage,
) -> None:
    page = follow_at(open_page, 1)
    stage = stage_of(page)
    stage.get_by_role("slider", name="Time step").fill("6")
    stage.get_by_role("button", name="Backward", exact=True).click()
    expect(page.get_by_text("step: 6")).to_be_visible()
    ran = page.get_by_text("runs:").inner_text()
    for step in (5, 9):
        tell(page, f"step={step}")
        expect(stage.locator("[data-title]")).to_contain_text(f"step {step} ·")
        cell = cell_after(step)
        for t, unit in ((0, 2), (11, 5)):
            shown = number(read_strip(page, "cell state", t, unit, STEPS, UNITS))
            assert shown == pytest.approx(cell[t, unit], rel=5.01e-4)
        assert step_of(page) == 6
        expect(stage.get_by_role("button", name="Backward", exact=True)).to_have_attribute(
            "aria-pressed", "true"
        )
    page.wait_for_timeout(600)  # longer than it takes to report where the learner is
    assert page.get_by_text("runs:").inner_text() == ran


def test_what_is_under_the_pointer_is_read_anew_and_one_scale_holds_for_all(
    open_page: OpenPage,
) -> None:
    page = follow_at(open_page, 9)
    strip = stage_of(page).get_by_role("img", name="cell state")
    widest = strip.get_attribute("aria-label")
    read_strip(page, "cell state", 11, 5, STEPS, UNITS)
    tell(page, "step=1")
    expect(stage_of(page).locator("[data-title]")).to_contain_text("step 1 ·")
    shown = number(stage_of(page).locator("[data-tip-value]").inner_text())
    assert shown == pytest.approx(cell_after(1)[11, 5], rel=5.01e-4)
    assert strip.get_attribute("aria-label") == widest


def test_while_it_changes_it_plays_on_and_pictures_come_by_themselves(open_page: OpenPage) -> None:
    page = follow_at(open_page, 0)
    stage = stage_of(page)
    stage.get_by_role("slider", name="Time step").fill("0")
    page.evaluate(COUNT)
    tell(page, "step=0&every=0.05")
    stage.get_by_role("button", name="Play").click()
    expect(stage.get_by_role("slider", name="Time step")).to_have_value("2")
    expect(stage.get_by_role("button", name="Pause")).to_be_visible()
    assert page.evaluate(TAKEN) > 10  # two steps take two seconds: 40 runs, of which some are seen
    tell(page, "step=0&every=0")


def test_the_classes_that_are_due_and_said_are_told_by_their_names(open_page: OpenPage) -> None:
    page = follow_at(open_page, 4)
    stage = stage_of(page)
    stage.get_by_role("slider", name="Time step").fill("7")
    stage.get_by_role("button", name="Loss", exact=True).click()
    given = run_after(4).prediction[7, 0, 1]
    expect(stage.locator("[data-narration]")).to_contain_text(
        f"“odd” is due, and the network had given it p = {given:.2f}"
    )
    stage.get_by_role("button", name="Forward", exact=True).click()
    expect(stage.locator("[data-narration]")).to_contain_text("reading b 1, the others 0")


def test_what_is_opened_comes_with_the_next_picture(open_page: OpenPage) -> None:
    page = follow_at(open_page, 2)
    stage_of(page).get_by_role("button", name="Who is to blame").click()
    for step in (2, 6):
        tell(page, f"step={step}")
        norms = np.linalg.norm(grad_by_source(run_after(step), 0)[:, 2, 0], axis=-1)
        expect(stage_of(page)).to_contain_text(f"Their norms add up to {norms.sum():.4f}")


def test_the_page_s_own_run_stands_once_nothing_is_to_be_followed(open_page: OpenPage) -> None:
    page = follow_at(open_page, 3)
    stage = stage_of(page)
    page.get_by_text("The page's own run").click()
    expect(page.get_by_text("runs: 2")).to_be_visible()
    expect(stage.locator("[data-title]")).to_contain_text("step 3 ·")  # the newest that there is
    page.get_by_text("Follow", exact=True).click()
    expect(stage.locator("[data-title]")).to_contain_text("the page's own ·")
    asked = tell(page)["asked"]
    page.wait_for_timeout(600)
    assert tell(page)["asked"] == asked
    shown = number(read_strip(page, "hidden state", 5, 2, STEPS, 4))
    assert shown == pytest.approx(own_run().layers[0].hidden[5, 0, 2], rel=5.01e-4)
