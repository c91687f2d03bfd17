"""What a network that learns a text writes, and how the page shows it."""

import math
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from exhibits.training.on_stage import example_of
from exhibits.training.writing import (
    LEAST,
    LENGTH,
    PROMPT,
    SEED,
    TEMPERATURE,
    length_while_training,
    visible,
    writes,
    writing,
)
from rnn_core import Text, hold
from rnn_core.network import Network
from rnn_core.sampling import sample
from rnn_core.tasks import task_of
from rnn_core.train import TrainingSetup
from rnn_core.train.start import starting_weights

OWN = "<b>so</b> many words & *stars* `here`\n" * 30


def setup(**changed: Any) -> TrainingSetup:
    task = task_of("text", {"source": "own", "text": OWN, "length": 20})
    return TrainingSetup(task, **{"cell": "gru", "hidden_size": 4, **changed})


def test_it_goes_on_from_the_sequence_on_the_stage_always_alike() -> None:
    made = setup()
    weights, example = starting_weights(made), example_of(made.task)
    assert isinstance(example, Text)
    one, two = writing(made, weights), writing(made, weights)
    assert one == two
    assert (one.prompt, len(one.text)) == (example.text[:PROMPT], LENGTH)
    network = made.network()
    assert isinstance(network, Network)
    name = hold(network, weights, alphabet=made.task.alphabet)
    assert one.text == sample(name, one.prompt, LENGTH, TEMPERATURE, SEED).text


def test_who_always_says_the_same_character_writes_it() -> None:
    made = setup()
    weights = {name: np.zeros_like(value) for name, value in starting_weights(made).items()}
    place = made.task.alphabet.index("w")
    bias = next(name for name in weights if "bias" in name and "l0" not in name)
    weights[bias][place] = 100.0
    assert writing(made, weights).text == "w" * LENGTH


def test_only_a_recurrent_network_that_learns_a_text_writes() -> None:
    assert writes(setup())
    assert not writes(setup(cell="window", window=5))
    assert not writes(TrainingSetup(task_of("reber")))
    with pytest.raises(ValueError, match="window for the task text writes no text"):
        writing(setup(cell="window", window=5), {})


def test_while_it_trains_a_large_network_writes_less() -> None:
    """GRU: 3 · 4 · (characters + 4 + 2) + (4 + 1) · characters parameters are few."""
    assert length_while_training(setup()) == LENGTH
    assert length_while_training(setup(cell="lstm", hidden_size=128, num_layers=3)) == LEAST


def test_spaces_and_line_ends_can_be_seen() -> None:
    assert visible("a b\n c") == "a·b↵\n·c"


def page() -> None:
    from unittest.mock import patch

    from exhibits.training import writing_panel as panel
    from tests.test_training_writing import OneRun

    with patch.object(panel, "trainings", OneRun):
        panel.writing_panel("r", 0, [1, 2], False)
        panel.writing_panel("r", 0, [1], False)


class OneRun:
    """A run of which nothing is known but its setup and its weights."""

    def status(self, run: str) -> Any:
        from types import SimpleNamespace

        return SimpleNamespace(tracks=[SimpleNamespace(setup=setup())])

    def weights(self, run: str, track: int, step: int | None) -> dict[str, np.ndarray]:
        return {name: step * value for name, value in starting_weights(setup()).items()}


def test_the_page_shows_it_as_plain_text_for_a_and_b() -> None:
    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    a, b, alone = (code.value for code in app.code)
    start = starting_weights(setup())
    one, two = (writing(setup(), {n: k * v for n, v in start.items()}) for k in (1, 2))
    assert a == alone == f"{visible(one.prompt)}⟩{visible(one.text)}"
    assert b == f"{visible(two.prompt)}⟩{visible(two.text)}"
    assert {code.language for code in app.code} <= {"plaintext", "", None}
    heads = [text.value for text in app.markdown]
    assert heads == ["**A: step 1 writes**", "**B: step 2 writes**", "**What it writes**"]
    assert math.isclose(TEMPERATURE, 0.8)
