"""The page of sweeps in a real browser: what only a browser lays out, and the way there."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Open = Callable[[str], Page]
QUICK = (
    "/sweeps?sweep_adding_length=4%2C+20&sweep_hidden=4%2C+24&sweep_seeds=1&sweep_steps=10"
    "&sweep_cells=IRNN&sweep_cells=LSTM&sweep_view=Intervals"
)
# Left and right edge of each row's label, and of the picture.
LABELS = """() => {
  const edges = (node) => {
    const box = node.getBoundingClientRect();
    return [box.left, box.right];
  };
  const labels = [...document.querySelectorAll(".js-plotly-plot :is(.ytick, .y2tick) text")];
  return { picture: edges(document.querySelector(".js-plotly-plot .main-svg")),
           labels: labels.map((node) => [node.textContent, ...edges(node)]) };
}"""


def trained(page: Page) -> None:
    page.get_by_role("button", name="Train them all").click()
    expect(page.get_by_text("It is done.")).to_be_visible(timeout=60_000)


def whole_labels(page: Page) -> list[str]:
    expect(page.locator(".js-plotly-plot .ytick").first).to_be_visible()
    found = page.evaluate(LABELS)
    for text, left, right in found["labels"]:
        assert found["picture"][0] <= left < right <= found["picture"][1], f"{text} is cut"
    return [text for text, _, _ in found["labels"]]


@pytest.mark.parametrize(
    "width",
    [pytest.param(1440, marks=pytest.mark.viewport(1440, 900)),
     pytest.param(390, marks=pytest.mark.viewport(390, 844))],
)  # fmt: skip
def test_every_label_of_a_row_is_whole(open_page: Open, width: int) -> None:
    page = open_page(QUICK)
    assert page.evaluate("() => window.innerWidth") == width
    trained(page)
    names = whole_labels(page)
    assert "IRNN, length 20,hidden size 24" in names
    assert len(names) == 8
    page.get_by_test_id("stMain").get_by_role("radio", name="Solved").click()
    expect(page.locator(".js-plotly-plot .heatmaplayer image").first).to_be_attached()
    assert sorted(whole_labels(page)) == ["IRNN", "IRNN", "LSTM", "LSTM"]


@pytest.mark.viewport(1024, 768)
def test_the_settings_of_the_train_page_come_along_and_its_sidebar_does_not(
    open_page: Open,
) -> None:
    page = open_page("/train?train_task=Copy+memory&train_symbols=5&train_lag=7&train_cell=GRU")
    page.get_by_role("link", name="Luck or not").click()
    expect(page).to_have_url(re.compile("/sweeps"))
    expect(page.get_by_text("1 cell × 1 lag × 5 seeds = 5 trainings")).to_be_visible()
    expect(page.get_by_role("slider", name="Symbols to keep")).to_have_value("5")
    expect(page.get_by_role("textbox", name="Lags")).to_have_value("7")
    expect(page.get_by_text("none done yet")).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).not_to_be_visible()
