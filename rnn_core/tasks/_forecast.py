"""What the forecasts of a real series share: scale, windows, the values held out, the lines.

The series is read as z = (x - mean) / deviation, both of the training values alone, and every
loss is in units of z². Training windows lie in the training part. Each held-out value is foretold
once, from the `length` values before it, which are partly held out too.

    naive             z_t for z_{t+1}
    seasonal naive    z_{t+1-season} for z_{t+1}
    linear            a + b z_t + c z_{t-1}, least squares on the training part (Yule 1927)

Source: Yule 1927, doi:10.1098/rsta.1927.0007, who made it for the sunspot numbers.
"""

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from rnn_core.checks import whole
from rnn_core.sequences import Numbers
from rnn_core.tasks.task import Batch, Line, Task, at_last_step

EXACT = 0.01  # a hundredth of the training values' variance


@dataclass(frozen=True)
class Forecast(Task):
    """`last`: how many of the last values are held out, never trained on."""

    loss: ClassVar[str] = "squared"
    score_name: ClassVar[str] = "mean squared error"
    higher_is_better: ClassVar[bool] = False

    last: int

    @property
    @abstractmethod
    def numbers(self) -> tuple[float, ...]:
        """The series as it came, oldest first."""

    @property
    @abstractmethod
    def period(self) -> int:
        """Steps of a season; 0 for none."""

    @property
    def input_size(self) -> int:
        return 1

    @property
    def output_size(self) -> int:
        return 1

    @property
    def goal(self) -> float:
        """Under every naive line; where one of those foretells it exactly, nearly as exact."""
        return max(EXACT, min(line.value for line in self.lines()[1:]))

    @property
    def scale(self) -> tuple[float, float]:
        """Mean and standard deviation of the training values: x = mean + deviation · z."""
        return self._scaled.mean, self._scaled.deviation

    @property
    def scaled(self) -> Float[np.ndarray, " series"]:
        """The whole series as z; the last `last` of it are held out."""
        return self._scaled.z.copy()

    def batch(self, rng: np.random.Generator, size: int) -> Batch:
        z = self._scaled.z
        starts = rng.integers(len(z) - self.last - self.length, size=whole("size", size, 1))
        mask = np.ones((self.length, size), bool)
        return self._windows(starts, mask)

    def held_out(self, size: int) -> Batch:
        """A loss at the last step alone; all values if no more than `size`, else every nth."""
        count = min(whole("size", size, 1), self.last)
        chosen = np.linspace(0, self.last - 1, count).astype(int)
        starts = len(self.numbers) - self.last - self.length + chosen
        return self._windows(starts, at_last_step(self.length, count))

    def lines(self) -> tuple[Line, ...]:
        z, held = self._scaled.z, slice(-self.last, None)
        due, before = z[held], z[-self.last - 1 : -1]
        rows = [
            ("chance", np.zeros_like(due), "Always say the mean of the training values."),
            ("naive", before, "Say the present value again."),
        ]
        if self.period:
            season = z[len(z) - self.last - self.period : len(z) - self.period]
            rows += [("seasonal naive", season, f"Say the value of {self.period} steps before.")]
        about = "Fit a line through the last two values to the training part."
        rows += [("linear", self._linear(), about)]
        return tuple(Line(name, float(((due - said) ** 2).mean()), by) for name, said, by in rows)

    def example(self, seed: int) -> Numbers:
        """`length` values, scaled, that end in the part held out."""
        end = len(self.numbers) - int(np.random.default_rng(seed).integers(self.last))
        return Numbers(tuple(self._scaled.z[end - self.length : end].tolist()))

    def _linear(self) -> Float[np.ndarray, " held"]:
        """What the linear forecast says of each value held out."""
        z = self._scaled.z
        seen = np.stack([np.ones(len(z) - 2), z[1:-1], z[:-2]], axis=1)
        training = len(seen) - self.last
        fitted, *_ = np.linalg.lstsq(seen[:training], z[2:][:training], rcond=None)
        return seen[training:] @ fitted

    def _windows(self, starts: Int[np.ndarray, " batch"], mask: np.ndarray) -> Batch:
        read = starts + np.arange(self.length)[:, None]
        z = self._scaled.z
        return Batch(z[read][:, :, None], z[read + 1][:, :, None], mask)

    @cached_property
    def _scaled(self) -> "_Scaled":
        series = np.array(self.numbers)
        training = series[: -self.last]
        mean, deviation = float(training.mean()), float(training.std())
        return _Scaled((series - mean) / (deviation or 1.0), mean, deviation)

    def _check_series(self, called: str) -> None:
        """Lengths against each other, and that the training values have a spread."""
        self._set("last", whole("last", self.last, 1))
        count, needed = len(self.numbers), self.length + 1 + self.last
        if count < needed:
            raise ValueError(
                f"{called} must hold at least {needed} numbers, for a window of {self.length}, "
                f"its target, and the last {self.last} held out; got {count}"
            )
        whole("season", self.period, 0, count - self.last)
        if not self._scaled.deviation > 0.0:
            raise ValueError(f"{called}: all training values are the same, so they have no spread")


class _Scaled(NamedTuple):
    z: Float[np.ndarray, " series"]
    mean: float
    deviation: float
