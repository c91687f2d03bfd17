"""Yearly sunspot numbers, 1700 to 2008, the last years held out.

Source of the numbers: `data/README.md`.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

from rnn_core.checks import whole
from rnn_core.tasks._forecast import Forecast

PATH = Path(__file__).parent / "data" / "sunspots.csv"
CYCLE = 11  # years, the mean length of a sunspot cycle


@dataclass(frozen=True)
class Sunspots(Forecast):
    name: ClassVar[str] = "sunspots"
    title: ClassVar[str] = "Yearly sunspot numbers"
    about: ClassVar[str] = "Say each year's sunspot number from the years before it."

    length: int = 40
    last: int = 60

    def __post_init__(self) -> None:
        self._set("length", whole("length", self.length, 2, 150))
        self._set("last", whole("last", self.last, 1, 150))
        self._check_series("sunspots")

    @property
    def numbers(self) -> tuple[float, ...]:
        return _table()[1]

    @property
    def years(self) -> tuple[int, ...]:
        return _table()[0]

    @property
    def period(self) -> int:
        return CYCLE


@cache
def _table() -> tuple[tuple[int, ...], tuple[float, ...]]:
    with PATH.open(encoding="ascii", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(int(row["year"]) for row in rows), tuple(float(row["sunspots"]) for row in rows)


TASK = Sunspots
