"""Lesson 7, run: ρ^k exactly, what must vanish, what grows first, and every number in its prose."""

from typing import Any

import numpy as np
import pytest

from exhibits.catalogue import catalogue
from exhibits.lesson import challenge as challenges
from exhibits.training.configure import setups_of
from lessons.lesson import Challenge, CurveAnswer, ExhibitBlock, NumberAnswer
from rnn_core import run
from rnn_core.train.course import Measures, measure
from rnn_core.vanishing import Flow, flow, vanishing_setup
from tests.lessons.learning import Learned, train
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


def learned(lesson: Any, exhibit: str, **changed: Any) -> list[Learned]:
    """The trainings of an exhibit, its rivals after it."""
    return [train(one) for one in setups_of({**block(lesson, exhibit).values, **changed})]


def at_snapshot(made: Learned, step: int) -> Measures:
    return measure(made.setup, made.snapshots[step])


def share(found: Measures) -> float:
    """Of the gradient where the first answer stands, what comes back to step 0."""
    return float(found.grad_hidden[0] / found.grad_hidden[13])


def radius(made: Learned, step: int) -> float:
    recurrent = made.snapshots[step]["weight_hh_l0"].astype(float)
    return float(np.abs(np.linalg.eigvals(recurrent)).max())


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
        if exhibit.name == "vanishing"
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


def scores(made: Learned) -> dict[int, float]:
    return {step: score for step, _, score in made.held_out}


def test_what_arrives_before_training_is_as_the_prose_says(lesson):
    uniform, orthogonal = learned(lesson, "training", max_steps=110)
    assert uniform.setup.task.length == 16
    assert at_snapshot(uniform, 0).lags.tolist() == [[13, 13]]
    assert (radius(uniform, 0), radius(orthogonal, 0)) == pytest.approx((0.65, 1.0), abs=0.01)
    assert share(at_snapshot(uniform, 0)) == pytest.approx(0.0006, abs=5e-5)
    assert share(at_snapshot(orthogonal, 0)) == pytest.approx(0.2, abs=0.05)
    (identity, _) = learned(lesson, "training", start="identity", max_steps=300)
    assert (radius(identity, 0), share(at_snapshot(identity, 0))) == pytest.approx(
        (1.0, 0.2), abs=0.01
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_orthogonal_start_is_solved_while_the_uniform_one_is_at_chance(lesson, seed):
    uniform, orthogonal = learned(lesson, "training", max_steps=110, seed=seed)
    assert orthogonal.solved_at is not None
    assert 60 <= orthogonal.solved_at <= 110
    assert uniform.solved_at is None
    assert scores(uniform)[30] < 0.3
    if seed == 0:
        assert scores(orthogonal)[30] == pytest.approx(0.9, abs=0.03)
        assert orthogonal.solved_at == pytest.approx(70, abs=15)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_identity_keeps_the_gradient_and_is_not_solved_for_all_that(lesson, seed):
    (identity, _) = learned(lesson, "training", start="identity", max_steps=300, seed=seed)
    assert share(at_snapshot(identity, 0)) > 0.1
    assert identity.solved_at is None


def test_the_gradient_arrives_at_the_first_steps_before_the_loss_falls(lesson):
    """Seed 0, whose first 110 updates the challenge is about."""
    uniform, _ = learned(lesson, "training", max_steps=110)
    kept = sorted(uniform.snapshots)
    found = {step: at_snapshot(uniform, step) for step in kept}
    arrives = next(step for step in kept if share(found[step]) >= 0.1)
    falls = next(step for step in kept if np.nanmean(found[step].error) < 1.3)
    assert 36 <= arrives < falls <= 48
    assert radius(uniform, arrives) == pytest.approx(1.0, abs=0.03)
    assert radius(uniform, 48) == pytest.approx(1.4, abs=0.05)
    assert found[48].hidden.mean() > 2 * found[36].hidden.mean()
    assert share(found[30]) < 0.01
    assert np.nanmean(found[30].error) == pytest.approx(np.log(4), abs=0.02)
    assert np.log(4) == pytest.approx(1.39, abs=0.005)


def test_the_challenge_of_the_training_asks_for_that_moment(lesson):
    (one,) = (c for c in lesson.blocks(Challenge) if c.id == "first-light")
    exhibit = block(lesson, one.exhibit)
    declared = catalogue()[exhibit.name].declaration
    for at, done in ((20, False), (40, True), (44, True), (60, False)):
        assert challenges.met(one, declared, exhibit.values, {"at": at}) is done
    assert not challenges.met(one, declared, exhibit.values, {})
