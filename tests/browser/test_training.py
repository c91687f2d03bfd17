"""The page "Train" in a real browser: a network learns in the background, and the page shows it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

Open = Callable[[str], Page]
SMALL = (
    "/train?train_hidden_size=8&train_length=10&train_batch_size=8&train_stop_when_solved=false"
    "&train_max_steps="
)
WHILE = 30_000


def view_of(page: Page) -> Locator:
    view = page.locator("[data-training]")
    expect(view).to_be_visible()
    return view


def act(page: Page, name: str) -> None:
    view_of(page).get_by_role("button", name=name, exact=True).click()


def words(page: Page, said: str) -> None:
    expect(page.locator("[data-words]")).to_contain_text(re.compile(said), timeout=WHILE)


def step_now(page: Page) -> int:
    found = re.search(r"step ([\d,]+) of", page.locator("[data-facts]").inner_text())
    assert found
    return int(found[1].replace(",", ""))


def test_it_trains_pauses_steps_once_goes_on_and_stops(open_page: Open) -> None:
    page = open_page(SMALL + "50000")
    words(page, "Not started")
    act(page, "Train")
    words(page, "Learning: step")
    several = re.compile(r"[6-9]|\d\d+")
    expect(view_of(page)).to_have_attribute("data-updates", several, timeout=WHILE)
    act(page, "Pause")
    words(page, "Paused: ")
    before = step_now(page)
    act(page, "One step")
    expect(page.locator("[data-facts]")).to_contain_text(f"step {before + 1:,} of", timeout=WHILE)
    act(page, "Go on")
    words(page, "Learning: ")
    act(page, "End")
    words(page, "Ended early: ")
    assert step_now(page) > before + 1
    expect(page.get_by_role("button", name="Start over")).to_be_enabled()


def test_leaving_the_page_or_losing_it_does_not_lose_the_run(open_page: Open) -> None:
    page = open_page(SMALL + "50000")
    act(page, "Train")
    words(page, "Learning: step")
    page.goto("/lab")
    page.goto("/train")
    words(page, "Learning: step")
    expect(page.get_by_role("slider", name="Hidden size")).to_have_value("8")
    act(page, "End")
    words(page, "Ended early: ")


def test_the_time_machine_takes_the_stage_back(open_page: Open) -> None:
    page = open_page(SMALL + "300")
    act(page, "Train")
    words(page, "Done: ")
    slider = page.get_by_role("slider", name="Snapshot")
    expect(slider).to_be_enabled(timeout=WHILE)
    expect(page.locator("[data-stage]")).to_be_visible(timeout=WHILE)
    assert page.locator(".map").count() == 6
    act(page, "Mark B")  # the latest one can be marked as it is
    expect(view_of(page).get_by_role("button", name="B: step 300")).to_be_enabled()
    slider.press("Home")
    expect(view_of(page).locator("[data-where]")).to_have_text(re.compile("step 0 of"))
    expect(page.get_by_text("On one sequence, after 0 steps")).to_be_visible(timeout=WHILE)
    act(page, "Mark A")
    act(page, "A beside B")
    expect(page.locator("[data-stage] .track")).to_have_count(2, timeout=WHILE)
    said = [
        rf"{name} · held-out loss [\d.e-]+ · on this one sequence [\d.e-]+$"
        for name in ("^A: step 0", "^B: step 300")
    ]
    expect(page.locator("[data-track-title]")).to_have_text([re.compile(one) for one in said])
    expect(page.locator("[data-stage]")).to_contain_text("A: step 0 beside B: step 300 · 10 ")


def test_a_text_is_written_as_it_is_learned(open_page: Open) -> None:
    page = open_page("/train?train_task=Next+character+of+a+text&train_hidden_size=8")
    act(page, "Train")
    words(page, "Learning: step")
    written = page.get_by_test_id("stCode")
    expect(written).to_have_count(1, timeout=WHILE)
    before = written.inner_text()
    expect(written).not_to_have_text(before, timeout=WHILE)
    act(page, "End")
    words(page, "Ended early: ")


def test_a_series_without_numbers_has_no_train_button(open_page: Open) -> None:
    page = open_page("/train?train_task=Your+own+series")
    expect(page.get_by_text("Paste numbers or bring a file first.")).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_have_count(0)
    expect(page.locator("[data-training]")).to_have_count(0)


def test_rivals_learn_under_one_plot(open_page: Open, accessible: Callable[..., None]) -> None:
    page = open_page(SMALL + "200&train_b_differs=Cell&train_b_cell=GRU")
    act(page, "Train")
    words(page, r"Done: A .*; B .*\.$")
    tracks = page.get_by_role("group", name="Track").get_by_role("button")
    expect(tracks).to_have_count(2)
    tracks.nth(1).click()
    expect(page.locator(".map")).to_have_count(5)  # no output gate in a GRU
    expect(tracks.nth(1)).to_have_attribute("aria-pressed", "true")
    label = page.locator("[data-loss] canvas").get_attribute("aria-label") or ""
    assert "chance 0.167" in label
    accessible()


THREE = "&train_b_differs=Cell&train_b_cell=GRU&train_c_differs=Cell&train_c_cell=RNN+tanh"
WATCH = """(view) => {
    const names = ['[data-words]', '[data-act="main"]', '[data-tracks]', '[data-loss]'];
    const top = (name) => topOf(view.querySelector(name));
    const topOf = (node) => Math.round(node.getBoundingClientRect().top + scrollY);
    const seen = window.seen = new Set();
    const look = () => {
      const { state } = view.dataset;
      if (state === 'running') seen.add(names.map((name) => top(name) - topOf(view)).join());
      if (state === 'done') window.over = true; else requestAnimationFrame(look);
    };
    look();
}"""


@pytest.mark.parametrize(
    "wide", [pytest.param(w, marks=pytest.mark.viewport(w, 900)) for w in (1440, 700, 390)]
)
def test_nothing_moves_while_three_networks_learn(open_page: Open, wide: int) -> None:
    page = open_page(SMALL + "300" + THREE)
    act(page, "Train")
    words(page, "^Learning: ")
    view_of(page).evaluate(WATCH)
    page.wait_for_function("window.over", timeout=WHILE)
    seen = page.evaluate("[...window.seen]")
    assert len(seen) == 1, seen


def test_a_run_that_is_ended_early_leaves_the_rest_of_its_bar_empty(open_page: Open) -> None:
    page = open_page(SMALL + "50000")
    act(page, "Train")
    words(page, "Learning: step")
    act(page, "End")
    words(page, r"^Ended early: step [\d,]+ of 50,000, held-out loss [\d.]+, \w+")
    bar = page.locator("[data-progress]")
    expect(bar).to_have_attribute("aria-valuenow", str(round(step_now(page) / 500)))
    assert (bar.locator("i").bounding_box() or {"width": 1e9})["width"] < 0.5 * (
        bar.bounding_box() or {"width": 0}
    )["width"]


def test_a_run_of_other_settings_says_so_and_is_dimmed(
    open_page: Open, accessible: Callable[..., None]
) -> None:
    page = open_page(SMALL + "50")
    act(page, "Train")
    words(page, "Done: ")
    banner = page.get_by_text("This run is of other settings: “Train” starts the new ones.")
    expect(banner).to_have_count(0)
    page.get_by_role("slider", name="Hidden size").press("ArrowRight")
    expect(banner).to_be_visible(timeout=WHILE)
    expect(page.locator("[data-loss] canvas")).to_have_css("opacity", "0.4")
    accessible()
    act(page, "Train")
    expect(banner).to_be_hidden(timeout=WHILE)
    words(page, "Done: ")
    expect(page.locator("[data-loss] canvas")).to_have_css("opacity", "1")
    expect(page.get_by_role("button", name="Start over")).to_be_visible()


def test_a_training_that_breaks_says_so(open_page: Open) -> None:
    page = open_page(
        SMALL + "500&train_cell=RNN+relu&train_optimiser=SGD&train_learning_rate=2"
        "&train_clip_norm=0&train_start=Identity"
    )
    act(page, "Train")
    words(page, r"It broke: stopped at step \d+: .*not finite")


@pytest.mark.viewport(390, 844)
@pytest.mark.dark
@pytest.mark.reduced_motion
def test_a_phone_has_all_of_it_without_scrolling_sideways(open_page: Open) -> None:
    page = open_page(SMALL + "100")
    act(page, "Train")
    words(page, "Done: ")
    expect(page.get_by_role("slider", name="Snapshot")).to_be_enabled(timeout=WHILE)
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= 390
    for button in page.locator("[data-training] button:visible").all():
        assert (button.bounding_box() or {"height": 0})["height"] >= 40
