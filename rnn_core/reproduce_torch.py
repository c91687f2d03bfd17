"""One number of a run from `torch.nn`, or where that has no such cell, from torch's operations.

PyTorch's modules know neither linear units nor peepholes nor what is pinned or silenced, nor cut a
gradient at a window's edge; scripts for those spell the cell out. All else is a module with the
run's weights: LSTM, GRU or RNN for the layers below and above, and for a gradient the layer's own
cell module step by step, so that each state is a tensor whose gradient can be asked for.
"""

import numpy as np

from rnn_core.run import Run
from rnn_core.spelled_torch import losses, spelled
from rnn_core.wanted import SYMBOLS, Wanted, script, wanted

KINDS = {"lstm": "LSTM", "gru": "GRU", "rnn_tanh": "RNN", "rnn_relu": "RNN"}


def torch_lines(
    run: Run, layer: int, step: int, unit: int, what: str = "hidden", gradient: bool = False
) -> str:
    """A script that leaves one number of the run in `value` and prints it, by PyTorch in float64.

    The arguments are those of `numpy_lines`; gradients come from autograd.
    """
    asked = wanted(run, layer, step, unit, what, gradient)
    clamped = any(
        trace.clamps.pins is not None or trace.clamps.silenced is not None for trace in run.layers
    )
    cut = gradient and run.truncation is not None
    if asked.cell not in KINDS or run.network.peepholes or clamped or cut:
        body, value = spelled(asked)
    elif gradient:
        body, value = _gradient(asked)
    elif what == "hidden":
        body, value = _hidden(asked)
    else:
        body, value = _inside(asked)
    return script(run, "torch", body, value)


def _module(asked: Wanted, name: str, first: int, layers: int, one_way: str = "") -> list[str]:
    """Lines that make a module of `layers` layers, the first of them layer `first` of the network.

    `one_way` is the end of the names of the one record that a module of one direction has.
    """
    network, kind = asked.run.network, KINDS[asked.cell]
    features = len(asked.run.weights[f"weight_ih_l{first}"][0])
    options = [str(features), str(network.hidden_size)]
    options += [f"num_layers={layers}"] if layers > 1 else []
    options += ["bidirectional=True"] if network.bidirectional and not one_way else []
    options += ['nonlinearity="relu"'] if asked.cell == "rnn_relu" else []
    end = one_way or f"_l{first}"
    source = "n" if end == "_l0" else f'n.replace("_l0", "{end}")'
    return [
        f"{name} = torch.nn.{kind}({', '.join(options)}).double()",
        f"{name}.load_state_dict({{n: W[{source}] for n in {name}.state_dict()}})",
    ]


def _start(asked: Wanted, records: slice | int) -> tuple[list[str], str]:
    """Lines that make the states that a module starts from, and the argument; none where all 0."""
    names = ["hidden", "cell"] if asked.cell == "lstm" else ["hidden"]
    layers = asked.run.layers[records] if isinstance(records, slice) else [asked.trace]
    states = [getattr(layer, f"initial_{name}") for layer in layers for name in names]
    if not np.any(states):
        return [], ""
    where = f"[{records.start}:{records.stop}]" if isinstance(records, slice) else ""
    lines = []
    for name in names:
        if where:
            each = f"[torch.tensor(s.initial_{name}) for s in recorded.layers{where}]"
            lines.append(f"{name[0]}_0 = torch.stack({each})")
        else:
            lines.append(f"{name[0]}_0 = torch.tensor(recorded.layers[{records}].initial_{name})")
    return lines, "(h_0, c_0)" if asked.cell == "lstm" else "h_0"


