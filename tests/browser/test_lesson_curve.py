"""A curve is drawn with a mouse, a finger or keys, committed, and compared with the true one.

The first prediction of this kind in the lessons is the one that is tried.
"""

import functools
import math
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from exhibits.catalogue import catalogue
from exhibits.lesson.grading import truth
from exhibits.lesson.shelf import shelf
from lessons.declared import Curve
from lessons.lesson import CurveAnswer, ExhibitBlock, Prediction
from tests.browser.conftest import AT_REST

OpenPage = Callable[[str], Page]
INSET = 8  # pixels between the plot's edge and the first x


@functools.cache
def found() -> tuple[str, Curve]:
    """The step's address and the true curve."""
    for lesson in shelf().lessons:
        exhibits = {block.id: block for block in lesson.blocks(ExhibitBlock)}
        for step in lesson.steps:
            asked = [block for block in step.blocks if isinstance(block, Prediction)]
            for block in asked:
                if isinstance(block.answer, CurveAnswer) and len(asked) == 1:
                    about = exhibits[block.exhibit]
                    declared = catalogue()[about.name].declaration
                    address = f"/lesson?name={lesson.name}&step={step.slug}"
                    return address, truth(block, declared, about.values)
    raise AssertionError("no lesson asks for a curve")


@pytest.fixture
def opened(open_page: OpenPage) -> Page:
    page = open_page(found()[0])
    plot(page).scroll_into_view_if_needed()
    expect(page.locator(".curve .row p")).to_have_text("Draw from the left edge to the right.")
    return page


def plot(page: Page) -> Locator:
    return page.locator(".curve svg")


def commit_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Commit", exact=True)


def places(page: Page, shares: list[float]) -> list[tuple[float, float]]:
    """Where these shares of the height stand on the screen, evenly from the first x to the last."""
    box = page.locator(".curve .plot").bounding_box()
    assert box is not None
    across = (box["width"] - 2 * INSET) / (len(shares) - 1)
    return [
        (box["x"] + INSET + k * across, box["y"] + (1 - share) * box["height"])
        for k, share in enumerate(shares)
    ]


def drag(page: Page, points: list[tuple[float, float]]) -> None:
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point)
    page.mouse.up()


def heights(true: Curve) -> list[float]:
    if true.log:
        return [math.log(y / true.low) / math.log(true.high / true.low) for y in true.y]
    return [(y - true.low) / (true.high - true.low) for y in true.y]


def test_a_curve_drawn_as_it_is_was_right_and_both_are_named(opened: Page):
    page = opened
    expect(commit_button(page)).to_be_disabled()
    assert page.locator(".curve .true").count() == 0
    drag(page, places(page, heights(found()[1])))
    expect(page.locator(".curve .row p")).to_contain_text("Complete")
    commit_button(page).click()
    expect(page.locator(".card-verdict")).to_contain_text("You had it")
    expect(page.locator(".curve .name")).to_have_text(["true", "yours"])
    expect(plot(page)).to_have_attribute("role", "img")
    expect(plot(page)).to_have_attribute("aria-label", re.compile(r"Yours: .+\. True: .+\."))
    expect(page.get_by_role("button", name="Undo")).to_be_hidden()


def test_another_one_is_told_how_far_it_is_and_stays_after_a_reload(opened: Page):
    page = opened
    upside_down = [1 - share for share in heights(found()[1])]
    drag(page, places(page, upside_down))
    expect(commit_button(page)).to_be_enabled()
    commit_button(page).click()
    said = page.locator(".card-verdict")
    expect(said).to_contain_text("On average")
    before, series = said.inner_text(), plot(page).get_attribute("aria-label")
    page.reload()
    page.wait_for_function(AT_REST)
    expect(said).to_have_text(before)
    assert plot(page).get_attribute("aria-label") == series


