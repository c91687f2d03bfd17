"""A committed answer as the store keeps it: what was given, and what was right at that moment."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exhibits.lesson.grading import MOST_POINTS
from exhibits.lesson.numbers import rounded
from lessons.declared import Curve
from lessons.lesson import ChoiceAnswer, NumberAnswer, Prediction

LONGEST_LABEL = 120
_LARGEST = 1e300


@dataclass(frozen=True)
class Committed:
    """`given` and `truth` are of the kinds that `grading.grade` takes."""

    given: Any
    truth: Any


def to_json(given: Any, truth: Any) -> dict[str, Any]:
    """Values of curves keep five digits: an answer may take a few kilobytes."""
    if not isinstance(truth, Curve):
        kind = int if isinstance(given, int) and isinstance(truth, int) else float
        return {"given": kind(given), "truth": kind(truth)}
    return {
        "given": [rounded(float(value), 5) for value in given],
        "truth": [rounded(float(value), 5) for value in truth.y],
        "x": [rounded(float(value), 7) for value in truth.x],
        "labels": [truth.x_label[:LONGEST_LABEL], truth.y_label[:LONGEST_LABEL]],
        "axis": [float(truth.low), float(truth.high)],
        "log": truth.log,
    }


def from_json(prediction: Prediction, raw: Any) -> Committed | None:
    """The inverse; None where it is no answer to this prediction, as the lesson has it now."""
    if not isinstance(raw, Mapping):
        return None
    given, truth, answer = raw.get("given"), raw.get("truth"), prediction.answer
    if isinstance(answer, ChoiceAnswer):
        fits = type(given) is int and 0 <= given < len(answer.choices)
        fits = fits and type(truth) is int and truth == answer.answer
        return Committed(given, truth) if fits else None
    if isinstance(answer, NumberAnswer):
        return Committed(given, truth) if _is_number(given) and _is_number(truth) else None
    return _curves(raw)


def _curves(raw: Mapping[str, Any]) -> Committed | None:
    x = _numbers(raw.get("x"), 1, MOST_POINTS)
    axis, log = _numbers(raw.get("axis"), 2, 2), raw.get("log")
    labels = raw.get("labels")
    if x is None or axis is None or not isinstance(log, bool) or not isinstance(labels, list):
        return None
    given, truth = (_numbers(raw.get(name), len(x), len(x)) for name in ("given", "truth"))
    if given is None or truth is None or len(labels) != 2:
        return None
    if not all(isinstance(label, str) and len(label) <= LONGEST_LABEL for label in labels):
        return None
    rises = all(before < after for before, after in itertools.pairwise(x))
    if not rises or axis[0] >= axis[1] or (log and min(axis[0], *given, *truth) <= 0):
        return None
    return Committed(given, Curve(x, truth, labels[0], labels[1], axis[0], axis[1], log))


def _numbers(values: Any, least: int, most: int) -> tuple[float, ...] | None:
    if not isinstance(values, list | tuple) or not least <= len(values) <= most:
        return None
    return tuple(values) if all(map(_is_number, values)) else None


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= _LARGEST
