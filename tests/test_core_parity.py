"""The NumPy core against torch.nn, float64: outputs, states and every gradient.

Weights cross over by name in both directions, so a misplaced gate or a missing bias fails here.
"""

from typing import Any

import numpy as np
import pytest
import torch

from rnn_core import CELLS, LSTMTrace, Network, network_of, record
from rnn_core.initial import initial_weights
from rnn_core.propagate import backward, forward, top_of
from tests.linear_rnn import LinearCell, LinearRNN

SHAPES = [(1, False), (2, False), (1, True), (3, True)]
TIME, BATCH, INPUTS, HIDDEN = 7, 3, 4, 5


def assert_close(actual: Any, expected: Any, label: str = "") -> None:
    np.testing.assert_allclose(actual, expected, rtol=0.0, atol=1e-10, err_msg=label)


def torch_module(network: Network, weights: dict[str, np.ndarray]) -> torch.nn.RNNBase:
    sizes: dict[str, Any] = {
        "num_layers": network.num_layers,
        "bidirectional": network.bidirectional,
        "dtype": torch.float64,
    }
    kinds = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    if network.cell == "rnn_linear":
        module = LinearRNN(network.input_size, network.hidden_size, **sizes)
    elif network.cell in kinds:
        module = kinds[network.cell](network.input_size, network.hidden_size, **sizes)
    else:
        sizes["nonlinearity"] = network.cell.removeprefix("rnn_")
        module = torch.nn.RNN(network.input_size, network.hidden_size, **sizes)
    own = {k: torch.from_numpy(v.copy()) for k, v in weights.items() if not k.startswith("readout")}
    module.load_state_dict(own, strict=True)
    return module


def start_states(network: Network, rng: np.random.Generator) -> list[Any]:
    shape = (len(network.suffixes), BATCH, network.hidden_size)
    return [rng.normal(size=shape) for _ in range(2 if network.cell == "lstm" else 1)]


@pytest.mark.parametrize(("num_layers", "bidirectional"), SHAPES)
@pytest.mark.parametrize("cell", CELLS)
def test_states_and_all_gradients_equal_torch(cell, num_layers, bidirectional):
    rng = np.random.default_rng(0)
    network = Network(cell, INPUTS, HIDDEN, num_layers, bidirectional)
    weights = initial_weights(network, seed=1, init_scale=1.5, forget_bias=None)
    inputs = rng.normal(size=(TIME, BATCH, INPUTS))
    grad_top = rng.normal(size=(TIME, BATCH, HIDDEN * network.directions))
    starts = start_states(network, rng)

    module = torch_module(network, weights)
    x = torch.from_numpy(inputs).requires_grad_()
    states = [torch.from_numpy(s).requires_grad_() for s in starts]
    output, _ = module(x, tuple(states) if cell == "lstm" else states[0])
    (output * torch.from_numpy(grad_top)).sum().backward()

    layers = forward(network, weights, inputs, *starts)
    gradients = backward(network, weights, layers, grad_top)
    assert_close(top_of(network, layers), output.detach().numpy())
    assert_close(gradients.inputs, x.grad.numpy())
    assert_close(gradients.initial_hidden, states[0].grad.numpy())
    if cell == "lstm":
        assert_close(gradients.initial_cell, states[1].grad.numpy())
    for name, parameter in module.named_parameters():
        assert_close(gradients.weights[name], parameter.grad.numpy(), label=name)
    assert set(gradients.weights) == {name for name, _ in module.named_parameters()}


@pytest.mark.parametrize("cell", CELLS)
def test_gradient_at_every_hidden_and_cell_state_equals_torch_autograd(cell):
    """A Python loop over torch's own cells, its states retained, knows ∂L/∂h_t and ∂L/∂c_t."""
    rng = np.random.default_rng(2)
    network = Network(cell, INPUTS, HIDDEN)
    weights = initial_weights(network, seed=3, init_scale=2.0)
    inputs = rng.normal(size=(TIME, BATCH, INPUTS))
    grad_top = rng.normal(size=(TIME, BATCH, HIDDEN))
    hidden, memory = loop_of_cells(network, weights, inputs)
    total = sum((h * torch.from_numpy(e)).sum() for h, e in zip(hidden, grad_top, strict=True))
    torch.as_tensor(total).backward()

    layer = backward(network, weights, forward(network, weights, inputs), grad_top).layers[0]
    assert layer.grad_hidden is not None
    for t in range(TIME):
        assert_close(layer.hidden[t], hidden[t].detach().numpy(), label=f"h_{t}")
        assert_close(layer.grad_hidden[t], hidden[t].grad.numpy(), label=f"dL/dh_{t}")
        if isinstance(layer, LSTMTrace):
            assert layer.grad_cell is not None
            assert_close(layer.cell[t], memory[t].detach().numpy(), label=f"c_{t}")
            assert_close(layer.grad_cell[t], memory[t].grad.numpy(), label=f"dL/dc_{t}")


