"""`trace_torch` against autograd on a plain loop of cells, field by field, and what it must refuse.

The loop is written here from PyTorch's documented equations, with retained gradients, and shares
nothing with `rnn_core`. Both ways back are tested on every device there is: the reverse scan
(the CPU's) and the probe (CUDA's).
"""

import itertools
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from rnn_core import network_of, trace_torch
from rnn_core import torch_trace as under_test
from rnn_core.propagate import backward, forward
from tests.linear_rnn import TORCH_CELLS

TIME, BATCH, INPUTS, HIDDEN = 5, 3, 4, 6
DEVICES = ["cpu"] + ["cuda"] * torch.cuda.is_available()
WAYS = ["reverse scan", "probe"]
PARAMETERS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


@pytest.fixture(params=list(itertools.product(DEVICES, WAYS)), ids=" ".join)
def device(request, monkeypatch):
    """A device, with the way back that the test is to go."""
    kind, way = request.param
    monkeypatch.setattr(under_test, "PROBED", {kind} if way == "probe" else set())
    return kind


def make(cell: str, seed: int = 0, scale: float = 1.0, **options: Any) -> nn.RNNBase:
    torch.manual_seed(seed)
    options = {"dtype": torch.float64, "input_size": INPUTS, "hidden_size": HIDDEN} | options
    kinds = {"gru": nn.GRU, "lstm": nn.LSTM}
    if cell not in kinds:
        options["nonlinearity"] = cell.removeprefix("rnn_")
    module = kinds.get(cell, nn.RNN)(**options)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter *= scale
    return module


def sequence_for(module: nn.RNNBase, time: int = TIME, batch: int = BATCH) -> torch.Tensor:
    shape = (batch, time) if module.batch_first else (time, batch)
    return torch.randn(*shape, INPUTS).to(module.weight_ih_l0)


def uneven(output: torch.Tensor) -> torch.Tensor:
    """A loss that meets every number of the output, each with another weight."""
    weight = torch.linspace(-1.0, 1.0, output.numel(), dtype=output.dtype, device=output.device)
    return (weight.view(output.shape) * output.square() + torch.sin(3.0 * output)).sum()


# The loop of cells


def loop(
    cell: str, named: dict[str, torch.Tensor], xs: torch.Tensor, h: torch.Tensor, c: torch.Tensor
) -> tuple[list[torch.Tensor], dict[str, list[Any]]]:
    """One layer in one direction; the kept tensors under the record's field names, step by step.

    A field of blocks is kept as the list of its blocks.
    """
    w_ih, w_hh, b_ih, b_hh = (named[name] for name in PARAMETERS)
    kept: dict[str, list[Any]] = {}
    states = []
    for x in xs:
        by_x, by_h = x @ w_ih.T + b_ih, h @ w_hh.T + b_hh
        step: dict[str, Any] = {"inputs": x}
        if cell == "lstm":
            step["preactivation"] = blocks = [
                p + q for p, q in zip(by_x.chunk(4, -1), by_h.chunk(4, -1), strict=True)
            ]
            i, f, o = (torch.sigmoid(blocks[k]) for k in (0, 1, 3))
            g = torch.tanh(blocks[2])
            c = f * c + i * g
            h = o * torch.tanh(c)
            step |= {"input_gate": i, "forget_gate": f, "candidate": g, "output_gate": o, "cell": c}
        elif cell == "gru":
            (x_r, x_z, x_n), (h_r, h_z, q) = by_x.chunk(3, -1), by_h.chunk(3, -1)
            a_r, a_z = x_r + h_r, x_z + h_z
            r, z = torch.sigmoid(a_r), torch.sigmoid(a_z)
            a_n = x_n + r * q
            n = torch.tanh(a_n)
            h = (1 - z) * n + z * h
            step |= {"preactivation": [a_r, a_z, a_n], "reset_gate": r, "update_gate": z}
            step |= {"candidate": n, "recurrent_candidate": q}
        else:
            a = by_x + by_h
            h = torch.tanh(a) if cell == "rnn_tanh" else torch.relu(a)
            step["preactivation"] = [a]
        step["hidden"] = h
        for name, value in step.items():
            kept.setdefault(name, []).append(value)
        for tensor in (h, *step["preactivation"], *([c] if cell == "lstm" else [])):
            tensor.retain_grad()
        states.append(h)
    return states, kept


