"""The same weight, one more term: how each step adds to a weight's gradient.

    ∂L/∂W_ih = Σ_t δa_t x_tᵀ        ∂L/∂W_hh = Σ_t δa_t h_{t-1}ᵀ        ∂L/∂b = Σ_t δa_t

(for the GRU's W_hh and b_hh with δq in place of δaⁿ; peepholes: Σ_t δa_t ⊙ c). For one
sequence a matrix's term has rank one, and its norm is ‖δa_t‖ · ‖h_{t-1}‖.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from rnn_core import gru, lstm
from rnn_core.checks import one_of
from rnn_core.numerics import before
from rnn_core.propagate import top_of
from rnn_core.run import Record
from rnn_core.trace import GRUTrace, LayerTrace, LSTMTrace


class Factors(NamedTuple):
    """A weight's gradient is Σ_t Σ_batch of δ_t and the values v_t that the weight met.

    They meet in an outer product (a matrix), elementwise (a peephole), or there are no values
    (a bias).
    """

    deltas: Float[np.ndarray, "time batch rows"]
    values: Float[np.ndarray, "time batch columns"] | None
    elementwise: bool = False


def weight_step_terms(run: Record, name: str) -> np.ndarray:
    """Each step's term in the gradient of the weight called `name`: (time, *its shape).

    The terms sum to `run.grad_weights[name]`.
    """
    deltas, values, elementwise = factors(run, name)
    if values is None:
        return deltas.sum(axis=1)
    if elementwise:
        return (deltas * values).sum(axis=1)
    return np.matmul(deltas.transpose(0, 2, 1), values)


def weight_step_norms(run: Record) -> dict[str, Float[np.ndarray, " time"]]:
    """The (Frobenius) norm of each step's term, for every weight, without making the terms."""
    return {name: _norms(factors(run, name)) for name in run.grad_weights}


def factors(run: Record, name: str) -> Factors:
    """What the gradient of the weight called `name` is a sum of products of."""
    one_of("name", name, run.grad_weights)
    if name == "readout.bias":
        return Factors(run.grad_output, None)
    if name == "readout.weight":
        return Factors(run.grad_output, top_of(run.network, run.layers))
    kind, _, suffix = name.partition("_l")
    trace = run.layers[run.network.suffixes.index(f"_l{suffix}")]
    deltas = trace.grad_preactivation
    if deltas is None:
        raise ValueError("run must hold its gradients; got a forward record alone")
    if kind.endswith("hh") and isinstance(trace, GRUTrace):
        deltas = gru.recurrent_deltas(trace)
    if kind.startswith("bias"):
        return Factors(deltas, None)
    if kind == "weight_ih":
        return Factors(deltas, trace.inputs)
    if kind == "weight_hh":
        return Factors(deltas, _before(trace, trace.hidden, trace.initial_hidden))
    assert isinstance(trace, LSTMTrace)
    by_i, by_f, _, by_o = lstm.blocks(deltas)
    if kind == "weight_co":
        return Factors(by_o, trace.cell, elementwise=True)
    seen = _before(trace, trace.cell, trace.initial_cell)
    return Factors(by_i if kind == "weight_ci" else by_f, seen, elementwise=True)


def _before(trace: LayerTrace, states: np.ndarray, initial: np.ndarray) -> np.ndarray:
    """The states that each step started from, in the layer's own order of time."""
    return before(states[::-1], initial)[::-1] if trace.reverse else before(states, initial)


def _norms(parts: Factors) -> Float[np.ndarray, " time"]:
    deltas, values, elementwise = parts
    if values is None or elementwise:
        term = deltas if values is None else deltas * values
        return np.linalg.norm(term.sum(axis=1), axis=-1)
    # ‖Σ_b δ_b v_bᵀ‖² = Σ_{b,c} (δ_b · δ_c)(v_b · v_c)
    squares = np.matmul(deltas, deltas.transpose(0, 2, 1)) * np.matmul(
        values, values.transpose(0, 2, 1)
    )
    return np.sqrt(np.maximum(squares.sum(axis=(1, 2)), 0.0))
