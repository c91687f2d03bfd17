"""Forward and backward through a stack of recurrent layers, on explicit weights and arrays.

Layer l reads the hidden states of layer l-1, both directions side by side. The cells know
nothing of direction: a reverse layer runs on the flipped sequence and its record is flipped
back, so that row t of every record belongs to input t.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from jaxtyping import Float

from rnn_core import gru, lstm, rnn
from rnn_core.checks import array
from rnn_core.network import GATES, Network, Weights, layer_weights
from rnn_core.trace import (
    FREE,
    Clamps,
    GRUTrace,
    LayerGradients,
    LayerTrace,
    LSTMTrace,
    RNNTrace,
)

NOT_IN_TIME = ("initial_hidden", "initial_cell")


@dataclass(frozen=True, eq=False)
class NetworkGradients:
    """The gradients of a loss; `layers` are the records with their gradients filled in.

    The initial states' rows are in the records' order, as those of PyTorch's h0 and c0.
    """

    layers: tuple[LayerTrace, ...]
    weights: dict[str, np.ndarray]
    inputs: Float[np.ndarray, "time batch features"]
    initial_hidden: Float[np.ndarray, "layers batch hidden"]
    initial_cell: Float[np.ndarray, "layers batch hidden"] | None


def forward(
    network: Network,
    weights: Weights,
    inputs: Float[np.ndarray, "time batch features"],
    initial_hidden: Float[np.ndarray, "layers batch hidden"] | None = None,
    initial_cell: Float[np.ndarray, "layers batch hidden"] | None = None,
    clamps: Sequence[Clamps] = (),
) -> tuple[LayerTrace, ...]:
    """Run the stack; one record per layer and direction, in PyTorch's order.

    Everything is computed in the weights' dtype. The initial states are zero unless given;
    `clamps` has one entry for each record, or none where nothing is held.
    """
    dtype = weights["weight_hh_l0"].dtype
    below = array("inputs", inputs, (None, None, network.input_size), "time, batch, features")
    below = below.astype(dtype, copy=False)
    shape = (len(network.suffixes), below.shape[1], network.hidden_size)
    starts = []
    for name, given in (("initial_hidden", initial_hidden), ("initial_cell", initial_cell)):
        states = (
            np.zeros(shape) if given is None else array(name, given, shape, "layers, batch, hidden")
        )
        starts.append(states.astype(dtype, copy=False))
    clamps = _checked_clamps(network, clamps)
    layers: list[LayerTrace] = []
    for place, suffix in enumerate(network.suffixes):
        if place and place % network.directions == 0:
            below = side_by_side(layers[-network.directions :])
        reverse = suffix.endswith("_reverse")
        trace = _cell_forward(
            network.cell,
            layer_weights(weights, suffix),
            below[::-1] if reverse else below,
            starts[0][place],
            starts[1][place],
            clamps[place],
        )
        layers.append(flipped(trace) if reverse else trace)
    return tuple(layers)


def backward(
    network: Network,
    weights: Weights,
    layers: Sequence[LayerTrace],
    grad_top: Float[np.ndarray, "time batch outputs"],
) -> NetworkGradients:
    """Backpropagate `grad_top`, the gradient with respect to `top_of(network, layers)`."""
    found: list[LayerGradients] = []
    direct = grad_top
    for first in range(len(layers) - network.directions, -1, -network.directions):
        halves = np.split(direct, network.directions, axis=-1)
        group = [
            _layer_backward(
                layers[first + k], layer_weights(weights, network.suffixes[first + k]), half
            )
            for k, half in enumerate(halves)
        ]
        found[:0] = group
        direct = group[0].inputs if len(group) == 1 else group[0].inputs + group[1].inputs
    cells = [gradients.initial_cell for gradients in found if gradients.initial_cell is not None]
    return NetworkGradients(
        layers=tuple(gradients.trace for gradients in found),
        weights={
            name + suffix: value
            for suffix, gradients in zip(network.suffixes, found, strict=True)
            for name, value in gradients.weights.items()
        },
        inputs=direct,
        initial_hidden=np.stack([gradients.initial_hidden for gradients in found]),
        initial_cell=np.stack(cells) if cells else None,
    )


def top_of(
    network: Network, layers: Sequence[LayerTrace]
) -> Float[np.ndarray, "time batch outputs"]:
    """What a read-out sees: the last layer's hidden states (PyTorch's `output`)."""
    return side_by_side(layers[-network.directions :])


def side_by_side(layers: Sequence[LayerTrace]) -> Float[np.ndarray, "time batch outputs"]:
    """The hidden states of one layer's directions, forward first."""
    if len(layers) == 1:
        return layers[0].hidden
    return np.concatenate([layer.hidden for layer in layers], axis=-1)


