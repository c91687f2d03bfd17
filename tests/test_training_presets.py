"""Each preset's claim, by training: who is said to solve the task does, and by then the other not.

The ones that take a few seconds on a quiet machine; `benchmarks/presets.py` measures them all.
"""

import math
from dataclasses import replace

import numpy as np
import pytest

from exhibits.training.configure import setups_of
from exhibits.training.controls import defaults
from exhibits.training.presets import PRESETS
from rnn_core.network import Network
from rnn_core.propagate import forward
from rnn_core.train import Trainer, TrainingSetup
from rnn_core.train.start import starting_weights

NAMED = {preset.name: preset for preset in PRESETS}
# Which of its tracks fails and which one solves the task.
CLAIMS = {
    "Learning rate too high": (0, 1),
    "Forget bias −2": (0, 1),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_one_solves_it_and_by_then_the_other_has_not(name: str) -> None:
    preset = NAMED[name]
    setups = setups_of(defaults() | dict(preset.values) | {"against": preset.against})
    fails, solves = (setups[k] for k in CLAIMS[name])
    good = Trainer(solves)
    good.advance()
    assert good.status == "solved"
    bad = Trainer(replace(fails, max_steps=good.step))
    bad.advance()
    assert bad.status != "solved"
    chance = fails.task.lines()[0].value
    assert bad.held_out[-1][1] > 0.5 * chance


def setups_of_preset(name: str, seed: int = 0) -> tuple[TrainingSetup, ...]:
    preset = NAMED[name]
    return setups_of(defaults() | dict(preset.values) | {"against": preset.against, "seed": seed})


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_window_learns_a_sine_as_soon_as_an_lstm(seed: int) -> None:
    for setup in setups_of_preset("Wave: an LSTM beside a window", seed):
        trained = Trainer(setup)
        trained.advance()
        assert trained.solved_at is not None
        assert 40 <= trained.solved_at <= 100  # "in some 70 steps"


def test_cut_short_it_only_reads_an_echo() -> None:
    """Chance is right one time in four; what is better comes from what the start itself keeps."""
    cut, whole = setups_of_preset("Sequence longer than the truncation")
    short, long = Trainer(replace(cut, max_steps=1000)), Trainer(whole)
    short.advance()
    long.advance()
    assert long.solved_at is not None
    assert 400 <= long.solved_at <= 800  # "near step 600"
    assert short.solved_at is None
    assert 0.4 < short.held_out[-1][2] < 0.7  # "about half of the time"
    assert short.held_out[-1][1] < 0.9 * math.log(4)


def test_what_was_never_taught_to_stay_stands_in_the_first_state_all_the_same() -> None:
    """Least squares read the first symbol off the untrained state after ten steps."""
    cut, _ = setups_of_preset("Sequence longer than the truncation")
    network = cut.network()
    assert isinstance(network, Network)
    batch = cut.task.batch(np.random.default_rng(5), 800)
    weights = {name: value.astype(float) for name, value in starting_weights(cut).items()}
    hidden = forward(network, weights, batch.inputs)[-1].hidden[9]
    first = batch.inputs[0, :, :4]
    fitted, *_ = np.linalg.lstsq(hidden[:600], first[:600], rcond=None)
    right = (hidden[600:] @ fitted).argmax(axis=1) == first[600:].argmax(axis=1)
    assert right.mean() > 0.95
    assert hidden.std(axis=0).mean() < 0.01  # but it is faint


def test_good_and_bad_ones_are_offered() -> None:
    assert {preset.good for preset in PRESETS} == {True, False}
    assert all(preset.why.endswith(".") for preset in PRESETS)
