"""Lesson 5, run: Euler's method is of order 1, its step of τ is the RNN, what a cut loses."""

import math
from typing import Any

import numpy as np
import pytest

from exhibits.pieces.euler import STOPS
from rnn_core import rnn
from rnn_core.additive import AdditiveSetup, error, euler, growth, reference, truncation_errors
from tests.lessons.reading import asked, block, met, read


@pytest.fixture(scope="module")
def lesson() -> Any:
    return read("05-from-differential-equations.md")


def setup_of(lesson: Any, exhibit: str, **changed: Any) -> AdditiveSetup:
    values = {**block(lesson, exhibit).values, **changed}
    return AdditiveSetup(values["inputs"], values["weight"], values["units"], values["turn"])


@pytest.mark.parametrize("exhibit", ["order", "hears-itself", "one-tau"])
def test_halving_the_euler_step_halves_the_error(lesson, exhibit):
    setup = setup_of(lesson, exhibit)
    for step in (1 / 32, 1 / 64, 1 / 128):
        assert error(setup, step) / error(setup, step / 2) == pytest.approx(2.0, rel=0.02)


def test_the_error_is_that_of_powers_against_exponentials(lesson):
    """Lesson's own pulse, its closed forms by hand: rise to 3 τ, then decay."""
    setup = setup_of(lesson, "order")
    assert setup.inputs == (1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for step, said in ((1 / 16, 0.012), (1 / 8, 0.024), (1 / 32, 0.0058), (1 / 64, 0.0029)):
        up, off = round(3 / step), []
        for n in range(round(8 / step) + 1):
            rise, t = min(n, up), n * step
            ours = (1 - (1 - step) ** rise) * (1 - step) ** (n - rise)
            due = (1 - math.exp(-min(t, 3))) * math.exp(-max(t - 3, 0))
            off.append(abs(ours - due))
        assert error(setup, step) == pytest.approx(max(off), abs=1e-12)
        assert max(off) == pytest.approx(said, rel=0.04)


def test_a_step_of_tau_is_the_rnn_a_its_preactivation_and_h_what_is_heard(lesson):
    setup = setup_of(lesson, "one-tau")
    step = block(lesson, "one-tau").values["step"]
    zero = np.zeros(1)
    weights = {
        "weight_ih": np.ones((1, 1)),
        "weight_hh": np.array([[setup.weight]]),
        "bias_ih": zero,
        "bias_hh": zero,
    }
    trace = rnn.forward(weights, np.array(setup.inputs)[:, None, None], np.zeros((1, 1)))
    a = euler(setup, step).states[1:]
    np.testing.assert_allclose(a, trace.preactivation[:, 0], atol=1e-14)
    np.testing.assert_allclose(np.tanh(a), trace.hidden[:, 0], atol=1e-14)


def test_the_numbers_in_the_prose_are_the_core_s(lesson):
    assert asked(lesson, "two-steps") == 0.75
    assert asked(lesson, "half") == pytest.approx(0.0029, abs=5e-5)
    assert asked(lesson, "overshoot") == pytest.approx(1.5)
    assert asked(lesson, "faithful") == pytest.approx(2.0)
    assert asked(lesson, "lost") == pytest.approx(0.96, abs=0.005)


def test_a_latch_rests_at_a_equals_two_tanh_a(lesson):
    rest = reference(setup_of(lesson, "hears-itself", weight=2.0)).states[-1, 0]
    assert rest == pytest.approx(1.915, abs=0.02)
    settled = 1.0
    for _ in range(200):
        settled = 2 * math.tanh(settled)
    assert settled == pytest.approx(1.915, abs=5e-4)
    assert abs(rest - settled) < 0.02


def test_the_unit_that_falls_silent_flips_as_an_rnn(lesson):
    setup = setup_of(lesson, "one-tau", weight=-2.0)
    assert abs(reference(setup).states[-1, 0]) < 1e-4
    end = euler(setup, 1.0).states[-4:, 0]
    assert (np.abs(end) > 1.9).all()
    assert (np.sign(end) == [1, -1, 1, -1]).all() or (np.sign(end) == [-1, 1, -1, 1]).all()


def test_every_preset_does_as_it_says(lesson):
    runaway = {one.name: one for one in block(lesson, "runaway").presets}
    factors = {
        name: growth(setup_of(lesson, "runaway"), one.changed["step"], one.changed["scheme"])
        for name, one in runaway.items()
    }
    assert [round(factor, 3) for factor in factors.values()] == [0.0, 1.0, 0.286]
    for name, one in runaway.items():
        assert (factors[name] < 1) is one.good
    for one in block(lesson, "cut").presets:
        kept = one.changed["kept"]
        lost = truncation_errors(setup_of(lesson, "cut", **one.changed))[kept - 1]
        assert bool(lost < 0.03) is one.good


def test_what_is_lost_keeps_within_the_bound(lesson):
    setup = setup_of(lesson, "cut")
    for kept, lost in enumerate(truncation_errors(setup), start=1):
        assert lost <= setup.weight**kept


def test_the_challenges_can_be_met_and_are_not_met_at_the_start(lesson):
    for name in ("past-one", "settles-too", "enough"):
        assert not met(lesson, name)
    at = {step: met(lesson, "hundredth", step=step) for step in STOPS if step >= 1 / 32}
    assert [step for step, done in at.items() if done] == [1 / 16]
    for step in (1.5, 1.75):
        assert met(lesson, "past-one", step=step)
    assert not met(lesson, "past-one", step=2.0)
    assert not met(lesson, "past-one", step=2.0, scheme="implicit")
    assert met(lesson, "settles-too", weight=-2.0, step=0.5)
    assert not met(lesson, "settles-too", weight=-2.0, step=0.75)
    assert met(lesson, "enough", kept=7)
    assert not met(lesson, "enough", kept=6)
    assert not met(lesson, "enough", kept=8)
