"""What a prediction's right answer is, and how near a learner's answer comes to it.

The right answer is worked out by the core at the moment of the commit, from what the exhibit then
shows with the prediction's own `set` laid over it.
"""

import math
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from exhibits.lesson.numbers import number_text, rounded
from lessons.declared import Curve, CurveMeasure, Declaration, Measure, Values
from lessons.lesson import ChoiceAnswer, CurveAnswer, NumberAnswer, Prediction

MOST_POINTS = 200  # of a curve: what is kept of an answer has its bounds
SLACK = 1e-9  # of a tolerance: 0.1 is within 10 % of 0.11 whatever binary makes of it
_DIGITS = range(4, 17)


@dataclass(frozen=True)
class Grade:
    """`off` is a number's distance, signed; `distance` a curve's mean one, as a share of the axis.

    The one that the kind of the answer does not have is None.
    """

    right: bool
    off: float | None = None
    distance: float | None = None


def truth(prediction: Prediction, declaration: Declaration | None, values: Values) -> Any:
    """The right answer: a choice's index, a number, or the curve with its axes.

    Raises:
        ValueError: the exhibit as it is set now has no such number or curve.
    """
    answer = prediction.answer
    if isinstance(answer, ChoiceAnswer):
        return answer.answer
    assert declaration is not None
    values = {**values, **prediction.changed}
    if isinstance(answer, NumberAnswer):
        number = declaration.measure(answer.measure).value(values, answer.at)
        if not math.isfinite(number):
            raise ValueError(f"{answer.measure} is {number} there")
        return number
    curve = declaration.curve(answer.curve).value(values, answer.at)
    if len(curve.x) > MOST_POINTS:
        raise ValueError(f"{answer.curve} has {len(curve.x)} points, and at most {MOST_POINTS} fit")
    if not all(map(math.isfinite, curve.y)):
        raise ValueError(f"{answer.curve} is not finite everywhere")
    return curve


def get_ready(prediction: Prediction, declaration: Declaration | None, values: Values) -> None:
    """Begins what `truth` will need where that takes seconds, so that few wait at the commit.

    What is wrong with it is said at the commit.
    """
    answer = prediction.answer
    if isinstance(answer, ChoiceAnswer):
        return
    assert declaration is not None
    asked: Measure | CurveMeasure
    if isinstance(answer, NumberAnswer):
        asked = declaration.measure(answer.measure)
    else:
        asked = declaration.curve(answer.curve)
    if asked.ahead is not None:
        with suppress(ValueError):
            asked.ahead({**values, **prediction.changed}, answer.at)


def unit_of(prediction: Prediction, declaration: Declaration | None) -> str:
    """The unit in which a number is asked for, or ""."""
    answer = prediction.answer
    if not isinstance(answer, NumberAnswer) or declaration is None:
        return ""
    return declaration.measure(answer.measure).unit


def grade(prediction: Prediction, given: Any, true: Any) -> Grade:
    """`given` is a choice's index, a number, or a curve's values, one for each of `true.x`."""
    answer = prediction.answer
    if isinstance(answer, ChoiceAnswer):
        return Grade(given == true)
    if isinstance(answer, NumberAnswer):
        return Grade(is_near(answer, given, true), off=given - true)
    apart = distance(true, given)
    return Grade(apart <= answer.within * (1 + SLACK), distance=apart)


def is_near(answer: NumberAnswer, given: float, true: float) -> bool:
    """Whether a number is within the tolerance.

    Of 0 there is neither a percentage nor a factor, so only 0 itself is within it. A factor lies
    between numbers of one sign.
    """
    rounding = SLACK * 1e-3 * max(abs(given), abs(true))
    if answer.within is not None:
        return abs(given - true) <= answer.within * (1 + SLACK) + rounding
    if answer.within_percent is not None:
        return abs(given - true) <= abs(true) * answer.within_percent / 100 * (1 + SLACK)
    assert answer.within_factor is not None
    if true == 0 or given == 0 or (given > 0) != (true > 0):
        return given == true
    return abs(math.log(given / true)) <= math.log(answer.within_factor) + SLACK


