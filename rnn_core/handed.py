"""What each step hands to the one before it on the way back, along the wires of h and of c.

    δh_{t-1} = e_{t-1} + handed hidden of t        W_hhᵀ δa_t, for the GRU and z_t ⊙ δh_t
    δc_{t-1} = handed cell of t + what comes by way of h_{t-1}, and of o where there are peepholes

In a reverse layer "before" is the step that it took before, t + 1; the first step that a layer took
hands to the state that it started from. Where truncation cuts, nothing is handed over.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from rnn_core import lstm, readout
from rnn_core.checks import whole
from rnn_core.network import Weights, layer_weights
from rnn_core.propagate import backward, top_of
from rnn_core.record import Record
from rnn_core.trace import GRUTrace, LayerTrace, LSTMTrace
from rnn_core.weight_steps import factors

States = Float[np.ndarray, "time batch hidden"]


class Handed(NamedTuple):
    """Rows are the steps that hand over. `direct` is e_t, what reaches h_t by other ways."""

    hidden: States
    cell: States | None
    direct: States


@np.errstate(over="ignore", invalid="ignore")  # what outgrows its dtype is infinite, or NaN
def handed_back(run: Record, layer: int) -> Handed:
    """For one record of a run (an index into `run.layers`) with its gradients."""
    whole("layer", layer, 0, len(run.layers) - 1)
    trace, suffix = run.layers[layer], run.network.suffixes[layer]
    weights, direct = layer_weights(run.weights, suffix), from_above(run, layer)
    assert trace.grad_hidden is not None
    if run.truncation is not None:
        return _within_windows(run, layer, weights, direct)
    hidden = factors(run, f"weight_hh{suffix}").deltas @ weights["weight_hh"]
    if isinstance(trace, GRUTrace):
        by_state = trace.update_gate * trace.grad_hidden
        if trace.clamps.silenced is not None:
            by_state[..., trace.clamps.silenced] = 0.0
        hidden = hidden + by_state
    return Handed(hidden, _cell(trace, weights), direct)


def handed_by(run: Record, layer: int, source: int) -> Handed:
    """The same of the loss at the step `source` alone; truncated, within that loss's window."""
    whole("source", source, 0, len(run.inputs) - 1)
    only = np.zeros_like(run.grad_output)
    only[source] = run.grad_output[source]
    grad_top, _ = readout.backward(run.weights, top_of(run.network, run.layers), only)
    layers = backward(run.network, run.weights, run.layers, grad_top).layers
    handed = handed_back(replace(run, grad_output=only, layers=layers, truncation=None), layer)
    if run.truncation is not None:
        for values in (handed.hidden, handed.cell):
            if values is not None:
                values[: run.truncation.first_step(source) + 1] = 0.0
    return handed


def from_above(run: Record, layer: int) -> States:
    """∂L/∂h_t by every way but the layer's own recurrence: the read-out's, or the next layer's.

    Taken from what stands above and not as a difference, so that it is exactly 0 where it is 0.
    """
    ways, size = run.network.directions, run.network.hidden_size
    part = slice(layer % ways * size, (layer % ways + 1) * size)
    above = range((layer // ways + 1) * ways, (layer // ways + 2) * ways)
    if above[-1] >= len(run.layers):
        return run.grad_output @ run.weights["readout.weight"][:, part]
    total = np.zeros_like(run.layers[layer].hidden)
    for next_layer in above:
        deltas = run.layers[next_layer].grad_preactivation
        assert deltas is not None
        total += deltas @ run.weights[f"weight_ih{run.network.suffixes[next_layer]}"][:, part]
    return total


def _cell(trace: LayerTrace, weights: Weights) -> States | None:
    """carried_{t-1} = f_t ⊙ δc_t + [w_ci ⊙ δa^i_t + w_cf ⊙ δa^f_t]"""
    if not isinstance(trace, LSTMTrace):
        return None
    assert trace.grad_cell is not None
    assert trace.grad_preactivation is not None
    carried = trace.forget_gate * trace.grad_cell
    if "weight_ci" in weights:
        by_i, by_f, _, _ = lstm.blocks(trace.grad_preactivation)
        carried = carried + by_i * weights["weight_ci"] + by_f * weights["weight_cf"]
    return carried


def _within_windows(run: Record, layer: int, weights: Weights, direct: States) -> Handed:
    """A truncated gradient is a sum over windows: what arrives is what was handed over."""
    trace, cut = run.layers[layer], run.truncation
    assert trace.grad_hidden is not None
    assert cut is not None
    crossed = np.zeros(len(direct), bool)
    for start, stop in cut.windows:
        crossed[start + 1 : stop] = True
    steps = np.flatnonzero(crossed)
    hidden, cell = np.zeros_like(direct), None
    hidden[0], hidden[steps] = (
        cut.grad_initial_hidden[layer],
        (trace.grad_hidden - direct)[steps - 1],
    )
    if isinstance(trace, LSTMTrace):
        assert trace.grad_cell is not None
        assert trace.grad_preactivation is not None
        assert cut.grad_initial_cell is not None
        local = trace.grad_hidden * lstm.slopes(trace).cell
        if "weight_co" in weights:
            local += lstm.blocks(trace.grad_preactivation)[3] * weights["weight_co"]
        cell = np.zeros_like(direct)
        cell[0] = cut.grad_initial_cell[layer]
        cell[steps] = (trace.grad_cell - local)[steps - 1]
    return Handed(hidden, cell, direct)
