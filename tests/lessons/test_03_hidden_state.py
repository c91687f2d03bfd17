"""Lesson 3, run: an edit reaches forward only, and small ones as far as the Jacobians say."""

from pathlib import Path

import numpy as np
import pytest

from exhibits.catalogue import declarations
from exhibits.stage_measures import run_of
from lessons.lesson import Challenge, CurveAnswer, ExhibitBlock, NumberAnswer, Prediction
from lessons.reader import read_bytes
from rnn_core import Run, nudge, state_jacobians

FILE = Path(__file__).parents[2] / "lessons" / "03-hidden-state.md"
STAGE = declarations()["stage"]


@pytest.fixture(scope="module")
def lesson():
    return read_bytes(FILE.read_bytes(), FILE.name, declarations(), evaluate=True)


def values_of(lesson, exhibit: str, **changed) -> dict:
    block = next(b for b in lesson.blocks(ExhibitBlock) if b.id == exhibit)
    checked = {name: STAGE.parameter(name).check(value) for name, value in changed.items()}
    return {**block.values, **checked}


def states(run: Run) -> np.ndarray:
    return run.layers[0].hidden[:, 0]


def prediction(lesson, name: str) -> Prediction:
    return next(p for p in lesson.blocks(Prediction) if p.id == name)


def asked(lesson, name: str, **at) -> float:
    """What the core says to a prediction of a number, or to the same at another place."""
    one = prediction(lesson, name)
    assert isinstance(one.answer, NumberAnswer)
    values = {**values_of(lesson, one.exhibit), **one.changed}
    return STAGE.measure(one.answer.measure).value(values, {**one.answer.at, **at})


def edit(step: int, value: str | float) -> list:
    return [{"kind": "input", "place": [step], "value": value}]


def rerun(run: Run, inputs: np.ndarray) -> np.ndarray:
    """The formula of the lesson's first step, as a loop."""
    w, h, found = run.weights, np.zeros(run.network.hidden_size), []
    for x in inputs:
        a = w["weight_ih_l0"] @ x + w["bias_ih_l0"] + w["weight_hh_l0"] @ h + w["bias_hh_l0"]
        h = np.tanh(a)
        found.append(h)
    return np.array(found)


@pytest.mark.parametrize("step", [0, 5, 12, 19, 21])
def test_an_edit_changes_no_earlier_state_and_every_later_one(lesson, step: int) -> None:
    before = states(run_of(values_of(lesson, "edited")))
    after = states(run_of(values_of(lesson, "edited", changes=edit(step, "g"))))
    assert np.array_equal(before[:step], after[:step])
    assert (np.abs(after - before)[step:].max(axis=-1) > 0).all()


def test_a_small_edit_moves_later_states_as_the_jacobians_say(lesson) -> None:
    """∂h_t/∂x_s as a product of the core's Jacobians, against central differences of a loop."""
    run = run_of(values_of(lesson, "line"))
    s, size = 5, 1e-5
    x = run.inputs[:, 0]
    direction = np.zeros(x.shape[1])
    direction[[run.alphabet.index("("), run.alphabet.index("[")]] = 1.0, -1.0
    up, down = x.copy(), x.copy()
    up[s] += size * direction
    down[s] -= size * direction
    slopes = (rerun(run, up) - rerun(run, down)) / (2 * size)
    assert not slopes[:s].any()
    moved = (1 - states(run)[s] ** 2) * (run.weights["weight_ih_l0"] @ direction)
    for t in range(s, len(x)):
        later = state_jacobians(run, 0, t).products[s]
        assert np.abs(later @ moved - slopes[t]).max() < 1e-8
    ripple = nudge(run, s, direction, 1e-4).layers[0]
    assert np.abs(ripple.predicted - 1e-4 * slopes).max() < 1e-12


