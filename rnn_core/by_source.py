"""Who is to blame: the gradient at each step, divided among the losses that it comes from.

    G[k, t] = ∂L_k/∂h_t          Σ_k G[k, t] = ∂L/∂h_t

In a layer that reads forward G is zero for t > k: a state cannot change an earlier loss (in the
reverse direction for t < k; below a bidirectional layer every source reaches every step). Norms
do not add: cancellation is Σ_k ‖G[k, t]‖ over ‖Σ_k G[k, t]‖, at least 1.
"""

import numpy as np
from jaxtyping import Float

from rnn_core import readout
from rnn_core.adjoint import step_back
from rnn_core.checks import whole
from rnn_core.network import Weights, layer_weights
from rnn_core.numerics import apply
from rnn_core.propagate import flipped, top_of
from rnn_core.record import Record
from rnn_core.trace import LayerTrace

BySource = Float[np.ndarray, "source time batch hidden"]


@np.errstate(over="ignore", invalid="ignore")  # what outgrows its dtype is infinite, or NaN
def grad_by_source(run: Record, layer: int) -> BySource:
    """G for one layer's record (an index into `run.layers`, from 0); rows are losses, then steps.

    L_k counts as in `run.loss`: the mean over the batch. Memory grows with the length squared.
    In a truncated run G[k, t] is 0 for the steps before the window in which L_k goes back: what
    reaches a later step of a network that reads forward never left the window, and is as it was.
    """
    whole("layer", layer, 0, len(run.layers) - 1)
    grads = _swept(run, layer)
    if run.truncation is not None:
        for source, reached in enumerate(grads):
            reached[: run.truncation.first_step(source)] = 0.0
    return grads


def _swept(run: Record, layer: int) -> BySource:
    network = run.network
    top = top_of(network, run.layers)
    at_source, _ = readout.backward(run.weights, top, run.grad_output)
    length = len(at_source)
    # Within this module time comes first: what the sweep writes at one step lies together.
    direct = np.zeros((length, *at_source.shape), at_source.dtype)
    direct[np.arange(length), np.arange(length)] = at_source
    in_time = True
    for first in range(len(run.layers) - network.directions, -1, -network.directions):
        halves = np.split(direct, network.directions, axis=-1)
        if first <= layer:
            grads = np.ascontiguousarray(halves[layer - first])
            _sweep(run.layers[layer], _weights(run, layer), grads, None, in_time)
            return grads.swapaxes(0, 1)
        below = np.zeros(
            (*direct.shape[:-1], network.directions * network.hidden_size), direct.dtype
        )
        for place, half in enumerate(halves, start=first):
            grads = np.ascontiguousarray(half)
            _sweep(run.layers[place], _weights(run, place), grads, below, in_time)
        direct, in_time = below, not network.bidirectional
    raise AssertionError("layer was checked to be one of the records")


def cancellation(grads: BySource) -> Float[np.ndarray, " time"]:
    """Σ_k ‖G[k, t]‖ / ‖Σ_k G[k, t]‖ for each step; NaN where no loss reaches."""
    # The square of what vanishes is 0 long before it is, that of what explodes infinite.
    largest = np.abs(grads).max(axis=(0, 2, 3))
    grads = grads / np.where(largest > 0.0, largest, 1.0)[:, None, None]
    apart = np.sqrt((grads * grads).sum(axis=(2, 3))).sum(axis=0)
    together = grads.sum(axis=0)
    norm = np.sqrt((together * together).sum(axis=(1, 2)))
    reached = norm > 0.0
    return np.divide(apart, norm, out=np.full_like(norm, np.nan), where=reached)


def _weights(run: Record, place: int) -> Weights:
    return layer_weights(run.weights, run.network.suffixes[place])


def _sweep(
    trace: LayerTrace,
    weights: Weights,
    grads: Float[np.ndarray, "time source batch hidden"],
    below: Float[np.ndarray, "time source batch features"] | None,
    in_time: bool,
) -> None:
    """Turn `grads`, what reaches h_t by other ways than the layer's recurrence, into G in place.

    What goes on to the layer's inputs is added to `below`. `in_time` says that no source
    reaches a step that the layer takes after it, which halves the work.
    """
    if trace.reverse:
        trace, grads = flipped(trace), grads[::-1, ::-1]
        below = None if below is None else below[::-1, ::-1]
    back = step_back(trace, weights)
    handed = np.zeros(grads.shape[1:], grads.dtype)
    carried = np.zeros_like(handed)
    for t in range(len(trace.hidden) - 1, -1, -1):
        sources = slice(t, None) if in_time else slice(None)
        delta_h = grads[t, sources]
        delta_h += handed[sources]
        delta_a, handed[sources], carried[sources] = back(t, delta_h, carried[sources])
        if below is not None:
            below[t, sources] += apply(delta_a, weights["weight_ih"])
