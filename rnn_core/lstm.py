"""The LSTM layer in NumPy, every value kept.

Gate order i, f, g, o and weight shapes are those of `torch.nn.LSTM`, so weights copy across:

    a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh          four blocks, one for each gate
    i, f, o = σ(a^i), σ(a^f), σ(a^o)                     g = tanh(a^g)
    c_t = f ⊙ c_{t-1} + i ⊙ g                            h_t = o ⊙ tanh(c_t)

With peepholes the gates also see the cell: a^i += w_ci ⊙ c_{t-1}, a^f += w_cf ⊙ c_{t-1},
a^o += w_co ⊙ c_t. Backward, with e_t = ∂L/∂h_t by every way but the layer's own recurrence:

    δh_t = e_t + W_hhᵀ δa_{t+1}
    δc_t = carried_t + δh_t ⊙ o ⊙ (1 - tanh² c_t) + [w_co ⊙ δa^o_t]
    δa^i = δc ⊙ g ⊙ i(1-i)                δa^f = δc ⊙ c_{t-1} ⊙ f(1-f)
    δa^g = δc ⊙ i ⊙ (1-g²)                δa^o = δh ⊙ tanh(c) ⊙ o(1-o)
    carried_{t-1} = f_t ⊙ δc_t + [w_ci ⊙ δa^i_t + w_cf ⊙ δa^f_t]

Sources: Hochreiter & Schmidhuber 1997; forget gate from Gers, Schmidhuber & Cummins 2000;
peepholes from Gers & Schmidhuber 2000.
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
from rnn_core.trace import FREE, Clamps, LayerGradients, LSTMTrace


def blocks(gates: Float[np.ndarray, "*axes gates"]) -> list[np.ndarray]:
    """The four gates' blocks (views) of rows that hold them side by side, order i, f, g, o."""
    return np.split(gates, 4, axis=-1)


def forward(
    weights: Mapping[str, np.ndarray],
    inputs: Float[np.ndarray, "time batch features"],
    initial_hidden: Float[np.ndarray, "batch hidden"],
    initial_cell: Float[np.ndarray, "batch hidden"],
    clamps: Clamps = FREE,
) -> LSTMTrace:
    """Run the layer from step 0 on; the initial states are h_{-1} and c_{-1}."""
    size = initial_hidden.shape[-1]
    scale, scaled = _scaled(weights, size)
    preactivation = project(inputs, scaled["weight_ih"])
    preactivation += scaled["bias_ih"] + scaled["bias_hh"]
    recurrent = np.ascontiguousarray(scaled["weight_hh"].T)
    w_ci, w_cf, w_co = (scaled.get(name) for name in ("weight_ci", "weight_cf", "weight_co"))
    gates = np.empty_like(preactivation)
    i, f, g, o = blocks(gates)
    cell, hidden = np.empty_like(i), np.empty_like(i)
    product, scratch = np.empty_like(preactivation[0]), np.empty_like(initial_hidden)
    # Of the gates' full shape: broadcasting a row costs more than the product itself.
    stretch, shift = (np.tile(row, (len(initial_hidden), 1)) for row in clamps.bend(scale))
    silenced = clamps.silenced
    add, dot, multiply, tanh = np.add, np.dot, np.multiply, np.tanh  # looked up once, not per step
    h, c = initial_hidden, initial_cell
    for a, gate, i_t, f_t, g_t, o_t, c_t, h_t in zip(
        preactivation, gates, i, f, g, o, cell, hidden, strict=True
    ):
        dot(h, recurrent, product)
        add(a, product, a)
        if w_ci is not None and w_cf is not None:
            a[:, :size] += w_ci * c
            a[:, size : 2 * size] += w_cf * c
        tanh(a, gate)
        multiply(gate, stretch, gate)  # ½ tanh(½ a) + ½ is σ(a); the candidate stays tanh(a)
        add(gate, shift, gate)
        multiply(f_t, c, c_t)
        multiply(i_t, g_t, scratch)
        add(c_t, scratch, c_t)
        if w_co is not None:
            a[:, 3 * size :] += w_co * c_t
            o_t[...] = stretch[:, 3 * size :] * np.tanh(a[:, 3 * size :]) + shift[:, 3 * size :]
        tanh(c_t, scratch)
        multiply(o_t, scratch, h_t)
        if silenced is not None:
            h_t[:, silenced] = 0.0
        h, c = h_t, c_t
    preactivation *= 1.0 / scale
    return LSTMTrace(
        inputs=inputs,
        preactivation=preactivation,
        hidden=hidden,
        initial_hidden=initial_hidden,
        input_gate=i,
        forget_gate=f,
        candidate=g,
        output_gate=o,
        cell=cell,
        initial_cell=initial_cell,
        clamps=clamps,
    )


