"""The simple recurrent layer (Elman 1990) in NumPy, every value kept.

    a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh          h_t = φ(a_t),  φ = tanh, relu or linear

Backward, with e_t = ∂L/∂h_t by every way but the layer's own recurrence:

    δh_t = e_t + W_hhᵀ δa_{t+1}                          δa_t = δh_t ⊙ φ′(a_t)

Linear means φ(a) = a: the cell whose gradient is a product of W_hhᵀ and of nothing else.
Weights: `weight_ih` (H, I), `weight_hh` (H, H), `bias_ih`, `bias_hh` (H), as in `torch.nn.RNN`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from rnn_core.numerics import (
    apply,
    back_in_time,
    from_beyond,
    outer_sum,
    project,
    recurrent_outer_sum,
    total,
)
from rnn_core.trace import FREE, Clamps, LayerGradients, RNNTrace


def forward(
    weights: Mapping[str, np.ndarray],
    inputs: Float[np.ndarray, "time batch features"],
    initial_hidden: Float[np.ndarray, "batch hidden"],
    nonlinearity: str = "tanh",
    clamps: Clamps = FREE,
) -> RNNTrace:
    """Run the layer from step 0 on; `initial_hidden` is h_{-1}."""
    preactivation = project(inputs, weights["weight_ih"])
    preactivation += weights["bias_ih"] + weights["bias_hh"]
    hidden = np.empty_like(preactivation)
    recurrent, h = np.ascontiguousarray(weights["weight_hh"].T), initial_hidden
    product, silenced = np.empty_like(h), clamps.silenced
    for a, h_t in zip(preactivation, hidden, strict=True):
        np.dot(h, recurrent, product)
        np.add(a, product, a)
        if nonlinearity == "tanh":
            np.tanh(a, h_t)
        elif nonlinearity == "relu":
            np.maximum(a, 0.0, out=h_t)
        else:
            h_t[:] = a
        if silenced is not None:
            h_t[:, silenced] = 0.0
        h = h_t
    return RNNTrace(
        inputs=inputs,
        preactivation=preactivation,
        hidden=hidden,
        initial_hidden=initial_hidden,
        nonlinearity=nonlinearity,
        clamps=clamps,
    )


def slope(trace: RNNTrace) -> Float[np.ndarray, "time batch hidden"]:
    """φ′(a_t) for every step: tanh 1 - h_t², linear 1, relu 1 or 0 (0 at a = 0, as in PyTorch).

    0 for a silenced unit, whose h_t is held.
    """
    if trace.nonlinearity == "relu":
        return (trace.hidden > 0.0).astype(trace.hidden.dtype)
    linear = trace.nonlinearity == "linear"
    found = np.ones_like(trace.hidden) if linear else 1.0 - trace.hidden * trace.hidden
    if trace.clamps.silenced is not None:
        found[..., trace.clamps.silenced] = 0.0
    return found


def step_back(
    slopes: Float[np.ndarray, "time batch hidden"],
    weights: Mapping[str, np.ndarray],
    t: int,
    delta_h: Float[np.ndarray, "*many batch hidden"],
) -> tuple[Float[np.ndarray, "*many batch hidden"], Float[np.ndarray, "*many batch hidden"]]:
    """δa_t and what step t hands to h_{t-1}, for any number of adjoints δh_t at once."""
    delta_a = delta_h * slopes[t]
    return delta_a, apply(delta_a, weights["weight_hh"])


class Adjoint(NamedTuple):
    """A record with its gradients, and ∂L/∂ the state before the first step."""

    trace: RNNTrace
    initial_hidden: Float[np.ndarray, "batch hidden"]


def adjoint(
    trace: RNNTrace,
    weights: Mapping[str, np.ndarray],
    grad_hidden_direct: Float[np.ndarray, "time batch hidden"],
    grad_last_hidden: Float[np.ndarray, "batch hidden"] | None = None,
) -> Adjoint:
    """The adjoint loop alone: of `weights` it needs `weight_hh`.

    `grad_hidden_direct` is e_t; `grad_last_hidden` is what reaches the state after the last step
    from beyond it.
    """
    slopes = slope(trace)
    delta_h, delta_a = np.empty_like(trace.hidden), np.empty_like(trace.hidden)
    recurrent = weights["weight_hh"]
    handed = from_beyond(grad_last_hidden, trace.initial_hidden)
    for e, phi, dh, da in back_in_time(grad_hidden_direct, slopes, delta_h, delta_a):
        np.add(e, handed, dh)
        np.multiply(dh, phi, da)
        np.dot(da, recurrent, handed)
    return Adjoint(replace(trace, grad_hidden=delta_h, grad_preactivation=delta_a), handed)


def backward(
    trace: RNNTrace,
    weights: Mapping[str, np.ndarray],
    grad_hidden_direct: Float[np.ndarray, "time batch hidden"],
    grad_last_hidden: Float[np.ndarray, "batch hidden"] | None = None,
) -> LayerGradients:
    """Backpropagate through time, the weights' gradients included; arguments as in `adjoint`."""
    found = adjoint(trace, weights, grad_hidden_direct, grad_last_hidden)
    delta_a = found.trace.grad_preactivation
    assert delta_a is not None
    bias = total(delta_a)
    return LayerGradients(
        trace=found.trace,
        weights={
            "weight_ih": outer_sum(delta_a, trace.inputs),
            "weight_hh": recurrent_outer_sum(delta_a, trace.hidden, trace.initial_hidden),
            "bias_ih": bias,
            "bias_hh": bias.copy(),
        },
        inputs=project(delta_a, weights["weight_ih"].T),
        initial_hidden=found.initial_hidden,
    )
