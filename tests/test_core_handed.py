"""What a step hands to the one before it adds up to what arrives there, cut or not."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rnn_core import Changes, LayerTrace, Numbers, Run, Setup, Text, run
from rnn_core.handed import handed_back

TEXT = Setup(sequence=Text("(a[b])(a)"), hidden_size=5, num_layers=2)
SERIES = Setup(sequence=Numbers((0.3, -0.2, 0.9, 0.1, -0.7, 0.4)), hidden_size=4)
SETUPS = [
    replace(base, cell=cell, peepholes=peepholes)
    for base in (TEXT, SERIES)
    for cell, peepholes in (("lstm", False), ("lstm", True), ("gru", False), ("rnn_tanh", False))
]
CUTS = [None, (1, 1), (2, 3), (3, 3), (1, 4)]


def layer_of(made: Run, layer: int) -> Any:
    """The record as a thing with every field, gradients included."""
    trace: LayerTrace = made.layers[layer]
    return trace


@pytest.mark.parametrize("truncation", CUTS)
@pytest.mark.parametrize("setup", SETUPS, ids=lambda s: f"{s.cell}-{s.peepholes}-{s.num_layers}")
def test_what_arrives_is_the_direct_part_and_what_was_handed_over(setup, truncation):
    made = run(replace(setup, truncation=truncation))
    for layer in range(len(made.layers)):
        trace, handed = layer_of(made, layer), handed_back(made, layer)
        arrived = handed.direct[:-1] + handed.hidden[1:]
        np.testing.assert_allclose(trace.grad_hidden[:-1], arrived, atol=1e-12)
        np.testing.assert_allclose(trace.grad_hidden[-1], handed.direct[-1], atol=1e-12)


@pytest.mark.parametrize("truncation", CUTS)
@pytest.mark.parametrize("setup", SETUPS, ids=lambda s: f"{s.cell}-{s.peepholes}-{s.num_layers}")
def test_the_first_step_hands_over_the_gradient_of_the_state_before_it(setup, truncation):
    made = run(replace(setup, truncation=truncation))
    for layer in range(len(made.layers)):
        handed = handed_back(made, layer)
        expected = made.grad_initial_hidden[layer]
        assert expected.any()
        np.testing.assert_allclose(handed.hidden[0], expected, rtol=1e-12, atol=1e-15)
        if handed.cell is not None:
            assert made.grad_initial_cell is not None
            expected = made.grad_initial_cell[layer]
            np.testing.assert_allclose(handed.cell[0], expected, rtol=1e-12, atol=1e-15)


def test_the_first_layers_direct_part_is_the_chain_rule_through_the_second():
    made = run(replace(TEXT, cell="rnn_tanh"))
    above = layer_of(made, 1)
    by_hand = np.zeros_like(made.layers[0].hidden)
    for t in range(len(by_hand)):
        for unit in range(5):
            weights = made.weights["weight_ih_l1"][:, unit]
            slopes = 1 - above.hidden[t, 0] ** 2
            by_hand[t, 0, unit] = (weights * slopes * above.grad_hidden[t, 0]).sum()
    np.testing.assert_allclose(handed_back(made, 0).direct, by_hand, rtol=1e-10)


def test_the_conveyor_hands_over_what_the_forget_gate_lets_through():
    made = run(replace(TEXT, cell="lstm"))
    trace = layer_of(made, 1)
    handed: Any = handed_back(made, 1).cell
    np.testing.assert_allclose(handed, trace.forget_gate * trace.grad_cell, rtol=1e-13)
    by_h = trace.grad_hidden * trace.output_gate * (1 - np.tanh(trace.cell) ** 2)
    np.testing.assert_allclose(trace.grad_cell[:-1], handed[1:] + by_h[:-1], atol=1e-12)


def test_nothing_crosses_a_cut_and_the_state_does():
    whole, cut = run(TEXT), run(replace(TEXT, truncation=(3, 3)))
    for layer in range(2):
        handed: Any = handed_back(cut, layer)
        for start in (3, 6):
            assert not handed.hidden[start].any()
            assert not handed.cell[start].any()
        assert handed.hidden[4].any()
        assert np.array_equal(cut.layers[layer].hidden, whole.layers[layer].hidden)


def test_a_silenced_gru_unit_hands_nothing_along_its_own_state():
    made = run(replace(TEXT, cell="gru", num_layers=1, changes=Changes(silenced=((0, 2),))))
    trace, handed = layer_of(made, 0), handed_back(made, 0)
    arrived = handed.direct[:-1] + handed.hidden[1:]
    np.testing.assert_allclose(trace.grad_hidden[:-1], arrived, atol=1e-12)
