"""Drawing text, reading it, and what units track: by hand, and the other way round."""

import math

import numpy as np
import pytest

from rnn_core import Setup, Text, load_weights, run
from rnn_core.sampling import (
    ALICE,
    Sample,
    _at,
    course,
    held_out_text,
    nats_of,
    reading,
    sample,
    tempered,
)
from rnn_core.tracking import Tracking, tracking, traits_of

MODEL = "brackets-lstm"


def test_temperature_raises_ratios_to_a_power():
    odds = np.array([0.6, 0.3, 0.1])
    np.testing.assert_allclose(tempered(np.log(odds), 1.0), odds)
    np.testing.assert_allclose(tempered(np.log(odds), 0.5), [36 / 46, 9 / 46, 1 / 46])
    hot = tempered(np.log(odds), 2.0)
    assert hot[0] / hot[1] == pytest.approx(math.sqrt(2.0))
    np.testing.assert_array_equal(tempered(np.log(odds), 0.0), [1.0, 0.0, 0.0])
    np.testing.assert_array_equal(tempered(np.array([[1.0, 1.0], [0.0, 2.0]]), 0.0), np.eye(2))


def test_what_is_drawn_is_what_the_model_says_after_the_text_so_far():
    drawn = sample(MODEL, "if (a", 40, 1.0, 3)
    whole = drawn.prompt + drawn.text
    setup = Setup(Text(whole), cell="lstm", hidden_size=16, weights=MODEL)
    said = run(setup).prediction[:, 0]
    first = len(drawn.prompt) - 1
    for k in range(40):
        np.testing.assert_allclose(drawn.distribution(k), said[first + k], atol=1e-12)
        number = drawn.alphabet.index(drawn.text[k])
        assert drawn.probability[k] == pytest.approx(said[first + k, number])


@pytest.mark.parametrize("cell", ["gru", "rnn_tanh"])
def test_the_other_cells_carry_their_state_as_well(cell):
    drawn = sample(f"brackets-{cell}", "(x", 12, 0.8, 1)
    setup = Setup(Text("(x" + drawn.text), cell=cell, hidden_size=16, weights=f"brackets-{cell}")
    recorded = run(setup)
    np.testing.assert_allclose(drawn.logits[-1], recorded.output[-2, 0], atol=1e-12)


def test_equal_seeds_draw_equal_texts_and_temperature_0_leaves_nothing_to_luck():
    assert sample(MODEL, "(", 30, 1.0, 5).text == sample(MODEL, "(", 30, 1.0, 5).text
    assert sample(MODEL, "(", 30, 1.0, 5).text != sample(MODEL, "(", 30, 1.0, 6).text
    cold = [sample(MODEL, "(", 30, 0.0, seed) for seed in (0, 1)]
    assert cold[0].text == cold[1].text
    np.testing.assert_array_equal(cold[0].probability, 1.0)
    np.testing.assert_array_equal(cold[0].entropy, 0.0)
    picked = [cold[0].alphabet[k] for k in cold[0].logits.argmax(axis=-1)]
    assert "".join(picked) == cold[0].text


def test_characters_are_drawn_as_often_as_their_odds_say():
    """Luck spread evenly over [0, 1) meets each character its share of times, to rounding."""
    odds = sample(MODEL, "f(a", 1, 1.0, 0).distribution(0)
    alphabet = sample(MODEL, "f(a", 1).alphabet
    counts = dict.fromkeys(alphabet, 0)
    for u in (np.arange(2000) + 0.5) / 2000:
        counts[alphabet[_at(odds, float(u))]] += 1
    for character, p in zip(alphabet, odds, strict=True):
        assert abs(counts[character] - 2000 * p) <= 2.0


def test_entropy_of_even_odds_is_the_logarithm_of_how_many():
    even = Sample("m", "abcd", "a", 1.0, "ab", np.zeros((2, 4)), np.full(2, 0.25))
    np.testing.assert_allclose(even.entropy, math.log(4))


def test_the_loss_of_a_reading_is_that_of_a_run():
    text = "if (x[i]) {f(a[b], c)}"
    found = reading(MODEL, text)
    recorded = run(Setup(Text(text), cell="lstm", hidden_size=16, weights=MODEL))
    np.testing.assert_allclose(found.nats, recorded.losses[:-1, 0], atol=1e-12)
    np.testing.assert_allclose(found.hidden, recorded.layers[0].hidden[:, 0], atol=1e-12)
    known = load_weights(MODEL)
    np.testing.assert_allclose(
        nats_of(known.network, known.weights, known.alphabet, text), found.nats
    )


def test_traits_by_hand():
    def of(text: str, trait: str) -> str:
        return "".join(f"{value:g}" for value in traits_of(text, trait))

    assert of("a(b[c]d)e", "brackets") == "011111100"
    assert of("a)b(c", "brackets") == "00011"
    assert of("x `I don't' y", "quotes") == "0011111111000"
    assert of('s "hi" t', "quotes") == "00111000"
    assert of("`open\n\nnot", "quotes") == "11111" + "00000"
    assert of("it is: a", "words") == "12012001"


def test_a_correlation_is_pearsons_and_a_threshold_tells_what_it_can():
    text = held_out_text(MODEL)
    found = tracking(MODEL, text, "brackets")
    by_numpy = np.corrcoef(found.hidden[:, 3], found.trait)[0, 1]
    assert found.correlations[3] == pytest.approx(by_numpy)
    assert found.best == int(np.abs(found.correlations).argmax())
    hidden = np.array([[0.1], [0.9], [0.4], [0.8]])
    made = Tracking("abcd", np.array([0.0, 1.0, 1.0, 0.0]), hidden, np.ones(1), np.zeros(1))
    assert made.told_apart(0) == 0.75  # above 0.4 or above 0.1: one wrong either way
    turned = Tracking("abcd", np.array([1.0, 0.0, 1.0, 0.0]), hidden, np.ones(1), np.zeros(1))
    assert turned.told_apart(0) == 1.0  # below the threshold is inside


def test_the_model_of_alice_is_under_the_bigram_line_and_the_course_says_what_is_so():
    found = course("alice-lstm")
    text = held_out_text("alice-lstm")
    assert ALICE.content.endswith(text)
    assert len(text) == len(ALICE.content) // 10
    nats = reading("alice-lstm", text).nats_per_character
    assert nats == pytest.approx(found.held_out[found.best], abs=1e-3)
    assert nats < 0.75 * found.lines["bigram"]
    late = reading("alice_overfit-lstm", text).nats_per_character
    assert late == pytest.approx(found.held_out[-1], abs=1e-3)
    assert late > nats + 0.2
    assert found.training[-1] < found.training[found.best] - 0.3


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: sample(MODEL, "É", 3), "prompt: the model does not know the character 'É'"),
        (lambda: sample(MODEL, "", 3), "prompt must have at least 1 characters; got 0"),
        (lambda: sample(MODEL, "a", 3, -1.0), "temperature must be a number"),
        (lambda: sample("waves-gru", "a", 3), "read numbers; a character model is needed"),
        (lambda: reading(MODEL, "a"), "text must have at least 2 characters"),
        (lambda: tracking(MODEL, "no brackets", "brackets"), "inside brackets: the text is"),
        (lambda: tracking(MODEL, "(a)", "verbs"), "trait must be one of quotes, brackets, words"),
        (lambda: course(MODEL), "come without the course of their training"),
    ],
)
def test_what_cannot_be_done_is_said(make, said):
    with pytest.raises(ValueError, match=said):
        make()
