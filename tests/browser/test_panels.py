"""The panels "state space" and "nudge" as a learner meets them: what they show is the core's."""

import math
import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from exhibits import opening
from rnn_core import run
from rnn_core.fixed_points import fixed_points
from rnn_core.nudge import nudge, toward
from tests.browser.test_lab import number, stage_of

OpenPage = Callable[[str], Page]

RUN = run(opening.SETUP)
STEPS = len(opening.TEXT)


def opened(page: Page, name: str) -> Locator:
    """Opens a panel and waits for what it shows."""
    stage_of(page).get_by_role("button", name=name, exact=True).click()
    panel = stage_of(page).get_by_role("region", name=name, exact=True)
    expect(panel).to_be_visible()
    return panel


def at_step(page: Page, step: int) -> None:
    stage_of(page).get_by_role("slider", name="Time step").fill(str(step))


def path_of(panel: Locator) -> Locator:
    return panel.get_by_role("slider", name="Step along the path of the state")


def dot(panel: Locator) -> tuple[float, float]:
    node = panel.locator(".space-dot")
    return float(node.get_attribute("cx") or "nan"), float(node.get_attribute("cy") or "nan")


def at_rest(page: Page, panel: Locator) -> tuple[float, float]:
    """Where the dot is once it has stopped."""
    before = (math.nan, math.nan)
    for _ in range(100):
        now = dot(panel)
        if now == before:
            return now
        before = now
        page.wait_for_timeout(120)
    raise AssertionError("the dot does not come to rest")


def coordinates(panel: Locator) -> list[float]:
    """Of the state under the cursor, as a screen reader is told them."""
    said = path_of(panel).get_attribute("aria-valuetext") or ""
    return [
        number(text) for text in re.findall(r"−?\d[\d.]*(?: × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?(?=,|$)", said)
    ][-2:]


def test_the_dot_stands_where_the_core_s_state_is_and_moves_with_the_cursor(
    open_page: OpenPage,
) -> None:
    page = open_page("/lab")
    panel = opened(page, "State space")
    states = RUN.layers[0].hidden[:, 0]
    centred = states - states.mean(axis=0)
    axes = np.linalg.eigh(np.cov(states.T))[1][:, ::-1][:, :2]
    places = {}
    for step in (0, 3, 11, STEPS - 1):
        at_step(page, step)
        expect(path_of(panel)).to_have_attribute("aria-valuenow", str(step))
        places[step] = at_rest(page, panel)
        shown, due = coordinates(panel), centred[step] @ axes
        # The sign of a principal component is free.
        assert np.abs(shown) == pytest.approx(np.abs(due), rel=5.01e-3)
    # Equal scales: on the screen distances are those of the plane, times one factor.
    plane = {step: centred[step] @ axes for step in places}
    factors = [
        math.dist(places[a], places[b]) / float(np.linalg.norm(plane[a] - plane[b]))
        for a, b in ((0, 3), (3, 11), (11, STEPS - 1))
    ]
    assert factors == pytest.approx([factors[0]] * 3, rel=0.01)


def test_the_arrow_keys_walk_along_the_path_and_a_click_goes_to_a_step(
    open_page: OpenPage,
) -> None:
    page = open_page("/lab")
    panel = opened(page, "State space")
    path_of(panel).focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(path_of(panel)).to_have_attribute("aria-valuenow", "1")
    panel.locator(".space-point").nth(2).click()
    expect(path_of(panel)).to_have_attribute("aria-valuenow", "2")
    expect(stage_of(page).get_by_role("slider", name="Time step")).to_have_value("2")


