"""A stack of recurrent layers and its read-out: the parameters' names and shapes.

They are PyTorch's, so a `state_dict` goes both ways: layer l has `weight_ih_l{l}` (G·H, I),
`weight_hh_l{l}` (G·H, H), `bias_ih_l{l}`, `bias_hh_l{l}` (G·H), the reverse direction the same
with `_reverse`; G is 1 for the RNN, 3 for the GRU (r, z, n), 4 for the LSTM (i, f, g, o).
Peepholes are `weight_ci_l{l}`, `weight_cf_l{l}`, `weight_co_l{l}` (H), the read-out is
`readout.weight` (out, D·H) and `readout.bias` (out), D = 2 where bidirectional.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from rnn_core.checks import array, flag, one_of, whole

CELLS = ("rnn_tanh", "rnn_relu", "rnn_linear", "gru", "lstm")
GATES = {"rnn_tanh": 1, "rnn_relu": 1, "rnn_linear": 1, "gru": 3, "lstm": 4}
PEEPHOLES = ("weight_ci", "weight_cf", "weight_co")
LAYER_NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", *PEEPHOLES)
MAX_HIDDEN_SIZE = 256
MAX_LAYERS = 4

Weights: TypeAlias = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Network:
    """The sizes of a network, from which the names and shapes of its parameters follow.

    `output_size` 0 means that it has no read-out.
    """

    cell: str
    input_size: int
    hidden_size: int
    num_layers: int = 1
    bidirectional: bool = False
    peepholes: bool = False
    output_size: int = 0

    def __post_init__(self) -> None:
        one_of("cell", self.cell, CELLS)
        for name in ("input_size", "hidden_size", "num_layers"):
            whole(name, getattr(self, name), 1)
        whole("output_size", self.output_size, 0)
        flag("bidirectional", self.bidirectional)
        if flag("peepholes", self.peepholes) and self.cell != "lstm":
            raise ValueError(f"peepholes belong to the LSTM; got peepholes=True with {self.cell!r}")

    @property
    def directions(self) -> int:
        return 2 if self.bidirectional else 1

    @property
    def suffixes(self) -> list[str]:
        """The ends of the parameters' names, one for each record of a run, in its order."""
        ends = ("", "_reverse")[: self.directions]
        return [f"_l{layer}{end}" for layer in range(self.num_layers) for end in ends]

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Every parameter's name and shape, in the order of PyTorch's `state_dict`."""
        hidden, gates = self.hidden_size, GATES[self.cell] * self.hidden_size
        shapes: dict[str, tuple[int, ...]] = {}
        for place, suffix in enumerate(self.suffixes):
            below = self.input_size if place < self.directions else self.directions * hidden
            shapes[f"weight_ih{suffix}"] = (gates, below)
            shapes[f"weight_hh{suffix}"] = (gates, hidden)
            shapes[f"bias_ih{suffix}"] = (gates,)
            shapes[f"bias_hh{suffix}"] = (gates,)
            if self.peepholes:
                shapes.update({f"{name}{suffix}": (hidden,) for name in PEEPHOLES})
        if self.output_size:
            shapes["readout.weight"] = (self.output_size, self.directions * hidden)
            shapes["readout.bias"] = (self.output_size,)
        return shapes

    def checked(self, weights: Weights) -> dict[str, np.ndarray]:
        """`weights` with exactly this network's names and shapes, one dtype, all finite."""
        shapes = self.shapes()
        for name, shape in shapes.items():
            if name not in weights:
                raise ValueError(f"weights: {name} is missing; it should have shape {shape}")
        for name in weights:
            if name not in shapes:
                raise ValueError(f"weights: {name} has no place in {self}")
        kept = {
            name: array(name, weights[name], shape, axes="rows, columns"[: 6 * len(shape)])
            for name, shape in shapes.items()
        }
        if len(kinds := sorted({str(value.dtype) for value in kept.values()})) > 1:
            raise TypeError(f"weights must share one dtype; got {' and '.join(kinds)}")
        return kept


def network_of(cell: str, weights: Weights) -> Network:
    """The network that has these parameters, for instance those of a PyTorch `state_dict`."""
    gates = GATES[one_of("cell", cell, CELLS)]
    first = weights.get("weight_ih_l0")
    if first is None or np.ndim(first) != 2:
        raise ValueError(f"weights must hold a matrix weight_ih_l0; got {sorted(weights)}")
    if len(first) % gates or not len(first):
        raise ValueError(f"weight_ih_l0 of a {cell} has {gates}·hidden_size rows; got {len(first)}")
    network = Network(
        cell=cell,
        input_size=first.shape[1],
        hidden_size=len(first) // gates,
        num_layers=sum(
            name.startswith("weight_ih") and not name.endswith("_reverse") for name in weights
        ),
        bidirectional="weight_ih_l0_reverse" in weights,
        peepholes="weight_ci_l0" in weights,
        output_size=len(weights.get("readout.bias", ())),
    )
    network.checked(weights)
    return network


def layer_weights(weights: Weights, suffix: str) -> dict[str, np.ndarray]:
    """One layer's and direction's parameters, under the names that its cell module uses."""
    return {name: weights[name + suffix] for name in LAYER_NAMES if name + suffix in weights}
