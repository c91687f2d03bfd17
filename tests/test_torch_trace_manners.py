"""What `trace_torch` leaves as it was, and what it refuses, by name."""

import contextlib
import inspect
import itertools
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from rnn_core import torch_trace as under_test
from rnn_core import trace_torch
from tests.linear_rnn import TORCH_CELLS
from tests.test_torch_trace import (
    BATCH,
    DEVICES,
    HIDDEN,
    INPUTS,
    TIME,
    WAYS,
    check,
    make,
    sequence_for,
    uneven,
)


@pytest.fixture(params=list(itertools.product(DEVICES, WAYS)), ids=" ".join)
def device(request, monkeypatch):
    """A device, with the way back that the test is to go."""
    kind, way = request.param
    monkeypatch.setattr(under_test, "PROBED", {kind} if way == "probe" else set())
    return kind


# What must be left as it was


def world(module: nn.Module, readout: nn.Module) -> list[Any]:
    """Everything that a trace has to leave alone, in comparable form."""
    parts: list[Any] = []
    for name, parameter in [*module.named_parameters(), *readout.named_parameters()]:
        parts += [name, parameter.data_ptr(), parameter._version, parameter.requires_grad]
        parts += [None if parameter.grad is None else parameter.grad.tolist(), parameter.tolist()]
    parts += [module.training, readout.training, torch.is_grad_enabled(), torch.get_rng_state()]
    parts += [torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []]
    parts += [module._forward_hooks, module._backward_hooks, torch.get_float32_matmul_precision()]
    parts += [torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32]
    return [part.tolist() if isinstance(part, torch.Tensor) else part for part in parts]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("raises", [False, True])
@pytest.mark.parametrize("cell", TORCH_CELLS)
def test_the_module_and_the_world_are_afterwards_as_they_were(cell, raises, training, device):
    module = make(cell, num_layers=2).to(device).train(training)
    readout = nn.Sequential(nn.Linear(HIDDEN, 2), nn.Dropout(0.5)).double().to(device)
    x = sequence_for(module).requires_grad_()
    uneven(module(x)[0]).backward()
    module.weight_hh_l0.requires_grad_(False)
    calls = []
    module.register_forward_hook(lambda *_: calls.append("hook"))
    before, x_grad = world(module, readout), x.grad.clone()

    def loss(output):
        module.bias_ih_l0.grad  # a loss may look  # noqa: B018
        value = readout(output).sum() + torch.rand((), device=output.device)
        if raises:
            raise RuntimeError("the user's own")
        return value

    with pytest.raises(RuntimeError, match="own") if raises else contextlib.nullcontext():
        trace_torch(module, x, loss)
    assert world(module, readout) == before
    torch.testing.assert_close(x.grad, x_grad, rtol=0, atol=0)
    assert calls == []
    module(x)
    assert calls == ["hook"]


def test_the_buffers_of_a_parametrization_are_left_alone():
    module = make("lstm")
    nn.utils.parametrizations.spectral_norm(module, "weight_hh_l0")
    before = {name: buffer.clone() for name, buffer in module.named_buffers()}
    trace_torch(module, sequence_for(module), uneven)
    assert before
    for name, buffer in module.named_buffers():
        torch.testing.assert_close(buffer, before[name], rtol=0, atol=0)


def test_the_record_is_a_copy(device):
    module = make("lstm").to(device)
    x = sequence_for(module)
    trace = trace_torch(module, x, uneven)
    kept = {f.name: np.array(getattr(trace.layers[0], f.name)) for f in fields(trace.layers[0])}
    output = trace.output.copy()
    with torch.no_grad():
        x.zero_()
        for parameter in module.parameters():
            parameter.zero_()
    for name, value in kept.items():
        np.testing.assert_array_equal(getattr(trace.layers[0], name), value, err_msg=name)
    np.testing.assert_array_equal(trace.output, output)


