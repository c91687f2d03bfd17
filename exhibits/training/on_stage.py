"""The network that is being trained, at work on one sequence of its task, as the stage shows it."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from background import TrainingsError, trainings
from exhibits.stage import Asked, Track, live_bundle
from exhibits.training.configure import cell_name
from rnn_core import Network, Run, Setup, hold, named, run, setup_with
from rnn_core.sequences import AnySequence
from rnn_core.tasks import Task
from rnn_core.train import TrainingSetup
from rnn_core.train.engine import make_engine
from rnn_core.train.held_out import HeldOut
from rnn_core.train.objective import factor

EXAMPLE_SEED, EXAMPLES = 10_000, 16  # the sequence on the stage is one of so many, always the same
ANSWERS_OF = 256  # sequences, from which it is known what to say without looking

Weights = Mapping[str, np.ndarray]


def has_states(setup: TrainingSetup) -> bool:
    """A feed-forward window carries nothing from step to step: there is nothing to unroll."""
    return isinstance(setup.network(), Network)


def held_setup(setup: TrainingSetup, weights: Weights, step: int) -> Setup:
    """The setup that runs these weights on the task's example, its weights held for edits.

    Raises:
        ValueError: it has no states, or its weights are no numbers.
    """
    title = f"a {cell_name(setup)} after {step:,} step{'' if step == 1 else 's'} of training"
    name = hold(_network(setup), weights, alphabet=setup.task.alphabet, about={"title": title})
    return setup_with(name, example_of(setup.task), truncation=_cut(setup))


@lru_cache(maxsize=16)
def example_of(task: Task) -> AnySequence:
    """The sequence on the stage: of `EXAMPLES` the one on which knowing nothing costs most.

    On some sequences the mean is nearly right by luck, so that who says it seems to know them.
    """
    drawn = task.batch(np.random.default_rng(EXAMPLE_SEED), ANSWERS_OF)
    answers = drawn.targets[drawn.mask]
    seeds = range(EXAMPLE_SEED, EXAMPLE_SEED + EXAMPLES)
    return max(map(task.example, seeds), key=lambda one: _cost_unseen(one, answers))


def _cost_unseen(sequence: AnySequence, answers: np.ndarray) -> float:
    """The mean loss of always saying what is best over all `answers`."""
    example = sequence.encode()
    due = example.targets[example.has_target, 0]
    if example.loss == "squared":
        return float(np.square(due - answers.mean(axis=0)).mean())
    counts = np.bincount(answers, minlength=int(due.max()) + 1) + 1.0
    return float(-np.log(counts[due] / counts.sum()).mean())


def loss_on_it(run: Run) -> float:
    """The mean loss of this one sequence, in the unit of the training's."""
    outputs = run.output.shape[2]
    kind = run.setup.sequence.encode().loss
    return run.loss * factor(kind, run.has_target[:, None], outputs)


@lru_cache(maxsize=256)
def held_out_loss(run_id: str, track: int, step: int) -> float:
    """Of a snapshot, as it was measured while training, else measured now.

    Raises:
        TrainingsError: there is no such snapshot.
    """
    shown = trainings().status(run_id).tracks[track]
    known = {at: loss for at, loss, _ in shown.held_out}
    if step in known:
        return known[step]
    weights = trainings().weights(run_id, track, step)
    return HeldOut(shown.setup).measure(make_engine(shown.setup, weights, {}, step))[0]


def live_stage(run_id: str, track: int, asked: Asked) -> bytes:
    """The stage's bytes for the weights as they are now.

    Raises:
        TrainingsError: there are no weights yet, or none that can be shown.
    """
    status = trainings().status(run_id)
    if not 0 <= track < len(status.tracks):
        raise TrainingsError(f"track must be 0 to {len(status.tracks) - 1}; got {track}")
    shown = status.tracks[track]
    try:
        now = _run_now(shown.setup, trainings().weights(run_id, track))
    except ValueError as problem:
        raise TrainingsError(str(problem)) from None
    return live_bundle([Track(now, f"step {shown.step:,}")], asked)


def _run_now(setup: TrainingSetup, weights: Weights) -> Run:
    """A run that lives for one picture: nothing of it is held."""
    known = named(_network(setup), weights, alphabet=setup.task.alphabet)
    return run(setup_with(known, example_of(setup.task), truncation=_cut(setup)), known=known)


def _network(setup: TrainingSetup) -> Network:
    network = setup.network()
    if not isinstance(network, Network):
        raise ValueError("a feed-forward window carries nothing from step to step")
    return network


def _cut(setup: TrainingSetup) -> tuple[int, int] | None:
    k = setup.truncation
    return None if k is None or k >= setup.task.length else (k, k)
