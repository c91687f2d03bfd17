"""A run with changes: what is held is held, and every gradient is that of the changed network."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from rnn_core import (
    CELLS,
    GATE_FIELDS,
    Changes,
    GRUTrace,
    LSTMTrace,
    Numbers,
    Run,
    Setup,
    grad_by_source,
    path_split,
    record,
    run,
    signal,
    state_jacobians,
    weight_step_terms,
)
from rnn_core.propagate import forward
from tests.test_core_gradients import assert_every_element_meets_its_central_difference
from tests.test_core_parity import torch_module

SERIES = Numbers(signal("noise", 5, seed=1), standardise=True)
VARIANTS = [(cell, False) for cell in CELLS] + [("lstm", True)]
STACKS = [(1, False, 3), (2, False, 2), (2, True, 2)]


def changes_for(cell: str, records: int = 1, hidden: int = 3, **others: Any) -> Changes:
    """Something of every kind, in the first record and in the last."""
    last, gates = records - 1, GATE_FIELDS[cell]
    places = [(0, gate, unit) for gate, unit in zip(gates[:1] + gates[-1:], (0, 2), strict=False)]
    places += [(last, gate, 0) for gate in gates[1:3]]
    initial = {("hidden", 0, 0): 0.4, ("hidden", last, 0): -0.7}
    if cell == "lstm":
        initial["cell", 0, 1] = 1.25
    values: dict[str, Any] = {
        "inputs": ((0, 0.75), (3, -2.0)),
        "weights": (("weight_hh_l0", 0, 1, 1.5), ("readout.weight", 0, 0, -2.0)),
        "initial": tuple((*key, value) for key, value in initial.items()),
        "pins": tuple(
            (place, gate, unit % hidden, 0.3 if gate == "candidate" else 0.8)
            for place, gate, unit in places
        ),
        "silenced": tuple({(0, 1), (last, 1)}),
    }
    return Changes(**(values | others))


def a_setup(cell: str, changes: Changes, **others: Any) -> Setup:
    values: dict[str, Any] = {"hidden_size": 3, "init_scale": 2.0, "seed": 2} | others
    return Setup(SERIES, cell=cell, changes=changes, **values)


def records_of(num_layers: int, bidirectional: bool) -> int:
    return num_layers * (2 if bidirectional else 1)


class Nudged:
    """The arrays of a run with its changes, there to be nudged one element at a time."""

    def __init__(self, recorded: Run):
        self.recorded, self.clamps = recorded, [layer.clamps for layer in recorded.layers]
        self.weights = {name: value.copy() for name, value in recorded.weights.items()}
        self.inputs = recorded.inputs.copy()
        self.initial_hidden = np.stack([layer.initial_hidden for layer in recorded.layers])
        self.initial_cell = None
        if isinstance(recorded.layers[0], LSTMTrace):
            cells = [layer.initial_cell for layer in recorded.layers]  # type: ignore[attr-defined]
            self.initial_cell = np.stack(cells)

    def loss(self) -> float:
        return record(
            self.recorded.network,
            self.weights,
            self.inputs,
            self.recorded.targets,
            loss="squared",
            loss_mask=self.recorded.loss_mask,
            initial_hidden=self.initial_hidden,
            initial_cell=self.initial_cell,
            clamps=self.clamps,
        ).loss


# Gradients


@pytest.mark.parametrize(("num_layers", "bidirectional", "hidden"), STACKS)
@pytest.mark.parametrize(("cell", "peepholes"), VARIANTS)
def test_gradients_of_a_changed_run_meet_their_central_differences(
    cell, peepholes, num_layers, bidirectional, hidden
):
    changes = changes_for(cell, records_of(num_layers, bidirectional), hidden)
    recorded = run(
        a_setup(
            cell,
            changes,
            peepholes=peepholes,
            num_layers=num_layers,
            bidirectional=bidirectional,
            hidden_size=hidden,
        )
    )
    if cell == "rnn_relu":  # no element may stand at the kink, where there is no derivative
        assert min(abs(layer.preactivation).min() for layer in recorded.layers) > 1e-3
    nudged = Nudged(recorded)
    assert nudged.loss() == recorded.loss
    pairs = {name: (values, recorded.grad_weights[name]) for name, values in nudged.weights.items()}
    pairs["inputs"] = nudged.inputs, recorded.grad_inputs
    pairs["initial_hidden"] = nudged.initial_hidden, recorded.grad_initial_hidden
    if nudged.initial_cell is not None:
        assert recorded.grad_initial_cell is not None
        pairs["initial_cell"] = nudged.initial_cell, recorded.grad_initial_cell
    for name, (values, gradient) in pairs.items():
        assert_every_element_meets_its_central_difference(name, values, gradient, nudged.loss)


@pytest.mark.parametrize(("cell", "peepholes"), VARIANTS)
def test_the_gradient_of_a_state_is_that_of_the_state_as_others_read_it(cell, peepholes):
    """Nudge h_t itself: the read-out at t reads it, and the network that goes on from it."""
    recorded = run(a_setup(cell, changes_for(cell), peepholes=peepholes))
    layer, t = recorded.layers[0], 1
    assert layer.grad_hidden is not None
    hidden, cells = layer.hidden.copy(), getattr(layer, "cell", None)

    def loss() -> float:
        weight, bias = recorded.weights["readout.weight"], recorded.weights["readout.bias"]
        at_t = 0.5 * ((hidden[t] @ weight.T + bias - recorded.targets[t]) ** 2).sum()
        later = record(
            recorded.network,
            recorded.weights,
            recorded.inputs[t + 1 :],
            recorded.targets[t + 1 :],
            loss="squared",
            loss_mask=recorded.loss_mask[t + 1 :],
            initial_hidden=hidden[t][None],
            initial_cell=None if cells is None else cells[t][None],
            clamps=[layer.clamps],
        )
        return at_t + later.loss

    assert hidden[t, 0, 1] == 0.0  # silenced
    assert layer.grad_hidden[t, 0, 1] != 0.0
    assert_every_element_meets_its_central_difference(
        "hidden", hidden[t], layer.grad_hidden[t], loss
    )


def test_a_pinned_gate_has_no_slope_and_its_preactivation_is_as_computed():
    changes = Changes(pins=((0, "forget_gate", 2, 1.0), (0, "input_gate", 0, 0.0)))
    layer = run(a_setup("lstm", changes)).layers[0]
    assert isinstance(layer, LSTMTrace)
    assert layer.grad_preactivation is not None
    assert (layer.forget_gate[..., 2] == 1.0).all()
    assert (layer.input_gate[..., 0] == 0.0).all()
    assert not layer.grad_preactivation[..., [0, 5]].any()
    assert layer.grad_preactivation[1:4, :, [1, 2, 4]].all()
    assert layer.cell[:, 0, 0] == pytest.approx(0.0)
    np.testing.assert_allclose(  # nothing is forgotten: the cell adds up what enters
        layer.cell[:, 0, 2], np.cumsum((layer.input_gate * layer.candidate)[:, 0, 2]), atol=1e-15
    )
    pre = by_hand(run(a_setup("lstm", changes)))
    np.testing.assert_allclose(layer.preactivation, pre, rtol=0, atol=1e-14)


def by_hand(recorded: Run) -> np.ndarray:
    """W_ih x_t + b_ih + W_hh h_{t-1} + b_hh of a single layer, h as recorded."""
    w, layer = recorded.weights, recorded.layers[0]
    seen = np.concatenate([layer.initial_hidden[None], layer.hidden[:-1]])
    return (
        layer.inputs @ w["weight_ih_l0"].T
        + w["bias_ih_l0"]
        + seen @ w["weight_hh_l0"].T
        + w["bias_hh_l0"]
    )


def test_every_gate_of_a_gru_can_be_pinned():
    pins = ((0, "reset_gate", 0, 0.25), (0, "update_gate", 1, 0.5), (0, "candidate", 2, -1.0))
    recorded = run(a_setup("gru", Changes(pins=pins)))
    layer = recorded.layers[0]
    assert isinstance(layer, GRUTrace)
    assert layer.grad_preactivation is not None
    for _, gate, unit, value in pins:
        assert (getattr(layer, gate)[..., unit] == value).all(), gate
    assert not layer.grad_preactivation[..., [0, 4, 8]].any()
    h_before = np.concatenate([layer.initial_hidden[None], layer.hidden[:-1]])
    z, n = layer.update_gate, layer.candidate
    np.testing.assert_allclose(layer.hidden, (1 - z) * n + z * h_before, rtol=0, atol=1e-15)


@pytest.mark.parametrize(("num_layers", "bidirectional", "hidden"), STACKS)
@pytest.mark.parametrize(("cell", "peepholes"), VARIANTS)
def test_silencing_a_unit_is_cutting_every_weight_that_reads_it(
    cell, peepholes, num_layers, bidirectional, hidden
):
    """A network whose columns for that unit are 0 has the same losses and the same δa."""
    others = {
        "peepholes": peepholes,
        "num_layers": num_layers,
        "bidirectional": bidirectional,
        "hidden_size": hidden,
    }
    count = records_of(num_layers, bidirectional)
    silenced = run(a_setup(cell, Changes(silenced=((0, 1), (count - 1, 0))), **others))
    network = silenced.network
    weights = {name: value.copy() for name, value in silenced.weights.items()}
    for place, unit in ((0, 1), (count - 1, 0)):
        weights[f"weight_hh{network.suffixes[place]}"][:, unit] = 0.0
        depth, half = divmod(place, network.directions)
        column = half * hidden + unit
        if depth == num_layers - 1:
            weights["readout.weight"][:, column] = 0.0
        else:
            for suffix in network.suffixes:
                if suffix.startswith(f"_l{depth + 1}"):
                    weights[f"weight_ih{suffix}"][:, column] = 0.0
    cut = record(
        network,
        weights,
        silenced.inputs,
        silenced.targets,
        loss="squared",
        loss_mask=silenced.loss_mask,
    )
    np.testing.assert_allclose(silenced.losses, cut.losses, rtol=0, atol=1e-13)
    for place, (ours, theirs) in enumerate(zip(silenced.layers, cut.layers, strict=True)):
        delta, its_delta = ours.grad_preactivation, theirs.grad_preactivation
        assert delta is not None
        assert its_delta is not None
        np.testing.assert_allclose(delta, its_delta, rtol=0, atol=1e-13)
        held = {0: 1, count - 1: 0}.get(place)
        if place == 0 == count - 1:
            continue  # one record with two silenced units
        free = [unit for unit in range(hidden) if unit != held]
        np.testing.assert_allclose(
            ours.hidden[..., free], theirs.hidden[..., free], rtol=0, atol=1e-14
        )
        if held is not None:
            assert not ours.hidden[..., held].any()


def test_a_silenced_lstm_unit_keeps_its_cell_and_reaches_nobody():
    recorded = run(a_setup("lstm", Changes(silenced=((0, 1),)), peepholes=True))
    layer = recorded.layers[0]
    assert isinstance(layer, LSTMTrace)
    assert layer.grad_cell is not None
    assert layer.cell[..., 1].all()
    assert not layer.grad_cell[..., 1].any()
    assert layer.grad_cell[:4, :, [0, 2]].all()
    for name in ("weight_ci_l0", "weight_cf_l0", "weight_co_l0"):
        assert recorded.grad_weights[name][1] == 0.0


# torch


@pytest.mark.parametrize("cell", CELLS)
def test_changed_weights_inputs_and_states_equal_torch_with_those(cell):
    setup = a_setup(cell, Changes(), num_layers=2)
    series = (np.array(SERIES.values) - np.mean(SERIES.values)) / np.std(SERIES.values)
    original = run(setup)
    changes = Changes(
        inputs=((2, 0.5),),
        weights=(
            ("weight_hh_l0", 2, 1, -1.75),
            ("weight_ih_l1", 0, 2, 0.5),
            ("bias_hh_l1", 1, 0, 2.0),
            ("readout.weight", 0, 2, 3.0),
        ),
        initial=(("hidden", 1, 0, 0.25),) + ((("cell", 0, 2, -1.5),) if cell == "lstm" else ()),
    )
    recorded = run(replace(setup, changes=changes))

    state = {name: value.copy() for name, value in original.weights.items()}
    state["weight_hh_l0"][2, 1], state["weight_ih_l1"][0, 2] = -1.75, 0.5
    state["bias_hh_l1"][1], state["readout.weight"][0, 2] = 2.0, 3.0
    module = torch_module(original.network, state)
    read = series.copy()
    read[2] = (0.5 - np.mean(SERIES.values)) / np.std(SERIES.values)
    x = torch.from_numpy(read[:, None, None].copy()).requires_grad_()
    h, c = torch.zeros(2, 1, 3, dtype=torch.float64), torch.zeros(2, 1, 3, dtype=torch.float64)
    h[1, 0, 0], c[0, 0, 2] = 0.25, -1.5
    h.requires_grad_()
    output, _ = module(x, (h, c) if cell == "lstm" else h)
    y = output @ torch.from_numpy(state["readout.weight"]).T
    y = (y + torch.from_numpy(state["readout.bias"]))[:-1, 0, 0]
    loss = 0.5 * (y - torch.from_numpy(series[1:])).square().sum()  # targets stay as they were
    loss.backward()
    assert recorded.loss == pytest.approx(loss.item(), abs=1e-12)
    assert x.grad is not None
    assert h.grad is not None
    np.testing.assert_allclose(recorded.grad_inputs, x.grad.numpy(), rtol=0, atol=1e-11)
    np.testing.assert_allclose(recorded.grad_initial_hidden, h.grad.numpy(), rtol=0, atol=1e-11)
    for name, parameter in module.named_parameters():
        np.testing.assert_allclose(
            recorded.grad_weights[name], parameter.grad.numpy(), rtol=0, atol=1e-11, err_msg=name
        )


@pytest.mark.parametrize(
    ("cell", "gate", "block"),
    [("lstm", "forget_gate", 1), ("gru", "reset_gate", 0), ("gru", "update_gate", 1)],
)
def test_a_pinned_gate_equals_torch_with_a_gate_that_reads_nothing(cell, gate, block):
    """Rows of 0 and the logit of the value for the bias hold a gate in torch's own network."""
    recorded = run(a_setup(cell, Changes(pins=((0, gate, 1, 0.8),))))
    row, state = block * 3 + 1, {name: v.copy() for name, v in recorded.weights.items()}
    for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"):
        state[name][row] = np.log(4.0) if name == "bias_ih_l0" else 0.0
    module = torch_module(recorded.network, state)
    output, _ = module(torch.from_numpy(recorded.inputs.copy()))
    y = output @ torch.from_numpy(state["readout.weight"]).T
    y = (y + torch.from_numpy(state["readout.bias"]))[:-1]
    (0.5 * (y - torch.from_numpy(recorded.targets[:-1].copy())).square().sum()).backward()
    hidden = output.detach().numpy()
    np.testing.assert_allclose(recorded.layers[0].hidden, hidden, rtol=0, atol=1e-14)
    for name, parameter in module.named_parameters():
        theirs = parameter.grad.numpy().copy()
        theirs[row] = 0.0  # what is held does not learn
        np.testing.assert_allclose(
            recorded.grad_weights[name], theirs, rtol=0, atol=1e-13, err_msg=name
        )


