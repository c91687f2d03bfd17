"""The window network against hand calculation, torch and central differences; what outputs see."""

import math

import numpy as np
import pytest
import torch

from rnn_core import Network, memory, window
from rnn_core.initial import initial_weights
from rnn_core.memory import MemorySetup
from rnn_core.propagate import forward
from rnn_core.window import WindowNetwork
from tests.test_core_gradients import assert_every_element_meets_its_central_difference

TIME, BATCH = 6, 2
NETWORK = WindowNetwork(window=3, input_size=2, hidden_size=4, output_size=3)
TEXT = "if (f(y[c], b[a]"


def example(network: WindowNetwork = NETWORK, time: int = TIME):
    rng = np.random.default_rng(4)
    weights = {name: rng.normal(size=shape) for name, shape in network.shapes().items()}
    return weights, rng.normal(size=(time, BATCH, network.input_size))


def test_two_inputs_through_one_unit_are_what_a_pocket_calculator_says():
    network = WindowNetwork(window=2, input_size=1, hidden_size=1, output_size=1)
    weights = {
        "hidden.weight": np.array([[0.5, -2.0]]),
        "hidden.bias": np.array([0.1]),
        "readout.weight": np.array([[3.0]]),
        "readout.bias": np.array([-1.0]),
    }
    trace = window.forward(network, weights, np.array([0.4, 0.2, -0.3])[:, None, None])
    due = [
        3 * math.tanh(0.5 * before - 2.0 * now + 0.1) - 1
        for before, now in ((0.0, 0.4), (0.4, 0.2), (0.2, -0.3))
    ]
    np.testing.assert_allclose(trace.output[:, 0, 0], due, rtol=1e-14)


def test_outputs_and_all_gradients_equal_torch():
    weights, inputs = example()
    grad_output = np.random.default_rng(5).normal(size=(TIME, BATCH, 3))
    module = torch.nn.Sequential(
        torch.nn.Linear(6, 4), torch.nn.Tanh(), torch.nn.Linear(4, 3)
    ).double()
    names = {"0": "hidden", "2": "readout"}
    theirs = {name: names[name[0]] + name[1:] for name, _ in module.named_parameters()}
    module.load_state_dict({name: torch.from_numpy(weights[own]) for name, own in theirs.items()})
    x = torch.from_numpy(inputs).requires_grad_()
    padded = torch.cat([torch.zeros(2, BATCH, 2, dtype=torch.float64), x])
    # unfold puts the window last: (time, batch, feature, window) to window before feature.
    output = module(padded.unfold(0, 3, 1).transpose(2, 3).flatten(2))
    (output * torch.from_numpy(grad_output)).sum().backward()

    trace = window.forward(NETWORK, weights, inputs)
    gradients, grad_inputs = window.backward(trace, weights, grad_output)
    np.testing.assert_allclose(trace.output, output.detach().numpy(), atol=1e-12)
    assert x.grad is not None
    np.testing.assert_allclose(grad_inputs, x.grad.numpy(), atol=1e-12)
    for name, parameter in module.named_parameters():
        assert parameter.grad is not None
        np.testing.assert_allclose(gradients[theirs[name]], parameter.grad.numpy(), atol=1e-12)


def test_every_gradient_meets_its_central_difference():
    weights, inputs = example()
    grad_output = np.random.default_rng(6).normal(size=(TIME, BATCH, 3))
    trace = window.forward(NETWORK, weights, inputs)
    gradients, grad_inputs = window.backward(trace, weights, grad_output)

    def loss() -> float:
        return float((window.forward(NETWORK, weights, inputs).output * grad_output).sum())

    for name, values in (weights | {"inputs": inputs}).items():
        found = (gradients | {"inputs": grad_inputs})[name]
        assert_every_element_meets_its_central_difference(name, values, found, loss)


@pytest.mark.parametrize("k", [1, 3, 9])
def test_the_jacobian_of_every_output_meets_its_central_difference(k):
    network = WindowNetwork(k, 2, 4, 3)
    weights, inputs = example(network)
    jacobians = window.input_jacobians(window.forward(network, weights, inputs), weights, 1)
    for s, feature in np.ndindex(TIME, 2):
        shifted = []
        for change in (1e-5, -1e-5):
            nudged = inputs.copy()
            nudged[s, 1, feature] += change
            shifted.append(window.forward(network, weights, nudged).output[:, 1])
        numeric = (shifted[0] - shifted[1]) / 2e-5
        np.testing.assert_allclose(jacobians[:, s, :, feature], numeric, atol=1e-8)


