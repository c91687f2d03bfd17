"""The pictures of a weight's gradient, its check, and truncation, by the numbers that they draw."""

import numpy as np
import plotly.graph_objects as go
import pytest

from exhibits.pieces.truncation import PIECE as TRUNCATION
from exhibits.pieces.weight_gradient import PIECE as GRADIENT
from figures import check, running_sum, truncation
from figures.steps import Steps
from rnn_core.gradient_check import EPSILONS, check_entry
from rnn_core.sequences import Text
from rnn_core.setup import Setup
from rnn_core.truncation_course import recall_setup, truncation_course
from tests.test_figures import THEMES, fits, title, traces

TERMS = np.array([0.0, -0.3, 0.1, 0.05, 0.0])
STEPS = Steps.of(Text("(())("), 5)
CHECK = check_entry(Setup(Text("(()())"), cell="rnn_tanh", hidden_size=3), "weight_hh_l0", 0, 1)


def drawings(theme):
    course = truncation_course(recall_setup("rnn_tanh", 8))
    every = truncation_course(Setup(Text("abcab"), cell="lstm", hidden_size=3), "1 step")
    return [
        *(running_sum.draw("∂L/∂W[0, 1]", TERMS, t, STEPS, theme=theme) for t in range(5)),
        *(check.draw("∂L/∂W[0, 1]", CHECK, n, theme=theme) for n in range(len(EPSILONS))),
        *(truncation.draw_agreement(course, k, reach=True, theme=theme) for k in range(1, 9)),
        truncation.draw_agreement(every, 2, theme=theme),
        truncation.draw_memory(1752, 22, 5, theme=theme),
    ]


@pytest.mark.parametrize("theme", THEMES)
def test_every_picture_is_one_that_plotly_accepts_and_fits_a_phone(theme):
    for drawing in drawings(theme):
        go.Figure(drawing.figure.to_dict())
        assert fits(drawing), title(drawing)
        assert len({len(column) for column in drawing.columns.values()}) == 1, drawing.name
        assert drawing.alt.endswith(".")
        assert "nan" not in drawing.alt


def test_the_line_ends_at_the_sum_of_the_terms_that_were_added():
    for back_to, due in ((4, 0.0), (2, 0.15), (0, -0.15)):
        drawing = running_sum.draw("w", TERMS, back_to, STEPS)
        (line,) = traces(drawing, type="scatter")
        assert line["y"][0] == pytest.approx(due)
        assert len(line["y"]) == 5 - back_to
        (bars,) = traces(drawing, type="bar")
        assert bars["y"] == TERMS.tolist()
        assert [o == 1.0 for o in bars["marker"]["opacity"]] == [t >= back_to for t in range(5)]


def test_both_numbers_are_written_and_their_common_digits_are_marked():
    drawing = check.draw("w", CHECK, EPSILONS.index(1e-4) if 1e-4 in EPSILONS else 8)
    marked = [
        note["text"]
        for note in drawing.figure.layout.to_plotly_json()["annotations"]
        if "<u>" in note["text"]
    ]
    assert len(marked) == 2
    first, second = (text.split("</u>")[0] for text in marked)
    assert first == second
    digits = sum(letter.isdigit() for letter in first)
    assert f"{CHECK.analytic:.12e}".lstrip("-").replace(".", "")[:digits] == "".join(
        letter for letter in first if letter.isdigit()
    )


def test_the_curves_are_those_of_the_course_and_a_cut_is_a_cross():
    course = truncation_course(recall_setup("rnn_tanh", 8))
    drawing = truncation.draw_agreement(course, 3, reach=True)
    cosine, ratio, first = traces(drawing, type="scatter")
    np.testing.assert_array_equal(cosine["y"], course.cosine)
    np.testing.assert_array_equal(ratio["y"], course.norm_ratio)
    assert list(first["marker"]["symbol"]) == ["x"] * 7 + ["circle"]
    assert len(traces(truncation.draw_agreement(course, 3), type="scatter")) == 2


def test_memory_rises_with_the_length_and_stays_at_k_where_it_is_cut():
    full, cut, here = traces(truncation.draw_memory(1024, 30, 8), type="scatter")
    assert full["y"][199] == 200
    assert cut["y"][3] == 4
    assert set(cut["y"][7:]) == {8.0}
    assert list(here["y"]) == [8.0]
    assert list(here["x"]) == [30]


@pytest.mark.parametrize("piece", [GRADIENT, TRUNCATION], ids=["weight_gradient", "truncation"])
def test_every_view_has_its_pictures_for_the_printed_handout(piece):
    declaration = piece.declaration
    for view in declaration.parameter("show").choices:
        values = declaration.defaults() | {"show": view}
        declaration.fits(values)
        assert 1 <= len(piece.still(values, {})) <= 3


@pytest.mark.parametrize("piece", [GRADIENT, TRUNCATION], ids=["weight_gradient", "truncation"])
def test_every_default_is_a_value_of_its_parameter(piece):
    for parameter in piece.declaration.parameters:
        assert parameter.check(parameter.default) == parameter.default


def test_values_that_do_not_fit_are_refused_by_name():
    declared = GRADIENT.declaration
    for changed, says in (
        ({"row": 4}, "row must be at most 3; got 4"),
        ({"weight": "weight_ih_l0", "column": 2}, "column must be at most 1; got 2"),
    ):
        with pytest.raises(ValueError, match=says):
            declared.fits(declared.defaults() | changed)
    with pytest.raises(ValueError, match="not in the alphabet"):
        TRUNCATION.declaration.fits(TRUNCATION.declaration.defaults() | {"text": "λx"})


def test_from_k_equal_to_the_length_on_nothing_is_cut():
    declared = TRUNCATION.declaration
    values = declared.defaults() | {"task": "recall", "length": 7, "k": 22}
    assert declared.measure("steps_held").value(values, {}) == 7
    assert declared.measure("cosine").value(values, {}) == pytest.approx(1.0, abs=1e-12)
