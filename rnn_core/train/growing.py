"""A series of numbers that grows at its end, at hand as an array at any time."""

from collections.abc import Iterable

import numpy as np
from jaxtyping import Float


class Growing:
    """float64 numbers; adding costs a copy of everything only each time that they double."""

    def __init__(self, values: Iterable[float] = ()) -> None:
        self._room = np.array([*values, *[0.0] * 64])
        self._count = len(self._room) - 64

    def __len__(self) -> int:
        return self._count

    def append(self, value: float) -> None:
        self._make_room(self._count + 1)
        self._room[self._count] = value
        self._count += 1

    def extend(self, values: Float[np.ndarray, " more"]) -> None:
        end = self._count + len(values)
        self._make_room(end)
        self._room[self._count : end] = values
        self._count = end

    def _make_room(self, count: int) -> None:
        if count > len(self._room):
            larger = np.zeros(max(count, 2 * len(self._room)))
            larger[: self._count] = self._room[: self._count]
            self._room = larger

    @property
    def array(self) -> Float[np.ndarray, " count"]:
        """What is there now, read-only; it does not change when more is appended."""
        view = self._room[: self._count]
        view.flags.writeable = False
        return view
