"""The printed lesson as whoever gets the file meets it: from disk, offline, then on paper."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from exhibits import opening
from exhibits.lesson import handout as paper
from exhibits.piece import Piece, StageStill
from exhibits.runs import traced
from exhibits.stage import StageState, Track
from figures import gradients
from lessons.declared import Declaration
from lessons.lesson import ExhibitBlock, Prose
from tests.browser import axe
from tests.made_lessons import made_lesson, made_step

RUN = traced(opening.SETUP)
STEPS = (2, 7)


def still(values: Any, place: Any) -> list[Any]:
    trace, losses = RUN.layers[0], RUN.losses[:, 0]
    figure = gradients.draw(
        trace, RUN.setup.sequence_read, losses=losses, loss_mask=RUN.loss_mask, theme="light"
    )
    moments = [StageStill((Track(RUN),), StageState(step=step, phase="backward")) for step in STEPS]
    return [*moments, figure]


@pytest.fixture
def handout(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A lesson with two moments of the stage and a figure, opened from disk."""
    piece = Piece(Declaration(name="made", about="", parameters=()), lambda *_: {}, still)
    monkeypatch.setattr(paper, "catalogue", lambda: {"made": piece})
    blocks = (Prose("A formula: $a^2$. <b>raw</b>"), ExhibitBlock("e", "made", {}))
    lesson = made_lesson(1, "paper", steps=[made_step("only", *blocks)])
    file = tmp_path / "handout.html"
    file.write_bytes(paper.handout(lesson))
    context, wrong = browser.new_context(offline=True, color_scheme="dark"), list[str]()

    def said(line: ConsoleMessage) -> None:
        if line.type in ("error", "warning"):
            wrong.append(line.text)

    page = context.new_page()
    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(file.as_uri())
    page.locator("html[data-ready=yes]").wait_for()
    yield page
    context.close()
    assert not wrong


def test_every_picture_is_drawn_at_its_own_moment_and_told_in_words(handout: Page):
    images = handout.locator("figure img")
    expect(images).to_have_count(3)
    for image, step in zip(images.all(), STEPS, strict=False):
        assert f"t = {step}" in (image.get_attribute("alt") or "")
    for image in images.all():
        assert image.evaluate("image => image.naturalWidth") > 400
    expect(handout.locator("[data-stage]")).to_have_count(0)


def test_it_is_white_and_its_formula_is_one_also_where_the_system_is_dark(handout: Page):
    back = handout.evaluate("getComputedStyle(document.body).backgroundColor")
    assert back == "rgb(255, 255, 255)"
    expect(handout.locator("math")).to_have_count(1)
    expect(handout.locator("main")).to_contain_text("<b>raw</b>")


def test_on_paper_no_tool_is_left_and_no_picture_is_wider_than_the_page(handout: Page):
    handout.emulate_media(media="print")
    expect(handout.get_by_role("button", name="Print")).to_be_hidden()
    for width in (658, 680):  # CSS pixels between the margins of A4 and of Letter
        handout.set_viewport_size({"width": width, "height": 950})
        assert handout.evaluate("document.documentElement.scrollWidth") <= width
    for name in ("A4", "Letter"):
        assert handout.pdf(format=name).startswith(b"%PDF")


def test_it_is_accessible(handout: Page):
    axe.check(handout)
