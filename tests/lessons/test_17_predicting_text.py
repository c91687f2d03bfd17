"""Lesson 17, run: the model is under the bigram line, and every number in the prose."""

import math
from typing import Any

import numpy as np
import pytest

from exhibits.catalogue import catalogue
from lessons.lesson import ExhibitBlock, Prose
from rnn_core import load_weights
from rnn_core.sampling import ALICE, course, held_out_text, nats_of, reading, sample
from rnn_core.tracking import tracking, traits_of
from tests.lessons.reading import asked, block, met, prediction, read, shows_no_answer


@pytest.fixture(scope="module")
def lesson() -> Any:
    return read("17-predicting-text.md")


def test_the_loss_per_character_is_under_the_bigram_line(lesson):
    lines = {line.name: line.value for line in ALICE.lines()}
    found = asked(lesson, "nats")
    assert found == pytest.approx(1.71, abs=0.005)
    assert found < lines["bigram"] == pytest.approx(2.40, abs=0.005)
    assert lines["chance"] == pytest.approx(3.05, abs=0.005)
    assert math.exp(lines["bigram"]) == pytest.approx(11, abs=0.5)
    assert math.exp(found) == pytest.approx(5.5, abs=0.05)


def test_it_over_fits_as_the_prose_says():
    found, text = course("alice-lstm"), held_out_text("alice-lstm")
    assert (found.steps[0], found.steps[found.best], found.steps[-1]) == (0, 1000, 4000)
    assert found.held_out[0] == pytest.approx(4.2, abs=0.05)
    late = reading("alice_overfit-lstm", text).nats_per_character
    assert late == pytest.approx(2.00, abs=0.005)
    known = load_weights("alice_overfit-lstm")
    middle = (len(ALICE.content) - len(text)) // 2
    own = ALICE.content[middle : middle + len(text)]
    on_own = nats_of(known.network, known.weights, known.alphabet, own).mean()
    assert on_own == pytest.approx(1.00, abs=0.01)
    assert sum(value.size for value in known.weights.values()) == 38_403
    assert len(ALICE.content) - len(text) == 41_461


def test_after_a_q_it_is_sure_and_after_the_it_is_not(lesson):
    assert asked(lesson, "after-q") == pytest.approx(0.99, abs=0.005)
    assert ALICE.content.count("q") == ALICE.content.count("qu") > 0
    after = sample("alice-lstm", "The ", 1)
    assert after.distribution(0).max() == pytest.approx(0.14, abs=0.005)
    assert len(after.alphabet) == 67


def test_half_the_temperature_squares_the_odds(lesson):
    assert asked(lesson, "half") == pytest.approx(16, abs=0.5)
    warm, cold = (sample("alice-lstm", "Alice was ", 1, t).distribution(0) for t in (1.0, 0.5))
    first, second = np.argsort(-warm)[:2]
    assert ALICE.alphabet[first] + ALICE.alphabet[second] == "ns"
    assert warm[first] / warm[second] == pytest.approx(4.0, abs=0.05)
    assert cold[first] / cold[second] == pytest.approx((warm[first] / warm[second]) ** 2)
    assert (round(float(warm[first]), 2), round(float(cold[first]), 2)) == (0.38, 0.84)
    for temperature, share in ((0.4, 0.93), (0.3, 0.98)):
        odds = sample("alice-lstm", "Alice was ", 1, temperature).distribution(0)
        assert odds[first] == pytest.approx(share, abs=0.005)


def test_at_temperature_0_it_says_the_same_for_ever(lesson):
    values = block(lesson, "temperature").values
    cold = sample("alice-lstm", values["prompt"], 400, 0.0)
    assert cold.text[100:].count("and she had not ") >= 18
    hot = sample("alice-lstm", values["prompt"], 160, 2.0)
    assert hot.probability.mean() < 0.2


