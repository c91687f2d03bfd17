"""Change and compare, in the browser: an input, a gate, taken back and done again; side by side."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from exhibits import opening
from exhibits.parameters import COMPARE
from rnn_core import Changes, LSTMTrace, Numbers, Setup, run, signal
from tests.browser.test_lab import number, read_strip, stage_of, step_of

OpenPage = Callable[[str], Page]
UNITS = 16
STEPS = len(opening.TEXT)


def changed(**changes: tuple) -> LSTMTrace:
    trace = run(replace(opening.SETUP, changes=Changes(**changes))).layers[0]
    assert isinstance(trace, LSTMTrace)
    return trace


def test_another_character_is_read_and_the_run_before_stays_as_a_ghost(
    open_page: OpenPage,
) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    before = stage.locator("[data-narration]").inner_text()
    stage.get_by_role("button", name="Change the input at t = 7").click()
    page.keyboard.type("(")
    expect(stage.locator("[data-narration]")).to_contain_text("Before your change the loss here")
    trace = changed(inputs=((7, "("),))
    shown = number(read_strip(page, "cell state", 12, 5, STEPS, UNITS))
    assert shown == pytest.approx(trace.cell[12, 0, 5], rel=5.01e-4)
    assert step_of(page) == 7
    stage.get_by_role("button", name="Undo").click()
    expect(stage.locator("[data-narration]")).to_have_text(before)
    stage.get_by_role("button", name="Redo").click()
    expect(stage.locator("[data-narration]")).to_contain_text("Before your change")


def test_a_character_that_the_network_does_not_know_is_refused_in_words(
    open_page: OpenPage,
) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    stage.get_by_role("button", name="Change the input at t = 7").click()
    page.keyboard.type("é")
    expect(stage.get_by_role("alert")).to_contain_text("é")
    expect(stage.get_by_role("button", name="Undo")).to_have_count(0)


def test_a_gate_stuck_open_is_one_click_and_its_difference_can_be_shown_alone(
    open_page: OpenPage,
) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    hold = stage.get_by_role("button", name="Hold the forget gate at 1")
    hold.click()
    expect(hold).to_have_attribute("aria-pressed", "true")
    pins = tuple((0, "forget_gate", unit, 1.0) for unit in range(UNITS))
    trace = changed(pins=pins)
    shown = number(read_strip(page, "cell state", 20, 15, STEPS, UNITS))
    assert shown == pytest.approx(trace.cell[20, 0, 15], rel=5.01e-4)
    expect(stage).to_contain_text("forget gate of every unit held at 1.00")
    stage.get_by_role("button", name="Difference").click()
    expect(stage.get_by_role("img", name="cell state, what changed")).to_be_visible()
    stage.get_by_role("button", name="Difference").click()
    hold.click()
    expect(hold).to_have_attribute("aria-pressed", "false")


def test_with_a_unit_picked_the_gate_of_that_unit_alone_is_held(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    stage.focus()
    page.keyboard.press("ArrowDown")
    stage.get_by_role("button", name="Hold the forget gate at 0").click()
    expect(stage).to_contain_text("forget gate of unit 0 held at 0.00")
    trace = changed(pins=((0, "forget_gate", 0, 0.0),))
    shown = number(read_strip(page, "cell state", 9, 0, STEPS, UNITS))
    assert shown == pytest.approx(trace.cell[9, 0, 0], rel=5.01e-4)


def test_ctrl_z_takes_back_and_the_changes_travel_in_the_link(
    open_page: OpenPage, page: Page
) -> None:
    open_page("/lab")
    stage = stage_of(page)
    stage.get_by_role("button", name="Hold the output gate at 0").click()
    expect(stage).to_contain_text("output gate of every unit held at 0.00")
    page.wait_for_function("location.search.includes('lab_changes')")
    other = page.context.new_page()
    other.goto(page.url)
    expect(stage_of(other)).to_contain_text("output gate of every unit held at 0.00")
    stage.focus()
    page.keyboard.press("Control+z")
    expect(stage).not_to_contain_text("output gate of every unit")
    page.wait_for_function("!location.search.includes('lab_changes')")
    page.keyboard.press("Control+Shift+Z")
    expect(stage).to_contain_text("output gate of every unit held at 0.00")


def test_a_broken_link_of_changes_is_named_and_the_run_is_shown_as_it_was(
    open_page: OpenPage,
) -> None:
    page = open_page("/lab?lab_changes=%7B%22pins%22%3A3%7D")
    expect(page.get_by_role("alert")).to_contain_text("link's changes")
    expect(stage_of(page)).to_be_visible()


def test_a_number_is_changed_with_the_arrow_keys(open_page: OpenPage) -> None:
    page = open_page("/lab?lab_source=Numbers")
    stage = stage_of(page)
    stage.get_by_role("button", name="First step").click()
    for _ in range(5):
        stage.get_by_role("button", name="One step right").click()
    page.wait_for_timeout(400)
    slider = stage.get_by_role("slider", name="Input at t = 5")
    before = float(slider.get_attribute("aria-valuenow") or "nan")
    slider.press("ArrowDown")
    expect(stage).to_contain_text("x at t = 5 is")
    after = float(slider.get_attribute("aria-valuenow") or "nan")
    assert after < before
    expect(stage.get_by_role("button", name="Undo")).to_be_enabled()


def test_three_cells_stand_side_by_side_under_one_cursor(open_page: OpenPage) -> None:
    page = open_page(f"/lab?lab_compare={COMPARE.choices['size'].replace(' ', '+')}")
    stage = stage_of(page)
    titles = stage.locator("[data-track-title]")
    names = ("RNN tanh", "GRU", "LSTM")
    expect(titles).to_contain_text([f"{name} · 16 units · loss" for name in names])
    stage.get_by_role("slider", name="Time step").fill("11")
    page.wait_for_timeout(800)
    frames = stage.locator("[data-frame]")
    shifts = frames.evaluate_all("frames => frames.map((frame) => frame.style.transform)")
    assert len(set(shifts)) == 1
    gru = run(Setup(opening.SETUP.sequence, cell="gru", weights="brackets-gru")).layers[0]
    strip = stage.get_by_role("img", name="hidden state").nth(1)
    strip.evaluate("strip => strip.scrollIntoView({ block: 'center' })")
    box = strip.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 4.5 / STEPS, box["y"] + box["height"] * 2.5 / UNITS)
    shown = number(stage.locator("[data-tip-value]").inner_text())
    assert shown == pytest.approx(gru.hidden[4, 0, 2], rel=5.01e-4)
    expect(stage.get_by_role("button", name="Hold the reset gate at 1")).to_have_count(0)
    expect(stage.get_by_role("button", name="Hold the forget gate at 1")).to_have_count(1)


def test_the_cut_shows_scissors_and_what_it_costs(open_page: OpenPage) -> None:
    page = open_page("/lab?lab_truncated=true&lab_k1=4&lab_k2=6")
    stage = stage_of(page)
    cut = run(replace(opening.SETUP, truncation=(4, 6))).truncation
    assert cut
    expect(stage).to_contain_text("Cut at k₁ = 4, k₂ = 6.")
    expect(stage).to_contain_text(f"cosine {cut.cosine:#.3g}")
    expect(stage).to_contain_text(f"norm {cut.norm_ratio:#.3g} of its own")
    starts = {start for start, _ in cut.windows if start > 0}
    assert stage.locator(".cut-icon:visible").count() == len(starts)
    page.keyboard.press("b")
    stage.get_by_role("slider", name="Time step").fill(str(min(starts)))
    expect(stage.locator("[data-narration]")).to_contain_text("Scissors")


def test_the_link_to_this_view_leads_back_to_it(open_page: OpenPage, page: Page) -> None:
    open_page("/lab")
    stage = stage_of(page)
    stage.focus()
    for key in ("b", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    stage.get_by_role("button", name="State space").click()
    page.wait_for_timeout(1200)
    step = step_of(page)
    page.get_by_role("button", name="Link to this view").click()
    address = page.get_by_test_id("stCode").inner_text().strip()
    other = page.context.new_page()
    other.goto(address)
    there = stage_of(other)
    expect(there.get_by_role("button", name="Backward", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    assert step_of(other) == step
    expect(there.get_by_role("button", name="Let go of unit 2")).to_be_visible()
    expect(there.get_by_role("region", name="State space")).to_be_visible()


SMALLEST = """stage => Math.min(...[...stage.querySelectorAll("*")]
  .filter((node) => [...node.childNodes].some(
    (child) => child.nodeType === 3 && child.textContent.trim())
    && node.checkVisibility({ visibilityProperty: true }) && !node.closest(".sr"))
  .map((node) => parseFloat(getComputedStyle(node).fontSize)
    * Number(stage.style.getPropertyValue("--scale"))))"""


@pytest.mark.viewport(1920, 1080)
@pytest.mark.parametrize("level", [0, 1, 2])
def test_in_a_presentation_no_text_is_smaller_than_24_pixels(
    open_page: OpenPage, level: int
) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    stage.focus()
    page.keyboard.press("ArrowDown")
    for _ in range(level):
        page.keyboard.press("Enter")
    page.keyboard.press("p")
    expect(stage.get_by_role("button", name="Leave the presentation")).to_be_visible()
    page.wait_for_timeout(800)
    assert stage.evaluate(SMALLEST) >= 24
    box = stage.bounding_box()
    assert box
    assert (round(box["width"]), round(box["height"])) == (1920, 1080)
    stage.get_by_role("button", name="Leave the presentation").click()
    expect(stage.get_by_role("button", name="Leave the presentation")).to_be_hidden()


def test_a_series_standardised_or_not_takes_a_number_in_its_own_units() -> None:
    """The core's promise that the slider above relies on."""
    sine = signal("sine", 20)
    made = run(Setup(Numbers(sine), hidden_size=3, changes=Changes(inputs=((5, 0.25),))))
    assert made.inputs[5, 0, 0] == 0.25
