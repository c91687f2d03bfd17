"""Lesson 2, run: 13 parameters at every length, one set of weights, a loop that is a row."""

import numpy as np
import pytest
import torch

from exhibits.catalogue import catalogue
from exhibits.pieces import unroll
from lessons.lesson import Challenge, CurveAnswer, ExhibitBlock, Prediction
from rnn_core import Run, run
from tests.lessons.reading import asked, read


@pytest.fixture(scope="module")
def lesson():
    return read("02-unrolling.md")


def values_of(lesson, exhibit: str) -> dict:
    found = next(b for b in lesson.blocks(ExhibitBlock) if b.id == exhibit)
    return dict(found.values)


def run_of(lesson, **changed) -> Run:
    return run(unroll._setup({**values_of(lesson, "loop"), **changed}))


@pytest.mark.parametrize("length", [2, 3, 6, 12])
def test_two_inputs_two_units_one_output_are_thirteen_free_numbers_at_every_length(lesson, length):
    """Counted on the run itself: its weights, less one of each two biases that are only added."""
    recorded = run_of(lesson, length=length)
    assert len(recorded.layers[0].hidden) == length
    shapes = {name: value.shape for name, value in recorded.weights.items()}
    assert shapes == {
        "weight_ih_l0": (2, 2),
        "weight_hh_l0": (2, 2),
        "bias_ih_l0": (2,),
        "bias_hh_l0": (2,),
        "readout.weight": (1, 2),
        "readout.bias": (1,),
    }
    stored = sum(value.size for value in recorded.weights.values())
    assert (stored, stored - shapes["bias_hh_l0"][0]) == (15, 13)


def test_only_the_sum_of_the_two_biases_has_an_effect(lesson):
    recorded = run_of(lesson)
    weights = {name: value.copy() for name, value in recorded.weights.items()}
    weights["bias_ih_l0"] += 1.0
    weights["bias_hh_l0"] -= 1.0
    for before, after in zip(
        looped(recorded, recorded.weights), looped(recorded, weights), strict=True
    ):
        np.testing.assert_allclose(before, after, atol=1e-14)


def looped(recorded: Run, weights) -> tuple[np.ndarray, np.ndarray]:
    """The lesson's formula as a loop over one cell, written out here."""
    state, states, outputs = np.zeros(2), [], []
    for x in recorded.inputs[:, 0]:
        state = np.tanh(
            weights["weight_ih_l0"] @ x
            + weights["bias_ih_l0"]
            + weights["weight_hh_l0"] @ state
            + weights["bias_hh_l0"]
        )
        states.append(state)
        outputs.append(weights["readout.weight"] @ state + weights["readout.bias"])
    return np.array(states), np.array(outputs)


def test_the_row_is_the_loop(lesson):
    recorded = run_of(lesson)
    states, outputs = looped(recorded, recorded.weights)
    np.testing.assert_allclose(recorded.layers[0].hidden[:, 0], states, atol=1e-14)
    np.testing.assert_allclose(recorded.output[:, 0], outputs, atol=1e-14)
    due = np.cumsum(recorded.inputs[:, 0, 0] * recorded.inputs[:, 0, 1])
    np.testing.assert_allclose(recorded.losses[:, 0], 0.5 * (outputs[:, 0] - due) ** 2, atol=1e-14)
    assert recorded.loss == pytest.approx(recorded.losses.sum())


def test_pytorch_stores_fifteen_of_the_lesson_s_network_and_forty_six_of_the_larger_one(lesson):
    for sizes, expected in (((2, 2, 1), 15), ((3, 4, 2), 46)):
        inputs, hidden, outputs = sizes
        modules = torch.nn.RNN(inputs, hidden), torch.nn.Linear(hidden, outputs)
        assert sum(p.numel() for m in modules for p in m.parameters()) == expected
    assert asked(lesson, "stored") == 46
    assert asked(lesson, "thirteen") == 13


def test_with_a_set_each_the_count_is_thirteen_times_the_length(lesson):
    one = next(p for p in lesson.blocks(Prediction) if p.id == "growth")
    assert isinstance(one.answer, CurveAnswer)
    curve = catalogue()["parameters"].declaration.curve(one.answer.curve)
    values = {**values_of(lesson, "separate"), **one.changed}
    assert curve.value(values, one.answer.at).y == tuple(13.0 * t for t in range(1, 11))


def test_exactly_two_networks_of_the_sliders_have_twenty_nine_free_parameters(lesson):
    found = [
        (i, h, o)
        for i in range(1, 5)
        for h in range(1, 5)
        for o in range(1, 4)
        if h * i + h * h + h + o * h + o == 29
    ]
    assert found == [(1, 4, 1), (3, 3, 2)]
    challenge = next(c for c in lesson.blocks(Challenge) if c.id == "twenty-nine")
    measure = catalogue()["parameters"].declaration.measure(challenge.when[0].name)
    for i, h, o in found:
        sizes = {"input_size": i, "hidden_size": h, "output_size": o}
        assert measure.value({**values_of(lesson, "biases"), **sizes}, {}) == 29
