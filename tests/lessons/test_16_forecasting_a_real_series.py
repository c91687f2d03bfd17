"""Lesson 16, run: the network beats the naive forecast, and every number in the prose."""

from typing import Any

import numpy as np
import pytest

from exhibits.catalogue import catalogue
from lessons.lesson import ExhibitBlock, Prediction
from rnn_core.forecast import Fit, FitSetup, by_lead, free_run, one_step, shipped, trained
from rnn_core.tasks import task_of
from tests.lessons.reading import asked, block, met, prediction, read


@pytest.fixture(scope="module")
def lesson() -> Any:
    return read("16-forecasting-a-real-series.md")


def fit_of(lesson: Any, exhibit: str, **changed: Any) -> Fit:
    values = {**block(lesson, exhibit).values, **changed}
    fields = ("cell", "hidden_size", "steps", "seed")
    setup = FitSetup(**{name: values[name] for name in fields})
    return shipped(setup) or trained(setup)


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn_tanh"])
def test_it_beats_the_naive_forecast_on_the_held_out_years(lesson, cell):
    found = one_step(fit_of(lesson, "ahead", cell=cell))
    assert (found.times[0], found.times[-1], len(found.times)) == (1949, 2008, 60)
    assert found.rmse < found.rmse_naive


def test_the_errors_one_year_ahead_are_as_the_prose_says(lesson):
    found = one_step(fit_of(lesson, "ahead"))
    assert found.rmse == pytest.approx(20, abs=0.5)
    assert found.rmse_naive == pytest.approx(33, abs=0.5)
    assert found.rmse_seasonal == pytest.approx(37, abs=0.5)
    assert asked(lesson, "seasonal") == pytest.approx(found.rmse_seasonal)
    assert asked(lesson, "ratio") == pytest.approx(0.61, abs=0.005)
    assert one_step(fit_of(lesson, "ahead", cell="gru")).rmse == pytest.approx(18.6, abs=0.05)
    assert found.network[found.times.index(1957)] < 190.2 - 15


def test_the_free_run_keeps_a_rhythm_but_no_extremes(lesson):
    fit = fit_of(lesson, "free")
    run = free_run(fit, 0, 60).network
    assert asked(lesson, "highest") == pytest.approx(113, abs=0.5) == float(run.max())
    assert float(run.min()) == pytest.approx(9, abs=0.5)
    series = fit.series
    assert max(series.values[series.first_held_out :]) == 190.2
    peaks = np.flatnonzero((run[1:-1] > run[:-2]) & (run[1:-1] > run[2:]))
    assert len(peaks) >= 5
    assert all(9 <= gap <= 13 for gap in np.diff(peaks))
    assert free_run(fit, 40, 30).times[0] == 1989
    assert free_run(fit, 40, 30).rmse == pytest.approx(16, abs=0.5)
    assert len(free_run(fit, 40, 30).values) == 20
    assert free_run(fit, 14, 30).times[0] == 1963
    assert free_run(fit, 14, 30).rmse == pytest.approx(43, abs=0.5)


def test_the_cycles_take_9_to_14_years(lesson):
    series = fit_of(lesson, "free").series
    values = series.values
    lows = [k for k in range(4, len(values) - 4) if values[k] == values[k - 4 : k + 5].min()]
    gaps = np.diff([series.times[k] for k in lows])
    gaps = gaps[gaps > 1]  # two lowest years side by side are one low
    assert (gaps.min(), gaps.max()) == (9, 14)
    assert gaps.mean() == pytest.approx(11, abs=0.5)


def test_who_is_ahead_at_which_lead(lesson):
    found = by_lead(fit_of(lesson, "leads"), 22)
    assert [round(float(found.naive[k - 1])) for k in (1, 5, 11)] == [33, 99, 34]
    assert found.naive[4] > 1.5 * found.mean[4]
    assert found.seasonal is not None
    others = np.min([found.naive, found.mean, found.seasonal], axis=0)
    assert (found.network[:6] < others[:6]).all()
    for lead in (7, 8, 9):
        assert found.seasonal[lead - 1] < found.network[lead - 1]
        assert found.network[lead - 1] < min(found.naive[lead - 1], found.mean[lead - 1])
    assert round(float(found.seasonal[7])) == 39
    assert round(float(found.network[7])) == 42
    assert (found.network - others)[6:].max() < 4
    window = by_lead(fit_of(lesson, "leads", cell="window"), 22).network
    assert [round(float(error)) for error in window[:2]] == [22, 34]


def test_one_unit_is_worse_than_the_naive_forecast(lesson):
    one = one_step(fit_of(lesson, "ahead", hidden_size=1))
    assert one.rmse > one.rmse_naive


def test_reading_the_lesson_trains_nothing(lesson):
    for exhibit in ("lines", "free", "leads"):
        values = block(lesson, exhibit).values
        assert shipped(FitSetup(cell=values["cell"])) is not None
    live, task = block(lesson, "live").values, task_of("sunspots")
    assert (live["length"], live["last"]) == (task.length, task.last)  # type: ignore[attr-defined]


def test_the_curve_to_be_drawn_swings(lesson):
    answer: Any = prediction(lesson, "naive-leads").answer
    found = by_lead(fit_of(lesson, "leads"), 22).naive
    assert np.abs(found - found.mean()).mean() / 110 > 1.5 * answer.within


def test_the_challenges_are_not_met_at_the_start_and_need_a_better_network(lesson):
    assert not met(lesson, "beats")
    assert not met(lesson, "own-beats")
    found = one_step(fit_of(lesson, "ahead", cell="gru", seed=1))
    assert found.rmse / found.rmse_naive < 0.6  # so "beats" can be met


def test_every_exhibit_but_the_live_one_has_a_picture(lesson):
    for one in lesson.blocks(ExhibitBlock):
        if one.name == "forecast":
            assert catalogue()[one.name].still(one.values, {})  # type: ignore[misc]


def test_no_picture_stands_beside_a_prediction_that_it_answers(lesson):
    asked_before: set[str] = set()
    for step in lesson.steps:
        ids = [one.id for one in step.blocks if isinstance(one, Prediction)]
        asked_before |= set(ids)
        for one in step.blocks:
            if isinstance(one, ExhibitBlock) and ids:
                assert one.after == ids[-1]
            elif isinstance(one, ExhibitBlock) and one.values["series"] != "own":
                assert one.id == "ahead"
                assert {"seasonal", "ratio"} <= asked_before


def test_solved_means_under_every_naive_line():
    task = task_of("sunspots")
    assert task.goal == min(line.value for line in task.lines())
    assert not task.higher_is_better
    assert len(task.lines()) > 2