# The analyses of a changed run


@pytest.mark.parametrize(("cell", "peepholes"), VARIANTS)
def test_the_analyses_of_a_changed_run_add_up(cell, peepholes):
    setup = a_setup(
        cell, changes_for(cell, 4), peepholes=peepholes, num_layers=2, bidirectional=True
    )
    recorded = run(setup)
    for name, gradient in recorded.grad_weights.items():
        terms = weight_step_terms(recorded, name)
        np.testing.assert_allclose(terms.sum(axis=0), gradient, rtol=0, atol=1e-12, err_msg=name)
    alone = run(replace(setup, loss_steps=(2,)))
    for place, layer in enumerate(recorded.layers):
        by_source, by_one = grad_by_source(recorded, place), alone.layers[place].grad_hidden
        assert layer.grad_hidden is not None
        assert by_one is not None
        np.testing.assert_allclose(by_source.sum(axis=0), layer.grad_hidden, rtol=0, atol=1e-12)
        np.testing.assert_allclose(by_source[2], by_one, rtol=0, atol=1e-12)
        if cell == "lstm":
            split, only = path_split(recorded, place, 2), alone.layers[place]
            assert isinstance(only, LSTMTrace)
            assert only.grad_cell is not None
            np.testing.assert_allclose(
                split.direct + split.gates, only.grad_cell[:, 0], rtol=0, atol=1e-13
            )
            assert split.direct[:, 1].any() == (place not in (0, 3))  # silenced there


