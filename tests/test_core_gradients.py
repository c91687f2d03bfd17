"""Every element of every hand-written gradient against a central difference, float64."""

from collections.abc import Callable

import numpy as np
import pytest

from rnn_core import CELLS, Network, Record, gru, lstm, readout, record, rnn
from rnn_core.initial import initial_weights
from rnn_core.network import layer_weights
from rnn_core.propagate import forward, top_of

TIME, OUT = 4, 3
STEP = 1e-5
VARIANTS = [(cell, False) for cell in CELLS] + [("lstm", True)]


def assert_every_element_meets_its_central_difference(
    name: str, values: np.ndarray, gradient: np.ndarray, loss: Callable[[], float]
) -> None:
    """`values` is changed in place, element by element, and put back."""
    assert gradient.shape == values.shape, name
    for index in np.ndindex(values.shape):
        kept = values[index]
        values[index] = kept + STEP
        above = loss()
        values[index] = kept - STEP
        below = loss()
        values[index] = kept
        numeric = (above - below) / (2 * STEP)
        assert abs(gradient[index] - numeric) < 1e-8 + 1e-7 * abs(numeric), (
            f"{name}{list(index)}: analytic {gradient[index]:.10g}, numeric {numeric:.10g}"
        )


class Example:
    """A network on random data; its arrays are there to be nudged."""

    def __init__(self, network: Network, loss: str, seed: int, batch: int = 2):
        rng = np.random.default_rng(seed)
        self.network, self.loss_name = network, loss
        self.weights = initial_weights(network, seed=seed, init_scale=1.5, forget_bias=0.5)
        self.inputs = rng.normal(size=(TIME, batch, network.input_size))
        states = (len(network.suffixes), batch, network.hidden_size)
        self.initial_hidden, self.initial_cell = rng.normal(size=states), rng.normal(size=states)
        self.targets = {
            "squared": rng.normal(size=(TIME, batch, OUT)),
            "binary": rng.random(size=(TIME, batch, OUT)),
            "categorical": rng.integers(OUT, size=(TIME, batch)),
        }[loss]
        self.mask = np.array([True, False, True, True])

    def record(self) -> Record:
        return record(
            self.network,
            self.weights,
            self.inputs,
            self.targets,
            loss=self.loss_name,
            loss_mask=self.mask,
            initial_hidden=self.initial_hidden,
            initial_cell=self.initial_cell,
        )

    def loss(self) -> float:
        """The forward pass alone, which is all that a difference needs."""
        states = self.initial_hidden, self.initial_cell
        layers = forward(self.network, self.weights, self.inputs, *states)
        output = readout.forward(self.weights, top_of(self.network, layers))
        return readout.compare(self.loss_name, output, self.targets, self.mask).loss


@pytest.mark.parametrize(
    ("num_layers", "bidirectional", "hidden", "batch"), [(1, False, 3, 2), (2, True, 2, 1)]
)
@pytest.mark.parametrize(("cell", "peepholes"), VARIANTS)
def test_gradients_of_weights_inputs_and_initial_states(
    cell, peepholes, num_layers, bidirectional, hidden, batch
):
    network = Network(cell, 2, hidden, num_layers, bidirectional, peepholes, OUT)
    example = Example(network, "categorical", seed=3, batch=batch)
    first = example.record()
    if cell == "rnn_relu":  # no element may stand at the kink, where there is no derivative
        assert min(abs(layer.preactivation).min() for layer in first.layers) > 1e-3
    pairs = {name: (values, first.grad_weights[name]) for name, values in example.weights.items()}
    pairs["inputs"] = example.inputs, first.grad_inputs
    pairs["initial_hidden"] = example.initial_hidden, first.grad_initial_hidden
    if cell == "lstm":
        assert first.grad_initial_cell is not None
        pairs["initial_cell"] = example.initial_cell, first.grad_initial_cell
    else:
        assert first.grad_initial_cell is None
    for name, (values, gradient) in pairs.items():
        assert_every_element_meets_its_central_difference(name, values, gradient, example.loss)


@pytest.mark.parametrize("loss", ["squared", "binary", "categorical"])
def test_read_out_gradients_of_each_loss(loss):
    example = Example(Network("gru", 2, 3, output_size=OUT), loss, seed=4)
    first = example.record()
    assert first.loss == pytest.approx(example.loss(), abs=1e-14)
    for name in ("readout.weight", "readout.bias", "weight_hh_l0"):
        assert_every_element_meets_its_central_difference(
            name, example.weights[name], first.grad_weights[name], example.loss
        )


@pytest.mark.parametrize(("cell", "peepholes"), VARIANTS)
def test_gradients_of_the_preactivation_are_those_of_a_nudge_at_one_step(cell, peepholes):
    """With an identity for W_ih, a change of x_t is a change of a_t alone."""
    gates = Network(cell, 1, 3).shapes()["weight_ih_l0"][0]
    network = Network(cell, gates, 3, peepholes=peepholes, output_size=OUT)
    example = Example(network, "squared", seed=5)
    example.weights["weight_ih_l0"] = np.eye(gates)
    gradient = example.record().layers[0].grad_preactivation
    assert gradient is not None
    assert_every_element_meets_its_central_difference(
        "preactivation", example.inputs, gradient, example.loss
    )


@pytest.mark.parametrize(("cell", "peepholes"), VARIANTS)
def test_going_back_in_two_pieces_equals_going_back_at_once(cell, peepholes):
    """What the later piece hands to its first state is what the earlier one starts from."""
    network = Network(cell, 2, 3, peepholes=peepholes)
    weights = layer_weights(initial_weights(network, seed=6, init_scale=2.0), "_l0")
    rng = np.random.default_rng(7)
    inputs, direct = rng.normal(size=(6, 2, 2)), rng.normal(size=(6, 2, 3))
    module = {"lstm": lstm, "gru": gru}.get(cell, rnn)
    states = ("initial_hidden", "initial_cell") if cell == "lstm" else ("initial_hidden",)
    zeros = [np.zeros((2, 3)) for _ in states]
    kind = {"nonlinearity": cell.removeprefix("rnn_")} if module is rnn else {}

    whole = module.forward(weights, inputs, *zeros, **kind)
    early = module.forward(weights, inputs[:4], *zeros, **kind)
    ends = [early.hidden[-1]] + ([early.cell[-1]] if cell == "lstm" else [])
    late = module.forward(weights, inputs[4:], *ends, **kind)
    from_late = module.backward(late, weights, direct[4:])
    beyond = [getattr(from_late, name) for name in states]
    from_early = module.backward(early, weights, direct[:4], *beyond)
    at_once = module.backward(whole, weights, direct)
    for name, gradient in at_once.weights.items():
        pieces = from_early.weights[name] + from_late.weights[name]
        np.testing.assert_allclose(pieces, gradient, rtol=0, atol=1e-13, err_msg=name)
    for name in states:
        np.testing.assert_allclose(
            getattr(from_early, name), getattr(at_once, name), rtol=0, atol=1e-13, err_msg=name
        )
