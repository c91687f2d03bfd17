"""The scripts that reproduce one number of a unit.

    lines:{step}:{unit}:{what}:{gradient}

`what` is a field of the run's cell, `gradient` 1 for ∂L/∂ of a state, else 0. Facts: `numpy` and
`torch`, two scripts that each print the number by themselves.
"""

from exhibits.stage.wanted.extra import Extra
from exhibits.stage.wanted.words import whole_number
from rnn_core import Run
from rnn_core.reproduce import numpy_lines, torch_lines

_STATES = {"lstm": ("cell", "hidden")}
_SUMS = {
    "lstm": ("input_gate", "forget_gate", "candidate", "output_gate"),
    "gru": ("reset_gate", "update_gate", "candidate", "recurrent_candidate"),
    "rnn_tanh": ("preactivation",),
    "rnn_relu": ("preactivation",),
    "rnn_linear": ("preactivation",),
}


def lines(run: Run, layer: int, step: str, unit: str, what: str, gradient: str) -> Extra:
    """What the unit's view shows. Raises ValueError where a word is not what it must be."""
    steps, _, hidden = run.layers[layer].hidden.shape
    at, of = whole_number("step", step, steps), whole_number("unit", unit, hidden)
    backwards = bool(whole_number("gradient", gradient, 2))
    field = _field(what, run.setup.cell, backwards)
    facts: dict[str, object] = {
        "numpy": numpy_lines(run, layer, at, of, field, gradient=backwards),
        "torch": torch_lines(run, layer, at, of, field, gradient=backwards),
    }
    return Extra(facts=facts)


def _field(word: str, cell: str, gradient: bool) -> str:
    """A field of the cell; of a gradient one of its states."""
    states = _STATES.get(cell, ("hidden",))
    known = states if gradient else (*_SUMS[cell], *states)
    if word not in known:
        raise ValueError(f"what must be one of {', '.join(known)}; got {word!r}")
    return word
