"""What a network reads, and what it should say at each step.

Both kinds of sequence ask for the next element: the target at step t is element t + 1, so the
last step has no target and never a loss. A `Text` is one-hot over its alphabet and meets
categorical cross-entropy; `Numbers` are one feature and meet the squared error.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from rnn_core.checks import one_of, real, whole

SIGNALS = ("sine", "damped sine", "step", "pulse", "square", "sawtooth", "noise")


@dataclass(frozen=True, eq=False)
class Example:
    """A sequence as arrays, batch of one.

    `targets` are class numbers `(time, 1)` for the categorical loss, else values
    `(time, 1, out)`. Where `has_target` is False the target is a 0 that means nothing.
    """

    inputs: Float[np.ndarray, "time 1 features"]
    targets: Int[np.ndarray, "time 1"] | Float[np.ndarray, "time 1 out"]
    has_target: Bool[np.ndarray, " time"]
    loss: str


@dataclass(frozen=True)
class Text:
    """Characters. An empty `alphabet` means the sorted distinct characters of `text`."""

    text: str
    alphabet: str = ""

    def __post_init__(self) -> None:
        for name, value in (("text", self.text), ("alphabet", self.alphabet)):
            if not isinstance(value, str):
                raise TypeError(f"{name} must be a string; got {value!r}")
        if len(self.text) < 2:
            raise ValueError(
                "text must have at least 2 characters, one to read and one to predict; "
                f"got {len(self.text)}: {self.text!r}"
            )
        if len(set(self.alphabet)) != len(self.alphabet):
            twice = next(c for c in self.alphabet if self.alphabet.count(c) > 1)
            raise ValueError(f"alphabet must hold each character once; {twice!r} comes twice")
        known = frozenset(self.characters)
        for position, character in enumerate(self.text):
            if character not in known:
                raise ValueError(
                    f"text: the character {character!r} at position {position} (counted from 0) is "
                    f"not in the alphabet; it knows {self.alphabet!r}"
                )

    @property
    def characters(self) -> str:
        """The alphabet in use; class k of the prediction is its k-th character."""
        return self.alphabet or "".join(sorted(set(self.text)))

    @property
    def labels(self) -> list[str]:
        return list(self.text)

    def encode(self) -> Example:
        number = {character: k for k, character in enumerate(self.characters)}
        classes = np.array([number[character] for character in self.text])
        inputs = np.zeros((len(classes), 1, len(number)))
        inputs[np.arange(len(classes)), 0, classes] = 1.0
        targets = np.append(classes[1:], 0)[:, None]
        return Example(inputs, targets, _all_but_last(len(classes)), "categorical")


@dataclass(frozen=True)
class Numbers:
    """A series of numbers; `standardise` reads it with mean 0 and standard deviation 1."""

    values: tuple[float, ...]
    standardise: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.values, str) or not isinstance(self.values, Iterable):
            raise TypeError(f"values must be a sequence of numbers; got {self.values!r}")
        values = tuple(real(f"values[{k}]", value) for k, value in enumerate(self.values))
        object.__setattr__(self, "values", values)
        if len(values) < 2:
            raise ValueError(
                "values must hold at least 2 numbers, one to read and one to predict; "
                f"got {len(values)}"
            )
        if self.standardise and min(values) == max(values):
            raise ValueError(f"standardise: all values are {values[0]}, so they have no spread")

    @property
    def labels(self) -> list[str]:
        return [f"{value:.4g}" for value in self.values]

    def encode(self) -> Example:
        series = np.array(self.values)
        if self.standardise:
            series = (series - series.mean()) / series.std()
        targets = np.append(series[1:], 0.0)[:, None, None]
        return Example(series[:, None, None], targets, _all_but_last(len(series)), "squared")


def signal(kind: str, length: int, seed: int = 0) -> tuple[float, ...]:
    """A preset series of `length` numbers within [-1, 1]; `seed` matters to the noise alone."""
    kind, length = one_of("kind", kind, SIGNALS), whole("length", length, 2)
    generator: Any = np.random.default_rng(whole("seed", seed, 0))
    period = 20
    for_step = {
        "sine": lambda t: math.sin(2 * math.pi * t / period),
        "damped sine": lambda t: math.exp(-2 * t / length) * math.sin(2 * math.pi * t / period),
        "step": lambda t: float(t >= length // 2),
        "pulse": lambda t: float(length // 4 <= t < length // 4 + max(1, length // 20)),
        "square": lambda t: 1.0 if t % period < period // 2 else -1.0,
        "sawtooth": lambda t: 2 * (t % period) / period - 1,
        "noise": lambda t: 2 * generator.random() - 1,
    }[kind]
    return tuple(float(for_step(t)) for t in range(length))


def _all_but_last(length: int) -> Bool[np.ndarray, " time"]:
    return np.arange(length) < length - 1
