"""Bracket matching: at every step of a well-nested row, which closing bracket may come?

The answer is the partner of the last bracket still open, or "none" when nothing is open: a stack
has to be kept. The rows are Dyck words, every nesting of a length equally likely, the kinds of
brackets drawn freely; an odd length is a word without its last bracket.
Sources: Dvoretzky & Motzkin 1947, the cycle lemma, by which words are drawn; for recurrent nets
Gers & Schmidhuber 2001, doi:10.1109/72.963769.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float, Int

from rnn_core.checks import whole
from rnn_core.sequences import Vectors
from rnn_core.tasks.task import Batch, Line, Task, entropy, one_hot, vectors

OPENING, CLOSING = "([{<", ")]}>"


@dataclass(frozen=True)
class Brackets(Task):
    name: ClassVar[str] = "brackets"
    title: ClassVar[str] = "Bracket matching"
    about: ClassVar[str] = "Say at every step which closing bracket may come, if any."

    length: int = 20
    kinds: int = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        self._set("kinds", whole("kinds", self.kinds, 1, len(OPENING)))

    @property
    def input_size(self) -> int:
        return 2 * self.kinds

    @property
    def output_size(self) -> int:
        return self.kinds + 1

    @property
    def goal(self) -> float:
        return 0.99

    def batch(self, rng: np.random.Generator, size: int) -> Batch:
        opens = dyck_words(rng, (self.length + 1) // 2, whole("size", size, 1))[: self.length]
        kinds = rng.integers(self.kinds, size=opens.shape)
        depth, top = stack(opens)
        on_top = np.take_along_axis(kinds, top, axis=0)
        symbols = kinds
        symbols[1:] = np.where(opens[1:], kinds[1:], self.kinds + on_top[:-1])
        targets = np.where(depth > 0, on_top + 1, 0)
        return Batch(one_hot(symbols, self.input_size), targets, np.ones(opens.shape, bool))

    def lines(self) -> tuple[Line, ...]:
        depths = depth_probabilities(self.length)
        empty = float(depths[1:, 0].mean())  # the share of steps after which nothing is open
        climbed = float(depths[-1] @ np.arange(depths.shape[1]))
        closing = (1.0 - climbed / self.length) / 2.0
        each = [1.0 / self.kinds] * self.kinds
        chance = entropy([empty, *((1.0 - empty) * p for p in each)])
        after = empty / closing  # of the steps that close
        unsure = entropy([after, *((1.0 - after) * p for p in each)])
        return (
            Line("chance", chance, "Answer by how often each answer is right."),
            Line("naive", closing * unsure, "Look at the present bracket alone."),
        )

    def lags(self, batch: Batch) -> Int[np.ndarray, "time batch"]:
        """Back to the bracket that is still open; where none is, to the one just closed."""
        depth, top = stack(batch.inputs[:, :, : self.kinds].sum(axis=2) > 0.5)
        needed = top.copy()
        needed[1:] = np.where(depth[1:] > 0, top[1:], top[:-1])
        return np.arange(self.length)[:, None] - needed

    def example(self, seed: int) -> Vectors:
        symbols = tuple(OPENING[: self.kinds] + CLOSING[: self.kinds])
        batch = self.batch(np.random.default_rng(seed), 1)
        return vectors(batch, symbols, ("none", *CLOSING[: self.kinds]))


def dyck_words(
    rng: np.random.Generator, pairs: int, size: int
) -> Bool[np.ndarray, "two_pairs batch"]:
    """Words of `pairs` pairs, each as likely; True opens.

    Of all rotations of a row with one bracket too many that closes, exactly one is a word with
    that bracket at its end: the one that begins after the row's first lowest point.
    """
    row = np.repeat([1, -1], [pairs, pairs + 1])
    rows = rng.permuted(np.repeat(row[:, None], size, axis=1), axis=0)
    start = np.cumsum(rows, axis=0).argmin(axis=0) + 1
    order = (start + np.arange(2 * pairs)[:, None]) % len(row)
    return np.take_along_axis(rows, order, axis=0) > 0


def stack(
    opens: Bool[np.ndarray, "time batch"],
) -> tuple[Int[np.ndarray, "time batch"], Int[np.ndarray, "time batch"]]:
    """After each step: how many are open, and the step of the last one still open.

    That one is the latest step that opened to the present depth. Where nothing is open the
    second is some step that means nothing.
    """
    depth = np.cumsum(np.where(opens, 1, -1), axis=0)
    order = np.argsort(depth, axis=0, kind="stable")  # by depth, then by time
    opened = np.take_along_axis(opens, order, axis=0)
    places = np.where(opened, np.arange(len(opens))[:, None], 0)
    latest = np.take_along_axis(order, np.maximum.accumulate(places, axis=0), axis=0)
    top = np.empty_like(order)
    np.put_along_axis(top, order, latest, axis=0)
    return depth, top


def depth_probabilities(length: int) -> Float[np.ndarray, "steps depths"]:
    """P(d brackets are open after t steps), t = 0 … length, for words as they are drawn here.

    Of the walks that never fall below 0, the share through depth d at t is that of those that
    climb to d in t steps times that of those that come down from d in the rest.
    """
    whole_word = length + length % 2
    walks = np.zeros((whole_word + 1, whole_word + 2))  # of the 2^t walks of t steps
    walks[0, 0] = 1.0
    for t in range(whole_word):
        walks[t + 1, 1:] = walks[t, :-1] / 2.0
        walks[t + 1, :-1] += walks[t, 1:] / 2.0
    return (walks * walks[::-1] / walks[-1, 0])[: length + 1]


TASK = Brackets
