"""What a network reads, and what it should say at each step.

A `Text` and `Numbers` ask for the next element: the target at step t is element t + 1, so the last
step has no target and never a loss. `Vectors` name their targets step by step, or none. A `Text` is
one-hot over its alphabet and meets categorical cross-entropy, as do `Vectors` whose targets are
classes; the others meet the squared error.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

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

    @property
    def target_steps(self) -> tuple[int, ...]:
        return tuple(range(len(self.text) - 1))

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

    @property
    def target_steps(self) -> tuple[int, ...]:
        return tuple(range(len(self.values) - 1))

    def encode(self) -> Example:
        series = np.array(self.values)
        if self.standardise:
            series = (series - series.mean()) / series.std()
        targets = np.append(series[1:], 0.0)[:, None, None]
        return Example(series[:, None, None], targets, _all_but_last(len(series)), "squared")


@dataclass(frozen=True)
class Vectors:
    """Several numbers at each step, and what should be said there: a target, or None for none.

    `inputs` is T × features, `targets` T entries of one length, that of the read-out. `names` are
    those of the features, in their order; without them they are known by their numbers. With
    `classes`, the names of at least two, a target is the number of one of them.
    """

    inputs: tuple[tuple[float, ...], ...]
    targets: tuple[tuple[float, ...] | int | None, ...]
    names: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        inputs = tuple(
            _vector(f"inputs[{t}]", row) for t, row in enumerate(_rows("inputs", self.inputs))
        )
        _of_one_length("inputs", inputs)
        names = _different_words("names", self.names)
        if names and len(names) != len(inputs[0]):
            raise ValueError(
                f"names must hold one for each of the {len(inputs[0])} features; got {names!r}"
            )
        classes = _different_words("classes", self.classes)
        if len(classes) == 1:
            raise ValueError(f"classes must hold at least 2 to choose from; got {classes!r}")
        targets = _targets(self.targets, classes)
        if len(targets) != len(inputs):
            raise ValueError(
                f"targets must have an entry, or None, for each of the {len(inputs)} steps of "
                f"inputs; got {len(targets)}"
            )
        for field, value in (
            ("inputs", inputs),
            ("targets", targets),
            ("names", names),
            ("classes", classes),
        ):
            object.__setattr__(self, field, value)

    @property
    def labels(self) -> list[str]:
        return [_in_brackets([f"{value:.4g}" for value in row]) for row in self.inputs]

    @property
    def target_steps(self) -> tuple[int, ...]:
        return tuple(t for t, row in enumerate(self.targets) if row is not None)

    @property
    def output_size(self) -> int:
        """How many numbers the read-out says: one for each class, or as many as a target has."""
        if self.classes:
            return len(self.classes)
        return next(len(row) for row in self.targets if isinstance(row, tuple))

    def encode(self) -> Example:
        inputs = np.array(self.inputs)[:, None]
        has_target = np.array([target is not None for target in self.targets])
        if self.classes:
            numbers = np.array([0 if k is None else k for k in self.targets], np.int64)
            return Example(inputs, numbers[:, None], has_target, "categorical")
        targets = np.zeros((len(self.targets), 1, self.output_size))
        for t in np.flatnonzero(has_target):
            targets[t, 0] = self.targets[t]
        return Example(inputs, targets, has_target, "squared")


AnySequence: TypeAlias = Text | Numbers | Vectors


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


def _rows(name: str, rows: Any) -> tuple[Any, ...]:
    if isinstance(rows, str) or not isinstance(rows, Iterable):
        raise TypeError(f"{name} must be a sequence, one entry for each; got {rows!r}")
    return tuple(rows)


def _vector(name: str, row: Any) -> tuple[float, ...]:
    if isinstance(row, str) or not isinstance(row, Iterable):
        raise TypeError(f"{name} must be a sequence of numbers; got {row!r}")
    return tuple(real(f"{name}[{k}]", value) for k, value in enumerate(row))


def _targets(given: Any, classes: tuple[str, ...]) -> tuple[Any, ...]:
    """A vector, the number of a class, or None, for each step; at least one of them is there."""
    rows = _rows("targets", given)
    if not classes:
        vectors = tuple(
            None if row is None else _vector(f"targets[{t}]", row) for t, row in enumerate(rows)
        )
        _of_one_length("targets", vectors)
        return vectors
    last = len(classes) - 1
    numbers = tuple(
        None if row is None else whole(f"targets[{t}], the number of a class,", row, 0, last)
        for t, row in enumerate(rows)
    )
    if set(numbers) <= {None}:
        raise ValueError(f"targets must hold at least one class; got {len(rows)} steps with none")
    return numbers


def _different_words(field: str, given: Any) -> tuple[str, ...]:
    words = _rows(field, given) if given else ()
    if not all(word and isinstance(word, str) for word in words) or len({*words}) < len(words):
        raise ValueError(f"{field} must be different words, none empty; got {given!r}")
    return words


def _of_one_length(name: str, rows: tuple[tuple[float, ...] | None, ...]) -> None:
    """At least one row, none empty, all of them as long as the first."""
    sizes = [(t, len(row)) for t, row in enumerate(rows) if row is not None]
    if not sizes:
        raise ValueError(f"{name} must hold at least one vector; got {len(rows)} steps with none")
    first = sizes[0][1]
    for t, size in sizes:
        if not size or size != first:
            raise ValueError(
                f"{name}[{t}] must hold {first or 'at least one'} number{'s' * (first != 1)}, as "
                f"many as every step; got {size}"
            )


def _in_brackets(parts: list[str]) -> str:
    return f"({', '.join(parts)})" if len(parts) > 1 else parts[0]


def _all_but_last(length: int) -> Bool[np.ndarray, " time"]:
    return np.arange(length) < length - 1
