"""A training that is done here and now, for what is asked of it: bounded, and done only once."""

import threading
from functools import lru_cache

from rnn_core.train import Trainer, TrainingSetup

MOST_SECONDS = 20.0  # of one training
MOST_KEPT = 12  # each with its snapshots, some three MiB
_LOCK = threading.Lock()  # one at a time, and nobody trains what somebody else is training


def trained(setup: TrainingSetup) -> Trainer:
    """How it went.

    Raises ValueError where it takes longer than `MOST_SECONDS`, or breaks at its first step.
    """
    with _LOCK:
        found = _trained(setup)
    if isinstance(found, str):
        raise ValueError(found)
    return found


@lru_cache(maxsize=MOST_KEPT)
def _trained(setup: TrainingSetup) -> Trainer | str:
    """Why there is none is kept too: it took as long."""
    trainer = Trainer(setup)
    trainer.advance(seconds=MOST_SECONDS)
    if trainer.status == "running":
        return (
            f"it is not done after {MOST_SECONDS:g} seconds: {trainer.step} of {setup.max_steps} "
            "steps; train it in the page instead"
        )
    if not trainer.step:
        return f"it broke before its first step: {trainer.problem}"
    return trainer
