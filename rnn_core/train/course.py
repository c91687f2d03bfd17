"""What a network does at a moment of its training, traced in float64 on the same sequences.

`measure` looks at one snapshot. All of them together are a picture of training × time step, and
`learned_at` says when the answers that need an input so many steps back became good.
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
from rnn_core.train import objective
from rnn_core.train.held_out import at_once
from rnn_core.train.setup import TrainingSetup
from rnn_core.window import WindowNetwork

SEQUENCES = 32  # of the held-out ones, always the same
GATES = {  # by the cell, as they are shown
    "lstm": ("forget_gate", "input_gate", "output_gate"),
    "gru": ("reset_gate", "update_gate"),
}
LEARNED = 0.5  # of the chance line: an error below it is an answer that was learned


@dataclass(frozen=True, eq=False)
class Measures:
    """Row t is time step t; means are over sequences and units of the top layer.

    `grad_hidden` is the mean over sequences of ‖∂L_b/∂h_t‖, L_b the mean loss of one sequence
    alone. `error` is the mean loss of the entries marked at t, NaN where none is, in the task's
    unit. `hidden` is the mean of |h_t|. `gates` has each gate's mean by its name; it is empty for
    cells without gates. `lag_errors` is the mean loss of the entries whose answer needs the input
    so many steps back, `lags` ascending; both are empty for a task without lags.
    """

    grad_hidden: Float[np.ndarray, " time"]
    error: Float[np.ndarray, " time"]
    hidden: Float[np.ndarray, " time"]
    gates: dict[str, Float[np.ndarray, " time"]]
    lags: Int[np.ndarray, " lags"]
    lag_errors: Float[np.ndarray, " lags"]


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
        **_by_lag(task, batch, losses * unit),
    )


def learned_at(task: Task, course: Mapping[int, Measures]) -> dict[int, int | None]:
    """For each lag the first snapshot's step from which on its error stays under half of chance.

    None where it does not by the last one. `course` has the measures of snapshots by their step.
    """
    steps = sorted(course)
    if not steps:
        return {}
    below = LEARNED * task.lines()[0].value
    lags = course[steps[0]].lags
    errors = np.array([course[step].lag_errors for step in steps]).reshape(len(steps), len(lags))
    found: dict[int, int | None] = {}
    for lag, good in zip(lags.tolist(), (errors < below).T, strict=True):
        bad = np.flatnonzero(~good)
        first = int(bad[-1]) + 1 if bad.size else 0
        found[lag] = steps[first] if first < len(steps) else None
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


def _by_lag(task: Task, batch: Batch, losses: np.ndarray) -> dict[str, np.ndarray]:
    lags = task.lags(batch)
    if lags is None:
        return {"lags": np.zeros(0, int), "lag_errors": np.zeros(0)}
    counted = batch.mask & (lags >= 0)
    known, place = np.unique(lags[counted], return_inverse=True)
    sums = np.bincount(place, losses[counted], len(known))
    return {"lags": known, "lag_errors": sums / np.bincount(place, minlength=len(known))}
