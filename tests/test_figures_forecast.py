"""The pictures of forecasts, by the numbers that they draw."""

import numpy as np
import pytest

from figures.drawing import MAX_HEADLINE, MAX_SUBTITLE
from figures.forecast import draw_free_run, draw_leads, draw_one_step
from rnn_core.forecast import FitSetup, by_lead, free_run, one_step, shipped, trained

FIT = shipped(FitSetup(cell="gru")) or trained(FitSetup(cell="gru"))


def named(drawing, name):
    return next(one for one in drawing.figure.data if one.name == name)


def test_every_held_out_year_is_drawn_with_all_that_was_said_of_it():
    drawing, found = draw_one_step(FIT), one_step(FIT)
    for name, values in (
        ("network", found.network),
        ("naive", found.naive),
        ("seasonal naive", found.seasonal),
    ):
        line = named(drawing, name)
        assert list(line.x) == list(range(1949, 2009))
        np.testing.assert_array_equal(line.y, values)
    truth = named(drawing, "what came")
    assert (truth.x[0], truth.x[-1]) == (1909, 2008)
    assert truth.y[list(truth.x).index(1957)] == 190.2
    held = drawing.figure.layout.shapes[0]
    assert (held.x0, held.x1) == (1948.5, 2008.5)
    assert f"error {found.rmse:.3g}" in drawing.figure.layout.title.text


def test_a_free_run_begins_at_its_line_and_may_go_beyond_what_is_known():
    drawing, found = draw_free_run(FIT, 50, 20), free_run(FIT, 50, 20)
    line = named(drawing, "network")
    assert list(line.x) == list(range(1999, 2019))
    np.testing.assert_array_equal(line.y, found.network)
    assert drawing.figure.layout.shapes[1].x0 == 1998.5
    assert drawing.figure.layout.xaxis.range[1] == 2018.5
    assert "over 10 steps" in drawing.figure.layout.title.text
    assert np.isnan(drawing.columns["value"][10])
    future = draw_free_run(FIT, 60, 5)
    assert "nobody knows yet" in future.figure.layout.title.text


def test_the_axis_of_values_stays_as_it_is():
    shown = [draw_one_step(FIT), draw_free_run(FIT, 0, 60), draw_free_run(FIT, 40, 10)]
    assert len({tuple(drawing.figure.layout.yaxis.range) for drawing in shown}) == 1


def test_leads_are_counted_from_one_and_who_is_ahead_is_said():
    drawing, found = draw_leads(FIT, 22), by_lead(FIT, 22)
    line = named(drawing, "network")
    assert list(line.x) == list(range(1, 23))
    np.testing.assert_array_equal(line.y, found.network)
    np.testing.assert_array_equal(named(drawing, "the mean").y, found.mean)
    assert found.seasonal is not None
    others = np.min([found.naive, found.mean, found.seasonal], axis=0)
    ahead = int(np.flatnonzero(found.network > others)[0])
    assert f"ahead of all lines up to {ahead} steps" in drawing.figure.layout.title.text


def test_a_series_without_a_season_has_no_line_for_one():
    setup = FitSetup(numbers=tuple(float(k % 5) for k in range(40)), cell="rnn_tanh", steps=5)
    fit = trained(setup)
    for drawing in (draw_one_step(fit), draw_free_run(fit, 0, 3), draw_leads(fit, 4)):
        assert "seasonal naive" not in [one.name for one in drawing.figure.data]
        assert drawing.to_csv()
    assert draw_one_step(fit).figure.layout.xaxis.title.text == "place in the series"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_titles_fit_a_phone(theme):
    for drawing in (
        draw_one_step(FIT, theme=theme),
        draw_free_run(FIT, 0, 60, theme=theme),
        draw_leads(FIT, 22, theme=theme),
    ):
        headline, _, below = drawing.figure.layout.title.text.partition("<br>")
        assert len(headline) - len("<b></b>") <= MAX_HEADLINE
        assert len(below.split(">")[1].split("<")[0]) <= MAX_SUBTITLE
