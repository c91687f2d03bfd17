"""The gated recurrent unit (Cho et al. 2014) in NumPy, every value kept.

Gate order r, z, n and weight shapes are those of `torch.nn.GRU`, with the reset gate applied
after the recurrent product (the variant that cuDNN computes):

    r_t = σ(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)       z_t likewise
    q_t = W_hn h_{t-1} + b_hn                            n_t = tanh(W_in x_t + b_in + r_t ⊙ q_t)
    h_t = n_t + z_t ⊙ (h_{t-1} - n_t)

Backward, with e_t = ∂L/∂h_t by every way but the layer's own recurrence:

    δaⁿ = δh ⊙ (1-z) ⊙ (1-n²)      δq = δaⁿ ⊙ r      δaʳ = δaⁿ ⊙ q ⊙ r(1-r)
    δaᶻ = δh ⊙ (h_{t-1} - n) ⊙ z(1-z)
    δh_{t-1} = e_{t-1} + W_hhᵀ [δaʳ, δaᶻ, δq] + z ⊙ δh_t

W_hh's n block and b_hn take their gradient from δq, not from δaⁿ.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from rnn_core.numerics import (
    apply,
    back_in_time,
    before,
    from_beyond,
    outer_sum,
    project,
    recurrent_outer_sum,
    total,
)
from rnn_core.trace import FREE, Clamps, GRUTrace, LayerGradients


def forward(
    weights: Mapping[str, np.ndarray],
    inputs: Float[np.ndarray, "time batch features"],
    initial_hidden: Float[np.ndarray, "batch hidden"],
    clamps: Clamps = FREE,
) -> GRUTrace:
    """Run the layer from step 0 on; `initial_hidden` is h_{-1}."""
    size = initial_hidden.shape[-1]
    preactivation = project(inputs, weights["weight_ih"])
    preactivation += weights["bias_ih"]
    preactivation[..., : 2 * size] += weights["bias_hh"][: 2 * size]
    gates = np.empty_like(preactivation[..., : 2 * size])
    q, n, hidden = (np.empty((*inputs.shape[:2], size), inputs.dtype) for _ in range(3))
    recurrent, h = np.ascontiguousarray(weights["weight_hh"].T), initial_hidden
    bias_hn = weights["bias_hh"][2 * size :]
    product, scratch = np.empty_like(preactivation[0]), np.empty_like(h)
    product_rz, product_q = product[:, : 2 * size], product[:, 2 * size :]
    halves = np.full(2 * size, 0.5, inputs.dtype)
    stretch, shift = (np.tile(row, (len(h), 1)) for row in clamps.bend(halves))
    candidate = None if clamps.pins is None else clamps.pins[2 * size :]
    silenced = clamps.silenced
    for a_rz, a_n, rz, q_t, n_t, h_t in zip(
        preactivation[..., : 2 * size],
        preactivation[..., 2 * size :],
        gates,
        q,
        n,
        hidden,
        strict=True,
    ):
        np.dot(h, recurrent, product)
        np.add(a_rz, product_rz, a_rz)
        np.multiply(a_rz, 0.5, rz)  # σ(a) = ½ tanh(½ a) + ½
        np.tanh(rz, rz)
        np.multiply(rz, stretch, rz)
        np.add(rz, shift, rz)
        np.add(product_q, bias_hn, q_t)
        np.multiply(rz[:, :size], q_t, scratch)
        np.add(a_n, scratch, a_n)
        np.tanh(a_n, n_t)
        if candidate is not None:
            np.copyto(n_t, candidate, where=~np.isnan(candidate))
        np.subtract(h, n_t, scratch)
        np.multiply(scratch, rz[:, size:], scratch)
        np.add(n_t, scratch, h_t)
        if silenced is not None:
            h_t[:, silenced] = 0.0
        h = h_t
    return GRUTrace(
        inputs=inputs,
        preactivation=preactivation,
        hidden=hidden,
        initial_hidden=initial_hidden,
        reset_gate=gates[..., :size],
        update_gate=gates[..., size:],
        candidate=n,
        recurrent_candidate=q,
        clamps=clamps,
    )


class Slopes(NamedTuple):
    """What δh_t is multiplied with; all steps."""

    recurrent: Float[np.ndarray, "time batch gates"]  # ∂h_t/∂[aʳ, aᶻ, q]
    candidate: Float[np.ndarray, "time batch hidden"]  # ∂h_t/∂aⁿ
    update_gate: Float[np.ndarray, "time batch hidden"]  # ∂h_t/∂h_{t-1}, the straight way: z


def slopes(trace: GRUTrace) -> Slopes:
    """The local derivatives of every step at once, so that the adjoint loop only multiplies."""
    r, z, n, q = trace.reset_gate, trace.update_gate, trace.candidate, trace.recurrent_candidate
    size, recurrent = n.shape[-1], np.empty_like(trace.preactivation)
    by_r, by_z, by_q = np.split(recurrent, 3, axis=-1)
    by_n = (1.0 - z) * (1.0 - n * n)
    if trace.pinned is not None:
        by_n[..., trace.pinned[2 * size :]] = 0.0
    np.multiply(by_n, r, by_q)
    np.multiply(by_q, q * (1.0 - r), by_r)
    np.multiply(before(trace.hidden, trace.initial_hidden) - n, z * (1.0 - z), by_z)
    if trace.pinned is not None:
        recurrent[..., trace.pinned] = 0.0
    if trace.clamps.silenced is not None:
        z = z.copy()
        for slope in (by_r, by_z, by_q, by_n, z):
            slope[..., trace.clamps.silenced] = 0.0
    return Slopes(recurrent, by_n, z)


def step_back(
    local: Slopes,
    weights: Mapping[str, np.ndarray],
    t: int,
    delta_h: Float[np.ndarray, "*many batch hidden"],
) -> tuple[Float[np.ndarray, "*many batch gates"], Float[np.ndarray, "*many batch hidden"]]:
    """δa_t and what step t hands to h_{t-1}, for any number of adjoints δh_t at once."""
    delta_a = np.concatenate([delta_h] * 3, axis=-1) * local.recurrent[t]
    handed = apply(delta_a, weights["weight_hh"]) + delta_h * local.update_gate[t]
    delta_a[..., -delta_h.shape[-1] :] = delta_h * local.candidate[t]
    return delta_a, handed


def recurrent_deltas(trace: GRUTrace) -> Float[np.ndarray, "time batch gates"]:
    """[δaʳ, δaᶻ, δq] of a record with its gradients: what W_hh and b_hh see."""
    if trace.grad_preactivation is None:
        raise ValueError("trace must hold its gradients; got a forward record alone")
    deltas = trace.grad_preactivation.copy()
    deltas[..., -trace.hidden.shape[-1] :] *= trace.reset_gate
    return deltas


class Adjoint(NamedTuple):
    """A record with its gradients, [δaʳ, δaᶻ, δq], and ∂L/∂ the state before the first step."""

    trace: GRUTrace
    recurrent: Float[np.ndarray, "time batch gates"]
    initial_hidden: Float[np.ndarray, "batch hidden"]


def adjoint(
    trace: GRUTrace,
    weights: Mapping[str, np.ndarray],
    grad_hidden_direct: Float[np.ndarray, "time batch hidden"],
    grad_last_hidden: Float[np.ndarray, "batch hidden"] | None = None,
) -> Adjoint:
    """The adjoint loop alone: of `weights` it needs `weight_hh`.

    `grad_hidden_direct` is e_t; `grad_last_hidden` is what reaches the state after the last step
    from beyond it.
    """
    batch, size = trace.initial_hidden.shape
    local = slopes(trace)
    blocks = (len(trace.hidden), batch, 3, size)
    delta_h = np.empty_like(trace.hidden)
    delta_recurrent = np.empty_like(trace.preactivation)
    weight_hh = weights["weight_hh"]
    handed = from_beyond(grad_last_hidden, trace.initial_hidden)
    by_z = np.empty_like(handed)
    reads = (grad_hidden_direct, local.update_gate, local.recurrent.reshape(blocks))
    writes = (delta_h, delta_h[:, :, None], delta_recurrent, delta_recurrent.reshape(blocks))
    for e, z, slope, dh, dh_for_all, da, da_blocks in back_in_time(*reads, *writes):
        np.add(e, handed, dh)
        np.multiply(slope, dh_for_all, da_blocks)
        np.multiply(z, dh, by_z)
        np.dot(da, weight_hh, handed)
        np.add(handed, by_z, handed)
    delta_a = delta_recurrent.copy()  # the same but for the candidate's block
    np.multiply(delta_h, local.candidate, delta_a[..., 2 * size :])
    with_gradients = replace(trace, grad_hidden=delta_h, grad_preactivation=delta_a)
    return Adjoint(with_gradients, delta_recurrent, handed)


def backward(
    trace: GRUTrace,
    weights: Mapping[str, np.ndarray],
    grad_hidden_direct: Float[np.ndarray, "time batch hidden"],
    grad_last_hidden: Float[np.ndarray, "batch hidden"] | None = None,
) -> LayerGradients:
    """Backpropagate through time, the weights' gradients included; arguments as in `adjoint`."""
    found = adjoint(trace, weights, grad_hidden_direct, grad_last_hidden)
    delta_a, recurrent = found.trace.grad_preactivation, found.recurrent
    assert delta_a is not None
    return LayerGradients(
        trace=found.trace,
        weights={
            "weight_ih": outer_sum(delta_a, trace.inputs),
            "weight_hh": recurrent_outer_sum(recurrent, trace.hidden, trace.initial_hidden),
            "bias_ih": total(delta_a),
            "bias_hh": total(recurrent),
        },
        inputs=project(delta_a, weights["weight_ih"].T),
        initial_hidden=found.initial_hidden,
    )
