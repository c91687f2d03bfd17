"""What trainings come to, for facts about them.

They run in a process of their own: where the types of every step are checked, as they are under
pytest, a training takes five to nine times as long.
"""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from rnn_core.network import Weights
from rnn_core.train import Trainer, TrainingSetup


@dataclass(frozen=True, eq=False)
class Learned:
    """How it went; `held_out` is (step, loss, score), `snapshots` the weights by their step."""

    setup: TrainingSetup
    status: str
    problem: str
    losses: np.ndarray
    grad_norms: np.ndarray
    held_out: list[tuple[int, float, float]]
    solved_at: int | None
    snapshots: dict[int, Weights]


@lru_cache(maxsize=64)
def train(setup: TrainingSetup) -> Learned:
    """To its end, however long that takes on a machine that is busy."""
    return _worker().submit(trained_here, setup).result()


def trained_here(setup: TrainingSetup) -> Learned:
    trainer = Trainer(setup)
    trainer.advance()
    return Learned(
        setup=setup,
        status=trainer.status,
        problem=trainer.problem,
        losses=trainer.losses.copy(),
        grad_norms=trainer.grad_norms.copy(),
        held_out=trainer.held_out,
        solved_at=trainer.solved_at,
        snapshots={step: dict(trainer.snapshots.at(step)) for step in trainer.snapshots.steps},
    )


@cache
def _worker() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
