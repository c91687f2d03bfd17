"""Copy memory: a few symbols, a long wait, a sign, and then the symbols again in their order.

    step     0 … n-1      n … n+lag-2    n+lag-1    n+lag … 2n+lag-1
    read     the symbols  blanks         the sign   blanks
    due      nothing      nothing        nothing    the symbols

Every symbol has to be kept for exactly n + lag steps; there are 2n + lag in all. The loss stands
on the n answers alone, so that the chance level does not depend on the wait.
Sources: Hochreiter & Schmidhuber 1997; this form from Arjovsky, Shah & Bengio 2016,
arXiv:1511.06464 (there with a loss on the blanks too).
"""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from jaxtyping import Int

from rnn_core.checks import whole
from rnn_core.sequences import Vectors
from rnn_core.tasks.task import LONGEST, Batch, Line, Task, entropy, one_hot, vectors

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Copy(Task):
    """`symbols` are to be kept, each one of `kinds`; `length` follows."""

    name: ClassVar[str] = "copy"
    title: ClassVar[str] = "Copy memory"
    about: ClassVar[str] = "Keep the first symbols through a wait and say them again at the end."

    length: int = field(init=False)
    lag: int = 10
    symbols: int = 3
    kinds: int = 4

    def __post_init__(self) -> None:
        self._set("symbols", whole("symbols", self.symbols, 1, 50))
        self._set("lag", whole("lag", self.lag, 1, LONGEST - 2 * self.symbols))
        self._set("kinds", whole("kinds", self.kinds, 2, len(LETTERS)))
        self._set("length", 2 * self.symbols + self.lag)
        super().__post_init__()

    @property
    def input_size(self) -> int:
        return self.kinds + 2  # and the blank, and the sign

    @property
    def output_size(self) -> int:
        return self.kinds

    @property
    def goal(self) -> float:
        return 0.99

    @property
    def _wait(self) -> int:
        """From a symbol to its answer."""
        return self.symbols + self.lag

    def batch(self, rng: np.random.Generator, size: int) -> Batch:
        kept = rng.integers(self.kinds, size=(self.symbols, whole("size", size, 1)))
        read = np.full((self.length, size), self.kinds)
        read[: self.symbols] = kept
        read[self._wait - 1] = self.kinds + 1
        targets, mask = np.zeros(read.shape, int), np.zeros(read.shape, bool)
        targets[self._wait :], mask[self._wait :] = kept, True
        return Batch(one_hot(read, self.input_size), targets, mask)

    def lines(self) -> tuple[Line, ...]:
        chance = entropy([1.0 / self.kinds] * self.kinds)
        about = "Keep all the symbols but one, and guess that one."
        return (
            Line("chance", chance, f"Guess: each of the {self.kinds} symbols is as likely."),
            Line("naive", chance / self.symbols, about),
        )

    def lags(self, batch: Batch) -> Int[np.ndarray, "time batch"]:
        """The same for every answer: its symbol stood `symbols` + `lag` steps before."""
        return np.where(batch.mask, self._wait, -1)

    def example(self, seed: int) -> Vectors:
        classes = tuple(LETTERS[: self.kinds])
        batch = self.batch(np.random.default_rng(seed), 1)
        return vectors(batch, (*classes, "blank", "now"), classes)


TASK = Copy
