"""The rows of a sweep, seeds taken together: how many of them solved it, and how fast.

The share of n seeds that solved is told with its Wilson interval (Wilson 1927; Brown, Cai and
DasGupta 2001 for why not p ± 1.96 √(p(1-p)/n), which is [1, 1] for 3 of 3):

    centre = (p + z²/2n) / (1 + z²/n)        half width = z √(p(1-p)/n + z²/4n²) / (1 + z²/n)
"""

import csv
import io
import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from rnn_core.sweep.grid import SEED, Axis, Scalar, Sweep
from rnn_core.sweep.row import Row, table

Z95 = statistics.NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Outcome:
    """One configuration over its seeds. `labels` are its places on `outer_axes`.

    `done` of `seeds` are trained. Medians are None where there is nothing to take them of; that of
    the steps counts a training that was not solved as slower than any that was, and is None where
    it falls among those. `interval` is that of the share solved, (0, 1) while nothing is done.
    """

    labels: tuple[Scalar, ...]
    seeds: int
    rows: tuple[Row, ...]

    @property
    def done(self) -> int:
        return len(self.rows)

    @property
    def solved(self) -> int:
        return sum(row.solved for row in self.rows)

    @property
    def share(self) -> float | None:
        return self.solved / self.done if self.rows else None

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.solved, self.done)

    @property
    def median_steps(self) -> float | None:
        return _median([math.inf if row.steps is None else float(row.steps) for row in self.rows])

    @property
    def median_loss(self) -> float | None:
        return _median([math.inf if row.loss is None else float(row.loss) for row in self.rows])

    @property
    def seconds(self) -> float:
        """Of all its trainings."""
        return math.fsum(row.seconds for row in self.rows)

    @property
    def broken(self) -> int:
        return sum(bool(row.problem) for row in self.rows)


def _median(values: list[float]) -> float | None:
    middle = statistics.median(values) if values else math.inf
    return middle if math.isfinite(middle) else None


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share; (0, 1) without a trial."""
    if not trials:
        return 0.0, 1.0
    p, spread = successes / trials, Z95**2 / trials
    centre = (p + spread / 2) / (1 + spread)
    half = math.sqrt(spread * (p * (1 - p) + spread / 4)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)


def outer_axes(sweep: Sweep) -> tuple[Axis, ...]:
    """All but that of the seeds."""
    return tuple(one for one in sweep.axes if one.name != SEED)


def outcomes(sweep: Sweep, rows: Mapping[int, Row]) -> tuple[Outcome, ...]:
    """Every configuration of the grid in its order, those that are not begun too."""
    place = sweep.place(SEED)
    seeds = 1 if place is None else len(sweep.axes[place].points)
    found: dict[tuple[Scalar, ...], list[Row]] = {}
    for cell in sweep.cells:
        labels = tuple(label for k, label in enumerate(cell.labels) if k != place)
        of_it = found.setdefault(labels, [])
        if cell.index in rows:
            of_it.append(rows[cell.index])
    return tuple(Outcome(labels, seeds, tuple(of_it)) for labels, of_it in found.items())


def to_csv(sweep: Sweep, rows: Mapping[int, Row]) -> str:
    """One line per finished training, in the order of the grid; floats read back exactly."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    told = ("solved", "steps", "trained", "loss", "score", "seconds", "engine", "problem")
    writer.writerow([one.title.replace(" ", "_") for one in sweep.axes] + [*told])
    for cell, row in table(sweep.cells, rows):
        values = [getattr(row, name) for name in told]
        writer.writerow([*cell.labels, *("" if value is None else value for value in values)])
    return out.getvalue()
