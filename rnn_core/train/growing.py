"""A series of numbers that grows at its end, at hand as an array at any time."""

from collections.abc import Iterable

import numpy as np
from jaxtyping import Float


class Growing:
    """float64 numbers; `append` costs a copy of everything only each time that they double."""

    def __init__(self, values: Iterable[float] = ()) -> None:
        self._room = np.array([*values, *[0.0] * 64])
        self._count = len(self._room) - 64

    def __len__(self) -> int:
        return self._count

    def append(self, value: float) -> None:
        if self._count == len(self._room):
            self._room = np.concatenate([self._room, np.zeros_like(self._room)])
        self._room[self._count] = value
        self._count += 1

    @property
    def array(self) -> Float[np.ndarray, " count"]:
        """What is there now, read-only; it does not change when more is appended."""
        view = self._room[: self._count]
        view.flags.writeable = False
        return view
