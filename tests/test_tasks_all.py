"""What holds for every task: shapes, seeds, settings there and back, lines, the example."""

import json
import math
from collections import Counter
from dataclasses import replace
from typing import Any

import jaxtyping
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core.run import run
from rnn_core.sequences import Numbers, Text, Vectors
from rnn_core.setup import Setup
from rnn_core.tasks import TASKS, Batch, Task, settings_of, task_of
from rnn_core.tasks.series import Series

SETTINGS: dict[str, dict[str, Any]] = {
    "adding": {"length": 12},
    "brackets": {"length": 14, "kinds": 3},
    "copy": {"lag": 4, "symbols": 2, "kinds": 5},
    "parity": {"length": 9},
    "reber": {"length": 16, "at_least": 6},
    "series": {"length": 5, "last": 8, "values": [math.sin(k) for k in range(60)], "season": 6},
    "sunspots": {"length": 20, "last": 30},
    "temporal_order": {"length": 25},
    "text": {"length": 15, "source": "sonnets"},
    "wave": {"length": 12, "kind": "sum", "noise": 0.1},
}
FINITE = ("series", "sunspots", "text")
OF_A_MEAN = 0.02  # 30,000 draws and more


@pytest.fixture(params=SETTINGS)
def task(request) -> Task:
    return task_of(request.param, SETTINGS[request.param])


@pytest.fixture
def as_for_people(monkeypatch):
    """The tests' type checker off, so that the errors are the ones that people see."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def same(one: Batch, other: Batch) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("inputs", "targets", "mask")
    )


def test_every_module_of_the_folder_is_a_task_with_a_test_here():
    assert sorted(TASKS) == sorted(SETTINGS)


def test_a_batch_has_the_shapes_and_kinds_that_it_says(task):
    for batch in (task.batch(rng(), 7), task.held_out(7)):
        assert batch.inputs.shape == (task.length, 7, task.input_size)
        assert batch.inputs.dtype == np.float64
        assert batch.mask.shape == (task.length, 7)
        assert batch.mask.any(axis=0).all()
        if task.loss == "categorical":
            assert batch.targets.shape == (task.length, 7)
            assert set(batch.targets.ravel().tolist()) <= set(range(task.output_size))
        else:
            assert batch.targets.shape == (task.length, 7, task.output_size)


def test_equal_seeds_give_equal_data_and_others_do_not(task):
    assert same(task.batch(rng(3), 5), replace(task).batch(rng(3), 5))
    assert not same(task.batch(rng(3), 5), task.batch(rng(4), 5))
    assert same(task.held_out(5), replace(task).held_out(5))
    assert task.example(3) == replace(task).example(3)


def test_no_step_of_a_training_draws_what_is_held_out(task):
    """A trainer's step n draws from the seed [seed, n]."""
    held = task.held_out(4)
    for entropy in ([0, 0], [0, 1], [1, 0]):
        drawn = task.batch(np.random.default_rng(entropy), 4)
        assert drawn.inputs.shape != held.inputs.shape or not same(drawn, held)


def test_settings_survive_json_and_come_back_as_an_equal_task(task):
    plain = settings_of(task)
    assert plain | SETTINGS[task.name] == plain
    back = task_of(task.name, json.loads(json.dumps(plain)))
    assert back == task
    assert hash(back) == hash(task)


def test_numbers_that_json_wrote_without_a_point_are_floats_again():
    wave = task_of("wave", json.loads('{"noise": 1, "length": 5}'))
    assert settings_of(wave)["noise"] == 1.0
    assert isinstance(settings_of(wave)["noise"], float)
    series = task_of("series", json.loads(f'{{"values": {[*range(50)]}}}'))
    assert isinstance(series, Series)
    assert series.values == tuple(float(k) for k in range(50))


@pytest.mark.parametrize("name", sorted(set(TASKS) - {"series"}))
def test_every_task_but_ones_own_series_starts_without_settings(name):
    assert task_of(name).batch(rng(), 2).mask.any()


