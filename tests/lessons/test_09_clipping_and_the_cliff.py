"""Lesson 9, run: the cliff, the clipped step, the starts, and every number in its prose."""

from typing import Any

import numpy as np
import pytest

from exhibits.catalogue import catalogue
from exhibits.lesson import challenge as challenges
from lessons.lesson import Challenge, CurveAnswer, ExhibitBlock
from rnn_core import run
from rnn_core.cliff import Descent, descend, surface
from rnn_core.vanishing import vanishing_setup
from tests.lessons.learning import Learned
from tests.lessons.reading import block, met, prediction, read
from tests.lessons.test_07_vanishing_and_exploding import FIELDS, flow_of, learned


@pytest.fixture(scope="module")
def lesson() -> Any:
    return read("09-clipping-and-the-cliff.md")


def descent_of(lesson: Any, exhibit: str, clip: bool, **changed: Any) -> Descent:
    values = {**block(lesson, exhibit).values, **changed}
    threshold = values["threshold"] if clip else None
    return descend(values["w"], values["b"], values["lr"], values["steps"], threshold)


@pytest.mark.parametrize("threshold", [0.01, 0.1, 1.0, 100.0])
def test_no_clipped_step_is_longer_than_the_threshold_and_all_keep_their_direction(
    lesson, threshold
):
    made = descent_of(lesson, "both", True, threshold=threshold)
    assert (made.norms_used <= threshold).all()
    assert (made.lengths <= made.lr * threshold * (1 + 1e-9)).all()
    for k in np.flatnonzero(made.lengths > 1e-9):  # far out the slope is 0 to the last digit
        here = surface(float(made.points[k, 0]), float(made.points[k, 1]))
        gradient = np.array([here.by_w, here.by_b])
        moved = made.points[k + 1] - made.points[k]
        cosine = -moved @ gradient / np.linalg.norm(moved) / np.linalg.norm(gradient)
        assert cosine == pytest.approx(1.0, abs=1e-6)


def test_the_plain_step_leaves_for_good_as_the_prose_says(lesson):
    made = descent_of(lesson, "walk", False)
    assert made.norms[0] == pytest.approx(0.03, abs=0.002)
    assert made.norms.max() == pytest.approx(745, abs=0.5)
    assert made.norms.max() / made.norms[0] == pytest.approx(24_000, rel=0.01)
    assert int(made.norms.argmax()) == 32
    assert made.lengths.max() == pytest.approx(372, abs=0.5)
    assert made.points[33] == pytest.approx([201, 314], abs=0.5)
    np.testing.assert_array_equal(made.points[33], made.points[-1])
    assert made.errors[-1] == pytest.approx(0.3**2)


def test_the_plain_is_low_and_what_is_behind_the_wall_is_high():
    assert surface(7.0, -1.5).error == pytest.approx(0.08, abs=0.01)
    assert 0.45 < surface(4.0, -3.9).error < 0.49


def test_below_w_of_4_the_unit_settles_at_one_place_and_above_it_may_have_two():
    def ends(w: float, b: float) -> set[float]:
        x = np.linspace(-20.0, 20.0, 80)  # not on 0, where it may balance
        for _ in range(5000):
            x = w / (1 + np.exp(-x)) + b
        return {round(float(end), 3) for end in x}

    assert all(len(ends(3.9, b)) == 1 for b in np.linspace(-4, 0, 81))
    assert len(ends(5.5, -2.75)) == 2


def test_presets_of_the_descents_do_as_they_say(lesson):
    slow = descent_of(lesson, "walk", False, lr=0.1)
    assert slow.errors[-1] == pytest.approx(0.05, abs=0.002)
    assert slow.norms.max() < 1
    lucky = descent_of(lesson, "walk", False, lr=1.0)
    assert lucky.errors[-1] < 1e-3
    one = descent_of(lesson, "both", True)
    assert one.clipped == 3
    assert one.lengths.max() == pytest.approx(0.5, abs=1e-5)
    assert one.errors[-1] == pytest.approx(0.0009, abs=1e-4)
    assert descent_of(lesson, "both", True, threshold=100.0).lengths.max() == pytest.approx(50)
    small = descent_of(lesson, "both", True, threshold=0.01)
    assert small.clipped == 100
    np.testing.assert_allclose(small.lengths, 0.005, rtol=1e-3)
    assert small.norms.max() < 1


def test_an_orthogonal_start_suits_tanh_and_the_identity_relu(lesson):
    ends = {
        (cell, start): float(flow_of(lesson, "start", cell=cell, recurrent_init=start).hidden[0])
        for cell in ("rnn_tanh", "rnn_relu")
        for start in ("orthogonal", "identity")
    }
    assert ends["rnn_tanh", "orthogonal"] == pytest.approx(0.004, abs=3e-4)
    assert ends["rnn_relu", "orthogonal"] == pytest.approx(2e-17, rel=0.1)
    assert ends["rnn_relu", "identity"] == pytest.approx(0.72, abs=0.005)
    assert ends["rnn_tanh", "identity"] == pytest.approx(0.19, abs=0.005)
    assert flow_of(lesson, "start").per_step == pytest.approx(0.95, abs=0.005)
    relu = flow_of(lesson, "start", cell="rnn_relu")
    assert relu.per_step == pytest.approx(0.68, abs=0.005)


