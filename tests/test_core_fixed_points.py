"""Fixed points: closed forms, bisection by hand, and that the network really stays there."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rnn_core import (
    CELLS,
    Changes,
    LSTMTrace,
    Network,
    Numbers,
    Record,
    Setup,
    Text,
    fixed_points,
    record,
    run,
    signal,
)
from rnn_core.propagate import forward

BASE = Setup(Numbers(signal("noise", 12, seed=1)), hidden_size=4, init_scale=3.0)
STACKED: dict[str, Any] = {"num_layers": 2, "bidirectional": True}
SETUPS = [replace(BASE, cell=cell, **STACKED) for cell in CELLS if cell != "rnn_relu"]
SETUPS += [replace(BASE, peepholes=True, init_scale=1.5), replace(BASE, cell="rnn_relu")]
SETUPS.append(
    replace(BASE, changes=Changes(pins=((0, "forget_gate", 0, 0.8),), silenced=((0, 2),)))
)


def tanh_network(weight: Any, bias: Any = 0.0, cell: str = "rnn_tanh") -> Record:
    """h = φ(W h + b + x) with x = 0 at every step but the last, where it is 1."""
    size = len(weight)
    network = Network(cell, 1, size, output_size=1)
    weights = {name: np.zeros(shape) for name, shape in network.shapes().items()}
    weights |= {"weight_hh_l0": np.array(weight, float), "weight_ih_l0": np.ones((size, 1))}
    weights["bias_ih_l0"] += bias
    inputs = np.zeros((5, 1, 1))
    inputs[-1] = 1.0
    return record(network, weights, inputs, np.zeros_like(inputs), loss="squared")


def root(f: Any, low: float, high: float) -> float:
    """A zero of f between `low` and `high`, where its sign changes, by bisection."""
    assert f(low) * f(high) < 0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if f(low) * f(middle) > 0 else (low, middle)
    return (low + high) / 2


def stepped(recorded: Record, layer: int, step: int, state: np.ndarray, steps: int = 1):
    """The layer's state after some steps from `state`, its input held; by the core's own loop."""
    trace, size = recorded.layers[layer], recorded.network.hidden_size
    suffix = recorded.network.suffixes[layer]
    weights = {
        name.removesuffix(suffix) + "_l0": value
        for name, value in recorded.weights.items()
        if name.endswith(suffix)
    }
    network = replace(
        recorded.network,
        input_size=trace.inputs.shape[2],
        num_layers=1,
        bidirectional=False,
        output_size=0,
    )
    inputs = np.repeat(trace.inputs[step : step + 1, :1], steps, axis=0)
    cell = state[None, None, size:] if len(state) > size else None
    after = forward(network, weights, inputs, state[None, None, :size], cell, [trace.clamps])[0]
    parts = [after.hidden[-1, 0]] + ([after.cell[-1, 0]] if isinstance(after, LSTMTrace) else [])
    return np.concatenate(parts)


def test_one_tanh_unit_has_the_three_fixed_points_that_bisection_finds():
    weight, bias = 2.0, 0.1
    found = fixed_points(tanh_network([[weight]], bias), 0, 2)
    by_hand = [
        root(lambda h: math.tanh(weight * h + bias) - h, *ends)
        for ends in ((-1.0, -0.7), (-0.5, 0.3), (0.5, 1.0))
    ]
    points = sorted(found.points, key=lambda point: point.state[0])
    assert [point.state[0] for point in points] == pytest.approx(by_hand, abs=1e-12)
    slopes = [weight * (1 - h * h) for h in by_hand]
    assert [point.eigenvalues[0] for point in points] == pytest.approx(slopes, abs=1e-11)
    assert [point.kind for point in points] == ["stable node", "unstable node", "stable node"]
    assert [point.stable for point in points] == [True, False, True]
    assert [point.spectral_radius for point in points] == pytest.approx(slopes, abs=1e-11)


def test_the_input_is_held_at_that_of_the_step():
    """With x = 1 in place of 0, and w = 2, only the fixed point on the right is left."""
    recorded = tanh_network([[2.0]])
    assert len(fixed_points(recorded, 0, 0).points) == 3
    (alone,) = fixed_points(recorded, 0, 4).points
    by_hand = root(lambda h: math.tanh(2 * h + 1) - h, 0.5, 1.0)
    assert alone.state[0] == pytest.approx(by_hand, abs=1e-12)


def test_points_come_nearest_to_the_run_first():
    recorded = tanh_network([[2.0]], 0.1)
    for step in range(5):
        points = fixed_points(recorded, 0, step).points
        here = recorded.layers[0].hidden[step, 0]
        distances = [float(np.linalg.norm(point.state - here)) for point in points]
        assert distances == sorted(distances)
        assert [point.distance for point in points] == pytest.approx(distances)


@pytest.mark.parametrize(
    ("scale", "angle", "kind"),
    [
        (0.9, 0.5, "stable focus"),
        (1.2, 0.5, "unstable focus"),
        (0.9, 0.0, "stable node"),
        (1.2, 0.0, "unstable node"),
        (1.0, 0.5, "marginal"),
    ],
)
def test_a_turned_and_scaled_plane_is_told_by_its_eigenvalues_at_the_origin(scale, angle, kind):
    """tanh has slope 1 at 0, so J there is W: eigenvalues scale · exp(± i angle)."""
    turn = [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    points = fixed_points(tanh_network(scale * np.array(turn)), 0, 0).points
    origin = next(point for point in points if np.linalg.norm(point.state) < 1e-3)
    expected = [scale * np.exp(1j * angle), scale * np.exp(-1j * angle)]
    assert origin.eigenvalues == pytest.approx(expected, abs=1e-5)
    assert origin.kind == kind
    assert origin.stable is kind.startswith("stable")


def test_a_plane_that_grows_one_way_and_shrinks_the_other_is_a_saddle():
    points = fixed_points(tanh_network(np.diag([1.5, 0.5])), 0, 0).points
    kinds = {round(float(point.state[0]), 3): point.kind for point in points}
    side = root(lambda h: math.tanh(1.5 * h) - h, 0.5, 1.0)
    assert kinds == {
        0.0: "saddle",
        round(side, 3): "stable node",
        round(-side, 3): "stable node",
    }


def test_pinned_gates_give_an_lstm_a_closed_form():
    """c = f c + i g with f = ½, i = 1, g = 0.3: c = 0.6, h = tanh 0.6, and J = diag(0, ½)."""
    gates = {"input_gate": 1.0, "forget_gate": 0.5, "candidate": 0.3, "output_gate": 1.0}
    pins = tuple((0, gate, 0, value) for gate, value in gates.items())
    recorded = run(replace(BASE, hidden_size=1, changes=Changes(pins=pins)))
    (point,) = fixed_points(recorded, 0, 3).points
    assert point.state == pytest.approx([math.tanh(0.6), 0.6], abs=1e-12)
    assert point.eigenvalues == pytest.approx([0.5, 0.0], abs=1e-15)
    assert point.kind == "stable node"


@pytest.mark.parametrize("setup", SETUPS, ids=lambda s: f"{s.cell}, {s.num_layers}, {s.peepholes}")
def test_the_network_stays_at_each_and_leaves_it_as_its_eigenvalues_say(setup):
    """J by central differences of the core's own step, column by column."""
    recorded = run(setup)
    for layer in range(len(recorded.layers)):
        found = fixed_points(recorded, layer, 5)
        assert found.points
        assert 0 < found.converged <= found.starts
        for point in found.points:
            after = stepped(recorded, layer, 5, point.state)
            np.testing.assert_allclose(after, point.state, rtol=1e-9, atol=1e-10)
            assert point.residual == pytest.approx(np.linalg.norm(after - point.state), abs=1e-12)
            columns = []
            for unit in np.eye(len(point.state)) * 1e-5:
                ends = [stepped(recorded, layer, 5, point.state + s * unit) for s in (1, -1)]
                columns.append((ends[0] - ends[1]) / 2e-5)
            jacobian = np.array(columns).T
            # The characteristic polynomial, not the values: double ones are ill-conditioned.
            np.testing.assert_allclose(np.poly(point.eigenvalues), np.poly(jacobian), atol=1e-7)