def test_one_unit_tracks_brackets_and_counts(lesson):
    text = held_out_text("brackets-lstm")
    found = tracking("brackets-lstm", text, "brackets")
    assert found.best == 14
    assert asked(lesson, "brackets") == pytest.approx(0.82, abs=0.005)
    assert np.abs(found.untrained).max() == pytest.approx(0.53, abs=0.005)
    assert found.told_apart(14) == pytest.approx(0.95, abs=0.006)
    assert found.trait.mean() == pytest.approx(0.56, abs=0.006)
    assert found.correlations[3] == pytest.approx(-0.04, abs=0.005)
    opened = np.cumsum([(c in "([{") - (c in ")]}") for c in text])
    means = [float(found.hidden[opened == depth, 14].mean()) for depth in range(5)]
    assert means == pytest.approx([-0.55, -0.07, 0.31, 0.60, 0.77], abs=0.005)
    rnn = tracking("brackets-rnn_tanh", held_out_text("brackets-rnn_tanh"), "brackets")
    assert abs(rnn.correlations[rnn.best]) == pytest.approx(0.62, abs=0.006)
    assert np.abs(rnn.untrained).max() == pytest.approx(0.31, abs=0.005)


def test_no_unit_tracks_quotes_and_one_the_place_in_the_word():
    text = held_out_text("alice-lstm")
    assert len(text) == 4606
    assert traits_of(text, "quotes").mean() == pytest.approx(0.19, abs=0.005)
    quotes, words = (tracking("alice-lstm", text, trait) for trait in ("quotes", "words"))
    assert abs(quotes.correlations[quotes.best]) == pytest.approx(0.06, abs=0.005)
    assert np.abs(quotes.untrained).max() == pytest.approx(0.10, abs=0.005)
    assert words.best == 47
    assert words.correlations[47] == pytest.approx(-0.69, abs=0.005)
    assert np.abs(words.untrained).max() == pytest.approx(0.52, abs=0.006)
    inside = traits_of(ALICE.content, "quotes")
    closings = int(((inside[:-1] == 1) & (inside[1:] == 0)).sum())
    assert len(ALICE.content) / closings == pytest.approx(200, rel=0.1)


def test_the_curve_to_be_drawn_is_no_level_line(lesson):
    answer: Any = prediction(lesson, "on-and-on").answer
    held_out = np.clip(course("alice-lstm").held_out, 1.0, 2.5)
    level = np.abs(held_out - np.median(held_out)).mean() / 1.5
    fallen = np.abs(held_out - np.clip(course("alice-lstm").training, 1.0, 2.5)).mean() / 1.5
    assert fallen > 3 * answer.within
    assert answer.within < 1.2 * level


def test_the_challenges_can_be_met_and_are_not_met_at_the_start(lesson):
    for name in ("sure", "nine-tenths", "bigram"):
        assert not met(lesson, name)
    assert met(lesson, "sure", prompt="and Alic")
    assert met(lesson, "sure", prompt="thought Alic")
    assert not met(lesson, "sure", prompt="and the")
    assert met(lesson, "nine-tenths", temperature=0.4)
    assert not met(lesson, "nine-tenths", temperature=0.5)
    assert not met(lesson, "nine-tenths", temperature=0.0)


def test_every_exhibit_but_the_live_one_has_a_picture(lesson):
    for one in lesson.blocks(ExhibitBlock):
        if one.name == "sampling":
            assert catalogue()[one.name].still(one.values, {})  # type: ignore[misc]


def test_the_lowest_of_41_states_was_picked_by_the_text_held_out():
    found = course("alice-lstm")
    assert found.steps == tuple(range(0, 4001, 100))
    assert len(found.steps) == 41
    assert found.best == int(np.argmin(found.held_out))


def test_no_prose_tells_what_its_step_asks_for(lesson):
    said = [one.markdown for one in lesson.steps[2].blocks if isinstance(one, Prose)]
    assert not any(answer in text for text in said for answer in ("1.71", "2.00", "least"))


def test_solved_means_under_the_bigram_line():
    assert ALICE.goal == {line.name: line.value for line in ALICE.lines()}["bigram"]
    assert not ALICE.higher_is_better


def test_no_picture_stands_beside_a_prediction_that_it_answers(lesson):
    assert shows_no_answer(lesson)
