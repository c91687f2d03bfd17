"""What a prediction's right answer is, and how near a learner's answer comes to it.

The right answer is worked out by the core at the moment of the commit, from what the exhibit then
shows with the prediction's own `set` laid over it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lessons.declared import Curve, Declaration, Values
from lessons.lesson import ChoiceAnswer, CurveAnswer, NumberAnswer, Prediction

MOST_DIGITS = 12
SLACK = 1e-9  # of a tolerance: 0.1 is within 10 % of 0.11 whatever binary makes of it


@dataclass(frozen=True)
class Given:
    """A committed answer and what was right then, as the store keeps them.

    `value` and `truth` are a choice's index, a number, or the values of a curve.
    """

    value: Any
    truth: Any

    def to_json(self) -> dict[str, Any]:
        return {"value": _short(self.value), "truth": _short(self.truth)}


def given_from_json(prediction: Prediction, said: Any) -> Given | None:
    """What `to_json` wrote, or None where it does not fit this prediction (any more)."""
    if not isinstance(said, Mapping):
        return None
    value, truth = said.get("value"), said.get("truth")
    answer = prediction.answer
    if isinstance(answer, ChoiceAnswer):
        fits = all(type(k) is int and 0 <= k < len(answer.choices) for k in (value, truth))
    elif isinstance(answer, NumberAnswer):
        fits = _is_number(value) and _is_number(truth)
    else:
        both = (value, truth)
        fits = all(isinstance(y, list | tuple) and y and all(map(_is_number, y)) for y in both)
        fits = fits and len({len(y) for y in both if isinstance(y, list | tuple)}) == 1
    return Given(value, truth) if fits else None


def curve_of(prediction: Prediction, declaration: Declaration, values: Values) -> Curve:
    """The true curve and its axes.

    Raises:
        ValueError: the exhibit as it is set now has no such curve.
    """
    answer = prediction.answer
    assert isinstance(answer, CurveAnswer)
    return declaration.curve(answer.curve).value({**values, **prediction.changed}, answer.at)


def truth(prediction: Prediction, declaration: Declaration | None, values: Values) -> Any:
    """The right answer: a choice's index, a number, or the values of the curve.

    Raises:
        ValueError: the exhibit as it is set now has no such number or curve.
    """
    answer = prediction.answer
    if isinstance(answer, ChoiceAnswer):
        return answer.answer
    assert declaration is not None
    if isinstance(answer, NumberAnswer):
        measure = declaration.measure(answer.measure)
        return measure.value({**values, **prediction.changed}, answer.at)
    return curve_of(prediction, declaration, values).y


def is_right(prediction: Prediction, given: Any, true: Any, axes: Curve | None = None) -> bool:
    """Whether the answer lies within the stated tolerance; a curve needs its axes."""
    answer = prediction.answer
    if isinstance(answer, ChoiceAnswer):
        return bool(given == true)
    if isinstance(answer, NumberAnswer):
        return _near(answer, given, true)
    assert axes is not None
    return distance(axes, given, true) <= answer.within * (1 + SLACK)


def _near(answer: NumberAnswer, given: float, true: float) -> bool:
    """A factor is of two numbers of one sign; 0 has neither a percentage nor a factor."""
    if answer.within is not None:
        return abs(given - true) <= answer.within * (1 + SLACK)
    if answer.within_percent is not None:
        return abs(given - true) <= abs(true) * answer.within_percent / 100 * (1 + SLACK)
    assert answer.within_factor is not None
    if true == 0 or given == 0 or (given > 0) != (true > 0):
        return given == true
    return abs(math.log(given / true)) <= math.log(answer.within_factor) * (1 + SLACK)


def distance(axes: Curve, given: Any, true: Any) -> float:
    """The mean distance of two curves as a share of the axis, in decades where that is log."""
    apart = [abs(_place(axes, a) - _place(axes, b)) for a, b in zip(given, true, strict=True)]
    return math.fsum(apart) / len(apart)


def _place(axes: Curve, value: float) -> float:
    """Where a value stands on the axis, from 0 to 1; what lies beyond an end stands at it."""
    value = min(max(value, axes.low), axes.high)
    if axes.log:
        return math.log(value / axes.low) / math.log(axes.high / axes.low)
    return (value - axes.low) / (axes.high - axes.low)


def tolerance_words(prediction: Prediction) -> str:
    """What counts as right, said before the learner answers."""
    answer = prediction.answer
    if isinstance(answer, NumberAnswer):
        if answer.within is not None:
            return f"Right within ±{answer.within:g}."
        if answer.within_percent is not None:
            return f"Right within {answer.within_percent:g} %."
        return f"Right within a factor of {answer.within_factor:g}."
    if isinstance(answer, CurveAnswer):
        return f"Right where it is on average within {answer.within:.0%} of the axis' height."
    return ""


def verdict(prediction: Prediction, given: Given, right: bool, axes: Curve | None = None) -> str:
    """What the answer was beside what is so, in Markdown."""
    answer = prediction.answer
    if isinstance(answer, ChoiceAnswer):
        true = answer.choices[given.truth]
        if right:
            return f"**You had it:** {true}"
        return f"You said: {answer.choices[given.value]}\n\n**It is:** {true}"
    if isinstance(answer, NumberAnswer):
        said, true = apart(given.value, given.truth)
        if said == true:
            return f"**You had it:** {true}"
        head = "**You had it:** you" if right else "You"
        return f"{head} said {said}; the network's own value is **{true}**{_off(given)}."
    assert axes is not None
    share = distance(axes, given.value, given.truth)
    head = "**You had it:** your" if right else "Your"
    return (
        f"{head} curve is on average {share:.0%} of the axis' height away from the true one "
        f"(right up to {answer.within:.0%})."
    )


def _off(given: Given) -> str:
    """How far off, where a percentage says something."""
    if given.truth == 0 or given.value == given.truth:
        return ""
    share = (given.value - given.truth) / abs(given.truth)
    if abs(share) < 1:
        return f" ({abs(share):.1%} too {'high' if share > 0 else 'low'})"
    ratio = given.value / given.truth
    return f" ({ratio:.3g} times as much)" if ratio > 0 else ""


def apart(a: float, b: float) -> tuple[str, str]:
    """Two numbers with so many digits, from 4 on, that different ones look different."""
    for digits in range(4, MOST_DIGITS + 1):
        said, true = number_words(a, digits), number_words(b, digits)
        if said != true or a == b:
            return said, true
    return repr(a), repr(b)


def number_words(value: float, digits: int = 4) -> str:
    """A number as people read it: `0.0349`, `13`, `2.41 × 10⁻⁷`."""
    text = f"{value:.{digits}g}".replace("-", "−")
    mantissa, _, power = text.partition("e")
    if not power:
        return mantissa
    raised = str(int(power.replace("−", "-"))).translate(
        str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    )
    return f"{mantissa} × 10{raised}"


_SIGNS = str.maketrans(
    {"−": "-", "–": "-", "×": "*", "·": "*", "\u00a0": " ", "\u202f": " "}
    | dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True))
)


def parse_number(text: str) -> float:
    """A number as people type it: `0.5`, `0,5`, `1e-3`, `3/4`, `2^-7`, `2 × 10^-3`, `5 %`.

    Raises:
        ValueError: it is none of these, or is not finite.
    """
    plain = text.translate(_SIGNS).replace(" ", "")
    try:
        if len(plain) > 40:
            raise ValueError(plain)
        value = _percent(plain)
    except (ValueError, ArithmeticError):
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(
            f"“{text.strip()[:30]}” is not a number. Write one such as 0.35, 1e-3, 3/4 or 2^-7."
        )
    return value


def _percent(text: str) -> float:
    return _product(text[:-1]) / 100 if text.endswith("%") else _product(text)


def _product(text: str) -> float:
    factors = [_quotient(factor) for factor in text.replace("**", "^").split("*")]
    return math.prod(factors)


def _quotient(text: str) -> float:
    above, *below = [_power(part) for part in text.split("/")]
    for part in below:
        above /= part
    return above


def _power(text: str) -> float:
    base, *exponent = text.split("^")
    if not exponent:
        return _plain(base)
    if len(exponent) > 1:
        raise ValueError(text)
    raised = math.pow(abs(_plain(base)), _plain(exponent[0].strip("()")))
    return -raised if base.startswith("-") else raised


def _plain(text: str) -> float:
    """A comma is the decimal mark where it can be nothing else."""
    if text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    if not text or "_" in text or not text.isascii():
        raise ValueError(text)
    return float(Fraction(text)) if text.lstrip("+-").isdigit() else float(text)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _short(value: Any) -> Any:
    """A curve's values to six digits: what is kept of an answer has its bounds."""
    if isinstance(value, list | tuple):
        return [float(f"{float(entry):.6g}") for entry in value]
    return value
