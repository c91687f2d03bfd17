"""Grading: tolerances, how far off, numbers as typed and as shown, what is kept, challenges."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exhibits.lesson.challenge import met
from exhibits.lesson.committed import from_json, to_json
from exhibits.lesson.grading import (
    MOST_POINTS,
    distance,
    grade,
    is_near,
    shown_apart,
    tolerance_words,
    truth,
    verdict,
)
from exhibits.lesson.numbers import number_text, parse_number
from lessons.declared import Curve, CurveMeasure, Declaration, Measure, Real, Whole
from lessons.lesson import (
    Challenge,
    ChoiceAnswer,
    Condition,
    CurveAnswer,
    NumberAnswer,
    Prediction,
)
from store import MOST_ANSWER_BYTES

TEN_PERCENT = NumberAnswer("m", {}, within_percent=10)
FACTOR_3 = NumberAnswer("m", {}, within_factor=3)
HALF = NumberAnswer("m", {}, within=0.5)
STRAIGHT = Curve((0.0, 1.0, 2.0), (0.0, 1.0, 2.0), "t", "y", 0.0, 4.0)
FALLING = Curve((0.0, 1.0), (1.0, 1e-2), "t", "y", 1e-4, 1.0, log=True)


def asked(answer, **more) -> Prediction:
    return Prediction("p", "?", answer, "because", **more)


def no_value(values, at):
    raise ValueError("step 9 is beyond the end")


def declared() -> Declaration:
    return Declaration(
        name="d",
        about="",
        parameters=(
            Real(name="a", label="a", default=2.0, low=0, high=9),
            Whole(name="n", label="n", default=3, low=0, high=9),
        ),
        measures=(
            Measure(name="m", about="", value=lambda values, at: values["a"] * at.get("times", 1)),
            Measure(name="none", about="", value=no_value),
            Measure(name="endless", about="", value=lambda values, at: math.inf),
            Measure(name="tenths", about="", value=lambda values, at: 0.1 + 0.2),
        ),
        curves=(
            CurveMeasure(
                name="line",
                about="",
                value=lambda values, at: Curve((0, 1), (0, values["a"]), "t", "y", 0, 10),
            ),
            CurveMeasure(
                name="long",
                about="",
                value=lambda values, at: Curve(tuple(range(1000)), (0.5,) * 1000, "t", "y", 0, 1),
            ),
        ),
    )


def test_what_is_right_is_computed_from_the_exhibit_with_the_prediction_s_own_setting_on_top():
    times = NumberAnswer("m", {"times": 3}, within=1)
    assert truth(asked(times), declared(), {"a": 5.0}) == 15
    assert truth(asked(times, changed={"a": 4.0}), declared(), {"a": 5.0}) == 12
    assert truth(asked(CurveAnswer("line", {}, 0.1)), declared(), {"a": 7.0}).y == (0, 7)
    assert truth(asked(ChoiceAnswer(("x", "y"), 1)), None, {}) == 1


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (NumberAnswer("none", {}, within=1), "step 9 is beyond the end"),
        (NumberAnswer("endless", {}, within=1), "endless is inf there"),
        (CurveAnswer("long", {}, 0.1), "long has 1000 points, and at most 200 fit"),
    ],
)
def test_an_exhibit_without_such_a_value_says_why(answer, says):
    with pytest.raises(ValueError, match=says):
        truth(asked(answer), declared(), {"a": 5.0})


@pytest.mark.parametrize(
    ("answer", "given", "true", "right"),
    [
        (TEN_PERCENT, 1.1, 1.0, True),  # in binary 1.1 - 1.0 is above 0.1
        (TEN_PERCENT, 0.9, 1.0, True),
        (TEN_PERCENT, 1.1001, 1.0, False),
        (TEN_PERCENT, -1.05, -1.0, True),
        (TEN_PERCENT, 1.0, -1.0, False),
        (TEN_PERCENT, 0.0, 0.0, True),
        (TEN_PERCENT, 1e-30, 0.0, False),
        (FACTOR_3, 3e-9, 1e-9, True),
        (FACTOR_3, 1 / 3, 1.0, True),
        (FACTOR_3, 3.001, 1.0, False),
        (FACTOR_3, 0.333, 1.0, False),
        (FACTOR_3, -1.0, 1.0, False),
        (FACTOR_3, -2.0, -1.0, True),
        (FACTOR_3, 0.0, 1.0, False),
        (FACTOR_3, 0.0, 0.0, True),
        (HALF, 12.5, 13.0, True),
        (HALF, 12.49, 13.0, False),
        (NumberAnswer("m", {}, within=0.1), 0.4, 0.3, True),
        (NumberAnswer("m", {}, within=0.1), 100.3, 100.2, True),
    ],
)
def test_a_number_is_right_within_its_tolerance_ends_included(answer, given, true, right):
    graded = grade(asked(answer), given, true)
    assert graded.right is right
    assert graded.off == pytest.approx(given - true)


def test_a_choice_is_right_or_not():
    choice = asked(ChoiceAnswer(("x", "y"), 1))
    assert grade(choice, 1, 1).right
    assert not grade(choice, 0, 1).right
    assert verdict(choice, 1, 1) == "You had it."
    assert verdict(choice, 0, 1) == "It turns out otherwise."


def test_a_curve_s_distance_is_the_mean_share_of_the_axis():
    assert distance(STRAIGHT, (0, 1, 2)) == 0
    assert distance(STRAIGHT, (1, 2, 3)) == pytest.approx(1 / 4)
    assert distance(STRAIGHT, (0, 1, 4)) == pytest.approx((0 + 0 + 2) / 4 / 3)


def test_on_a_log_axis_it_is_a_share_of_the_axis_decades():
    # Four decades; one decade off at the first place, two at the second.
    assert distance(FALLING, (0.1, 1.0)) == pytest.approx((1 / 4 + 2 / 4) / 2)


def test_what_lies_beyond_the_axis_counts_as_at_its_end():
    beyond = Curve((0.0, 1.0), (-5.0, 9.0), "t", "y", 0.0, 4.0)
    assert distance(beyond, (0, 4)) == 0
    assert distance(beyond, (1, 4)) == pytest.approx(1 / 8)


def test_a_curve_is_right_up_to_its_distance():
    assert grade(asked(CurveAnswer("c", {}, 0.25)), (1, 2, 3), STRAIGHT).right
    wrong = grade(asked(CurveAnswer("c", {}, 0.24)), (1, 2, 3), STRAIGHT)
    assert not wrong.right
    assert wrong.distance == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (TEN_PERCENT, "Right within ±10 %."),
        (FACTOR_3, "Right within a factor of 3."),
        (HALF, "Right within ±0.5."),
        (
            CurveAnswer("c", {}, 0.075),
            "Right where your curve is on average within 7.5 % of the axis.",
        ),
        (ChoiceAnswer(("x", "y"), 0), ""),
    ],
)
def test_the_tolerance_is_said_beforehand(answer, words):
    assert tolerance_words(asked(answer)) == words


@pytest.mark.parametrize(
    ("answer", "given", "true", "words"),
    [
        (TEN_PERCENT, 0.33, 0.3487, "You had it, within ±10 %."),
        (TEN_PERCENT, 0.4, 0.3487, "15 % too high; right was within ±10 %."),
        (TEN_PERCENT, -2.0, -1.0, "100 % too low; right was within ±10 %."),
        (TEN_PERCENT, 1.104, 1.0, "10.4 % too high; right was within ±10 %."),
        (HALF, 13.0, 13.000000000000002, "You had it exactly."),
        (HALF, 12.0, 13.0, "1 too low; right was within ±0.5."),
        (FACTOR_3, 1.2e-8, 1e-9, "By a factor of 12 too large; right was within a factor of 3."),
        (FACTOR_3, 1e-9, 1e-6, "By a factor of 1,000 too small; right was within a factor of 3."),
        (FACTOR_3, 3.0004, 1, "By a factor of 3.0004 too large; right was within a factor of 3."),
        (FACTOR_3, -1.0, 1.0, "It has the other sign; right was within a factor of 3."),
        (FACTOR_3, 0.0, 1.0, "No factor leads from 0 to it; right was within a factor of 3."),
        (
            TEN_PERCENT,
            0.1,
            0.0,
            "Of 0 there is no percentage, so only 0 itself counts; right was within ±10 %.",
        ),
    ],
)
def test_the_verdict_measures_as_the_tolerance_does(answer, given, true, words):
    assert verdict(asked(answer), given, true) == words


def test_the_verdict_on_a_curve_is_on_its_side_of_the_limit():
    wide, narrow = asked(CurveAnswer("c", {}, 0.25)), asked(CurveAnswer("c", {}, 0.2499))
    assert verdict(wide, (1, 2, 3), STRAIGHT).startswith("You had it: on average 25 % of")
    said = verdict(narrow, (1, 2, 3), STRAIGHT)
    assert said.startswith("On average 25 % of the axis away from the true curve;")
    assert said.endswith("right was within 24.99 % of the axis.")


@pytest.mark.parametrize(
    ("answer", "given", "true", "texts"),
    [
        (TEN_PERCENT, 0.4, 0.34870001, ("0.4", "0.3487")),
        (HALF, 18000.0, 16123.0, ("18,000", "16,123")),
        (NumberAnswer("m", {}, within_percent=1e-3), 0.35, 0.350004, ("0.35", "0.350004")),
        (NumberAnswer("m", {}, within_percent=1), 0.35, 0.35000001, ("0.35", "0.35000001")),
        (FACTOR_3, 1e-6, 2.4137e-7, ("1 × 10⁻⁶", "2.414 × 10⁻⁷")),
        (HALF, 13.0, 13.0, ("13", "13")),
    ],
)
def test_numbers_beside_each_other_differ_as_their_grade_does(answer, given, true, texts):
    assert shown_apart(answer, given, true) == texts


numbers = st.floats(-1e6, 1e6, allow_nan=False).filter(lambda value: abs(value) > 1e-6)


@settings(max_examples=300, deadline=None)
@given(true=numbers, share=st.floats(-0.3, 0.3), percent=st.sampled_from([1.0, 5.0, 10.0]))
def test_what_is_read_is_graded_as_what_was_meant(true, share, percent):
    answer = NumberAnswer("m", {}, within_percent=percent)
    said = true * (1 + share)
    shown = [
        parse_number(text.replace(",", "").replace(" × ", "×"))
        for text in shown_apart(answer, said, true)
    ]
    assert is_near(answer, *shown) == is_near(answer, said, true)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", 0.5),
        ("0,5", 0.5),
        ("0,125", 0.125),
        (".5", 0.5),
        ("−1.5", -1.5),
        ("– 1.5", -1.5),
        ("1e-3", 1e-3),
        ("1,5E3", 1500),
        ("3/4", 0.75),
        ("-3 / 4", -0.75),
        ("2^-7", 1 / 128),
        ("2**3", 8),
        ("-2^2", -4),
        ("10⁻³", 1e-3),
        ("1.5×10^-3", 1.5e-3),
        ("1.5 x 10^-3", 1.5e-3),
        ("2 · 10^(-3)", 2e-3),
        ("12 %", 0.12),
        ("16 123", 16123),
        ("1,234,567", 1234567),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("≈ 13", 13),
        ("16123 losses", 16123),
    ],
)
def test_a_number_is_read_as_people_type_it(text, value):
    assert parse_number(text, "losses") == pytest.approx(value, rel=1e-15)


def test_a_percent_sign_that_is_the_unit_says_nothing_more():
    assert parse_number("35 %", "%") == 35


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Nothing is entered yet"),
        ("  ", "Nothing is entered yet"),
        ("about ten", "“about ten” is not a number"),
        ("nan", "not a number"),
        ("inf", "not a number"),
        ("1_000", "not a number"),
        ("3 4", "not a number"),
        ("2^2^2", "not a number"),
        ("٣", "not a number"),
        ("__import__('os')", "not a number"),
        ("5/0", "divides by zero"),
        ("0^-1", "divides by zero"),
        ("10^999", "larger than any number"),
        ("1e999", "larger than any number"),
        ("16,123", r"may be 16\.123 or 16123: write one of these"),
        ("9" * 61, "longer than 60 characters"),
    ],
)
def test_what_is_no_number_is_said_clearly(text, says):
    with pytest.raises(ValueError, match=says):
        parse_number(text)


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="0123456789.,eE+-−*/^×⁻³ %()xX_'", max_size=12))
def test_whatever_is_typed_is_a_finite_number_or_a_value_error(text):
    try:
        value = parse_number(text)
    except ValueError:
        return
    assert math.isfinite(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (13.0, "13"),
        (-2.0, "−2"),
        (16123.0, "16,123"),
        (0.34866, "0.3487"),
        (0.1, "0.1"),
        (-0.00012345, "−0.0001234"),
        (1.2344e-7, "1.234 × 10⁻⁷"),
        (9999.6, "10,000"),
        (2e12, "2 × 10¹²"),
    ],
)
def test_a_number_is_shown_with_a_sensible_number_of_digits(value, text):
    assert number_text(value) == text


def test_an_answer_is_kept_and_found_again():
    choice = asked(ChoiceAnswer(("x", "y"), 1))
    for prediction, given_, true in (
        (choice, 0, 1),
        (asked(HALF), 0.25, 13.0),
        (asked(CurveAnswer("c", {}, 0.1)), (0.5, 1.0, 3.0), STRAIGHT),
    ):
        kept = from_json(prediction, json.loads(json.dumps(to_json(given_, true))))
        assert kept is not None
        assert (kept.given, kept.truth) == (given_, true)


def test_the_longest_curve_has_room_in_the_store():
    x = tuple(k * 0.0123457 for k in range(MOST_POINTS))
    curve = Curve(
        x,
        tuple(1.23456789e-101 + k * 1e-106 for k in range(MOST_POINTS)),
        "∂" * 500,
        "‖" * 500,
        1e-300,
        1,
        True,
    )
    kept = json.dumps(to_json(curve.y, curve), separators=(",", ":"))
    assert len(kept) < MOST_ANSWER_BYTES
    assert from_json(asked(CurveAnswer("c", {}, 0.1)), json.loads(kept)) is not None


GOOD = to_json((0.5, 1.0, 3.0), STRAIGHT)


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "given",
        {},
        {**GOOD, "given": [0.5, 1.0]},
        {**GOOD, "given": [0.5, 1.0, "3"]},
        {**GOOD, "given": [0.5, 1.0, None]},
        {**GOOD, "given": [0.5, 1.0, True]},
        {**GOOD, "truth": [0.5, 1.0, math.nan]},
        {**GOOD, "truth": [0.5, 1.0, 10**400]},
        {**GOOD, "x": [0, 2, 1]},
        {**GOOD, "x": []},
        {**GOOD, "axis": [1, 1]},
        {**GOOD, "axis": "01"},
        {**GOOD, "log": "no"},
        {**GOOD, "log": True},
        {**GOOD, "labels": ["t"]},
        {**GOOD, "labels": ["t", "y" * 1000]},
        {**GOOD, "labels": ["t", 3]},
        {key: [0.5] * 1000 if key in ("given", "truth") else value for key, value in GOOD.items()}
        | {"x": list(range(1000))},
    ],
)
def test_a_broken_curve_from_the_store_is_none(raw):
    assert from_json(asked(CurveAnswer("c", {}, 0.1)), raw) is None


@pytest.mark.parametrize("given_", [-1, 2, True, 1.0, "1", None, [1]])
def test_a_broken_choice_from_the_store_is_none(given_):
    prediction = asked(ChoiceAnswer(("x", "y"), 1))
    assert from_json(prediction, {"given": given_, "truth": 1}) is None


def test_a_choice_whose_right_answer_has_moved_since_is_none():
    prediction = asked(ChoiceAnswer(("x", "y"), 1))
    assert from_json(prediction, {"given": 0, "truth": 0}) is None


@pytest.mark.parametrize("given_", [True, "1", None, math.inf, math.nan, 10**400])
def test_a_broken_number_from_the_store_is_none(given_):
    assert from_json(asked(HALF), {"given": given_, "truth": 1.0}) is None


def to_try(*when: Condition) -> Challenge:
    return Challenge("c", "do", "done", "e", when)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Condition("parameter", "n", equals=3), True),
        (Condition("parameter", "n", equals=4), False),
        (Condition("parameter", "a", at_least=5.0), True),
        (Condition("parameter", "a", at_least=5.1), False),
        (Condition("parameter", "a", at_most=5.0), True),
        (Condition("parameter", "a", at_least=4.0, at_most=4.9), False),
        (Condition("measure", "m", at={"times": 2}, at_least=10.0), True),
        (Condition("measure", "m", at={"times": 2}, at_least=10.1), False),
        (Condition("measure", "tenths", equals=0.3), True),
        (Condition("measure", "none", at_least=0.0), False),
        (Condition("measure", "endless", at_least=1.0), True),
        (Condition("place", "phase", equals="backward"), True),
        (Condition("place", "phase", equals="forward"), False),
        (Condition("place", "rolled", equals=False), True),
        (Condition("place", "step", at_least=0), False),
    ],
)
def test_a_challenge_s_condition_is_seen(condition, holds):
    place = {"phase": "backward", "rolled": False}
    assert met(to_try(condition), declared(), {"a": 5.0, "n": 3}, place) is holds


def test_a_challenge_is_met_when_all_hold_at_once():
    both = to_try(Condition("parameter", "n", equals=3), Condition("parameter", "a", at_least=5))
    assert met(both, declared(), {"a": 5.0, "n": 3}, {})
    assert not met(both, declared(), {"a": 5.0, "n": 2}, {})
    assert not met(both, declared(), {"a": 4.0, "n": 3}, {})
