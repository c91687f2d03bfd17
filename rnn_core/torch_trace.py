"""Everything that happens inside a `torch.nn.RNN`, `GRU` or `LSTM`, at the library's speed.

    trace = trace_torch(module, x, lambda output: output.square().sum())
    trace.layers[0].forget_gate          # (time, batch, hidden), NumPy

The library returns h_t alone; a Python loop of cells with retained gradients tells the rest at up
to fifteen times the cost. Here each layer runs through its own fused kernel, and what the kernel
kept to itself is recovered from the h_t that it returned (`rnn_core.recover`). Two ways lead back
from autograd's gradient at the output, both exact:

- *Reverse scan*, on a CPU: the NumPy core's own adjoint loop (`rnn_core.propagate`) over
  the recovered gates. There this was the faster way in every size that was measured.
- *Probe*, on CUDA, where a loop of small steps would wait for the device at each: the layer runs
  again with inputs that are zero and enter through the identity, x′_t = [x_t, 0] with the
  weights [W_ih, I]; autograd's gradient with respect to those zeros is ∂L/∂a_t at fused speed.
  It is used where that second run repeats the first to rounding; a chaotic network's does not.

Matrix products run where the module lives, elementwise work on the host, where all of the record
ends in any case. This is the only module of `rnn_core` that imports torch.
"""

import contextlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import torch
from torch import nn
from torch.nn.functional import linear

from rnn_core import gru, propagate
from rnn_core.checks import array
from rnn_core.recover import TorchTrace, recovered, refuse_overflow, with_probed_gradients
from rnn_core.trace import GRUTrace, LayerTrace

KINDS = {"RNN_TANH": nn.RNN, "RNN_RELU": nn.RNN, "GRU": nn.GRU, "LSTM": nn.LSTM}
PROBED = {"cuda"}  # the kinds of device whose way back is the probe
SAME_RUN = {torch.float32: 1e-5, torch.float64: 1e-12}  # how far a probe's states may be off

Loss: TypeAlias = Callable[[torch.Tensor], torch.Tensor]
Initial: TypeAlias = torch.Tensor | tuple[torch.Tensor, torch.Tensor]


class Direction(NamedTuple):
    """One direction's parameters; the biases are None where the module has none."""

    weight_ih: torch.Tensor
    weight_hh: torch.Tensor
    bias_ih: torch.Tensor | None = None
    bias_hh: torch.Tensor | None = None


class Layer(NamedTuple):
    """One layer's run, (time, batch, …); h_0 (and c_0) have one row for each direction."""

    inputs: torch.Tensor
    starts: list[torch.Tensor]
    directions: list[Direction]
    output: torch.Tensor


