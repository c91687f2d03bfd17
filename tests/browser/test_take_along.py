"""What the lab gives to take along, fetched by hand as a learner would, and used."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from exhibits import opening
from rnn_core import run
from tests.browser.test_lab import stage_of, step_of

OpenPage = Callable[[str], Page]


def fetch(page: Page, label: str) -> bytes:
    stage_of(page).get_by_role("button", name="Play", exact=True).wait_for()
    if not page.get_by_role("button", name=label).is_visible():
        opener = page.get_by_role("button", name="Take it with you")
        # What opens takes its place once: the page must stand still, with room around the button.
        opener.evaluate("button => button.scrollIntoView({ block: 'center' })")
        opener.click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=label).click()
    return Path(waiting.value.path()).read_bytes()


def test_the_animation_plays_from_disk_where_the_learner_stood(
    open_page: OpenPage, browser: Browser, tmp_path: Path
) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    stage.focus()
    for key in ("b", "ArrowLeft", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.wait_for_timeout(1000)
    step, narration = step_of(page), stage.locator("[data-narration]").inner_text()
    file = tmp_path / "animation.html"
    file.write_bytes(fetch(page, "The stage as a page (.html)"))
    context = browser.new_context(offline=True)
    alone = context.new_page()
    alone.goto(file.as_uri())
    expect(stage_of(alone).locator("[data-narration]")).to_have_text(narration)
    assert step_of(alone) == step
    expect(stage_of(alone)).to_have_attribute("data-level", "cell")
    context.close()


def test_the_numbers_and_the_notebook_are_of_the_run_that_is_seen(open_page: OpenPage) -> None:
    page = open_page("/lab")
    arrays = np.load(io.BytesIO(fetch(page, "All numbers (.npz)")), allow_pickle=False)
    np.testing.assert_array_equal(
        arrays["hidden_l0"], np.asarray(run(opening.SETUP).layers[0].hidden)
    )
    notebook = json.loads(fetch(page, "Notebook (.ipynb)"))
    code = "".join("".join(cell["source"]) for cell in notebook["cells"])
    assert opening.TEXT in code


@pytest.mark.parametrize("kind", ["SVG", "PNG"])
def test_the_picture_is_one_click(open_page: OpenPage, kind: str) -> None:
    page = open_page("/lab")
    with page.expect_download() as waiting:
        stage_of(page).get_by_role("button", name=kind, exact=True).click()
    content = Path(waiting.value.path()).read_bytes()
    assert waiting.value.suggested_filename.endswith(kind.lower())
    assert content.startswith({"SVG": b"<svg", "PNG": b"\x89PNG"}[kind])
    assert len(content) > 20_000
