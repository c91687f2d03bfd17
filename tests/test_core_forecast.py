"""Forecasts against hand calculation, and a training that beats the naive line."""

import math

import numpy as np
import pytest

from rnn_core.forecast import (
    Fit,
    FitSetup,
    by_lead,
    fit_of,
    free_run,
    one_step,
    rmse,
    series_of,
    shipped,
    trained,
)
from rnn_core.train import Trainer
from rnn_core.window import WindowNetwork

# A ramp of 30: the last 6 held out, windows of min(40, 24 // 3) = 8.
RAMP = FitSetup(numbers=tuple(float(k) for k in range(30)), season=4, cell="window", hidden_size=1)


def last_value(setup: FitSetup) -> Fit:
    """A "network" that says the last value again, to rounding: tanh is linear where it is small."""
    network = WindowNetwork(1, 1, 1, 1)
    small = 1e-5
    weights = {
        "hidden.weight": np.array([[small]]),
        "hidden.bias": np.zeros(1),
        "readout.weight": np.array([[1 / small]]),
        "readout.bias": np.zeros(1),
    }
    return Fit(setup, setup.task, network, weights)


def test_a_series_is_cut_and_scaled_by_its_training_part_alone():
    series = series_of(RAMP)
    assert (series.first_held_out, series.held_out, series.length) == (24, 6, 8)
    assert series.mean == pytest.approx(11.5)  # of 0 … 23
    assert series.deviation == pytest.approx(math.sqrt((24**2 - 1) / 12))
    np.testing.assert_allclose(series.mean + series.deviation * series.z, series.values)


def test_one_step_ahead_of_a_ramp_worked_by_hand():
    found = one_step(last_value(RAMP))
    assert found.times == (24, 25, 26, 27, 28, 29)
    np.testing.assert_array_equal(found.naive, [23, 24, 25, 26, 27, 28])
    np.testing.assert_array_equal(found.seasonal, [20, 21, 22, 23, 24, 25])
    np.testing.assert_allclose(found.network, found.naive, atol=1e-6)
    assert found.rmse_naive == pytest.approx(1.0)
    assert found.rmse_seasonal == pytest.approx(4.0)
    assert found.rmse == pytest.approx(1.0, abs=1e-6)


def test_a_free_run_reads_its_own_forecasts_and_the_last_season_again_and_again():
    found = free_run(
        last_value(RAMP), 2, 7
    )  # 24 and 25 are known, 26 to 29 come, then nobody knows
    assert found.times == (26, 27, 28, 29, 30, 31, 32)
    np.testing.assert_array_equal(found.values, [26, 27, 28, 29])
    np.testing.assert_allclose(found.network, 25.0, atol=1e-6)
    np.testing.assert_array_equal(found.naive, 25.0)
    np.testing.assert_array_equal(found.seasonal, [22, 23, 24, 25, 22, 23, 24])
    assert found.rmse == pytest.approx(math.sqrt((1 + 4 + 9 + 16) / 4), abs=1e-5)
    assert math.isnan(free_run(last_value(RAMP), 6, 3).rmse)


def test_the_error_by_lead_is_that_of_all_starts():
    found = by_lead(last_value(RAMP), 6)
    np.testing.assert_allclose(found.naive, [1, 2, 3, 4, 5, 6])
    np.testing.assert_allclose(found.network, found.naive, atol=1e-5)
    assert found.seasonal is not None
    np.testing.assert_allclose(found.seasonal, [4, 4, 4, 4, 8, 8])
    assert found.starts == (6, 5, 4, 3, 2, 1)
    assert found.mean[0] == pytest.approx(rmse(np.full(6, 11.5), np.arange(24.0, 30.0)))


def test_a_free_run_is_the_state_carried_on():
    """The whole past read anew at each step is the same as carrying the state."""
    from rnn_core import Network
    from rnn_core.propagate import forward

    fit = shipped(FitSetup(cell="gru"))
    assert fit is not None
    network = fit.network
    assert isinstance(network, Network)
    series, start = fit.series, fit.series.first_held_out
    window = series.z[start - series.length : start][:, None, None]
    (layer,) = forward(network, fit.weights, window)
    said = []
    for _ in range(5):
        y = layer.hidden[-1] @ fit.weights["readout.weight"].T + fit.weights["readout.bias"]
        said.append(series.mean + series.deviation * y.item())
        (layer,) = forward(network, fit.weights, y[None], layer.hidden[-1:])
    np.testing.assert_allclose(free_run(fit, 0, 5).network, said, atol=1e-9)


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn_tanh"])
def test_the_shipped_networks_beat_both_naive_lines(cell):
    fit = shipped(FitSetup(cell=cell))
    assert fit is not None
    found = one_step(fit)
    assert found.rmse < 0.65 * found.rmse_naive
    assert found.rmse_seasonal is not None
    assert found.rmse < found.rmse_seasonal
    lines = {line.name: line.value for line in fit.task.lines()}
    deviation = fit.series.deviation
    assert (found.rmse_naive / deviation) ** 2 == pytest.approx(lines["naive"])
    assert (found.rmse_seasonal / deviation) ** 2 == pytest.approx(lines["seasonal naive"])
    assert fit.held_out_loss < lines["linear"]


def test_a_new_training_beats_the_naive_forecast():
    setup = FitSetup(cell="rnn_tanh", seed=3, steps=150)
    assert shipped(setup) is None
    found = one_step(trained(setup))
    assert found.rmse < 0.8 * found.rmse_naive


def test_a_training_that_broke_is_no_fit_and_says_why():
    setup = FitSetup(cell="rnn_tanh", steps=5)
    broken = Trainer(setup.training)
    broken.status, broken.problem = "broken", "the loss is not finite after step 3"
    with pytest.raises(ValueError, match="the loss is not finite after step 3"):
        fit_of(setup, broken)


def test_a_series_of_ones_own_without_a_season_is_trained_and_has_no_seasonal_line():
    numbers = tuple(math.sin(2 * math.pi * k / 9) for k in range(120))
    fit = trained(FitSetup(numbers=numbers, cell="rnn_tanh", steps=80))
    found = one_step(fit)
    assert found.seasonal is None
    assert found.rmse_seasonal is None
    assert by_lead(fit, 3).seasonal is None
    assert found.rmse < 0.5 * found.rmse_naive


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"numbers": (1.0, 2.0)}, "number of values must be a whole number, 24 to 5000; got 2"),
        ({"cell": "irnn"}, "cell must be one of lstm, gru, rnn_tanh, window"),
        ({"steps": 0}, "steps must be a whole number"),
        ({"numbers": RAMP.numbers, "season": 16}, "season must be a whole number, 0 to 15"),
    ],
)
def test_what_cannot_be_forecast_is_said(changed, said):
    with pytest.raises(ValueError, match=said):
        FitSetup(**changed)


def test_a_series_that_never_moves_and_starts_that_are_not_there_are_said():
    with pytest.raises(ValueError, match="no spread"):
        series_of(FitSetup(numbers=(1.0,) * 30))
    with pytest.raises(ValueError, match="known must be a whole number, 0 to 6; got 7"):
        free_run(last_value(RAMP), 7, 1)
    with pytest.raises(ValueError, match="farthest must be a whole number, 1 to 6"):
        by_lead(last_value(RAMP), 7)
