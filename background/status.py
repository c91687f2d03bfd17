"""What a training shows of itself: frozen, its arrays read-only, safe to hand to any thread."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from rnn_core.train import TrainingSetup

RunState = Literal["queued", "running", "paused", "done", "stopped", "broken"]
TrackState = Literal["running", "solved", "finished", "broken"]
ENDED: tuple[RunState, ...] = ("done", "stopped", "broken")

Weights = dict[str, np.ndarray]


class TrainingsError(Exception):
    """A training cannot be begun, changed or read; the message is one sentence that says why."""


@dataclass(frozen=True, eq=False)
class TrackStatus:
    """One network of a run.

    `losses` and `grad_norms` have one entry per step made, `grad_norms` before clipping;
    `held_out` holds (step, loss, score). `status` is the trainer's own: "running" as long as there
    are steps to make, also while the run waits. `steps_per_second` is that of the last second, 0
    while it does not train; `seconds_left` is None where it cannot be told.
    """

    setup: TrainingSetup
    engine: str  # "" before the first step
    step: int
    max_steps: int
    losses: np.ndarray  # (step,)
    grad_norms: np.ndarray  # (step,)
    held_out: tuple[tuple[int, float, float], ...]
    steps_per_second: float
    seconds_left: float | None
    snapshots: tuple[int, ...]
    status: TrackState
    problem: str


@dataclass(frozen=True, eq=False)
class RunStatus:
    """A run of one to three tracks.

    `owner` is a hash and says nothing about the id. `place` counts from 1 in the queue and is None
    outside of it. `problem` is one sentence, "" if all is well: why it is paused or broken without
    anybody's doing, or why it is not kept on the disk. `version` grows with every change.
    """

    id: str
    owner: str
    title: str
    state: RunState
    place: int | None
    tracks: tuple[TrackStatus, ...]
    problem: str
    version: int
    created: float  # seconds since 1970

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED
