"""What a training's setup allows, how it is written, and what weights it starts from."""

import json
import math
import tomllib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rnn_core import TASKS, TrainingSetup, task_of
from rnn_core.train.start import starting_weights

ADDING = task_of("adding", {"length": 50})


@pytest.mark.parametrize("name", TASKS)
def test_a_setup_of_every_task_comes_back_from_json(name):
    task = task_of(name, {"values": [*range(90)], "last": 20} if name == "series" else {})
    setup = TrainingSetup(task, cell="gru", clip_norm=None, start="chrono", seed=3)
    assert TrainingSetup.from_dict(json.loads(json.dumps(setup.to_dict()))) == setup


def test_a_setup_is_read_from_a_few_lines_of_toml():
    text = (
        'cell = "gru"\nclip_norm = "none"\nlearning_rate = 1\n[task]\nname = "adding"\nlength = 50'
    )
    setup = TrainingSetup.from_dict(tomllib.loads(text))
    assert setup == TrainingSetup(ADDING, cell="gru", clip_norm=None, learning_rate=1.0)
    assert isinstance(setup.learning_rate, float)
    assert hash(setup) == hash(replace(setup))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"cell": "lsmt"}, "cell must be one of rnn_tanh, rnn_relu, gru, lstm, window; got 'lsmt'"),
        ({"hidden_size": 0}, "hidden_size must be a whole number, 1 to 256; got 0"),
        ({"learning_rate": 0.0}, "learning_rate must be greater than 0; got 0.0"),
        ({"clip_norm": -1.0}, "clip_norm must be greater than 0; got -1.0"),
        ({"truncation": 51}, "truncation must be a whole number, 1 to 50; got 51"),
        ({"cell": "window", "window": 51}, "window must be a whole number, 1 to 50; got 51"),
        ({"cell": "window", "num_layers": 2}, "num_layers must be 1 for the cell 'window'; got 2"),
        ({"cell": "window", "truncation": 5}, "truncation must be None for the cell 'window'"),
        ({"cell": "rnn_tanh", "start": "chrono"}, "start: 'chrono' sets gates"),
        ({"momentum": 0.9}, "momentum must be 0 for 'adam', it is for 'sgd'; got 0.9"),
        ({"engine": "torch-mps", "dtype": "float64"}, "dtype must be 'float32'"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"max_steps": 10**7}, "max_steps must be a whole number, 1 to 1000000"),
        ({"batch_size": True}, "batch_size must be a whole number"),
        (
            {"batch_size": 1024, "hidden_size": 256, "num_layers": 4},
            "batch_size 1024 × length 50 × hidden_size 256: a step would take about 4001 MiB",
        ),
        ({"colour": "red"}, "no field 'colour'"),
        ({"task": {"name": "addition"}}, "task: task must be one of adding"),
        ({"task": {"name": "adding", "length": 1}}, "task: length must be"),
        ({"task": "adding"}, "task must be a table"),
    ],
)
def test_what_is_wrong_is_named(fields, said):
    plain: dict[str, Any] = {"task": {"name": "adding", "length": 50}} | fields
    with pytest.raises((TypeError, ValueError)) as caught:
        TrainingSetup.from_dict(plain)
    assert said in str(caught.value)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_a_chrono_start_gives_the_gates_the_time_scales_of_the_task(cell):
    """exp(bias) is uniform on [1, T-1], and σ(bias) keeps for 1 + exp(bias) steps."""
    setup = TrainingSetup(ADDING, cell=cell, start="chrono", hidden_size=256, num_layers=2)
    weights, plain = starting_weights(setup), starting_weights(replace(setup, start="uniform"))
    keep = slice(256, 512)  # f of i, f, g, o; z of r, z, n
    for layer in ("_l0", "_l1"):
        bias = weights[f"bias_ih{layer}"] + weights[f"bias_hh{layer}"]
        scales = np.exp(bias[keep])
        assert 1.0 <= scales.min() < 2.0
        assert 48.0 < scales.max() <= 49.0
        assert abs(scales.mean() - 25.0) < 4 * (48 / math.sqrt(12 * 256))
        if cell == "lstm":
            np.testing.assert_array_equal(bias[:256], -bias[keep])
        rest = slice(512, None)
        np.testing.assert_array_equal(
            weights[f"bias_ih{layer}"][rest], plain[f"bias_ih{layer}"][rest]
        )
        np.testing.assert_array_equal(weights[f"weight_hh{layer}"], plain[f"weight_hh{layer}"])
    assert not np.array_equal(weights["bias_ih_l0"][keep], weights["bias_ih_l1"][keep])


def test_an_irnn_starts_as_the_identity_without_biases():
    weights = starting_weights(TrainingSetup(ADDING, cell="rnn_relu", start="identity"))
    np.testing.assert_array_equal(weights["weight_hh_l0"], np.eye(32))
    assert not weights["bias_ih_l0"].any()
    assert not weights["bias_hh_l0"].any()


def test_the_forget_bias_is_the_one_asked_for():
    weights = starting_weights(TrainingSetup(ADDING, forget_bias=-2.0))
    total = weights["bias_ih_l0"] + weights["bias_hh_l0"]
    assert set(total[32:64]) == {-2.0}
