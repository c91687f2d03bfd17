"""A nudged input: real changes against runs of the changed sequence, predictions against torch."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from rnn_core import (
    CELLS,
    Changes,
    Network,
    Numbers,
    Setup,
    Text,
    nudge,
    record,
    run,
    signal,
    toward,
)
from rnn_core.initial import initial_weights
from tests.test_core_parity import torch_module

STEP = 3
BASE = Setup(Numbers(signal("noise", 9, seed=1)), hidden_size=3, init_scale=2.0)
STACKED: dict[str, Any] = {"num_layers": 2, "bidirectional": True}
HELD: dict[str, Any] = {"silenced": ((0, 2),)}
SETUPS = [replace(BASE, cell=cell, **STACKED) for cell in CELLS]
SETUPS += [replace(BASE, peepholes=True), replace(BASE, peepholes=True, **STACKED)]
SETUPS += [replace(BASE, cell=cell, changes=Changes(**HELD), **STACKED) for cell in CELLS]
for some_cell, gate in (("lstm", "forget_gate"), ("lstm", "output_gate"), ("gru", "update_gate")):
    pins = ((0, gate, 0, 0.7), (2, "candidate", 1, -0.4))
    SETUPS.append(replace(BASE, cell=some_cell, changes=Changes(pins=pins, **HELD), **STACKED))


def name_of(setup: Setup) -> str:
    parts = [setup.cell, f"{setup.num_layers} layers", *(["peepholes"] * setup.peepholes)]
    return ", ".join(parts + [f"pin {pin[1]}" for pin in setup.changes.pins[:1]])


def moved(setup: Setup, size: float) -> Any:
    """The run of the same setup with another number read at STEP."""
    assert isinstance(setup.sequence, Numbers)
    number = setup.sequence.values[STEP] + size
    return run(replace(setup, changes=replace(setup.changes, inputs=((STEP, number),))))


def one_unit(cell: str, w_ih: float, w_hh: float, bias: float, inputs: list[float]):
    network = Network(cell, 1, 1, output_size=1)
    weights = {name: np.zeros(shape) for name, shape in network.shapes().items()}
    for name, value in (("weight_ih_l0", w_ih), ("weight_hh_l0", w_hh), ("bias_ih_l0", bias)):
        weights[name][:] = value
    x = np.array(inputs)[:, None, None]
    return record(network, weights, x, np.zeros_like(x), loss="squared")


@pytest.mark.parametrize("setup", SETUPS, ids=name_of)
def test_the_real_change_is_that_of_a_run_of_the_changed_sequence(setup):
    before, after = run(setup), moved(setup, 0.5)
    found = nudge(before, STEP, (1.0,), 0.5)
    for old, new, layer in zip(before.layers, after.layers, found.layers, strict=True):
        expected = (new.hidden - old.hidden)[:, 0]
        np.testing.assert_allclose(layer.real, expected, rtol=0, atol=1e-15)
    # `after` asks for the same targets: a changed input leaves them as they were.
    expected = (after.losses - before.losses)[:, 0]
    np.testing.assert_allclose(found.loss_real, expected, rtol=0, atol=1e-14)
    assert np.abs(expected).max() > 1e-4


@pytest.mark.parametrize("setup", SETUPS, ids=name_of)
def test_the_predicted_change_meets_central_differences(setup):
    found = nudge(run(setup), STEP, (1.0,), 0.3)
    up, down = moved(setup, 1e-6), moved(setup, -1e-6)
    for high, low, layer in zip(up.layers, down.layers, found.layers, strict=True):
        slope = (high.hidden - low.hidden)[:, 0] / 2e-6
        np.testing.assert_allclose(layer.predicted, 0.3 * slope, rtol=0, atol=1e-8)
    slope = (up.losses - down.losses)[:, 0] / 2e-6
    np.testing.assert_allclose(found.loss_predicted, 0.3 * slope, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize(("num_layers", "bidirectional"), [(1, False), (3, False), (2, True)])
@pytest.mark.parametrize("cell", CELLS)
def test_the_prediction_equals_the_jvp_of_torch(cell, num_layers, bidirectional):
    network = Network(cell, 4, 3, num_layers, bidirectional, output_size=2)
    weights, rng = initial_weights(network, seed=0, init_scale=2.0), np.random.default_rng(0)
    inputs, targets = rng.normal(size=(7, 2, 4)), rng.normal(size=(7, 2, 2))
    recorded = record(network, weights, inputs, targets, loss="squared")
    direction = rng.normal(size=4)
    found = nudge(recorded, 2, direction, 0.7, sample=1)
    change = torch.zeros(7, 2, 4, dtype=torch.float64)
    change[2, 1] = 0.7 * torch.from_numpy(direction)
    module = torch_module(network, weights)
    _, theirs = torch.autograd.functional.jvp(
        lambda x: module(x)[0], torch.from_numpy(inputs), change
    )
    ours = [layer.predicted for layer in found.layers[-network.directions :]]
    expected = theirs[:, 1].detach().numpy()
    np.testing.assert_allclose(np.concatenate(ours, -1), expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("setup", SETUPS, ids=name_of)
def test_the_predicted_losses_sum_to_the_gradient_of_the_input_times_the_nudge(setup):
    recorded = run(setup)
    found = nudge(recorded, STEP, (1.0,), 0.25)
    assert found.loss_predicted.sum() == pytest.approx(0.25 * recorded.grad_inputs[STEP, 0, 0])


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn_tanh"])
def test_a_tenth_of_the_size_has_a_tenth_of_the_relative_error(cell):
    recorded = run(replace(BASE, cell=cell, **STACKED))
    large, small = (nudge(recorded, STEP, (1.0,), size) for size in (1e-3, 1e-4))
    for a, b in zip(large.layers, small.layers, strict=True):
        reached = np.abs(b.real).max(axis=1) > 0
        ratio = a.relative_error[reached] / b.relative_error[reached]
        np.testing.assert_allclose(ratio, 10.0, rtol=0.05)
        assert STEP in np.flatnonzero(reached)


def test_earlier_steps_do_not_change_and_have_no_error():
    found = nudge(run(BASE), STEP, (1.0,), 0.5).layers[0]
    assert not found.real[:STEP].any()
    assert not found.predicted[:STEP].any()
    assert np.isnan(found.relative_error[:STEP]).all()
    assert np.isfinite(found.relative_error[STEP:]).all()


def test_the_direction_that_reads_from_the_end_breaks_first_at_its_own_first_step():
    recorded = run(replace(BASE, cell="rnn_tanh", bidirectional=True))
    ahead, behind = nudge(recorded, STEP, (1.0,), 50.0).layers
    assert ahead.breaks_at == behind.breaks_at == STEP
    assert np.isnan(behind.relative_error[STEP + 1 :]).all()


def test_a_relu_is_linear_until_it_shuts_and_then_off_by_what_is_missing():
    """a = 2 x + 1 at x = 1: h can fall by 3. Size s predicts -2 s; within 10 % up to s = 1.65."""
    recorded = one_unit("rnn_relu", 2.0, 0.0, 1.0, [1.0, 0.0])
    found = nudge(recorded, 0, (1.0,), -2.0).layers[0]
    assert found.real[:, 0].tolist() == [-3.0, 0.0]
    assert found.predicted[:, 0].tolist() == [-4.0, 0.0]
    assert found.relative_error[0] == pytest.approx(1 / 3)
    assert found.breaks_at == 0
    assert found.linear_up_to == pytest.approx(1.65, rel=0.004)
    assert found.linear_up_to <= 1.65
    open_ = nudge(recorded, 0, (1.0,), 2.0).layers[0]
    assert open_.breaks_at is None
    assert open_.linear_up_to == math.inf


def test_a_relu_at_its_kink_is_linear_for_no_size():
    """At a = 0 the slope is 0, as in PyTorch, and every step up is missed."""
    recorded = one_unit("rnn_relu", 1.0, 0.0, -1.0, [1.0, 0.0])
    assert nudge(recorded, 0, (1.0,), 0.5).layers[0].linear_up_to == 0.0


@pytest.mark.parametrize("tolerance", [0.02, 0.1, 0.5])
def test_linear_up_to_is_where_a_tanh_bends_by_the_tolerance(tolerance):
    """One step of tanh at 0: |tanh s - s| / tanh s = tolerance, solved by bisection."""
    low, high = 1e-6, 10.0
    for _ in range(100):
        middle = (low + high) / 2
        bent = abs(math.tanh(middle) - middle) / math.tanh(middle) > tolerance
        low, high = (low, middle) if bent else (middle, high)
    recorded = one_unit("rnn_tanh", 1.0, 0.0, 0.0, [0.0, 0.0])
    found = nudge(recorded, 0, (1.0,), 0.1, tolerance=tolerance).layers[0]
    assert found.linear_up_to == pytest.approx(low, rel=0.004)
    # In twice the direction half the size does the same.
    twice = nudge(recorded, 0, (2.0,), 0.1, tolerance=tolerance).layers[0]
    assert twice.linear_up_to == pytest.approx(low / 2, rel=0.004)


def test_a_ripple_that_has_died_out_breaks_nothing():
    """Where one of two almost equal changes lies above the floor of rounding and one below."""
    values = tuple(round(value, 3) for value in signal("sine", 200))
    recorded = run(Setup(Numbers(values), cell="gru", hidden_size=12))
    limit = nudge(recorded, 7, (1.0,), 0.1).layers[0].linear_up_to
    assert limit > 0.1
    for size in np.geomspace(1e-3, limit, 60):
        assert nudge(recorded, 7, (1.0,), size).layers[0].breaks_at is None
    assert nudge(recorded, 7, (1.0,), 1.01 * limit).layers[0].breaks_at is not None


@pytest.mark.filterwarnings("error")
def test_a_nudge_beyond_all_numbers_is_infinitely_off_and_says_so_without_a_warning():
    recorded = one_unit("rnn_relu", 1.0, 1e100, 0.0, [1.0, 0.0, 0.0])
    found = nudge(recorded, 0, (1.0,), 1e120)
    assert found.layers[0].relative_error.tolist() == [0.0, math.inf, math.inf]
    assert found.layers[0].breaks_at == 1
    with pytest.raises(ValueError, match="size times direction must leave the input within"):
        nudge(recorded, 0, (1e200,), 1e200)


def test_a_whole_step_towards_a_character_is_the_run_that_reads_it():
    setup = Setup(Text("abcab"), hidden_size=3, init_scale=2.0)
    recorded = run(setup)
    direction = toward(recorded, 1, "c")
    assert direction.tolist() == [0.0, -1.0, 1.0]
    swapped = run(replace(setup, changes=Changes(inputs=((1, "c"),))))
    found = nudge(recorded, 1, direction, 1.0)
    expected = swapped.layers[0].hidden - recorded.layers[0].hidden
    np.testing.assert_allclose(found.layers[0].real, expected[:, 0], rtol=0, atol=1e-15)
    np.testing.assert_allclose(
        found.loss_real, (swapped.losses - recorded.losses)[:, 0], rtol=0, atol=1e-14
    )
    with pytest.raises(ValueError, match="must differ from the one read at step 1"):
        toward(recorded, 1, "b")
    with pytest.raises(ValueError, match="reads numbers"):
        toward(run(BASE), 1, "b")


def test_the_losses_of_probabilities_change_as_predicted():
    """The binary loss: ln-likelihoods of σ(y), worked out here from the nudged output."""
    network = Network("gru", 2, 3, output_size=2)
    weights, rng = initial_weights(network, seed=0, init_scale=2.0), np.random.default_rng(0)
    inputs = rng.normal(size=(5, 3, 2))
    targets = rng.integers(0, 2, size=(5, 3, 2)).astype(float)
    recorded = record(network, weights, inputs, targets, loss="binary")
    size = 1e-4
    found = nudge(recorded, 1, (1.0, -1.0), size, sample=2)
    inputs[1, 2] += np.array([size, -size])
    again = record(network, weights, inputs, targets, loss="binary")
    expected = (again.losses - recorded.losses)[:, 2]
    np.testing.assert_allclose(found.loss_real, expected, rtol=0, atol=1e-15)
    np.testing.assert_allclose(found.loss_predicted, expected, rtol=1e-3, atol=1e-12)


def test_a_nudge_that_makes_no_sense_is_refused():
    recorded = run(BASE)
    for arguments, said in (
        ((9, (1.0,), 1.0), "step must be a whole number, 0 to 8; got 9"),
        ((0, (1.0, 2.0), 1.0), r"direction must have the shape \(1\)"),
        ((0, (0.0,), 1.0), "direction must have an entry that is not 0"),
        ((0, (1.0,), 0.0), "size must not be 0"),
        ((0, (1.0,), math.inf), "size must be a number"),
    ):
        with pytest.raises(ValueError, match=said):
            nudge(recorded, *arguments)
