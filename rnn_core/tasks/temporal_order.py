"""Temporal order: in which order did X and Y come? Asked once, at the end of a long row.

All symbols are distractors a, b, c, d, but for two, each X or Y: one stands between T/10 and T/5,
the other between T/2 and 3T/5. The answer is one of four, XX, XY, YX, YY.
Sources: Hochreiter & Schmidhuber 1997, experiment 6a; of one length and without start and end
signs as in Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Int

from rnn_core.checks import whole
from rnn_core.sequences import Vectors
from rnn_core.tasks.task import LONGEST, Batch, Line, Task, at_last_step, entropy, one_hot, vectors

SYMBOLS = ("X", "Y", "a", "b", "c", "d")
CLASSES = ("XX", "XY", "YX", "YY")


@dataclass(frozen=True)
class TemporalOrder(Task):
    name: ClassVar[str] = "temporal_order"
    title: ClassVar[str] = "Temporal order"
    about: ClassVar[str] = "Two of the symbols are X or Y; say at the end which came, and in order."

    length: int = 50

    def __post_init__(self) -> None:
        self._set("length", whole("length", self.length, 5, LONGEST))

    @property
    def input_size(self) -> int:
        return len(SYMBOLS)

    @property
    def output_size(self) -> int:
        return len(CLASSES)

    @property
    def goal(self) -> float:
        return 0.99

    def batch(self, rng: np.random.Generator, size: int) -> Batch:
        T, each = self.length, np.arange(whole("size", size, 1))
        read = rng.integers(2, len(SYMBOLS), size=(T, size))
        relevant = rng.integers(2, size=(2, size))
        read[rng.integers(T // 10, T // 5 + 1, size=size), each] = relevant[0]
        read[rng.integers(T // 2, 3 * T // 5 + 1, size=size), each] = relevant[1]
        targets = np.zeros((T, size), int)
        targets[-1] = 2 * relevant[0] + relevant[1]
        return Batch(one_hot(read, len(SYMBOLS)), targets, at_last_step(T, size))

    def lines(self) -> tuple[Line, ...]:
        return (
            Line("chance", entropy([1 / 4] * 4), "Guess: the four answers are as likely."),
            Line("naive", entropy([1 / 2] * 2), "Know the later symbol and guess the earlier one."),
        )

    def lags(self, batch: Batch) -> Int[np.ndarray, "time batch"]:
        """Back to the first X or Y."""
        found = np.full(batch.mask.shape, -1)
        found[-1] = self.length - 1 - batch.inputs[:, :, :2].any(axis=2).argmax(axis=0)
        return found

    def example(self, seed: int) -> Vectors:
        return vectors(self.batch(np.random.default_rng(seed), 1), SYMBOLS, CLASSES)


TASK = TemporalOrder