def test_the_straight_path_of_a_changed_lstm_is_the_product_of_its_forget_gates():
    changes = Changes(pins=((0, "forget_gate", 0, 0.5),), silenced=((0, 1),))
    recorded = run(a_setup("lstm", changes))
    direct = path_split(recorded, 0, 3).direct
    assert direct[3, 0] != 0.0
    np.testing.assert_allclose(direct[:4, 0], direct[3, 0] * 0.5 ** np.arange(3, -1, -1.0))
    assert not direct[:, 1].any()


@pytest.mark.parametrize(("cell", "peepholes"), VARIANTS)
def test_state_jacobians_of_a_changed_run_meet_central_differences(cell, peepholes):
    recorded = run(a_setup(cell, changes_for(cell), peepholes=peepholes))
    layer, t, k = recorded.layers[0], 1, 4
    ours = state_jacobians(recorded, 0, k, of="state").products[t]
    starts = [layer.hidden[t].copy()]
    if isinstance(layer, LSTMTrace):
        starts.append(layer.cell[t].copy())
    own = {name: v for name, v in recorded.weights.items() if not name.startswith("readout")}
    network = replace(recorded.network, output_size=0)

    def state() -> np.ndarray:
        inputs, parts = recorded.inputs[t + 1 : k + 1], [part[None] for part in starts]
        cells = parts[1] if len(parts) == 2 else None
        trace = forward(network, own, inputs, parts[0], cells, [layer.clamps])[0]
        ends = [trace.hidden[-1, 0]] + ([trace.cell[-1, 0]] if isinstance(trace, LSTMTrace) else [])
        return np.concatenate(ends)

    for which, part in enumerate(starts):
        for unit in range(3):
            ends = []
            kept = part[0, unit]
            for nudge in (1e-6, -1e-6):
                part[0, unit] = kept + nudge
                ends.append(state())
            part[0, unit] = kept
            numeric = (ends[0] - ends[1]) / 2e-6
            np.testing.assert_allclose(ours[:, which * 3 + unit], numeric, rtol=0, atol=1e-8)
