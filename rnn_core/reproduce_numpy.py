"""One number of a run, worked out from the numbers that it is made of: a NumPy script."""

import re

from rnn_core.run import Run
from rnn_core.trace import GRUTrace
from rnn_core.wanted import SYMBOLS, Wanted, script, wanted


def numpy_lines(
    run: Run, layer: int, step: int, unit: int, what: str = "hidden", gradient: bool = False
) -> str:
    """A script that leaves one number of the run in `value` and prints it.

    It spells out the unit's own arithmetic at that step: dot products with named weights, gates,
    states. `layer` is an index into `run.layers`; `what` is "hidden", "cell", a gate's field, the
    GRU's "recurrent_candidate", "preactivation" (RNN) or "<gate>_preactivation". With `gradient`
    it is ∂L/∂h_t or ∂L/∂c_t, from what the step after and the layer above hand back; where
    windows of a truncated run part so that only some of that reaches the step, from the losses.
    """
    asked = wanted(run, layer, step, unit, what, gradient)
    names: list[str] = []
    if gradient and _reaching(asked) is None:
        (body, names), value = _by_losses(asked), "grad_" + what
    elif gradient:
        body, value = _gradient(asked), "grad_" + what
    else:
        body, value = {"lstm": _lstm, "gru": _gru}.get(asked.cell, _rnn)(asked), asked.symbol
    said = {
        "layer": f"recorded.layers[{layer}]",
        "W": "recorded.weights",
        "t": str(step),
        "unit": str(unit),
        "H": str(asked.size),
    }
    lines = []
    for group in (("layer", "W"), ("t", "unit", "H")):
        used = [name for name in group if re.search(rf"\b{name}\b", "\n".join(body))]
        if used:
            lines.append(f"{', '.join(used)} = {', '.join(said[name] for name in used)}")
    return script(run, "numpy as np", [*lines, *body], value, names)


def _before(asked: Wanted, name: str, index: str) -> str:
    """The state that the step starts from."""
    if asked.is_first:
        return f"layer.initial_{name}[{index}]"
    return f"layer.{name}[t {'+' if asked.trace.reverse else '-'} 1, {index}]"


def _after(asked: Wanted) -> str:
    """The index of the step that the layer takes next."""
    return f"t {'-' if asked.trace.reverse else '+'} 1, 0"


def _weight(asked: Wanted, name: str) -> str:
    return f'W["{name}{asked.suffix}"]'


def _reads(asked: Wanted, cell_too: bool) -> list[str]:
    lines = ["x = layer.inputs[t, 0]", f"h_before = {_before(asked, 'hidden', '0')}"]
    if cell_too:
        lines.append(f"c_before = {_before(asked, 'cell', '0, unit')}")
    return lines


def _preactivations(asked: Wanted, gates: list[int]) -> list[str]:
    """a_… of the unit's gates, by their places: a row of each weight for each gate."""
    if not gates:
        return []
    symbols = [SYMBOLS[asked.cell][gate] for gate in gates]
    rows = [("", "H + ", "2 * H + ", "3 * H + ")[gate] + "unit" for gate in gates]
    if len(gates) == 1:
        named, index, left = f"row = {rows[0]}", "row", f"a_{symbols[0]}"
    else:
        named, index, left = f"rows = [{', '.join(rows)}]", "rows", "a"
    w_ih, b_ih, w_hh, b_hh = (
        f"{_weight(asked, name)}[{index}]"
        for name in ("weight_ih", "bias_ih", "weight_hh", "bias_hh")
    )
    lines = [
        f"{named}  # the unit's, for {', '.join(symbols)}",
        f"{left} = {w_ih} @ x + {b_ih}",
        f"{left} += {w_hh} @ h_before + {b_hh}",
    ]
    return lines if len(gates) == 1 else [*lines, f"{', '.join(f'a_{s}' for s in symbols)} = a"]


def _gate(asked: Wanted, gate: int) -> str:
    symbol, pin = SYMBOLS[asked.cell][gate], asked.pinned(gate)
    if pin is not None:
        return f"{symbol} = {pin!r}  # pinned"
    if symbol in "gn":
        return f"{symbol} = np.tanh(a_{symbol})"
    return f"{symbol} = 1 / (1 + np.exp(-a_{symbol}))"


