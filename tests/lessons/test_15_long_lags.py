"""Lesson 15, run: who learns adding, copying and order over which lag, as its prose says."""

import math
from typing import Any

import numpy as np
import pytest

from exhibits.catalogue import declarations
from exhibits.lesson import challenge as challenges
from exhibits.training.configure import names_of, setups_of, task_from
from lessons.lesson import Challenge, ChoiceAnswer
from rnn_core.tasks import task_of
from rnn_core.train.course import measure
from tests.lessons.learning import Learned, train
from tests.lessons.reading import asked, block, prediction, read


@pytest.fixture(scope="module")
def lesson() -> Any:
    return read("15-long-lags.md")


def of(lesson: Any, exhibit: str, track: int = 0, **changed: Any) -> Learned:
    """What came of training the exhibit's network, with these values laid over the lesson's."""
    return train(setups_of({**block(lesson, exhibit).values, **changed})[track])


def preset(lesson: Any, exhibit: str, name: str) -> dict[str, Any]:
    return dict(next(p for p in block(lesson, exhibit).presets if p.name == name).changed)


def test_chance_is_the_variance_of_the_sum_and_half_a_memory_costs_half_of_it(lesson):
    drawn = np.random.default_rng(3).random((200_000, 2))
    missed = np.square(drawn.sum(axis=1) - 1.0).mean()
    assert asked(lesson, "chance") == pytest.approx(1 / 6, rel=1e-12)
    assert asked(lesson, "chance") == pytest.approx(missed, rel=0.01)
    assert asked(lesson, "half") == asked(lesson, "window") == pytest.approx(1 / 12, rel=1e-12)


def test_four_answers_cost_the_logarithm_of_four(lesson):
    assert asked(lesson, "ln4") == pytest.approx(math.log(4.0))


def test_lstm_and_irnn_solve_adding_and_the_tanh_rnn_sits_at_chance(lesson):
    lstm, irnn, tanh = (of(lesson, "race", track) for track in range(3))
    assert lstm.held_out[-1][1] < 0.01
    assert irnn.held_out[-1][1] < 0.01
    assert lstm.solved_at is not None
    assert 600 <= lstm.solved_at <= 850
    assert irnn.solved_at is not None
    assert 600 <= irnn.solved_at <= 850
    assert tanh.solved_at is None
    assert tanh.held_out[-1][1] == pytest.approx(1 / 6, abs=0.015)
    answer = prediction(lesson, "who").answer
    assert isinstance(answer, ChoiceAnswer)
    assert answer.choices[answer.answer] == "The LSTM and the IRNN"


def test_with_twelve_steps_the_tanh_rnn_learns_it_too(lesson):
    found = of(lesson, "race", 2, **preset(lesson, "race", "T = 12"))
    assert found.solved_at is not None
    assert 750 <= found.solved_at <= 1100


def test_what_comes_back_to_step_0_of_the_tanh_rnn_is_all_but_nothing_beside_the_irnns(lesson):
    share = {}
    for track in (1, 2):
        found = of(lesson, "race", track)
        norms = measure(found.setup, found.snapshots[0]).grad_hidden
        share[track] = norms[0] / norms[-1]
    assert share[2] < 1e-3 * share[1]


@pytest.mark.parametrize(("lag", "low", "high"), [(2, 130, 250), (5, 330, 540), (10, 550, 900)])
def test_the_tanh_rnns_time_to_copy_grows_with_the_lag(lesson, lag, low, high):
    changed = {**prediction(lesson, "grows").changed, "lag": lag}
    solved = of(lesson, "copy", **changed).solved_at
    assert solved is not None
    assert low <= solved <= high


def test_at_a_lag_of_20_it_has_five_of_six_after_1500_steps(lesson):
    found = of(lesson, "copy", **preset(lesson, "copy", "tanh RNN, lag 20"))
    assert found.solved_at is None
    assert found.held_out[-1][0] == 1500
    assert found.held_out[-1][2] == pytest.approx(5 / 6, abs=0.06)


@pytest.mark.parametrize("lag", [5, 20])
def test_the_gru_needs_about_as_many_steps_for_any_lag(lesson, lag):
    solved = of(lesson, "copy", lag=lag).solved_at
    assert solved is not None
    assert 420 <= solved <= 640


def test_only_the_chrono_start_tells_the_order_in_400_steps(lesson):
    chrono, usual = of(lesson, "order", 0), of(lesson, "order", 1)
    assert chrono.solved_at is not None
    assert 180 <= chrono.solved_at <= 320
    assert usual.solved_at is None
    assert usual.held_out[-1][1] == pytest.approx(math.log(4.0), abs=0.02)
    assert pytest.approx(1e-7, rel=0.6) == 0.73**50


def test_a_window_is_below_chance_and_far_from_the_goal_even_if_it_sees_everything(lesson):
    for name in ("Adding, window of 10", "Adding, window of 20"):
        loss = of(lesson, "windowed", **preset(lesson, "windowed", name)).held_out[-1][1]
        assert 0.083 < loss < 0.125