def trace_torch(
    module: nn.Module, x: torch.Tensor, loss: Loss, *, initial: Initial | None = None
) -> TorchTrace:
    """Run `module` on `x`, take `loss` of its output, and record every value on both ways.

    `module` is a `torch.nn.RNN`, `GRU` or `LSTM`, float32 or float64, on CPU or CUDA: any number
    of layers, one or both directions, with or without biases, `batch_first` or not. `x` is
    (time, batch, features), (batch, time, features) if `batch_first`, or (time, features), in the
    module's dtype and on its device. `loss` gets the output tensor and returns a scalar tensor;
    it may hold parameters of its own. `initial` is what the module takes as `hx`: h_0, for the
    LSTM (h_0, c_0), each (layers · directions, batch, hidden), without the batch axis if `x` has
    none; zero unless given.

    The module, all `.grad`, the flags, and torch's random state are afterwards as they were, also
    when `loss` raises. Hooks are left alone and do not run. It may be called inside
    `torch.no_grad()` and `torch.inference_mode()`. TF32 and autocast are off while it runs.

    Raises TypeError for a module or an argument of another kind, ValueError for `proj_size`,
    dropout between layers, shapes, dtypes or devices that do not fit, numbers that are not
    finite, and a loss that is not a scalar or does not depend on the output.
    """
    _check_module(module)
    if not callable(loss):
        raise TypeError(f"loss must be a function of the output; got {type(loss).__name__}")
    with _undisturbed(module), np.errstate(over="ignore", invalid="ignore"):
        parameters, sequence = _parameters_of(module), _sequence(module, x)
        batch = None if x.ndim == 2 else sequence.shape[1]
        starts = _starts(module, initial, len(parameters), batch)
        layers = _forward(module, parameters, sequence, starts)
        traces = [_records(module, layer) for layer in layers]
        refuse_overflow(traces)  # before the loss meets the infinities
        output = _turned(module, layers[-1].output)
        shown = output.reshape(*x.shape[:-1], -1)
        value, grad_output = _loss_and_gradient(loss, shown)
        arriving = _turned(module, grad_output.reshape(output.shape)).contiguous()
        for depth in range(len(layers) - 1, -1, -1):
            found = _by_probe(module, layers[depth], traces[depth], arriving)
            if found is None:
                found = _by_reverse_scan(layers[depth], traces[depth], arriving)
            traces[depth] = found
            if depth:
                arriving = _handed_down(layers[depth], found)
        refuse_overflow(traces)
        records = tuple(chain.from_iterable(traces))
        return TorchTrace(output=np.array(_host(shown)), loss=value, layers=records)


def _check_module(module: Any) -> None:
    """Refuse what is not a recurrent module that can be traced."""
    kind = KINDS.get(getattr(module, "mode", ""), nn.RNNBase)
    name = f"{type(module).__module__}.{type(module).__qualname__}"
    if "quantiz" in name:
        raise TypeError(f"module must not be quantized; got {name}: trace the float module")
    if not isinstance(module, kind) or type(module).forward is not kind.forward:
        raise TypeError(f"module must be a torch.nn.RNN, torch.nn.GRU or torch.nn.LSTM; got {name}")
    if module.proj_size:
        raise ValueError(f"module must have proj_size 0; got proj_size={module.proj_size}")
    if module.dropout and module.num_layers > 1:
        raise ValueError(
            f"module must have no dropout between its layers; got dropout={module.dropout:g} with "
            f"num_layers={module.num_layers}: trace a copy that has dropout=0"
        )
    dtype, device = module.weight_ih_l0.dtype, module.weight_ih_l0.device
    if dtype not in SAME_RUN or device.type not in ("cpu", "cuda"):
        raise ValueError(f"module must be float32 or float64 on CPU or CUDA; got {dtype}, {device}")


def _parameters_of(module: nn.Module) -> list[Direction]:
    """The module's parameters, checked, in the records' order."""
    like, found, width = module.weight_ih_l0, [], 1 + module.bidirectional
    for place, values in enumerate(module.all_weights):
        suffix = f"_l{place // width}" + "_reverse" * (place % width)
        for name, value in zip(Direction._fields, values, strict=False):
            _check_tensor(f"module.{name}{suffix}", value, like, value.shape, "rows, columns")
        # A tensor that was made in inference mode cannot take part in autograd. The others are
        # not detached: where no weight has a gradient the CPU's kernels round differently.
        found.append(Direction(*(v.clone() if v.is_inference() else v for v in values)))
    return found


def _check_tensor(
    name: str, value: Any, like: torch.Tensor, shape: Sequence[int | None], axes: str
) -> None:
    """Refuse what is not a finite tensor of that shape, of the module's dtype, on its device."""
    if not isinstance(value, torch.Tensor):
        raise TypeError(f"{name} must be a torch.Tensor; got a {type(value).__name__}")
    for what in ("dtype", "device"):
        due, got = getattr(like, what), getattr(value, what)
        if due != got:
            raise ValueError(f"{name} must have the module's {what}, {due}; got {got}")
    array(name, _host(value), tuple(shape), axes)


