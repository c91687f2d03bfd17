"""Every lesson as a learner walks through it, and the contents that lead there."""

import html
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from exhibits.lesson.shelf import shelf
from lessons.lesson import ExhibitBlock, Lesson
from tests.browser.conftest import AT_REST

OpenPage = Callable[[str], Page]
LESSONS = shelf().lessons
FIRST = LESSONS[0]
FITS = """() => { const main = document.querySelector('[data-testid="stMain"]');
    return main.scrollWidth <= main.clientWidth }"""


def at_rest(page: Page) -> None:
    page.wait_for_timeout(300)
    page.wait_for_function(AT_REST)


def next_step(page: Page) -> None:
    page.locator(".st-key-lesson_next button").click()
    at_rest(page)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_step_of_every_lesson_is_accessible_and_fits_on_a_phone(
    open_page: OpenPage, page: Page, accessible, lesson: Lesson
):
    """As it stands before any prediction; test_every_lesson.py walks through what is revealed."""
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(f"/lesson?name={lesson.name}")
    for step in lesson.steps:
        expect(page.get_by_role("heading", level=2, name=step.title, exact=True)).to_be_visible()
        page.wait_for_timeout(600)
        accessible()
        assert page.evaluate(FITS), f"{step.slug} is wider than a phone"
        next_step(page)
    expect(page.get_by_role("heading", name="Sources")).to_be_visible()
    accessible()


def test_a_turned_page_begins_at_its_top_and_is_read_from_its_heading(open_page: OpenPage):
    page = open_page(f"/lesson?name={FIRST.name}")
    page.mouse.move(300, 500)
    page.mouse.wheel(0, 600)
    next_step(page)
    expect(page.get_by_role("heading", level=2, name=FIRST.steps[1].title)).to_be_focused()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0
    assert f"step={FIRST.steps[1].slug}" in page.url
    page.go_back()
    expect(page.get_by_role("heading", level=2, name=FIRST.steps[0].title)).to_be_visible()


def test_a_lesson_needs_no_pointer(open_page: OpenPage):
    page = open_page(f"/lesson?name={FIRST.name}")
    step = page.locator(".st-key-lesson_stepper button").nth(1)
    step.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2, name=FIRST.steps[1].title)).to_be_visible()


def exhibit_beside_text() -> tuple[Lesson, str]:
    """A step that has an exhibit which is not covered."""
    for lesson in LESSONS:
        for step in lesson.steps:
            for block in step.blocks:
                if isinstance(block, ExhibitBlock) and not block.after:
                    return lesson, step.slug
    raise AssertionError("no lesson shows an exhibit at once")


@pytest.mark.parametrize(("width", "beside"), [(1440, True), (1024, False), (390, False)])
def test_an_exhibit_stands_beside_the_text_where_there_is_room(
    open_page: OpenPage, page: Page, width: int, beside: bool
):
    page.set_viewport_size({"width": width, "height": 900})
    lesson, step = exhibit_beside_text()
    open_page(f"/lesson?name={lesson.name}&step={step}")
    text = page.locator('[class*="st-key-lesson_before_"]').first.bounding_box()
    shown = page.locator('[class*="st-key-lesson_show_"]').first.bounding_box()
    assert text
    assert shown
    assert (shown["x"] >= text["x"] + text["width"]) == beside
    assert (shown["y"] >= text["y"] + text["height"]) == (not beside)


def test_the_contents_lead_into_the_lessons_and_know_them_again_in_a_new_window(
    open_page: OpenPage, page: Page, browser: Browser, app_url: str
):
    open_page("/lessons")
    page.get_by_role("button", name="Start here").click()
    at_rest(page)
    next_step(page)
    another = page.context.new_page()  # another session of the same browser
    another.goto("/lessons")
    another.wait_for_function(AT_REST, timeout=30_000)
    where = f"Go on: lesson {FIRST.number}, step 2"
    another.get_by_role("button", name=where).click()
    expect(another.get_by_role("heading", level=2, name=FIRST.steps[1].title)).to_be_visible()
    another.close()
    stranger = browser.new_context(base_url=app_url)
    theirs = stranger.new_page()
    theirs.goto("/lessons")
    expect(theirs.get_by_role("button", name="Start here")).to_be_visible(timeout=30_000)
    stranger.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_contents_are_accessible_and_fit(
    open_page: OpenPage, page: Page, accessible, width: int
):
    page.set_viewport_size({"width": width, "height": 900})
    for path in ("/lessons", "/lessons?lessons_q=network"):
        open_page(path)
        page.wait_for_timeout(300)
        accessible()
        assert page.evaluate(FITS)


def test_a_handout_is_made_of_every_lesson(open_page: OpenPage):
    page = open_page("/lessons")
    page.get_by_role("button", name="Handouts to print").click()
    for lesson in LESSONS:
        name = f"{lesson.number} · {lesson.title}"
        # Some hold the pictures of trainings, which are done now, behind everything else.
        with page.expect_download(timeout=120_000) as saved:
            page.get_by_role("button", name=name).click()
        assert saved.value.suggested_filename == f"{lesson.name}-handout.html"
        assert f"<h1>{html.escape(lesson.title)}</h1>" in saved.value.path().read_text("utf-8")
