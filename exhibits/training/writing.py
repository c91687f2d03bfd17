"""What a network that learns a text writes: after the same beginning, with the same luck.

    writing(setup, weights) -> Writing       what it read first, and what it wrote then
    visible(text) -> str                     with spaces and line ends that can be seen

Each character is drawn at `TEMPERATURE` (`rnn_core.sampling`), so that two snapshots differ by
what was learned and by nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from exhibits.training.on_stage import example_of
from rnn_core import Network, Text, named
from rnn_core.sampling import draw
from rnn_core.train import TrainingSetup

LENGTH, LEAST = 120, 24
PROMPT = 12  # characters of the sequence on the stage
TEMPERATURE, SEED = 0.8, 0
LARGE = 36_000  # parameters: up to here LENGTH characters are written within 20 ms


@dataclass(frozen=True)
class Writing:
    prompt: str
    text: str


def writes(setup: TrainingSetup) -> bool:
    """Whether it is a recurrent network that says which character comes next in a text."""
    return setup.task.name == "text" and isinstance(setup.network(), Network)


def writing(
    setup: TrainingSetup, weights: Mapping[str, np.ndarray], length: int = LENGTH
) -> Writing:
    """`setup` is one that `writes`.

    Raises:
        ValueError: the weights are no numbers.
    """
    network, example = setup.network(), example_of(setup.task)
    if not isinstance(network, Network) or not isinstance(example, Text):
        raise ValueError(f"a {setup.cell} for the task {setup.task.name} writes no text")
    known = named(network, weights, alphabet=setup.task.alphabet)
    prompt = example.text[:PROMPT]
    return Writing(prompt, draw(known, prompt, length, TEMPERATURE, SEED).text)


def length_while_training(setup: TrainingSetup) -> int:
    """So many characters that writing them once a second costs nothing that can be felt."""
    shapes = setup.network().shapes().values()
    parameters = sum(int(np.prod(shape)) for shape in shapes)
    return max(LEAST, min(LENGTH, LENGTH * LARGE // parameters))


def visible(text: str) -> str:
    """A dot for a space, and a sign before the new line; the rest as it is."""
    return text.replace(" ", "·").replace("\n", "↵\n")
