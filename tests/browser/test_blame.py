"""The view "who is to blame" as a learner uses it: point, read, keep, let go."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from exhibits import opening
from rnn_core import grad_by_source, path_split, run
from tests.browser.test_lab import OpenPage, number, stage_of, step_of

T = len(opening.TEXT)


def norms() -> np.ndarray:
    """‖∂L_k/∂h_t‖ of the opening run, by loss and step."""
    grads = grad_by_source(run(opening.SETUP), 0)[:, :, 0]
    return np.sqrt((grads**2).sum(axis=-1))


def open_blame(page: Page) -> Locator:
    stage = stage_of(page)
    stage.get_by_role("button", name="Who is to blame").click()
    panel = stage.get_by_role("region", name="Who is to blame")
    expect(panel.get_by_role("slider")).to_be_visible()
    return panel


def triangle_of(panel: Locator) -> Locator:
    return panel.get_by_role("slider", name=re.compile("^Losses against steps"))


def point_at_band(page: Page, t: int, share: float) -> None:
    """The pointer on the bar of step t, so far up the bar as `share` says."""
    strip = stage_of(page).get_by_role("img", name=re.compile("^Gradient norms by time step"))
    strip.evaluate("strip => strip.scrollIntoView({ block: 'center' })")
    label = strip.get_attribute("aria-label")
    assert label
    box = strip.bounding_box()
    assert box
    low, high = (number(f"1 × {power}") for power in re.findall(r"10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", label)[:2])
    total = run(opening.SETUP).layers[0].grad_hidden
    assert total is not None
    norm = float(np.linalg.norm(total[t, 0]))
    # The strip leaves 20 pixels above the highest decade and 16 below the lowest.
    foot, top = box["height"] - 16, 20
    height = (foot - top) * np.log(norm / low) / np.log(high / low)
    page.mouse.move(box["x"] + box["width"] * (t + 0.5) / T, box["y"] + foot - height * share)


def test_a_band_is_the_share_that_the_core_gives_that_loss(open_page: OpenPage) -> None:
    page = open_page("/lab")
    panel = open_blame(page)
    apart = norms()
    for t in (2, 7, 13):
        shares = apart[t:, t] / apart[:, t].sum()
        k = t + int(np.argmax(shares))
        point_at_band(page, t, shares[: k - t].sum() + shares[k - t] / 2)
        tip = stage_of(page).get_by_role("tooltip")
        expect(tip).to_contain_text(f"the loss at t = {k}")
        expect(tip).to_contain_text(f"{shares[k - t]:.0%}".replace("%", " %"))
        read = tip.locator("[data-tip-note]").inner_text().split(" = ")[1].split(" · ")[0]
        assert number(read) == pytest.approx(apart[k, t], rel=5.01e-4)
        expect(panel.locator(".blame-sentence")).to_contain_text(f"The loss at t = {k} ")


def test_the_sentence_says_how_far_a_loss_is_felt(open_page: OpenPage) -> None:
    page = open_page("/lab")
    panel = open_blame(page)
    apart = norms()
    k = next(k for k in range(T - 2, 0, -1) if (apart[k, : k + 1] >= 1e-3 * apart[k, k]).all())
    triangle = triangle_of(panel)
    triangle.focus()
    for _ in range(T):
        page.keyboard.press("ArrowUp")
    for _ in range(k):
        page.keyboard.press("ArrowDown")
    sentence = panel.locator(".blame-sentence")
    expect(sentence).to_contain_text(
        f"The loss at t = {k} (“{opening.TEXT[k]}”) reaches all the way"
    )
    ratio = re.search(r"with ([0-9.]+) (of|times) its size", sentence.inner_text())
    assert ratio
    assert float(ratio[1]) == pytest.approx(apart[k, 0] / apart[k, k], rel=0.06)


def test_the_triangle_reads_out_the_core_s_numbers(open_page: OpenPage) -> None:
    page = open_page("/lab")
    panel = open_blame(page)
    triangle = triangle_of(panel)
    triangle.evaluate("node => node.scrollIntoView({ block: 'center' })")
    box = triangle.bounding_box()
    map_ = panel.locator(".triangle canvas").bounding_box()
    assert box
    assert map_
    apart = norms()
    # 34 pixels for the numbers of the losses, 22 above the map and 36 below it.
    wide, high = (box["width"] - 34) / T, (map_["height"] - 22 - 36) / (T - 1)
    for k, t in ((20, 3), (11, 7), (0, 0), (17, 17)):
        page.mouse.move(box["x"] + 34 + wide * (t + 0.5), box["y"] + 22 + high * (k + 0.5))
        read = panel.locator(".triangle-readout").inner_text()
        assert number(read.split(" = ")[1]) == pytest.approx(apart[k, t], rel=5.01e-4), f"{k} {t}"
    page.mouse.click(box["x"] + 34 + wide * 3.5, box["y"] + 22 + high * 20.5)
    assert step_of(page) == 3
    expect(panel.get_by_role("button", name="Let go of the loss at t = 20")).to_be_visible()


def test_the_keys_read_keep_and_let_go_one_thing_at_a_time(open_page: OpenPage) -> None:
    page = open_page("/lab")
    panel, stage = open_blame(page), stage_of(page)
    stage.focus()
    page.keyboard.press("ArrowDown")  # picks unit 0
    expect(stage.get_by_role("button", name="Let go of unit 0")).to_be_visible()
    triangle = triangle_of(panel)
    triangle.focus()
    before = step_of(page)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    assert step_of(page) == before, "the arrows are the triangle's"
    apart = norms()
    k, t = T - 3, before - 1
    text = triangle.get_attribute("aria-valuetext")
    assert text
    assert text.startswith(f"loss at t = {k}, felt at t = {t}: ")
    assert number(text.split(": ")[1]) == pytest.approx(apart[k, t], rel=5.01e-4)
    page.keyboard.press("Enter")
    chip = panel.get_by_role("button", name=f"Let go of the loss at t = {k}")
    expect(chip).to_be_visible()
    assert step_of(page) == t
    page.keyboard.press("Escape")
    expect(chip).to_be_hidden()
    page.keyboard.press("Escape")  # the panel that the focus is in
    expect(panel).to_be_hidden()
    expect(stage.get_by_role("button", name="Who is to blame")).to_be_focused()
    expect(stage.get_by_role("button", name="Let go of unit 0")).to_be_visible()
    page.keyboard.press("Escape")
    expect(stage.get_by_role("button", name="Let go of unit 0")).to_be_hidden()


def test_a_kept_loss_shows_its_own_two_ways_back(open_page: OpenPage) -> None:
    page = open_page("/lab")
    panel = open_blame(page)
    apart = norms()
    at = opening.STEP
    k = int(np.argmax(apart[:, at]))
    share = apart[k, at] / apart[:, at].sum()
    row = panel.get_by_role("button", name=f"The loss at t = {k}, ")
    expect(row).to_contain_text(f"{share:.0%}".replace("%", " %"))
    row.click()
    expect(row).to_have_attribute("aria-pressed", "true")
    note = panel.locator(".blame-paths .panel-note")
    expect(panel).to_contain_text(f"Two ways back from the loss at t = {k}")
    expect(note).to_contain_text("straight along the conveyor")
    ways = path_split(run(opening.SETUP), 0, k)
    said = re.findall(r"(?:conveyor|gates) (\S+(?: × 10\S+)?)[,.]", note.inner_text() + " ")
    for text, way in zip(said, (ways.direct, ways.gates), strict=True):
        assert number(text) == pytest.approx(np.linalg.norm(way[at]), rel=5.1e-3, abs=1e-15)
    row.click()
    expect(panel).to_contain_text("Two ways back to the cell state")


def test_the_cancelled_share_is_what_the_norms_lose(open_page: OpenPage) -> None:
    page = open_page("/lab")
    panel, stage = open_blame(page), stage_of(page)
    linear = stage.get_by_role("button", name="linear · norms")
    linear.click()
    expect(linear).to_have_attribute("aria-pressed", "true")
    expect(stage.get_by_role("img", name=re.compile("on a linear axis"))).to_be_visible()
    expect(stage.locator(".blame-legend")).to_contain_text("cancellation")
    total = run(opening.SETUP).layers[0].grad_hidden
    assert total is not None
    apart, left = norms()[:, opening.STEP].sum(), np.linalg.norm(total[opening.STEP, 0])
    said = panel.locator(".blame-sum").inner_text().replace("\u00a0", " ")
    assert number(said.split("add up to ")[1].split(";")[0]) == pytest.approx(apart, rel=5.01e-4)
    assert f"{1 - left / apart:.0%}".replace("%", " %") in said
    assert number(said.split("‖ = ")[1].split(" is left")[0]) == pytest.approx(left, rel=5.01e-4)


def test_the_choice_keeps_the_focus_when_the_stage_is_laid_out_anew(open_page: OpenPage) -> None:
    page = open_page("/lab")
    open_blame(page)
    stage = stage_of(page)
    linear = stage.get_by_role("button", name="linear · norms")
    linear.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")  # the next step, which Python is told and answers
    page.wait_for_timeout(1500)
    expect(linear).to_be_focused()
    expect(linear).to_have_attribute("aria-pressed", "true")


def test_closed_the_strip_is_whole_again(open_page: OpenPage) -> None:
    page = open_page("/lab")
    open_blame(page)
    stage = stage_of(page)
    expect(stage.locator(".blame-legend")).to_contain_text("own step")
    stage.get_by_role("button", name="Who is to blame").click()
    expect(stage.locator(".blame-legend")).to_be_hidden()
    expect(stage.get_by_role("img", name=re.compile("divided"))).to_have_count(0)


def test_a_run_with_one_loss_says_so(open_page: OpenPage) -> None:
    page = open_page("/lab?lab_loss_at=the+last+step&lab_cell=GRU")
    panel = open_blame(page)
    expect(panel).to_contain_text("This run has one loss, at t = 20")
    expect(panel).not_to_contain_text("Two ways back")


def test_tracks_keep_the_same_loss(open_page: OpenPage) -> None:
    page = open_page("/lab?lab_compare=All+cells%2C+same+hidden+size")
    stage = stage_of(page)
    stage.get_by_role("button", name="Who is to blame").click()
    panels = stage.get_by_role("region", name="Who is to blame")
    expect(panels).to_have_count(3)
    triangle = triangle_of(panels.first)
    expect(triangle).to_be_visible()
    triangle.focus()
    page.keyboard.press("Enter")
    for panel in panels.all():
        expect(panel.get_by_role("button", name="Let go of the loss at t = 20")).to_be_visible()
    page.keyboard.press("Escape")
    expect(stage.get_by_role("button", name="Let go of the loss at t = 20")).to_have_count(0)


@pytest.mark.parametrize("path", ["/lab", "/lab?lab_cell=RNN+tanh&lab_weights=Random"])
def test_axe_finds_nothing_serious(open_page: OpenPage, accessible: Callable, path: str) -> None:
    panel = open_blame(open_page(path))
    panel.locator(".blame-row").first.click()
    expect(panel.get_by_role("button", name="Let go of the loss")).to_be_visible()
    accessible()


@pytest.mark.dark
@pytest.mark.viewport(390, 844)
@pytest.mark.touch
def test_on_a_phone_in_the_dark(open_page: OpenPage, accessible: Callable) -> None:
    page = open_page("/lab")
    panel = open_blame(page)
    triangle = triangle_of(panel)
    triangle.evaluate("node => node.scrollIntoView({ block: 'center' })")
    box = triangle.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + 40, box["y"] + box["height"] / 2)
    chip = panel.get_by_role("button", name="Let go of the loss")
    expect(chip).to_be_visible()
    for button in [chip, panel.locator(".blame-row").first]:
        size = button.bounding_box()
        assert size
        assert size["height"] >= 40
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    accessible()
