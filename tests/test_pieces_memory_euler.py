"""What the pieces "memory" and "euler" answer when a lesson asks, and how they are drawn."""

import math
from typing import Any

import pytest

from exhibits.pieces.euler import PIECE as EULER
from exhibits.pieces.memory import PIECE as MEMORY
from rnn_core.memory import parameter_counts


def ask(piece: Any, measure: str, changed: dict[str, Any] | None = None, **at: Any) -> float:
    declared = piece.declaration.measure(measure)
    values = piece.declaration.defaults() | (changed or {})
    piece.declaration.fits(values)
    return declared.value(values, {one.name: one.default for one in declared.arguments} | at)


def curve(piece: Any, name: str, changed: dict[str, Any] | None = None, **at: Any) -> Any:
    declared = piece.declaration.curve(name)
    values = piece.declaration.defaults() | (changed or {})
    return declared.value(values, {one.name: one.default for one in declared.arguments} | at)


@pytest.mark.parametrize("piece", [MEMORY, EULER], ids=["memory", "euler"])
def test_every_view_has_its_pictures_for_the_printed_handout(piece):
    declaration = piece.declaration
    for view in declaration.parameter("show").choices:
        values = declaration.defaults() | {"show": view}
        declaration.fits(values)
        assert 1 <= len(piece.still(values, {})) <= 3


@pytest.mark.parametrize("piece", [MEMORY, EULER], ids=["memory", "euler"])
def test_every_default_is_a_value_of_its_parameter(piece):
    for parameter in (*piece.declaration.parameters,):
        assert parameter.check(parameter.default) == parameter.default


def test_each_network_sees_what_its_kind_can():
    for net, due in (("one step", 1), ("window", 4), ("recurrent", 11)):
        assert ask(MEMORY, "inputs_seen", {"output": 10}, net=net) == due
    assert ask(MEMORY, "inputs_seen", {"output": 2}, net="window") == 3
    assert ask(MEMORY, "outputs_moved", {"window": 7}, net="window") == 7
    assert ask(MEMORY, "sensitivity", output=9, input=5, net="window") == 0.0
    assert ask(MEMORY, "sensitivity", output=9, input=6, net="window") > 0.0


def test_the_parameters_do_not_grow_with_the_window_but_in_the_window_network():
    small, large = ({"window": k} for k in (2, 9))
    assert ask(MEMORY, "parameters", small) == ask(MEMORY, "parameters", large)
    grown = ask(MEMORY, "parameters", large, net="window")
    assert grown - ask(MEMORY, "parameters", small, net="window") == 7 * 16 * 59
    drawn = curve(MEMORY, "parameters", net="window")
    assert drawn.y[8] == grown == parameter_counts(9, 16)["window"]
    assert set(curve(MEMORY, "parameters").y) == {ask(MEMORY, "parameters")}


def test_the_fade_of_the_recurrent_network_can_be_drawn_and_that_of_a_window_not():
    fade = curve(MEMORY, "fade")
    assert len(fade.y) == 16
    assert fade.low < min(fade.y)
    assert max(fade.y) < fade.high
    with pytest.raises(ValueError, match="window network's sensitivities are 0"):
        curve(MEMORY, "fade", net="window")


def test_the_trained_network_changes_its_mind_with_the_bracket():
    lstm = {"recurrent": "trained lstm"}
    assert ask(MEMORY, "probability", lstm) > 0.9
    assert ask(MEMORY, "probability", lstm, changed_text="yes") < 0.2
    assert ask(MEMORY, "probability", lstm, changed_text="yes", character="]") > 0.8


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"text": "ab(c", "output": 4}, "output must be at most 3"),
        ({"text": "ab(c", "output": 1, "changed": 9}, "changed must be at most 3"),
        ({"instead": "€"}, "instead must be one of"),
        ({"hidden_size": 4, "recurrent": "trained rnn"}, "hidden_size must be 16"),
    ],
)
def test_values_that_do_not_fit_are_named(changed, said):
    with pytest.raises(ValueError, match=said):
        MEMORY.declaration.fits(MEMORY.declaration.defaults() | changed)


def test_one_euler_step_of_a_leak_is_the_step_itself():
    assert ask(EULER, "euler_state", {"step": 0.25}, time=0.25) == 0.25
    assert ask(EULER, "euler_state", {"step": 0.25}, time=0.5) == 0.25 + 0.25 * 0.75
    assert ask(EULER, "solution", time=1.0) == pytest.approx(1 - math.exp(-1), abs=1e-12)


def test_euler_s_error_halves_and_its_growth_is_one_less_the_step():
    assert ask(EULER, "error_ratio", size=1 / 64) == pytest.approx(2.0, abs=0.03)
    assert ask(EULER, "growth", {"step": 2.5}) == pytest.approx(1.5)
    sizes = curve(EULER, "error").y
    assert sizes[3] == ask(EULER, "error", {"step": 0.125})


def test_a_time_between_euler_s_points_is_refused():
    with pytest.raises(ValueError, match=r"time must be a point of Euler's steps; got 0\.3"):
        ask(EULER, "euler_state", time=0.3)
    with pytest.raises(ValueError, match="unit must be 0"):
        ask(EULER, "solution", unit=1)


def test_unrolling_as_many_inputs_as_there_are_or_more_loses_nothing():
    lost = [ask(EULER, "lost", {"kept": k, "weight": 2.0}) for k in (5, 8, 9, 16)]
    assert lost[0] > 0.9
    assert lost[1:] == [0.0, 0.0, 0.0]


def test_the_curve_of_the_solution_is_that_of_the_leak():
    drawn = curve(EULER, "solution")
    assert drawn.x[8] == 1.0
    assert drawn.y[8] == pytest.approx(1 - math.exp(-1), abs=1e-12)
    assert len(drawn.x) == 65
