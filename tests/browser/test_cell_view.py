"""The inside of the cell as a learner meets it: open it, read a unit, hold a gate, go back out."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from exhibits import opening
from rnn_core import LSTMTrace, run
from tests.browser.test_lab import number, stage_of

OpenPage = Callable[[str], Page]


def open_cell(page: Page, step: int | None = None) -> Locator:
    """Enter leads from the network into the cell; then the step is chosen."""
    stage = stage_of(page)
    stage.focus()
    page.keyboard.press("Enter")
    expect(picture(stage)).to_be_visible()
    page.wait_for_timeout(400)  # the view grows out of the place that was clicked
    if step is not None:
        stage.get_by_role("slider", name="Time step").fill(str(step))
    return stage


def picture(stage: Locator) -> Locator:
    return stage.get_by_role("img", name=re.compile("^Inside the "))


def unit(stage: Locator, k: int) -> Locator:
    return stage.get_by_role("button", name=re.compile(rf"^Unit {k}[:,]"))


def test_a_click_on_a_cell_opens_its_inside_and_escape_leads_out(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    page.wait_for_timeout(1000)  # the cursor glides to its step
    box = stage.locator("[data-graph] .outline").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 4)
    expect(picture(stage)).to_have_accessible_name(
        f"Inside the LSTM cell at t = {opening.STEP}, 16 units, forward"
    )
    expect(stage.locator("[data-graph]")).to_be_hidden()
    stage.focus()
    page.keyboard.press("Escape")
    expect(picture(stage)).to_be_hidden()
    expect(stage.locator("[data-graph]")).to_be_visible()


def test_the_numbers_of_a_unit_are_the_core_s(open_page: OpenPage) -> None:
    trace = run(opening.SETUP).layers[0]
    assert isinstance(trace, LSTMTrace)
    assert trace.grad_cell is not None
    fields = {
        "forget gate": trace.forget_gate,
        "input gate": trace.input_gate,
        "output gate": trace.output_gate,
        "candidate": trace.candidate,
        "cell state": trace.cell,
        "hidden state": trace.hidden,
        "gradient of the cell state": trace.grad_cell,
    }
    page = open_page("/lab")
    stage = open_cell(page, 0)
    stage.get_by_role("button", name="Backward", exact=True).click()
    for t, k in ((0, 0), (7, 3), (len(opening.TEXT) - 1, 15)):
        stage.get_by_role("slider", name="Time step").fill(str(t))
        expect(picture(stage)).to_have_accessible_name(re.compile(rf"at t = {t},"))
        label = unit(stage, k).get_attribute("aria-label") or ""
        for name, values in fields.items():
            found = re.search(rf"[:,] {name} ([^,]+)", label)
            assert found, f"{name} is not in {label}"
            assert number(found[1]) == pytest.approx(values[t, 0, k], rel=5.01e-4), (
                f"{name} {t} {k}"
            )


def test_a_unit_under_the_pointer_is_read_out_and_a_click_opens_its_sum(
    open_page: OpenPage,
) -> None:
    trace = run(opening.SETUP).layers[0]
    assert isinstance(trace, LSTMTrace)
    page = open_page("/lab")
    stage = open_cell(page, 7)
    box = unit(stage, 5).bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    values = stage.locator(".cell-label .cell-value").all_text_contents()
    wanted = float(trace.hidden[7, 0, 5])
    assert any(text and _is(text, wanted) for text in values), f"{wanted} is not among {values}"
    page.mouse.down()
    page.mouse.up()
    expect(stage.get_by_role("navigation", name="How deep you look")).to_contain_text("unit 5")
    expect(picture(stage)).to_be_hidden()


def _is(text: str, value: float) -> bool:
    try:
        return number(text) == pytest.approx(value, rel=5.01e-3)
    except ValueError:
        return False


def test_the_keyboard_goes_through_the_units_and_opens_one(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = open_cell(page)
    unit(stage, 0).focus()
    page.keyboard.press("ArrowDown")  # picks the one that has the focus
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(unit(stage, 2)).to_be_focused()
    page.keyboard.press("Enter")
    expect(stage.get_by_role("navigation", name="How deep you look")).to_contain_text("unit 2")
    expect(picture(stage)).to_be_hidden()
    page.keyboard.press("Escape")
    expect(picture(stage)).to_be_visible()


def test_a_gate_that_is_held_is_pinned_at_every_step_until_it_is_let_go(
    open_page: OpenPage,
) -> None:
    page = open_page("/lab")
    stage = open_cell(page, 7)
    page.keyboard.press("ArrowDown")
    handle = stage.get_by_role("slider", name="forget gate f of unit 0, hold it")
    free = handle.get_attribute("aria-valuetext")
    assert free
    assert free.endswith("free")
    handle.press("End")
    expect(handle).to_have_attribute("aria-valuetext", "pinned at 1")
    release = stage.get_by_role("button", name="Let the forget gate of unit 0 go")
    expect(release).to_be_visible()
    stage.get_by_role("slider", name="Time step").fill("3")
    expect(unit(stage, 0)).to_have_accessible_name(re.compile(r"forget gate 1\.000 \(pinned\)"))
    stage.get_by_role("slider", name="Time step").fill("7")
    release.click()
    expect(handle).to_have_attribute("aria-valuetext", free)
    expect(release).to_be_hidden()


def test_a_silenced_unit_says_so_and_is_heard_again(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = open_cell(page, 7)
    page.keyboard.press("ArrowDown")
    stage.get_by_role("button", name="Silence unit 0").click()
    expect(unit(stage, 0)).to_have_accessible_name(
        re.compile(r"^Unit 0, silenced: .*hidden state 0$")
    )
    stage.get_by_role("button", name="Unit 0 is silenced").click()
    expect(unit(stage, 0)).not_to_have_accessible_name(re.compile("silenced"))


def test_the_state_before_the_first_step_can_be_set(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = open_cell(page, 0)
    page.keyboard.press("ArrowDown")
    before = unit(stage, 0).get_attribute("aria-label")
    start = stage.get_by_role("slider", name="cell state of unit 0 before the first step")
    start.press("PageUp")
    expect(unit(stage, 0)).not_to_have_accessible_name(before or "")
    expect(start).not_to_have_attribute("aria-valuenow", "0")
    stage.get_by_role("slider", name="Time step").fill("1")
    expect(start).to_be_hidden()


def test_a_click_on_a_gate_opens_that_gate_s_sum(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = open_cell(page, 7)
    row = unit(stage, 5).bounding_box()
    gate = stage.locator(".cell-label.valve", has_text="input gate").bounding_box()
    assert row
    assert gate
    page.mouse.click(gate["x"] + gate["width"] / 2, row["y"] + row["height"] / 2)
    expect(stage.locator(".unit-row[data-row=input_gate]")).to_have_attribute(
        "aria-pressed", "true"
    )


@pytest.mark.parametrize("phase", ["Forward", "Backward"])
def test_pointing_at_a_unit_moves_nothing(open_page: OpenPage, phase: str) -> None:
    page = open_page("/lab")
    stage = open_cell(page, 7)
    stage.get_by_role("button", name=phase, exact=True).click()
    page.wait_for_timeout(600)
    foot, canvas = stage.locator(".cell-foot"), picture(stage).bounding_box()
    assert canvas
    page.mouse.move(canvas["x"] + canvas["width"] / 2, canvas["y"] - 4)
    before = foot.bounding_box()
    for down in range(28, 130, 7):
        page.mouse.move(canvas["x"] + canvas["width"] * 0.3, canvas["y"] + down)
        assert foot.bounding_box() == before


def test_the_picture_s_sums_are_of_the_picture_s_numbers(open_page: OpenPage) -> None:
    """f · c: the gate's pill, the memory's label and the sum below have the same texts."""
    page = open_page("/lab")
    stage = open_cell(page)
    page.keyboard.press("ArrowDown")
    for step in (3, 7, 12):
        stage.get_by_role("slider", name="Time step").fill(str(step))
        expect(picture(stage)).to_have_accessible_name(re.compile(rf"at t = {step},"))
        pill = stage.get_by_role("slider", name="forget gate f of unit 0, hold it").inner_text()
        memory = stage.locator(".cell-label .cell-value").first.inner_html()
        said = stage.locator(".cell-sum:not(.longest)").inner_text()
        assert f"{pill} × {memory} +" in said, said


@pytest.mark.viewport(1920, 1080)
def test_on_a_screen_for_many_the_cell_stands_whole(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = open_cell(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("p")
    page.wait_for_timeout(800)
    shown, below = picture(stage).bounding_box(), stage.locator(".transport").bounding_box()
    assert shown
    assert below
    assert shown["y"] + shown["height"] <= below["y"]
    small = stage.locator(".cell-lines").evaluate(
        """lines => [...lines.querySelectorAll("text, tspan")].filter((node) => node.textContent)
        .map((node) => parseFloat(getComputedStyle(node).fontSize)).filter((size) => size < 12)"""
    )
    assert not small


@pytest.mark.parametrize(
    "path",
    [
        "/lab",
        "/lab?lab_weights=Random&lab_cell=GRU&lab_hidden_size=24",
        "/lab?lab_weights=Random&lab_cell=RNN+tanh",
    ],
)
def test_axe_finds_nothing_serious_inside_the_cell(
    open_page: OpenPage, accessible: Callable, path: str
) -> None:
    page = open_page(path)
    open_cell(page, 0)
    page.keyboard.press("ArrowDown")
    accessible()


@pytest.mark.dark
def test_axe_finds_nothing_serious_inside_the_cell_in_the_dark(
    open_page: OpenPage, accessible: Callable
) -> None:
    page = open_page("/lab")
    stage = open_cell(page)
    stage.get_by_role("button", name="Backward", exact=True).click()
    accessible()


@pytest.mark.viewport(390, 844)
@pytest.mark.touch
def test_on_a_phone_the_cell_fits_and_what_is_touched_is_large(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = open_cell(page, 0)
    page.keyboard.press("ArrowDown")
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth") <= 390
    for handle in stage.locator(".cell-hands [role=slider], .cell-hands button").all():
        box = handle.bounding_box()
        assert box is None or box["height"] >= 40, handle.get_attribute("aria-label")
