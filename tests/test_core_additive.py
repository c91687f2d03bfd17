"""The additive model against closed forms, an integrator of its own, and the core's RNN."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core import additive, rnn
from rnn_core.additive import AdditiveSetup

PULSE = (1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
PAIR = AdditiveSetup(PULSE, weight=1.2, units=2, turn=60.0)
SETUPS = [AdditiveSetup(PULSE), AdditiveSetup(PULSE, 0.5), AdditiveSetup(PULSE, -2.0), PAIR]


def by_heun(setup: AdditiveSetup, per_unit: int) -> np.ndarray:
    """The state at the end, by a second-order method that shares nothing with the core's."""
    matrix, a, step = setup.matrix, [0.0] * setup.units, 1.0 / per_unit

    def slope(state, x):
        return [
            -state[i]
            + sum(matrix[i, j] * math.tanh(state[j]) for j in range(setup.units))
            + (x if i == 0 else 0.0)
            for i in range(setup.units)
        ]

    for x in setup.inputs:
        for _ in range(per_unit):
            first = slope(a, x)
            there = [v + step * k for v, k in zip(a, first, strict=True)]
            second = slope(there, x)
            both = zip(a, first, second, strict=True)
            a = [v + step * (k + m) / 2 for v, k, m in both]
    return np.array(a)


def test_a_leak_follows_the_exponentials_that_solve_it():
    path = additive.reference(AdditiveSetup(PULSE))
    for t in (0.5, 1.0, 3.0, 5.0, 8.0):
        rise = 1 - math.exp(-min(t, 3.0))
        due = rise if t <= 3 else rise * math.exp(-(t - 3))
        at = round(t * additive.FINE_STEPS)
        assert path.times[at] == t
        assert path.states[at, 0] == pytest.approx(due, abs=1e-13)


@pytest.mark.parametrize("setup", SETUPS[1:], ids=["excites", "inhibits", "pair"])
def test_the_reference_is_where_extrapolated_heun_ends(setup):
    coarse, fine = by_heun(setup, 100), by_heun(setup, 200)
    extrapolated = fine + (fine - coarse) / 3  # Richardson, order 2
    np.testing.assert_allclose(additive.reference(setup).states[-1], extrapolated, atol=2e-6)


def test_the_steady_state_solves_a_equals_w_tanh_a_plus_x():
    end = additive.reference(AdditiveSetup((0.7,) * 40, weight=0.8)).states[-1, 0]
    assert end == pytest.approx(0.8 * math.tanh(end) + 0.7, abs=1e-9)


@pytest.mark.parametrize("scheme", additive.SCHEMES)
@pytest.mark.parametrize("setup", SETUPS, ids=["leak", "excites", "inhibits", "pair"])
def test_halving_the_step_halves_the_error(setup, scheme):
    sizes = list(additive.errors(setup, scheme).values())
    ratios = [a / b for a, b in zip(sizes[-3:], sizes[-2:], strict=False)]
    assert ratios == pytest.approx([2.0, 2.0], rel=0.02)


def test_the_error_of_one_leak_is_the_distance_of_two_powers():
    """Constant x = 1: Euler's a_n is 1 - (1 - Δ)^n, the solution 1 - e^{-nΔ}."""
    setup = AdditiveSetup((1.0,) * 4)
    due = max(abs(0.75**n - math.exp(-0.25 * n)) for n in range(17))
    assert additive.error(setup, 0.25) == pytest.approx(due, abs=1e-13)
    implicit = max(abs(1.25**-n - math.exp(-0.25 * n)) for n in range(17))
    assert additive.error(setup, 0.25, "implicit") == pytest.approx(implicit, abs=1e-13)


