"""The two paths of an LSTM's gradient, by the numbers that the pictures draw."""

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from exhibits.pieces.path_split import PIECE
from figures import Drawing, paths
from rnn_core.path_course import path_course, path_setup
from tests.test_figures import THEMES, fits, layout, numbers, title, traces

DRAW = (paths.draw_straight, paths.draw_shares, paths.draw_cell)
SETUPS = (
    path_setup(seed=1),
    path_setup(seed=1, forget_bias=-3.0),
    path_setup(seed=0, forget_bias=5.0),
    path_setup(seed=1, forget=0.0),
    path_setup(seed=8, forget=1.0),
    path_setup(2, 1),
    path_setup(100, 1, 1, -3.0),
)
TWO = path_course(path_setup(seed=1, forget_bias=2.0))
DECLARED = PIECE.declaration


@pytest.mark.parametrize("theme", THEMES)
def test_every_picture_is_one_that_plotly_accepts_and_fits_a_phone(theme):
    for setup in SETUPS:
        for draw in DRAW:
            drawing = draw(path_course(setup), theme=theme)
            go.Figure(drawing.figure.to_dict())
            assert fits(drawing), title(drawing)
            assert len({len(column) for column in drawing.columns.values()}) == 1
            assert drawing.alt.endswith(".")
            assert "nan" not in drawing.alt


def test_the_lines_are_the_norms_of_the_course_on_an_axis_that_holds_them():
    for setup in SETUPS[:3]:
        course = path_course(setup)
        drawing = paths.draw_shares(course)
        low, high = layout(drawing)["yaxis"]["range"]
        for name, values in (
            ("all of ‖∂L/∂c‖", course.whole),
            ("straight, Π f", course.direct),
            ("tanh RNN, ‖∂L/∂h‖", course.rnn),
        ):
            (line,) = traces(drawing, name=name)
            np.testing.assert_array_equal(line["y"], values)
            assert low <= np.log10(values.min())
            assert np.log10(values.max()) <= high


def test_the_axis_stays_where_it_is_while_the_bias_moves():
    spans = {
        tuple(layout(paths.draw_shares(path_course(path_setup(seed=1, forget_bias=b))))["yaxis"][k])
        for b in (0.5, 1.0, 2.0, 4.0)
        for k in ("range",)
    }
    assert len(spans) == 1


def test_the_bars_of_both_paths_stack_to_one():
    for setup in SETUPS[:3]:
        bars = traces(paths.draw_shares(path_course(setup)), type="bar")
        assert [bar["name"] for bar in bars] == ["straight", "by the gates"]
        assert bars[0]["marker"]["pattern"]["shape"] != bars[1]["marker"]["pattern"]["shape"]
        together = numbers(bars[0]["y"]) + numbers(bars[1]["y"])
        np.testing.assert_allclose(together, 1.0, atol=1e-12)


def test_the_share_axis_holds_a_share_beyond_all_and_below_nothing():
    course = path_course(SETUPS[4])
    low, high = layout(paths.draw_shares(course))["yaxis2"]["range"]
    assert low < course.gates_share.min() < 0.0
    assert 1.0 < course.direct_share.max() < high
    assert paths.share_limits(np.array([0.3, np.nan, 0.9]), 0.2) == (0.0, 1.0)
    assert paths.share_limits(np.array([-0.3, 1.01]), 0.2) == pytest.approx((-0.4, 1.2))


def test_where_nothing_passes_straight_a_cross_stands_at_zero():
    drawing = paths.draw_straight(path_course(SETUPS[3]))
    (crosses,) = [one for one in traces(drawing) if one.get("marker", {}).get("symbol") == "x"]
    assert crosses["x"] == list(range(39))
    assert layout(drawing)["yaxis"]["ticktext"][0] == "0"
    assert title(drawing)[0].startswith("39 steps back: 0;")


def test_the_headline_says_what_arrives_and_how_much_of_it_straight():
    assert title(paths.draw_shares(TWO))[0] == "0.087 arrives at step 0; 7.2 % straight"
    tiny = title(paths.draw_shares(path_course(SETUPS[1])))[0]
    assert tiny.endswith("; ≈ 0 % straight")
    assert title(paths.draw_shares(path_course(SETUPS[3])))[0].endswith("; 0 % straight")
    against = replace(TWO, direct_share=np.full(40, -0.3), gates_share=np.full(40, 1.3))
    assert title(paths.draw_shares(against))[0].endswith("; −30 % straight")


def test_the_cell_states_are_drawn_in_their_own_size():
    course = path_course(path_setup(seed=1, forget=1.0))
    drawing = paths.draw_cell(course)
    (bars,) = traces(drawing, type="bar")
    np.testing.assert_array_equal(bars["y"], course.cell)
    assert layout(drawing)["yaxis2"]["tickvals"] == [0, 3.0, 6.0]


def test_the_measures_count_back_from_the_loss():
    values = DECLARED.defaults() | {"gate": "pinned", "forget": 0.9}
    assert DECLARED.measure("kept").value(values, {"back": 20}) == pytest.approx(0.9**20)
    assert DECLARED.measure("direct").value(values, {"back": 1}) == pytest.approx(0.9)
    assert DECLARED.measure("forget").value(values, {}) == pytest.approx(0.9)
    with pytest.raises(ValueError, match="back must be at most 39; got 40"):
        DECLARED.measure("whole").value(values, {"back": 40})


def test_a_pinned_gate_has_no_use_for_its_bias_and_a_free_one_none_for_the_pin():
    values, at = DECLARED.defaults(), {"back": 10}
    kept = DECLARED.measure("kept").value
    assert kept(values | {"forget": 0.5}, at) == kept(values, at)
    pinned = values | {"gate": "pinned"}
    assert kept(pinned | {"forget_bias": -2.0}, at) == kept(pinned, at)


def test_the_curves_lie_on_their_axes():
    values = DECLARED.defaults()
    for bias in (-3.0, 1.0, 6.0):
        for curve in DECLARED.curves:
            found = curve.value(values | {"forget_bias": bias}, {})
            assert len(found.x) == 40
            assert found.low <= min(found.y)
            assert max(found.y) <= found.high
    with pytest.raises(ValueError, match="exactly 0"):
        DECLARED.curve("direct").value(values | {"gate": "pinned", "forget": 0.0}, {})


def test_the_handout_gets_the_picture_that_is_shown():
    assert PIECE.still is not None
    for show in ("straight", "shares", "cell"):
        (drawing,) = PIECE.still(DECLARED.defaults() | {"show": show}, {})
        assert isinstance(drawing, Drawing)
        assert drawing.name == f"paths-{show}"
