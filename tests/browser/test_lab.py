"""The lab as a learner meets it: type, play, read a number, go back, bring a file, send a link."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from exhibits import opening
from rnn_core import LSTMTrace, Numbers, Setup, run

OpenPage = Callable[[str], Page]


def stage_of(page: Page) -> Locator:
    return page.get_by_role("region", name="The stage")


def step_of(page: Page) -> int:
    return int(stage_of(page).get_by_role("slider", name="Time step").input_value())


def read_strip(page: Page, name: str, t: int, unit: int, steps: int, units: int) -> str:
    """Hovers one cell of a strip and returns the value that the stage reads out."""
    strip = stage_of(page).get_by_role("img", name=name)
    # In the middle of the window: at its foot the transport lies over the strips.
    strip.evaluate("strip => strip.scrollIntoView({ block: 'center' })")
    box = strip.bounding_box()
    assert box
    page.mouse.move(
        box["x"] + box["width"] * (t + 0.5) / steps, box["y"] + box["height"] * (unit + 0.5) / units
    )
    return stage_of(page).locator("[data-tip-value]").inner_text()


def number(text: str) -> float:
    """A number as the stage writes it: −0.0123, 1.2 × 10⁻⁵."""
    mantissa, _, power = text.replace("−", "-").partition(" × 10")
    plain = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    return float(mantissa) * 10.0 ** int(power.translate(plain) or 0)


def test_the_numbers_under_the_cursor_are_the_core_s(open_page: OpenPage) -> None:
    page = open_page("/lab")
    trace = run(opening.SETUP).layers[0]
    assert isinstance(trace, LSTMTrace)
    steps, _, units = trace.hidden.shape
    fields = {
        "forget gate": trace.forget_gate,
        "candidate": trace.candidate,
        "cell state": trace.cell,
        "hidden state": trace.hidden,
    }
    for name, values in fields.items():
        for t, unit in ((0, 0), (7, 3), (steps - 1, units - 1)):
            shown = number(read_strip(page, name, t, unit, steps, units))
            assert shown == pytest.approx(values[t, 0, unit], rel=5.01e-4), f"{name} {t} {unit}"


def test_it_plays_pauses_steps_and_scrubs(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage, start = stage_of(page), step_of(page)
    stage.get_by_role("button", name="Play").click()
    expect(stage.get_by_role("slider", name="Time step")).not_to_have_value(str(start))
    stage.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(500)  # it comes to rest on a whole step
    stopped = step_of(page)
    page.wait_for_timeout(700)
    assert step_of(page) == stopped
    stage.get_by_role("button", name="First step").click()
    assert step_of(page) == 0
    stage.get_by_role("button", name="One step right").click()
    assert step_of(page) == 1
    stage.get_by_role("slider", name="Time step").fill("12")
    assert step_of(page) == 12


def test_the_keys_drive_it_and_tab_leaves(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    stage.focus()
    page.keyboard.press("End")
    assert step_of(page) == len(opening.TEXT) - 1
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert step_of(page) == 1
    page.keyboard.press("b")
    expect(stage.get_by_role("button", name="Backward", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.keyboard.press("+")
    expect(stage.get_by_role("combobox", name="Speed")).not_to_have_value("1")
    page.keyboard.press(" ")
    expect(stage.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press(" ")
    expect(stage.get_by_role("button", name="Play")).to_be_visible()
    page.keyboard.press("Tab")
    assert not stage.evaluate("stage => stage === stage.getRootNode().activeElement")


def test_it_rolls_up_and_out_again(open_page: OpenPage) -> None:
    stage = stage_of(open_page("/lab"))
    rolled = stage.get_by_role("button", name="Rolled up")
    rolled.click()
    expect(rolled).to_have_attribute("aria-pressed", "true")
    stage.get_by_role("button", name="Unrolled").click()
    expect(rolled).to_have_attribute("aria-pressed", "false")


def test_typing_paints_the_new_run_and_the_link_opens_it_again(
    open_page: OpenPage, page: Page
) -> None:
    open_page("/lab?lab_weights=Random&lab_hidden_size=5&lab_cell=GRU")
    field = page.get_by_label("Text", exact=True)
    field.fill("a (b) & c=d?é+ x%_")
    field.press("Enter")
    expect(stage_of(page)).to_contain_text("a (b) & c=d?é+ x%_")
    address = page.evaluate("location.href")
    narration = stage_of(page).locator("[data-narration]").inner_text()
    other = page.context.new_page()
    other.goto(address)
    expect(stage_of(other)).to_contain_text("a (b) & c=d?é+ x%_")
    expect(stage_of(other).locator("[data-narration]")).to_have_text(narration)
    expect(stage_of(other)).to_contain_text("GRU · 5 units")


def test_backward_shows_the_core_s_gradient_norm(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    stage.get_by_role("button", name="Backward", exact=True).click()
    stage.get_by_role("slider", name="Time step").fill("5")
    gradient = run(opening.SETUP).layers[0].grad_hidden
    assert gradient is not None
    norm = sum(float(value) ** 2 for value in gradient[5, 0]) ** 0.5
    spoken = stage.locator("[data-narration] b").all_inner_texts()
    assert any(_is(text, norm) for text in spoken), f"{norm} is not among {spoken}"


def _is(text: str, value: float) -> bool:
    try:
        return number(text) == pytest.approx(value, rel=5.01e-4)
    except ValueError:
        return False


def test_a_csv_file_is_read_and_its_values_travel_in_the_link(
    open_page: OpenPage, page: Page, tmp_path: Path
) -> None:
    file = tmp_path / "weather.csv"
    file.write_text("day;temp\n1;3,5\n2;4,25\n3;-1\n4;0\n5;2,5\n", encoding="utf-8")
    open_page("/lab?lab_source=CSV+file")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("combobox", name="Column").click()
    page.get_by_role("option", name="temp").click()
    expect(page).to_have_url(re.compile(r"lab_series=3\.5_4\.25_-1_0_2\.5(&|$)"))
    expect(page.get_by_role("alert")).to_have_count(0)
    trace = run(
        Setup(Numbers((3.5, 4.25, -1.0, 0.0, 2.5), standardise=True), weights="waves-lstm",
              hidden_size=8)
    ).layers[0]  # fmt: skip
    shown = number(read_strip(page, "hidden state", 2, 4, 5, 8))
    assert shown == pytest.approx(trace.hidden[2, 0, 4], rel=5.01e-4)
    other = page.context.new_page()
    other.goto(page.url)
    expect(stage_of(other)).to_be_visible()
    shown = number(read_strip(other, "hidden state", 2, 4, 5, 8))
    assert shown == pytest.approx(trace.hidden[2, 0, 4], rel=5.01e-4)


def test_a_bad_csv_file_is_named_with_its_row_and_the_picture_stays(
    open_page: OpenPage, page: Page, tmp_path: Path
) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("t,temp\n1,3.5\n2,n/a\n3,4\n4,5\n", encoding="utf-8")
    open_page("/lab")
    page.get_by_role("radio", name="CSV file").click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("combobox", name="Column").click()
    page.get_by_role("option", name="temp").click()
    alert = page.get_by_test_id("stSidebarUserContent").get_by_role("alert")
    expect(alert).to_contain_text("row 3")
    expect(alert).to_contain_text("n/a")
    expect(stage_of(page)).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/", "/lab", "/lab?lab_source=Numbers&lab_weights=Random&lab_figure=Jacobians"]
)
def test_axe_finds_nothing(open_page: OpenPage, accessible: Callable, path: str) -> None:
    open_page(path)
    accessible()


@pytest.mark.dark
def test_axe_finds_nothing_in_the_dark(open_page: OpenPage, accessible: Callable) -> None:
    open_page("/lab")
    accessible()


@pytest.mark.viewport(390, 844)
@pytest.mark.touch
def test_nothing_is_wider_than_a_phone(open_page: OpenPage) -> None:
    page = open_page("/lab")
    expect(stage_of(page)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth") <= 390


@pytest.mark.reduced_motion
def test_with_reduced_motion_small_multiples_stand_in(open_page: OpenPage) -> None:
    stage = stage_of(open_page("/lab"))
    expect(stage.locator("[data-multiples]")).to_be_visible()