def test_the_later_number_is_always_within_the_window_and_the_earlier_never(lesson):
    values = block(lesson, "windowed").values
    batch = task_of("adding", {"length": values["length"]}).batch(np.random.default_rng(0), 500)
    marked = batch.inputs[:, :, 1] > 0.5
    first = values["length"] - values["window"]
    assert (marked[:first].sum(axis=0) == 1).all()
    assert (marked[first:].sum(axis=0) == 1).all()


def test_two_values_tell_where_a_sine_goes_so_a_window_needs_no_memory(lesson):
    found = of(lesson, "windowed", **preset(lesson, "windowed", "A sine, window of 10"))
    assert found.solved_at is not None


def early(lesson: Any, track: int) -> dict[int, float]:
    """‖∂L/∂h_0‖ at each snapshot of the race: the lowest row of its heat map."""
    found = of(lesson, "race", track)
    rows = {step: measure(found.setup, kept).grad_hidden for step, kept in found.snapshots.items()}
    return {step: float(row[0]) for step, row in rows.items()}


def test_the_early_rows_of_the_three_maps_are_as_the_prose_says(lesson):
    lstm, irnn, tanh = (early(lesson, track) for track in range(3))
    assert 0.05 < min(irnn.values()) < 0.2
    assert 1.0 < max(irnn.values()) < 3.0
    assert all(size < 1e-5 for step, size in lstm.items() if 30 <= step <= 560)
    assert min(lstm, key=lstm.__getitem__) in range(30, 561)
    assert 5e-3 < lstm[min(step for step in lstm if step > 580)] < 0.1
    assert np.median(list(tanh.values())) < 1e-6
    assert 5e-4 < max(tanh.values()) < 5e-3


def test_what_counts_as_solved_is_as_the_prose_says(lesson):
    goals = {name: task_from(block(lesson, name).values) for name in ("race", "copy", "order")}
    assert (goals["race"].goal, goals["race"].higher_is_better) == (0.01, False)
    for name in ("copy", "order"):
        assert (goals[name].goal, goals[name].higher_is_better) == (0.99, True)
        assert goals[name].score_name == "accuracy"
    sine = preset(lesson, "windowed", "A sine, window of 10")
    task = task_from({**block(lesson, "windowed").values, **sine})
    assert task.goal == pytest.approx(0.0078, abs=5e-5)
    assert task.score_name == "mean squared error, second half"


def test_the_two_starts_are_called_as_the_picture_calls_them(lesson):
    names = names_of(setups_of(block(lesson, "order").values))
    assert names == ("LSTM, chrono start", "LSTM, uniform start")
    assert setups_of(block(lesson, "order").values)[1].forget_bias == 1.0


def holds(lesson: Any, name: str, place: dict[str, Any], **changed: Any) -> bool:
    one = next(c for c in lesson.blocks(Challenge) if c.id == name)
    values = {**block(lesson, one.exhibit).values, **changed}
    return challenges.met(one, declarations()["training"], values, place)


def test_the_run_that_the_reveal_begins_does_not_meet_the_challenge_of_the_lag(lesson):
    shown = prediction(lesson, "flat")
    assert shown.place == {"started": True}
    assert not holds(lesson, "lag-20", {"solved": True}, **shown.changed)
    by_hand = {"lag": 15, "cell": "lstm", "learning_rate": 0.01, "seed": 1}
    assert holds(lesson, "lag-20", {"solved": True}, **by_hand)
    assert not holds(lesson, "lag-20", {}, **by_hand)
    assert set(by_hand) | {"start"} <= set(block(lesson, "copy").controls)


@pytest.mark.parametrize(
    ("start", "seed", "low", "high"), [("uniform", 1, 900, 1150), ("chrono", 0, 700, 950)]
)
def test_an_lstm_solves_a_lag_of_15_from_another_seed_or_start(lesson, start, seed, low, high):
    changed: dict[str, Any] = {"lag": 15, "cell": "lstm", "learning_rate": 0.01}
    solved = of(lesson, "copy", **changed, start=start, seed=seed).solved_at
    assert solved is not None
    assert low <= solved <= high
    assert of(lesson, "copy", **changed).solved_at is None


def test_a_challenge_stands_where_its_exhibit_stands(lesson):
    for step in lesson.steps:
        ids = {getattr(one, "id", "") for one in step.blocks}
        for one in step.blocks:
            assert not isinstance(one, Challenge) or one.exhibit in ids


@pytest.mark.parametrize(("length", "low", "high"), [(40, 450, 800), (60, 450, 1100)])
def test_the_lstm_solves_adding_over_40_and_60_steps(lesson, length, low, high):
    for seed in (0, 1):
        solved = of(lesson, "race", length=length, seed=seed).solved_at
        assert solved is not None
        assert low <= solved <= high
    assert holds(lesson, "sixty", {"solved": True}, length=length)
    assert not holds(lesson, "sixty", {"solved": False, "solved_2": True}, length=length)
