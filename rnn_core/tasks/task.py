"""What every task is: data without end (or a part held out), a chance line, a score, a goal.

The loss of a task is the mean over the entries that a batch marks, and over the outputs: `squared`
is the mean squared error, without a ½; `categorical` is in nats. Lines stand in that unit.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Bool, Float, Int

from rnn_core.checks import whole
from rnn_core.sequences import AnySequence, Vectors

LONGEST = 1000
HELD_OUT = [*b"held out"]  # a seed that no training step has: those are two numbers


@dataclass(frozen=True, eq=False)
class Batch:
    """`mask` is True where a loss stands; elsewhere the targets are a 0 that means nothing.

    Targets are class numbers (time, batch) for the categorical loss, else values.
    """

    inputs: Float[np.ndarray, "time batch features"]
    targets: Int[np.ndarray, "time batch"] | Float[np.ndarray, "time batch out"]
    mask: Bool[np.ndarray, "time batch"]


@dataclass(frozen=True)
class Line:
    """What somebody reaches who does not do the task. `value` is a loss, `about` one sentence."""

    name: str
    value: float
    about: str


@dataclass(frozen=True)
class Task(ABC):
    """Its fields are its settings; equal tasks draw equal data from equal generators.

    `score_name` says what "solved" is measured by; `goal` is the score from which on it is.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str]
    loss: ClassVar[str] = "categorical"
    score_name: ClassVar[str] = "accuracy"
    higher_is_better: ClassVar[bool] = True

    length: int

    def __post_init__(self) -> None:
        self._set("length", whole("length", self.length, 2, LONGEST))

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    @property
    @abstractmethod
    def input_size(self) -> int: ...

    @property
    @abstractmethod
    def output_size(self) -> int: ...

    @property
    @abstractmethod
    def goal(self) -> float: ...

    @abstractmethod
    def batch(self, rng: np.random.Generator, size: int) -> Batch:
        """`size` sequences to train on."""

    @abstractmethod
    def lines(self) -> tuple[Line, ...]:
        """Chance first, which is the best answer that looks at no input, then the naive ones."""

    @abstractmethod
    def example(self, seed: int) -> AnySequence:
        """One sequence with its true targets, for the stage."""

    @property
    def alphabet(self) -> str:
        """The characters that it reads, class k the k-th of them; empty unless it reads text."""
        return ""

    def held_out(self, size: int) -> Batch:
        """`size` sequences for measuring, the same ones each time."""
        return self.batch(np.random.default_rng(HELD_OUT), size)

    def lags(self, batch: Batch) -> Int[np.ndarray, "time batch"] | None:
        """How many steps back stands the farthest input that an answer needs.

        -1 where that is not defined, or where no loss stands; None for a task without lags.
        """
        return None

    def lag_chance(self) -> float:
        """What the best answer that looks at no input costs, where `lags` are defined."""
        return self.lines()[0].value

    def score(self, batch: Batch, output: Float[np.ndarray, "time batch out"]) -> float:
        """By the read-out's `output` (logits for classes), over the marked entries."""
        return marked_score(self.loss, batch.targets, output, batch.mask)

    def solved(self, score: float) -> bool:
        return score >= self.goal if self.higher_is_better else score <= self.goal


def marked_score(
    loss: str, targets: np.ndarray, output: np.ndarray, mask: Bool[np.ndarray, "time batch"]
) -> float:
    """The mean squared error, or for classes the share of right answers, where `mask` is True."""
    if loss == "squared":
        return float(np.square(output[mask] - targets[mask]).mean())
    if loss == "binary":
        return float(((output[mask] > 0.0) == (targets[mask] > 0.5)).mean())
    return float((output[mask].argmax(axis=-1) == targets[mask]).mean())


def at_last_step(length: int, size: int) -> Bool[np.ndarray, "time batch"]:
    """The mask of a task that asks once, at the end."""
    mask = np.zeros((length, size), bool)
    mask[-1] = True
    return mask


def one_hot(classes: Int[np.ndarray, "time batch"], count: int) -> np.ndarray:
    return np.eye(count)[classes]


def entropy(probabilities: Any) -> float:
    """-Σ p ln p, in nats, of numbers that sum to one."""
    return -math.fsum(p * math.log(p) for p in np.ravel(probabilities).tolist() if p > 0.0)


def vectors(batch: Batch, names: tuple[str, ...], classes: tuple[str, ...] = ()) -> Vectors:
    """The first sequence of a batch, for the stage."""
    inputs = tuple(tuple(row) for row in batch.inputs[:, 0].tolist())
    rows = batch.targets[:, 0].tolist()
    asked = zip(rows, batch.mask[:, 0], strict=True)
    if classes:
        numbers = tuple(row if stands else None for row, stands in asked)
        return Vectors(inputs, numbers, names, classes)
    return Vectors(inputs, tuple(tuple(row) if stands else None for row, stands in asked), names)
