"""What server and worker say to each other: pickles, one after the other, over the worker's own
standard input and output, which nobody else can write to."""

import pickle
from dataclasses import dataclass

import numpy as np

from rnn_core.train import TrainingSetup


@dataclass(frozen=True)
class Train:
    """Server → worker: take this run up, from its checkpoints in `folder` if there are any.

    `until` names a step for each track at which the worker lets go; None: train to the end.
    """

    run: str
    folder: str
    setups: tuple[TrainingSetup, ...]
    until: tuple[int, ...] | None


@dataclass(frozen=True)
class LetGo:
    """Server → worker: keep the run's state on the disk, unless it is `dropped`, and let go."""

    run: str
    dropped: bool = False


@dataclass(frozen=True, eq=False)
class TrackReport:
    """What has come to one track since its last report; `fresh`: everything, from step 0 on.

    `weights` is empty where they are as they were.
    """

    track: int
    fresh: bool
    engine: str
    step: int
    losses: np.ndarray
    grad_norms: np.ndarray
    held_out: tuple[tuple[int, float, float], ...]
    status: str
    problem: str
    snapshots: tuple[int, ...]  # all that there are now
    new_snapshots: dict[int, dict[str, np.ndarray]]
    weights: dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Report:
    """Worker → server. `clock` is the worker's, in seconds; `trouble`: what the disk refused."""

    run: str
    clock: float
    tracks: tuple[TrackReport, ...]
    trouble: str = ""


@dataclass(frozen=True)
class Released:
    """Worker → server: the run is let go. `failure`: it cannot be trained, and why."""

    run: str
    failure: str = ""


@dataclass(frozen=True)
class Idle:
    """Worker → server: nothing to do for a while. The server may end me."""


def pickled(message: object) -> bytes:
    return pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
