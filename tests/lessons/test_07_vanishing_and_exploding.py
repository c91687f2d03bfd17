"""Lesson 7, run: ρ^k exactly, what must vanish, what grows first, and every number in its prose."""

from typing import Any

import numpy as np
import pytest

from exhibits.catalogue import catalogue
from lessons.lesson import CurveAnswer, ExhibitBlock, NumberAnswer
from rnn_core import run
from rnn_core.vanishing import Flow, flow, vanishing_setup
from tests.lessons.reading import block, met, prediction, read

FIELDS = (
    "cell",
    "spectral_radius",
    "recurrent_init",
    "length",
    "hidden_size",
    "seed",
    "input_scale",
)


@pytest.fixture(scope="module")
def lesson() -> Any:
    return read("07-vanishing-and-exploding.md")


def flow_of(lesson: Any, exhibit: str, **changed: Any) -> Flow:
    values = {**block(lesson, exhibit).values, **changed}
    return flow(vanishing_setup(*(values[name] for name in FIELDS)))


@pytest.mark.parametrize("radius", [0.5, 0.9, 1.0, 1.5])
def test_the_first_exhibits_norm_is_rho_to_the_k_exactly(lesson, radius):
    found = flow_of(lesson, "line", spectral_radius=radius)
    np.testing.assert_allclose(found.hidden, radius ** np.arange(39.0, -1.0, -1.0), rtol=1e-12)


def test_the_first_question_is_answered_by_point_nine_to_the_39th(lesson):
    asked = prediction(lesson, "ninety-percent")
    assert isinstance(asked.answer, NumberAnswer)
    values = {**block(lesson, asked.exhibit).values, **asked.changed}
    measure = catalogue()["vanishing"].declaration.measure(asked.answer.measure)
    assert measure.value(values, asked.answer.at) == pytest.approx(0.9**39)
    assert pytest.approx(0.016, abs=5e-4) == 0.9**39


def test_a_vanished_gradient_leaves_that_of_the_weights_as_large_as_its_last_terms(lesson):
    """The terms of the first steps are 10^-12 of the last one's, and the sum is of its size."""
    values = block(lesson, "share").values
    made = run(vanishing_setup(*(values[name] for name in FIELDS)))
    delta, trace = made.layers[0].grad_preactivation, made.layers[0]
    assert delta is not None
    terms = [np.outer(delta[t, 0], trace.hidden[t - 1, 0]) for t in range(1, 40)]
    norms = [float(np.linalg.norm(term)) for term in terms]
    whole = float(np.linalg.norm(made.grad_weights["weight_hh_l0"]))
    np.testing.assert_allclose(np.sum(terms, axis=0), made.grad_weights["weight_hh_l0"])
    assert norms[0] / norms[-1] < 1e-11
    assert 0.5 < whole / norms[-1] < 3
    assert prediction(lesson, "still-large").answer.answer == 1  # type: ignore[union-attr]


def test_a_loud_input_makes_tanh_take_what_an_orthogonal_matrix_keeps(lesson):
    found = flow_of(lesson, "two-factors")
    assert found.slopes is not None
    assert found.by_matrix is not None
    np.testing.assert_allclose(found.by_matrix, 1.0, rtol=1e-12)
    assert found.slopes[1:].mean() == pytest.approx(0.58, abs=0.005)
    assert found.per_step == pytest.approx(0.64, abs=0.005)
    assert found.hidden[0] == pytest.approx(3e-8, rel=0.2)
    assert pytest.approx(6e-10, rel=0.02) == 0.58**39
    answer = prediction(lesson, "loud").answer
    assert isinstance(answer, CurveAnswer)
    # A flat guess is wrong: its mean distance is a larger share of the axis than is allowed.
    assert np.abs(np.log10(found.hidden)).mean() / 20 > 2 * answer.within


def test_a_chain_of_halves_grows_to_five_before_it_vanishes(lesson):
    found = flow_of(lesson, "not-normal")
    assert (found.radius, found.largest) == pytest.approx((0.5, 1.476), abs=1e-3)
    assert int(found.hidden[::-1].argmax()) == 15
    assert found.hidden.max() == pytest.approx(5.2, abs=0.05)
    assert found.hidden[0] == pytest.approx(2e-8, rel=0.3)
    louder = flow_of(lesson, "not-normal", spectral_radius=0.7).hidden[::-1]
    assert (int(louder.argmax()), louder.max()) == (24, pytest.approx(200, abs=1))


def test_where_sigma_times_gamma_is_below_one_every_step_shrinks_it(lesson):
    for cell in ("rnn_tanh", "rnn_linear", "rnn_relu"):
        found = flow_of(lesson, "line", cell=cell, spectral_radius=0.95)
        assert found.largest == pytest.approx(0.95)
        assert (found.growth <= 0.95 * (1 + 1e-9)).all()


def test_a_fresh_gru_fades_faster_than_the_rnn_and_the_lstms_cell_state_slowest(lesson):
    rnn, gru, lstm = (flow_of(lesson, "gates", cell=c) for c in ("rnn_tanh", "gru", "lstm"))
    assert rnn.hidden[0] == pytest.approx(0.003, abs=0.0005)
    assert gru.hidden[0] == pytest.approx(4e-6, rel=0.1)
    assert lstm.cell is not None
    assert lstm.cell[0] ** (1 / 39) == pytest.approx(0.9, abs=0.02)
    trace = run(vanishing_setup("gru", 1.0)).layers[0]
    assert trace.update_gate.mean() == pytest.approx(0.5, abs=0.1)  # type: ignore[attr-defined]


def test_presets_do_as_they_say(lesson):
    ends = {
        (exhibit.id, preset.name): float(flow_of(lesson, exhibit.id, **preset.changed).hidden[0])
        for exhibit in lesson.blocks(ExhibitBlock)
        for preset in exhibit.presets
    }
    assert ends["line", "ρ = 1: kept"] == pytest.approx(1.0)
    assert ends["line", "ρ = 0.5: vanishes"] == pytest.approx(2e-12, rel=0.1)
    assert ends["line", "ρ = 1.5: explodes"] == pytest.approx(7e6, rel=0.1)
    assert ends["two-factors", "Quiet input"] > 1e4 * ends["two-factors", "Very loud input"]
    assert ends["two-factors", "ρ = 2, quiet"] < 1e3 < 2.0**39
    assert ends["gates", "RNN relu"] < 1e-5


def test_the_challenges_can_be_met_and_are_not_met_at_the_start(lesson):
    for name in ("ten-steps", "balance", "drawn"):
        assert not met(lesson, name)
    stops = [k / 20 for k in range(1, 41)]
    assert [r for r in stops if met(lesson, "a-thousandth", spectral_radius=r)] == [0.85]
    assert [r for r in stops if met(lesson, "ten-steps", spectral_radius=r)] == [0.65, 0.7]
    quiet = {"input_scale": 0.5}
    balanced = [r for r in stops if met(lesson, "balance", spectral_radius=r, **quiet)]
    assert 1.45 in balanced
    assert not met(lesson, "balance", spectral_radius=1.45, input_scale=10.0)
    drawn = {"recurrent_init": "uniform"}
    assert met(lesson, "drawn", spectral_radius=0.8, **drawn)
    assert flow_of(lesson, "not-normal", spectral_radius=0.8, **drawn).largest == pytest.approx(
        1.09, abs=0.005
    )
