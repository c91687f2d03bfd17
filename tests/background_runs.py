"""What the tests of `background` share: small trainings, and waiting for what must come."""

import time
from collections.abc import Callable

from background import RunStatus, Trainings
from rnn_core.tasks import task_of
from rnn_core.train import Trainer, TrainingSetup

ANN, BEN = "0a" * 16, "0b" * 16
PATIENCE = 60.0  # seconds; a loaded machine is slow, not wrong


def small(seed: int = 0, steps: int = 100_000, length: int = 8, **fields: object) -> TrainingSetup:
    """Some thousand steps a second; by itself it does not end before `steps`."""
    rest = {"cell": "gru", "hidden_size": 4, "batch_size": 4, "stop_when_solved": False} | fields
    task = task_of("parity", {"length": length})
    return TrainingSetup(task, seed=seed, max_steps=steps, **rest)  # type: ignore[arg-type]


def alone(setup: TrainingSetup, steps: int) -> Trainer:
    """The same training in this process, without a break."""
    trainer = Trainer(setup)
    trainer.advance(steps=steps)
    return trainer


def wait_until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.005)


def wait_for(trainings: Trainings, run: str, state: str) -> RunStatus:
    wait_until(lambda: trainings.status(run).state == state)
    return trainings.status(run)


def wait_for_step(trainings: Trainings, run: str, step: int) -> None:
    wait_until(lambda: all(track.step >= step for track in trainings.status(run).tracks))
