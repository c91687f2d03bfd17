"""What stands beside the learner's network: the other cells, its untrained self, itself unchanged.

Everybody reads the same sequence; what the learner changed of the sequence they all read changed,
what was changed of the network is in the first track alone.
"""

import math
from dataclasses import dataclass, replace

from exhibits import parameters as declared
from exhibits.controls import control
from exhibits.network_controls import title_of
from exhibits.runs import traced
from exhibits.setups import weights_name
from exhibits.stage import Track
from rnn_core import (
    MAX_HIDDEN_SIZE,
    AnySequence,
    Changes,
    Setup,
    Text,
    Vectors,
    load_weights,
    weights_names,
)

CELLS = ("rnn_tanh", "gru", "lstm")
FAMILIES = ("rnn", "gru", "lstm")  # in the order in which they stand


@dataclass(frozen=True)
class Rival:
    """A setup to stand on the stage, and what is said of it beside its cell and size."""

    setup: Setup
    note: str = ""


def compare_control(key: str, setup: Setup) -> str:
    """The choice of what to compare with; one that this setup does not offer is not shown."""
    offered = [
        name
        for name in declared.COMPARE.choices
        if name != "training" or setup.weights or _trained(setup)
    ]
    return str(control(declared.COMPARE, key, only=offered))


def tracks(choice: str, base: Setup, changes: Changes) -> list[Track]:
    """The runs to stand side by side, the learner's own among them, with its ghost if it changed.

    Raises:
        ValueError: one of them cannot run.
    """
    own = traced(replace(base, changes=changes))
    ghost = traced(base) if changes else None
    if choice == "nothing":
        return [Track(own, title_of(own), ghost)]
    if choice == "changes":
        return [
            Track(own, "changed" if changes else "as it is", ghost),
            Track(traced(base), "as it was", editable=False),
        ]
    read = Changes(inputs=changes.inputs)
    found = [Track(own, title_of(own) + _own_note(choice, base), ghost)]
    for rival in untrained(base) if choice == "training" else others(base, choice):
        run = traced(replace(rival.setup, changes=read))
        found.append(Track(run, title_of(run) + rival.note, editable=False))
    if choice == "training":
        return found
    return sorted(found, key=lambda track: FAMILIES.index(_family(track.run.setup.cell)))


def others(base: Setup, equal: str) -> list[Rival]:
    """The other cells, as large ("size") or with as many parameters ("parameters") as the base.

    Of the same size, trained weights stand beside trained ones; the rest are random, of the base's
    seed.
    """
    rivals = []
    for cell in CELLS:
        if _family(cell) == _family(base.cell):
            continue
        plain = replace(base, cell=cell, peepholes=False, weights="", sequence=_sequence(base))
        if equal == "parameters":
            plain = replace(plain, hidden_size=_size_for(plain, parameters(base)))
            kind = " · random weights" if base.weights else ""
            rivals.append(Rival(plain, f" · {parameters(plain):,} parameters{kind}"))
            continue
        name = f"{base.weights.rpartition('-')[0]}-{cell}"
        trained = bool(base.weights) and name in weights_names()
        rivals.append(Rival(replace(plain, weights=name) if trained else plain))
    return rivals


def untrained(base: Setup) -> list[Rival]:
    """The same network with the other kind of weights: random for trained, trained for random."""
    if base.weights:
        return [Rival(replace(base, weights="", sequence=_sequence(base)), " · untrained")]
    name = _trained(base)
    if not name:
        raise ValueError("no trained weights come with the app for this cell and sequence")
    shipped = load_weights(name).network
    like = replace(
        base,
        weights=name,
        hidden_size=shipped.hidden_size,
        num_layers=shipped.num_layers,
        peepholes=shipped.peepholes,
    )
    return [Rival(like, " · trained")]


def parameters(setup: Setup) -> int:
    """The number of weights and biases, the read-out's included."""
    sequence = _sequence(setup)
    if isinstance(sequence, Vectors):
        features = len(sequence.inputs[0])
    else:
        features = len(sequence.characters) if isinstance(sequence, Text) else 1
    return sum(math.prod(shape) for shape in setup.network(features).shapes().values())


def _family(cell: str) -> str:
    return cell.partition("_")[0]


def _size_for(setup: Setup, wanted: int) -> int:
    """The hidden size whose number of parameters is nearest to the wanted one."""
    sizes = range(1, MAX_HIDDEN_SIZE + 1)
    return min(sizes, key=lambda size: abs(parameters(replace(setup, hidden_size=size)) - wanted))


def _sequence(setup: Setup) -> AnySequence:
    """What the setup reads, with the alphabet of its weights: rivals then have the same classes."""
    if setup.weights and isinstance(setup.sequence, Text):
        return replace(setup.sequence, alphabet=load_weights(setup.weights).alphabet)
    return setup.sequence


def _own_note(choice: str, base: Setup) -> str:
    if choice == "parameters":
        return f" · {parameters(base):,} parameters{' · trained' if base.weights else ''}"
    if choice == "training":
        return " · trained" if base.weights else " · untrained"
    return ""


def _trained(setup: Setup) -> str:
    """The shipped weights for this cell that can read this sequence, or ''."""
    name = weights_name(type(setup.sequence), setup.cell)
    if not name or setup.bidirectional:
        return ""
    if not isinstance(setup.sequence, Text):
        return name
    alphabet, sequence = load_weights(name).alphabet, setup.sequence
    fits = sequence.alphabet in ("", alphabet) and set(sequence.text) <= set(alphabet)
    return name if fits else ""