def loop_of_cells(network, weights, inputs):
    kinds = {"lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}
    if network.cell == "rnn_linear":
        cell = LinearCell(INPUTS, HIDDEN, dtype=torch.float64)
    elif network.cell in kinds:
        cell = kinds[network.cell](INPUTS, HIDDEN, dtype=torch.float64)
    else:
        phi = network.cell.removeprefix("rnn_")
        cell = torch.nn.RNNCell(INPUTS, HIDDEN, nonlinearity=phi, dtype=torch.float64)
    cell.load_state_dict({k.removesuffix("_l0"): torch.from_numpy(v) for k, v in weights.items()})
    h = c = torch.zeros(BATCH, HIDDEN, dtype=torch.float64)
    hidden, memory = [], []
    for x in torch.from_numpy(inputs):
        if network.cell == "lstm":
            h, c = cell(x, (h, c))
            c.retain_grad()
        else:
            h = cell(x, h)
        h.retain_grad()
        hidden.append(h)
        memory.append(c)
    return hidden, memory


TORCH_LOSSES = {
    "squared": lambda y, t: 0.5 * torch.nn.functional.mse_loss(y, t, reduction="none").sum(-1),
    "binary": lambda y, t: torch.nn.functional.binary_cross_entropy_with_logits(
        y, t, reduction="none"
    ).sum(-1),
    "categorical": lambda y, t: torch.nn.functional.cross_entropy(
        y.flatten(0, 1), t.flatten(), reduction="none"
    ).reshape(t.shape),
}


@pytest.mark.parametrize("loss", TORCH_LOSSES)
def test_losses_and_read_out_gradients_equal_torch(loss):
    rng = np.random.default_rng(4)
    network = Network("gru", INPUTS, HIDDEN, bidirectional=True, output_size=6)
    weights = initial_weights(network, seed=5)
    inputs = rng.normal(size=(TIME, BATCH, INPUTS))
    targets = {
        "squared": rng.normal(size=(TIME, BATCH, 6)),
        "binary": rng.random(size=(TIME, BATCH, 6)),
        "categorical": rng.integers(6, size=(TIME, BATCH)),
    }[loss]
    mask = np.array([True, False, True, True, False, False, True])
    recorded = record(network, weights, inputs, targets, loss=loss, loss_mask=mask)

    module = torch_module(network, weights)
    parts = {k: torch.from_numpy(v).requires_grad_() for k, v in weights.items() if "readout" in k}
    x = torch.from_numpy(inputs).requires_grad_()
    y = module(x)[0] @ parts["readout.weight"].T + parts["readout.bias"]
    y.retain_grad()
    losses = TORCH_LOSSES[loss](y, torch.from_numpy(targets)) * torch.from_numpy(mask)[:, None]
    total = losses.sum(0).mean()
    total.backward()

    assert_close(recorded.loss, total.item())
    assert_close(recorded.losses, losses.detach().numpy())
    assert_close(recorded.output, y.detach().numpy())
    assert_close(recorded.grad_output, y.grad.numpy())
    assert_close(recorded.grad_inputs, x.grad.numpy())
    for name, parameter in [*parts.items(), *module.named_parameters()]:
        assert_close(recorded.grad_weights[name], parameter.grad.numpy(), label=name)


@pytest.mark.parametrize(("num_layers", "bidirectional"), SHAPES)
@pytest.mark.parametrize("cell", CELLS)
def test_network_is_read_off_a_torch_state_dict(cell, num_layers, bidirectional):
    network = Network(cell, INPUTS, HIDDEN, num_layers, bidirectional)
    module = torch_module(network, initial_weights(network, seed=6))
    state = {name: value.numpy() for name, value in module.state_dict().items()}
    assert network_of(cell, state) == network
    assert list(state) == list(network.shapes())
