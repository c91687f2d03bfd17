"""The networks of the lessons on text and on sunspots, for `python -m rnn_core.make_weights`.

alice-lstm            the next character of `text`'s "alice", at the step where the loss on the part
                      held out was lowest
alice_overfit-lstm    the same training 4,000 steps long, which is too long
sunspots-<cell>       the next year's sunspot number, as `rnn_core.forecast` trains it

Trained by `rnn_core.train` in float32. The metadata hold the course of the loss, as measured.
"""

import json
from functools import lru_cache

import numpy as np

from rnn_core.forecast import FitSetup, trained
from rnn_core.network import Network, Weights
from rnn_core.sampling import ALICE as TASK
from rnn_core.sampling import held_out_text, nats_of
from rnn_core.train import Trainer, TrainingSetup

ALICE = ("alice", "alice_overfit")
STEPS, APART = 4000, 100
Made = tuple[Network, dict[str, np.ndarray], dict[str, str]]


@lru_cache(maxsize=1)
def _course(steps: int, apart: int) -> tuple[list[tuple[int, float, float]], list[Weights]]:
    """(step, loss on the middle of the training part, on the part held out), and the weights."""
    setup = TrainingSetup(
        TASK, "lstm", 64, learning_rate=0.01, max_steps=steps, stop_when_solved=False
    )
    trainer, held_out = Trainer(setup), held_out_text("alice-lstm")
    middle = (len(TASK.content) - len(held_out)) // 2
    texts = TASK.content[middle : middle + len(held_out)], held_out
    course: list[tuple[int, float, float]] = []
    kept: list[Weights] = []
    while True:
        weights, network = trainer.weights, setup.network()
        assert isinstance(network, Network)
        training, unseen = (
            float(nats_of(network, weights, TASK.alphabet, text).mean()) for text in texts
        )
        course.append((trainer.step, training, unseen))
        kept.append(weights)
        print(f"    step {trainer.step:6d}  training {training:.4f}  held out {unseen:.4f}")
        if trainer.status != "running":
            return course, kept
        trainer.advance(steps=apart)


def make_alice(task: str, cell: str) -> Made:
    """At the lowest held-out loss, or at the end."""
    course, kept = _course(STEPS, APART)
    held_out = [row[2] for row in course]
    at = int(np.argmin(held_out)) if task == "alice" else len(course) - 1
    network = Network(cell, TASK.input_size, 64, output_size=TASK.output_size)
    lines = {line.name: line.value for line in TASK.lines()}
    return (
        network,
        {name: value.astype(np.float32) for name, value in kept[at].items()},
        {
            "alphabet": TASK.alphabet,
            "step": str(course[at][0]),
            "training_nats_per_character": f"{course[at][1]:.4f}",
            "held_out_nats_per_character": f"{held_out[at]:.4f}",
            "bigram_nats_per_character": f"{lines['bigram']:.4f}",
            "course": json.dumps([[step, round(a, 4), round(b, 4)] for step, a, b in course]),
        },
    )


def make_sunspots(task: str, cell: str) -> Made:
    """What a lesson's forecast starts with, so that nobody waits for it."""
    found = trained(FitSetup(cell=cell))
    assert isinstance(found.network, Network)
    lines = {line.name: line.value for line in found.task.lines()}
    return (
        found.network,
        {name: value.astype(np.float32) for name, value in found.weights.items()},
        {
            "alphabet": "",
            "held_out_mse": f"{found.held_out_loss:.4f}",
            "naive_mse": f"{lines['naive']:.4f}",
        },
    )