def test_what_is_missing_is_named_and_undo_and_clear_take_back(opened: Page):
    page = opened
    said = page.locator(".curve .row p")
    left, *_, right = places(page, [0.5] * 9)
    middle = ((left[0] + right[0]) / 2, left[1])
    drag(page, [left, middle])
    expect(said).to_contain_text("Still to draw")
    expect(commit_button(page)).to_be_disabled()
    drag(page, [middle, right])
    expect(said).to_contain_text("Complete")
    expect(commit_button(page)).to_be_enabled()
    page.get_by_role("button", name="Undo").click()
    expect(said).to_contain_text("Still to draw")
    expect(commit_button(page)).to_be_disabled()
    page.get_by_role("button", name="Clear").click()
    expect(said).to_have_text("Draw from the left edge to the right.")


def test_what_is_drawn_is_there_again_after_another_step(opened: Page):
    page = opened
    drag(page, places(page, [0.25, 0.75]))
    expect(commit_button(page)).to_be_enabled()
    line = page.locator(".curve .mine")
    drawn = line.get_attribute("d")
    page.get_by_role("button", name=re.compile("^(Next|Finish)")).click()
    expect(line).to_have_count(0)
    page.get_by_role("button", name="Back").click()
    expect(line).to_have_attribute("d", drawn or "")
    expect(commit_button(page)).to_be_enabled()


def test_keys_draw_it_too_and_say_where_one_is(opened: Page):
    page = opened
    field = plot(page)
    field.focus()
    expect(field).to_have_attribute("aria-valuetext", re.compile(": nothing yet$"))
    page.keyboard.press("ArrowUp")
    expect(field).to_have_attribute("aria-valuenow", "52")
    page.keyboard.press("PageUp")
    expect(field).to_have_attribute("aria-valuenow", "62")
    for _ in range(len(found()[1].x) - 1):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".curve .row p")).to_contain_text("Complete")
    expect(field).to_have_attribute("aria-valuenow", "62")
    expect(commit_button(page)).to_be_enabled()
    page.keyboard.press("Home")
    page.keyboard.press("PageDown")
    expect(field).to_have_attribute("aria-valuenow", "52")
    page.keyboard.press("Control+z")
    expect(field).to_have_attribute("aria-valuenow", "62")


@pytest.mark.viewport(390, 844)
@pytest.mark.touch
def test_a_finger_draws_and_the_page_does_not_scroll_with_it(opened: Page):
    page = opened
    points = places(page, [0.2, 0.4, 0.6, 0.8, 0.6])
    client = page.context.new_cdp_session(page)

    def touch(kind: str, at: tuple[float, float] | None) -> None:
        fingers = [{"x": at[0], "y": at[1]}] if at else []
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    top = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    touch("touchStart", points[0])
    for point in points[1:]:
        touch("touchMove", point)
    touch("touchEnd", None)
    expect(page.locator(".curve .row p")).to_contain_text("Complete")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == top
    expect(commit_button(page)).to_be_enabled()


@pytest.mark.reduced_motion
def test_with_reduced_motion_the_true_curve_is_there_at_once(opened: Page):
    page = opened
    drag(page, places(page, [0.25, 0.75]))
    commit_button(page).click()
    expect(page.locator(".curve .true")).to_have_count(1)
    widths = page.evaluate(
        """() => {
          const host = [...document.querySelectorAll('*')].map((one) => one.shadowRoot)
            .find((root) => root?.querySelector('.curve'));
          const rect = (host ?? document).querySelector('.curve clipPath rect');
          const svg = (host ?? document).querySelector('.curve svg');
          return [Number(rect.getAttribute('width')), svg.viewBox.baseVal.width];
        }"""
    )
    assert widths[0] == widths[1]


@pytest.mark.parametrize("width", [1440, 390])
def test_it_is_accessible_before_and_after(opened: Page, accessible, width: int):
    page = opened
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_timeout(500)
    accessible()
    drag(page, places(page, [0.25, 0.75]))
    commit_button(page).click()
    expect(page.locator(".card-verdict")).to_be_visible()
    page.wait_for_timeout(1500)
    accessible()