def _rnn(asked: Wanted) -> list[str]:
    if asked.silenced and asked.what == "hidden":
        return ["h = 0.0  # silenced"]
    w_ih, b_ih, w_hh, b_hh = (
        f"{_weight(asked, name)}[unit]" for name in ("weight_ih", "bias_ih", "weight_hh", "bias_hh")
    )
    lines = [*_reads(asked, False), f"a = {w_ih} @ x + {b_ih} + {w_hh} @ h_before + {b_hh}"]
    if asked.what == "hidden":
        squashed = {"rnn_tanh": "np.tanh(a)", "rnn_relu": "max(a, 0.0)", "rnn_linear": "a"}
        lines.append(f"h = {squashed[asked.cell]}")
    return lines


def _lstm(asked: Wanted) -> list[str]:
    if asked.silenced and asked.what == "hidden":
        return ["h = 0.0  # silenced"]
    peepholes, symbol = asked.run.network.peepholes, asked.symbol
    alone = symbol.removeprefix("a_")
    # The output gate's peephole sees c_t, so that needs the other three.
    needs_cell = symbol in ("c", "h") or (alone == "o" and peepholes)
    shown = [0, 1, 2] * needs_cell + [3] * (symbol == "h" or alone == "o")
    shown = shown or ["ifgo".index(alone)]
    free = [gate for gate in shown if asked.pinned(gate) is None or symbol == f"a_{'ifgo'[gate]}"]
    sees_cell = needs_cell or (peepholes and alone in "if" and bool(free))
    if not free and not needs_cell:
        return [_gate(asked, shown[0])]
    lines = [*_reads(asked, sees_cell), *_preactivations(asked, free)]
    if peepholes:
        lines += [
            f"a_{'if'[gate]} += {_weight(asked, 'weight_c' + 'if'[gate])}[unit] * c_before"
            for gate in (0, 1)
            if gate in free
        ]
    lines += [_gate(asked, gate) for gate in shown if gate < 3 and not symbol.startswith("a_")]
    if needs_cell:
        if symbol == "a_o":
            lines += [_gate(asked, gate) for gate in (0, 1, 2)]
        lines.append("c = f * c_before + i * g")
    if 3 in free and peepholes:
        lines.append(f"a_o += {_weight(asked, 'weight_co')}[unit] * c")
    if symbol in ("o", "h"):
        lines.append(_gate(asked, 3))
    return [*lines, "h = o * np.tanh(c)"] if symbol == "h" else lines


def _gru(asked: Wanted) -> list[str]:
    symbol = asked.symbol
    if asked.silenced and symbol == "h":
        return ["h = 0.0  # silenced"]
    alone = symbol.removeprefix("a_")
    if symbol in "rzn" and asked.pinned("rzn".index(symbol)) is not None:
        return [_gate(asked, "rzn".index(symbol))]
    if alone in "rz":
        gate = "rz".index(alone)
        lines = [*_reads(asked, False), *_preactivations(asked, [gate])]
        return lines if symbol != alone else [*lines, _gate(asked, gate)]
    shown = {"h": [0, 1], "q": []}.get(symbol, [0])
    free = [gate for gate in shown if asked.pinned(gate) is None]
    lines = [*_reads(asked, False), *_preactivations(asked, free)]
    lines += [_gate(asked, gate) for gate in shown]
    pinned_n = symbol == "h" and asked.pinned(2) is not None
    w_ih, b_ih, w_hh, b_hh = (
        f"{_weight(asked, name)}[row_n]"
        for name in ("weight_ih", "bias_ih", "weight_hh", "bias_hh")
    )
    if not pinned_n:
        lines += ["row_n = 2 * H + unit", f"q = {w_hh} @ h_before + {b_hh}"]
        if symbol != "q":
            lines.append(f"a_n = {w_ih} @ x + {b_ih} + r * q")
    if symbol in ("n", "h"):
        lines.append(_gate(asked, 2))
    return [*lines, "h = n + z * (h_before[unit] - n)"] if symbol == "h" else lines


