"""The total gradient of an LSTM's cell state: straight along the conveyor, or by the gates."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core import (
    Changes,
    LSTMTrace,
    Network,
    Numbers,
    Setup,
    path_split,
    record,
    run,
    signal,
    total_path_split,
)
from rnn_core.initial import initial_weights

LENGTH = 9
BASE = Setup(Numbers(signal("noise", LENGTH, seed=1)), hidden_size=3, init_scale=2.0)
SETUPS = {
    "one layer": BASE,
    "peepholes": replace(BASE, peepholes=True),
    "three layers": replace(BASE, num_layers=3),
    "two ways": replace(BASE, bidirectional=True),
    "two layers, two ways": replace(BASE, num_layers=2, bidirectional=True),
    "pinned and silenced": replace(
        BASE,
        num_layers=2,
        changes=Changes(
            pins=((0, "forget_gate", 1, 0.9), (1, "output_gate", 0, 0.2)), silenced=((0, 2),)
        ),
    ),
    "cut in pieces": replace(BASE, num_layers=2, truncation=(4, 4)),
    "overlapping windows": replace(BASE, num_layers=2, truncation=(2, 5)),
}


def lstm(recorded, layer: int) -> LSTMTrace:
    trace = recorded.layers[layer]
    assert isinstance(trace, LSTMTrace)
    return trace


@pytest.mark.parametrize("name", SETUPS)
def test_the_total_split_is_the_split_of_each_loss_summed(name):
    recorded = run(SETUPS[name])
    for layer in range(len(recorded.layers)):
        total = total_path_split(recorded, layer)
        apart = [path_split(recorded, layer, source) for source in range(LENGTH)]
        straight = sum(part.direct for part in apart)
        gates = sum(part.gates for part in apart)
        np.testing.assert_allclose(total.straight[:, 0], straight, rtol=0, atol=1e-14)
        np.testing.assert_allclose(total.gates[:, 0], gates, rtol=0, atol=1e-14)
        assert np.abs(total.straight).max() > 1e-3


@pytest.mark.parametrize("name", SETUPS)
def test_both_paths_sum_to_the_gradient_of_the_cell_state(name):
    recorded = run(SETUPS[name])
    for layer in range(len(recorded.layers)):
        straight, gates = total_path_split(recorded, layer)
        grad_cell = lstm(recorded, layer).grad_cell
        assert grad_cell is not None
        np.testing.assert_allclose(straight + gates, grad_cell, rtol=0, atol=1e-15)


def test_the_straight_path_is_the_product_of_the_forget_gates_written_out():
    recorded = run(BASE)
    trace = lstm(recorded, 0)
    o, c, f = trace.output_gate[:, 0], trace.cell[:, 0], trace.forget_gate[:, 0]
    by_readout = recorded.grad_output[:, 0] @ recorded.weights["readout.weight"]
    expected = np.zeros((LENGTH, 3))
    for t in range(LENGTH):
        for k in range(t, LENGTH):
            kept = np.prod(f[t + 1 : k + 1], axis=0)
            expected[t] += kept * by_readout[k] * o[k] * (1 - np.tanh(c[k]) ** 2)
    straight = total_path_split(recorded, 0).straight[:, 0]
    np.testing.assert_allclose(straight, expected, rtol=0, atol=1e-15)


def test_without_recurrent_weights_nothing_comes_by_way_of_the_gates():
    network = Network("lstm", 2, 3, output_size=1)
    weights = initial_weights(network, seed=0, init_scale=2.0)
    weights["weight_hh_l0"][:] = 0.0
    rng = np.random.default_rng(0)
    inputs, targets = rng.normal(size=(6, 4, 2)), rng.normal(size=(6, 4, 1))
    straight, gates = total_path_split(record(network, weights, inputs, targets, loss="squared"), 0)
    assert straight.shape == (6, 4, 3)  # the whole batch
    np.testing.assert_allclose(gates, 0.0, rtol=0, atol=1e-16)
    assert (np.abs(straight) > 0).all()


def test_a_truncated_loss_goes_no_further_back_than_its_window_on_either_path():
    recorded = run(SETUPS["overlapping windows"])
    assert recorded.truncation is not None
    for source in range(LENGTH):
        split = path_split(recorded, 0, source)
        reached = recorded.truncation.first_step(source)
        assert not split.direct[:reached].any()
        assert not split.gates[:reached].any()
        if source < LENGTH - 1:
            assert split.direct[reached : source + 1].all()


def test_a_cell_without_a_conveyor_is_refused():
    recorded = run(replace(BASE, cell="gru"))
    with pytest.raises(ValueError, match="must be an LSTM, whose cell state has two paths; got a"):
        total_path_split(recorded, 0)
    with pytest.raises(ValueError, match="layer must be a whole number, 0 to 0; got 1"):
        total_path_split(recorded, 1)
