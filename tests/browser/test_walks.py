"""A teacher's questions, without notes: each answered in three clicks from the first picture."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Locator, Page, expect

from exhibits import opening
from rnn_core import Changes, LSTMTrace, run
from tests.browser.test_lab import number, read_strip, stage_of

OpenPage = Callable[[str], Page]
STEPS, UNITS = len(opening.TEXT), 16
MOST_CLICKS = 3


class Teacher:
    """Clicks, counted, and the seconds until the answer stands."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0
        self.began = time.perf_counter()

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def click_strip(self, name: str, step: int, unit: int) -> None:
        self.clicks += 1
        box = stage_of(self.page).get_by_role("img", name=name).bounding_box()
        assert box
        self.page.mouse.click(
            box["x"] + box["width"] * (step + 0.5) / STEPS,
            box["y"] + box["height"] * (unit + 0.5) / UNITS,
        )

    def done(self, question: str) -> None:
        seconds = time.perf_counter() - self.began
        print(f"{question}: {self.clicks} clicks, {seconds:.1f} s")
        assert self.clicks <= MOST_CLICKS


@pytest.mark.viewport(1440, 1200)
def test_show_me_why_unit_3_forgot_at_the_bracket(open_page: OpenPage) -> None:
    page = open_page("/lab")
    teacher, stage = Teacher(page), stage_of(page)
    teacher.click_strip("forget gate", 7, 3)
    trace = run(opening.SETUP).layers[0]
    assert isinstance(trace, LSTMTrace)
    gate = f"{trace.forget_gate[7, 0, 3]:.3f}"
    row = stage.get_by_role("button", name="forget gate f", pressed=True)
    expect(row).to_contain_text(gate)
    expect(stage.locator("[data-narration]")).to_contain_text(f"unit 3: forget gate {gate[:4]}")
    teacher.done("why unit 3 forgot at the bracket")


@pytest.mark.viewport(1440, 1200)
def test_show_me_where_the_gradient_died(open_page: OpenPage) -> None:
    page = open_page("/lab")
    teacher, stage = Teacher(page), stage_of(page)
    teacher.click(stage.get_by_role("button", name="Backward", exact=True))
    teacher.click(stage.get_by_role("button", name="Who is to blame"))
    panel = stage.get_by_role("region", name="Who is to blame")
    expect(panel).to_contain_text("To blame for the gradient at t = 7")
    teacher.click(panel.get_by_role("button", name="t = 15"))
    expect(panel).to_contain_text("The loss at t = 15")
    expect(panel).to_contain_text("of its size")
    teacher.done("where the gradient died")


@pytest.mark.viewport(1440, 1200)
def test_show_me_what_happens_if_the_forget_gate_were_stuck_open(open_page: OpenPage) -> None:
    page = open_page("/lab")
    teacher, stage = Teacher(page), stage_of(page)
    teacher.click(stage.get_by_role("button", name="Hold the forget gate at 1"))
    expect(stage.locator("[data-narration]")).to_contain_text("Before your change")
    teacher.done("the forget gate stuck open")
    pins = tuple((0, "forget_gate", unit, 1.0) for unit in range(UNITS))
    trace = run(replace(opening.SETUP, changes=Changes(pins=pins))).layers[0]
    assert isinstance(trace, LSTMTrace)
    shown = number(read_strip(page, "cell state", STEPS - 1, 7, STEPS, UNITS))
    assert shown == pytest.approx(trace.cell[-1, 0, 7], rel=5.01e-4)
