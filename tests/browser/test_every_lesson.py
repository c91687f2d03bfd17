"""Every lesson in a real browser, walked from its first step to its last screen."""

import re

import pytest
from playwright.sync_api import Page, expect

from exhibits.catalogue import declarations
from exhibits.lesson.grading import truth
from lessons.check import FOLDER
from lessons.lesson import ChoiceAnswer, ExhibitBlock, Lesson, NumberAnswer, Prediction, Step
from lessons.reader import read_folder
from tests.browser.conftest import AT_REST

LESSONS = read_folder(FOLDER, declarations()).lessons
each = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)


def settled(page: Page) -> None:
    page.wait_for_function(AT_REST, timeout=30_000)


def commit(page: Page, lesson: Lesson, prediction: Prediction) -> None:
    """The right answer, with mouse and keys; a curve is drawn straight across, right or not."""
    card = page.locator(f".st-key-predict_open_{lesson.slug}_{prediction.id}")
    expect(card).to_be_visible()
    answer = prediction.answer
    if isinstance(answer, ChoiceAnswer):
        card.locator("label").filter(has=page.locator("input")).nth(answer.answer).click()
    elif isinstance(answer, NumberAnswer):
        block = next(b for b in lesson.blocks(ExhibitBlock) if b.id == prediction.exhibit)
        true = truth(prediction, declarations()[block.name], block.values)
        card.get_by_role("textbox").fill(repr(true))
    else:
        plot = card.locator("svg").first
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        assert box
        page.mouse.move(box["x"] + 60, box["y"] + box["height"] * 0.6)
        page.mouse.down()
        for k in range(1, 21):
            along = 60 + (box["width"] - 64) * k / 20
            page.mouse.move(box["x"] + along, box["y"] + box["height"] * (0.6 - k / 100))
        page.mouse.up()
    button = card.get_by_role("button", name="Commit")
    expect(button).to_be_enabled()
    button.click()
    expect(card).to_be_hidden()
    settled(page)


def shown(page: Page, step: Step) -> None:
    """Waits until what a step shows has come in: until then it is paler than it will be."""
    pieces = [block.name for block in step.blocks if isinstance(block, ExhibitBlock)]
    if any(name in ("stage", "unroll") for name in pieces):
        expect(page.get_by_role("region", name="The stage")).to_be_visible()
    page.wait_for_timeout(1500)


@each
@pytest.mark.viewport(1440, 900)
def test_a_lesson_can_be_walked_to_its_end(lesson: Lesson, open_page, accessible) -> None:
    page = open_page(f"/lesson?name={lesson.name}")
    for number, step in enumerate(lesson.steps):
        heading = page.locator(".st-key-lesson_walk h2")
        expect(heading).to_have_count(1)
        for block in step.blocks:
            if isinstance(block, Prediction):
                commit(page, lesson, block)
        expect(page.locator('[data-testid="stException"], [data-testid="stAlertContentError"]')
               ).to_have_count(0)  # fmt: skip
        shown(page, step)
        accessible()
        last = number + 1 == len(lesson.steps)
        before = heading.inner_text()
        page.get_by_role(
            "button", name="Finish the lesson" if last else re.compile("^Next:")
        ).click()
        if not last:
            expect(heading).not_to_have_text(before)
        settled(page)
    expect(page.get_by_role("heading", name="What you can do now")).to_be_visible()
