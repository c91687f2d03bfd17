"""The arithmetic of one unit as a learner meets it: open it, read it, take it along, change it."""

import contextlib
import io
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from exhibits import opening
from rnn_core import LSTMTrace, run
from rnn_core.lstm import forward
from tests.browser.test_lab import OpenPage, number, stage_of, step_of

UNIT = 3


def open_unit(page: Page, unit: int = UNIT, strip: str = "hidden state") -> Locator:
    """Clicks a unit's row in a strip, in the column of the cursor, and returns its view."""
    stage, steps, units = stage_of(page), len(opening.TEXT), 16
    canvas = stage.get_by_role("img", name=strip).first
    canvas.evaluate("strip => strip.scrollIntoView({ block: 'center' })")
    box = canvas.bounding_box()
    assert box
    x = box["x"] + box["width"] * (step_of(page) + 0.5) / steps
    page.mouse.click(x, box["y"] + box["height"] * (unit + 0.5) / units)
    view = stage.locator(".unit-view")
    expect(view).to_be_visible()
    return view


def opened(open_page: OpenPage) -> tuple[Page, Locator, LSTMTrace, int]:
    """The opening run's unit at the step where the lab opens."""
    page = open_page("/lab")
    trace = run(opening.SETUP).layers[0]
    assert isinstance(trace, LSTMTrace)
    return page, open_unit(page), trace, step_of(page)


def row(view: Locator, field: str) -> Locator:
    return view.locator(f".unit-row[data-row={field}]")


def value(text: str) -> float:
    """The number after the last = of a text."""
    return number(re.split(r"[=≈] ?", text.splitlines()[-1])[-1])