def _sequence(module: nn.Module, x: Any) -> torch.Tensor:
    """A copy of `x`, checked, as (time, batch, features)."""
    shape: list[int | None] = [None, None, module.input_size]
    axes = ["batch", "time"] if module.batch_first else ["time", "batch"]
    if unbatched := getattr(x, "ndim", 3) == 2:
        shape, axes = shape[1:], ["time"]
    _check_tensor("x", x, module.weight_ih_l0, shape, ", ".join([*axes, "features"]))
    copy = x.detach().clone()
    return copy.unsqueeze(1) if unbatched else _turned(module, copy)


def _starts(module: nn.Module, initial: Any, rows: int, batch: int | None) -> list[torch.Tensor]:
    """h_0, and c_0 for the LSTM, as (layers · directions, batch, hidden); `batch` None: no axis."""
    names = ["h_0", "c_0"] if module.mode == "LSTM" else ["h_0"]
    like, shape = module.weight_hh_l0, [rows, batch or 1, module.hidden_size]
    if initial is None:
        return [like.new_zeros(shape) for _ in names]
    given = initial if isinstance(initial, tuple | list) else [initial]
    if len(given) != len(names):
        raise TypeError(f"initial must be {' and '.join(names)}; got {len(given)} of them")
    axes, every = ["layers · directions", "batch", "hidden"], 2 if batch is None else 1
    for name, state in zip(names, given, strict=True):
        _check_tensor(f"initial {name}", state, like, shape[::every], ", ".join(axes[::every]))
    return [state.detach().clone().reshape(shape).contiguous() for state in given]


def _forward(
    module: nn.Module,
    parameters: list[Direction],
    sequence: torch.Tensor,
    starts: list[torch.Tensor],
) -> list[Layer]:
    """Each layer through its fused kernel, from the output of the one before it."""
    layers, width = [], 1 + module.bidirectional
    for own in (slice(first, first + width) for first in range(0, len(parameters), width)):
        layer = Layer(sequence, [state[own] for state in starts], parameters[own], sequence)
        sequence = _fused(module, layer, module.training)
        layers.append(layer._replace(output=sequence))
    return layers


def _fused(module: nn.Module, layer: Layer, training: bool) -> torch.Tensor:
    """One layer as the module's own forward calls it."""
    flat = [value for direction in layer.directions for value in direction if value is not None]
    state = layer.starts if module.mode == "LSTM" else layer.starts[0]
    kernel = getattr(torch, module.mode.lower())
    options = (1, 0.0, training, module.bidirectional, False)
    if not layer.inputs.is_cuda:
        return kernel(layer.inputs, state, flat, module.bias, *options)[0]
    with warnings.catch_warnings():  # one layer's weights are only a part of the module's block
        warnings.filterwarnings("ignore", "RNN module weights are not part of single")
        return kernel(layer.inputs, state, flat, module.bias, *options)[0]


def _records(module: nn.Module, layer: Layer) -> list[LayerTrace]:
    """What the kernel kept to itself, in each direction; no gradients yet."""
    cell, inputs, records = module.mode.lower(), layer.inputs.contiguous(), []
    for place, (w_ih, w_hh, b_ih, b_hh) in enumerate(layer.directions):
        hidden = layer.output.chunk(len(layer.directions), dim=-1)[place]
        # W_hh's rows whose product enters a_t as it is; the GRU's others make q.
        direct = 2 * module.hidden_size if cell == "gru" else len(w_hh)
        bias, q = b_ih, hidden.new_zeros(hidden.shape) if cell == "gru" else None
        if b_ih is not None and b_hh is not None:
            bias = torch.cat([b_ih[:direct] + b_hh[:direct], b_ih[direct:]])
        a = linear(inputs, w_ih, bias)
        _add_recurrent(a[..., :direct], w_hh[:direct], layer, place)
        if q is not None:
            q += 0.0 if b_hh is None else b_hh[direct:]
            _add_recurrent(q, w_hh[direct:], layer, place)
        records.append(
            recovered(
                cell,
                inputs=_host(inputs),
                hidden=_host(hidden),
                preactivation=_host(a),
                recurrent_candidate=None if q is None else _host(q),
                initial_hidden=_host(layer.starts[0][place]),
                initial_cell=_host(layer.starts[1][place]) if cell == "lstm" else None,
                reverse=place == 1,
            )
        )
    return records


