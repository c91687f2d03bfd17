"""What the learner changes on the stage: checked, kept, taken back, done again, and in the link.

A change comes from the browser as {kind, place, value, final}; `final` is False while a hand still
drags it, so that one drag is one step back. The kinds are those of `_FIELDS`, with places as in
`rnn_core.Changes`; "hold" pins one gate of every unit, None as a value takes a change out.
Histories are kept for each setup that was changed: who goes back to it finds their changes there.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from rnn_core import Changes, Setup

MOST_KEPT = 100  # steps back
LONGEST_LINK = 6000  # characters of changes in a link


UNCHANGED = Changes()


@dataclass(frozen=True)
class History:
    """Changes before, now and taken back. `held`: a hand is still on the present one."""

    past: tuple[Changes, ...] = ()
    present: Changes = UNCHANGED
    future: tuple[Changes, ...] = ()
    held: bool = False


def edited(history: History, edit: Mapping[str, Any], setup: Setup) -> History:
    """The history after what the browser said; `setup` is the run before any change.

    Raises:
        ValueError: the edit makes no sense, or does not fit the setup; nothing has changed then.
    """
    kind = edit.get("kind")
    if kind in _MOVES:
        return _MOVES[kind](history)
    present = _with(history.present, edit, setup)
    try:
        replace(setup, changes=present)
    except TypeError as problem:
        raise ValueError(str(problem)) from None
    final = edit.get("final") is not False
    if history.held:
        return replace(history, present=present, held=not final)
    if present == history.present:
        return replace(history, held=not final)
    past = (*history.past, history.present)[-MOST_KEPT:]
    return History(past, present, (), held=not final)


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


_MOVES: dict[Any, Callable[[History], History]] = {
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


def _with(changes: Changes, edit: Mapping[str, Any], setup: Setup) -> Changes:
    """The changes with one entry more, another in its place, or one less."""
    kind, place, value = edit.get("kind"), edit.get("place"), edit.get("value")
    if kind not in _FIELDS or not isinstance(place, list):
        raise ValueError(f"a change needs a known kind and a place; got {kind!r} at {place!r}")
    field, at = _FIELDS[kind], tuple(place)
    others = [entry for entry in getattr(changes, field) if entry[: len(at)] != at]
    if kind == "hold" and value is not None:  # one gate of every unit
        others += [(*at, unit, value) for unit in range(setup.hidden_size)]
    elif _is_new(kind, at, value, setup):
        others.append(at if kind == "silence" else (*at, value))
    kept: dict[str, Any] = {field: tuple(others)}
    if kind == "silence" and value is True:
        # Nobody reads a silenced unit's h, so what it started from is no longer a change.
        kept["initial"] = tuple(e for e in changes.initial if e[:3] != ("hidden", *at))
    try:
        return replace(changes, **kept)
    except TypeError as problem:
        raise ValueError(str(problem)) from None


def _is_new(kind: str, at: tuple[Any, ...], value: Any, setup: Setup) -> bool:
    """Whether the value is a change, and not how it was before."""
    if kind == "silence":
        return value is True
    if kind == "initial":
        return value != 0
    if kind == "input" and len(at) == 1 and at[0] in range(len(setup.sequence.labels)):
        return value != _read(setup, at[0])
    return value is not None


def _read(setup: Setup, step: int) -> str | float:
    sequence = setup.sequence
    return sequence.text[step] if hasattr(sequence, "text") else sequence.values[step]


def in_words(changes: Changes, setup: Setup) -> list[str]:
    """Each change as a few words, for the list beside the picture."""
    many = setup.num_layers > 1 or setup.bidirectional
    words = [f"x at t = {step} is {_shown(value)}" for step, value in changes.inputs]
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
        entries = {name: tuple(tuple(entry) for entry in rows) for name, rows in said.items()}
        return Changes(**entries)
    except (ValueError, TypeError, RecursionError) as problem:
        raise ValueError(f"the link's changes cannot be read: {problem}") from None
