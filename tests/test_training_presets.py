"""Each preset's claim, by training: who is said to solve the task does, and by then the other not.

The ones that take a second on a quiet machine; the figures of the others are in `core.md`.
"""

from dataclasses import replace

import pytest

from exhibits.training.configure import setups_of
from exhibits.training.controls import defaults
from exhibits.training.presets import PRESETS
from rnn_core.train import Trainer

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


def test_good_and_bad_ones_are_offered() -> None:
    assert {preset.good for preset in PRESETS} == {True, False}
    assert all(preset.why.endswith(".") for preset in PRESETS)