def _add_recurrent(into: torch.Tensor, weight: torch.Tensor, layer: Layer, place: int) -> None:
    """into_t += W h_{t-1}, in the reverse direction W h_{t+1}: all steps in one product."""
    hidden, start = layer.output.chunk(len(layer.directions), dim=-1)[place], layer.starts[0][place]
    first, others, states = into[0], into[1:], hidden[:-1]
    if place == 1:
        first, others, states = into[-1], into[:-1], hidden[1:]
    first.addmm_(start, weight.t())
    others.view(states.shape[:2].numel(), len(weight)).addmm_(states.flatten(0, 1), weight.t())


def _loss_and_gradient(loss: Loss, output: torch.Tensor) -> tuple[float, torch.Tensor]:
    """The loss of `output`, and ∂L/∂output by autograd; nothing else gets a gradient."""
    leaf, gradient = output.detach().requires_grad_(), None
    with torch.enable_grad():
        value: Any = loss(leaf)
    if not isinstance(value, torch.Tensor):
        raise TypeError(f"loss must return a scalar tensor; got a {type(value).__name__}")
    if value.ndim or not value.is_floating_point():
        got = f"{value.dtype} of shape {tuple(value.shape)}"
        raise ValueError(f"loss must return a scalar tensor, one float of shape (); got {got}")
    if value.requires_grad:
        (gradient,) = torch.autograd.grad(value, leaf, allow_unused=True)
    if gradient is None:
        raise ValueError("loss must depend on the output that it is given; autograd finds no way")
    if not np.isfinite(_host(value)) or not np.isfinite(_host(gradient)).all():
        raise ValueError("loss and its gradient must be finite; got NaN or infinity")
    return value.item(), gradient


def _by_reverse_scan(
    layer: Layer, group: list[LayerTrace], arriving: torch.Tensor
) -> list[LayerTrace]:
    """The NumPy core's adjoint loop over the recovered records of one layer."""
    shares = np.split(_host(arriving), len(group), axis=-1)
    return [
        propagate.layer_adjoint(trace, {"weight_hh": _host(direction.weight_hh)}, share)
        for trace, direction, share in zip(group, layer.directions, shares, strict=True)
    ]


def _by_probe(
    module: nn.Module, layer: Layer, group: list[LayerTrace], arriving: torch.Tensor
) -> list[LayerTrace] | None:
    """The records with their gradients; None where the probe is no good (see `_probe`)."""
    deltas = _probe(module, layer, arriving) if arriving.device.type in PROBED else None
    if deltas is None:
        return None
    found, shares = [], arriving.chunk(len(group), dim=-1)
    for trace, share, delta, direction in zip(group, shares, deltas, layer.directions, strict=True):
        trace = replace(trace, grad_preactivation=_host(delta))
        if isinstance(trace, GRUTrace):  # what goes back by W_hh's n block goes by r ⊙ q
            delta = torch.from_numpy(gru.recurrent_deltas(trace)).to(delta.device)
        by_hidden, handed = share.clone(), delta @ direction.weight_hh
        if trace.reverse:
            by_hidden[1:] += handed[:-1]
        else:
            by_hidden[:-1] += handed[1:]
        found.append(with_probed_gradients(trace, _host(by_hidden)))
    return found


