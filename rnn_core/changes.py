"""What a learner changed in a run, to compare it with the run as it was.

    inputs     (step, new input)             what is read; what is asked for stays as it was
    weights    (name, row, column, value)    one entry of a parameter, named as in `run.weights`
    initial    (state, record, unit, value)  "hidden" or "cell" before the layer's first step
    pins       (record, gate, unit, value)   a gate that has this value at every step
    silenced   (record, unit)                a unit whose h is 0 to everybody who reads it

A record is an index into `run.layers`. What a pinned gate and a silenced unit do to the equations
and to their derivatives stands in `rnn_core.trace`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from jaxtyping import Float

from rnn_core.checks import one_of, real, whole
from rnn_core.network import Network
from rnn_core.sequences import AnySequence, Numbers, Text, Vectors
from rnn_core.trace import Clamps

# The gates' fields in a record, in the order of its pre-activation's blocks.
GATE_FIELDS = {
    "lstm": ("input_gate", "forget_gate", "candidate", "output_gate"),
    "gru": ("reset_gate", "update_gate", "candidate"),
    "rnn_tanh": (),
    "rnn_relu": (),
    "rnn_linear": (),
}
STATES = ("hidden", "cell")


def _index(name: str, value: Any) -> int:
    return whole(name, value, 0)


def _name(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string; got {value!r}")
    return value


def _state(name: str, value: Any) -> str:
    return one_of(name, value, STATES)


def _gate(name: str, value: Any) -> str:
    return one_of(
        name, value, dict.fromkeys(gate for gates in GATE_FIELDS.values() for gate in gates)
    )


def _input(name: str, value: Any) -> str | float:
    if not isinstance(value, str):
        return real(name, value)
    if len(value) != 1:
        raise ValueError(f"{name} must be one character or a number; got {value!r}")
    return value


_Form = dict[str, Callable[[str, Any], Any]]
_FORMS: dict[str, _Form] = {
    "inputs": {"step": _index, "input": _input},
    "weights": {"name": _name, "row": _index, "column": _index, "value": real},
    "initial": {"state": _state, "record": _index, "unit": _index, "value": real},
    "pins": {"record": _index, "gate": _gate, "unit": _index, "value": real},
    "silenced": {"record": _index, "unit": _index},
}


def _checked(entry: Any, form: _Form) -> tuple[Any, ...]:
    if not isinstance(entry, tuple | list) or len(entry) != len(form):
        raise TypeError(f"must be ({', '.join(form)})")
    checked = tuple(
        check(part, value) for (part, check), value in zip(form.items(), entry, strict=True)
    )
    if "gate" in form:
        real("value", checked[3], -1.0 if checked[1] == "candidate" else 0.0, 1.0)
    return checked


@contextmanager
def _naming(field: str, entry: Any) -> Iterator[None]:
    """What is said of an entry begins with its name; without that it is the error's cause."""
    try:
        yield
    except OverflowError as error:  # a whole number that no float can hold
        raise ValueError(f"changes.{field}, entry {entry!r}: value must be finite") from error
    except (TypeError, ValueError) as error:
        raise type(error)(f"changes.{field}, entry {entry!r}: {error}") from error


@dataclass(frozen=True)
class Changes:
    """What differs from the run as its setup says it; hashable, and False where nothing does.

    A new input is a character of the alphabet, or a number in the sequence's own units: where the
    sequence is standardised, so is the number, by the mean and deviation of the *original*
    series. Biases and peepholes have column 0. A pin lies in [0, 1], a candidate's in [-1, 1].
    Entries stand in order, so that equal changes are equal however they were listed.

    Raises TypeError or ValueError, naming the entry, where one is not of its form, is out of its
    range, or changes what another entry changes too. What depends on the network and the sequence
    is checked by the `Setup`; what depends on shipped weights, when they are loaded.
    """

    inputs: tuple[tuple[int, str | float], ...] = ()
    weights: tuple[tuple[str, int, int, float], ...] = ()
    initial: tuple[tuple[str, int, int, float], ...] = ()
    pins: tuple[tuple[int, str, int, float], ...] = ()
    silenced: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        for field, form in _FORMS.items():
            entries = getattr(self, field)
            if isinstance(entries, str) or not isinstance(entries, tuple | list):
                raise TypeError(f"changes.{field} must be a tuple of entries; got {entries!r}")
            found: dict[Any, tuple[Any, ...]] = {}
            for entry in entries:
                with _naming(field, entry):
                    checked = _checked(entry, form)
                    key = checked if field == "silenced" else checked[:-1]
                    if key in found:
                        raise ValueError(f"changes what {found[key]!r} changes; leave one of them")
                    found[key] = checked
            object.__setattr__(self, field, tuple(found[key] for key in sorted(found)))
        for entry in self.initial:
            with _naming("initial", entry):
                if entry[0] == "hidden" and entry[1:3] in self.silenced:
                    raise ValueError("the unit is silenced, nobody reads its h; leave one of them")

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))


UNCHANGED = Changes()