def test_two_units_can_be_the_axes_and_the_choice_is_kept(open_page: OpenPage) -> None:
    page = open_page("/lab")
    panel = opened(page, "State space")
    panel.get_by_role("button", name="Two units").click()
    panel.get_by_label("Unit across").select_option("5")
    panel.get_by_label("Unit up").select_option("2")
    expect(panel.locator(".space-axis")).to_have_text(["unit 5", "unit 2"])
    at_step(page, 9)
    expect(path_of(panel)).to_have_attribute("aria-valuenow", "9")
    hidden = RUN.layers[0].hidden[9, 0]
    assert coordinates(panel) == pytest.approx([hidden[5], hidden[2]], rel=5.01e-3)
    # What comes from Python for the new step changes nothing about it.
    expect(panel.locator(".space-held")).to_contain_text("x₉")
    expect(panel.locator(".space-axis")).to_have_text(["unit 5", "unit 2"])


def test_the_fixed_points_are_the_core_s_and_one_can_be_chosen(open_page: OpenPage) -> None:
    page = open_page("/lab")
    panel = opened(page, "State space")
    found = {step: fixed_points(RUN, 0, step).points for step in range(STEPS)}
    step = max(found, key=lambda t: len(found[t]))
    points = found[step]
    assert len(points) > 1, "the opening run has a step with several"
    at_step(page, step)
    items = panel.get_by_role("group", name="Fixed points").get_by_role("button")
    expect(items).to_have_count(len(points))
    expect(panel.locator(".space-mark")).to_have_count(len(points))
    for k in (0, len(points) - 1):
        items.nth(k).focus()
        page.keyboard.press("Enter")
        expect(items.nth(k)).to_have_attribute("aria-pressed", "true")
        expect(items.nth(k)).to_contain_text(points[k].kind)
        verdict = panel.locator(".space-verdict").inner_text()
        shown = float(re.findall(r"= ([\d.]+)", verdict)[0])
        assert shown == pytest.approx(points[k].spectral_radius, abs=0.0051)
        inside = points[k].spectral_radius < 1
        assert ("comes back" in verdict) == inside
        dots = panel.locator(".space-circle").locator(".eigen-in, .eigen-out")
        expect(dots).to_have_count(len(points[k].eigenvalues))
        outside = int((np.abs(points[k].eigenvalues) > 1).sum())
        expect(panel.locator(".eigen-out")).to_have_count(outside)


def test_a_layer_that_is_too_large_says_why_it_has_no_fixed_points(open_page: OpenPage) -> None:
    page = open_page("/lab?lab_weights=Random&lab_hidden_size=20")
    panel = opened(page, "State space")
    expect(panel.locator(".space-held")).to_contain_text("up to 16 units; this one has 20")
    expect(panel.locator(".space-mark")).to_have_count(0)


def read_out(panel: Locator) -> tuple[int, float, float, float]:
    """Step, real and predicted ‖Δh‖, and how far they are apart."""
    words = panel.locator(".nudge-read").inner_text()
    found = re.match(
        r"t = (\d+): ‖Δh‖ is really (.+?), predicted (.+?); as vectors they are (.+?) %", words
    )
    assert found, words
    return int(found[1]), number(found[2]), number(found[3]), number(found[4]) / 100


def losses(panel: Locator) -> list[float]:
    return [number(t.removeprefix("+")) for t in panel.locator(".nudge-loss b").all_inner_texts()]


def test_the_ripple_and_the_loss_are_the_core_s(open_page: OpenPage) -> None:
    page = open_page("/lab")
    panel = opened(page, "Nudge")
    step = 4
    at_step(page, step)
    character = next(c for c in "xyz" if c != opening.TEXT[step])
    panel.get_by_label("Character to nudge towards").select_option(character)
    for size in (0.1, 1.0):
        slider = panel.get_by_role("slider", name="Size of the nudge")
        slider.fill(str(round((math.log10(size) + 4) * 40)))
        due = nudge(RUN, step, toward(RUN, step, character), size)
        expect(panel.locator(".nudge-headline")).to_contain_text(f"{size:g}")
        # It has come when both changes of the loss are those of this nudge.
        real = float(due.loss_real.sum())
        expect(panel.locator(".nudge-loss b").first).to_have_text(_near(real))
        assert losses(panel) == pytest.approx([real, float(due.loss_predicted.sum())], rel=5.01e-3)
        layer = due.layers[0]
        chart = panel.get_by_role("slider", name="Step of the ripple to read")
        chart.focus()
        page.keyboard.press("Home")
        for t in range(step, STEPS):
            at, shown, predicted, error = read_out(panel)
            assert at == t
            assert shown == pytest.approx(math.hypot(*layer.real[t]), rel=5.01e-3)
            assert predicted == pytest.approx(math.hypot(*layer.predicted[t]), rel=5.01e-3)
            assert error == pytest.approx(layer.relative_error[t], rel=0.051)
            page.keyboard.press("ArrowRight")
        assert stage_of(page).get_by_role("slider", name="Time step").input_value() == str(step)


