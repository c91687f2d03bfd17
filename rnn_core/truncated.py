"""Truncated backpropagation through time, BPTT(k2; k1) (Williams & Peng 1990).

Every k1 steps the losses of those k1 steps go back through the last k2 steps, no further: the
state crosses the cut, the adjoint does not. k1 = k2 = T is full BPTT; k1 = k2 < T cuts the
sequence into pieces; k1 < k2 overlaps them, so that every loss reaches back k2 - k1 steps at
least.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from rnn_core import readout
from rnn_core.checks import whole
from rnn_core.propagate import NOT_IN_TIME, backward, top_of
from rnn_core.run import Record
from rnn_core.trace import LayerTrace, LSTMTrace


@dataclass(frozen=True, eq=False)
class Truncated:
    """What truncation makes of a run's gradient.

    `layers` are the records with the truncated gradients, summed over the windows. `cosine` and
    `norm_ratio` (truncated over full) compare the gradients of the recurrent layers' weights as
    one long vector; the read-out's is exact either way. They are NaN where the full gradient is
    0. `windows` are (start, stop) of each backward pass, `steps_held` is the longest of them.
    """

    grad_weights: dict[str, np.ndarray]
    layers: tuple[LayerTrace, ...]
    cosine: float
    norm_ratio: float
    windows: tuple[tuple[int, int], ...]
    steps_held: int


def truncated(run: Record, k1: int, k2: int) -> Truncated:
    """The gradient of a run by BPTT truncated to (k1, k2); 1 ≤ k1 ≤ k2 ≤ T."""
    length = len(run.inputs)
    whole("k2", k2, 1, length)
    whole("k1", k1, 1, k2)
    if run.network.bidirectional:
        raise ValueError(
            "truncated BPTT needs a network that reads forward alone; got bidirectional=True"
        )
    top = top_of(run.network, run.layers)
    grad_top, of_readout = readout.backward(run.weights, top, run.grad_output)
    weights = {name: np.zeros_like(value) for name, value in run.grad_weights.items()}
    layers = tuple(_without_gradients(layer) for layer in run.layers)
    stops = [*range(k1, length, k1), length]
    windows = tuple((max(0, stop - k2), stop) for stop in stops)
    for (start, stop), first in zip(windows, [0, *stops], strict=False):
        new = grad_top[start:stop].copy()
        new[: first - start] = 0.0  # their losses went back with an earlier window
        pieces = [_window(layer, start, stop) for layer in run.layers]
        gradients = backward(run.network, run.weights, pieces, new)
        for name, value in gradients.weights.items():
            weights[name] += value
        for layer, piece in zip(layers, gradients.layers, strict=True):
            for name in _gradient_names(layer):
                getattr(layer, name)[start:stop] += getattr(piece, name)
    cosine, ratio = _compared(weights, run.grad_weights, leave_out=of_readout)
    return Truncated(
        grad_weights=weights | of_readout,
        layers=layers,
        cosine=cosine,
        norm_ratio=ratio,
        windows=windows,
        steps_held=max(stop - start for start, stop in windows),
    )


def _window(trace: LayerTrace, start: int, stop: int) -> LayerTrace:
    """Steps start to stop - 1 of a record, with the state that they began from."""
    changed: dict[str, Any] = {
        field.name: getattr(trace, field.name)[start:stop]
        for field in fields(trace)
        if field.name not in NOT_IN_TIME and isinstance(getattr(trace, field.name), np.ndarray)
    }
    if start:
        changed["initial_hidden"] = trace.hidden[start - 1]
        if isinstance(trace, LSTMTrace):
            changed["initial_cell"] = trace.cell[start - 1]
    return replace(trace, **changed)


def _gradient_names(trace: LayerTrace) -> list[str]:
    return [field.name for field in fields(trace) if field.name.startswith("grad_")]


def _without_gradients(trace: LayerTrace) -> LayerTrace:
    return replace(
        trace, **{name: np.zeros_like(getattr(trace, name)) for name in _gradient_names(trace)}
    )


def _compared(
    ours: dict[str, np.ndarray], full: dict[str, np.ndarray], leave_out: Sequence[str] | Any
) -> tuple[float, float]:
    names = [name for name in full if name not in leave_out]
    a = np.concatenate([ours[name].ravel() for name in names])
    b = np.concatenate([full[name].ravel() for name in names])
    norm_a, norm_b = float(np.linalg.norm(a)), float(np.linalg.norm(b))
    if norm_a == 0.0 or norm_b == 0.0:
        return float("nan"), norm_a / norm_b if norm_b else float("nan")
    return float(a @ b) / (norm_a * norm_b), norm_a / norm_b
