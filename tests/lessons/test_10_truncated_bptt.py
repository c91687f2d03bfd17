"""Lesson 10, run: nothing is lost at k = T, memory is that of k, and the cue is cut off exactly."""

import numpy as np
import pytest

from exhibits.catalogue import catalogue
from exhibits.lesson import challenge as challenges
from exhibits.stage_measures import run_of
from lessons.lesson import Challenge, CurveAnswer, NumberAnswer, Prediction
from tests.lessons.reading import block, read
from tests.lessons.test_07_vanishing_and_exploding import learned

DECLARED = catalogue()["truncation"].declaration


@pytest.fixture(scope="module")
def lesson():
    return read("10-truncated-bptt.md")


def measured(lesson, exhibit, name, **changed):
    return DECLARED.measure(name).value({**block(lesson, exhibit).values, **changed}, {})


def asked(lesson, name, **changed):
    one = next(p for p in lesson.blocks(Prediction) if p.id == name)
    assert isinstance(one.answer, NumberAnswer)
    return measured(lesson, one.exhibit, one.answer.measure, **{**one.changed, **changed})


@pytest.mark.parametrize(
    ("exhibit", "length"), [("agreement", 22), ("choose", 22), ("recall", 20), ("memory", 22)]
)
def test_cosine_and_ratio_reach_one_at_the_full_length(lesson, exhibit, length):
    for name in ("cosine", "norm_ratio"):
        assert measured(lesson, exhibit, name, k=length) == pytest.approx(1.0, abs=1e-12)
        assert measured(lesson, exhibit, name, k=1) < 0.9


def test_memory_is_that_of_k_steps_whatever_the_length(lesson):
    assert asked(lesson, "held") == pytest.approx(10 * 1752 / 1024)
    assert asked(lesson, "held", k=5) == pytest.approx(8.6, abs=0.05)
    assert asked(lesson, "held", k=22) == pytest.approx(37.6, abs=0.05)
    twice = block(lesson, "memory").values["text"] * 2
    assert asked(lesson, "held", text=twice) == asked(lesson, "held")


def test_the_state_crosses_the_cut_and_the_gradient_does_not(lesson):
    values = {**block(lesson, "scissors").values, "loss_at": "chosen steps", "loss_steps": (7,)}
    cut = run_of(values)
    whole = run_of({**values, "truncated": False})
    np.testing.assert_array_equal(cut.layers[0].hidden, whole.layers[0].hidden)
    assert cut.layers[0].grad_hidden is not None
    assert whole.layers[0].grad_hidden is not None
    back = np.linalg.norm(cut.layers[0].grad_hidden[:, 0], axis=-1)
    assert (back[5:8] > 0).all()
    assert not back[:5].any()
    assert np.linalg.norm(whole.layers[0].grad_hidden[:5, 0]) > 0


def test_overlapping_pieces_let_every_loss_reach_five_steps_back(lesson):
    values = {**block(lesson, "scissors").values, "k2": 10}
    cut = run_of(values).truncation
    assert cut is not None
    assert all(k - cut.first_step(k) >= min(k, 5) for k in range(22))


def test_the_curve_starts_at_a_right_angle_and_passes_nine_tenths_at_eight(lesson):
    one = next(p for p in lesson.blocks(Prediction) if p.id == "curve")
    assert isinstance(one.answer, CurveAnswer)
    values = {**block(lesson, one.exhibit).values, **one.changed}
    cosine = DECLARED.curve("cosine").value(values, {}).y
    assert cosine[0] == pytest.approx(0.04, abs=0.005)
    assert cosine[6] < 0.9 < cosine[7]
    assert cosine[11] == pytest.approx(0.994, abs=0.001)
    assert measured(lesson, "agreement", "norm_ratio", k=1) == pytest.approx(0.25, abs=0.03)