def flipped(trace: LayerTrace) -> LayerTrace:
    """The record in the other order of time; every row keeps its content."""
    turned: dict[str, Any] = {
        field.name: np.ascontiguousarray(getattr(trace, field.name)[::-1])
        for field in fields(trace)
        if field.name not in NOT_IN_TIME and isinstance(getattr(trace, field.name), np.ndarray)
    }
    return replace(trace, reverse=not trace.reverse, **turned)


def _checked_clamps(network: Network, clamps: Sequence[Clamps]) -> Sequence[Clamps]:
    """One for each record, their arrays as long as the record's gates and units."""
    count, size = len(network.suffixes), network.hidden_size
    if len(clamps) not in (0, count):
        raise ValueError(f"clamps must hold {count}, one for each record; got {len(clamps)}")
    for place, clamp in enumerate(clamps):
        due = {"pins": (GATES[network.cell] * size,), "silenced": (size,)}
        for name, shape in due.items():
            held = getattr(clamp, name)
            if held is not None and held.shape != shape:
                raise ValueError(
                    f"clamps[{place}].{name} must have the shape {shape}; got {held.shape}"
                )
        if clamp.pins is not None and network.cell.startswith("rnn"):
            raise ValueError(f"clamps[{place}].pins: a {network.cell} has no gates to pin")
    return clamps or (FREE,) * count


def _cell_forward(
    cell: str,
    weights: Weights,
    inputs: np.ndarray,
    hidden: np.ndarray,
    memory: np.ndarray,
    clamps: Clamps,
) -> LayerTrace:
    if cell == "lstm":
        return lstm.forward(weights, inputs, hidden, memory, clamps)
    if cell == "gru":
        return gru.forward(weights, inputs, hidden, clamps)
    return rnn.forward(weights, inputs, hidden, cell.removeprefix("rnn_"), clamps)


def _layer_backward(trace: LayerTrace, weights: Weights, direct: np.ndarray) -> LayerGradients:
    if trace.reverse:
        gradients = _layer_backward(flipped(trace), weights, direct[::-1])
        return replace(gradients, trace=flipped(gradients.trace), inputs=gradients.inputs[::-1])
    if isinstance(trace, LSTMTrace):
        return lstm.backward(trace, weights, direct)
    if isinstance(trace, GRUTrace):
        return gru.backward(trace, weights, direct)
    if isinstance(trace, RNNTrace):
        return rnn.backward(trace, weights, direct)
    raise TypeError(f"layers must hold LSTM, GRU or RNN traces; got {type(trace).__name__}")


def layer_adjoint(
    trace: LayerTrace, weights: Weights, direct: Float[np.ndarray, "time batch hidden"]
) -> LayerTrace:
    """One record with its gradients and no more: of `weights` it needs `weight_hh` (peepholes).

    `direct` is ∂L/∂h_t by every way but the layer's own recurrence; rows as in the record.
    """
    if trace.reverse:
        return flipped(layer_adjoint(flipped(trace), weights, direct[::-1]))
    if isinstance(trace, LSTMTrace):
        return lstm.adjoint(trace, weights, direct).trace
    if isinstance(trace, GRUTrace):
        return gru.adjoint(trace, weights, direct).trace
    if isinstance(trace, RNNTrace):
        return rnn.adjoint(trace, weights, direct).trace
    raise TypeError(f"trace must be of an LSTM, GRU or RNN; got {type(trace).__name__}")
