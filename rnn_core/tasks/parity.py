"""Parity: bits come in, and at every step the number of ones so far is even or odd.

One bit of memory is enough, but every bit counts: the answer at step t needs all of 0 … t.
Source: Minsky & Papert 1969; for recurrent nets Hochreiter & Schmidhuber 1997, section 5 (there
asked at the end alone, which guessing weights also solves).
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Int

from rnn_core.checks import whole
from rnn_core.sequences import Vectors
from rnn_core.tasks.task import Batch, Line, Task, entropy, vectors


@dataclass(frozen=True)
class Parity(Task):
    name: ClassVar[str] = "parity"
    title: ClassVar[str] = "Parity"
    about: ClassVar[str] = "Say at every step whether the number of ones so far is even or odd."

    length: int = 20

    @property
    def input_size(self) -> int:
        return 1

    @property
    def output_size(self) -> int:
        return 2

    @property
    def goal(self) -> float:
        return 0.99

    def batch(self, rng: np.random.Generator, size: int) -> Batch:
        bits = rng.integers(2, size=(self.length, whole("size", size, 1)))
        targets = np.bitwise_xor.accumulate(bits, axis=0)
        return Batch(bits[:, :, None].astype(float), targets, np.ones(bits.shape, bool))

    def lines(self) -> tuple[Line, ...]:
        half = 1 / 2
        alike = (1.0 + half * (self.length - 1)) / self.length  # the first bit is its own parity
        return (
            Line("chance", entropy((half, half)), "Even and odd are as likely."),
            Line("naive", entropy((alike, 1.0 - alike)), "Look at the present bit alone."),
        )

    def lags(self, batch: Batch) -> Int[np.ndarray, "time batch"]:
        """Back to the first bit, since every bit counts."""
        return np.repeat(np.arange(self.length)[:, None], batch.mask.shape[1], axis=1)

    def example(self, seed: int) -> Vectors:
        return vectors(self.batch(np.random.default_rng(seed), 1), ("bit",), ("even", "odd"))


TASK = Parity
