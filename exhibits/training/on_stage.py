"""The network that is being trained, at work on one sequence of its task, as the stage shows it."""

from collections.abc import Mapping

import numpy as np

from background import TrainingsError, trainings
from exhibits.stage import Asked, Track, live_bundle
from exhibits.training.configure import cell_name
from rnn_core import Network, Run, Setup, hold, named, run, setup_with
from rnn_core.train import TrainingSetup

EXAMPLE_SEED = 10_000  # of the sequence on the stage, always the same one

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
    return setup_with(name, setup.task.example(EXAMPLE_SEED), truncation=_cut(setup))


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
    example = setup.task.example(EXAMPLE_SEED)
    return run(setup_with(known, example, truncation=_cut(setup)), known=known)


def _network(setup: TrainingSetup) -> Network:
    network = setup.network()
    if not isinstance(network, Network):
        raise ValueError("a feed-forward window carries nothing from step to step")
    return network


def _cut(setup: TrainingSetup) -> tuple[int, int] | None:
    k = setup.truncation
    return None if k is None or k >= setup.task.length else (k, k)
