"""A network spelled out in PyTorch's operations: what `torch.nn` has no module for.

Linear units, peepholes, pinned gates, silenced units, and gradients cut at the windows of truncated
backpropagation.
"""

import numpy as np

from rnn_core.run import Run
from rnn_core.trace import LayerTrace
from rnn_core.wanted import SYMBOLS, Wanted

STEPS = {
    "lstm": [
        "a_i, a_f, a_g, a_o = a.chunk(4)",
        "i, f, g = torch.sigmoid(a_i), torch.sigmoid(a_f), torch.tanh(a_g)",
        "c = f * c + i * g",
        "o = torch.sigmoid(a_o)",
        "h = o * torch.tanh(c)",
    ],
    "gru": [
        "(x_r, x_z, x_n), (h_r, h_z, q) = a_x.chunk(3), a_h.chunk(3)",
        "a_r, a_z = x_r + h_r, x_z + h_z",
        "r, z = torch.sigmoid(a_r), torch.sigmoid(a_z)",
        "a_n = x_n + r * q",
        "n = torch.tanh(a_n)",
        "h = n + z * (h - n)",
    ],
    "rnn_tanh": ["h = torch.tanh(a)"],
    "rnn_relu": ["h = torch.relu(a)"],
    "rnn_linear": ["h = a"],
}
PEEPHOLES = {
    "i, f, g = ": ['a_i, a_f = a_i + W["weight_ci" + end] * c, a_f + W["weight_cf" + end] * c'],
    "o = ": ['a_o = a_o + W["weight_co" + end] * c'],
}


def losses(run: Run, steps: str = ":") -> list[str]:
    """The lines that make `losses` of some steps from their `output` (time, out)."""
    targets = f"targets = torch.tensor(recorded.targets[{steps}, 0])"
    if np.issubdtype(run.targets.dtype, np.integer):
        entropy = 'torch.nn.functional.cross_entropy(output, targets, reduction="none")'
        return [targets, f"losses = {entropy}"]
    return [targets, "losses = 0.5 * ((output - targets) ** 2).sum(1)"]


def spelled(asked: Wanted) -> tuple[list[str], str]:
    """The lines of a script after the run, and the expression of its value."""
    cut = asked.gradient and asked.run.truncation is not None
    lines = ["W = {n: torch.tensor(v).requires_grad_() for n, v in recorded.weights.items()}"]
    lines += ["kept = {}", "", "", *_layer(asked, cut), "", ""]
    if cut:
        return [*lines, *_windows(asked)], "total"
    lines += ["x = torch.tensor(recorded.inputs[:, 0])", *_stack(asked, "")]
    key = f"kept[{asked.layer}, {asked.step}]"
    if not asked.gradient:
        return lines, f"{key}[{asked.unit}].item()"
    lines += ['output = x @ W["readout.weight"].T + W["readout.bias"]', *losses(asked.run)]
    lines.append("losses[torch.tensor(recorded.loss_mask)].sum().backward()")
    return lines, f"{key}.grad[{asked.unit}].item()"


def _layer(asked: Wanted, cut: bool) -> list[str]:
    """`layer(x, k)`: record k of the run, its states (time, hidden); cut: from step `start` on."""
    lines = _start(asked, cut)
    turns = asked.run.network.bidirectional
    lines.append("states, steps = {}, range(len(x))")
    order = 'reversed(steps) if end.endswith("reverse") else steps' if turns else "steps"
    lines.append(f"for t in {order}:")
    sums = [
        f'W["weight_{way}" + end] @ {values} + W["bias_{way}" + end]'
        for way, values in (("ih", "x[t]"), ("hh", "h"))
    ]
    if asked.cell == "gru":
        inner = [f"a_x, a_h = {sums[0]}, {sums[1]}"]
    else:
        inner = [f"a = {sums[0]}", f"a = a + {sums[1]}"]
    for step in STEPS[asked.cell]:
        if asked.run.network.peepholes:
            inner += next((more for head, more in PEEPHOLES.items() if step.startswith(head)), [])
        inner.append(step)
        inner += _held(asked, step.split(" = ", maxsplit=1)[0].split(", "))
    kept = f"kept[k, {'start + ' if cut else ''}t]"
    inner += [f"states[t], {kept} = h, {asked.symbol}"]
    inner += [f"{kept}.retain_grad()"] if asked.gradient else []
    lines += [f"    {line}" for line in inner]
    lines.append("return torch.stack([states[t] for t in steps])")
    head = "def layer(x, k, start):" if cut else "def layer(x, k):"
    return [head, *(f"    {line}" for line in lines)]


