"""The last things that were asked for, shared by threads: a cache that can be looked into."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """At most `most` of them, or of what `weigh` gives for each, such as its bytes.

    The ones that nobody asked for longest go first; the newest stays whatever it weighs.
    """

    def __init__(self, most: int, weigh: Callable[[V], int] = lambda value: 1) -> None:
        self._most, self._weigh = most, weigh
        self._found: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._weight = 0
        self._lock = Lock()

    def get(self, key: K) -> V | None:
        with self._lock:
            if key not in self._found:
                return None
            self._found.move_to_end(key)
            return self._found[key][0]

    def put(self, key: K, value: V) -> None:
        weight = self._weigh(value)
        with self._lock:
            self._weight += weight - self._found.pop(key, (value, 0))[1]
            self._found[key] = value, weight
            while self._weight > self._most and len(self._found) > 1:
                self._weight -= self._found.popitem(last=False)[1][1]
