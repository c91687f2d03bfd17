"""One number of a run: which one a script is to work out again, and how every script begins."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from rnn_core.changes import GATE_FIELDS
from rnn_core.checks import flag, one_of, whole
from rnn_core.expression import expression, lines_before, names_in
from rnn_core.run import Run
from rnn_core.trace import LayerTrace

# What the gates of `GATE_FIELDS` are called in an equation.
SYMBOLS = {
    "lstm": ("i", "f", "g", "o"),
    "gru": ("r", "z", "n"),
    "rnn_tanh": (),
    "rnn_relu": (),
    "rnn_linear": (),
}


@dataclass(frozen=True, eq=False)
class Wanted:
    """The value (or gradient) `what` of one unit at one step of a record of `run.layers`."""

    run: Run
    layer: int
    step: int
    unit: int
    what: str
    gradient: bool

    @property
    def cell(self) -> str:
        return self.run.network.cell

    @property
    def size(self) -> int:
        return self.run.network.hidden_size

    @property
    def suffix(self) -> str:
        """The end of the names of the record's parameters."""
        return self.run.network.suffixes[self.layer]

    @property
    def trace(self) -> LayerTrace:
        return self.run.layers[self.layer]

    @property
    def symbol(self) -> str:
        """What `what` is called in an equation: h, c, a gate's letter, a_… before its σ."""
        letters = {"hidden": "h", "cell": "c", "recurrent_candidate": "q", "preactivation": "a"}
        gates = dict(zip(GATE_FIELDS[self.cell], SYMBOLS[self.cell], strict=True))
        letters |= gates | {f"{gate}_preactivation": f"a_{s}" for gate, s in gates.items()}
        return letters[self.what]

    @property
    def is_first(self) -> bool:
        """Whether the step is the first that the layer takes."""
        return self.step == (len(self.trace.hidden) - 1 if self.trace.reverse else 0)

    @property
    def is_last(self) -> bool:
        """Whether the step is the last that the layer takes."""
        return self.step == (0 if self.trace.reverse else len(self.trace.hidden) - 1)

    @property
    def silenced(self) -> bool:
        units = self.trace.clamps.silenced
        return units is not None and bool(units[self.unit])

    def pinned(self, gate: int) -> float | None:
        """The value that the unit's gate, by its place in the pre-activation, is held to."""
        pins = self.trace.clamps.pins
        value = np.nan if pins is None else pins[gate * self.size + self.unit]
        return None if np.isnan(value) else float(value)


def wanted(run: Run, layer: int, step: int, unit: int, what: str, gradient: bool) -> Wanted:
    """The request, checked; gradients are of the states, ∂L/∂h_t and ∂L/∂c_t."""
    whole("layer", layer, 0, len(run.layers) - 1)
    whole("step", step, 0, len(run.inputs) - 1)
    whole("unit", unit, 0, run.network.hidden_size - 1)
    states = ("hidden", "cell") if run.network.cell == "lstm" else ("hidden",)
    of_gradient = flag("gradient", gradient)
    one_of("what", what, states if of_gradient else (*states, *_others(run.network.cell)))
    return Wanted(run, layer, step, unit, what, of_gradient)


def _others(cell: str) -> tuple[str, ...]:
    if cell.startswith("rnn"):
        return ("preactivation",)
    gates = GATE_FIELDS[cell]
    inner = ("recurrent_candidate",) if cell == "gru" else ()
    return (*gates, *inner, *(f"{gate}_preactivation" for gate in gates))


def script(
    run: Run, library: str, body: Iterable[str], value: str, others: Iterable[str] = ()
) -> str:
    """The whole script: `body` begins after the run is there, as `recorded`.

    `others` are names of `rnn_core` that it uses besides.
    """
    before = lines_before(run.setup)
    used = names_in(run.setup) | {"run", *others} | ({"hold_file"} if before else set())
    names = ", ".join(sorted(used, key=lambda name: (name.islower(), name)))
    lines = [*body, f"value = {value}", "print(value)"]
    alias = library.split()[-1]
    uses = any(re.search(rf"\b{alias}\.", line) for line in lines)
    return "\n".join(
        [
            *([f"import {library}", ""] if uses else []),
            f"from rnn_core import {names}",
            "",
            *before,
            f"setup = {expression('setup', run.setup, len('setup = '))}",
            "recorded = run(setup)",
            *lines,
            "",
        ]
    )