def expected(
    module: nn.RNNBase,
    cell: str,
    x: torch.Tensor,
    loss: Callable,
    starts: list[torch.Tensor] | None,
) -> tuple[float, list[dict[str, np.ndarray]]]:
    """The loss, and each record's fields, by the loop and autograd; `x` in the module's layout."""
    below = (x.transpose(0, 1) if module.batch_first else x).detach().requires_grad_()
    ends = ("", "_reverse") if module.bidirectional else ("",)
    rows = module.num_layers * len(ends)
    zeros = [below.new_zeros(rows, below.shape[1], module.hidden_size) for _ in range(2)]
    h0, c0 = (starts or zeros) if cell == "lstm" else ((starts or zeros)[0], zeros[1])
    copies = {n: p.detach().clone().requires_grad_() for n, p in module.named_parameters()}
    every: list[dict[str, list[Any]]] = []
    for layer in range(module.num_layers):
        outputs = []
        for end in ends:
            order, place = (-1 if end else 1), len(every)
            xs = below.flip(0) if end else below
            named = {n: copies.get(f"{n}_l{layer}{end}", torch.tensor(0.0)) for n in PARAMETERS}
            states, kept = loop(cell, named, xs, h0[place], c0[place])
            every.append({name: steps[::order] for name, steps in kept.items()})
            outputs.append(torch.stack(states[::order]))
        below = torch.cat(outputs, dim=-1)
    value = loss(below.transpose(0, 1) if module.batch_first else below)
    value.backward()
    return value.item(), [as_arrays(kept) for kept in every]


def as_arrays(kept: dict[str, list[Any]]) -> dict[str, np.ndarray]:
    def stacked(steps: list[Any], of: Callable[[torch.Tensor], torch.Tensor]) -> np.ndarray:
        joined = [
            torch.cat([of(t) for t in (s if isinstance(s, list) else [s])], -1) for s in steps
        ]
        return torch.stack(joined).detach().cpu().numpy()

    def gradient(tensor: torch.Tensor) -> torch.Tensor:
        return torch.zeros_like(tensor) if tensor.grad is None else tensor.grad

    arrays = {name: stacked(steps, lambda tensor: tensor) for name, steps in kept.items()}
    for name in ("hidden", "preactivation", "cell"):
        if name in kept:
            arrays[f"grad_{name}"] = stacked(kept[name], gradient)
    return arrays


def assert_fields_equal(trace: Any, wanted: dict[str, np.ndarray], atol: float = 1e-9) -> None:
    names = {field.name for field in fields(trace)} - {"reverse", "nonlinearity", "clamps"}
    assert names - {"initial_hidden", "initial_cell"} == set(wanted)
    for name, value in wanted.items():
        got = getattr(trace, name)
        assert isinstance(got, np.ndarray), name
        np.testing.assert_allclose(got, value, rtol=0.0, atol=atol, err_msg=name)


def check(module, cell, x, loss=uneven, starts=None, atol=1e-9, given: Any = None):
    """Trace, and compare everything with the loop in float64."""
    trace = trace_torch(module, x, loss, initial=given)
    doubles = make(
        cell,
        num_layers=module.num_layers,
        bidirectional=module.bidirectional,
        batch_first=module.batch_first,
        bias=module.bias,
    )
    doubles.load_state_dict({k: v.double().cpu() for k, v in module.state_dict().items()})
    value, wanted = expected(doubles, cell, x.double().cpu(), loss, starts)
    assert trace.loss == pytest.approx(value, rel=10 * atol, abs=10 * atol)
    assert len(trace.layers) == len(wanted)
    for place, (layer, arrays) in enumerate(zip(trace.layers, wanted, strict=True)):
        assert layer.reverse == (module.bidirectional and place % 2 == 1)
        assert_fields_equal(layer, arrays, atol)
    return trace


