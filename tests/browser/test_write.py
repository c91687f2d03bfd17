"""Write a lesson, in the browser: a file is data, and nothing that stands in it is obeyed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import AT_REST

OpenPage = Callable[[str], Page]
# Streamlit's own upload field calls itself presentational and has a name besides.
UPLOAD = '[data-testid="stFileUploaderDropzone"]'
HOSTILE = r"""+++
title = "<img src=x onerror='window.broken=1'> :red[title]"
part = "Recurrence"
summary = "<script>window.broken=2</script>"
minutes = 5
objectives = ["<img src=x onerror='window.broken=3'> :material/home:"]
prerequisites = []
sources = ["<script>window.broken=4</script>"]
+++
## <svg onload=window.broken=5> :blue[step]
Raw <img src=x onerror="window.broken=6"> and <script>window.broken=7</script> and
<b>bold</b>, :red[red], :smile:, :material/home:, $\href{javascript:window.broken=8}{x}$.

```exhibit
name = "euler"
caption = "<img src=x onerror='window.broken=9'> :green[caption]"
```
"""
FORBIDDEN = {
    "[x](javascript:window.broken=1)": "javascript:window.broken=1",
    "![x](https://elsewhere.example/a.png)": "image",
    "[x](data:text/html;base64,AAAA)": "data:text/html",
    "[x](http://elsewhere.example)": "http://elsewhere.example",
}


def editor(page: Page) -> Locator:
    return page.get_by_role("textbox", name="The lesson's file")


def write(page: Page, text: str) -> None:
    field = editor(page)
    field.fill(text)
    field.press("Control+Enter")
    page.wait_for_timeout(300)
    page.wait_for_function(AT_REST)


def test_what_looks_like_html_or_like_a_directive_is_text(open_page: OpenPage):
    page = open_page("/write")
    write(page, HOSTILE)
    preview = page.locator(".st-key-write_preview")
    for text in (
        "<img src=x onerror='window.broken=1'> :red[title]",
        "<svg onload=window.broken=5> :blue[step]",
        '<img src=x onerror="window.broken=6">',
        "<script>window.broken=7</script>",
        "<b>bold</b>",
        ":red[red]",
        "smile:",
        "material/home:",
        ":green[caption]",
    ):
        expect(preview).to_contain_text(text)
    expect(preview.locator("img, script, svg[onload], b, [href^='javascript']")).to_have_count(0)
    page.wait_for_timeout(500)
    assert page.evaluate("window.broken") is None


@pytest.mark.parametrize("text", FORBIDDEN)
def test_what_would_lead_or_load_elsewhere_is_refused_with_its_line(open_page: OpenPage, text: str):
    page = open_page("/write")
    write(page, HOSTILE.replace("<b>bold</b>", text))
    said = page.locator(".st-key-write_preview [role=alert]")
    expect(said).to_contain_text("line 11")
    expect(said).to_contain_text(FORBIDDEN[text])


def test_a_file_that_is_opened_takes_the_editors_place(open_page: OpenPage):
    page = open_page("/write")
    page.locator("input[type=file]").set_input_files(
        {"name": "42-mine.md", "mimeType": "text/markdown", "buffer": HOSTILE.encode()}
    )
    expect(editor(page)).to_have_value(HOSTILE)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the file").click()
    assert saved.value.suggested_filename == "42-mine.md"
    assert saved.value.path().read_text("utf-8") == HOSTILE


@pytest.mark.parametrize(
    ("raw", "said"), [(b"\xff\xfe", "not text in UTF-8"), (b"x" * 262145, "at most 256 KiB")]
)
def test_a_file_that_is_no_lesson_changes_nothing(open_page: OpenPage, raw: bytes, said: str):
    page = open_page("/write")
    before = editor(page).input_value()
    page.locator("input[type=file]").set_input_files(
        {"name": "x.md", "mimeType": "text/markdown", "buffer": raw}
    )
    expect(page.locator(".st-key-write_file [role=alert]")).to_contain_text(said)
    assert editor(page).input_value() == before


@pytest.mark.parametrize("width", [1440, 390])
def test_it_is_accessible_and_fits(open_page: OpenPage, accessible, width: int):
    page = open_page("/write")
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_timeout(500)
    accessible(UPLOAD)
    assert page.evaluate(
        "(() => { const m = document.querySelector('[data-testid=stMain]');"
        " return m.scrollWidth <= m.clientWidth })()"
    )
