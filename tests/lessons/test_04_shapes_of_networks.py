"""Lesson 4, run: the loss mask is the only difference, and what it does to the gradients."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exhibits.catalogue import catalogue, declarations
from exhibits.pieces import layouts
from lessons.lesson import Challenge, CurveAnswer, ExhibitBlock, NumberAnswer, Prediction
from lessons.reader import read_bytes
from rnn_core import Run, run
from rnn_core.layouts import LAYOUTS

FILE = Path(__file__).parents[2] / "lessons" / "04-shapes-of-networks.md"
DECLARED = catalogue()["layouts"].declaration


@pytest.fixture(scope="module")
def lesson():
    return read_bytes(FILE.read_bytes(), FILE.name, declarations(), evaluate=True)


def block_of(lesson, exhibit: str) -> ExhibitBlock:
    return next(b for b in lesson.blocks(ExhibitBlock) if b.id == exhibit)


def values_of(lesson, exhibit: str, **changed) -> dict:
    return {**block_of(lesson, exhibit).values, **changed}


def run_of(values) -> Run:
    return run(layouts._setup(values, layouts._layout(values)))


def gradients(recorded: Run) -> np.ndarray:
    """‖∂L/∂h_t‖ by the lesson's own recursion, from the states and weights of the run."""
    w_hh, w_out = recorded.weights["weight_hh_l0"], recorded.weights["readout.weight"]
    hidden, mask = recorded.layers[0].hidden[:, 0], recorded.loss_mask
    gap = recorded.output[:, 0] - recorded.targets[:, 0]
    back, norms = np.zeros(hidden.shape[1]), []
    for t in reversed(range(len(hidden))):
        back = mask[t] * (w_out.T @ gap[t]) + back
        norms.append(np.linalg.norm(back))
        back = w_hh.T @ ((1.0 - hidden[t] ** 2) * back)
    return np.array(norms[::-1])


def test_the_loss_mask_is_the_only_difference_between_the_layouts(lesson):
    values = values_of(lesson, "forward")
    assert values["inputs"] == "all"
    setups = [
        layouts._setup(values, layouts._layout({**values, "layout": name})) for name in LAYOUTS
    ]
    masks = {setup.loss_steps for setup in setups}
    assert len(masks) == 4  # one to many and aligned have the same
    assert len({replace(setup, loss_steps="all") for setup in setups}) == 1
    runs = [run(setup) for setup in setups]
    for one in runs:
        np.testing.assert_array_equal(one.inputs, runs[0].inputs)
        np.testing.assert_array_equal(one.layers[0].hidden, runs[0].layers[0].hidden)
        np.testing.assert_array_equal(one.output, runs[0].output)
        for name, value in one.weights.items():
            np.testing.assert_array_equal(value, runs[0].weights[name])
    norms = {layouts._norms_of(setup).tobytes() for setup in setups}
    assert len(norms) == 4


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_gradients_are_those_of_the_lesson_s_recursion(lesson, layout):
    values = values_of(lesson, "one", layout=layout)
    shown, _ = layouts._norms(values)
    np.testing.assert_allclose(shown, gradients(run_of(values)), rtol=1e-10, atol=1e-18)


def test_the_numbers_in_the_prose_are_those_of_the_network(lesson):
    aligned = gradients(run_of(values_of(lesson, "one")))
    assert aligned.max() / aligned.min() < 5
    assert aligned[0] == pytest.approx(0.23, abs=0.005)
    last = gradients(run_of(values_of(lesson, "one", layout="many-to-one")))
    assert last[7] == aligned[7] == pytest.approx(0.09, abs=0.005)
    assert last[0] == pytest.approx(0.001, abs=0.0002)
    assert (last[0] / last[7]) ** (1 / 7) == pytest.approx(0.5, abs=0.05)
    long = gradients(run_of(values_of(lesson, "one", layout="many-to-one", length=16)))
    assert long[15] == pytest.approx(0.07, abs=0.005)
    assert long[0] == pytest.approx(2e-5, rel=0.3)
    assert (long[0] / long[15]) ** (1 / 15) == pytest.approx(0.57, abs=0.005)


def test_of_the_gradient_at_step_0_most_comes_from_its_own_loss(lesson):
    aligned = run_of(values_of(lesson, "one"))
    first = run_of(values_of(lesson, "one", layout="one-to-one"))
    of_all, own = (one.layers[0].grad_hidden[0, 0] for one in (aligned, first))  # type: ignore[index]
    assert np.linalg.norm(of_all - own) < 0.2 * np.linalg.norm(of_all)


def test_six_of_eight_states_hear_of_losses_at_2_and_5(lesson):
    norms = gradients(run_of(values_of(lesson, "own")))
    assert (norms > 0).tolist() == [True] * 6 + [False] * 2


def test_every_prediction_s_right_answer_is_what_the_core_says(lesson):
    expected = {"reached": 6.0}
    values = values_of(lesson, "delay", layout="many-to-one", length=16)
    expected["sixteen"] = float(gradients(run_of(values))[0])
    for one in lesson.blocks(Prediction):
        values = {**block_of(lesson, one.exhibit).values, **one.changed}
        if isinstance(one.answer, NumberAnswer):
            value = DECLARED.measure(one.answer.measure).value(values, one.answer.at)
            assert value == pytest.approx(expected.pop(one.id), rel=1e-9)
        if isinstance(one.answer, CurveAnswer):
            found = DECLARED.curve(one.answer.curve).value(values, one.answer.at)
            np.testing.assert_allclose(found.y, gradients(run_of(values)), rtol=1e-9)
    assert not expected


def test_the_challenges_can_be_met_as_they_say(lesson):
    answers: dict[str, list[dict[str, Any]]] = {
        "many-to-one": [{"losses": (7,)}],
        "other-states": [{"inputs": "own", "layout": "one-to-many"}],
        "far": [{"layout": "delayed", "delay": delay} for delay in (6, 7, 8)],
    }
    for challenge in lesson.blocks(Challenge):
        start = block_of(lesson, challenge.exhibit).values
        for changed in answers.pop(challenge.id):
            assert not met(challenge, start)
            assert met(challenge, {**start, **changed}), (challenge.id, changed)
    assert not answers
    far = next(c for c in lesson.blocks(Challenge) if c.id == "far")
    delayed = values_of(lesson, "delay", layout="delayed")
    assert [d for d in range(16) if met(far, {**delayed, "delay": d})] == [6, 7, 8]


def met(challenge: Challenge, values) -> bool:
    found = []
    for condition in challenge.when:
        if condition.kind == "parameter":
            value = values[condition.name]
        else:
            value = DECLARED.measure(condition.name).value(values, condition.at)
        if condition.equals is not None:
            found.append(value == condition.equals)
        if condition.at_least is not None:
            found.append(value >= condition.at_least)
        if condition.at_most is not None:
            found.append(value <= condition.at_most)
    return all(found)