def test_from_nearby_a_stable_point_is_approached_by_its_spectral_radius():
    recorded = run(replace(BASE, cell="gru", init_scale=1.0))
    point = fixed_points(recorded, 0, 5).points[0]
    assert point.stable
    start = point.state + 1e-3
    apart = [
        np.linalg.norm(stepped(recorded, 0, 5, start, steps) - point.state) for steps in (10, 30)
    ]
    assert (apart[1] / apart[0]) ** (1 / 20) == pytest.approx(point.spectral_radius, rel=0.05)


def test_no_two_points_are_the_same_and_equal_runs_have_equal_points():
    recorded = run(replace(BASE, cell="rnn_tanh", hidden_size=16, init_scale=8.0))
    first, second = fixed_points(recorded, 0, 5), fixed_points(recorded, 0, 5)
    assert len(first.points) > 1
    for one, other in zip(first.points, second.points, strict=True):
        np.testing.assert_array_equal(one.state, other.state)
    states = np.array([point.state for point in first.points])
    gaps = np.linalg.norm(states[:, None] - states, axis=-1)
    assert gaps[~np.eye(len(states), dtype=bool)].min() > 1e-5


@pytest.mark.parametrize("cell", ["rnn_tanh", "gru", "lstm"])
@pytest.mark.parametrize("scale", [3.0, 8.0, 20.0])
def test_no_point_lies_where_no_run_can_go(cell, scale):
    """Far out a GRU's update gate rounds to 1, and any h there would stay."""
    for seed in range(3):
        recorded = run(replace(BASE, cell=cell, init_scale=scale, seed=seed))
        for point in fixed_points(recorded, 0, 5).points:
            assert np.abs(point.state[: BASE.hidden_size]).max() <= 1.0