def distance(true: Curve, given: Any) -> float:
    """The mean distance of a curve from the true one as a share of the axis, in decades where log.

    What of the true one lies beyond an end of the axis counts as at that end: no more can be drawn.
    """
    apart = [abs(_height(true, a) - _height(true, b)) for a, b in zip(given, true.y, strict=True)]
    return math.fsum(apart) / len(apart)


def _height(axes: Curve, value: float) -> float:
    """Where a value stands on the axis, from 0 to 1."""
    value = min(max(value, axes.low), axes.high)
    if axes.log:
        return math.log(value / axes.low) / math.log(axes.high / axes.low)
    return (value - axes.low) / (axes.high - axes.low)


def _tolerance(answer: NumberAnswer | CurveAnswer) -> str:
    if isinstance(answer, CurveAnswer):
        return f"within {100 * answer.within:g} % of the axis"
    if answer.within is not None:
        return f"within ±{number_text(answer.within)}"
    if answer.within_percent is not None:
        return f"within ±{number_text(answer.within_percent)} %"
    assert answer.within_factor is not None
    return f"within a factor of {number_text(answer.within_factor)}"


def tolerance_words(prediction: Prediction) -> str:
    """What counts as right, said before the learner answers; nothing of a choice."""
    answer = prediction.answer
    if isinstance(answer, ChoiceAnswer):
        return ""
    if isinstance(answer, CurveAnswer):
        return f"Right where your curve is on average {_tolerance(answer)}."
    return f"Right {_tolerance(answer)}."


def shown_apart(answer: NumberAnswer, given: float, true: float) -> tuple[str, str]:
    """Both with so many digits, from 4 on, that what is read is judged as what was meant."""
    near = is_near(answer, given, true)
    same = math.isclose(given, true, rel_tol=1e-12)
    for digits in _DIGITS:
        if is_near(answer, rounded(given, digits), rounded(true, digits)) != near:
            continue
        texts = number_text(given, digits), number_text(true, digits)
        if same or texts[0] != texts[1]:
            return texts
    return repr(given), repr(true)


def verdict(prediction: Prediction, given: Any, true: Any) -> str:
    """How it came out, in a sentence that stands beneath the answer and the right one."""
    answer, graded = prediction.answer, grade(prediction, given, true)
    if isinstance(answer, ChoiceAnswer):
        return "You had it." if graded.right else "It turns out otherwise."
    if isinstance(answer, NumberAnswer):
        if math.isclose(given, true, rel_tol=1e-12):
            return "You had it exactly."
        if graded.right:
            return f"You had it, {_tolerance(answer)}."
        return f"{_how_far(answer, given, true)}; right was {_tolerance(answer)}."
    assert graded.distance is not None
    size = _settled(100 * graded.distance, 100 * answer.within, graded.right)
    if graded.right:
        return f"You had it: on average {size} % of the axis away from the true curve."
    return (
        f"On average {size} % of the axis away from the true curve; right was {_tolerance(answer)}."
    )


def _how_far(answer: NumberAnswer, given: float, true: float) -> str:
    """Of an answer beyond the tolerance, in that tolerance's own measure."""
    side = "high" if given > true else "low"
    if answer.within is not None:
        return f"{_settled(abs(given - true), answer.within, False)} too {side}"
    if true == 0:
        measure = "percentage" if answer.within_percent is not None else "factor"
        return f"Of 0 there is no {measure}, so only 0 itself counts"
    if answer.within_percent is not None:
        share = _settled(100 * abs(given - true) / abs(true), answer.within_percent, False)
        return f"{share} % too {side}"
    assert answer.within_factor is not None
    if given == 0:
        return "No factor leads from 0 to it"
    if (given > 0) != (true > 0):
        return "It has the other sign"
    ratio = abs(given / true)
    size = _settled(max(ratio, 1 / ratio), answer.within_factor, False)
    return f"By a factor of {size} too {'large' if ratio > 1 else 'small'}"


def _settled(size: float, limit: float, right: bool) -> str:
    """A distance with so many digits, from 2 on, that it stands on its side of the limit."""
    for digits in range(2, 17):
        shown = rounded(size, digits)
        if (shown <= limit * (1 + SLACK)) == right:
            return number_text(shown, digits)
    return repr(size)
