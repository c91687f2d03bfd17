"""Snapshots measured over the sequence, for the time machine: computed once, kept within bounds."""

import time
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from background import RunStatus, trainings
from exhibits.training.messages import packed
from rnn_core.bounded import Bounded
from rnn_core.tasks import Task
from rnn_core.train import TrainingSetup, lags
from rnn_core.train.course import GATES, SEQUENCES, Measures, learned_at, measure

SECONDS = 0.03  # of one answer: somebody else's page may wait for this
MOST_KEPT = 4000  # snapshots of all runs, some ten KiB each

Key = tuple[str, int, int]


_KEPT: Bounded[Key, Measures] = Bounded(MOST_KEPT)


def fields_of(setup: TrainingSetup) -> tuple[str, ...]:
    """What the heat maps show of it; a network without a state has none."""
    if setup.cell == "window":
        return ()
    asked = lags.asked(setup)
    by_lag = asked is not None and len(asked.lags) > 1
    errors = (*(("error",) if _over_time(setup.task) else ()), *(("lag_errors",) if by_lag else ()))
    return ("grad_hidden", *errors, "hidden", *GATES.get(setup.cell, ()))


@lru_cache(maxsize=32)
def _over_time(task: Task) -> bool:
    """Whether losses stand at several steps."""
    return bool(np.count_nonzero(task.held_out(SEQUENCES).mask.any(axis=1)) > 1)


def measured(status: RunStatus, track: int, step: int) -> Measures:
    """Raises TrainingsError where the snapshot is not kept."""
    key = (status.id, track, step)
    found = _KEPT.get(key)
    if found is None:
        weights = trainings().weights(status.id, track, step)
        found = measure(status.tracks[track].setup, weights)
        _KEPT.put(key, found)
    return found


def rows_beside(status: RunStatus, track: int, have: Collection[int]) -> dict[str, Any]:
    """The rows of snapshots that the browser lacks, as many as there is time for.

    Those come first that stand farthest from what it has: coarse at once, fine in the end.
    """
    shown = status.tracks[track]
    done: dict[int, Measures] = {}
    until = time.perf_counter() + SECONDS
    for step in spread(shown.snapshots, have):
        done[step] = measured(status, track, step)
        if time.perf_counter() > until:
            break
    done = dict(sorted(done.items()))
    rows = {
        name: packed(np.concatenate([_row(one, name) for one in done.values()]))
        for name in (fields_of(shown.setup) if done else ())
    }
    return {
        "steps": list(done),
        "fields": rows,
        "lags": next(iter(done.values())).lags.tolist() if done else [],
        "lagChance": shown.setup.task.lag_chance(),
        "learned": _learned(status, track),
    }


def spread(steps: Sequence[int], have: Collection[int]) -> Iterator[int]:
    """The steps that are not had, each the one farthest from all before it on a log scale."""
    waiting = [step for step in steps if step not in have]
    places = np.log1p(np.array(waiting, float))
    known = np.log1p(np.array([step for step in have if step in set(steps)], float))
    apart = np.full(len(waiting), np.inf)
    if len(known) and waiting:
        apart = np.abs(places[:, None] - known[None, :]).min(axis=1)
    for _ in waiting:
        next_one = len(apart) - 1 - int(np.argmax(apart[::-1]))  # of several the latest
        yield waiting[next_one]
        apart = np.minimum(apart, np.abs(places - places[next_one]))
        apart[next_one] = -1.0


def _row(measures: Measures, field: str) -> np.ndarray:
    """One value for each time step, or for each group of lags."""
    row: np.ndarray = measures.gates[field] if field in measures.gates else getattr(measures, field)
    return row


def _learned(status: RunStatus, track: int) -> list[tuple[int, int, int | None]]:
    """By what has been measured so far of the snapshots that are kept: (first lag, last, step)."""
    shown = status.tracks[track]
    known = {step: _KEPT.get((status.id, track, step)) for step in shown.snapshots}
    course = {step: found for step, found in known.items() if found is not None}
    return [(*group, step) for group, step in learned_at(shown.setup.task, course).items()]
