"""A learner brings a model of their own: file, stage, gradient; it is there when they return."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Page, expect
from safetensors.torch import save_file

OpenPage = Callable[[str], Page]
UPLOADER = "[data-testid=stFileUploaderDropzone]"  # Streamlit's own, presentational by its role


def bring(page: Page, folder: Path) -> None:
    torch.manual_seed(0)
    model = torch.nn.ModuleDict(
        {"rnn": torch.nn.GRU(3, 6, num_layers=2, bidirectional=True), "fc": torch.nn.Linear(12, 4)}
    )
    save_file(model.state_dict(), folder / "own.safetensors")
    page.locator("input[type=file]").set_input_files(folder / "own.safetensors")


def test_a_model_is_brought_seen_changed_and_still_there_later(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("/model")
    bring(page, tmp_path)
    expect(page.get_by_text("a GRU with 6 units in 2 layers, read from both ends")).to_be_visible()
    stage = page.get_by_role("region", name="The stage")
    expect(stage.get_by_role("button", name="Play")).to_be_visible()
    expect(page.get_by_text("going back from the probe ½‖ŷ‖² at step 39")).to_be_visible()
    expect(page.get_by_text("Layer 2, from the end: step 39")).to_be_visible()
    expect(stage.get_by_text("probe ½‖ŷ‖²").first).to_be_visible()
    expect(stage.get_by_text("target y")).to_have_count(0)
    page.get_by_role("link", name="Lab").click()
    expect(page.get_by_text("What it reads")).to_be_visible()
    page.get_by_role("link", name="Your model").click()
    expect(page.get_by_text("own.safetensors")).to_be_visible()
    page.get_by_role("button", name="Another file").click()
    expect(page.get_by_role("heading", name="Your model")).to_be_visible()


def test_a_network_of_tokens_draws_no_shape_that_cannot_be(
    open_page: OpenPage, tmp_path: Path
) -> None:
    model = torch.nn.ModuleDict(
        {"emb": torch.nn.Embedding(300, 4), "rnn": torch.nn.GRU(4, 6), "fc": torch.nn.Linear(6, 40)}
    )
    save_file(model.state_dict(), tmp_path / "tokens.safetensors")
    page = open_page("/model")
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.locator("input[type=file]").set_input_files(tmp_path / "tokens.safetensors")
    expect(page.get_by_role("textbox", name="Token ids, 0 to 299")).to_be_visible()
    stage = page.get_by_role("region", name="The stage")
    bar = stage.locator("rect.input-bar[width]:visible").first
    expect(bar).to_be_visible()
    widths = stage.locator("rect").evaluate_all("all => all.map(r => +r.getAttribute('width'))")
    assert min(widths) >= 0
    assert not [text for text in wrong if "width" in text]


def test_a_pickle_gets_the_lines_that_convert_it(open_page: OpenPage, tmp_path: Path) -> None:
    torch.save(torch.nn.GRU(1, 2).state_dict(), tmp_path / "own.pt")
    page = open_page("/model")
    page.locator("input[type=file]").set_input_files(tmp_path / "own.pt")
    expect(page.get_by_text("own.pt is a pickle")).to_be_visible()
    expect(page.get_by_text('torch.load("own.pt", weights_only=True)')).to_be_visible()


@pytest.mark.parametrize(
    "size", [pytest.param((1440, 900), marks=pytest.mark.viewport(1440, 900)),
             pytest.param((390, 844), marks=pytest.mark.viewport(390, 844))],
)  # fmt: skip
def test_an_example_opens_and_the_page_is_accessible(
    open_page: OpenPage, accessible: Callable[..., None], size: tuple[int, int]
) -> None:
    page = open_page("/model")
    accessible(UPLOADER)
    page.get_by_role("button", name="Brackets, LSTM").click()
    expect(page.get_by_text("an LSTM with 16 units")).to_be_visible()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    accessible(UPLOADER)
