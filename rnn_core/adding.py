"""The adding problem: a long row of numbers, two of them marked, and their sum is asked for.

At each step stand a value, uniform in [0, 1], and a marker: 1 at one step of the first half and
at one of the second, 0 elsewhere. The target is the sum of the two marked values.
Sources: Hochreiter & Schmidhuber 1997, section 5.4; this form from Le, Jaitly & Hinton 2015,
arXiv:1504.00941.
"""

import numpy as np

from rnn_core.checks import flag, whole
from rnn_core.sequences import Vectors

NAMES = ("value", "marker")


def adding(length: int, seed: int = 0, *, every_step: bool = False) -> Vectors:
    """One sequence, its target at the last step; with `every_step` the sum so far at each."""
    length = whole("length", length, 2)
    generator = np.random.default_rng(whole("seed", seed, 0))
    values = generator.random(length)
    half = length // 2
    marked = {int(generator.integers(half)), half + int(generator.integers(length - half))}
    markers = [float(t in marked) for t in range(length)]
    sums = np.cumsum(values * markers)
    asked = range(length) if flag("every_step", every_step) else [length - 1]
    return Vectors(
        tuple((float(value), marker) for value, marker in zip(values, markers, strict=True)),
        tuple((float(sums[t]),) if t in asked else None for t in range(length)),
        NAMES,
    )
