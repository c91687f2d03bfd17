"""The card of a prediction: asked, committed once, and then it stays as it was committed."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from exhibits.lesson.curve import _axes
from lessons.declared import Curve

WHY = "Because it is so."


def page() -> None:
    """A card for the prediction that the session names; `a` is the exhibit's one value."""
    import streamlit as st

    from exhibits.lesson.challenge import challenge_card
    from exhibits.lesson.prediction import predict
    from exhibits.lesson.standing import Outcome
    from lessons.declared import Curve, CurveMeasure, Declaration, Measure, Real
    from lessons.lesson import (
        Challenge,
        ChoiceAnswer,
        CurveAnswer,
        NumberAnswer,
        Prediction,
    )

    def measured(values, at):
        if values["a"] > 8:
            raise ValueError("a is too large for it")
        return values["a"] * 1.0625

    def curved(values, at):
        return Curve((0.0, 1.0, 2.0), (0.125, 0.375, values["a"]), "t", "y", 0.0, values["b"])

    exhibit = Declaration(
        name="e",
        about="",
        parameters=(
            Real(name="a", label="a", default=1, low=0, high=9),
            Real(name="b", label="b", default=1, low=0, high=9),
        ),
        measures=(Measure(name="m", about="", value=measured, unit="losses"),),
        curves=(CurveMeasure(name="c", about="", value=curved),),
    )
    answers: dict[str, ChoiceAnswer | NumberAnswer | CurveAnswer] = {
        "choice": ChoiceAnswer(("Fades", "Stays *here*", "Grows"), 1),
        "number": NumberAnswer("m", {}, within_percent=10),
        "curve": CurveAnswer("c", {}, 0.1),
    }
    state = st.session_state
    values = state.setdefault("values", {"a": 0.625, "b": 1.0})
    commits = state.setdefault("commits", [])
    saved = Outcome(commits[0][1], commits[0][0]) if commits else None
    if "saved" in state:
        saved = Outcome(state["saved"][1], state["saved"][0])
    asked = Prediction("p", "What *happens*?", answers[state["which"]], "Because it is so.")
    done = predict(
        asked,
        key="k",
        declaration=None if state["which"] == "choice" else exhibit,
        values=lambda: values,
        saved=saved,
        commit=lambda given, right: commits.append((given, right)),
    )
    st.text(f"committed: {done}")
    challenge_card(Challenge("c", "Try it.", "Done it.", "e", ()), key="t", done=done)


def opened(which: str, **state) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    app.session_state["which"] = which
    for name, value in state.items():
        app.session_state[name] = value
    app.run()
    assert not app.exception
    return app


def html(app: AppTest) -> str:
    return "\n".join(one.proto.body for one in app.get("html"))


def whole(app: AppTest) -> str:
    """The words of the whole page and of every component's data."""
    written = [one.value for kind in (app.markdown, app.caption, app.text) for one in kind]
    data = [one.proto.json for one in app.get("bidi_component")]
    return "\n".join([*written, *data, html(app)])


def commit(app: AppTest) -> AppTest:
    app.button(key="k.commit").click().run()
    assert not app.exception
    return app


def committed(app: AppTest) -> bool:
    return app.text[0].value == "committed: True"


def drawing(values, high: float = 1.0):
    axes = Curve((0.0, 1.0, 2.0), (0, 0, 0), "t", "y", 0.0, high)
    return {"k_curve.drawn": (_axes(axes)["name"], tuple(values))}


def test_nothing_is_chosen_beforehand_and_nothing_can_be_committed():
    app = opened("choice")
    assert app.radio(key="k.choice").value is None
    assert app.button(key="k.commit").disabled
    assert not committed(app)
    assert WHY not in whole(app)


@pytest.mark.parametrize(("picked", "right"), [(1, True), (0, False)])
def test_a_choice_is_committed_and_shown_beside_the_right_one(picked, right):
    app = opened("choice")
    app.radio(key="k.choice").set_value(picked).run()
    commit(app)
    assert app.session_state["commits"] == [({"given": picked, "truth": 1}, right)]
    assert committed(app)
    assert not app.radio
    assert not app.button
    notes = [one for one in html(app).split("\n") if "card-note" in one]
    assert len(notes) == (1 if right else 2)
    assert ("You had it." in html(app)) == right
    assert ("It turns out otherwise." in html(app)) != right
    assert WHY in whole(app)


