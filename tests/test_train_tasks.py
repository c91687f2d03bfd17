"""Every task can be learned: a small network gets below all of its lines in seconds."""

from itertools import accumulate
from typing import Any

import pytest

from rnn_core import TASKS, Trainer, TrainingSetup, task_of

LOGISTIC_MAP = [*accumulate(range(199), lambda x, _: 3.8 * x * (1 - x), initial=0.3)]
SETTINGS: dict[str, dict[str, Any]] = {
    "adding": {"length": 12},
    "copy": {"lag": 3, "symbols": 2},
    "parity": {"length": 8},
    "series": {"values": LOGISTIC_MAP, "length": 10, "last": 30},
    "temporal_order": {"length": 12},
    "text": {"length": 20},
    "wave": {"length": 20},
}
SIZES = {"text": 32}


@pytest.mark.parametrize("name", TASKS)
def test_a_small_network_gets_below_every_line_of_the_task(name):
    task = task_of(name, SETTINGS.get(name, {}))
    size = SIZES.get(name, 16)
    setup = TrainingSetup(task, cell="gru", hidden_size=size, learning_rate=0.02, max_steps=1500)
    trainer, lowest = Trainer(setup), min(line.value for line in task.lines())
    while trainer.status == "running" and (not trainer.step or trainer.held_out[-1][1] >= lowest):
        trainer.advance(steps=20)
    _, before, _ = trainer.held_out[0]
    step, loss, _ = trainer.held_out[-1]
    assert before > lowest, "the untrained network is below the lines already"
    assert loss < lowest, f"after {step} steps {loss:.4f}, the lowest line is {lowest:.4f}"


@pytest.mark.parametrize("cell", ["rnn_tanh", "rnn_relu", "lstm", "window"])
def test_every_cell_learns_a_wave(cell):
    task = task_of("wave", {"length": 20})
    start = "identity" if cell == "rnn_relu" else "uniform"
    trainer = Trainer(TrainingSetup(task, cell, 16, start=start, max_steps=1500))
    trainer.advance()
    assert trainer.status == "solved"


def test_what_lies_beyond_its_window_a_feed_forward_network_cannot_learn():
    """Temporal order asks for marks at the beginning: a window of 3 at the end stays at chance."""
    task = task_of("temporal_order", {"length": 12})
    trainer = Trainer(TrainingSetup(task, "window", 16, window=3, max_steps=300))
    trainer.advance()
    assert trainer.status == "finished"
    assert trainer.held_out[-1][1] > 0.9 * task.lines()[0].value
