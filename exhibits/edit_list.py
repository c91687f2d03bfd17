"""A parameter that holds changes of a network, as a lesson writes them.

    changes = [{ kind = "pin", place = [0, "forget_gate", 3], value = 1.0 }]

The kinds, their places and what they do are those of `exhibits.edits`.
"""

from dataclasses import dataclass, replace
from typing import Any

from exhibits.edits import UNCHANGED, History, edited
from lessons.declared import Parameter, Values
from rnn_core import Changes, Setup

MOST = 40


@dataclass(frozen=True, kw_only=True)
class EditList(Parameter):
    """A list of changes {kind, place, value}; whether each fits is known with the setup."""

    @property
    def form(self) -> str:
        return f"a list of up to {MOST} changes, each {{ kind, place, value }}"

    def check(self, value: Any) -> tuple[tuple[str, tuple[Any, ...], Any], ...]:
        if not isinstance(value, list | tuple) or len(value) > MOST:
            raise self.wrong(value)
        return tuple(self._entry(value, entry) for entry in value)

    def _entry(self, whole: Any, entry: Any) -> tuple[str, tuple[Any, ...], Any]:
        if isinstance(entry, tuple) and len(entry) == 3:
            entry = dict(zip(("kind", "place", "value"), entry, strict=True))
        if not isinstance(entry, dict) or set(entry) != {"kind", "place", "value"}:
            raise self.wrong(whole)
        kind, place, value = entry["kind"], entry["place"], entry["value"]
        if not isinstance(kind, str) or not isinstance(place, list | tuple):
            raise self.wrong(whole)
        if not isinstance(value, str | int | float | bool):
            raise self.wrong(whole)
        if any(not isinstance(part, str | int) for part in place):
            raise self.wrong(whole)
        return kind, tuple(place), value


def changes_of(values: Values, base: Setup) -> Changes:
    """What the entry `changes` makes of the setup.

    Raises:
        ValueError: one of them does not fit it, or makes no sense.
    """
    given = values["changes"]
    if isinstance(given, Changes):
        return given
    history = History(present=UNCHANGED)
    for kind, place, value in given:
        history = edited(history, {"kind": kind, "place": list(place), "value": value}, base)
    replace(base, changes=history.present)
    return history.present
