"""The learner's own numbers: say each value from those before it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from rnn_core.checks import real, whole
from rnn_core.tasks._forecast import Forecast
from rnn_core.tasks.task import LONGEST

MOST = 100_000


@dataclass(frozen=True)
class Series(Forecast):
    """`values`, oldest first; `season` in steps, 0 for none."""

    name: ClassVar[str] = "series"
    title: ClassVar[str] = "Your own series"
    about: ClassVar[str] = "Say each of your numbers from the ones before it."

    length: int = 20
    last: int = 20
    values: tuple[float, ...] = ()
    season: int = 0

    def __post_init__(self) -> None:
        self._set("length", whole("length", self.length, 2, LONGEST))
        if isinstance(self.values, str) or not isinstance(self.values, Iterable):
            raise TypeError(f"values must be a sequence of numbers; got {self.values!r}")
        values = tuple(self.values)
        whole("number of values", len(values), 0, MOST)
        checked = tuple(real(f"values[{k}]", value) for k, value in enumerate(values))
        self._set("values", checked)
        self._set("season", whole("season", self.season, 0))
        self._check_series("values")

    @property
    def numbers(self) -> tuple[float, ...]:
        return self.values

    @property
    def period(self) -> int:
        return self.season


TASK = Series