@pytest.mark.usefixtures("as_for_people")
def test_an_unknown_task_or_setting_is_refused_by_name():
    with pytest.raises(ValueError, match=r"task must be one of adding, .*; got 'addition'"):
        task_of("addition")
    with pytest.raises(ValueError, match=r"'copy' has the settings lag, symbols, kinds; got 'len"):
        task_of("copy", {"length": 30})
    with pytest.raises(ValueError, match=r"length must be a whole number, 2 to 1000; got 1"):
        task_of("parity", {"length": 1})
    with pytest.raises(TypeError, match=r"length must be a whole number, 2 to 1000; got '20'"):
        task_of("wave", {"length": "20"})
    with pytest.raises(ValueError, match=r"size must be a whole number, at least 1; got 0"):
        task_of("adding").batch(rng(), 0)


@pytest.mark.parametrize("name", sorted(set(SETTINGS) - set(FINITE)))
def test_chance_is_what_the_best_constant_answer_costs(name):
    """Measured: of all constants the mean, or the frequencies, cost least."""
    task = task_of(name, SETTINGS[name])
    batch = task.batch(rng(1), 30_000)
    due = batch.targets[batch.mask]
    if task.loss == "squared":
        cost = float(due.var())
    else:
        shares = [count / len(due) for count in Counter(due.tolist()).values()]
        cost = -sum(share * math.log(share) for share in shares)
    line = task.lines()[0]
    assert line.name == "chance"
    assert line.value == pytest.approx(cost, rel=OF_A_MEAN)


def test_a_naive_line_lies_above_zero_and_says_what_it_does(task):
    chance, *naive = task.lines()
    assert naive
    assert all(line.value > 0.0 and line.about.endswith(".") for line in (chance, *naive))
    assert len({line.name for line in (chance, *naive)}) == 1 + len(naive)
    if task.name not in FINITE:  # a real series need not be kind to a naive forecast
        assert all(line.value < chance.value for line in naive)


def test_the_truth_has_the_best_score_and_is_solved(task):
    batch = task.held_out(6)
    if task.loss == "squared":
        perfect, best = batch.targets, 0.0
    else:
        perfect = 50.0 * np.eye(task.output_size)[batch.targets]
        best = 1.0 if task.higher_is_better else 0.0
    assert task.score(batch, perfect) == pytest.approx(best, abs=1e-12)
    assert task.solved(best)
    assert not task.solved(0.1 if task.higher_is_better else 100.0)


def test_entries_without_a_loss_do_not_count(task):
    batch = task.held_out(6)
    perfect = batch.targets * 1.0
    if task.loss == "categorical":
        perfect = 50.0 * np.eye(task.output_size)[batch.targets]
    spoilt = np.where(batch.mask[:, :, None], perfect, -perfect - 7.0)
    assert task.score(batch, spoilt) == task.score(batch, perfect)


def test_lags_reach_back_into_the_sequence_and_stand_only_where_a_loss_does(task):
    batch = task.batch(rng(), 20)
    lags = task.lags(batch)
    if lags is None:
        assert task.name in ("wave", "text", "sunspots", "series")
        return
    assert (lags[~batch.mask] == -1).all()
    assert (lags <= np.arange(task.length)[:, None]).all()
    assert (lags >= 0).any(axis=0).all()


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32))
@pytest.mark.parametrize("name", SETTINGS)
def test_the_example_is_one_sequence_that_the_stage_can_run(name, seed):
    task = task_of(name, SETTINGS[name])
    sequence = task.example(seed)
    example = sequence.encode()
    assert example.inputs.shape[2] == task.input_size
    assert len(example.inputs) <= task.length + (name == "reber")
    assert example.loss == task.loss
    match sequence:
        case Text():
            assert sequence.characters == task.alphabet
        case Vectors():
            due = task.batch(rng(seed), 1)
            assert np.array_equal(example.inputs, due.inputs)
            assert np.array_equal(example.has_target, due.mask[:, 0])
            asked = due.mask[:, 0]
            assert np.array_equal(example.targets[asked], due.targets[asked])
        case Numbers():
            assert len(sequence.values) == task.length


def test_the_example_runs(task):
    made = run(Setup(task.example(0), cell="rnn_tanh", hidden_size=2))
    assert made.output.shape[2] == task.output_size
