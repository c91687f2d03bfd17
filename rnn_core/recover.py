"""What a fused recurrent layer kept to itself, from its own hidden states (NumPy).

A fused layer returns h_t for every step and nothing else. With its states shifted by one step
one matrix product gives what enters every gate, and the rest is elementwise:

    a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh          gates = σ(a_t), tanh(a_t) or φ(a_t)
    LSTM: c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t                GRU: aⁿ_t = W_in x_t + b_in + r_t ⊙ q_t

The cell state comes by its recurrence, not by atanh(h / o), which is ill-conditioned, nor by
cumulative products, which underflow. The hidden states are never simulated again: two
implementations of a chaotic network drift apart, and the gates would belong to another run.

`with_probed_gradients` serves a backward pass made by a fused kernel, from which ∂L/∂a_t is
known at every step. What is left is elementwise too, with s_t = W_hhᵀ [what a_{t+1} hands back]:

    δh_t = e_t + s_t + z_{t+1} ⊙ δh_{t+1}                               (the last term: GRU)
    δc_t = δh_t ⊙ o_t ⊙ (1 - tanh² c_t) + f_{t+1} ⊙ δc_{t+1}            (LSTM)

The cells' formulas and their sources stand in `rnn_core.rnn`, `rnn_core.gru`, `rnn_core.lstm`.
"""

from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from jaxtyping import Float

from rnn_core.numerics import before
from rnn_core.trace import GRUTrace, LayerTrace, LSTMTrace, RNNTrace

States = Float[np.ndarray, "time batch hidden"]
State = Float[np.ndarray, "batch hidden"]


@dataclass(frozen=True, eq=False, kw_only=True)
class TorchTrace:
    """What a module did on one batch, and how the loss goes back through it.

    `output` is the module's output tensor as a NumPy array, laid out as the module returns it.
    `layers` has one record for each layer and direction in PyTorch's order (layer 0 forward,
    layer 0 reverse, layer 1 forward, …): NumPy arrays of the module's dtype, time first, with a
    batch axis of 1 where the input had none; row t belongs to input t in both directions.
    """

    output: np.ndarray
    loss: float
    layers: tuple[LayerTrace, ...]


def recovered(
    cell: str,
    inputs: Float[np.ndarray, "time batch features"],
    hidden: States,
    preactivation: Float[np.ndarray, "time batch gates"],
    recurrent_candidate: States | None,
    initial_hidden: State,
    initial_cell: State | None,
    reverse: bool,
) -> LayerTrace:
    """The record of one layer and direction, without gradients; `cell` as in `CELLS`.

    The GRU's `preactivation` comes without r ⊙ q in its block n, and with `recurrent_candidate`,
    which is q; the record keeps both arrays. Rows belong to the inputs' steps in both directions.
    """
    size, a = hidden.shape[-1], preactivation
    if recurrent_candidate is not None:
        gates = _sigmoid(a[..., : 2 * size])
        a[..., 2 * size :] += gates[..., :size] * recurrent_candidate
        return GRUTrace(
            inputs=inputs,
            preactivation=a,
            hidden=hidden,
            initial_hidden=initial_hidden,
            reverse=reverse,
            reset_gate=gates[..., :size],
            update_gate=gates[..., size:],
            candidate=np.tanh(a[..., 2 * size :]),
            recurrent_candidate=recurrent_candidate,
        )
    if initial_cell is None:
        return RNNTrace(
            inputs=inputs,
            preactivation=a,
            hidden=hidden,
            initial_hidden=initial_hidden,
            reverse=reverse,
            nonlinearity=cell.removeprefix("rnn_"),
        )
    gates = _sigmoid(a)
    i, f, g, o = (gates[..., k * size : (k + 1) * size] for k in range(4))
    np.tanh(a[..., 2 * size : 3 * size], g)
    return LSTMTrace(
        inputs=inputs,
        preactivation=a,
        hidden=hidden,
        initial_hidden=initial_hidden,
        reverse=reverse,
        input_gate=i,
        forget_gate=f,
        candidate=g,
        output_gate=o,
        cell=scan(i * g, f, initial_cell, reverse),
        initial_cell=initial_cell,
    )


def _sigmoid(a: Float[np.ndarray, "time batch gates"]) -> Float[np.ndarray, "time batch gates"]:
    """σ(a) = ½ tanh(½ a) + ½ in one array: for all steps at once, each copy costs its pages."""
    gates = np.multiply(a, 0.5)
    np.tanh(gates, gates)
    gates *= 0.5
    gates += 0.5
    return gates


def scan(terms: States, factors: States, initial: State, reverse: bool) -> States:
    """s_t = terms_t + factors_t ⊙ s_{t-1}, from s_{-1} = `initial`; `terms` is overwritten.

    With `reverse` it runs from the last row to the first, s_t from s_{t+1}.
    """
    order = slice(None, None, -1) if reverse else slice(None)
    before_this, product = initial, np.empty_like(initial)
    for term, factor in zip(terms[order], factors[order], strict=True):
        np.multiply(factor, before_this, product)
        np.add(term, product, term)
        before_this = term
    return terms


def with_probed_gradients(trace: LayerTrace, grad_hidden_direct: States) -> LayerTrace:
    """A record that has its `grad_preactivation`, with the other gradients.

    `grad_hidden_direct` is e_t + s_t, what reaches h_t from above and by the gates of the step
    that comes after it; it is overwritten.
    """
    start, backwards = np.zeros_like(trace.initial_hidden), not trace.reverse
    if isinstance(trace, GRUTrace):
        z_after = _after(trace.update_gate, trace.reverse)
        grad_hidden_direct = scan(grad_hidden_direct, z_after, start, backwards)
    trace = replace(trace, grad_hidden=grad_hidden_direct)
    if isinstance(trace, LSTMTrace):
        tanh_cell = np.tanh(trace.cell)
        by_hidden = grad_hidden_direct * trace.output_gate * (1.0 - tanh_cell * tanh_cell)
        f_after = _after(trace.forget_gate, trace.reverse)
        return replace(trace, grad_cell=scan(by_hidden, f_after, start, backwards))
    return trace


def _after(gate: States, reverse: bool) -> States:
    """The gate of the step that a layer takes next; zero after its last, where nothing returns."""
    none = np.zeros_like(gate[0])
    return before(gate, none) if reverse else before(gate[::-1], none)[::-1]


def refuse_overflow(layers: list[list[LayerTrace]]) -> None:
    """ValueError where an exploding network's numbers left their dtype's range, saying where.

    `layers` holds each layer's directions; records without gradients are judged by their states.
    """
    for place, trace in enumerate(chain.from_iterable(layers)):
        for name in ("hidden", "grad_hidden"):
            values = getattr(trace, name)
            if values is None or np.isfinite(values).all():
                continue
            steps = np.flatnonzero(~np.isfinite(values).all(axis=(1, 2)))
            first = steps[0] if (name == "hidden") != trace.reverse else steps[-1]
            raise ValueError(
                f"the numbers explode: {name} of layers[{place}] leaves the range of "
                f"{values.dtype} at step {first}; smaller weights, a shorter x or float64 keep "
                "them finite"
            )
