"""The pictures of vanishing gradients and of the cliff, by the numbers that they draw."""

import base64

import numpy as np
import pytest

from figures import cliff, vanishing
from figures.drawing import MAX_HEADLINE, MAX_SUBTITLE
from rnn_core.cliff import descend, surface
from rnn_core.vanishing import flow, vanishing_setup

TANH = flow(vanishing_setup("rnn_tanh", 1.0, "uniform"))
LINEAR = flow(vanishing_setup("rnn_linear", 0.5))
FREE, CLIPPED = descend(5.5, -2.0, 0.5, 100), descend(5.5, -2.0, 0.5, 100, 1.0)


def trace(drawing, name):
    return next(one for one in drawing.figure.data if one.name == name)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_norm_is_drawn_as_it_is_on_an_axis_that_stays(theme):
    ranges = set()
    for now in (TANH, LINEAR, flow(vanishing_setup("rnn_linear", 1.5))):
        drawing = vanishing.draw_norms(now, theme=theme)
        np.testing.assert_array_equal(trace(drawing, "‖∂L/∂h‖").y, now.hidden)
        ranges.add(tuple(drawing.figure.layout.yaxis.range))
    assert len(ranges) == 1


def test_the_course_before_the_change_stays_as_a_ghost():
    assert "before" not in [one.name for one in vanishing.draw_norms(TANH).figure.data]
    ghost = trace(vanishing.draw_norms(TANH, LINEAR), "before")
    np.testing.assert_array_equal(ghost.y, LINEAR.hidden)


def test_the_law_of_the_radius_is_a_line_of_its_own():
    line = trace(vanishing.draw_norms(LINEAR), "ρᵏ, k steps back")
    np.testing.assert_allclose(line.y, 0.5 ** np.arange(39.0, -1.0, -1.0))


def test_the_split_draws_both_factors_and_what_each_step_did():
    figure = vanishing.draw_split(TANH).figure
    by_name = {one.name: one for one in figure.data if one.name}
    np.testing.assert_array_equal(by_name["W alone"].y, TANH.by_matrix)
    np.testing.assert_array_equal(by_name["slopes φ′ alone"].y, TANH.by_slopes)
    bars = next(one for one in figure.data if one.type == "bar")
    np.testing.assert_allclose(bars.y, TANH.hidden[:-1] / TANH.hidden[1:])
    assert list(bars.x) == list(range(1, 40))


def test_a_gated_cell_has_no_split_and_the_lstm_shows_its_conveyor():
    with pytest.raises(ValueError, match="needs an RNN"):
        vanishing.draw_split(flow(vanishing_setup("gru", 1.0)))
    lstm = flow(vanishing_setup("lstm", 1.0))
    np.testing.assert_array_equal(trace(vanishing.draw_norms(lstm), "‖∂L/∂c‖").y, lstm.cell)


def test_a_gradient_that_is_exactly_0_is_marked_and_not_hidden():
    found = flow(vanishing_setup("rnn_linear", 0.0))
    assert found.hidden[0] == 0.0
    drawing = vanishing.draw_norms(found)
    assert list(trace(drawing, "exactly 0").x) == list(range(39))
    assert "nothing is left" in drawing.figure.layout.title.text


def test_the_map_is_the_surface_and_the_ways_are_the_descents():
    drawing = cliff.draw_map(FREE, CLIPPED)
    field = drawing.figure.data[0]
    w, b = (np.frombuffer(base64.b64decode(field[name]["bdata"]), "<f4") for name in "xy")
    errors = np.frombuffer(base64.b64decode(field.z["bdata"]), "<f4").reshape(len(b), len(w))
    due = surface(float(w[100]), float(b[140])).error
    assert errors[140, 100] == pytest.approx(due, abs=1e-6)
    np.testing.assert_array_equal(trace(drawing, "with clipping").x, CLIPPED.points[:, 0])
    np.testing.assert_array_equal(trace(drawing, "without clipping").y, FREE.points[:, 1])
    courses = [one for one in drawing.figure.data if one.yaxis == "y2"]
    np.testing.assert_array_equal(courses[1].y, CLIPPED.errors)


def test_a_step_out_of_the_picture_says_where_it_lands():
    notes = [one.text for one in cliff.draw_map(FREE, None).figure.layout.annotations]
    assert any("step 33 lands at (2e2, 3.1e2)" in n or "(201, 314)" in n for n in notes)
    assert not any(
        "lands" in one.text for one in cliff.draw_map(None, CLIPPED).figure.layout.annotations
    )


def test_the_landscape_ends_its_way_at_the_edge_of_the_window():
    way = trace(cliff.draw_surface(FREE, None), "without clipping")
    assert len(way.x) == 34
    assert max(way.y) == pytest.approx(cliff.B_RANGE[1])
    assert max(way.x) < cliff.W_RANGE[1]


@pytest.mark.parametrize(
    "drawing",
    [
        vanishing.draw_norms(TANH),
        vanishing.draw_norms(flow(vanishing_setup("rnn_linear", 1.95, length=100))),
        vanishing.draw_split(TANH, LINEAR),
        cliff.draw_map(FREE, CLIPPED),
        cliff.draw_surface(None, None),
    ],
)
def test_titles_fit_a_phone_and_the_words_and_numbers_are_there(drawing):
    title = drawing.figure.layout.title.text
    headline, _, rest = title.partition("<br>")
    assert len(headline.removeprefix("<b>").removesuffix("</b>")) <= MAX_HEADLINE
    assert len(rest.partition(">")[2].removesuffix("</span>")) <= MAX_SUBTITLE
    assert len(drawing.alt) > 100
    drawing.to_csv()
