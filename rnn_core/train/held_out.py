"""How a network does on sequences that it is not trained on, and when that is looked at.

It is looked at before the first update, then after 10, 20, …, 50, and then at steps that lie a
fifth of the way so far apart, 100 at most: a solved task is noticed soon, and the measuring stays
a few percent of the training.
"""

import numpy as np

from rnn_core.network import GATES
from rnn_core.tasks import Batch
from rnn_core.train.engine import Engine
from rnn_core.train.objective import mean_loss
from rnn_core.train.setup import TrainingSetup

SEQUENCES = 200
FEWEST_APART, MOST_APART, SHARE = 10, 100, 5
NUMBERS_AT_ONCE = 4_000_000  # of gates that a forward pass keeps, so that memory stays bounded


def next_due(step: int) -> int:
    """The first step after `step` at which the held-out score is measured."""
    due = 0
    while due <= step:
        if due >= SHARE * MOST_APART:
            return due + MOST_APART * ((step - due) // MOST_APART + 1)
        due += min(MOST_APART, max(FEWEST_APART, due // SHARE))
    return due


def at_once(setup: TrainingSetup) -> int:
    """How many sequences may be looked at together."""
    gates = GATES.get(setup.cell, 1) * setup.hidden_size * setup.num_layers
    return max(1, NUMBERS_AT_ONCE // (setup.task.length * gates))


class HeldOut:
    """The held-out sequences of a task, drawn once."""

    def __init__(self, setup: TrainingSetup) -> None:
        self._task, self._batch = setup.task, setup.task.held_out(SEQUENCES)
        self._at_once = at_once(setup)

    def measure(self, engine: Engine) -> tuple[float, float]:
        """Loss and score; NaN or infinite where the network's output is."""
        batch = self._batch
        output = np.concatenate(
            [
                engine.output(batch.inputs[:, start : start + self._at_once])
                for start in range(0, batch.inputs.shape[1], self._at_once)
            ],
            axis=1,
        )
        loss = mean_loss(self._task.loss, output, _as(output, batch), batch.mask)
        return loss, self._task.score(batch, output)


def _as(output: np.ndarray, batch: Batch) -> np.ndarray:
    if np.issubdtype(batch.targets.dtype, np.floating):
        return batch.targets.astype(output.dtype, copy=False)
    return batch.targets
