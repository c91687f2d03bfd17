"""Whose turn it is: first come, first served, but nobody has two slots while somebody has none, nor
a second turn before others that wait had their first.

`Rounds` gives each run its round as it comes; the queue is kept in the order of rounds, and by
arrival within one. An owner's runs come in rounds of their own, none before the one that is served
now. Source: start-time fair queueing (Goyal, Vin & Cheng 1996), every turn counted alike.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar


class Owned(Protocol):
    @property
    def owner(self) -> str: ...


R = TypeVar("R", bound=Owned)


def turns(queue: Sequence[R], running: Iterable[Owned]) -> list[R]:
    """The queue in the order in which it is served, if nothing comes and nothing ends.

    `queue` is in the order of rounds and arrival. The next is the first of those whose owner has
    the fewest slots; having it served counts as a slot from then on.
    """
    slots = Counter(run.owner for run in running)
    left, order = list(queue), []
    while left:
        chosen = min(left, key=lambda run: slots[run.owner])  # of equals the first
        left.remove(chosen)
        slots[chosen.owner] += 1
        order.append(chosen)
    return order


class Rounds:
    """Which round a run that comes now belongs to."""

    def __init__(self) -> None:
        self._now = 0
        self._last: dict[str, int] = {}  # the latest round of each owner

    def next_of(self, owner: str) -> int:
        round_ = max(self._now, self._last.get(owner, -1) + 1)
        self._last[owner] = round_
        return round_

    def serve(self, round_: int) -> None:
        """A run of that round has got a slot."""
        self._now = max(self._now, round_)
        self._last = {owner: last for owner, last in self._last.items() if last >= self._now}
