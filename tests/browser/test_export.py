"""The exported page as whoever gets the file meets it: from disk, without a network or the app."""

import base64
import io
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from exhibits import opening
from exhibits.stage import StageState, Track
from exhibits.stage.export import page as exported
from rnn_core import LSTMTrace, Setup, Text, run
from tests.browser import axe
from tests.browser.test_lab import number, read_strip, stage_of, step_of

HOSTILE = '</script><img src=x onerror="window.broken=1"><!--<script>'
SVG = "{http://www.w3.org/2000/svg}"
OpenFile = Callable[..., Page]
TAKEN = """async () => {
    const { stages, pictureOf } = await import("offline");
    const { svg, png } = await pictureOf(stages.get(document.querySelector("[data-stage]")));
    const bytes = new Uint8Array(await png.arrayBuffer());
    return [svg, btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ""))];
}"""


@pytest.fixture
def open_file(
    browser: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[OpenFile]:
    """`open_file(setup, **state)`: the page of that run, opened; offline, and watched."""
    dark, marked = (
        request.node.get_closest_marker("dark"),
        request.node.get_closest_marker("viewport"),
    )
    width, height = marked.args if marked else (1440, 900)
    context = browser.new_context(
        viewport={"width": width, "height": height}, offline=True, accept_downloads=True,
        color_scheme="dark" if dark else "light", device_scale_factor=2,
    )  # fmt: skip
    file, wrong = tmp_path / "exported.html", list[str]()

    def said(line: ConsoleMessage) -> None:
        if line.type in ("error", "warning"):
            wrong.append(f"console: {line.text}")

    def asked(url: str) -> None:
        if url != file.as_uri() and not url.startswith(
            ("data:", f"blob:{file.as_uri()[:7]}", "blob:null")
        ):
            wrong.append(f"request: {url[:200]}")

    def opened(*setups: Setup, **state: Any) -> Page:
        tracks = [
            Track(run(setup), f"run {k}" * (len(setups) > 1)) for k, setup in enumerate(setups)
        ]
        content = exported(
            tracks,
            StageState(**state),
            title=HOSTILE,
            about=[HOSTILE],
            link="http://127.0.0.1:8501/lab?a=<b>",
            expressions=[HOSTILE],
        )
        file.write_bytes(content)
        made = context.new_page()
        made.on("pageerror", lambda error: wrong.append(f"JavaScript error: {error}"))
        made.on("console", said)
        made.on("request", lambda request: asked(request.url))
        made.goto(file.as_uri())
        expect(stage_of(made)).to_be_visible()
        return made

    yield opened
    context.close()
    assert not wrong, "\n".join(wrong)


def test_it_plays_from_disk_and_its_numbers_are_the_core_s(open_file: OpenFile) -> None:
    page = open_file(opening.SETUP, step=3)
    trace = run(opening.SETUP).layers[0]
    assert isinstance(trace, LSTMTrace)
    steps, _, units = trace.hidden.shape
    assert step_of(page) == 3
    shown = number(read_strip(page, "cell state", 7, 3, steps, units))
    assert shown == pytest.approx(trace.cell[7, 0, 3], rel=5.01e-4)
    stage_of(page).get_by_role("button", name="Play", exact=True).click()
    expect(stage_of(page).get_by_role("slider", name="Time step")).not_to_have_value("3")
    stage_of(page).get_by_role("button", name="Pause").click()


def test_every_level_and_panel_opens_and_nothing_is_waited_for(open_file: OpenFile) -> None:
    page = open_file(opening.SETUP, step=7)
    stage = stage_of(page)
    stage.focus()
    for key, level in (("Enter", "cell"), ("ArrowDown", "cell"), ("Enter", "unit")):
        page.keyboard.press(key)
        expect(stage).to_have_attribute("data-level", level)
        expect(stage.locator(f".{level}-view")).to_be_visible()
        expect(stage.locator(f".{level}-view")).not_to_be_empty()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(stage).to_have_attribute("data-level", "overview")
    for panel in ("Who is to blame", "State space"):
        stage.get_by_role("button", name=panel).click()
        section = stage.get_by_role("region", name=panel)
        expect(section).to_be_visible()
        expect(section).not_to_contain_text("in the app")
    page.keyboard.press("Home")
    stage.focus()
    page.keyboard.press("Home")
    expect(stage.get_by_role("region", name="State space")).to_contain_text(
        "open the run in the app"
    )


def test_another_layer_is_in_the_file_with_its_sources(open_file: OpenFile) -> None:
    setup = Setup(Text("abcab" * 20), hidden_size=48, num_layers=2)
    page = open_file(setup, step=7, layer=1)
    stage, trace = stage_of(page), run(setup).layers[0]
    assert isinstance(trace, LSTMTrace)
    stage.get_by_role("button", name="Who is to blame").click()
    first = stage.get_by_role("button", name="layer 1", exact=True)
    first.click()
    expect(first).to_have_attribute("aria-pressed", "true")
    shown = number(read_strip(page, "cell state, layer 1", 9, 5, 100, 48))
    assert shown == pytest.approx(trace.cell[9, 0, 5], rel=5.01e-4)
    expect(stage.get_by_role("region", name="Who is to blame")).not_to_contain_text("in the app")


def test_a_learner_s_text_is_inert(open_file: OpenFile) -> None:
    page = open_file(Setup(Text(HOSTILE), cell="gru", hidden_size=3))
    expect(stage_of(page).locator("[data-title]")).to_contain_text(HOSTILE[:30])
    expect(page.locator("header.page-head")).to_contain_text(HOSTILE)
    assert page.title() == HOSTILE
    assert page.evaluate("window.broken") is None
    assert page.locator("img").count() == 0
    svg, _ = page.evaluate(TAKEN)
    assert [node.tag for node in ET.fromstring(svg).iter() if "script" in node.tag] == []


@pytest.mark.dark
def test_it_is_dark_where_the_system_is_and_follows_it(open_file: OpenFile) -> None:
    page = open_file(opening.SETUP)
    expect(stage_of(page)).to_have_attribute("data-theme", "dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(15, 20, 27)"
    page.emulate_media(color_scheme="light")
    expect(stage_of(page)).to_have_attribute("data-theme", "light")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"


@pytest.mark.viewport(390, 844)
def test_it_fits_a_phone(open_file: OpenFile) -> None:
    page = open_file(opening.SETUP, step=7)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("level", ["overview", "cell"])
def test_axe_finds_nothing_serious(open_file: OpenFile, level: str) -> None:
    axe.check(open_file(opening.SETUP, step=7, level=level))


@pytest.mark.viewport(1200, 2400)
@pytest.mark.parametrize(
    "state",
    [{}, {"phase": "backward", "unit": 3}, {"level": "cell"}, {"level": "unit", "unit": 2},
     {"panels": ("blame", "space")}],
    ids=["overview", "backward", "cell", "unit", "panels"],
)  # fmt: skip
def test_the_picture_is_what_stands_on_the_page(open_file: OpenFile, state: dict) -> None:
    """Pixel by pixel: the tracks as the browser paints them, and the same part of the PNG."""
    page = open_file(opening.SETUP, step=7, **state)
    page.wait_for_timeout(1000)
    _, png = page.evaluate(TAKEN)
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    tracks = page.locator(".tracks")
    painted = Image.open(io.BytesIO(tracks.screenshot())).convert("RGB")
    # Edges fall between pixels differently; a missing or displaced part would be far more.
    assert (differs := apart(picture, painted)) < 0.015, f"{differs:.3%} of the pixels differ"


def apart(picture: Image.Image, painted: Image.Image) -> float:
    """The share of pixels that differ clearly, where the painted part fits the picture best."""
    lowest, wanted = picture.height - 2 * 24 - painted.height, np.asarray(painted, float)
    shares = []
    for top in range(lowest - 3, lowest + 4):  # heights are rounded up, half pixels are not
        part = picture.crop((2 * 24, top, 2 * 24 + painted.width, top + painted.height))
        shares.append((np.abs(np.asarray(part, float) - wanted).max(axis=-1) > 60).mean())
    return float(min(shares))


def test_the_svg_is_vectors_text_and_pictures_that_any_program_reads(open_file: OpenFile) -> None:
    page = open_file(opening.SETUP, step=7, phase="backward")
    page.wait_for_timeout(800)
    svg, _ = page.evaluate(TAKEN)
    nodes = list(ET.fromstring(svg).iter())
    kinds = {node.tag.removeprefix(SVG) for node in nodes}
    assert {"text", "image", "path", "title", "desc"} <= kinds
    assert not kinds & {"foreignObject", "style", "script"}
    assert "var(" not in svg
    words = " ".join(node.text or "" for node in nodes if node.tag == f"{SVG}text")
    assert "forget gate" in words
    narration = stage_of(page).locator("[data-narration]").inner_text()
    assert words.replace(" ", "").count(narration.replace(" ", "").replace("\n", "")) == 1
    for node in nodes:
        if node.tag == f"{SVG}image":
            assert node.attrib["href"].startswith("data:image/png;base64,")


def test_the_signs_of_the_arithmetic_are_in_the_picture(open_file: OpenFile) -> None:
    """They are pseudo-elements, which no browser tells the place of."""
    page = open_file(opening.SETUP, step=7, level="unit", unit=2)
    page.wait_for_timeout(600)
    svg, _ = page.evaluate(TAKEN)
    words = [node.text for node in ET.fromstring(svg).iter(f"{SVG}text")]
    terms = stage_of(page).locator(".unit-sums .term").count()
    assert terms > 5
    assert words.count("+") >= terms - 1
    assert words.count("×") >= 5


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_picture_is_saved_under_a_name_that_says_what_it_is(
    open_file: OpenFile, kind: str
) -> None:
    page = open_file(opening.SETUP, step=7)
    with page.expect_download() as download:
        page.evaluate(
            """async (kind) => {
                const { stages } = await import("offline");
                const { savePicture } = await import("picture");
                await savePicture(stages.get(document.querySelector("[data-stage]")), kind);
            }""",
            kind,
        )
    assert download.value.suggested_filename == f"unrolled-lstm-16-if-x-i-f-a-b-c-t7-forward.{kind}"
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"<svg" if kind == "svg" else b"\x89PNG")


def test_runs_side_by_side_come_along(open_file: OpenFile) -> None:
    other = Setup(Text(opening.TEXT), cell="gru", hidden_size=8)
    page = open_file(opening.SETUP, other, step=7)
    expect(stage_of(page).locator(".track")).to_have_count(2)
    svg, _ = page.evaluate(TAKEN)
    assert "run 0" in svg
    assert "reset gate" in svg
