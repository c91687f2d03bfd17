"""A parameter that holds the rivals of a configuration: for each, what of it is different.

    against = ["gru", { cell = "rnn_tanh", hidden_size = 64, learning_rate = 0.001 }]

A word alone is a cell.
"""

from dataclasses import dataclass
from typing import Any

from lessons.declared import Parameter

MOST_RIVALS = 2

Rival = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class Rivals(Parameter):
    """Up to two rivals; `allowed` are the parameters in which one may differ."""

    allowed: tuple[Parameter, ...]

    @property
    def form(self) -> str:
        return (
            f"a list of up to {MOST_RIVALS} rivals, each the name of a cell or a table of what is "
            "different"
        )

    def check(self, value: Any) -> tuple[Rival, ...]:
        if not isinstance(value, list | tuple) or len(value) > MOST_RIVALS:
            raise self.wrong(value)
        return tuple(self._rival(value, entry) for entry in value)

    def _rival(self, whole: Any, entry: Any) -> Rival:
        if isinstance(entry, str):
            entry = {"cell": entry}
        if isinstance(entry, tuple) and all(isinstance(pair, tuple) for pair in entry):
            entry = dict(entry)
        if not isinstance(entry, dict) or not entry:
            raise self.wrong(whole)
        known = {parameter.name: parameter for parameter in self.allowed}
        for name in entry:
            if name not in known:
                raise ValueError(
                    f"{self.name}: a rival can differ in {', '.join(known)}; got {name!r}"
                )
        return tuple((name, known[name].check(value)) for name, value in entry.items())
