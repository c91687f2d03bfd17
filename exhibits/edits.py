"""What the learner changes on the stage: checked, kept, taken back, done again, and in the link.

A change comes from the browser as {kind, place, value, final}; `final` is False while a hand still
drags it, so that one drag is one step back. The kinds and their places are those of `_PLACES`, as
in `rnn_core.Changes`; "hold" pins one gate of every unit, None as a value takes a change out.
Histories are kept for each setup that was changed: who goes back to it finds their changes there.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from rnn_core import Changes, Setup, Text, Vectors

MOST_KEPT = 100  # steps back
LONGEST_LINK = 6000  # characters of changes in a link
LONGEST_REASON = 300  # characters that say why a change was refused

UNCHANGED = Changes()


@dataclass(frozen=True)
class History:
    """Changes before, now and taken back. `held`: the kind and place that a hand is still on."""

    past: tuple[Changes, ...] = ()
    present: Changes = UNCHANGED
    future: tuple[Changes, ...] = ()
    held: tuple[Any, ...] = ()


def edited(history: History, edit: Mapping[str, Any], setup: Setup) -> History:
    """The history after what the browser said; `setup` is the run before any change.

    Raises:
        ValueError: the edit makes no sense, or does not fit the setup; nothing has changed then.
    """
    kind: Any = edit.get("kind")
    if isinstance(kind, str) and kind in _MOVES:
        return _MOVES[kind](history)
    at = _checked_place(kind, edit.get("place"))
    try:
        present = _with(history.present, kind, at, edit.get("value"), setup)
        replace(setup, changes=present)
    except (TypeError, ValueError, OverflowError) as problem:
        reason = f"{_place_in_words(kind, at)}: {problem.__cause__ or problem}"
        raise ValueError(_short(reason)) from None
    held = (kind, *at) if edit.get("final") is False else ()
    if history.held == (kind, *at):
        return _dragged(history, present, held)
    if present == history.present:
        return replace(history, held=())
    return History((*history.past, history.present)[-MOST_KEPT:], present, (), held)


def _dragged(history: History, present: Changes, held: tuple[Any, ...]) -> History:
    """What a hand leaves where it found it was never changed."""
    if not held and history.past and present == history.past[-1]:
        return History(history.past[:-1], present)
    return replace(history, present=present, held=held)


def _undone(history: History) -> History:
    if not history.past:
        return history
    return History(history.past[:-1], history.past[-1], (history.present, *history.future))


def _redone(history: History) -> History:
    if not history.future:
        return history
    return History((*history.past, history.present), history.future[0], history.future[1:])


def _started_over(history: History) -> History:
    """Can itself be taken back."""
    if not history.present:
        return history
    return History((*history.past, history.present)[-MOST_KEPT:], Changes())


_MOVES: dict[str, Callable[[History], History]] = {
    "undo": _undone,
    "redo": _redone,
    "reset": _started_over,
}
_FIELDS = {
    "input": "inputs",
    "weight": "weights",
    "initial": "initial",
    "pin": "pins",
    "hold": "pins",
    "silence": "silenced",
}
_PLACES: dict[str, dict[str, type]] = {
    "input": {"step": int},
    "weight": {"name": str, "row": int, "column": int},
    "initial": {"state": str, "record": int, "unit": int},
    "pin": {"record": int, "gate": str, "unit": int},
    "hold": {"record": int, "gate": str},
    "silence": {"record": int, "unit": int},
}


def _checked_place(kind: Any, place: Any) -> tuple[Any, ...]:
    """The place, whole and of the right types: half of one would be that of several changes."""
    form = _PLACES.get(kind) if isinstance(kind, str) else None
    if form is None or not isinstance(place, list):
        raise ValueError(
            _short(f"a change needs a known kind and a place; got {kind!r} at {place!r}")
        )
    # The very types: to Python True is a 1, and 1.0 is one too.
    if [type(part) for part in place] != list(form.values()):
        raise ValueError(_short(f"the place of {kind!r} is [{', '.join(form)}]; got {place!r}"))
    return tuple(place)


def _with(changes: Changes, kind: str, at: tuple[Any, ...], value: Any, setup: Setup) -> Changes:
    """The changes with one entry more, another in its place, or one less."""
    field = _FIELDS[kind]
    others = [entry for entry in getattr(changes, field) if entry[: len(at)] != at]
    kept: dict[str, Any] = {}
    if kind == "silence":
        if value is not None and not isinstance(value, bool):
            raise TypeError(f"a unit is silenced by True or False; got {value!r}")
        others += [at] * bool(value)
        if value:
            # Nobody reads a silenced unit's h, so what it started from is no longer a change.
            kept["initial"] = tuple(e for e in changes.initial if e[:3] != ("hidden", *at))
    elif value is not None and (isinstance(value, bool) or value != _before(kind, at, setup)):
        units = [(unit,) for unit in range(setup.hidden_size)] if kind == "hold" else [()]
        others += [(*at, *unit, _number(value)) for unit in units]
    return replace(changes, **{field: tuple(others)}, **kept)


def _before(kind: str, at: tuple[Any, ...], setup: Setup) -> str | float | None:
    """The value without a change: with it again there is none. None where that is not known."""
    if kind == "initial":
        return 0.0
    if kind == "input" and at[0] in range(len(setup.sequence.labels)):
        return _read(setup, at[0])
    return None


def _number(value: Any) -> Any:
    """A whole number of JSON as the float that a change holds; all else as it is."""
    if type(value) is not int:
        return value
    try:
        return float(value)
    except OverflowError:
        raise ValueError("value must be a number (finite); got one that is too large") from None


def _read(setup: Setup, step: int) -> str | float | None:
    sequence = setup.sequence
    if isinstance(sequence, Vectors):
        return None
    return sequence.text[step] if isinstance(sequence, Text) else sequence.values[step]


def _place_in_words(kind: str, at: tuple[Any, ...]) -> str:
    if kind == "input":
        return f"x at t = {at[0]}"
    if kind == "weight":
        return f"{at[0]}[{at[1]}, {at[2]}]"
    if kind == "initial":
        return f"the first {at[0]} state of unit {at[2]}"
    unit = "every unit" if kind == "hold" else f"unit {at[-1]}"
    return unit if kind == "silence" else f"{at[1].replace('_', ' ')} of {unit}"


def _short(reason: str) -> str:
    return reason if len(reason) <= LONGEST_REASON else reason[: LONGEST_REASON - 1] + "…"


def in_words(changes: Changes, setup: Setup) -> list[str]:
    """Each change as a few words, for the list beside the picture."""
    many = setup.num_layers > 1 or setup.bidirectional
    words = [f"x at t = {step} is {_shown(value)}, targets kept" for step, value in changes.inputs]
    for name, row, column, value in changes.weights:
        at = f"{row}" if "bias" in name or name.startswith("weight_c") else f"{row}, {column}"
        words.append(f"{name}[{at}] is {value:.3g}")
    for state, record, unit, value in changes.initial:
        letter = "h" if state == "hidden" else "c"
        words.append(f"{letter} of unit {unit} starts at {value:.3g}{_layer(record, many)}")
    for (record, gate, value), units in _held(changes).items():
        whose = "every unit" if len(units) == setup.hidden_size else f"unit {_listed(units)}"
        name = gate.replace("_", " ")
        words.append(f"{name} of {whose} held at {value:.2f}{_layer(record, many)}")
    words += [f"unit {unit} silenced{_layer(record, many)}" for record, unit in changes.silenced]
    return words


def _held(changes: Changes) -> dict[tuple[int, str, float], list[int]]:
    """The units whose gate is held at one value, by layer, gate and value."""
    found: dict[tuple[int, str, float], list[int]] = {}
    for record, gate, unit, value in changes.pins:
        found.setdefault((record, gate, value), []).append(unit)
    return found


def _listed(units: list[int]) -> str:
    return ", ".join(map(str, units))


def _shown(value: str | float) -> str:
    return f"“{value}”" if isinstance(value, str) else f"{value:.3g}"


def _layer(record: int, many: bool) -> str:
    return f" (record {record})" if many else ""


def to_link(changes: Changes) -> str:
    """The changes as one short text; empty where nothing was changed."""
    said = {name: entries for name, entries in asdict(changes).items() if entries}
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False) if said else ""


def from_link(text: str) -> Changes:
    """What `to_link` wrote.

    Raises:
        ValueError: it is not that, or is longer than a link may be.
    """
    if not text:
        return Changes()
    if len(text) > LONGEST_LINK:
        raise ValueError(f"the link's changes are {len(text)} characters long, over {LONGEST_LINK}")
    try:
        said = json.loads(text)
        known = {field.name for field in fields(Changes)}
        if not isinstance(said, dict) or not known.issuperset(said):
            raise ValueError(f"only {', '.join(sorted(known))} may be changed")
        entries = {name: tuple(_entry(name, row) for row in rows) for name, rows in said.items()}
        return Changes(**entries)
    except (ValueError, TypeError, RecursionError) as problem:
        raise ValueError(_short(f"the link's changes cannot be read: {problem}")) from None


def _entry(name: str, row: Any) -> tuple[Any, ...]:
    if not isinstance(row, list) or not row:
        raise ValueError(f"an entry of {name} is a list; got {row!r}")
    return tuple(row) if name == "silenced" else (*row[:-1], _number(row[-1]))
