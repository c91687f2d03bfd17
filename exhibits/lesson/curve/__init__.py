"""A curve that the learner draws over given axes, and then the true one laid over it."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from lessons.declared import Curve

_HERE = Path(__file__).parent
_curve = st.components.v2.component(
    "unrolled_curve",
    html='<div class="curve"></div>',
    js=(_HERE / "curve.mjs").read_text("utf-8"),
    css=(_HERE / "curve.css").read_text("utf-8"),
)


def _nothing() -> None:
    """Streamlit knows a component's state by its callbacks; this one does nothing."""


def draw_curve(
    axes: Curve,
    *,
    key: str,
    drawn: Sequence[float] | None = None,
    truth: Sequence[float] | None = None,
) -> tuple[float, ...] | None:
    """The curve that stands there, one value for each `axes.x`; None while it has gaps.

    `axes.y` is not sent. With `truth` nothing can be drawn any more: it is laid over `drawn`.
    """
    data = {
        "x": list(axes.x),
        "xLabel": axes.x_label,
        "yLabel": axes.y_label,
        "low": axes.low,
        "high": axes.high,
        "log": axes.log,
        "drawn": None if drawn is None else list(drawn),
        "truth": None if truth is None else list(truth),
    }
    _curve(key=key, data=data, on_drawn_change=_nothing)
    state = st.session_state.get(key)
    return _whole(state.get("drawn") if state else None, axes)


def _whole(said: Any, axes: Curve) -> tuple[float, ...] | None:
    """What the browser says, where it is a value within the axis for every x."""
    if not isinstance(said, list) or len(said) != len(axes.x):
        return None
    for value in said:
        if type(value) not in (int, float) or not math.isfinite(value):
            return None
        if not axes.low <= value <= axes.high:
            return None
    return tuple(float(value) for value in said)
