"""The adding problem: a long row of numbers, two of them marked, and their sum is asked for.

At each step stand a value, uniform in [0, 1), and a marker: 1 at one step of the first half and
at one of the second, 0 elsewhere. The target is the sum of the two marked values.
Sources: Hochreiter & Schmidhuber 1997, section 5.4; this form from Le, Jaitly & Hinton 2015,
arXiv:1504.00941.
"""

import numpy as np
from jaxtyping import Float

from rnn_core.checks import flag, whole
from rnn_core.sequences import Vectors

NAMES = ("value", "marker")


def rows(
    rng: np.random.Generator, length: int, size: int
) -> tuple[Float[np.ndarray, "time batch"], Float[np.ndarray, "time batch"]]:
    """The values and the markers of `size` sequences."""
    values, markers, half = rng.random((length, size)), np.zeros((length, size)), length // 2
    each = np.arange(size)
    markers[rng.integers(half, size=size), each] = 1.0
    markers[half + rng.integers(length - half, size=size), each] = 1.0
    return values, markers


def adding(length: int, seed: int = 0, *, every_step: bool = False) -> Vectors:
    """One sequence, its target at the last step; with `every_step` the sum so far at each."""
    length = whole("length", length, 2)
    generator = np.random.default_rng(whole("seed", seed, 0))
    values, markers = (drawn[:, 0] for drawn in rows(generator, length, 1))
    sums = np.cumsum(values * markers)
    asked = range(length) if flag("every_step", every_step) else [length - 1]
    return Vectors(
        tuple((float(value), float(mark)) for value, mark in zip(values, markers, strict=True)),
        tuple((float(sums[t]),) if t in asked else None for t in range(length)),
        NAMES,
    )
