"""A sweep: a grid of trainings, decided by one frozen record, seeds included.

    fixed     what every training has (`task.name`, `learning_rate`, …)
    axes      what varies; the grid is the full product of their points, the last axis fastest

A field is named as in the file of a sweep: a field of `TrainingSetup` by its own name
(`hidden_size`), a setting of the task below `task.` (`task.length`). Most points set the field that
their axis is named for; a point with a label may set several, as IRNN does (cell, start, rate).
"""

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rnn_core.train.setup import TrainingSetup

MOST_CELLS = 10_000
SEED = "seed"
TASK = "task."
Scalar = str | bool | int | float
Settings = tuple[tuple[str, Any], ...]


class SweepError(ValueError):
    """What is wrong with a sweep, its file or its results; says what would be right."""


@dataclass(frozen=True)
class Point:
    """One value on an axis: its label, a plain value of TOML, and the fields that it sets."""

    label: Scalar
    settings: Settings


@dataclass(frozen=True)
class Axis:
    """What varies, and over what. `name` is a field's name, unless every point says what it sets.

    Raises:
        SweepError: no point, or two that are called the same.
    """

    name: str
    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        if not self.points:
            raise SweepError(f"grid.{self.name} must list at least one value; got none")
        seen: set[Scalar] = set()
        for label in self.labels:
            if label in seen:
                raise SweepError(f"grid.{self.name} must list each value once; got {label!r} twice")
            seen.add(label)

    @property
    def title(self) -> str:
        """As a column or an axis of a figure is headed: `length`, `hidden size`."""
        return self.name.removeprefix(TASK).replace("_", " ")

    @property
    def labels(self) -> tuple[Scalar, ...]:
        return tuple(point.label for point in self.points)


def axis(name: str, values: list[Any] | tuple[Any, ...]) -> Axis:
    """An axis of plain values, each of which sets the field `name`."""
    return Axis(name, tuple(Point(value, ((name, value),)) for value in values))


@dataclass(frozen=True)
class Cell:
    """One training of the grid: where it stands, what it is called on each axis, what it runs."""

    index: int
    labels: tuple[Scalar, ...]
    setup: TrainingSetup


@dataclass(frozen=True)
class Sweep:
    """See above. Equal sweeps have equal cells, in equal order; the title changes nothing.

    Raises:
        SweepError: two places set one field, a cell is no setup that can be trained, or there are
            more than `MOST_CELLS` cells; the message names the cell.
    """

    fixed: Settings
    axes: tuple[Axis, ...]
    title: str = ""

    def __post_init__(self) -> None:
        names = [axis.name for axis in self.axes]
        if len(set(names)) < len(names):
            raise SweepError(f"each axis of the grid must be named once; got {', '.join(names)}")
        self._check_owners()
        if self.size > MOST_CELLS:
            raise SweepError(
                f"a sweep has at most {MOST_CELLS:,} trainings; this grid has {self.size:,}"
            )
        _ = self.cells

    def _check_owners(self) -> None:
        """A field is varied by one axis only, and not fixed where its own axis varies it."""
        fixed, owner = dict(self.fixed), dict[str, str]()
        for one in self.axes:
            if one.name in fixed:
                raise SweepError(f"{one.name} stands in [grid] and outside of it; leave one")
            for field in sorted({name for point in one.points for name, _ in point.settings}):
                if (other := owner.setdefault(field, one.name)) != one.name:
                    raise SweepError(f"{field} is set by two axes, {other} and {one.name}")

    @property
    def size(self) -> int:
        """The number of trainings."""
        count = 1
        for one in self.axes:
            count *= len(one.points)
        return count

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Every combination once, in the order of the axes."""
        return tuple(self._made())

    def _made(self) -> Iterator[Cell]:
        product = itertools.product(*(one.points for one in self.axes))
        for index, points in enumerate(product):
            settings = dict(self.fixed)
            for point in points:
                settings |= dict(point.settings)
            labels = tuple(point.label for point in points)
            try:
                setup = TrainingSetup.from_dict(nested(settings))
            except (TypeError, ValueError) as problem:
                where = ", ".join(
                    f"{one.title} {label}" for one, label in zip(self.axes, labels, strict=True)
                )
                raise SweepError(f"the training with {where or 'these settings'}: {problem}") from (
                    problem
                )
            yield Cell(index, labels, setup)

    @cached_property
    def fingerprint(self) -> str:
        """What tells this sweep from another: a hash of all that decides its rows."""
        said = [[one.name for one in self.axes]]
        cells = [[list(cell.labels), cell.setup.to_dict()] for cell in self.cells]
        text = json.dumps([said, cells], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def order(self) -> tuple[Cell, ...]:
        """The cells as they are run: every configuration once before any gets its next seed.

        So the picture fills evenly, and the time that the first ones took tells of the rest.
        """
        place = self.place(SEED)
        if place is None:
            return self.cells
        seeds = {label: k for k, label in enumerate(self.axes[place].labels)}
        return tuple(sorted(self.cells, key=lambda cell: seeds[cell.labels[place]]))

    def place(self, name: str) -> int | None:
        """Which of the axes has this name."""
        names = [one.name for one in self.axes]
        return names.index(name) if name in names else None


def nested(settings: Mapping[str, Any]) -> dict[str, Any]:
    """`{"cell": …, "task.length": 50}` as `{"cell": …, "task": {"length": 50}}`."""
    plain = {name: value for name, value in settings.items() if not name.startswith(TASK)}
    task = {
        name.removeprefix(TASK): value for name, value in settings.items() if name.startswith(TASK)
    }
    return {**plain, "task": task} if task else plain
