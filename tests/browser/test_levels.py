"""Every level for everyone: by keyboard, by touch, for a screen reader, in light and dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_lab import stage_of, step_of

OpenPage = Callable[[str], Page]


def deeper(page: Page, levels: int) -> Locator:
    """The stage with unit 0 picked, so many levels down, by keyboard alone."""
    stage = stage_of(page)
    stage.focus()
    page.keyboard.press("ArrowDown")
    for _ in range(levels):
        page.keyboard.press("Enter")
        page.wait_for_timeout(400)
    return stage


def level_of(stage: Locator) -> str:
    return stage.get_attribute("data-level") or ""


CELLS = ("LSTM", "GRU", "RNN+tanh", "LSTM&lab_weights=Random&lab_peepholes=true")


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("phase", ["Forward", "Loss", "Backward"])
def test_axe_finds_nothing_at_any_level(
    open_page: OpenPage, accessible: Callable, cell: str, phase: str
) -> None:
    page = open_page(f"/lab?lab_cell={cell}")
    stage = stage_of(page)
    stage.get_by_role("button", name=phase, exact=True).click()
    for level in ("overview", "cell", "unit"):
        if level != "overview":
            page.keyboard.press("Escape")
            deeper(page, 2 if level == "unit" else 1)
        assert level_of(stage) == level
        page.wait_for_timeout(300)
        accessible()
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")


@pytest.mark.dark
@pytest.mark.parametrize("phase", ["Forward", "Backward"])
def test_axe_finds_nothing_at_any_level_in_the_dark(
    open_page: OpenPage, accessible: Callable, phase: str
) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    stage.get_by_role("button", name=phase, exact=True).click()
    for name in ("Who is to blame", "State space", "Nudge"):
        stage.get_by_role("button", name=name).click()
    page.wait_for_timeout(1500)
    accessible()
    deeper(page, 1)
    accessible()
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    assert level_of(stage) == "unit"
    accessible()


def test_enter_leads_in_and_escape_out_while_step_and_phase_stay(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    stage.focus()
    page.keyboard.press("b")
    step = step_of(page)
    deeper(page, 2)
    assert level_of(stage) == "unit"
    page.keyboard.press("ArrowRight")
    for level in ("cell", "overview"):
        page.keyboard.press("Escape")
        assert level_of(stage) == level
    assert step_of(page) == step + 1
    backward = stage.get_by_role("button", name="Backward", exact=True)
    expect(backward).to_have_attribute("aria-pressed", "true")


def test_the_breadcrumb_leads_out(open_page: OpenPage) -> None:
    stage = deeper(open_page("/lab"), 2)
    stage.get_by_role("button", name="cell at t = 7").click()
    assert level_of(stage) == "cell"
    stage.get_by_role("button", name="network").click()
    assert level_of(stage) == "overview"


@pytest.mark.parametrize(
    ("levels", "says"), [(1, "Inside the cell at t = 7"), (2, "The arithmetic of unit 0 at t = 7")]
)
def test_each_level_is_told_aloud(open_page: OpenPage, levels: int, says: str) -> None:
    stage = deeper(open_page("/lab"), levels)
    expect(stage.locator("[data-live]")).to_contain_text(says)


@pytest.mark.viewport(390, 844)
@pytest.mark.touch
def test_on_a_phone_a_swipe_scrubs_and_a_tap_opens(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    graph = stage.get_by_role("img", name="The network unrolled")
    graph.scroll_into_view_if_needed()
    box = graph.bounding_box()
    assert box
    before = step_of(page)
    swipe(page, box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5, 80)
    page.wait_for_timeout(500)
    assert step_of(page) > before
    strip = stage.get_by_role("img", name="forget gate")
    strip.scroll_into_view_if_needed()
    place = strip.bounding_box()
    assert place
    page.touchscreen.tap(place["x"] + place["width"] * 0.5, place["y"] + place["height"] * 0.5)
    page.wait_for_timeout(500)
    assert level_of(stage) == "unit"
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth") <= 390


def swipe(page: Page, x: float, y: float, by: float) -> None:
    """One finger, from left to right."""
    session = page.context.new_cdp_session(page)
    for kind, at in (("touchStart", 0.0), *(("touchMove", by * k / 8) for k in range(1, 9))):
        session.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x + at, "y": y}]}
        )
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.viewport(390, 844)
@pytest.mark.parametrize("level", [0, 1, 2])
def test_no_level_is_wider_than_a_phone_and_its_buttons_fit_a_thumb(
    open_page: OpenPage, level: int
) -> None:
    page = open_page("/lab")
    stage = deeper(page, level)
    page.wait_for_timeout(400)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth") <= 390
    small = stage.evaluate(
        """stage => [...stage.querySelectorAll("button")].filter((node) => node.checkVisibility())
        // The first are enlarged by what stands around them; the second have buttons of their own.
        .filter((node) => !node.matches(".hold, .unit-square"))
        .filter((node) => node.getBoundingClientRect().height < 40)
        .map((node) => node.getAttribute("aria-label") ?? node.textContent)"""
    )
    assert not small