def _probe(module: nn.Module, layer: Layer, arriving: torch.Tensor) -> list[torch.Tensor] | None:
    """∂L/∂a_t of each direction from the fused kernel; None where it did not run the same again.

    `arriving` is the gradient with respect to the layer's output.
    """
    rows, features = len(layer.directions[0].weight_hh), layer.inputs.shape[-1]
    zeros = layer.inputs.new_zeros(*layer.inputs.shape[:2], rows * len(layer.directions))
    directions, wide = [], torch.cat([layer.inputs, zeros], dim=-1).requires_grad_()
    for place, direction in enumerate(layer.directions):
        entry = zeros.new_zeros(rows, rows * len(layer.directions))
        entry[:, place * rows : (place + 1) * rows].fill_diagonal_(1.0)
        entered = direction._replace(weight_ih=torch.cat([direction.weight_ih, entry], dim=1))
        directions.append(Direction(*(None if v is None else v.detach() for v in entered)))
    with torch.enable_grad():
        again = _fused(module, layer._replace(inputs=wide, directions=directions), training=True)
    apart, largest = (again.detach() - layer.output).abs().max(), layer.output.abs().max()
    if not apart <= SAME_RUN[wide.dtype] * max(1.0, largest.item()):
        return None
    (gradient,) = torch.autograd.grad(again, wide, arriving)
    return [part.contiguous() for part in gradient[..., features:].split(rows, dim=-1)]


def _handed_down(layer: Layer, group: list[LayerTrace]) -> torch.Tensor:
    """The gradient with respect to the layer's input, which is the output of the layer below."""
    handed = torch.zeros_like(layer.inputs)
    for trace, direction in zip(group, layer.directions, strict=True):
        delta = torch.from_numpy(np.array(trace.grad_preactivation))  # torch takes no flipped view
        handed += delta.to(handed) @ direction.weight_ih
    return handed


def _turned(module: nn.Module, values: torch.Tensor) -> torch.Tensor:
    """(time, batch, …) from the module's own layout, or back."""
    return values.transpose(0, 1) if module.batch_first else values


def _host(values: torch.Tensor) -> np.ndarray:
    """As a contiguous NumPy array, which on a CPU shares the tensor's memory where it can."""
    return values.detach().contiguous().cpu().numpy()


@contextlib.contextmanager
def _undisturbed(module: nn.Module) -> Iterator[None]:
    """Full precision, autograd only where it is asked for, and everything as before afterwards."""
    device = module.weight_ih_l0.device.type
    buffers = [(buffer, buffer.clone()) for buffer in module.buffers()]  # a parametrization's
    random = torch.get_rng_state()
    on_cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    try:
        with (
            torch.inference_mode(False),
            torch.no_grad(),
            torch.autocast(device, enabled=False),
            _full_precision(device),
        ):
            yield
    finally:
        torch.set_rng_state(random)
        if on_cuda:
            torch.cuda.set_rng_state_all(on_cuda)
        with torch.no_grad():
            for buffer, kept in buffers:
                buffer.copy_(kept)


@contextlib.contextmanager
def _full_precision(device: str) -> Iterator[None]:
    """float32 without TF32 or bfloat16 inside; cuDNN's TF32 is on unless told otherwise.

    PyTorch has these switches in an old and a new form, which must agree where matrices are
    multiplied. Where the old ones cannot express the new, reading them raises: then leave them.
    """
    known = torch.backends
    switches = [known.mkldnn.rnn, known.mkldnn.matmul]
    if device == "cuda":
        switches = [known.cudnn.rnn, known.cudnn.conv, known.cuda.matmul]
    if all(switch.fp32_precision in ("ieee", "none") for switch in switches):
        yield
        return
    with contextlib.ExitStack() as afterwards:  # last in, first out: the new switches at the end
        for switch in switches:
            afterwards.callback(setattr, switch, "fp32_precision", switch.fp32_precision)
        with contextlib.suppress(RuntimeError):
            afterwards.callback(setattr, known.cudnn, "allow_tf32", known.cudnn.allow_tf32)
            known.cudnn.allow_tf32 = False
        with contextlib.suppress(RuntimeError):
            precision = torch.get_float32_matmul_precision()
            afterwards.callback(torch.set_float32_matmul_precision, precision)
            torch.set_float32_matmul_precision("highest")
        for switch in switches:
            switch.fp32_precision = "ieee"
        yield
