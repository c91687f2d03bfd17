"""How good the answers are that need an input so many steps back, neighbouring lags together.

Where lags differ between sequences, one lag has few answers, and of few some are right by luck.
So several hundred held-out sequences are answered, forward alone, and neighbouring lags are put
together until each group has `FEWEST` answers. A guess is the best answer that looks at no input.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int

from rnn_core import readout
from rnn_core.network import Weights
from rnn_core.outputs import outputs
from rnn_core.tasks import Batch, Task
from rnn_core.train import objective
from rnn_core.train.held_out import at_once
from rnn_core.train.setup import TrainingSetup

SEQUENCES = 400
TOGETHER = 100  # of them: what more keep of their states falls out of the processor's cache
# The mean of 48 errors of a guess on the adding problem, the noisiest, has a standard error of
# √(7/5) / √48 = 17 % of chance: a third of chance, where it counts as learned, lies 3.9 below.
FEWEST = 48


@dataclass(frozen=True, eq=False)
class Asked:
    """Held-out sequences, and to which group each of their answers belongs.

    `group` is -1 where no answer has a lag. Row k of `lags` is the first and the last lag of group
    k, ascending; `counts` is how many answers it has, `guess` their mean loss for who guesses.
    """

    batch: Batch
    group: Int[np.ndarray, "time batch"]
    lags: Int[np.ndarray, "groups 2"]
    counts: Int[np.ndarray, " groups"]
    guess: Float[np.ndarray, " groups"]


def asked(setup: TrainingSetup) -> Asked | None:
    """What every snapshot of a training is asked; None for a task without lags."""
    return _asked(setup.task, min(SEQUENCES, max(FEWEST, at_once(setup))))


def errors_by_lag(
    setup: TrainingSetup, weights: Weights, of: Asked
) -> Float[np.ndarray, " groups"]:
    """The mean loss of each group's answers, in the task's unit."""
    network, inputs, many = setup.network(), of.batch.inputs, min(TOGETHER, at_once(setup))
    parts = [
        outputs(network, weights, inputs[:, start : start + many])
        for start in range(0, inputs.shape[1], many)
    ]
    return _means(setup.task, of.batch, of.group, np.concatenate(parts, axis=1))


def groups(counts: Int[np.ndarray, " lags"], fewest: int) -> Int[np.ndarray, " lags"]:
    """The group of each of ascending lags that have so many answers, none with fewer than `fewest`.

    Short lags first; what is left over at the end belongs to the last group, which alone has too
    few where all together are too few.
    """
    found, group, held = np.zeros(len(counts), int), 0, 0
    for k, count in enumerate(counts.tolist()):
        if held >= fewest:
            group, held = group + 1, 0
        found[k] = group
        held += count
    if held < fewest:
        found[found == group] = max(0, group - 1)
    return found


@lru_cache(maxsize=4)
def _asked(task: Task, count: int) -> Asked | None:
    if task.lags(task.held_out(1)) is None:
        return None
    batch = task.held_out(count)
    lags = task.lags(batch)
    assert lags is not None
    counted = batch.mask & (lags >= 0)
    known, place, counts = np.unique(lags[counted], return_inverse=True, return_counts=True)
    of_lag = groups(counts, FEWEST)
    group = np.full(lags.shape, -1)
    group[counted] = of_lag[place]
    firsts = np.unique(of_lag, return_index=True)[1]
    lasts = np.append(firsts[1:], len(known)) - 1
    guess = _means(task, batch, group, _guess(task, batch.targets[counted], lags.shape))
    for values in (batch.inputs, batch.targets, batch.mask, group):
        values.flags.writeable = False
    ranges = np.stack([known[firsts], known[lasts]], axis=1)
    return Asked(batch, group, ranges, np.bincount(of_lag, counts).astype(int), guess)


def _guess(task: Task, answers: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The read-out's output that costs least of those that are always the same."""
    if task.loss == "categorical":
        shares = np.bincount(answers, minlength=task.output_size) / len(answers)
        one = np.log(np.maximum(shares, np.finfo(float).tiny))
    elif task.loss == "squared":
        one = answers.mean(axis=0)
    else:
        raise ValueError(f"a task with lags has categorical or squared loss; got {task.loss!r}")
    return np.broadcast_to(one, (*shape, task.output_size)).copy()


def _means(task: Task, batch: Batch, group: np.ndarray, output: np.ndarray) -> np.ndarray:
    losses = readout.compare(task.loss, output, batch.targets, group >= 0).losses
    losses = losses * objective.unit(task.loss, task.output_size)
    of = group[group >= 0]
    return np.bincount(of, losses[group >= 0]) / np.bincount(of)