def _below(asked: Wanted) -> list[str]:
    """Lines that leave what the record's layer reads in `x`, (time, 1, features)."""
    lines = ["W = {name: torch.tensor(value) for name, value in recorded.weights.items()}"]
    lines.append("x = torch.tensor(recorded.inputs)")
    network = asked.run.network
    if not (layers := asked.layer // network.directions):
        return lines
    start, given = _start(asked, slice(0, layers * network.directions))
    call = f"below(x, {given})[0]" if given else "below(x)[0]"
    return [*lines, *_module(asked, "below", 0, layers), *start, f"x = {call}"]


def _hidden(asked: Wanted) -> tuple[list[str], str]:
    """A module of the layers up to the record's gives its states as they are."""
    network = asked.run.network
    layers = asked.layer // network.directions + 1
    start, given = _start(asked, slice(0, layers * network.directions))
    lines = [
        "W = {name: torch.tensor(value) for name, value in recorded.weights.items()}",
        *_module(asked, "net", 0, layers),
        *start,
        f"output, _ = net(torch.tensor(recorded.inputs){', ' + given if given else ''})",
    ]
    column = asked.unit + asked.size * asked.trace.reverse
    return lines, f"output[{asked.step}, 0, {column}].item()"


def _inside(asked: Wanted) -> tuple[list[str], str]:
    """What modules keep to themselves: the layer's own module, stopped at or before the step."""
    lines = [*_below(asked), *_module(asked, "own", _layer(asked), 1, asked.suffix)]
    count = len(asked.run.inputs)
    taken = count - 1 - asked.step if asked.trace.reverse else asked.step
    if asked.trace.reverse:
        lines.append("x = x.flip(0)  # this direction reads from the end")
    start, given = _start(asked, slice(asked.layer, asked.layer + 1))
    lines += start
    argument = f", {given}" if given else ""
    if asked.what == "cell":
        lines.append(f"_, (h, c) = own(x[: {taken + 1}]{argument})")
        return lines, f"c[0, 0, {asked.unit}].item()"
    if taken:
        states = "(h, c)" if asked.cell == "lstm" else "h"
        lines.append(f"_, {states} = own(x[:{taken}]{argument})")
    elif start:
        lines.append("h = h_0")
    else:
        lines.append(f"h = torch.zeros(1, 1, {asked.size}, dtype=torch.float64)")
    lines += [
        f"a_x = own.weight_ih_l0 @ x[{taken}, 0] + own.bias_ih_l0",
        "a_h = own.weight_hh_l0 @ h[0, 0] + own.bias_hh_l0",
    ]
    more, value = _gates(asked)
    return [*lines, *more], f"{value}[{asked.unit}].item()"


def _gates(asked: Wanted) -> tuple[list[str], str]:
    """From a_x and a_h to one gate (or its pre-activation) of all units."""
    symbol = asked.symbol
    if asked.cell.startswith("rnn"):
        return [], "(a_x + a_h)"
    letters = SYMBOLS[asked.cell]
    alone = symbol.removeprefix("a_")
    if symbol == "q":
        return [], "a_h.chunk(3)[2]"
    if asked.cell == "gru" and alone == "n":
        lines = ["r = torch.sigmoid((a_x + a_h).chunk(3)[0])"]
        lines.append("a_n = a_x.chunk(3)[2] + r * a_h.chunk(3)[2]")
        return lines, "a_n" if symbol == "a_n" else "torch.tanh(a_n)"
    block = f"(a_x + a_h).chunk({len(letters)})[{letters.index(alone)}]"
    if symbol.startswith("a_"):
        return [], block
    return [], f"torch.{'tanh' if alone == 'g' else 'sigmoid'}({block})"


def _layer(asked: Wanted) -> int:
    return asked.layer // asked.run.network.directions


def _gradient(asked: Wanted) -> tuple[list[str], str]:
    """The layer's own cell step by step, the other layers as modules, then autograd."""
    lstm, turned = asked.cell == "lstm", asked.trace.reverse
    options = f"{asked.trace.inputs.shape[-1]}, {asked.size}"
    options += ', nonlinearity="relu"' * (asked.cell == "rnn_relu")
    start, given = _start(asked, asked.layer)
    given = given.strip("()") or f"torch.zeros(1, {asked.size}, dtype=torch.float64)"
    states = "h = c" if lstm and not start else "h, c" if lstm else "h"
    lines = [
        *_below(asked),
        f"cell = torch.nn.{KINDS[asked.cell]}Cell({options}).double()",
        f'cell.load_state_dict({{n: W[n + "{asked.suffix}"] for n in cell.state_dict()}})',
        *start,
        f"{states} = {given}",
        "states, steps = {}, range(len(x))",
        f"for t in {'reversed(steps)' if turned else 'steps'}:",
        f"    {'h, c' if lstm else 'h'} = cell(x[t], {'(h, c)' if lstm else 'h'})",
        "    states[t] = h",
        f"    if t == {asked.step}:",
        f"        state = {asked.symbol}",
        "        state.retain_grad()",
        "y = torch.stack([states[t] for t in steps])",
        *_other_direction(asked),
        *_above(asked),
        'output = y[:, 0] @ W["readout.weight"].T + W["readout.bias"]',
        *losses(asked.run),
        "losses[torch.tensor(recorded.loss_mask)].sum().backward()",
    ]
    return lines, f"state.grad[0, {asked.unit}].item()"


def _other_direction(asked: Wanted) -> list[str]:
    """Lines that put the layer's other direction beside y."""
    network, turned = asked.run.network, asked.trace.reverse
    if not network.bidirectional:
        return []
    place = asked.layer - 1 if turned else asked.layer + 1
    start, given = _start(asked, slice(place, place + 1))
    lines = [*_module(asked, "other", _layer(asked), 1, network.suffixes[place]), *start]
    more = f", {given}" if given else ""
    if turned:
        return [*lines, f"y = torch.cat([other(x{more})[0], y], 2)"]
    return [*lines, f"y = torch.cat([y, other(x.flip(0){more})[0].flip(0)], 2)"]


def _above(asked: Wanted) -> list[str]:
    """Lines that take y through the layers above."""
    network, lines = asked.run.network, []
    for layer in range(_layer(asked) + 1, network.num_layers):
        first = layer * network.directions
        start, given = _start(asked, slice(first, first + network.directions))
        lines += [*_module(asked, "above", layer, 1), *start]
        lines.append(f"y = above(y, {given})[0]" if given else "y = above(y)[0]")
    return lines