def test_in_pieces_twelve_steps_are_needed_and_nine_if_every_loss_goes_back(lesson):
    def enough(every):
        reached = [measured(lesson, "agreement", "cosine", k=k, every=every) for k in range(1, 23)]
        return next(k + 1 for k, value in enumerate(reached) if value >= 0.95)

    assert enough("k steps") == 12
    assert enough("1 step") == 9


def test_one_step_too_few_and_the_cue_gets_exactly_nothing(lesson):
    assert asked(lesson, "cue") == 0.0
    assert asked(lesson, "cue", k=20) == pytest.approx(0.0023, abs=5e-5)
    assert measured(lesson, "recall", "cosine", k=19) == pytest.approx(0.9999, abs=5e-5)
    assert measured(lesson, "recall", "cosine", k=15) == pytest.approx(0.999, abs=5e-4)
    blind = [k for k in range(1, 20) if measured(lesson, "recall", "cosine", k=k) >= 0.98]
    assert blind == list(range(8, 20))


def test_each_loss_going_back_five_steps_is_closer_than_pieces_of_five(lesson):
    assert asked(lesson, "which") == pytest.approx(0.95, abs=0.005)
    assert asked(lesson, "which", every="k steps") == pytest.approx(0.65, abs=0.005)


def test_the_two_symbols_and_the_question_stand_where_the_prose_says(lesson):
    task = learned(lesson, "trained", max_steps=60)[0].setup.task
    batch = task.batch(np.random.default_rng(0), 500)
    stands = batch.inputs[:, :, :2].sum(axis=2).T
    steps = [np.flatnonzero(row) for row in stands]
    assert {len(found) for found in steps} == {2}
    assert {found[0] for found in steps} == set(range(5, 11))
    assert {found[1] for found in steps} == set(range(25, 31))
    assert set(np.flatnonzero(batch.mask.any(axis=1))) == {49}


def test_with_pieces_of_ten_it_stays_at_chance_and_with_the_whole_way_it_is_solved(lesson):
    one = next(p for p in lesson.blocks(Prediction) if p.id == "ten")
    assert isinstance(one.answer, NumberAnswer)
    values = block(lesson, one.exhibit).values
    declared = catalogue()["training"].declaration
    said = declared.measure(one.answer.measure).value(values, one.answer.at)
    cut, whole = learned(lesson, "trained")
    assert said == cut.held_out[-1][2] == pytest.approx(1 / 4, abs=0.06)
    assert (cut.setup.truncation, whole.setup.truncation) == (10, None)
    assert cut.held_out[-1][1] == pytest.approx(np.log(4), abs=0.02)
    for seed in (0, 1):
        _, whole = learned(lesson, "trained", seed=seed)
        assert whole.solved_at is not None
        assert 200 <= whole.solved_at <= 310
        assert whole.held_out[-1][2] > 0.99


def test_pieces_of_forty_have_the_same_last_piece_and_so_the_same_losses(lesson):
    ten, forty = (learned(lesson, "trained", truncation=k, max_steps=60)[0] for k in (10, 40))
    np.testing.assert_array_equal(ten.losses, forty.losses)


@pytest.mark.parametrize("seed", [0, 1])
def test_with_pieces_of_twenty_five_the_later_symbol_teaches_how_to_keep_both(lesson, seed):
    """The loss reaches step 25 and no further: the earlier symbol has never had a gradient."""
    (half, _) = learned(lesson, "trained", truncation=25, seed=seed)
    assert half.solved_at is not None
    assert 200 <= half.solved_at <= 310
    (one,) = (c for c in lesson.blocks(Challenge) if c.id == "half-way")
    exhibit = block(lesson, one.exhibit)
    declared = catalogue()[exhibit.name].declaration
    for k, done in ((25, True), (0, False), (40, False)):
        values = {**exhibit.values, "truncation": k}
        assert challenges.met(one, declared, values, {"solved": True}) is done
        assert not challenges.met(one, declared, values, {"solved": False})