@pytest.mark.parametrize("k", [1, 3, 9])
def test_the_jacobian_is_exactly_zero_outside_the_window_and_nowhere_else(k):
    network = WindowNetwork(k, 2, 4, 3)
    weights, inputs = example(network)
    jacobians = window.input_jacobians(window.forward(network, weights, inputs), weights)
    for t, s in np.ndindex(TIME, TIME):
        assert bool(jacobians[t, s].any()) is (0 <= t - s < k), (t, s)


def test_a_window_that_is_longer_than_the_sequence_still_has_gradients():
    network = WindowNetwork(5, 2, 3, 1)
    weights, inputs = example(network, time=2)
    trace = window.forward(network, weights, inputs)
    _, grad_inputs = window.backward(trace, weights, np.ones((2, BATCH, 1)))
    jacobians = window.input_jacobians(trace, weights)
    np.testing.assert_allclose(grad_inputs[:, 0], jacobians.sum(0)[:, 0], atol=1e-12)


def test_parameters_are_counted_by_the_formulas_of_the_two_networks():
    size = len(memory.ALPHABET)
    for k, hidden in ((1, 3), (4, 16), (16, 7)):
        counts = memory.parameter_counts(k, hidden)
        assert counts["window"] == hidden * k * size + hidden + size * hidden + size
        assert counts["one step"] == hidden * size + hidden + size * hidden + size
        recurrent = hidden * size + hidden * hidden + 2 * hidden + size * hidden + size
        assert counts["recurrent"] == recurrent


@pytest.mark.parametrize("cell", ["rnn_tanh", "gru", "lstm"])
def test_what_a_recurrent_output_sees_meets_its_central_difference(cell):
    network = Network(cell, 3, 4, output_size=2)
    weights = initial_weights(network, seed=2, init_scale=2.0)
    inputs = np.random.default_rng(3).normal(size=(5, 1, 3))

    def outputs(values):
        (trace,) = forward(network, weights, values)
        return trace.hidden[:, 0] @ weights["readout.weight"].T + weights["readout.bias"]

    (trace,) = forward(network, weights, inputs)
    found = memory.recurrent_sensitivity(network, weights, trace)
    squares = np.zeros((5, 5))
    for s, feature in np.ndindex(5, 3):
        step = np.zeros_like(inputs)
        step[s, 0, feature] = 1e-5
        slope = (outputs(inputs + step) - outputs(inputs - step)) / 2e-5
        squares[:, s] += (slope**2).sum(axis=1)
    np.testing.assert_allclose(found, np.sqrt(squares), atol=1e-8)
    assert (found[np.triu_indices(5, 1)] == 0).all()


def test_a_change_outside_the_window_leaves_the_output_as_it_was_to_the_last_bit():
    shift = memory.moved(MemorySetup(TEXT, window=4), 5, "[")
    steps = np.arange(len(TEXT))
    assert ((shift["one step"] > 0) == (steps == 5)).all()
    assert ((shift["window"] > 0) == ((steps >= 5) & (steps < 9))).all()
    assert ((shift["recurrent"] > 0) == (steps >= 5)).all()


def test_the_trained_lstm_names_the_bracket_that_was_opened_ten_steps_ago():
    setup = MemorySetup(TEXT, recurrent="trained lstm")
    changed = memory.with_character(setup, 5, "[")
    round_, square = (memory.compare(one)[2].output[-1] for one in (setup, changed))
    assert memory.probability(round_, ")") > 0.9 > 0.2 > memory.probability(square, ")")
    assert memory.probability(square, "]") > 0.8
    exponentials = [math.exp(score) for score in round_]
    share = exponentials[memory.ALPHABET.index(")")] / sum(exponentials)
    assert memory.probability(round_, ")") == pytest.approx(share, rel=1e-12)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"window": 0}, "window must be a whole number"),
        ({"recurrent": "trained lstm", "hidden_size": 8}, "hidden_size must be 16"),
        ({"recurrent": "brain"}, "recurrent must be one of"),
        ({"text": "a€"}, "'€' at position 1"),
    ],
)
def test_a_setup_that_cannot_be_says_what_would(change, said):
    with pytest.raises(ValueError, match=said):
        MemorySetup(**({"text": TEXT} | change))


def test_a_changed_character_must_be_one_and_its_step_in_the_text():
    with pytest.raises(ValueError, match="one character; got 'ab'"):
        memory.moved(MemorySetup(TEXT), 3, "ab")
    with pytest.raises(ValueError, match="step must be a whole number, 0 to 15"):
        memory.moved(MemorySetup(TEXT), 16, "a")
