"""The LSTM's two paths back to c_t.

For the loss at one step k (`path_split`):

    direct   D_t^k = (Π_{s=t+1}^{k} f_s) ⊙ δh_k ⊙ o_k ⊙ (1 - tanh² c_k)      δh_k = ∂L_k/∂h_k
    gates    ∂L_k/∂c_t - D_t^k

`direct` runs straight along the conveyor from c_k, which the loss sees by way of h_k; `gates` is
everything else: through the gates, the peepholes, and in lower layers through the layers above
at earlier steps. For all losses together (`total_path_split`) both are summed over k, and

    Σ_k D_t^k = S_t      S_t = f_{t+1} ⊙ S_{t+1} + ∂L_t/∂h_t ⊙ o_t ⊙ (1 - tanh² c_t)

is one elementwise sweep. Where the run's gradients are truncated, a loss reaches back to the start
of its window by either path, and no further.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from rnn_core import lstm, readout
from rnn_core.adjoint import step_back
from rnn_core.by_source import grad_by_source
from rnn_core.checks import whole
from rnn_core.network import layer_weights
from rnn_core.numerics import apply
from rnn_core.propagate import backward, flipped, top_of
from rnn_core.record import Record
from rnn_core.trace import LayerTrace, LSTMTrace, States


class PathSplit(NamedTuple):
    """∂L_k/∂c_t by either path; the two sum to it. Zero where the loss does not reach."""

    direct: Float[np.ndarray, "time hidden"]
    gates: Float[np.ndarray, "time hidden"]


class TotalPathSplit(NamedTuple):
    """∂L/∂c_t by either path; the two sum to the record's `grad_cell`, the total ∂L/∂c_t."""

    straight: States
    gates: States


@np.errstate(over="ignore", invalid="ignore")  # what outgrows its dtype is infinite, or NaN
def path_split(run: Record, layer: int, source: int, sample: int = 0) -> PathSplit:
    """Split the gradient of the loss at step `source` in one LSTM record of `run.layers`."""
    whole("layer", layer, 0, len(run.layers) - 1)
    length, batch, _ = run.layers[layer].hidden.shape
    whole("source", source, 0, length - 1)
    whole("sample", sample, 0, batch - 1)
    grad_output = np.zeros_like(run.grad_output)
    grad_output[source] = run.grad_output[source]
    top = top_of(run.network, run.layers)
    grad_top, _ = readout.backward(run.weights, top, grad_output)
    trace = _lstm(backward(run.network, run.weights, run.layers, grad_top).layers[layer])
    reverse = trace.reverse
    if reverse:
        trace, source = _lstm(flipped(trace)), length - 1 - source
    assert trace.grad_hidden is not None
    assert trace.grad_cell is not None
    direct = np.zeros_like(trace.grad_cell[:, sample])
    at_source = trace.grad_hidden[source, sample] * lstm.slopes(trace).cell[source, sample]
    forget = trace.forget_gate[source:0:-1, sample]
    kept = np.cumprod(np.concatenate([np.ones_like(at_source)[None], forget]), axis=0)
    direct[source::-1] = kept * at_source
    gates = trace.grad_cell[:, sample] - direct
    if run.truncation is not None:  # what reaches a step does not depend on how far it may go on
        reached = run.truncation.first_step(source)
        direct[:reached] = gates[:reached] = 0.0
    return PathSplit(direct[::-1], gates[::-1]) if reverse else PathSplit(direct, gates)


@np.errstate(over="ignore", invalid="ignore")  # what outgrows its dtype is infinite, or NaN
def total_path_split(run: Record, layer: int) -> TotalPathSplit:
    """Split ∂L/∂c_t, all losses together, in one LSTM record of `run.layers`.

    Equal to `path_split` summed over the sources, for the whole batch and without a backward
    pass for each. Linear in the length (of all windows together), but for the lower layers of a
    bidirectional stack, whose losses reach back and forth: there `grad_by_source` says what each
    loss does at its own step.
    """
    whole("layer", layer, 0, len(run.layers) - 1)
    trace, own = _lstm(run.layers[layer]), _at_own_step(run, layer)
    if trace.grad_cell is None:
        raise ValueError("run must hold its gradients; got a forward record alone")
    total, reverse = trace.grad_cell, trace.reverse
    if reverse:
        trace, own = _lstm(flipped(trace)), own[::-1]
    own = own * lstm.slopes(trace).cell
    straight, first = np.zeros_like(total), 0
    for start, stop in run.truncation.windows if run.truncation else [(0, len(total))]:
        carried = np.zeros_like(own[0])
        for t in range(stop - 1, start - 1, -1):
            if t >= first:  # the losses of earlier steps went back with an earlier window
                carried = carried + own[t]
            straight[t] += carried
            carried = trace.forget_gate[t] * carried
        first = stop
    straight = straight[::-1] if reverse else straight
    return TotalPathSplit(straight, total - straight)


def _lstm(trace: LayerTrace) -> LSTMTrace:
    if not isinstance(trace, LSTMTrace):
        cell = type(trace).__name__.removesuffix("Trace")
        raise ValueError(f"layer must be an LSTM, whose cell state has two paths; got a {cell}")
    return trace


def _at_own_step(run: Record, layer: int) -> States:
    """∂L_t/∂h_t for every t: what each step's own loss says of the state at that step."""
    network = run.network
    above = range(len(run.layers) - network.directions, layer, -network.directions)
    if network.bidirectional and above:
        by_source = grad_by_source(run, layer)
        return np.einsum("ttbh->tbh", by_source)
    at_step, _ = readout.backward(run.weights, top_of(network, run.layers), run.grad_output)
    at_step = np.split(at_step, network.directions, axis=-1)[layer % network.directions]
    for place in above:
        # No later loss takes part, so nothing is handed down from later steps.
        weights = layer_weights(run.weights, network.suffixes[place])
        back = step_back(run.layers[place], weights)
        nothing = np.zeros_like(at_step[0])
        deltas = [back(t, at_step[t], nothing)[0] for t in range(len(at_step))]
        at_step = apply(np.stack(deltas), weights["weight_ih"])
    return at_step
