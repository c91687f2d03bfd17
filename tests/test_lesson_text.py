"""A lesson's Markdown as Streamlit gets it, and the layout of a step."""

import pytest

from exhibits.lesson import text
from exhibits.lesson.layout import bands
from exhibits.lesson.shelf import Shelf
from lessons.lesson import ExhibitBlock, Prose
from tests.made_lessons import made_lesson

JOINER = "\N{WORD JOINER}"


@pytest.fixture(autouse=True)
def one_lesson(monkeypatch):
    monkeypatch.setattr(text, "shelf", lambda: Shelf((made_lesson(2, "unrolling"),), ()))


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("See [this](lesson:unrolling).", "See [this](lesson?name=02-unrolling)."),
        ("See [this](https://a.example/b:c).", r"See [this](https://a.example/b\:c)."),
        (":red[text] and :red-badge[x]", r"\:red[text] and \:red-badge[x]"),
        (":smile:", f":{JOINER}smile:"),
        (":material/home:", f":{JOINER}material/home:"),
        ("Ratio 3:1, so: yes", r"Ratio 3\:1, so: yes"),
        ("`a:b` and $a:b$ stay", "`a:b` and $a:b$ stay"),
        ("`` `:x` `` :x[y]", r"`` `:x` `` \:x[y]"),
        ("![seen](https://a.example)", r"\![seen](https://a.example)"),
        (r"\\![seen](https://a.example)", r"\\\![seen](https://a.example)"),
        (r"\\:red[x] \:red[x]", r"\\\:red[x] \:red[x]"),
        ("```\n:red[x]\n```", "```\n:red[x]\n```"),
        ("$$a = b$$", "$$\na = b\n$$"),
        ("$$\na = b\n$$", "$$\na = b\n$$"),
        ("x\n\n$$a\n= b$$\n\ny", "x\n\n$$\na\n= b\n$$\n\ny"),
    ],
)
def test_links_are_made_and_marks_disarmed(markdown, shown):
    assert text.for_page(markdown) == shown


def test_a_step_has_a_band_for_each_exhibit_with_its_text_before_and_after():
    a, b, c, d = (Prose(letter) for letter in "abcd")
    one, two = ExhibitBlock("one", "x", {}), ExhibitBlock("two", "x", {})
    first, second = bands([a, b, one, c, two, d])
    assert (first.before, first.exhibit, first.after) == ([a, b], one, [c])
    assert (second.before, second.exhibit, second.after) == ([], two, [d])
    (alone,) = bands([a])
    assert (alone.before, alone.exhibit, alone.after) == ([a], None, [])