MODES: dict[str, Callable[[], Any]] = {
    "no_grad": torch.no_grad,
    "inference_mode": torch.inference_mode,
    "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("cell", TORCH_CELLS)
def test_it_works_inside_the_modes_that_switch_autograd_or_precision(cell, mode, device):
    module = make(cell, dtype=torch.float32).to(device)
    x = sequence_for(module)
    plainly = trace_torch(module, x, uneven)
    with MODES[mode]():
        within = trace_torch(module, x.clone(), uneven)
        born_within = make(cell, dtype=torch.float32).to(device)
        from_within = trace_torch(born_within, x.clone(), uneven)
    for other in (within, from_within):
        for name in ("hidden", "preactivation", "grad_hidden"):
            one, two = (getattr(t.layers[0], name) for t in (plainly, other))
            np.testing.assert_allclose(one, two, rtol=0.0, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("precision", ["medium", "high"])
@pytest.mark.parametrize("cell", TORCH_CELLS)
def test_reduced_precision_is_off_while_it_runs_and_on_again_afterwards(cell, precision, device):
    module = make(cell, dtype=torch.float32, hidden_size=64, input_size=INPUTS).to(device)
    seen = []

    def loss(output):
        seen.append(torch.get_float32_matmul_precision())
        return uneven(output)

    torch.set_float32_matmul_precision(precision)
    try:
        trace_torch(module, sequence_for(module), loss)
        assert seen == ["highest"]
        assert torch.get_float32_matmul_precision() == precision
        assert torch.backends.cudnn.allow_tf32
    finally:
        torch.set_float32_matmul_precision("highest")


# What it refuses


class OwnForward(nn.LSTM):
    def forward(self, x):
        return super().forward(2.0 * x)


def spoiled(values: torch.Tensor, place: tuple[int, ...], number: float) -> torch.Tensor:
    values = values.detach().clone()
    values[place] = number
    return values


def with_weight(change: Callable[[torch.Tensor], torch.Tensor]) -> nn.Module:
    module = make("lstm")
    module.weight_hh_l0 = nn.Parameter(change(module.weight_hh_l0.detach()))
    return module


def starts(*widths: int, **options: Any) -> tuple[torch.Tensor, ...]:
    return tuple(torch.zeros(1, BATCH, n, **({"dtype": torch.float64} | options)) for n in widths)


X = torch.randn(TIME, BATCH, INPUTS, dtype=torch.float64, generator=torch.Generator())
NAN, PARAMETER = float("nan"), torch.ones((), dtype=torch.float64, requires_grad=True)
WRONG_KIND: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a cell": ({"module": nn.LSTMCell(4, 6)}, ["module", "torch.nn.LSTM", "LSTMCell"]),
    "another module": ({"module": nn.Linear(4, 6)}, ["module", "torch.nn.RNN", "Linear"]),
    "no module": ({"module": "lstm"}, ["module", "torch.nn.GRU", "str"]),
    "own forward": ({"module": OwnForward(4, 6)}, ["module", "OwnForward"]),
    "quantized": ({"module": torch.ao.nn.quantizable.LSTM(4, 6)}, ["module", "quantized"]),
    "an array": ({"x": X.numpy()}, ["x must", "torch.Tensor", "ndarray"]),
    "packed": (
        {"x": nn.utils.rnn.pack_padded_sequence(X, [5, 4, 2])},
        ["x must", "PackedSequence"],
    ),
    "no function": ({"loss": 3.0}, ["loss", "function", "float"]),
    "a float": ({"loss": lambda out: out.sum().item()}, ["loss", "scalar tensor", "float"]),
    "a tuple": ({"loss": lambda out: (out.sum(), out)}, ["loss", "scalar tensor", "tuple"]),
    "one start": ({"initial": starts(6)[0]}, ["initial", "h_0 and c_0", "1"]),
}
WRONG_VALUE: dict[str, tuple[dict[str, Any], list[str]]] = {
    "dropout": ({"module": make("lstm", num_layers=2, dropout=0.25)}, ["dropout=0.25", "layers=2"]),
    "projection": ({"module": make("lstm", proj_size=2)}, ["proj_size=2"]),
    "bfloat16": ({"module": make("lstm").bfloat16()}, ["module", "float32 or float64", "bfloat16"]),
    "no device": ({"module": make("lstm").to("meta")}, ["module", "CPU or CUDA", "meta"]),
    "NaN weight": (
        {"module": with_weight(lambda w: spoiled(w, (1, 2), NAN))},
        ["module.weight_hh_l0", "finite", "nan", "(1, 2)"],
    ),
    "mixed weights": (
        {"module": with_weight(torch.Tensor.float)},
        ["module.weight_hh_l0", "float64", "float32"],
    ),
    "float32 x": ({"x": X.float()}, ["x must", "dtype", "float64", "float32"]),
    "x elsewhere": ({"x": X.to("meta")}, ["x must", "device", "cpu", "meta"]),
    "NaN in x": ({"x": spoiled(X, (2, 1, 3), NAN)}, ["x must", "finite", "nan", "(2, 1, 3)"]),
    "infinite x": ({"x": spoiled(X, (2, 1, 3), -np.inf)}, ["x must", "-inf", "(2, 1, 3)"]),
    "features": ({"x": X[..., :3]}, ["x must", "(time, batch, features)", "any, 4", "(5, 3, 3)"]),
    "one axis": ({"x": X[0, 0]}, ["x must", "(time, batch, features)", "(4,)"]),
    "four axes": ({"x": X[None]}, ["x must", "(time, batch, features)", "(1, 5, 3, 4)"]),
    "no batch axis": ({"x": X[0][:, :2]}, ["x must", "(time, features)", "(3, 2)"]),
    "batch first": (
        {"module": make("lstm", batch_first=True), "x": X[..., :3]},
        ["x must", "(batch, time, features)"],
    ),
    "no steps": ({"x": X[:0]}, ["x must", "empty", "(0, 3, 4)"]),
    "no sequences": ({"x": X[:, :0]}, ["x must", "empty", "(5, 0, 4)"]),
    "a vector": ({"loss": lambda out: out.sum(0)}, ["loss", "scalar", "(3, 6)"]),
    "whole number": ({"loss": lambda out: out.argmax()}, ["loss", "scalar", "int64"]),
    "detached": ({"loss": lambda out: out.detach().sum()}, ["loss", "depend on the output"]),
    "foreign": ({"loss": lambda out: 2.0 * PARAMETER}, ["loss", "depend on the output"]),
    "NaN loss": ({"loss": lambda out: (out - 5.0).sqrt().sum()}, ["loss", "finite"]),
    "infinite slope": (
        {"loss": lambda out: (out * 0.0).sqrt().sum()},
        ["loss", "gradient", "finite"],
    ),
    "start's dtype": ({"initial": starts(6, 6, dtype=torch.float32)}, ["initial h_0", "float64"]),
    "start's shape": ({"initial": starts(6, 7)}, ["initial c_0", "(1, 3, 6)", "(1, 3, 7)"]),
    "NaN start": (
        {"initial": (starts(6)[0], spoiled(starts(6)[0], (0, 1, 2), NAN))},
        ["initial c_0", "finite", "nan", "(0, 1, 2)"],
    ),
}
REFUSED = [pytest.param(*case, TypeError, id=name) for name, case in WRONG_KIND.items()]
REFUSED += [pytest.param(*case, ValueError, id=name) for name, case in WRONG_VALUE.items()]


@pytest.mark.parametrize(("changes", "parts", "error"), REFUSED)
def test_it_refuses_by_name(changes, parts, error):
    call = {"module": make("lstm"), "x": X, "loss": uneven} | changes
    # As a caller has it: without the type checker that the tests put around it.
    as_it_is = inspect.unwrap(trace_torch)
    with pytest.raises(error) as caught:
        as_it_is(call.pop("module"), call.pop("x"), call.pop("loss"), **call)
    for part in parts:
        assert part in str(caught.value)


def test_dropout_on_a_single_layer_does_nothing_and_is_no_reason_to_refuse():
    with pytest.warns(UserWarning, match="dropout"):
        module = make("gru", dropout=0.5)
    check(module, "gru", sequence_for(module))


@pytest.mark.parametrize("reverse", [False, True])
def test_an_explosion_is_named_with_the_step_where_it_begins(reverse, device):
    module = make("rnn_relu", bidirectional=reverse, bias=False, dtype=torch.float32).to(device)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            grows = "_reverse" in name or not reverse
            parameter.fill_(0.0 if not grows else 1.0 if "ih" in name else 1e8 / HIDDEN)
    x = torch.ones(10, 2, INPUTS, device=device)
    # 4 · 1e8^k passes float32's 3.4e38 at k = 5.
    place, step = (1, 4) if reverse else (0, 5)
    with pytest.raises(ValueError, match=rf"explode: hidden of layers\[{place}\].* step {step};"):
        trace_torch(module, x, lambda output: output.sum())


def test_a_gradient_that_explodes_is_named_too(device):
    module = make("rnn_relu", bias=False, dtype=torch.float32).to(device)
    with torch.no_grad():
        module.weight_ih_l0.zero_()
        module.weight_hh_l0.fill_(1e8 / HIDDEN)
        module.weight_ih_l0.fill_(1e-30)
    x = torch.zeros(10, 1, INPUTS, device=device)
    x[0] = 1.0
    x[1:] = 1e-36
    with pytest.raises(ValueError, match="explode"):
        trace_torch(module, x, lambda output: 1e30 * output[-1].sum())