@pytest.mark.parametrize(
    ("typed", "right", "said"),
    [
        ("0.66", True, "You had it, within ±10 %."),
        ("0,7", True, "You had it, within ±10 %."),
        ("85/128", True, "You had it exactly."),
        ("1 losses", False, "51 % too high; right was within ±10 %."),
    ],
)
def test_a_number_is_graded_against_the_exhibit_s_own(typed, right, said):
    app = opened("number")
    assert app.button(key="k.commit").disabled
    assert "Right within ±10 %." in whole(app)
    app.text_input(key="k.number").set_value(typed).run()
    assert "0.6641" not in whole(app)
    commit(app)
    (given, was_right) = app.session_state["commits"][0]
    assert given["truth"] == pytest.approx(0.625 * 1.0625)
    assert was_right is right
    assert said in html(app)
    assert "0.6641" in html(app)
    assert "losses" in html(app)


def test_it_is_graded_with_what_the_exhibit_shows_at_the_commit():
    app = opened("number")
    app.text_input(key="k.number").set_value("4.25").run()
    app.session_state["values"]["a"] = 4.0
    commit(app)
    assert app.session_state["commits"] == [({"given": 4.25, "truth": 4.25}, True)]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("much", "“much” is not a number"),
        ("<b>x</b>", "“&lt;b&gt;x&lt;/b&gt;” is not a number"),
        ("16,123", "may be 16.123 or 16123"),
    ],
)
def test_what_is_no_number_is_said_at_the_field_as_text(typed, says):
    app = opened("number")
    app.text_input(key="k.number").set_value(typed).run()
    assert says in html(app)
    assert app.button(key="k.commit").disabled
    app.text_input(key="k.number").set_value("").run()
    assert "card-wrong" not in html(app)


def test_an_exhibit_without_the_number_says_why_and_nothing_is_committed():
    app = opened("number")
    app.text_input(key="k.number").set_value("4").run()
    app.session_state["values"]["a"] = 8.5
    commit(app)
    assert "This could not be taken: a is too large for it." in html(app)
    assert not app.session_state["commits"]
    assert not committed(app)


@pytest.mark.parametrize(
    ("drawn", "right"), [((0.25, 0.375, 0.625), True), ((1.0, 1.0, 1.0), False)]
)
def test_a_drawn_curve_is_committed_and_the_true_one_laid_over_it(drawn, right):
    app = opened("curve", **drawing(drawn))
    assert "0.375" not in whole(app).replace("[0.25, 0.375, 0.625]", "")
    commit(app)
    (given, was_right) = app.session_state["commits"][0]
    assert given["given"] == list(drawn)
    assert given["truth"] == [0.125, 0.375, 0.625]
    assert was_right is right
    (shown,) = app.get("bidi_component")
    data = json.loads(shown.proto.json)
    assert data["drawn"] == list(drawn)
    assert data["truth"] == [0.125, 0.375, 0.625]
    assert ("You had it: on average 4.2 % of the axis" in html(app)) == right


def test_a_curve_with_a_gap_cannot_be_committed():
    app = opened("curve", **drawing((0.25, None, 0.625)))
    assert app.button(key="k.commit").disabled


def test_a_curve_drawn_on_axes_that_have_changed_since_is_not_graded():
    app = opened("curve", **drawing((0.25, 0.5, 0.625)))
    app.session_state["values"]["b"] = 5.0
    commit(app)
    assert not app.session_state["commits"]
    assert "the exhibit has changed since the curve was drawn" in html(app)


@pytest.mark.parametrize("which", ["number", "curve"])
def test_what_was_committed_stays_whatever_the_exhibit_shows_later(which):
    app = opened(which, **(drawing((0.25, 0.375, 0.625)) if which == "curve" else {}))
    if which == "number":
        app.text_input(key="k.number").set_value("0.7").run()
    commit(app)
    before = whole(app)
    app.session_state["values"].update(a=8.5, b=5.0)
    app.run()
    assert whole(app) == before
    assert committed(app)


@pytest.mark.parametrize(
    "saved",
    [
        (None, True),
        ({"given": 7, "truth": 1}, False),
        ({"given": 1, "truth": 0}, True),
        ("<script>", False),
        ({"given": 0, "truth": 1}, True),  # the store says right, this lesson would not
    ],
)
def test_an_answer_to_another_wording_is_counted_and_only_the_reason_shown(saved):
    app = opened("choice", saved=saved)
    assert committed(app)
    assert "before its wording changed" in whole(app)
    assert "You had it." not in html(app)
    assert WHY in whole(app)


def test_a_challenge_says_what_it_showed_once_it_is_done():
    app = opened("choice")
    assert "Try this" in html(app)
    assert "Done it." not in whole(app)
    app.radio(key="k.choice").set_value(0).run()
    commit(app)
    assert "Done it." in whole(app)
    assert "Try this" not in html(app)