def _scaled(
    weights: Mapping[str, np.ndarray], size: int
) -> tuple[Float[np.ndarray, " gates"], dict[str, np.ndarray]]:
    """½, ½, 1, ½ for the gates' blocks, and the weights times it.

    One tanh serves all four blocks, since σ(a) = ½ tanh(½ a) + ½: the loop works on
    pre-activations that are scaled once, in the weights. Powers of two cost no precision.
    """
    scale = np.repeat(np.array([0.5, 0.5, 1.0, 0.5], weights["weight_hh"].dtype), size)
    scaled = {}
    for name, value in weights.items():
        if name.startswith("weight_c"):
            scaled[name] = 0.5 * value
        else:
            scaled[name] = value * (scale if value.ndim == 1 else scale[:, None])
    return scale, scaled


class Slopes(NamedTuple):
    """The local derivatives of every step, rows t."""

    gates: Float[np.ndarray, "time batch gates"]  # ∂c_t/∂a_t for i, f, g; ∂h_t/∂a_t for o
    cell: Float[np.ndarray, "time batch hidden"]  # ∂h_t/∂c_t = o ⊙ (1 - tanh² c_t)
    forget_gate: Float[np.ndarray, "time batch hidden"]  # ∂c_t/∂c_{t-1}, the straight way


def slopes(trace: LSTMTrace) -> Slopes:
    """The local derivatives of every step at once, so that the adjoint loop only multiplies."""
    # Copies without gaps: the gates stand side by side in one array, and arithmetic on such views
    # costs more than the copy.
    i, f, g, o = (
        np.ascontiguousarray(gate)
        for gate in (trace.input_gate, trace.forget_gate, trace.candidate, trace.output_gate)
    )
    tanh_cell, gates = np.tanh(trace.cell), np.empty_like(trace.preactivation)
    by_i, by_f, by_g, by_o = blocks(gates)
    np.multiply(i * (1.0 - i), g, by_i)
    np.multiply(f * (1.0 - f), before(trace.cell, trace.initial_cell), by_f)
    np.multiply(1.0 - g * g, i, by_g)
    np.multiply(o * (1.0 - o), tanh_cell, by_o)
    by_cell = o * (1.0 - tanh_cell * tanh_cell)
    if trace.pinned is not None:
        gates[..., trace.pinned] = 0.0
    if trace.clamps.silenced is not None:
        by_o[..., trace.clamps.silenced] = by_cell[..., trace.clamps.silenced] = 0.0
    return Slopes(gates, by_cell, f)


