"""Forward-mode derivatives: a change of the inputs carried through the network, exactly.

The tangent of a step is the transpose of the cells' adjoint step, on the same local slopes:

    RNN    ȧ = W_ih ẋ + W_hh ḣ_{t-1}                        ḣ = φ′(a) ⊙ ȧ
    GRU    ȧ likewise, q̇ = W_hn ḣ_{t-1}                     ḣ = ∂h/∂[aʳ, aᶻ, q] · [ȧʳ, ȧᶻ, q̇]
                                                               + ∂h/∂aⁿ ⊙ W_in ẋ + z ⊙ ḣ_{t-1}
    LSTM   ċ = f ⊙ ċ_{t-1} + Σ_{i, f, g} ∂c/∂a ⊙ ȧ          ḣ = ∂h/∂c ⊙ ċ + ∂h/∂aᵒ ⊙ ȧᵒ

with ȧ of the LSTM's gates taking in what the peepholes see of ċ. What does not move (the initial
states) starts at 0. Source: Williams & Zipser 1989, for one direction instead of all weights.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from jaxtyping import Float

from rnn_core import gru, lstm, rnn
from rnn_core.network import Weights, layer_weights
from rnn_core.propagate import flipped
from rnn_core.record import Record
from rnn_core.trace import GRUTrace, LayerTrace, LSTMTrace, RNNTrace

Tangents: TypeAlias = Float[np.ndarray, "time batch hidden"]
# (t, W_ih ẋ_t, ḣ_{t-1}, ċ_{t-1}) -> (ḣ_t, ċ_t); without a cell state ċ goes through.
Step: TypeAlias = Callable[[int, np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def tangents(run: Record, inputs: Float[np.ndarray, "time batch features"]) -> tuple[Tangents, ...]:
    """ḣ of every record of `run.layers` where the inputs change by ẋ = `inputs`, to first order."""
    network = run.network
    below, found = inputs, []
    for first in range(0, len(run.layers), network.directions):
        group = [
            _layer_tangent(
                run.layers[place], layer_weights(run.weights, network.suffixes[place]), below
            )
            for place in range(first, first + network.directions)
        ]
        found += group
        below = np.concatenate(group, axis=-1)
    return tuple(found)


def _layer_tangent(
    trace: LayerTrace, weights: Weights, inputs: Float[np.ndarray, "time batch features"]
) -> Tangents:
    if trace.reverse:
        return _layer_tangent(flipped(trace), weights, inputs[::-1])[::-1]
    step, by_input = _step(trace, weights), inputs @ weights["weight_ih"].T
    moved = np.empty_like(trace.hidden)
    hidden, cell = np.zeros_like(trace.initial_hidden), np.zeros_like(trace.initial_hidden)
    for t in range(len(moved)):
        hidden, cell = step(t, by_input[t], hidden, cell)
        moved[t] = hidden
    return moved


def _step(trace: LayerTrace, weights: Weights) -> Step:
    if isinstance(trace, LSTMTrace):
        return _lstm_step(lstm.slopes(trace), weights)
    if isinstance(trace, GRUTrace):
        return _gru_step(gru.slopes(trace), weights)
    if isinstance(trace, RNNTrace):
        slope, recurrent = rnn.slope(trace), weights["weight_hh"].T
        return lambda t, by_input, h, c: (slope[t] * (by_input + h @ recurrent), c)
    raise TypeError(f"layers must hold LSTM, GRU or RNN traces; got {type(trace).__name__}")


def _gru_step(local: gru.Slopes, weights: Weights) -> Step:
    recurrent = weights["weight_hh"].T

    def step(
        t: int, by_input: np.ndarray, h: np.ndarray, c: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        size = h.shape[-1]
        moved = h @ recurrent
        moved[..., : 2 * size] += by_input[..., : 2 * size]
        by_r, by_z, by_q = np.split(local.recurrent[t] * moved, 3, axis=-1)
        by_n = local.candidate[t] * by_input[..., 2 * size :]
        return by_r + by_z + by_q + by_n + local.update_gate[t] * h, c

    return step


def _lstm_step(local: lstm.Slopes, weights: Weights) -> Step:
    recurrent = weights["weight_hh"].T
    w_ci, w_cf, w_co = (weights.get(name) for name in ("weight_ci", "weight_cf", "weight_co"))

    def step(
        t: int, by_input: np.ndarray, h: np.ndarray, c: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        i, f, g, o = lstm.blocks(by_input + h @ recurrent)
        if w_ci is not None and w_cf is not None:
            i, f = i + w_ci * c, f + w_cf * c
        by_i, by_f, by_g, by_o = lstm.blocks(local.gates[t])
        c = local.forget_gate[t] * c + by_i * i + by_f * f + by_g * g
        if w_co is not None:
            o = o + w_co * c
        return local.cell[t] * c + by_o * o, c

    return step
