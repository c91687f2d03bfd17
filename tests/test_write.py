"""Write a lesson: what is written is shown as a lesson, or what is wrong with it."""

import pytest

from exhibits.catalogue import declarations
from exhibits.lesson.write import EXAMPLE
from lessons.reader import read_lesson
from tests.lesson_folder import SECOND, button, lesson_folder, opened, texts

pytestmark = pytest.mark.usefixtures("lesson_folder")
__all__ = ["lesson_folder"]


def test_the_example_is_a_lesson_and_is_what_the_page_begins_with():
    text = EXAMPLE.read_text("utf-8")
    read_lesson(text, "99-draft.md", declarations(), evaluate=True)
    app = opened("write.py")
    assert app.text_area(key="write_text").value == text
    assert not app.error


def test_a_lesson_is_shown_as_its_page_shows_it():
    app = opened("write.py")
    app.text_area(key="write_text").set_value(SECOND).run()
    assert {"The second", "The model"} <= {one.value for one in app.header}
    assert "- Halve the step\n- Name the order" in texts(app)
    assert not app.exception


def test_what_is_wrong_is_told_with_line_block_and_what_would_be_right():
    app = opened("write.py")
    wrong = SECOND.replace('controls = ["step"]', 'controls = ["stap"]\nunits = 7')
    app.text_area(key="write_text").set_value(wrong).run()
    said = "\n".join(one.value for one in app.error)
    assert "**2 things to mend**" in texts(app)
    assert "first exhibit" in said
    assert "line 16" in said
    assert "stap" in said
    assert "a whole number from 1 to 2; got 7" in said


def test_what_is_done_in_a_preview_is_not_kept():
    app = opened("write.py")
    app.text_area(key="write_text").set_value(SECOND).run()
    app.switch_page("contents.py").run()
    assert button(app, "Start here")


def test_every_exhibit_has_its_reference():
    app = opened("write.py")
    labels = "\n".join(one.label for one in app.expander)
    for name, declared in declarations().items():
        assert f"`{name}`" in labels
        assert declared.about