def _near(value: float) -> re.Pattern[str]:
    """A number as the panel writes it, to two digits that count: 0.0056 is no 0.00056."""
    sign = "−" if value < 0 else r"\+"
    return re.compile(rf"^{sign}{re.escape(f'{abs(value):#.3g}'[:-1])}")


def test_the_unit_that_is_picked_is_the_one_that_is_shown(open_page: OpenPage) -> None:
    page = open_page("/lab")
    panel = opened(page, "Nudge")
    expect(panel.locator(".nudge-label b").nth(2)).to_contain_text("Δh of unit")
    stage = stage_of(page)
    stage.focus()
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    expect(panel.locator(".nudge-label b").nth(2)).to_have_text("Δh of unit 3")


def test_the_slider_s_keys_are_its_own(open_page: OpenPage) -> None:
    page = open_page("/lab")
    panel = opened(page, "Nudge")
    before = stage_of(page).get_by_role("slider", name="Time step").input_value()
    slider = panel.get_by_role("slider", name="Size of the nudge")
    slider.focus()
    place = int(slider.input_value())
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert int(slider.input_value()) == place + 2
    assert stage_of(page).get_by_role("slider", name="Time step").input_value() == before


def test_numbers_are_nudged_upwards(open_page: OpenPage) -> None:
    page = open_page("/lab?lab_source=Numbers")
    panel = opened(page, "Nudge")
    expect(panel.locator(".nudge-what")).to_contain_text("Nudge x")
    expect(panel.get_by_label("Character to nudge towards")).to_be_hidden()
    expect(panel.locator(".nudge-loss b")).to_have_count(2)


def both(page: Page) -> None:
    opened(page, "State space")
    panel = opened(page, "Nudge")
    expect(panel.locator(".nudge-loss b")).to_have_count(2)
    expect(stage_of(page).locator(".space-item").first).to_be_visible()


def test_axe_finds_nothing_serious(open_page: OpenPage, accessible: Callable) -> None:
    both(open_page("/lab"))
    accessible()


@pytest.mark.dark
def test_axe_finds_nothing_serious_in_the_dark(open_page: OpenPage, accessible: Callable) -> None:
    both(open_page("/lab"))
    accessible()


@pytest.mark.viewport(390, 844)
@pytest.mark.touch
def test_on_a_phone_all_fits_and_can_be_hit(open_page: OpenPage, accessible: Callable) -> None:
    page = open_page("/lab")
    both(page)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth") <= 390
    panels = stage_of(page).locator(".panels")
    for node in panels.locator("button:visible, select:visible, input:visible").all():
        box = node.bounding_box()
        assert box
        assert box["height"] >= 40, node.evaluate("node => node.outerHTML")
    accessible()


def test_a_change_moves_the_path_and_not_the_plane(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    panel = opened(page, "State space")
    # Before the changed step nothing of the run is different.
    at_step(page, 3)
    expect(path_of(panel)).to_have_attribute("aria-valuenow", "3")
    expect(panel.locator(".space-ghost")).to_have_count(0)
    before = coordinates(panel)
    at_step(page, 7)
    stage.get_by_role("button", name="Change the input at t = 7").click()
    page.keyboard.type("(")
    expect(panel.locator(".space-ghost")).to_have_count(1)
    expect(panel.locator(".space-share")).to_contain_text("before your change")
    at_step(page, 3)
    expect(path_of(panel)).to_have_attribute("aria-valuenow", "3")
    assert coordinates(panel) == before
