"""A lag is learned when its answers are good, and never by luck: enough of them are counted."""

import itertools
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from rnn_core import Trainer, TrainingSetup, task_of
from rnn_core.tasks import Task
from rnn_core.tasks.adding import Adding
from rnn_core.train import lags
from rnn_core.train.course import LEARNED, Measures, learned_at, measure
from tests.test_tasks_all import SETTINGS

ADDING = TrainingSetup(Adding(50))
NEED = {
    "adding": {"length": 50},
    "temporal_order": {"length": 50},
    "brackets": {"length": 20},
    "brackets of one kind": {"length": 200, "kinds": 1},
    "reber": {"length": 30},
}
ALL = {**NEED, "parity": {"length": 20}, "copy": {"lag": 10}}


def setup_of(name: str, **changed: object) -> TrainingSetup:
    task = task_of(name.split()[0], ALL[name])
    return TrainingSetup(task, **{"hidden_size": 8, **changed})  # type: ignore[arg-type]


def said(
    setup: TrainingSetup,
    answer: Callable[[lags.Asked], np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
) -> set[int | None]:
    """When the lags are learned by somebody who gives these outputs from step 3 on."""
    asked = lags.asked(setup)
    assert asked is not None
    output, at = answer(asked), 0

    def outputs(network: object, weights: object, inputs: np.ndarray) -> np.ndarray:
        nonlocal at
        at += inputs.shape[1]
        return output[:, at - inputs.shape[1] : at]

    monkeypatch.setattr(lags, "outputs", outputs)
    errors = lags.errors_by_lag(setup, {}, asked)
    assert at == asked.batch.inputs.shape[1]
    none = np.zeros(1)
    found = Measures(none, none, none, {}, asked.lags, errors, asked.guess)
    before = replace(found, lag_errors=np.full(len(errors), np.nan))
    return set(learned_at(setup.task, {2: before, 3: found}).values())


def always(task: Task, asked: lags.Asked) -> np.ndarray:
    """The answer without a look at the input: the mean, or how often each is right."""
    due = asked.batch.targets[asked.batch.mask]
    if task.loss == "squared":
        one = due.mean(axis=0)
    else:
        counts = Counter(due.tolist())
        one = np.log([max(counts[k], 1e-9) / len(due) for k in range(task.output_size)])
    return np.tile(one, (*asked.group.shape, 1))


# Groups.


@pytest.mark.parametrize(
    ("counts", "due"),
    [
        ([10, 20, 5], [0, 1, 1]),
        ([4, 4, 4, 4, 4], [0, 0, 0, 0, 0]),
        ([4, 6, 3, 3, 9], [0, 0, 1, 1, 1]),
        ([4, 6, 10, 4, 5], [0, 0, 1, 1, 1]),
        ([3], [0]),
        ([12, 11, 10], [0, 1, 2]),
    ],
)
def test_neighbours_are_put_together_until_they_have_ten(counts, due):
    assert lags.groups(np.array(counts), 10).tolist() == due


@pytest.mark.parametrize("cell", ["lstm", "rnn_tanh"])
@pytest.mark.parametrize("name", ALL)
def test_each_group_has_enough_answers_and_each_lag_stands_in_one(name, cell):
    setup = setup_of(name, cell=cell, hidden_size=128)
    asked = lags.asked(setup)
    assert asked is not None
    of = setup.task.lags(asked.batch)
    assert of is not None
    counted = asked.batch.mask & (of >= 0)
    assert ((asked.group >= 0) == counted).all()
    held: Counter[int] = Counter()
    for lag, group in zip(of[counted].tolist(), asked.group[counted].tolist(), strict=True):
        low, high = asked.lags[group]
        assert low <= lag <= high
        held[group] += 1
    assert [held[k] for k in range(len(asked.lags))] == asked.counts.tolist()
    assert min(held.values()) >= 48
    ends = asked.lags.ravel().tolist()
    assert ends == sorted(ends)
    assert all(b < c for (_, b), (c, _) in itertools.pairwise(asked.lags.tolist()))
    assert {ends[0], ends[-1]} == {of[counted].min(), of[counted].max()}


def test_a_lag_that_has_enough_answers_stands_alone():
    for name, due in (("copy", [13]), ("parity", list(range(20)))):
        asked = lags.asked(setup_of(name))
        assert asked is not None
        assert asked.lags.tolist() == [[lag, lag] for lag in due]


def test_groups_are_those_of_the_task_whatever_the_weights_and_the_seed():
    one, other = (setup_of("adding", seed=seed) for seed in (0, 1))
    found = [measure(setup, Trainer(setup).weights) for setup in (one, other)]
    assert found[0].lags.tolist() == found[1].lags.tolist()
    assert not np.allclose(found[0].lag_errors, found[1].lag_errors)


def test_a_large_network_is_asked_fewer_but_always_enough():
    large = TrainingSetup(Adding(1000), cell="lstm", hidden_size=128)
    middle = TrainingSetup(Adding(200), cell="lstm", hidden_size=64)
    # 4,000,000 / (200 · 4 · 64) = 78.1; 4,000,000 / (1000 · 4 · 128) = 7.8
    for setup, due in ((ADDING, 400), (middle, 78), (large, 48)):
        asked = lags.asked(setup)
        assert asked is not None
        assert asked.batch.inputs.shape[1] == due
        assert asked.counts.sum() == due


# What is chance, and what is learned.


@pytest.mark.parametrize(
    "name", ["adding", "brackets", "copy", "parity", "reber", "temporal_order"]
)
def test_lag_chance_is_what_the_best_constant_answer_costs_where_lags_are(name):
    task = task_of(name, SETTINGS[name])
    batch = task.batch(np.random.default_rng(1), 30_000)
    due = batch.targets[batch.mask & (np.asarray(task.lags(batch)) >= 0)]
    if task.loss == "squared":
        cost = float(due.var())
    else:
        shares = [count / len(due) for count in Counter(due.tolist()).values()]
        cost = -sum(share * math.log(share) for share in shares)
    assert task.lag_chance() == pytest.approx(cost, rel=0.02)


def test_lag_chance_of_reber_is_that_of_t_or_p_and_not_of_all_symbols():
    task = task_of("reber")
    assert task.lag_chance() == pytest.approx(math.log(2))
    assert task.lines()[0].value > 2 * math.log(2)


def test_a_guess_on_a_group_costs_what_it_costs_there():
    """Brackets: at odd lags the answer is "none", at even ones a bracket, each kind as likely."""
    asked = lags.asked(setup_of("brackets"))
    assert asked is not None
    none = float((asked.batch.targets == 0).mean())
    costs = {1: -math.log(none), 2: -math.log((1 - none) / 2)}
    assert asked.lags[1:3].tolist() == [[1, 1], [2, 2]]
    assert asked.guess[1:3] == pytest.approx([costs[1], costs[2]], rel=0.05)


def test_errors_are_the_means_of_their_answers_however_many_are_run_together(monkeypatch):
    setup = TrainingSetup(Adding(12), cell="rnn_tanh", hidden_size=3, dtype="float64")
    weights, asked = Trainer(setup).weights, lags.asked(setup)
    assert asked is not None
    batch = asked.batch
    w = weights
    hidden = np.zeros((3, batch.inputs.shape[1]))
    for x in batch.inputs:
        bias = (w["bias_ih_l0"] + w["bias_hh_l0"])[:, None]
        hidden = np.tanh(w["weight_ih_l0"] @ x.T + w["weight_hh_l0"] @ hidden + bias)
    said = w["readout.weight"] @ hidden + w["readout.bias"][:, None]
    squares = (said[0] - batch.targets[-1, :, 0]) ** 2
    back = 11 - batch.inputs[:, :, 1].argmax(axis=0)
    due = [squares[(back >= low) & (back <= high)].mean() for low, high in asked.lags.tolist()]
    for together in (100, 7):
        monkeypatch.setattr(lags, "TOGETHER", together)
        np.testing.assert_allclose(lags.errors_by_lag(setup, weights, asked), due, rtol=1e-12)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn_tanh"])
@pytest.mark.parametrize("name", NEED)
def test_an_untrained_network_has_learned_no_lag(name, cell, seed):
    setup = setup_of(name, cell=cell, seed=seed)
    found = learned_at(setup.task, {0: measure(setup, Trainer(setup).weights)})
    assert found
    assert set(found.values()) == {None}


@pytest.mark.parametrize("name", ALL)
def test_who_always_gives_the_same_best_answer_has_learned_no_lag(name, monkeypatch):
    setup = setup_of(name)
    assert said(setup, lambda asked: always(setup.task, asked), monkeypatch) == {None}


@pytest.mark.parametrize("name", ALL)
def test_who_answers_everything_right_has_learned_all_lags(name, monkeypatch):
    setup = setup_of(name)

    def right(asked: lags.Asked) -> np.ndarray:
        due = asked.batch.targets
        if setup.task.loss == "squared":
            return np.array(due)
        return 9.0 * np.eye(setup.task.output_size)[due]

    assert said(setup, right, monkeypatch) == {3}


def test_who_knows_the_later_number_alone_has_learned_no_lag_of_adding(monkeypatch):
    """Half of chance on average: a lag goes back to the other number."""

    def later(asked: lags.Asked) -> np.ndarray:
        values, marks = asked.batch.inputs[:, :, 0], asked.batch.inputs[:, :, 1]
        half = len(values) // 2
        known = (values[half:] * marks[half:]).sum(axis=0)
        output = np.zeros((*values.shape, 1))
        output[-1, :, 0] = 0.5 + known
        return output

    assert said(ADDING, later, monkeypatch) == {None}


def test_who_knows_the_later_symbol_alone_has_learned_no_lag_of_temporal_order(monkeypatch):
    def later(asked: lags.Asked) -> np.ndarray:
        first_unknown = np.eye(2)[asked.batch.targets % 2]
        return 9.0 * np.concatenate([first_unknown, first_unknown], axis=-1)

    assert said(setup_of("temporal_order"), later, monkeypatch) == {None}


def test_at_chance_on_adding_a_group_of_48_is_below_the_limit_by_luck_less_than_once_in_10000():
    """Sums of two numbers, drawn here: the errors of always saying 1."""
    rng = np.random.default_rng(0)
    errors = (rng.random((100_000, 48)) + rng.random((100_000, 48)) - 1.0) ** 2
    assert (errors.mean(axis=1) < LEARNED / 6.0).mean() < 1e-4
    alone = (rng.random((100_000, 1)) + rng.random((100_000, 1)) - 1.0) ** 2
    assert (alone < LEARNED / 6.0).mean() > 0.3  # of single answers a third