def step_back(
    local: Slopes,
    weights: Mapping[str, np.ndarray],
    t: int,
    delta_h: Float[np.ndarray, "*many batch hidden"],
    carried: Float[np.ndarray, "*many batch hidden"],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """δa_t and what step t hands to h_{t-1} and to c_{t-1}, for any number of adjoints at once.

    `carried` is what reaches c_t by other ways than h_t.
    """
    size = delta_h.shape[-1]
    by_gate = local.gates[t].reshape(-1, 4, size)
    delta_gates = np.empty((*delta_h.shape[:-1], 4, size), delta_h.dtype)
    delta_i, delta_f, delta_o = (delta_gates[..., gate, :] for gate in (0, 1, 3))
    np.multiply(delta_h, by_gate[:, 3], delta_o)
    delta_c = carried + delta_h * local.cell[t]
    if "weight_co" in weights:
        delta_c += delta_o * weights["weight_co"]
    np.multiply(delta_c[..., None, :], by_gate[:, :3], delta_gates[..., :3, :])
    carried = delta_c * local.forget_gate[t]
    if "weight_ci" in weights:
        carried += delta_i * weights["weight_ci"] + delta_f * weights["weight_cf"]
    delta_a = delta_gates.reshape(*delta_h.shape[:-1], 4 * size)
    return delta_a, apply(delta_a, weights["weight_hh"]), carried


class Adjoint(NamedTuple):
    """A record with its gradients, and ∂L/∂ the states before the first step."""

    trace: LSTMTrace
    initial_hidden: Float[np.ndarray, "batch hidden"]
    initial_cell: Float[np.ndarray, "batch hidden"]


def adjoint(
    trace: LSTMTrace,
    weights: Mapping[str, np.ndarray],
    grad_hidden_direct: Float[np.ndarray, "time batch hidden"],
    grad_last_hidden: Float[np.ndarray, "batch hidden"] | None = None,
    grad_last_cell: Float[np.ndarray, "batch hidden"] | None = None,
) -> Adjoint:
    """The adjoint loop alone: of `weights` it needs `weight_hh` and the peepholes.

    `grad_hidden_direct` is e_t; the last two are what reaches the states after the last step from
    beyond it.
    """
    size, local = trace.hidden.shape[-1], slopes(trace)
    delta_h, delta_c = np.empty_like(trace.hidden), np.empty_like(trace.hidden)
    delta_a = np.empty_like(trace.preactivation)
    w_ci, w_cf, w_co = (weights.get(name) for name in ("weight_ci", "weight_cf", "weight_co"))
    weight_hh, in_blocks = weights["weight_hh"], (*trace.hidden.shape[:2], 4, size)
    handed = from_beyond(grad_last_hidden, trace.initial_hidden)
    carried = from_beyond(grad_last_cell, trace.initial_cell)
    by_cell = local.gates.reshape(in_blocks)[:, :, :3]
    by_hidden = np.ascontiguousarray(local.gates[..., 3 * size :])
    da_cell, da_hidden = delta_a.reshape(in_blocks)[:, :, :3], delta_a[..., 3 * size :]
    reads = (grad_hidden_direct, local.forget_gate, local.cell, by_cell, by_hidden)
    writes = (delta_h, delta_c, delta_c[:, :, None], delta_a, da_cell, da_hidden)
    add, dot, multiply = np.add, np.dot, np.multiply
    for e, f, slope_c, slope_ifg, slope_o, dh, dc, dc_for_all, da, da_ifg, da_o in back_in_time(
        *reads, *writes
    ):
        add(e, handed, dh)
        multiply(dh, slope_o, da_o)
        multiply(dh, slope_c, dc)
        add(dc, carried, dc)
        if w_co is not None:
            dc += da_o * w_co
        multiply(dc_for_all, slope_ifg, da_ifg)
        multiply(dc, f, carried)
        if w_ci is not None and w_cf is not None:
            carried += da_ifg[:, 0] * w_ci + da_ifg[:, 1] * w_cf
        dot(da, weight_hh, handed)
    with_gradients = replace(
        trace, grad_hidden=delta_h, grad_cell=delta_c, grad_preactivation=delta_a
    )
    return Adjoint(with_gradients, handed, carried)


def backward(
    trace: LSTMTrace,
    weights: Mapping[str, np.ndarray],
    grad_hidden_direct: Float[np.ndarray, "time batch hidden"],
    grad_last_hidden: Float[np.ndarray, "batch hidden"] | None = None,
    grad_last_cell: Float[np.ndarray, "batch hidden"] | None = None,
) -> LayerGradients:
    """Backpropagate through time, the weights' gradients included; arguments as in `adjoint`."""
    found = adjoint(trace, weights, grad_hidden_direct, grad_last_hidden, grad_last_cell)
    delta_a = found.trace.grad_preactivation
    assert delta_a is not None
    return LayerGradients(
        trace=found.trace,
        weights=_weight_gradients(trace, weights, delta_a),
        inputs=project(delta_a, weights["weight_ih"].T),
        initial_hidden=found.initial_hidden,
        initial_cell=found.initial_cell,
    )


def _weight_gradients(
    trace: LSTMTrace,
    weights: Mapping[str, np.ndarray],
    delta_a: Float[np.ndarray, "time batch gates"],
) -> dict[str, np.ndarray]:
    bias = total(delta_a)
    gradients = {
        "weight_ih": outer_sum(delta_a, trace.inputs),
        "weight_hh": recurrent_outer_sum(delta_a, trace.hidden, trace.initial_hidden),
        "bias_ih": bias,
        "bias_hh": bias.copy(),
    }
    if "weight_ci" in weights:
        by_i, by_f, _, by_o = blocks(delta_a)
        cell_before = before(trace.cell, trace.initial_cell)
        gradients["weight_ci"] = (by_i * cell_before).sum(axis=(0, 1))
        gradients["weight_cf"] = (by_f * cell_before).sum(axis=(0, 1))
        gradients["weight_co"] = (by_o * trace.cell).sum(axis=(0, 1))
    return gradients
