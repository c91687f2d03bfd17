"""A stand-in for a training: the weights after so many steps are known to the test and the app."""

import numpy as np

from exhibits.stage import Track
from rnn_core import NamedWeights, Network, Run, Setup, Vectors, named, run, setup_with

PATH = "/changing-run"
CONTROL = "/changing-run-control"
STEPS, UNITS = 12, 8
NETWORK = Network("lstm", 3, UNITS, output_size=2)
SEQUENCE = Vectors(
    tuple(tuple(float(t % 3 == k) for k in range(3)) for t in range(STEPS)),
    tuple(t % 2 if t > 3 else None for t in range(STEPS)),
    names=("a", "b", "c"),
    classes=("even", "odd"),
)


def weights_after(step: int) -> NamedWeights:
    """Another network at each step; the recurrent weights grow, so that the scales must too."""
    generator = np.random.default_rng(7)
    drawn = {name: generator.uniform(-1, 1, shape) for name, shape in NETWORK.shapes().items()}
    return named(NETWORK, {name: value * (0.2 + 0.1 * step) for name, value in drawn.items()})


def run_after(step: int) -> Run:
    known = weights_after(step)
    return run(setup_with(known, SEQUENCE), known=known)


def tracks_after(step: int) -> list[Track]:
    return [Track(run_after(step), f"step {step}", editable=False)]


def own_run() -> Run:
    """What the page sends of itself, told apart by its size."""
    return run(Setup(SEQUENCE, cell="gru", hidden_size=4, seed=3))