def test_a_click_on_a_unit_in_the_graph_opens_it_and_escape_leads_out(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    cells = stage.locator("[data-cells]")
    stage.evaluate("stage => stage.scrollIntoView({ block: 'start' })")
    page.wait_for_timeout(500)  # until what moves has come to rest
    outline = stage.locator("rect.outline").bounding_box()
    assert outline
    # The lower half of the active cell holds its units' hidden states: the tip names the one that
    # is under the pointer.
    x, foot = outline["x"] + outline["width"] / 2, outline["y"] + outline["height"]
    head, named = stage.locator("[data-tip-head]"), None
    for right, up in [(right, up) for right in (0, 4, 8) for up in range(12, 40, 3)]:
        page.mouse.move(x + right, foot - up)
        named = re.search(r"unit (\d+)", head.inner_text())
        if named:
            break
    assert named
    page.mouse.click(x + right, foot - up)
    view = stage.locator(".unit-view")
    expect(view).to_be_visible()
    expect(view).to_have_attribute(
        "aria-label", f"The arithmetic of unit {named[1]} at t = {step_of(page)}"
    )
    expect(cells).not_to_be_visible()
    page.keyboard.press("Escape")
    expect(view).not_to_be_visible()


def test_the_numbers_shown_are_the_core_s(open_page: OpenPage) -> None:
    _, view, trace, t = opened(open_page)
    for field in ("forget_gate", "input_gate", "candidate", "output_gate"):
        shown = value(row(view, field).locator(".row-value").inner_text())
        assert shown == pytest.approx(getattr(trace, field)[t, 0, UNIT], abs=6e-4), field
    for block, field in enumerate(("input_gate", "forget_gate", "candidate", "output_gate")):
        row(view, field).click()
        expect(row(view, field)).to_have_attribute("aria-pressed", "true")
        total = number(view.locator(".sum-result > b").first.inner_text())
        due = trace.preactivation[t, 0, 16 * block + UNIT]
        assert total == pytest.approx(due, abs=6e-3), field
        products = view.locator(".term-product b").all_inner_texts()
        rest = view.locator(".more b").inner_text()
        assert sum(map(number, [*products, rest])) == pytest.approx(total, abs=6e-3), field
    strong = view.locator(".chain .number[data-strong] b").all_inner_texts()
    assert number(strong[0]) == pytest.approx(trace.cell[t, 0, UNIT], rel=6e-3)
    assert number(strong[1]) == pytest.approx(trace.hidden[t, 0, UNIT], abs=6e-4)


def test_the_smaller_terms_open(open_page: OpenPage) -> None:
    _, view, _, _ = opened(open_page)
    shown = view.locator(".term[data-part=h]")
    expect(shown).not_to_have_count(16)
    view.get_by_role("button", name="smaller").click()
    expect(shown).to_have_count(16)
    view.get_by_role("button", name="largest only").click()
    expect(shown).not_to_have_count(16)


@pytest.mark.parametrize("phase", ["Forward", "Backward"])
def test_from_step_to_step_the_same_terms_stand_and_the_result_stays(
    open_page: OpenPage, phase: str
) -> None:
    page, view, _, _ = opened(open_page)
    stage = stage_of(page)
    stage.get_by_role("button", name=phase, exact=True).click()
    page.wait_for_timeout(600)
    names, places = set(), set()
    for step in range(len(opening.TEXT) - 1):  # nothing comes from later at the last one
        stage.get_by_role("slider", name="Time step").fill(str(step))
        expect(view).to_have_attribute("aria-label", re.compile(rf"at t = {step}$"))
        terms = view.locator(".term:not([data-part=x]) .term-name").all_inner_texts()
        result, then = view.locator(".sum-total").bounding_box(), view.locator(".unit-then")
        assert result
        box = then.bounding_box()
        assert box
        names.add(tuple(terms))
        places.add((round(result["x"]), round(result["y"]), round(box["y"])))
    assert len(names) == 1, names
    assert len(places) == 1, places


def test_a_gate_reads_the_same_in_its_tab_and_in_its_product(open_page: OpenPage) -> None:
    page, view, trace, _ = opened(open_page)
    for step in range(len(opening.TEXT)):
        stage_of(page).get_by_role("slider", name="Time step").fill(str(step))
        expect(view).to_have_attribute("aria-label", re.compile(rf"at t = {step}$"))
        for field, part in (("forget_gate", "f"), ("input_gate", "i"), ("output_gate", "o")):
            tab = row(view, field).locator("b").inner_text()
            assert tab == view.locator(f".chain button[data-part={part}] b").inner_text()
            exact = getattr(trace, field)[step, 0, UNIT]
            assert tab not in ("0", "1", "1.00", "0.00"), f"{field} is {exact} at t = {step}"


def test_the_output_gate_s_letter_is_no_score_s(open_page: OpenPage) -> None:
    page, view, _, _ = opened(open_page)
    stage_of(page).get_by_role("button", name="Loss", exact=True).click()
    expect(view.locator(".formula").first).to_have_attribute("aria-label", re.compile("^s t = W"))
    stage_of(page).get_by_role("button", name="Backward", exact=True).click()
    expect(view.locator(".formula").first).to_contain_text("∂L/∂s")
    expect(view.get_by_text("δ stands for ∂L/∂a")).to_have_count(1)


def test_a_factor_lights_its_letters_and_its_row_and_leads_to_its_unit(open_page: OpenPage) -> None:
    page, view, _, t = opened(open_page)
    term = view.locator(".term[data-part=h]").first
    unit = term.locator("sub").inner_text()
    term.hover()
    lit = view.locator(".formula .letter[data-lit]")
    assert {letter.rstrip("t−1figoh") for letter in lit.all_inner_texts()} <= {"W", "h", ""}
    expect(lit.first).to_be_visible()
    lights = stage_of(page).locator(".unit-light").first
    assert "chosen" not in (lights.get_attribute("class") or "")
    term.get_by_role("button").click()
    expect(view).to_have_attribute("aria-label", f"The arithmetic of unit {unit} at t = {t - 1}")


def test_going_back_the_terms_make_the_gradient(open_page: OpenPage) -> None:
    page, view, trace, t = opened(open_page)
    stage_of(page).get_by_role("button", name="Backward", exact=True).click()
    t = step_of(page)
    assert trace.grad_hidden is not None
    assert trace.grad_cell is not None
    for field, due in (("hidden", trace.grad_hidden), ("cell", trace.grad_cell)):
        row(view, field).click()
        total = number(view.locator(".sum-result > b").first.inner_text())
        assert total == pytest.approx(due[t, 0, UNIT], rel=6e-3), field
        assert value(row(view, field).locator(".row-value").inner_text()) == pytest.approx(
            due[t, 0, UNIT], rel=6e-3
        )


def test_the_loss_shows_the_read_out_and_what_it_costs(open_page: OpenPage) -> None:
    page, view, _, t = opened(open_page)
    made = run(opening.SETUP)
    stage_of(page).get_by_role("button", name="Loss", exact=True).click()
    target = int(made.targets[t, 0])
    total = number(view.locator(".sum-result > b").first.inner_text())
    assert total == pytest.approx(made.output[t, 0, target], rel=6e-3, abs=6e-3)
    loss = view.locator(".chain .number[data-part=loss] b").inner_text()
    assert number(loss) == pytest.approx(made.losses[t, 0], rel=6e-3)


def test_the_scripts_come_are_copied_and_make_the_same_number(open_page: OpenPage) -> None:
    page, view, trace, t = opened(open_page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    view.get_by_text("The same in NumPy · PyTorch").click()
    script = view.get_by_role("region", name="NumPy script")
    expect(script).to_contain_text("print(value)")
    expect(view.get_by_role("region", name="PyTorch script")).to_contain_text("torch")
    view.get_by_role("button", name="Copy the NumPy script").click()
    expect(view.get_by_role("button", name="Copied the NumPy script")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == script.inner_text()
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(copied, {})
    assert float(out.getvalue()) == pytest.approx(trace.hidden[t, 0, UNIT], rel=1e-9)
    # Another step has other scripts.
    stage_of(page).get_by_role("slider", name="Time step").fill(str(t + 1))
    expect(script).to_contain_text(f"t, unit, H = {t + 1}")


def test_a_weight_is_dragged_and_the_number_before_stays_beside(open_page: OpenPage) -> None:
    page, view, trace, t = opened(open_page)
    row(view, "forget_gate").click()
    bias = view.get_by_role("slider", name="bias_hh_l0")
    bias.evaluate("node => node.scrollIntoView({ block: 'center' })")
    before = float(bias.get_attribute("aria-valuenow") or "nan")
    box = bias.bounding_box()
    assert box
    page.mouse.move(box["x"] + 8, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 8, box["y"] - 22, steps=6)
    page.mouse.up()
    was = row(view, "forget_gate").locator(".was")
    expect(was).to_contain_text("was ")
    assert value("= " + was.inner_text().removeprefix("was ")) == pytest.approx(
        trace.forget_gate[t, 0, UNIT], abs=6e-4
    )
    page.wait_for_timeout(1000)  # until the last of the drag has been answered
    after = float(bias.get_attribute("aria-valuenow") or "nan")
    assert after > before + 0.3
    made = run(opening.SETUP)
    changed = {name: array.copy() for name, array in made.weights.items()}
    changed["bias_hh_l0"][16 + UNIT] = after
    layer = {
        name: changed[f"{name}_l0"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    }
    due = forward(layer, made.inputs, trace.initial_hidden, trace.initial_cell)
    assert value(row(view, "forget_gate").locator(".row-value").inner_text()) == pytest.approx(
        due.forget_gate[t, 0, UNIT], abs=6e-4
    )


@pytest.mark.parametrize("phase", ["Forward", "Loss", "Backward"])
def test_axe_finds_nothing_serious_in_the_unit(
    open_page: OpenPage, accessible: Callable, phase: str
) -> None:
    page = open_page("/lab")
    view = open_unit(page)
    stage_of(page).get_by_role("button", name=phase, exact=True).click()
    if phase != "Loss":
        view.get_by_text("The same in NumPy · PyTorch").click()
        expect(view.get_by_role("region", name="NumPy script")).to_be_visible()
    page.mouse.move(2, 2)
    page.wait_for_timeout(600)
    accessible()


@pytest.mark.dark
@pytest.mark.viewport(390, 844)
def test_on_a_phone_it_is_dark_accessible_and_no_wider(
    open_page: OpenPage, accessible: Callable
) -> None:
    page = open_page("/lab")
    view = open_unit(page)
    page.wait_for_timeout(600)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert view.evaluate("view => view.scrollWidth <= view.clientWidth + 1")
    small = view.evaluate("""view => [...view.querySelectorAll("button, [role=slider], summary")]
        .filter((node) => node.getClientRects().length)
        .map((node) => [node.className, node.getBoundingClientRect()])
        .filter(([, box]) => box.height < 39.5 || box.width < 39.5)
        .map(([name, box]) => `${name} ${Math.round(box.width)} × ${Math.round(box.height)}`)""")
    assert not small
    accessible()
