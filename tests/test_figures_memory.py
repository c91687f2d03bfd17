"""The strips and maps of memory, and Euler's pictures, by the numbers that they draw."""

import math

import numpy as np
import plotly.graph_objects as go
import pytest

from figures import euler, memory, memory_whole, unrolled
from rnn_core.additive import AdditiveSetup
from rnn_core.memory import MemorySetup, compare, moved, parameter_counts
from tests.test_figures import THEMES, fits, layout, numbers, title, traces

TEXT = "if (f(y[c], b[a]"
SETUP = MemorySetup(TEXT, window=4)
PULSE = (1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
PAIR = AdditiveSetup(PULSE, weight=1.2, units=2, turn=60.0)


def drawings(theme):
    nets, shift = compare(SETUP), moved(SETUP, 5, "[")
    counts = [parameter_counts(k, 16) for k in range(1, 17)]
    leak, runaway = AdditiveSetup(PULSE), AdditiveSetup((-1.0, 3.0) * 8)
    return [
        memory.draw_seen(nets, TEXT, 4, 15, theme=theme),
        memory.draw_seen(nets, TEXT, 4, 0, theme=theme),
        memory.draw_moved(nets, shift, TEXT, 4, 5, "[", theme=theme),
        memory.draw_moved(
            nets, shift, TEXT, 4, 5, " ", likeliest=((")", 0.97), ("]", 0.86)), theme=theme
        ),
        memory_whole.draw_map(nets, TEXT, 4, theme=theme),
        memory_whole.draw_parameters(counts, 4, theme=theme),
        euler.draw_path(leak, 0.5, theme=theme),
        euler.draw_path(PAIR, 1 / 64, "implicit", theme=theme),
        euler.draw_path(runaway, 3.0, theme=theme),
        euler.draw_error(PAIR, 0.125, theme=theme),
        euler.draw_error(leak, 2.5, theme=theme),
        unrolled.draw(PAIR, 3, theme=theme),
        unrolled.draw(leak, 8, theme=theme),
    ]


@pytest.mark.parametrize("theme", THEMES)
def test_every_picture_is_one_that_plotly_accepts_and_fits_a_phone(theme):
    for drawing in drawings(theme):
        go.Figure(drawing.figure.to_dict())
        assert fits(drawing), title(drawing)
        assert len({len(column) for column in drawing.columns.values()}) == 1, drawing.name
        assert drawing.alt.endswith(".")
        assert "nan" not in drawing.alt


def test_the_bars_are_the_sensitivities_and_an_exact_zero_has_none():
    nets = compare(SETUP)
    bars = traces(memory.draw_seen(nets, TEXT, 4, 10), type="bar")
    for bar, net, count in zip(bars, nets, (1, 4, 11), strict=True):
        drawn = numbers(bar["y"])
        assert np.isfinite(drawn).sum() == count
        np.testing.assert_array_equal(drawn[np.isfinite(drawn)], net.sensitivity[10][:11][-count:])


def test_a_tile_is_filled_where_the_output_moved_however_little():
    drawing = memory.draw_moved(compare(SETUP), moved(SETUP, 5, "["), TEXT, 4, 5, "[")
    lit = layout(drawing)["template"]["layout"]["font"]["color"]
    tiles = [one for one in traces(drawing, type="scatter") if one["yaxis"] == "y2"]
    filled = [one for one in tiles if one["marker"]["color"] == one["marker"]["line"]["color"]]
    assert [one["x"] for one in filled] == [[5, 6, 7, 8]]
    assert filled[0]["text"] == ["(", "y", "[", "c"]
    assert filled[0]["marker"]["color"] != lit


def test_the_map_is_blank_where_no_input_arrives():
    heats = traces(memory_whole.draw_map(compare(SETUP), TEXT, 4), type="heatmap")
    counts = [np.isfinite(numbers(heat["z"])).sum() for heat in heats]
    assert counts == [16, 16 + 15 + 14 + 13, 16 * 17 // 2]
    sizes = compare(SETUP)[2].sensitivity
    drawn = numbers(heats[2]["z"])
    assert drawn[15, 0] == pytest.approx(math.log10(sizes[15, 0]), abs=1e-5)


def test_the_map_says_how_many_pairs_touch():
    said = title(memory_whole.draw_map(compare(SETUP), TEXT, 4))[0]
    assert said == "16, 58 and 136 of 136 pairs touch"
    whole = compare(MemorySetup(TEXT, window=16))
    assert title(memory_whole.draw_map(whole, TEXT, 16))[0].startswith("16, 136 and 136 of")


def test_the_parameters_of_the_window_rise_by_hidden_times_inputs_a_step():
    counts = [parameter_counts(k, 16) for k in range(1, 17)]
    lines = {one["name"]: one["y"] for one in traces(memory_whole.draw_parameters(counts, 4))[:3]}
    assert set(np.diff(lines["a window over all T"])) == {16 * 59}
    assert set(np.diff(lines["recurrent"])) == {0}


def test_a_step_beyond_the_text_is_named():
    with pytest.raises(ValueError, match="step must be 0 to 15, got 16"):
        memory.draw_seen(compare(SETUP), TEXT, 4, 16)


def test_the_path_draws_euler_s_points_of_a_leak_and_its_largest_error():
    drawing = euler.draw_path(AdditiveSetup(PULSE), 1.0)
    (points,) = traces(drawing, name="Euler")
    assert points["y"] == [0, 1, 1, 1, 0, 0, 0, 0, 0]
    solution = drawing.columns["solution_0"]
    assert solution[1] == pytest.approx(1 - math.exp(-1), abs=1e-12)
    gap = next(one for one in traces(drawing) if one.get("name", "").startswith("largest error"))
    assert gap["x"] == [1.0, 1.0]
    assert gap["y"] == pytest.approx([1 - math.exp(-1), 1.0], abs=1e-12)


def test_the_errors_stand_on_a_line_of_slope_one():
    drawing = euler.draw_error(AdditiveSetup(PULSE), 0.5)
    (line,) = traces(drawing, name="slope 1")
    assert line["y"][1] / line["y"][0] == pytest.approx(line["x"][1] / line["x"][0])
    (points,) = traces(drawing, name="largest error")
    assert points["y"][-1] == pytest.approx(line["y"][0])
    assert points["x"] == [2.0**-k for k in range(9)]


def test_the_unrolled_picture_marks_nothing_lost_with_a_cross_not_a_bar():
    drawing = unrolled.draw(PAIR, 3)
    (bars,) = [one for one in traces(drawing, type="bar") if one.get("xaxis") == "x2"]
    assert [value is None for value in bars["y"]] == [False] * 7 + [True]
    (crosses,) = [one for one in traces(drawing, type="scatter") if one.get("xaxis") == "x2"]
    assert crosses["x"] == [8]
