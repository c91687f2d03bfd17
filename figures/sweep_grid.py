"""How the outcomes of a sweep lie in its maps: rows, columns, and a map for all the rest."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from figures.sweep_words import escaped, in_lines, label
from rnn_core.sweep import Axis, Outcome, Sweep, outer_axes

_HEADING, _BETWEEN = 24, 16


@dataclass(frozen=True)
class Grid:
    """`fields[map][row][column]`, and what each is called, ready for Plotly."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    maps: tuple[str, ...]
    fields: tuple[tuple[tuple[Outcome, ...], ...], ...]
    column_title: str

    @property
    def heading(self) -> int:
        """Pixels above each map for its name; a single one has none."""
        return _HEADING if any(self.maps) else 0

    @property
    def between(self) -> int:
        return _BETWEEN if any(self.maps) else 0

    def axis(self, place: int) -> str:
        """Plotly's name of the vertical axis of a map."""
        return f"y{place + 1}" if place else "y"

    def each(self) -> Iterator[tuple[int, int, int, Outcome]]:
        """Map, row, column and outcome of every field."""
        for place, lines in enumerate(self.fields):
            for row, line in enumerate(lines):
                for column, one in enumerate(line):
                    yield place, row, column, one


def grid_of(sweep: Sweep, found: Sequence[Outcome]) -> Grid:
    axes = list(outer_axes(sweep))
    down = axes.pop(0) if axes else None
    along = axes.pop(0) if axes else None
    of = {one.labels: one for one in found}
    maps = list(itertools.product(*(one.labels for one in axes)))
    fields = tuple(
        tuple(
            tuple(of[(*row, *column, *rest)] for column in _labels(along)) for row in _labels(down)
        )
        for rest in maps
    )
    return Grid(
        rows=tuple("<br>".join(in_lines(text)) for text in _texts(down)),
        columns=tuple(escaped(text) for text in _texts(along)),
        maps=tuple(", ".join(_facet(axes, rest)) for rest in maps),
        fields=fields,
        column_title=along.title if along else "",
    )


def _labels(one: Axis | None) -> list[tuple[Any, ...]]:
    return [(value,) for value in one.labels] if one else [()]


def _texts(one: Axis | None) -> tuple[str, ...]:
    return tuple(label(value) for value in one.labels) if one else ("",)


def _facet(axes: Sequence[Axis], rest: Sequence[Any]) -> list[str]:
    return [escaped(f"{one.title} {label(value)}") for one, value in zip(axes, rest, strict=True)]
