"""The one cache of runs: shared by all learners, bounded in memory, keyed by the setup."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from rnn_core import Run, Setup, run
from rnn_core.bounded import Bounded

MOST_BYTES = 256 * 2**20  # some hundreds of the lab's runs, or a dozen of a large model's


def traced(setup: Setup) -> Run:
    """The run of a setup. Its arrays are shared: they are read, never written.

    Raises:
        ValueError: the setup cannot run (the message is for the learner).
    """
    found = _KEPT.get(setup)
    if found is None:
        found = run(setup)
        _KEPT.put(setup, found)
    return found


def bytes_of(made: Run) -> int:
    """Of all its arrays, those counted once that stand in it more than once."""
    return sum({id(array): array.nbytes for array in _arrays(made)}.values())


def _arrays(value: Any) -> Iterator[np.ndarray]:
    if isinstance(value, np.ndarray):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from _arrays(getattr(value, field.name))
    elif isinstance(value, dict):
        for each in value.values():
            yield from _arrays(each)
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _arrays(each)


_KEPT: Bounded[Setup, Run] = Bounded(MOST_BYTES, bytes_of)