def _start(asked: Wanted, cut: bool) -> list[str]:
    names = ", ".join(f'"{suffix}"' for suffix in asked.run.network.suffixes)
    lines = [f"end, record = [{names}][k], recorded.layers[k]"]
    for name in ("hidden", "cell")[: 1 + (asked.cell == "lstm")]:
        before = f"record.initial_{name}[0]"
        if cut:
            before = f"record.{name}[start - 1, 0] if start else {before}"
        lines.append(f"{name[0]} = torch.tensor({before})")
    return lines


def _held(asked: Wanted, symbols: list[str]) -> list[str]:
    """Lines that hold what is pinned or silenced among the values that were just computed."""
    lines = []
    for place, trace in enumerate(asked.run.layers):
        what = "silenced" if "h" in symbols else "pinned"
        own = [
            f"{symbol} = {symbol}.index_fill(0, torch.tensor({units}), {value!r})"
            for (symbol, value), units in _held_units(asked, trace).items()
            if symbol in symbols
        ]
        if own and len(asked.run.layers) > 1:
            lines += [f"if k == {place}:  # {what}", *(f"    {line}" for line in own)]
        else:
            lines += [f"{line}  # {what}" for line in own]
    return lines


def _held_units(asked: Wanted, trace: LayerTrace) -> dict[tuple[str, float], list[int]]:
    """The units of one record that are held, by what of them is and to which value."""
    held: dict[tuple[str, float], list[int]] = {}
    if trace.clamps.silenced is not None:
        held["h", 0.0] = np.flatnonzero(trace.clamps.silenced).tolist()
    if trace.clamps.pins is not None:
        for place in np.flatnonzero(~np.isnan(trace.clamps.pins)).tolist():
            gate, unit = divmod(place, asked.size)
            key = (SYMBOLS[asked.cell][gate], float(trace.clamps.pins[place]))
            held.setdefault(key, []).append(unit)
    return held


def _stack(asked: Wanted, start: str) -> list[str]:
    """Lines that take x through the layers, as many as the number needs."""
    directions, count = asked.run.network.directions, len(asked.run.layers)
    if not asked.gradient:
        count = (asked.layer // directions + 1) * directions
    if count == directions == 1:
        return [f"x = layer(x, 0{start})"]
    if directions == 1:
        return [f"for k in range({count}):", f"    x = layer(x, k{start})"]
    both = f"torch.cat([layer(x, k{start}), layer(x, k + 1{start})], 1)"
    return [f"for k in range(0, {count}, 2):", f"    x = {both}"]


def _windows(asked: Wanted) -> list[str]:
    """The losses of each window go back through it alone; the gradients add up."""
    key = f"kept[{asked.layer}, {asked.step}]"
    inner = [
        "x = torch.tensor(recorded.inputs[start:stop, 0])",
        *_stack(asked, ", start"),
        'output = x @ W["readout.weight"].T + W["readout.bias"]',
        *losses(asked.run, "start:stop"),
        "mask = torch.tensor(recorded.loss_mask[first:stop])  # earlier losses went back before",
        "losses[first - start :][mask].sum().backward()",
        f"if start <= {asked.step} < stop:",
        f"    total += {key}.grad[{asked.unit}].item()",
        "first = stop",
    ]
    head = ["total, first = 0.0, 0", "for start, stop in recorded.truncation.windows:"]
    return [*head, *(f"    {line}" for line in inner)]
