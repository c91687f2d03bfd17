"""Lesson 13, run: a clamp at the value that a gate has changes nothing; what others change."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from exhibits.catalogue import declarations
from exhibits.stage_measures import base_of, run_of
from lessons.lesson import Challenge, CurveAnswer, ExhibitBlock, NumberAnswer, Prediction
from lessons.reader import read_bytes
from rnn_core import Changes, LSTMTrace, Run, run

FILE = Path(__file__).parents[2] / "lessons" / "13-what-if.md"
STAGE = declarations()["stage"]
ROW = {"input_gate": 0, "forget_gate": 1, "candidate": 2, "output_gate": 3}
OF_A_GATE = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")


@pytest.fixture(scope="module")
def lesson():
    return read_bytes(FILE.read_bytes(), FILE.name, declarations(), evaluate=True)


def values_of(lesson, exhibit: str, changes: list | None = None) -> dict:
    block = next(b for b in lesson.blocks(ExhibitBlock) if b.id == exhibit)
    if changes is None:
        return dict(block.values)
    return {**block.values, "changes": STAGE.parameter("changes").check(changes)}


def shown(lesson, exhibit: str, changes: list | None = None) -> Run:
    return run_of(values_of(lesson, exhibit, changes))


def preset(lesson, exhibit: str, name: str) -> Run:
    block = next(b for b in lesson.blocks(ExhibitBlock) if b.id == exhibit)
    return run_of({**block.values, **next(p for p in block.presets if p.name == name).changed})


def prediction(lesson, name: str) -> tuple[Prediction, dict]:
    one = next(p for p in lesson.blocks(Prediction) if p.id == name)
    return one, {**values_of(lesson, one.exhibit), **one.changed}


def asked(lesson, name: str) -> float:
    one, values = prediction(lesson, name)
    assert isinstance(one.answer, NumberAnswer)
    return STAGE.measure(one.answer.measure).value(values, one.answer.at)


def lstm(of: Run) -> LSTMTrace:
    (layer,) = of.layers
    assert isinstance(layer, LSTMTrace)
    return layer


def pin(gate: str, unit: int, value: float) -> dict:
    return {"kind": "pin", "place": [0, gate, unit], "value": value}


def silence(unit: int) -> dict:
    return {"kind": "silence", "place": [0, unit], "value": True}


@pytest.mark.parametrize("gate", ROW)
def test_a_clamp_at_the_value_that_a_gate_has_at_every_step_changes_no_bit(lesson, gate) -> None:
    """A pin is one value, so the gate is made constant: without weights it is σ(0), tanh(0)."""
    base, unit = base_of(values_of(lesson, "constant")), 3
    weights = run(base).weights
    row = ROW[gate] * base.hidden_size + unit
    flat = tuple(
        (name, row, column, 0.0)
        for name in OF_A_GATE
        for column in range(weights[name].reshape(len(weights[name]), -1).shape[1])
    )
    value = 0.0 if gate == "candidate" else 0.5
    without = run(replace(base, changes=Changes(weights=flat)))
    pinned = run(replace(base, changes=Changes(weights=flat, pins=((0, gate, unit, value),))))
    other = run(replace(base, changes=Changes(weights=flat, pins=((0, gate, unit, 0.25),))))
    assert (getattr(without.layers[0], gate)[:, 0, unit] == value).all()
    for name in ("input_gate", "forget_gate", "candidate", "output_gate", "cell", "hidden"):
        one, two = (getattr(of.layers[0], name) for of in (without, pinned))
        assert np.array_equal(one, two), name
    assert np.array_equal(without.output, pinned.output)
    assert np.array_equal(without.losses, pinned.losses)
    assert not np.array_equal(without.output, other.output)
    assert without.grad_weights["bias_ih_l0"][row] != 0
    assert pinned.grad_weights["bias_ih_l0"][row] == 0


def test_a_pin_at_a_gate_s_first_value_leaves_the_first_state_and_no_later_one(lesson) -> None:
    before = shown(lesson, "constant")
    value = float(lstm(before).input_gate[0, 0, 10])
    assert value == pytest.approx(0.6445, abs=5e-5)
    after = shown(lesson, "constant", [pin("input_gate", 10, value)])
    apart = np.abs(lstm(after).hidden - lstm(before).hidden)[:, 0].max(axis=-1)
    assert apart[0] == 0
    assert (apart[1:] > 0.01).all()


def test_the_input_gate_of_unit_four_is_idle(lesson) -> None:
    gate = lstm(shown(lesson, "constant")).input_gate[:, 0, 4]
    assert gate.min() > 0.9998
    assert gate.max() < 1
    assert asked(lesson, "same") == pytest.approx(0.00002, abs=0.000005)
    before, after = shown(lesson, "constant"), preset(lesson, "constant", "Unit 4 at 1")
    apart = np.linalg.norm(lstm(after).hidden - lstm(before).hidden, axis=-1)
    assert apart.max() < 0.00005


def test_with_input_gates_shut_every_prediction_is_that_of_the_output_bias(lesson) -> None:
    found = preset(lesson, "gates", "Inputs shut")
    assert not lstm(found).cell.any()
    assert not lstm(found).hidden.any()
    assert found.output[:, 0] == pytest.approx(np.tile(found.weights["readout.bias"], (22, 1)))
    assert asked(lesson, "shut") == 0
    assert lstm(shown(lesson, "gates")).cell[10, 0, 3] == pytest.approx(-0.34, abs=0.005)


def test_the_losses_are_those_that_the_lesson_names(lesson) -> None:
    assert shown(lesson, "gates").loss == pytest.approx(21.456, abs=0.001)
    for name, loss in (
        ("Inputs shut", 73.3),
        ("Inputs open", 22.8),
        ("Drop everything", 67.3),
        ("Keep everything", 62.7),
    ):
        assert preset(lesson, "gates", name).loss == pytest.approx(loss, abs=0.05), name
    assert asked(lesson, "nine") == pytest.approx(21.456 + 0.07, abs=0.005)


def test_a_unit_with_both_gates_pinned_decays_by_hand(lesson) -> None:
    one, values = prediction(lesson, "decay")
    assert isinstance(one.answer, CurveAnswer)
    curve = STAGE.curve(one.answer.curve).value(values, one.answer.at)
    assert curve.y == pytest.approx([2 * 0.8 ** (t + 1) for t in range(22)])
    assert one.changed["changes"] == values_of(lesson, "alone")["changes"]
    kept = lstm(preset(lesson, "alone", "f = 1")).cell[:, 0, 3]
    assert (kept == 2.0).all()
    halved = lstm(preset(lesson, "alone", "f = 0.5")).cell[:, 0, 3]
    assert halved == pytest.approx([2 * 0.5 ** (t + 1) for t in range(22)])
    assert halved[5] == pytest.approx(0.03, abs=0.002)
    left = [2 * forget**22 for forget in (0.939, 0.969)]
    assert left == pytest.approx([0.5, 1.0], abs=0.005)


def test_one_unit_alone_costs_from_nothing_to_seventeen(lesson) -> None:
    before = shown(lesson, "silence")
    runs = [shown(lesson, "silence", [silence(unit)]) for unit in range(16)]
    costs = np.array([one.loss - before.loss for one in runs])
    assert costs.argmin() == 9
    others = np.delete(costs, 9)
    assert others.min() > 1.9
    assert others.max() == pytest.approx(16.6, abs=0.05)
    dear = [unit for unit in range(16) if 31.5 <= runs[unit].loss <= 37]
    assert dear == [8, 11, 12]
    assert [unit for unit in range(16) if costs[unit] > 10] == [5, 8, 11, 12]
    at_brace = float((runs[5].losses - before.losses)[20, 0])
    assert at_brace == pytest.approx(7.9, abs=0.05)
    assert lstm(before).cell[:, 0].min(axis=0).argmin() == 5
    assert costs[8] == pytest.approx(14.0, abs=0.05)
    both = preset(lesson, "silence", "Units 5 and 8").loss - before.loss
    assert both == pytest.approx(37.2, abs=0.05)


def test_exactly_two_output_gates_are_idle(lesson) -> None:
    before = lstm(shown(lesson, "constant"))
    idle = []
    for unit in range(16):
        for value in (0.9, 1.0, float(before.output_gate[:, 0, unit].mean())):
            after = lstm(shown(lesson, "constant", [pin("output_gate", unit, value)]))
            if np.linalg.norm((after.hidden - before.hidden)[21, 0]) < 0.001:
                idle.append(unit)
    assert sorted(set(idle)) == [2, 15]
    assert before.output_gate[:, 0, [2, 15]].min() > 0.9999


def test_one_character_settles_which_bracket_is_due(lesson) -> None:
    before = shown(lesson, "world")
    after = shown(lesson, "world", [{"kind": "input", "place": [5], "value": "("}])
    due = before.alphabet.index("]")
    assert before.prediction[6, 0, due] == pytest.approx(0.58, abs=0.005)
    assert after.prediction[6, 0, due] == pytest.approx(0.0006, abs=0.00005)
    assert asked(lesson, "bracket") == pytest.approx(after.prediction[6, 0, due])
    assert after.alphabet[int(after.prediction[6, 0].argmax())] == ")"
    assert after.alphabet[int(after.prediction[9, 0].argmax())] == "{"
    assert np.array_equal(before.targets, after.targets)


def test_the_last_challenge_can_be_met(lesson) -> None:
    challenge = next(c for c in lesson.blocks(Challenge) if c.id == "both")
    changes = [{"kind": "input", "place": [5], "value": "("}, silence(5)]
    values = values_of(lesson, "world", changes)
    for one in challenge.when:
        found = STAGE.measure(one.name).value(values, one.at)
        assert one.equals is None or found == one.equals
        assert one.at_least is None or found >= one.at_least
