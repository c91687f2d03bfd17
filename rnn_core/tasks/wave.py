"""The next value of a wave whose period and phase are new in every sequence.

    turns_t = t / P + φ        P uniform in [10, 25] steps, φ uniform in [0, 1)

    sine      sin 2π turns                    sawtooth  2 (turns mod 1) - 1
    damped    exp(-2t / T) sin 2π turns       square    sign(½ - turns mod 1)
    sum       0.6 of one sine + 0.4 of another, each with a P and φ of its own

What is read and what is asked for carry noise, normal with the standard deviation `noise`, new at
each step: no forecast has a mean squared error under noise². The first steps cannot know P and φ,
so the score is that of the second half of the steps.
"""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from rnn_core.checks import one_of, real, whole
from rnn_core.sequences import Numbers
from rnn_core.tasks.task import Batch, Line, Task, marked_score

KINDS = ("sine", "damped", "sum", "sawtooth", "square")
PERIODS = (10.0, 25.0)
PARTS = (0.6, 0.4)  # of the two sines of a sum


@dataclass(frozen=True)
class Wave(Task):
    name: ClassVar[str] = "wave"
    title: ClassVar[str] = "Next value of a wave"
    about: ClassVar[str] = "Say at every step what the wave's next value will be."
    loss: ClassVar[str] = "squared"
    score_name: ClassVar[str] = "mean squared error, second half"
    higher_is_better: ClassVar[bool] = False

    length: int = 50
    kind: str = "sine"
    noise: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of("kind", self.kind, KINDS)
        self._set("noise", real("noise", self.noise, 0.0, 1.0))

    @property
    def input_size(self) -> int:
        return 1

    @property
    def output_size(self) -> int:
        return 1

    @property
    def goal(self) -> float:
        """noise², and what is let pass beyond it.

        That is a tenth of the naive forecast's error without noise (a third for the waves that
        jump: from its past one says only roughly when it will), and a fifth of noise², since
        period and phase have to be judged from noisy values; but never more than half of what
        always saying 0 costs there.
        """
        share = 1.0 / 3.0 if self.kind in ("sawtooth", "square") else 0.1
        clean = self.lines()[1].value - 2.0 * self.noise**2
        power = float(self._power()[self.length // 2 :].mean())
        return self.noise**2 + min(0.2 * self.noise**2 + share * clean, power / 2.0)

    def batch(self, rng: np.random.Generator, size: int) -> Batch:
        series = self._series(rng, whole("size", size, 1))[:, :, None]
        return Batch(series[:-1], series[1:], np.ones(series[1:, :, 0].shape, bool))

    def lines(self) -> tuple[Line, ...]:
        periods, shares = _quadrature()
        mean_change = float(shares @ self._change(periods))
        power = float(self._power().mean())
        return (
            Line("chance", power + self.noise**2, "Always say 0, the mean: the variance."),
            Line("naive", mean_change + 2.0 * self.noise**2, "Say the present value again."),
        )

    def score(self, batch: Batch, output: Float[np.ndarray, "time batch out"]) -> float:
        late = batch.mask.copy()
        late[: len(late) // 2] = False
        return marked_score(self.loss, batch.targets, output, late)

    def example(self, seed: int) -> Numbers:
        series = self._series(np.random.default_rng(seed), 1)[:-1, 0]
        return Numbers(tuple(series.tolist()))

    def _series(self, rng: np.random.Generator, size: int) -> Float[np.ndarray, "steps batch"]:
        """One step more than is read."""
        steps = np.arange(self.length + 1)[:, None]
        turns = self._turns(rng, steps, size)
        if self.kind == "sawtooth":
            series = 2.0 * (turns % 1.0) - 1.0
        elif self.kind == "square":
            series = np.where(turns % 1.0 < 0.5, 1.0, -1.0)
        else:
            series = np.sin(2.0 * np.pi * turns)
        if self.kind == "damped":
            series *= self._envelope()[:, None]
        if self.kind == "sum":
            other = np.sin(2.0 * np.pi * self._turns(rng, steps, size))
            series = PARTS[0] * series + PARTS[1] * other
        if self.noise:
            series += self.noise * rng.standard_normal(series.shape)
        return series

    def _turns(self, rng: np.random.Generator, steps: np.ndarray, size: int) -> np.ndarray:
        period = rng.uniform(*PERIODS, size=size)
        return steps / period + rng.random(size)

    def _envelope(self) -> Float[np.ndarray, " steps"]:
        return np.exp(-2.0 * np.arange(self.length + 1) / self.length)

    def _power(self) -> Float[np.ndarray, " time"]:
        """E x² over phases, at each step that is asked for, without noise."""
        powers = {"sine": 1 / 2, "damped": 1 / 2, "sawtooth": 1 / 3, "square": 1.0}
        powers["sum"] = (PARTS[0] ** 2 + PARTS[1] ** 2) / 2.0
        shape = self._envelope()[1:] ** 2 if self.kind == "damped" else np.ones(self.length)
        return powers[self.kind] * shape

    def _change(self, P: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """E (x_{t+1} - x_t)² for each period P, over phases and steps, without noise."""
        if self.kind == "sawtooth":  # 2/P up, and once in P steps 2 down
            return 4.0 / P - 4.0 / P**2
        if self.kind == "square":  # a jump by 2, twice in P steps
            return 8.0 / P
        sine = 1.0 - np.cos(2.0 * np.pi / P)
        if self.kind == "sum":
            return (PARTS[0] ** 2 + PARTS[1] ** 2) * sine
        if self.kind == "damped":
            before, after = self._envelope()[:-1, None], self._envelope()[1:, None]
            return ((before - after) ** 2 / 2.0 + before * after * sine).mean(axis=0)
        return sine


@cache
def _quadrature() -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Periods and the share of each, by which a mean over all periods is exact to rounding."""
    nodes, weights = np.polynomial.legendre.leggauss(64)
    return PERIODS[0] + (PERIODS[1] - PERIODS[0]) * (nodes + 1.0) / 2.0, weights / 2.0


TASK = Wave