def test_the_units_of_the_identity_start_that_are_off_stay_off(lesson):
    values = block(lesson, "identity").values
    on = run(vanishing_setup(*(values[name] for name in FIELDS))).layers[0].hidden[:, 0] > 0
    assert 1 - on[1:].mean() == pytest.approx(0.44, abs=0.005)
    assert (on[1:] != on[:-1]).mean() < 0.02
    grown = flow_of(lesson, "identity", spectral_radius=1.1).hidden[0]
    assert pytest.approx(12_500, rel=0.01) == 1.1**99
    assert 1e3 < grown <= 1.1**99


def test_the_curve_to_be_drawn_tells_a_vanishing_guess_from_a_flat_one(lesson):
    answer = prediction(lesson, "irnn").answer
    assert isinstance(answer, CurveAnswer)
    true = np.log10(flow_of(lesson, "identity").hidden)
    vanishing = np.log10(0.68) * np.arange(99, -1, -1)
    assert np.abs(true).mean() / 20 < answer.within
    assert np.abs(true - np.maximum(vanishing, -12)).mean() / 20 > 3 * answer.within


def test_the_challenges_can_be_met_and_are_not_met_at_the_start(lesson):
    for name in ("another-fall", "gets-there", "edge"):
        assert not met(lesson, name)
    assert met(lesson, "another-fall", lr=0.7)
    assert not met(lesson, "another-fall", lr=0.5)
    for threshold, done in ((0.3, True), (0.03, True), (0.1, False), (0.01, False), (1.0, False)):
        assert met(lesson, "gets-there", threshold=threshold) is done
    tanh = {"cell": "rnn_tanh"}
    assert met(lesson, "edge", **tanh)
    assert not met(lesson, "edge", recurrent_init="orthogonal", **tanh)


def test_every_exhibit_of_the_lesson_has_a_picture(lesson):
    for one in lesson.blocks(ExhibitBlock):
        if one.name == "training":
            continue  # its picture is a training, and those are below
        assert catalogue()[one.name].still(one.values, {})  # type: ignore[misc]


def stretch(made: Learned, step: int) -> float:
    weights = made.snapshots[step]
    return float(np.linalg.norm(weights["weight_hh_l0"].astype(float), 2))


def per_update(made: Learned, first: int, last: int) -> float:
    """How far all weights together have moved between two snapshots, per update."""
    one, other = (made.snapshots[step] for step in (first, last))
    moved = [np.ravel(other[name] - one[name]).astype(float) for name in one]
    return float(np.linalg.norm(np.concatenate(moved))) / (last - first)


def test_both_meet_the_wall_and_only_the_clipped_one_learns(lesson):
    plain, clipped = learned(lesson, "live")
    assert (plain.setup.clip_norm, clipped.setup.clip_norm) == (None, 1.0)
    assert plain.setup.task.lines()[0].value == pytest.approx(1 / 6)
    for made in (plain, clipped):
        assert int(made.grad_norms.argmax()) == 1
        assert made.grad_norms[1] == pytest.approx(2e7, rel=0.25)
        assert (stretch(made, 0), stretch(made, 1)) == pytest.approx((1.0, 1.24), abs=0.005)
        before, after = (made.snapshots[k]["weight_hh_l0"] for k in (0, 1))
        assert np.abs(after - before).max() == pytest.approx(0.01, rel=1e-4)
    assert clipped.solved_at is not None
    assert min(loss for _, loss, _ in plain.held_out) > 1 / 6
    both = sorted(set(plain.snapshots) & set(clipped.snapshots))
    first, last = (next(step for step in both if step >= least) for least in (100, 200))
    assert per_update(plain, first, last) < 0.1 * per_update(clipped, first, last)


def test_clipping_is_no_promise(lesson):
    _, clipped = learned(lesson, "live", seed=4, max_steps=600)
    assert clipped.held_out[-1][1] > 0.9 / 6


def test_plain_descent_breaks_at_once_and_says_so_and_clipped_it_goes_on(lesson):
    (sgd,) = (p for p in block(lesson, "live").presets if p.name.startswith("SGD"))
    plain, clipped = learned(lesson, "live", **sgd.changed, max_steps=50)
    assert plain.status == "broken"
    assert "not finite" in plain.problem
    assert len(plain.losses) == 1
    assert plain.grad_norms[0] == pytest.approx(196, abs=0.5)
    assert 0.1 * plain.grad_norms[0] == pytest.approx(20, abs=0.5)
    assert clipped.status == "finished"
    assert np.isfinite(clipped.losses).all()
    assert per_update(clipped, 0, 1) == pytest.approx(0.1, rel=1e-4)


def test_a_small_rate_does_not_lead_to_the_wall(lesson):
    plain, _ = learned(lesson, "live", learning_rate=0.0005, against=({"clip_norm": 0.0},))
    assert plain.grad_norms.max() < 200
    assert plain.held_out[-1][1] == pytest.approx(0.01, abs=0.01)
    (one,) = (c for c in lesson.blocks(Challenge) if c.id == "slow")
    exhibit = block(lesson, one.exhibit)
    declared = catalogue()[exhibit.name].declaration
    for loss, done in ((plain.held_out[-1][1], True), (0.17, False)):
        assert challenges.met(one, declared, exhibit.values, {"loss": loss}) is done
