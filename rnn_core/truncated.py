"""Truncated backpropagation through time, BPTT(k2; k1) (Williams & Peng 1990).

Every k1 steps the losses of those k1 steps go back through the last k2 steps, no further: the
state crosses the cut, the adjoint does not. k1 = k2 = T is full BPTT; k1 = k2 < T cuts the
sequence into pieces; k1 < k2 overlaps them, so that every loss reaches back k2 - k1 steps at
least.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from jaxtyping import Float

from rnn_core import readout
from rnn_core.checks import whole
from rnn_core.network import Network, Weights
from rnn_core.propagate import NOT_IN_TIME, NetworkGradients, backward, top_of
from rnn_core.record import Record
from rnn_core.trace import LayerTrace, LSTMTrace, Truncated


def check_truncation(k1: Any, k2: Any, length: int, bidirectional: bool) -> tuple[int, int]:
    """(k1, k2) where they can cut `length` steps: 1 ≤ k1 ≤ k2 ≤ T, and reading forward alone."""
    k2 = whole("k2", k2, 1, length)
    k1 = whole("k1", k1, 1, k2)
    if bidirectional:
        raise ValueError(
            "truncated BPTT needs a network that reads forward alone; got bidirectional=True"
        )
    return k1, k2


@np.errstate(over="ignore", invalid="ignore")  # what outgrows its dtype is infinite, or NaN
def truncated(run: Record, k1: int, k2: int) -> Truncated:
    """The gradient of a run by BPTT truncated to (k1, k2); 1 ≤ k1 ≤ k2 ≤ T."""
    length = len(run.inputs)
    k1, k2 = check_truncation(k1, k2, length, run.network.bidirectional)
    top = top_of(run.network, run.layers)
    grad_top, of_readout = readout.backward(run.weights, top, run.grad_output)
    full = run.grad_weights
    if run.truncation is not None:
        full = backward(run.network, run.weights, run.layers, grad_top).weights
    stops = [*range(k1, length, k1), length]
    windows = tuple((max(0, stop - k2), stop) for stop in stops)
    summed = backward_cut(run.network, run.weights, run.layers, grad_top, windows)
    cosine, ratio = _compared(summed.weights, full)
    steps_held = max(stop - start for start, stop in windows)
    for_a_step = _bytes_for_a_step(run.layers)
    return Truncated(
        grad_weights=summed.weights | of_readout,
        grad_inputs=summed.inputs,
        grad_initial_hidden=summed.initial_hidden,
        grad_initial_cell=summed.initial_cell,
        layers=summed.layers,
        cosine=cosine,
        norm_ratio=ratio,
        windows=windows,
        steps_held=steps_held,
        bytes_held=for_a_step * steps_held,
        bytes_full=for_a_step * length,
    )


def backward_cut(
    network: Network,
    weights: Weights,
    layers: Sequence[LayerTrace],
    grad_top: Float[np.ndarray, "time batch outputs"],
    windows: Sequence[tuple[int, int]],
) -> NetworkGradients:
    """`propagate.backward` through each window (start, stop) alone, the gradients added up.

    The windows are in time's order; a loss goes back through the first window that holds it.
    """
    summed, first = _Sums(layers, weights), 0
    for start, stop in windows:
        new = grad_top[start:stop].copy()
        new[: first - start] = 0.0  # their losses went back with an earlier window
        pieces = [_window(layer, start, stop) for layer in layers]
        summed.add(backward(network, weights, pieces, new), start, stop)
        first = stop
    return summed.found()


class _Sums:
    """The gradients of all windows, added up."""

    def __init__(self, layers: Sequence[LayerTrace], weights: Weights) -> None:
        self.layers = tuple(_without_gradients(layer) for layer in layers)
        self.weights = {
            name: np.zeros_like(value)
            for name, value in weights.items()
            if not name.startswith("readout")
        }
        self.inputs = np.zeros_like(layers[0].inputs)
        self.initial_hidden = np.stack([np.zeros_like(layer.initial_hidden) for layer in layers])
        self.initial_cell = (
            np.zeros_like(self.initial_hidden) if isinstance(layers[0], LSTMTrace) else None
        )

    def add(self, found: NetworkGradients, start: int, stop: int) -> None:
        for name, value in found.weights.items():
            self.weights[name] += value
        for layer, piece in zip(self.layers, found.layers, strict=True):
            for name in _gradient_names(layer):
                getattr(layer, name)[start:stop] += getattr(piece, name)
        self.inputs[start:stop] += found.inputs
        if start == 0:  # the others start from a state that the adjoint does not cross
            self.initial_hidden += found.initial_hidden
            if self.initial_cell is not None:
                self.initial_cell += found.initial_cell

    def found(self) -> NetworkGradients:
        return NetworkGradients(
            self.layers, self.weights, self.inputs, self.initial_hidden, self.initial_cell
        )


def _bytes_for_a_step(layers: Sequence[LayerTrace]) -> int:
    """What the forward pass keeps of one step, an array that two records share counted once."""
    kept = {
        (array.__array_interface__["data"], array.strides): array.nbytes // len(array)
        for layer in layers
        for array in _in_time(layer).values()
    }
    return sum(kept.values())


def _in_time(trace: LayerTrace) -> dict[str, np.ndarray]:
    """The arrays of a record that have a row for each step, gradients left out."""
    left_out = {*NOT_IN_TIME, *_gradient_names(trace)}
    values = {field.name: getattr(trace, field.name) for field in fields(trace)}
    return {
        name: value
        for name, value in values.items()
        if name not in left_out and isinstance(value, np.ndarray)
    }


def _window(trace: LayerTrace, start: int, stop: int) -> LayerTrace:
    """Steps start to stop - 1 of a record, with the state that they began from."""
    changed: dict[str, Any] = dict.fromkeys(_gradient_names(trace))
    changed |= {name: value[start:stop] for name, value in _in_time(trace).items()}
    if start:
        changed["initial_hidden"] = trace.hidden[start - 1]
        if isinstance(trace, LSTMTrace):
            changed["initial_cell"] = trace.cell[start - 1]
    return replace(trace, **changed)


def _gradient_names(trace: LayerTrace) -> list[str]:
    return [field.name for field in fields(trace) if field.name.startswith("grad_")]


def _without_gradients(trace: LayerTrace) -> LayerTrace:
    like = dict.fromkeys(_gradient_names(trace), trace.hidden)
    like["grad_preactivation"] = trace.preactivation
    gradients: dict[str, Any] = {name: np.zeros_like(array) for name, array in like.items()}
    return replace(trace, **gradients)


def _compared(ours: dict[str, np.ndarray], full: dict[str, np.ndarray]) -> tuple[float, float]:
    """Cosine and ratio of norms of the gradients that `ours` names, each as one long vector."""
    a = np.concatenate([value.ravel() for value in ours.values()])
    b = np.concatenate([full[name].ravel() for name in ours])
    norm_a, norm_b = float(np.linalg.norm(a)), float(np.linalg.norm(b))
    if not np.isfinite([norm_a, norm_b]).all() or norm_b == 0.0:
        return float("nan"), float("nan")
    if norm_a == 0.0:
        return float("nan"), 0.0
    return float(a @ b) / (norm_a * norm_b), norm_a / norm_b