def test_doubling_a_small_nudge_doubles_its_effect_and_a_large_one_does_not(lesson) -> None:
    before = states(run_of(values_of(lesson, "nudge")))
    assert run_of(values_of(lesson, "nudge")).inputs[10, 0, 0] == pytest.approx(0, abs=1e-12)

    def apart(size: float) -> float:
        after = states(run_of(values_of(lesson, "nudge", changes=edit(10, size))))
        return float(np.linalg.norm((after - before)[11]))

    assert apart(0.01) == pytest.approx(0.038, abs=0.0005)
    assert apart(0.02) == pytest.approx(0.076, abs=0.0005)
    assert apart(1.0) == pytest.approx(1.08, abs=0.005)
    assert asked(lesson, "double") == pytest.approx(apart(0.02), rel=1e-6)
    slope = (apart(1e-5) + apart(-1e-5)) / 2e-5
    assert slope == pytest.approx(3.84, abs=0.005)
    assert abs(1 - slope * 0.02 / apart(0.02)) == pytest.approx(0.015, abs=0.003)


def test_the_same_character_leaves_different_states(lesson) -> None:
    run = run_of(values_of(lesson, "line"))
    found = states(run)
    assert np.array_equal(run.inputs[3], run.inputs[12])
    assert np.abs(found[3] - found[12])[[0, 13, 14]].max() < 0.11
    assert (found[3, 15], found[12, 15]) == pytest.approx((-0.98, 0.12), abs=0.005)


def test_the_plane_s_path_circles_in_at_09_and_never_rests_at_13(lesson) -> None:
    for radius, resting in ((0.9, True), (1.3, False)):
        run = run_of(values_of(lesson, "plane", spectral_radius=radius))
        matrix = run.weights["weight_hh_l0"]
        eigenvalues = np.linalg.eigvals(matrix)
        assert np.abs(eigenvalues) == pytest.approx([radius, radius])
        assert (eigenvalues.imag != 0).all()
        bias = run.weights["bias_ih_l0"] + run.weights["bias_hh_l0"]
        start = states(run)[-1]
        far = start
        for _ in range(2000):
            far = np.tanh(matrix @ far + bias)
        moves = np.linalg.norm(np.tanh(matrix @ far + bias) - far)
        assert (moves < 1e-9) == resting
        if resting:
            assert np.abs(far).max() > 0.01
            apart = np.linalg.norm(states(run)[2:] - far, axis=-1)
            assert apart[-1] < 0.2 * apart[0]


def test_at_the_challenge_s_radius_the_state_is_at_rest_before_the_end(lesson) -> None:
    for radius in (0.05, 0.3, 0.6):
        found = states(run_of(values_of(lesson, "plane", spectral_radius=radius)))
        assert np.abs(found[-1] - found[20]).max() < 0.005


def test_seventeen_states_change_and_the_curve_is_what_the_lesson_says(lesson) -> None:
    assert asked(lesson, "how-many") == 17
    one = prediction(lesson, "fades")
    assert isinstance(one.answer, CurveAnswer)
    before = states(run_of(values_of(lesson, "felt")))
    for cell, first, last in (("rnn_tanh", 1.16, 0.025), ("lstm", 1.04, 0.366)):
        before = states(run_of(values_of(lesson, "felt", cell=cell)))
        after = states(run_of(values_of(lesson, "felt", cell=cell, changes=edit(5, "("))))
        apart = np.linalg.norm(after - before, axis=-1)
        assert (apart[5], apart[21]) == pytest.approx((first, last), abs=0.005)
        values = {**values_of(lesson, "felt", cell=cell), **one.changed}
        curve = STAGE.curve(one.answer.curve).value(values, one.answer.at)
        assert curve.y == pytest.approx(apart.tolist())


def met(lesson, name: str, exhibit: str, **changed) -> bool:
    challenge = next(c for c in lesson.blocks(Challenge) if c.id == name)
    values = values_of(lesson, exhibit, **changed)
    for one in challenge.when:
        found = STAGE.measure(one.name).value(values, one.at)
        if one.equals is not None and found != one.equals:
            return False
        if one.at_least is not None and found < one.at_least:
            return False
    return True


def test_both_edits_of_the_challenges_exist_and_others_do_not_meet_them(lesson) -> None:
    assert met(lesson, "three", "edited", changes=edit(19, "x"))
    assert not met(lesson, "three", "edited", changes=edit(18, "x"))
    assert met(lesson, "lasting", "felt", cell="lstm", changes=edit(1, "g"))
    assert met(lesson, "lasting", "felt", cell="rnn_tanh", changes=edit(3, "["))
    assert not met(lesson, "lasting", "felt", cell="rnn_tanh", changes=edit(1, "g"))
    assert not met(lesson, "lasting", "felt", cell="lstm", changes=edit(21, "("))