def check_changes(
    changes: Changes, network: Network, sequence: AnySequence, alphabet: str | None
) -> None:
    """TypeError or ValueError, naming the entry, where a change does not fit.

    `alphabet` is the characters that a text is read with, None where they are not known yet.
    """
    length = len(sequence.labels)
    for step, value in changes.inputs:
        with _naming("inputs", (step, value)):
            whole("step", step, 0, length - 1)
            if isinstance(sequence, Vectors):
                raise TypeError("a step's vector is not one input to change; give other vectors")
            _check_input(value, isinstance(sequence, Text), alphabet)
    for entry in changes.weights:
        with _naming("weights", entry):
            name, row, column, _ = entry
            rows, *columns = network.shapes()[one_of("name", name, network.shapes())]
            whole("row", row, 0, rows - 1)
            whole("column", column, 0, columns[0] - 1 if columns else 0)
    for entry in changes.initial:
        with _naming("initial", entry):
            if entry[0] == "cell" and network.cell != "lstm":
                raise ValueError(f"the cell {network.cell} has a hidden state alone, no cell state")
            _check_unit(network, entry[1], entry[2])
    for pin in changes.pins:
        with _naming("pins", pin):
            gates = GATE_FIELDS[network.cell]
            if not gates:
                raise ValueError(f"the cell {network.cell} has no gates to pin")
            one_of("gate", pin[1], gates)
            _check_unit(network, pin[0], pin[2])
    for place in changes.silenced:
        with _naming("silenced", place):
            _check_unit(network, *place)


def read_instead(sequence: AnySequence, changes: Changes) -> AnySequence:
    """The sequence as it is read, in its own units and with its own alphabet.

    Its `labels` are those to show. An alphabet that is not given is that of what is read.
    """
    if not changes.inputs:
        return sequence
    if isinstance(sequence, Text):
        characters = list(sequence.text)
        for step, value in changes.inputs:
            characters[step] = str(value)
        return replace(sequence, text="".join(characters))
    assert isinstance(sequence, Numbers)  # changes of vectors are refused by check_changes
    values = list(sequence.values)
    for step, value in changes.inputs:
        values[step] = float(value)
    return Numbers(tuple(values))


def changed_inputs(sequence: AnySequence, changes: Changes) -> Float[np.ndarray, "time 1 features"]:
    """What the network reads: encoded by the original's alphabet, or its mean and deviation."""
    read = read_instead(sequence, changes)
    if isinstance(sequence, Text):
        assert isinstance(read, Text)
        return replace(read, alphabet=sequence.characters).encode().inputs
    inputs = read.encode().inputs
    if changes.inputs and isinstance(sequence, Numbers) and sequence.standardise:
        series = np.array(sequence.values)
        return (inputs - series.mean()) / series.std()
    return inputs


def changed_weights(weights: dict[str, np.ndarray], changes: Changes) -> dict[str, np.ndarray]:
    """The weights with the changed entries; the arrays that were given stay as they are."""
    weights = {name: value.copy() for name, value in weights.items()}
    for name, row, column, value in changes.weights:
        weights[name].reshape(len(weights[name]), -1)[row, column] = value
    return weights


def changed_initial(
    network: Network, changes: Changes, state: str
) -> Float[np.ndarray, "layers 1 hidden"] | None:
    """The initial states, "hidden" or "cell", for a batch of one; None where all are 0."""
    entries = [entry for entry in changes.initial if entry[0] == state]
    if not entries:
        return None
    states = np.zeros((len(network.suffixes), 1, network.hidden_size))
    for _, place, unit, value in entries:
        states[place, 0, unit] = value
    return states


def clamps_of(network: Network, changes: Changes) -> tuple[Clamps, ...]:
    """What each record is held to; none where nothing is."""
    if not changes.pins and not changes.silenced:
        return ()
    return tuple(_clamps(network, changes, place) for place in range(len(network.suffixes)))


def _clamps(network: Network, changes: Changes, place: int) -> Clamps:
    size, gates = network.hidden_size, GATE_FIELDS[network.cell]
    pins, silenced = np.full(len(gates) * size, np.nan), np.zeros(size, bool)
    for record, gate, unit, value in changes.pins:
        if record == place:
            pins[gates.index(gate) * size + unit] = value
    for record, unit in changes.silenced:
        if record == place:
            silenced[unit] = True
    pins.flags.writeable = silenced.flags.writeable = False  # a run's arrays are read-only
    return Clamps(None if np.isnan(pins).all() else pins, silenced if silenced.any() else None)


def _check_unit(network: Network, record: int, unit: int) -> None:
    whole("record", record, 0, len(network.suffixes) - 1)
    whole("unit", unit, 0, network.hidden_size - 1)


def _check_input(value: str | float, is_text: bool, alphabet: str | None) -> None:
    if not is_text:
        real("the new input of numbers", value)
    elif not isinstance(value, str):
        raise TypeError(f"the new input of a text must be a character; got {value!r}")
    elif alphabet is not None and value not in alphabet:
        raise ValueError(f"the character {value!r} is not in the alphabet; it knows {alphabet!r}")
