"""Lesson 1, run: what each output depends on, and whose parameters grow with the length."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from exhibits.catalogue import catalogue
from lessons.lesson import CurveAnswer, Prediction
from rnn_core.memory import MemorySetup, compare, moved, parameter_counts
from tests.lessons.reading import asked, block, met, read


@pytest.fixture(scope="module")
def lesson() -> Any:
    return read("01-why-memory.md")


def setup_of(lesson: Any, exhibit: str, **changed: Any) -> MemorySetup:
    values = {**block(lesson, exhibit).values, **changed}
    names = ("text", "window", "hidden_size", "recurrent", "seed")
    return MemorySetup(**{name: values[name] for name in names})


def test_an_output_depends_on_its_input_its_window_or_everything_so_far(lesson):
    setup = setup_of(lesson, "seen")
    steps = np.arange(len(setup.text))
    for net, reach in zip(compare(setup), (1, setup.window, len(steps)), strict=True):
        for t in steps:
            within = (steps <= t) & (steps > t - reach)
            np.testing.assert_array_equal(net.sensitivity[t] > 0, within, err_msg=net.name)


def test_real_runs_say_the_same_to_the_last_bit(lesson):
    setup = setup_of(lesson, "change")
    for s in range(len(setup.text)):
        instead = "x" if setup.text[s] != "x" else "y"
        shift, t = moved(setup, s, instead), np.arange(len(setup.text))
        assert ((shift["one step"] != 0) == (t == s)).all()
        assert ((shift["window"] != 0) == ((t >= s) & (t < s + setup.window))).all()
        assert (shift["recurrent"][:s] == 0).all()


def test_the_recurrent_network_s_parameters_do_not_grow_with_the_length_the_window_s_do(lesson):
    setup = setup_of(lesson, "price-list")
    counts = [parameter_counts(length, setup.hidden_size) for length in range(1, 101)]
    assert {entry["recurrent"] for entry in counts} == {2235}
    assert {b["window"] - a["window"] for a, b in pairwise(counts)} == {944}
    for length in (2, 9, 16):
        shorter = MemorySetup(setup.text[:length], window=length)
        assert compare(shorter)[2].parameters == 2235
        assert compare(shorter)[1].parameters == counts[length - 1]["window"]


def test_the_numbers_in_the_prose_are_the_core_s(lesson):
    assert asked(lesson, "how-many") == 10
    assert asked(lesson, "price") == 16_123
    assert asked(lesson, "changed-mind") == pytest.approx(0.13, abs=0.005)
    drawn, trained = (
        compare(setup_of(lesson, "all-outputs", recurrent=name))[2].sensitivity[15]
        for name in ("drawn", "trained lstm")
    )
    assert drawn[15] == pytest.approx(4.4, abs=0.05)
    assert drawn[5] == pytest.approx(0.006, abs=0.0005)
    assert 0.45 < (drawn[0] / drawn[15]) ** (1 / 15) < 0.55
    assert 0.4 < trained[0] / trained[15] < 0.5


def test_the_plain_rnn_expects_the_round_bracket_in_both_texts(lesson):
    declaration = catalogue()["memory"].declaration
    values = {**block(lesson, "trained").values, "recurrent": "trained rnn"}
    for changed in ("no", "yes"):
        chance = declaration.measure("probability").value
        assert chance(values, {"character": ")", "changed_text": changed}) > 0.5


def test_the_curve_lies_within_its_axes_and_close_to_a_line(lesson):
    one = next(p for p in lesson.blocks(Prediction) if p.id == "fade")
    assert isinstance(one.answer, CurveAnswer)
    curve = catalogue()["memory"].declaration.curve(one.answer.curve)
    drawn = curve.value(block(lesson, one.exhibit).values, one.answer.at)
    logs = np.log10(drawn.y)
    assert np.log10(drawn.low) < logs.min() < logs.max() < np.log10(drawn.high)
    line = np.polyval(np.polyfit(drawn.x, logs, 1), drawn.x)
    assert np.abs(logs - line).max() < 0.2


def test_a_window_of_eleven_reaches_the_bracket_and_one_of_ten_does_not(lesson):
    for preset in block(lesson, "change").presets:
        setup = setup_of(lesson, "change", window=preset.changed["window"])
        shift = moved(setup, preset.changed["changed"], preset.changed["instead"])
        assert bool(shift["window"][15]) is preset.good


def test_the_challenges_can_be_met_and_are_not_met_at_the_start(lesson):
    for name in ("reach", "dearer", "does-not-matter"):
        assert not met(lesson, name)
    assert met(lesson, "reach", changed=0, window=16)
    assert not met(lesson, "reach", changed=0, window=15)
    assert met(lesson, "dearer", hidden_size=59, window=2)
    for hidden, dearer in ((58, False), (59, True)):
        counts = parameter_counts(2, hidden)
        assert (counts["recurrent"] > counts["window"]) is dearer
    assert met(lesson, "does-not-matter", changed=4, instead="x")
    assert not met(lesson, "does-not-matter", changed=4, instead="f")
