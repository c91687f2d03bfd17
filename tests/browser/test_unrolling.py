"""Vectors on the stage of a lesson: rolled up, unrolled, told number by number."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from rnn_core import Setup, run
from rnn_core.adding import adding
from tests.browser.test_lab import number, read_strip, stage_of, step_of

OpenPage = Callable[[str], Page]
LOOP = "/lesson?name=02-unrolling&step=one-cell-and-a-loop"
COLUMNS = "/lesson?name=02-unrolling&step=four-layers-in-every-column"
RUN = run(Setup(adding(6, 0, every_step=True), cell="rnn_tanh", hidden_size=2))


def test_the_lesson_begins_with_one_cell_and_its_loop_and_the_learner_pulls_it_out(
    open_page: OpenPage,
) -> None:
    stage = stage_of(open_page(LOOP))
    rolled, unrolled = (
        stage.get_by_role("button", name=name) for name in ("Rolled up", "Unrolled")
    )
    expect(rolled).to_have_attribute("aria-pressed", "true")
    expect(stage.locator(".loops .loop").first).to_be_visible()
    unrolled.click()
    expect(unrolled).to_have_attribute("aria-pressed", "true")
    expect(stage.locator(".loops")).to_be_hidden()


def test_every_number_of_a_vector_is_told_by_its_name_and_the_states_are_the_core_s(
    open_page: OpenPage,
) -> None:
    page = open_page(COLUMNS)
    stage = stage_of(page)
    assert step_of(page) == 3
    stage.get_by_role("button", name="Forward").click()
    value = RUN.inputs[3, 0, 0]
    expect(stage.locator("[data-narration]")).to_contain_text(f"value {value:.2f}, marker 0.00")
    expect(stage.locator("[data-narration]")).to_contain_text(f"{RUN.targets[3, 0, 0]:.2f} is due")
    shown = number(read_strip(page, "hidden state", 4, 1, 6, 2))
    assert shown == pytest.approx(RUN.layers[0].hidden[4, 0, 1], rel=5.01e-4)
    expect(stage.get_by_role("slider", name="Input at t = 3")).to_be_hidden()