def _gradient(asked: Wanted) -> list[str]:
    """∂L/∂h_t of the unit, then for the cell state what reaches it by way of h_t and of c_{t+1}."""
    lines = [*_from_above(asked), *_from_later(asked), "grad_hidden = above + later"]
    if asked.what == "hidden":
        return lines
    if asked.silenced:
        lines = ["through_h = 0.0  # silenced: nobody reads h"]
    else:
        lines += [
            "o, c = layer.output_gate[t, 0, unit], layer.cell[t, 0, unit]",
            "through_h = grad_hidden * o * (1 - np.tanh(c) ** 2)",
        ]
    peepholes = asked.run.network.peepholes
    if peepholes:
        w_co = f"{_weight(asked, 'weight_co')}[unit]"
        lines.append(f"through_h += {w_co} * layer.grad_preactivation[t, 0, 3 * H + unit]")
    if not _reaching(asked):
        return [*lines, "grad_cell = through_h  # no later step hands anything back"]
    after = _after(asked)
    lines.append(f"carried = layer.forget_gate[{after}, unit] * layer.grad_cell[{after}, unit]")
    if peepholes:
        lines += [
            f"carried += {_weight(asked, 'weight_c' + gate)}[unit] "
            f"* layer.grad_preactivation[{after}, {row}]"
            for gate, row in (("i", "unit"), ("f", "H + unit"))
        ]
    return [*lines, "grad_cell = through_h + carried"]


def _from_above(asked: Wanted) -> list[str]:
    """What h_t gets from the read-out at t, or from the layer above at t."""
    network = asked.run.network
    offset = "H + " if asked.trace.reverse else ""
    first = (asked.layer // network.directions + 1) * network.directions
    if first >= len(asked.run.layers):
        weight = f'W["readout.weight"][:, {offset}unit]'
        return [f"above = {weight} @ recorded.grad_output[t, 0]"]
    return [
        f"above {'=' if place == first else '+='} "
        f'W["weight_ih{network.suffixes[place]}"][:, {offset}unit] '
        f"@ recorded.layers[{place}].grad_preactivation[t, 0]"
        for place in range(first, first + network.directions)
    ]


def _from_later(asked: Wanted) -> list[str]:
    """What h_t gets from the step that the layer takes next."""
    if not _reaching(asked):
        return ["later = 0.0  # no later step hands anything back"]
    after, weight = _after(asked), f"{_weight(asked, 'weight_hh')}[:, unit]"
    if not isinstance(asked.trace, GRUTrace):
        return [f"later = {weight} @ layer.grad_preactivation[{after}]"]
    lines = [
        f"d = layer.grad_preactivation[{after}].copy()  # of r, z, n",
        f"d[2 * H :] *= layer.reset_gate[{after}]  # n sees r * q",
        f"later = {weight} @ d",
    ]
    if not asked.silenced:
        lines.append(
            f"later += layer.update_gate[{after}, unit] * layer.grad_hidden[{after}, unit]"
        )
    return lines


def _reaching(asked: Wanted) -> bool | None:
    """Whether the next step's gradients reach this one; None where some of them do.

    A window of a truncated run that begins at the next step stops there.
    """
    if asked.is_last:
        return False
    if asked.run.truncation is None:
        return True
    after = asked.step + 1  # a truncated network reads forward
    reach = {start < after for start, stop in asked.run.truncation.windows if start <= after < stop}
    return None if len(reach) == 2 else reach == {True}


def _by_losses(asked: Wanted) -> tuple[list[str], list[str]]:
    """The gradient as the sum of what each loss sends back within its window; names to import."""
    start = f"recorded, {asked.layer}"
    if asked.what == "hidden":
        lines = [f"by_loss = grad_by_source({start})[:, t, 0, unit]  # within their windows"]
        return [*lines, "grad_hidden = by_loss.sum()"], ["grad_by_source"]
    lines = [
        f"by_loss = [path_split({start}, k) for k in range(len(recorded.inputs))]",
        "grad_cell = sum(paths.direct[t, unit] + paths.gates[t, unit] for paths in by_loss)",
    ]
    return lines, ["path_split"]
