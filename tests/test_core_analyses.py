"""The analyses of a run against finite differences, torch.autograd and each other."""

from typing import Any

import numpy as np
import pytest
import torch

from rnn_core import (
    CELLS,
    LSTMTrace,
    Network,
    Numbers,
    Setup,
    Text,
    cancellation,
    grad_by_source,
    path_split,
    record,
    run,
    signal,
    state_jacobians,
    truncated,
    weight_step_norms,
    weight_step_terms,
)
from rnn_core.initial import initial_weights
from rnn_core.jacobians import singular_values
from rnn_core.propagate import forward
from tests.test_core_parity import torch_module

VARIANTS = [(cell, False) for cell in CELLS] + [("lstm", True)]
SERIES = Numbers(signal("noise", 9, seed=1))


def a_run(cell: str, **changes):
    values: dict[str, Any] = {
        "sequence": SERIES,
        "cell": cell,
        "hidden_size": 3,
        "init_scale": 2.0,
    } | changes
    return run(Setup(**values))


def batch_of(network: Network, length: int, batch: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    weights = initial_weights(network, seed=seed, init_scale=2.0)
    inputs = rng.normal(size=(length, batch, network.input_size))
    targets = rng.normal(size=(length, batch, network.output_size))
    return record(network, weights, inputs, targets, loss="squared")


# By source loss


@pytest.mark.parametrize("layer", range(4))
@pytest.mark.parametrize("cell", CELLS)
def test_each_source_is_the_gradient_of_a_run_with_that_loss_alone(cell, layer):
    changes = {"num_layers": 2, "bidirectional": True}
    whole = grad_by_source(a_run(cell, **changes), layer)
    for source in range(8):
        alone = a_run(cell, loss_steps=(source,), **changes).layers[layer].grad_hidden
        np.testing.assert_allclose(whole[source], alone, rtol=0, atol=1e-12)
    assert not whole[8].any()  # the last step has no target


def test_by_source_equals_torch_autograd_of_each_loss():
    network = Network("lstm", 2, 3, output_size=2)
    recorded = batch_of(network, length=5, batch=2)
    module = torch_module(network, recorded.weights)
    x = torch.from_numpy(recorded.inputs)
    states, h_and_c = [], None
    for t in range(5):  # one step at a time, so that every h_t is a tensor of its own
        _, h_and_c = module(x[t : t + 1], h_and_c)
        states.append(h_and_c[0].requires_grad_())
        h_and_c = (states[-1], h_and_c[1])
    weight, bias = (torch.from_numpy(recorded.weights[f"readout.{n}"]) for n in ("weight", "bias"))
    ours = grad_by_source(recorded, 0)
    for k in range(5):
        y = states[k][0] @ weight.T + bias
        loss = 0.5 * ((y - torch.from_numpy(recorded.targets[k])) ** 2).sum(-1).mean()
        theirs = torch.autograd.grad(loss, states, retain_graph=True, allow_unused=True)
        for t, gradient in enumerate(theirs):
            expected = np.zeros((2, 3)) if gradient is None else gradient[0].numpy()
            np.testing.assert_allclose(
                ours[k, t], expected, rtol=0, atol=1e-12, err_msg=f"dL_{k}/dh_{t}"
            )


def test_a_state_has_no_part_in_earlier_losses_nor_the_reverse_direction_in_later_ones():
    recorded = a_run("gru", bidirectional=True)
    k, t = np.indices((9, 9))
    ahead, behind = grad_by_source(recorded, 0), grad_by_source(recorded, 1)
    assert not ahead[t > k].any()
    assert not behind[t < k].any()
    assert (np.abs(ahead[(t < k) & (k < 8)]).max(axis=(1, 2)) > 0).all()


def test_cancellation_is_one_for_one_source_and_larger_where_sources_disagree():
    one = np.array([3.0, 4.0]).reshape(1, 1, 1, 2)
    assert cancellation(one) == pytest.approx([1.0])
    disagreeing = np.concatenate([one, -0.5 * one])
    assert cancellation(disagreeing) == pytest.approx([3.0])
    assert np.isnan(cancellation(np.zeros((2, 1, 1, 2)))).all()


# Jacobians


def states_from(cell: str, weights, inputs, h, c=None):
    network = Network(cell, inputs.shape[-1], h.shape[-1], peepholes="weight_ci_l0" in weights)
    own = {name: value for name, value in weights.items() if not name.startswith("readout")}
    trace = forward(network, own, inputs, h[None], None if c is None else c[None])[0]
    end = [trace.hidden[-1, 0]]
    if isinstance(trace, LSTMTrace):
        end.append(trace.cell[-1, 0])
    return np.concatenate(end)


@pytest.mark.parametrize(("cell", "peepholes"), VARIANTS)
def test_state_jacobians_meet_central_differences(cell, peepholes):
    """Restart the network after step t from a nudged state, everything else held."""
    recorded = a_run(cell, peepholes=peepholes)
    layer, k = recorded.layers[0], 6
    jacobians = state_jacobians(recorded, 0, k, of="state")
    assert jacobians.steps.tolist() == list(range(k + 1))
    for t in range(k):
        h = layer.hidden[t]
        c = layer.cell[t] if isinstance(layer, LSTMTrace) else None
        parts = [h] if c is None else [h, c]
        for which in range(len(parts)):
            for unit in range(3):
                ends = []
                for nudge in (1e-6, -1e-6):
                    moved = [p.copy() for p in parts]
                    moved[which][0, unit] += nudge
                    inputs = recorded.inputs[t + 1 : k + 1]
                    ends.append(states_from(cell, recorded.weights, inputs, *moved))
                numeric = (ends[0] - ends[1]) / 2e-6
                np.testing.assert_allclose(
                    jacobians.products[t][:, which * 3 + unit],
                    numeric,
                    rtol=0,
                    atol=1e-8,
                    err_msg=f"column {unit} of part {which}, from step {t} to {k}",
                )
    np.testing.assert_array_equal(jacobians.products[k], np.eye(6 if cell == "lstm" else 3))


def test_hidden_and_cell_jacobians_are_blocks_of_the_state_jacobian():
    recorded = a_run("lstm")
    whole = state_jacobians(recorded, 0, 7, of="state").products
    hidden = state_jacobians(recorded, 0, 7, of="hidden").products
    cell = state_jacobians(recorded, 0, 7, of="cell").products
    np.testing.assert_allclose(hidden, whole[:, :3, :3], rtol=0, atol=1e-15)
    np.testing.assert_allclose(cell, whole[:, :3, 3:], rtol=0, atol=1e-15)
    assert np.abs(cell[0]).max() > 0


@pytest.mark.parametrize("cell", ["rnn_tanh", "gru"])
def test_hidden_jacobians_equal_torch_autograd(cell):
    recorded = a_run(cell)
    module = torch_module(recorded.network, recorded.weights)
    start = torch.from_numpy(recorded.layers[0].hidden[2][None].copy())
    inputs = torch.from_numpy(recorded.inputs[3:8].copy())
    theirs = torch.autograd.functional.jacobian(lambda h: module(inputs, h)[0][-1, 0], start)
    ours = state_jacobians(recorded, 0, 7).products[2]
    np.testing.assert_allclose(ours, theirs[:, 0, 0].numpy(), rtol=0, atol=1e-12)


def test_jacobians_of_the_reverse_direction_are_those_of_the_reversed_sequence():
    recorded = a_run("lstm", bidirectional=True)
    backwards = {
        name.removesuffix("_reverse"): value
        for name, value in recorded.weights.items()
        if name.endswith("_reverse")
    }
    network = Network("lstm", 1, 3, output_size=1)
    backwards |= {"readout.weight": np.ones((1, 3)), "readout.bias": np.zeros(1)}
    mirrored = record(
        network, backwards, recorded.inputs[::-1], np.zeros((9, 1, 1)), loss="squared"
    )
    ours = state_jacobians(recorded, 1, 3, of="state")
    theirs = state_jacobians(mirrored, 0, 5, of="state")
    assert ours.steps.tolist() == [3, 4, 5, 6, 7, 8]
    np.testing.assert_allclose(ours.products, theirs.products[::-1], rtol=0, atol=1e-13)


def test_singular_values_of_noise_are_left_out():
    turned = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    values = singular_values((turned @ np.diag([2.0, 1e-3, 1e-19]) @ turned.T)[None])[0]
    assert values[:2] == pytest.approx([2.0, 1e-3])
    assert np.isnan(values[2])


def test_a_linear_network_of_spectral_radius_rho_passes_on_rho_to_the_lag():
    """An open relu with a permutation times ρ: every singular value is ρ^(k-t)."""
    rho, size, length = 0.9, 4, 12
    network = Network("rnn_relu", 1, size, output_size=1)
    weights = {name: np.zeros(shape) for name, shape in network.shapes().items()}
    turn = np.roll(np.eye(size), 1, axis=0)
    weights |= {"weight_hh_l0": rho * turn, "bias_ih_l0": np.ones(size)}
    zeros = np.zeros((length, 1, 1))
    recorded = record(network, weights, zeros, zeros, loss="squared")
    assert (recorded.layers[0].hidden > 0).all()
    jacobians = state_jacobians(recorded, 0, length - 1)
    for t, values in zip(jacobians.steps, jacobians.singular_values, strict=True):
        assert values == pytest.approx([rho ** (length - 1 - t)] * size)


# Truncation


@pytest.mark.parametrize(("cell", "peepholes"), VARIANTS)
def test_truncation_as_long_as_the_sequence_is_the_full_gradient(cell, peepholes):
    recorded = a_run(cell, peepholes=peepholes, num_layers=2)
    cut = truncated(recorded, 9, 9)
    for name, gradient in recorded.grad_weights.items():
        np.testing.assert_allclose(cut.grad_weights[name], gradient, rtol=0, atol=1e-13)
    for ours, theirs in zip(cut.layers, recorded.layers, strict=True):
        assert ours.grad_hidden is not None
        assert theirs.grad_hidden is not None
        np.testing.assert_allclose(ours.grad_hidden, theirs.grad_hidden, rtol=0, atol=1e-13)
    assert cut.cosine == pytest.approx(1.0)
    assert cut.norm_ratio == pytest.approx(1.0)
    assert cut.steps_held == 9


@pytest.mark.parametrize(("k1", "k2"), [(1, 1), (2, 2), (3, 3), (2, 5), (1, 4), (4, 9)])
@pytest.mark.parametrize("cell", CELLS)
def test_truncation_equals_a_torch_loop_that_detaches(cell, k1, k2):
    length = 9
    network = Network(cell, 2, 3, num_layers=2, output_size=2)
    recorded = batch_of(network, length, batch=2)
    module = torch_module(network, recorded.weights)
    weight, bias = (torch.from_numpy(recorded.weights[f"readout.{n}"]) for n in ("weight", "bias"))
    x, targets = torch.from_numpy(recorded.inputs), torch.from_numpy(recorded.targets)

    def steps(first: int, stop: int, state):
        return module(x[first:stop], state) if first < stop else (None, state)

    for first in range(0, length, k1):
        stop = min(first + k1, length)
        start = max(0, stop - k2)
        with torch.no_grad():
            _, state = steps(0, start, None)
        output, _ = steps(start, stop, state)
        y = output[first - start :] @ weight.T + bias
        (0.5 * ((y - targets[first:stop]) ** 2).sum(-1).mean(-1).sum()).backward()
    cut = truncated(recorded, k1, k2)
    for name, parameter in module.named_parameters():
        np.testing.assert_allclose(
            cut.grad_weights[name], parameter.grad.numpy(), rtol=0, atol=1e-11, err_msg=name
        )
    assert cut.steps_held == min(k2, length)
    names = [name for name, _ in module.named_parameters()]
    ours = np.concatenate([cut.grad_weights[name].ravel() for name in names])
    full = np.concatenate([recorded.grad_weights[name].ravel() for name in names])
    assert cut.norm_ratio == pytest.approx(np.linalg.norm(ours) / np.linalg.norm(full))
    assert cut.cosine == pytest.approx(
        ours @ full / np.linalg.norm(ours) / np.linalg.norm(full), abs=1e-12
    )


def test_no_gradient_crosses_a_cut():
    recorded = a_run("lstm", loss_steps=(7,))
    cut = truncated(recorded, 3, 3)
    assert cut.windows == ((0, 3), (3, 6), (6, 9))
    grad_hidden = cut.layers[0].grad_hidden
    assert grad_hidden is not None
    assert not grad_hidden[:6].any()
    assert grad_hidden[6].any()


def test_truncation_refuses_what_it_cannot_mean():
    recorded = a_run("gru")
    with pytest.raises(ValueError, match="k1 must be a whole number, 1 to 2; got 3"):
        truncated(recorded, 3, 2)
    with pytest.raises(ValueError, match="k2 must be a whole number, 1 to 9; got 10"):
        truncated(recorded, 3, 10)
    with pytest.raises(ValueError, match="bidirectional"):
        truncated(a_run("gru", bidirectional=True), 3, 3)


# The LSTM's two paths


@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_two_paths_sum_to_the_gradient_of_the_cell(bidirectional):
    changes = {"bidirectional": bidirectional, "num_layers": 2, "peepholes": True}
    recorded = a_run("lstm", **changes)
    for layer in range(len(recorded.layers)):
        for source in (0, 3, 7):
            alone = a_run("lstm", loss_steps=(source,), **changes).layers[layer]
            assert isinstance(alone, LSTMTrace)
            assert alone.grad_cell is not None
            split = path_split(recorded, layer, source)
            np.testing.assert_allclose(
                split.direct + split.gates, alone.grad_cell[:, 0], rtol=0, atol=1e-13
            )


def test_the_direct_path_is_the_product_of_the_forget_gates():
    recorded = a_run("lstm")
    layer = recorded.layers[0]
    assert isinstance(layer, LSTMTrace)
    split = path_split(recorded, 0, 5)
    by_hidden = (recorded.grad_output[5] @ recorded.weights["readout.weight"])[0]
    at_source = by_hidden * layer.output_gate[5, 0] * (1 - np.tanh(layer.cell[5, 0]) ** 2)
    for t in range(6):
        expected = np.prod(layer.forget_gate[t + 1 : 6, 0], axis=0) * at_source
        np.testing.assert_allclose(split.direct[t], expected, rtol=0, atol=1e-15)
    assert not split.direct[6:].any()


def test_with_forget_gates_at_one_the_direct_path_arrives_whole():
    recorded = a_run("lstm", forget_bias=60.0)
    layer = recorded.layers[0]
    assert isinstance(layer, LSTMTrace)
    assert (layer.forget_gate == 1.0).all()
    direct = path_split(recorded, 0, 7).direct
    assert np.abs(direct[7]).min() > 0
    for t in range(8):
        np.testing.assert_array_equal(direct[t], direct[7])


def test_only_an_lstm_has_two_paths():
    with pytest.raises(ValueError, match="layer must be an LSTM"):
        path_split(a_run("gru"), 0, 3)


# The weights' gradient, step by step


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize(("cell", "peepholes"), VARIANTS)
def test_terms_of_the_steps_sum_to_the_gradient_of_every_weight(cell, peepholes, bidirectional):
    network = Network(cell, 2, 3, 2, bidirectional, peepholes, output_size=2)
    recorded = batch_of(network, length=6, batch=3)
    norms = weight_step_norms(recorded)
    assert list(norms) == list(recorded.grad_weights)
    assert set(norms) == set(network.shapes())
    for name, gradient in recorded.grad_weights.items():
        terms = weight_step_terms(recorded, name)
        assert terms.shape == (6, *gradient.shape)
        np.testing.assert_allclose(terms.sum(axis=0), gradient, rtol=0, atol=1e-12, err_msg=name)
        by_step = np.sqrt((terms.reshape(6, -1) ** 2).sum(axis=1))
        np.testing.assert_allclose(norms[name], by_step, rtol=0, atol=1e-9, err_msg=name)


def test_the_term_of_the_first_step_is_the_gradient_of_a_run_cut_after_it():
    recorded = run(Setup(Text("abcab"), loss_steps=(0,), cell="gru", hidden_size=2))
    terms = weight_step_terms(recorded, "weight_ih_l0")
    np.testing.assert_allclose(terms[0], recorded.grad_weights["weight_ih_l0"], atol=1e-15)
    assert not terms[1:].any()