OPTIONS = [
    {"num_layers": layers, "bidirectional": two, "batch_first": first, "bias": bias}
    for layers, two, first, bias in itertools.product(
        (1, 2, 3), (False, True), (False, True), (True, False)
    )
]


@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: "-".join(map(str, o.values())))
@pytest.mark.parametrize("cell", TORCH_CELLS)
def test_every_field_equals_autograd_on_a_loop_of_cells(cell, options, device):
    module = make(cell, scale=1.5, **options).to(device)
    x = sequence_for(module)
    trace = check(module, cell, x)
    assert trace.output.shape == tuple(module(x)[0].shape)
    if device == "cpu":
        np.testing.assert_array_equal(trace.output, module(x)[0].detach().numpy())


@pytest.mark.parametrize("two", [False, True])
@pytest.mark.parametrize("cell", TORCH_CELLS)
def test_float32_stays_within_1e5_of_float64(cell, two, device):
    module = make(cell, num_layers=2, bidirectional=two, dtype=torch.float32).to(device)
    trace = check(module, cell, sequence_for(module, time=20), atol=1e-5)
    for layer in trace.layers:
        for field in fields(layer):
            value = getattr(layer, field.name)
            assert not isinstance(value, np.ndarray) or value.dtype == np.float32, field.name


@pytest.mark.parametrize("cell", TORCH_CELLS)
def test_the_module_may_start_from_given_states(cell, device):
    module = make(cell, num_layers=2, bidirectional=True).to(device)
    starts = [torch.randn(4, BATCH, HIDDEN, dtype=torch.float64) for _ in range(2)]
    given = [state.to(device) for state in starts]
    initial = tuple(given) if cell == "lstm" else given[0]
    x = sequence_for(module)
    trace = check(module, cell, x, starts=starts, given=initial)
    np.testing.assert_allclose(trace.output, module(x, initial)[0].detach().cpu(), atol=1e-12)
    for place, layer in enumerate(trace.layers):
        np.testing.assert_array_equal(layer.initial_hidden, starts[0][place])
        if cell == "lstm":
            np.testing.assert_array_equal(layer.initial_cell, starts[1][place])


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("cell", TORCH_CELLS)
def test_a_sequence_without_a_batch_has_a_batch_of_one_in_the_records(cell, first, device):
    module = make(cell, batch_first=first, bidirectional=True).to(device)
    x = sequence_for(module, batch=1)
    alone = x.reshape(TIME, INPUTS)
    start = torch.randn(2, 1, HIDDEN, dtype=torch.float64).to(device)
    initial, flat = (start, start[:, 0]) if cell != "lstm" else ((start,) * 2, (start[:, 0],) * 2)
    trace = trace_torch(module, alone, uneven, initial=flat)
    same = trace_torch(module, x, uneven, initial=initial)
    assert trace.output.shape == tuple(module(alone)[0].shape) == (TIME, 2 * HIDDEN)
    assert trace.loss == pytest.approx(same.loss, abs=1e-12)
    for one, other in zip(trace.layers, same.layers, strict=True):
        assert one.hidden.shape == (TIME, 1, HIDDEN)
        np.testing.assert_allclose(one.grad_preactivation, other.grad_preactivation, atol=1e-12)


@pytest.mark.parametrize(("time", "batch"), [(1, 1), (1, 3), (2, 1), (7, 1)])
@pytest.mark.parametrize("cell", TORCH_CELLS)
def test_short_sequences_and_single_ones(cell, time, batch, device):
    module = make(cell, num_layers=2, bidirectional=True).to(device)
    check(module, cell, sequence_for(module, time, batch))


@pytest.mark.parametrize("cell", TORCH_CELLS)
def test_a_saturated_module_is_recovered_as_well_as_any_other(cell, device):
    module = make(cell, scale=1.0 if cell == "rnn_relu" else 20.0).to(device)
    x = 5.0 * sequence_for(module, time=30)
    trace = check(module, cell, x)
    if cell != "rnn_relu":
        assert (np.abs(trace.layers[0].preactivation) > 40).mean() > 0.1


