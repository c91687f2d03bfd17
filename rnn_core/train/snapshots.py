"""A network's weights at well-chosen steps of its training: dense early, bounded, self-thinning.

Steps that are taken: s ← s + max(1, ⌊s / 16⌋) from 0 on, thus every step up to 32 and then steps
that grow by a sixteenth: what is learned happens on a logarithmic scale. Beyond the bounds the
snapshot whose neighbours are closest on that scale, ln(1 + s), goes; first and last stay.
"""

import math
from collections.abc import Mapping

import numpy as np

Weights = dict[str, np.ndarray]
MOST = 160
MOST_BYTES = 32 * 2**20


def next_due(step: int) -> int:
    """The first step after `step` of which a snapshot is taken."""
    due = 0
    while due <= step:
        due += max(1, due // 16)
    return due


class Snapshots:
    """At most `most` snapshots of `most_bytes` in all, but at least two: the first and the last."""

    def __init__(
        self,
        kept: Mapping[int, Mapping[str, np.ndarray]] | None = None,
        most: int = MOST,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._kept: dict[int, Weights] = {}
        for step, weights in sorted((kept or {}).items()):
            self.add(step, weights)

    @property
    def steps(self) -> tuple[int, ...]:
        """Each is the number of updates that the weights have had, ascending."""
        return tuple(self._kept)

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for weights in self._kept.values() for array in weights.values())

    def at(self, step: int) -> Weights:
        """The weights after so many updates; read-only.

        Raises:
            KeyError: there is no snapshot of that step.
        """
        if step not in self._kept:
            raise KeyError(f"step {step} has no snapshot; there are {self.steps}")
        return dict(self._kept[step])

    def add(self, step: int, weights: Mapping[str, np.ndarray]) -> None:
        """Keep a copy; steps must come in their order, and the last may come again."""
        if self._kept and step < self.steps[-1]:
            raise ValueError(f"step must not lie before {self.steps[-1]}, the last; got {step}")
        copies = {name: np.array(value) for name, value in weights.items()}
        for value in copies.values():
            value.flags.writeable = False
        self._kept[step] = copies
        self._thin()

    def drop_from(self, step: int) -> None:
        """Forget what was kept at `step` and after it."""
        self._kept = {kept: weights for kept, weights in self._kept.items() if kept < step}

    def _thin(self) -> None:
        each = self.nbytes // len(self._kept)
        while len(self._kept) > max(2, min(self._most, self._most_bytes // max(1, each))):
            places = [math.log1p(step) for step in self._kept]
            gaps = [after - before for before, after in zip(places, places[2:], strict=False)]
            del self._kept[self.steps[1 + gaps.index(min(gaps))]]
