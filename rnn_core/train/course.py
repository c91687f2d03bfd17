"""What a network does at a moment of its training, traced in float64 on the same sequences.

`measure` looks at one snapshot. All of them together are a picture of training × time step, and
`learned_at` says when the answers that need an input so many steps back became good (see `lags`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int

from rnn_core import readout, window
from rnn_core.network import Weights
from rnn_core.record import record
from rnn_core.tasks import Batch, Task
from rnn_core.trace import LayerTrace
from rnn_core.train import lags, objective
from rnn_core.train.held_out import at_once
from rnn_core.train.setup import TrainingSetup
from rnn_core.window import WindowNetwork

SEQUENCES = 32  # of the held-out ones, always the same
GATES = {  # by the cell, as they are shown
    "lstm": ("forget_gate", "input_gate", "output_gate"),
    "gru": ("reset_gate", "update_gate"),
}
# Of chance. On two tasks half of it is left to who knows the nearer input but not the far one that
# a lag goes back to (the naive line of adding and of temporal order): clearly under that is
# learned, and a task counts as solved not far under it.
LEARNED = 1 / 3

Lags = tuple[int, int]  # the first and the last of a group


@dataclass(frozen=True, eq=False)
class Measures:
    """Row t is time step t; means are over sequences and units of the top layer.

    `grad_hidden` is the mean over sequences of ‖∂L_b/∂h_t‖, L_b the mean loss of one sequence
    alone. `error` is the mean loss of the entries marked at t, NaN where none is, in the task's
    unit. `hidden` is the mean of |h_t|. `gates` has each gate's mean by its name; it is empty for
    cells without gates. `lag_errors` is the mean loss of the entries whose answer needs the input
    so many steps back, row k of `lags` the first and the last lag of its group k, ascending, and
    `lag_guess` the loss of a guess on the same; all are empty for a task without lags.
    """

    grad_hidden: Float[np.ndarray, " time"]
    error: Float[np.ndarray, " time"]
    hidden: Float[np.ndarray, " time"]
    gates: dict[str, Float[np.ndarray, " time"]]
    lags: Int[np.ndarray, "groups 2"]
    lag_errors: Float[np.ndarray, " groups"]
    lag_guess: Float[np.ndarray, " groups"]


@np.errstate(all="ignore")  # what outgrows float64 is infinite, or NaN, and is shown as such
def measure(setup: TrainingSetup, weights: Weights) -> Measures:
    """One snapshot, whatever dtype it was trained in; the gradients are full, never truncated."""
    weights = {name: value.astype(np.float64) for name, value in weights.items()}
    task, network = setup.task, setup.network()
    batch = _probe(task, min(SEQUENCES, at_once(setup)))
    gates: dict[str, np.ndarray] = {}
    if isinstance(network, WindowNetwork):
        trace = window.forward(network, weights, batch.inputs)
        terms = readout.compare(task.loss, trace.output, batch.targets, batch.mask)
        hidden, delta_h = trace.hidden, window.grad_hidden(weights, terms.grad_output)
        losses = terms.losses
    else:
        made = record(
            network, weights, batch.inputs, batch.targets, loss=task.loss, loss_mask=batch.mask
        )
        top, losses = made.layers[-1], made.losses
        assert top.grad_hidden is not None
        hidden, delta_h, gates = top.hidden, top.grad_hidden, _gates(setup.cell, top)
    unit = objective.unit(task.loss, task.output_size)
    # A record's loss is a mean over the batch and a sum over time; L_b is a mean over both alone.
    each = unit * losses.shape[1] / np.maximum(np.count_nonzero(batch.mask, axis=0), 1)
    norms = np.linalg.norm(delta_h, axis=-1) * each
    return Measures(
        grad_hidden=norms.mean(axis=1),
        error=_mean_over(losses * unit, batch.mask),
        hidden=np.abs(hidden).mean(axis=(1, 2)),
        gates=gates,
        **_by_lag(setup, weights),
    )


def learned_at(task: Task, course: Mapping[int, Measures]) -> dict[Lags, int | None]:
    """For each group of lags the first step from which on its error is learned: `LEARNED`.

    None where it is not by the last snapshot. `course` has the measures of snapshots by their
    step. Chance is what a guess pays of all answers that have a lag, or of the group's where that
    is less.
    """
    steps = sorted(course)
    if not steps:
        return {}
    first = course[steps[0]]
    below = LEARNED * np.minimum(task.lag_chance(), first.lag_guess)
    errors = np.array([course[step].lag_errors for step in steps])
    found: dict[Lags, int | None] = {}
    for (low, high), good in zip(first.lags.tolist(), (errors < below).T, strict=True):
        bad = np.flatnonzero(~good)
        since = int(bad[-1]) + 1 if bad.size else 0
        found[low, high] = steps[since] if since < len(steps) else None
    return found


@lru_cache(maxsize=8)
def _probe(task: Task, count: int) -> Batch:
    """The sequences that every snapshot of a task is looked at on."""
    batch = task.held_out(count)
    for values in (batch.inputs, batch.targets, batch.mask):
        values.flags.writeable = False
    return batch


def _gates(cell: str, trace: LayerTrace) -> dict[str, np.ndarray]:
    return {name: getattr(trace, name).mean(axis=(1, 2)) for name in GATES.get(cell, ())}


def _mean_over(
    losses: Float[np.ndarray, "time batch"], mask: np.ndarray
) -> Float[np.ndarray, " time"]:
    count = np.count_nonzero(mask, axis=1)
    return np.where(count > 0, losses.sum(axis=1) / np.maximum(count, 1), np.nan)


def _by_lag(setup: TrainingSetup, weights: Weights) -> dict[str, np.ndarray]:
    asked = lags.asked(setup)
    if asked is None:
        return {"lags": np.zeros((0, 2), int), "lag_errors": np.zeros(0), "lag_guess": np.zeros(0)}
    errors = lags.errors_by_lag(setup, weights, asked)
    return {"lags": asked.lags, "lag_errors": errors, "lag_guess": asked.guess}
