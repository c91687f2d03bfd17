"""The page that renders every lesson, from the router as in the app."""

import pytest

from tests.lesson_folder import button, lesson_folder, opened, texts

pytestmark = pytest.mark.usefixtures("lesson_folder")
__all__ = ["lesson_folder"]


def htmls(app) -> str:
    return "\n".join(one.proto.body for one in app.get("html"))


def headings(app) -> list[str]:
    return [one.value for one in (*app.title, *app.header)]


def test_a_lesson_begins_with_what_it_is_for_and_its_first_step():
    app = opened("lesson.py", name="02-second")
    assert headings(app) == ["The second", "The model"]
    assert "- Halve the step\n- Name the order" in texts(app)
    assert "[the first](lesson?name=01-first)" in texts(app)
    assert app.query_params["name"] == "02-second"


def test_a_step_is_a_link_too():
    app = opened("lesson.py", name="02-second", step="how-it-falls")
    assert headings(app) == ["The second", "How it falls"]
    assert "Halve the step" not in texts(app)


@pytest.mark.parametrize("name", ["", "99-nothing", "<b>x</b>"])
def test_an_unknown_lesson_shows_the_contents_and_says_so(name):
    app = opened("lesson.py", name=name)
    assert app.title[0].value == "Lessons"
    assert ("There is no lesson" in texts(app)) == bool(name)


def test_an_unknown_step_is_said_and_the_first_is_shown():
    app = opened("lesson.py", name="01-first", step="nowhere")
    assert headings(app) == ["The first", "Only a text"]
    assert "no step “nowhere”" in texts(app)


def test_the_way_through_two_lessons():
    app = opened("lesson.py", name="01-first")
    assert button(app, "Back").disabled
    button(app, "Next: And the end").click().run()
    assert headings(app) == ["The first", "And the end"]
    assert app.query_params["step"] == "and-the-end"
    button(app, "Back").click().run()
    assert headings(app) == ["The first", "Only a text"]
    button(app, "2 · And the end").click().run()
    button(app, "Finish the lesson").click().run()
    assert headings(app) == ["The first", "What you can do now"]
    assert "- Elman 1990" in texts(app)
    button(app, "Next lesson: The second").click().run()
    assert headings(app) == ["The second", "The model"]
    assert not app.exception


def test_the_last_screen_says_what_is_still_open():
    app = opened("lesson.py", name="02-second", step="end")
    assert headings(app) == ["The second", "Nearly there"]
    assert "Still open" in texts(app)


def test_an_exhibit_stands_covered_until_its_prediction_is_committed():
    app = opened("lesson.py", name="02-second", step="how-it-falls")
    assert "Commit your prediction first." in htmls(app)
    assert not app.get("plotly_chart")


def test_an_exhibit_that_waits_for_nothing_is_there_at_once():
    app = opened("lesson.py", name="02-second")
    assert "Commit your prediction first." not in htmls(app)
    assert len(app.get("plotly_chart")) == 1


def test_the_contents_begin_with_the_first_lesson():
    app = opened("contents.py")
    button(app, "Start here").click().run()
    assert headings(app) == ["The first", "Only a text"]


def test_the_contents_go_on_where_one_was():
    app = opened("lesson.py", name="02-second", step="how-it-falls")
    app.switch_page("contents.py").run()
    assert button(app, "Go on: lesson 2, step 2")


def test_a_lesson_whose_every_step_was_read_is_done_and_the_next_one_waits():
    app = opened("lesson.py", name="01-first")
    button(app, "Next").click().run()
    app.switch_page("contents.py").run()
    assert button(app, "Start lesson 2")
    assert "✓ done" in htmls(app)


def test_the_contents_are_searched():
    app = opened("contents.py")
    app.text_input(key="lessons_q").set_value("haystack").run()
    assert "**1 place**" in texts(app)
    assert "<mark>haystack</mark>" in htmls(app)
    app.text_input(key="lessons_q").set_value("needle").run()
    assert "Nothing found" in texts(app)


def test_a_file_that_cannot_be_read_is_told_of_and_the_others_stay(request):
    folder = request.getfixturevalue("lesson_folder")
    (folder / "03-third.md").write_text("nothing of a lesson", "utf-8")
    app = opened("contents.py")
    assert "03-third.md" in app.error[0].value
    assert "The first" in htmls(app)


def choose(app, index: int):
    """Commits the choice of that number."""
    (radio,) = app.radio
    radio.set_value(index).run()
    return button(app, "Commit").click().run()


@pytest.mark.parametrize(("index", "right"), [(0, 1), (1, 0)])
def test_a_commit_uncovers_the_exhibit_where_the_answer_can_be_seen(index, right):
    app = opened("lesson.py", name="02-second", step="how-it-falls")
    assert "Half the step, half the error." not in texts(app)
    choose(app, index)
    assert "Half the step, half the error." in texts(app)
    (chart,) = app.get("plotly_chart")
    assert "the error" in chart.proto.spec, "the reveal sets show = error"
    app.switch_page("contents.py").run()
    assert f"{right} of 1 predictions right" in htmls(app)


def test_the_last_screen_counts_what_came_out():
    app = opened("lesson.py", name="02-second", step="how-it-falls")
    choose(app, 0)
    button(app, "Finish").click().run()
    counts = htmls(app)
    assert "<b>1 <small>of 1</small></b>predictions right" in counts
    assert "<b>0 <small>of 1</small></b>challenges met" in counts
    assert "Still open" in texts(app)


def test_a_challenge_is_met_by_what_the_exhibit_shows_and_stays_met():
    app = opened("lesson.py", name="02-second")
    assert "Small it is." not in texts(app)
    (slider,) = app.select_slider
    slider.set_value("0.0625").run()
    assert "Small it is." in texts(app)
    slider.set_value("1").run()
    assert "Small it is." in texts(app)


def test_a_lesson_begun_anew_asks_again():
    app = opened("lesson.py", name="02-second", step="how-it-falls")
    choose(app, 0)
    session = app.session_state["lesson_progress"]
    session.forget("second")
    app.run()
    assert "Commit your prediction first." in htmls(app)
