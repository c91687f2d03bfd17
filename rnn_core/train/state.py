"""Everything that a training needs to go on exactly, in plain arrays, whichever engine ran it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from rnn_core.train.setup import TrainingSetup

STATUSES = ("running", "solved", "finished", "broken")


@dataclass(frozen=True, eq=False)
class TrainingState:
    """A training after `step` updates; copies, which training on does not change.

    `slots` is what the optimiser remembers of each parameter (`first`, `second`, `velocity`).
    `losses` and `grad_norms` have one entry for each update, the norms before clipping.
    `held_out` has (step, loss, score) of each measuring; `snapshots` weights by their step.
    """

    setup: TrainingSetup
    step: int
    weights: dict[str, np.ndarray]
    slots: dict[str, dict[str, np.ndarray]]
    losses: Float[np.ndarray, " updates"]
    grad_norms: Float[np.ndarray, " updates"]
    held_out: tuple[tuple[int, float, float], ...]
    snapshots: dict[int, dict[str, np.ndarray]]
    status: str = "running"
    problem: str = ""
