"""The adding problem as a task: the sum is asked for once, at the end (see `rnn_core.adding`).

Always saying 1, the mean of the sum, costs its variance, 2 · 1/12. Who has kept one of the two
numbers and forgotten the other is left with the variance of one, 1/12.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Int

from rnn_core.adding import NAMES, rows
from rnn_core.checks import whole
from rnn_core.sequences import Vectors
from rnn_core.tasks.task import Batch, Line, Task, at_last_step, vectors

VARIANCE = 1.0**2 / 12.0  # of a number uniform in [0, 1)


@dataclass(frozen=True)
class Adding(Task):
    name: ClassVar[str] = "adding"
    title: ClassVar[str] = "Adding problem"
    about: ClassVar[str] = "Two of the numbers are marked; say their sum at the end."
    loss: ClassVar[str] = "squared"
    score_name: ClassVar[str] = "mean squared error"
    higher_is_better: ClassVar[bool] = False

    length: int = 50

    @property
    def input_size(self) -> int:
        return 2

    @property
    def output_size(self) -> int:
        return 1

    @property
    def goal(self) -> float:
        return 0.01

    def batch(self, rng: np.random.Generator, size: int) -> Batch:
        values, markers = rows(rng, self.length, whole("size", size, 1))
        mask = at_last_step(self.length, size)
        targets = np.zeros((self.length, size, 1))
        targets[-1, :, 0] = (values * markers).sum(axis=0)
        return Batch(np.stack([values, markers], axis=-1), targets, mask)

    def lines(self) -> tuple[Line, ...]:
        return (
            Line("chance", 2.0 * VARIANCE, "Always say 1, the mean: the variance of the sum."),
            Line("naive", VARIANCE, "Know the later number, say ½ for the one of the first half."),
        )

    def lags(self, batch: Batch) -> Int[np.ndarray, "time batch"]:
        """Back to the first of the two marked steps."""
        found = np.full(batch.mask.shape, -1)
        found[-1] = self.length - 1 - batch.inputs[:, :, 1].argmax(axis=0)
        return found

    def example(self, seed: int) -> Vectors:
        return vectors(self.batch(np.random.default_rng(seed), 1), NAMES)


TASK = Adding