@given(
    weight=st.floats(-3, 3),
    turn=st.floats(0, 180),
    units=st.integers(1, 2),
    inputs=st.lists(st.floats(-3, 3), min_size=1, max_size=8),
)
def test_a_step_of_one_time_constant_is_the_core_s_rnn(weight, turn, units, inputs):
    setup = AdditiveSetup(tuple(inputs), weight, units, turn)
    zeros = np.zeros(units)
    trace = rnn.forward(
        {
            "weight_ih": setup.drive[:, None],
            "weight_hh": setup.matrix,
            "bias_ih": zeros,
            "bias_hh": zeros,
        },
        np.array(inputs)[:, None, None],
        np.zeros((1, units)),
    )
    states = additive.euler(setup, 1.0).states[1:]
    np.testing.assert_allclose(states, trace.preactivation[:, 0], atol=1e-12)
    np.testing.assert_allclose(np.tanh(states), trace.hidden[:, 0], atol=1e-12)
    whole = additive.truncated(setup, len(inputs))
    np.testing.assert_allclose(whole, trace.hidden[:, 0], atol=1e-12)


@pytest.mark.parametrize("kept", [1, 3, 5])
def test_a_truncated_state_is_that_of_a_fresh_run_over_its_own_inputs(kept):
    found = additive.truncated(PAIR, kept)
    for t in range(len(PULSE)):
        h = np.zeros(2)
        for x in PULSE[max(0, t - kept + 1) : t + 1]:
            h = np.tanh(PAIR.matrix @ h + np.array([x, 0.0]))
        np.testing.assert_allclose(found[t], h, atol=1e-14)


def test_what_truncation_loses_is_bounded_by_the_weight_s_power():
    """tanh contracts, so ‖h_t - cut h_t‖ ≤ |w|^K ‖h_{t-K}‖, here |w|^K at the most."""
    lost = additive.truncation_errors(AdditiveSetup(PULSE * 2, weight=0.6))
    for kept, size in enumerate(lost, start=1):
        assert size <= 0.6**kept
    assert lost[0] > 0.3
    assert lost[-1] == 0.0


def test_a_latch_is_lost_however_much_is_unrolled_unless_all_is():
    lost = additive.truncation_errors(AdditiveSetup((1.0,) + (0.0,) * 9, weight=2.0))
    assert (lost[:-1] > 0.9).all()
    assert lost[-1] == 0.0


@pytest.mark.parametrize(
    ("step", "weight", "due"), [(0.5, 0.0, 0.5), (2.5, 0.0, 1.5), (1.0, -2.0, 2.0), (1.0, 0.5, 0.5)]
)
def test_the_growth_of_one_unit_is_one_plus_step_times_weight_less_one(step, weight, due):
    assert additive.growth(AdditiveSetup(PULSE, weight), step) == pytest.approx(due)


@pytest.mark.parametrize("scheme", additive.SCHEMES)
def test_a_small_distance_grows_as_said(scheme):
    setup = AdditiveSetup((1e-7,) + (0.0,) * 7, weight=1.5, units=2, turn=50.0)
    states = additive.euler(setup, 0.5, scheme).states
    sizes = np.linalg.norm(states[3:], axis=1)
    np.testing.assert_allclose(
        sizes[1:] / sizes[:-1], additive.growth(setup, 0.5, scheme), rtol=1e-6
    )


def test_an_explicit_leak_runs_away_beyond_two_time_constants_and_an_implicit_one_never():
    held = AdditiveSetup((1.0,) * 16)
    assert np.abs(additive.euler(held, 2.5).states).max() > 10
    assert additive.euler(held, 2.5, "implicit").states.max() <= 1.0
    assert additive.euler(held, 2.0).states[:, 0].tolist() == [0, 2, 0, 2, 0, 2, 0, 2, 0]


def test_a_step_that_misses_the_reference_s_points_is_named():
    with pytest.raises(ValueError, match=r"whole number of 512ths; got 0\.3"):
        additive.error(AdditiveSetup(PULSE), 0.3)
    with pytest.raises(ValueError, match="step must be greater than 0"):
        additive.euler(AdditiveSetup(PULSE), 0.0)
    with pytest.raises(ValueError, match="scheme must be one of explicit, implicit"):
        additive.euler(AdditiveSetup(PULSE), 0.5, "other")
    with pytest.raises(ValueError, match="inputs must hold at least one"):
        AdditiveSetup(())