@pytest.mark.filterwarnings("error")
def test_states_near_the_end_of_all_numbers_give_no_warning():
    for weight, bias in ((1.0, 1e200), (1e20, 1.0), (1e70, 0.0)):
        found = fixed_points(tanh_network([[weight]], bias, cell="rnn_relu"), 0, 0)
        # Only h = 0 can stay, and only without a bias.
        assert [point.state.tolist() for point in found.points] == [[0.0]] * (not bias)


def test_a_line_of_fixed_points_is_marginal_not_an_error():
    """relu with W = I: every h ≥ 0 stays, and J - I is singular."""
    found = fixed_points(tanh_network(np.eye(2), cell="rnn_relu"), 0, 0)
    assert any(point.kind == "marginal" for point in found.points)
    assert all(point.residual <= 1e-10 for point in found.points)


def test_a_map_without_fixed_points_has_none():
    """h = relu(h + 1) never stays."""
    found = fixed_points(tanh_network([[1.0]], 1.0, cell="rnn_relu"), 0, 0)
    assert found.points == ()
    assert found.converged == 0 < found.starts


def test_large_layers_and_places_that_are_not_there_are_refused():
    with pytest.raises(ValueError, match=r"at most 16 units .*; got 17"):
        fixed_points(run(replace(BASE, hidden_size=17)), 0, 0)
    with pytest.raises(ValueError, match="step must be a whole number, 0 to 11; got 12"):
        fixed_points(run(BASE), 0, 12)


@pytest.mark.parametrize("step", [7, 8, 9])
def test_a_memory_that_only_accumulates_has_no_points_that_no_run_can_reach(step):
    text = Text("if (x[i]) {f(a[b], c)}")
    pins = tuple((0, "forget_gate", unit, 1.0) for unit in range(16))
    made = run(Setup(text, weights="brackets-lstm", changes=Changes(pins=pins)))
    for point in fixed_points(made, 0, step).points:
        assert np.abs(point.state[16:]).max() <= 1e4
        assert point.kind != "marginal" or point.spectral_radius <= 1 + 1e-6