@pytest.mark.parametrize("cell", ["rnn_tanh", "gru", "lstm"])
def test_a_chaotic_module_gives_numbers_that_belong_to_its_own_states(cell, device, monkeypatch):
    """Two implementations drift apart here, so nothing may come from a second simulation."""
    module = make(cell, scale=12.0, hidden_size=32).to(device)
    x = sequence_for(module, time=120)
    record = trace_torch(module, x, lambda output: output[60].sum()).layers[0]
    if cell == "rnn_tanh":
        hidden = np.tanh(record.preactivation)
    elif cell == "gru":
        before = np.concatenate([record.initial_hidden[None], record.hidden[:-1]])
        hidden = record.candidate + record.update_gate * (before - record.candidate)
    else:
        hidden = record.output_gate * np.tanh(record.cell)
    np.testing.assert_allclose(hidden, record.hidden, atol=1e-11)
    monkeypatch.setattr(under_test, "PROBED", set())
    by_scan = trace_torch(module, x, lambda output: output[60].sum()).layers[0]
    np.testing.assert_allclose(record.grad_hidden, by_scan.grad_hidden, rtol=1e-6)


@pytest.mark.parametrize("cell", TORCH_CELLS)
def test_a_probe_that_did_not_repeat_the_run_gives_way_to_the_reverse_scan(cell, monkeypatch):
    module = make(cell, num_layers=2)
    x = sequence_for(module)
    scanned = []
    scan = under_test.propagate.layer_adjoint

    def watched(*given):
        scanned.append(given)
        return scan(*given)

    monkeypatch.setattr(under_test.propagate, "layer_adjoint", watched)
    by_scan = trace_torch(module, x, uneven)
    assert len(scanned) == 2
    monkeypatch.setattr(under_test, "PROBED", {"cpu"})
    by_probe = trace_torch(module, x, uneven)
    assert len(scanned) == 2  # the probe needs none
    monkeypatch.setattr(under_test, "SAME_RUN", dict.fromkeys(under_test.SAME_RUN, -1.0))
    given_up = trace_torch(module, x, uneven)
    assert len(scanned) == 4
    gradients = [t.layers[0].grad_preactivation for t in (by_scan, by_probe, given_up)]
    np.testing.assert_array_equal(gradients[0], gradients[2])
    np.testing.assert_allclose(gradients[0], gradients[1], rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("steps", [[TIME - 1], [0], [1, 3]])
@pytest.mark.parametrize("cell", TORCH_CELLS)
def test_the_loss_may_stand_at_any_steps(cell, steps, device):
    module = make(cell).to(device)
    trace = check(module, cell, sequence_for(module), loss=lambda out: uneven(out[steps]))
    after = trace.layers[0].grad_hidden[steps[-1] + 1 :]
    assert not after.any()
    assert trace.layers[0].grad_hidden[0].any()


@pytest.mark.parametrize(
    "options", [{}, {"num_layers": 3}, {"num_layers": 2, "bidirectional": True}]
)
@pytest.mark.parametrize("cell", TORCH_CELLS)
def test_every_field_equals_the_numpy_core_on_the_modules_state_dict(cell, options, device):
    module = make(cell, **options).to(device)
    weights = {name: value.cpu().numpy() for name, value in module.state_dict().items()}
    x = sequence_for(module, time=12)
    trace = trace_torch(module, x, lambda output: 0.5 * output.square().sum())
    network = network_of(cell, weights)
    layers = forward(network, weights, x.cpu().numpy())
    layers = backward(network, weights, layers, trace.output).layers
    for ours, core in zip(trace.layers, layers, strict=True):
        assert type(ours) is type(core)
        for field in fields(core):
            wanted = getattr(core, field.name)
            if isinstance(wanted, np.ndarray):
                np.testing.assert_allclose(getattr(ours, field.name), wanted, atol=1e-9)
            else:
                assert getattr(ours, field.name) == wanted, field.name
