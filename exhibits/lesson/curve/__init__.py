"""A curve that the learner draws over given axes, and then the true one laid over it.

The browser reports what is drawn when the pointer lifts, or the keys rest.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from lessons.declared import Curve

_HERE = Path(__file__).parent
_IMPORT = re.compile(r"^import [^;]*;\n", re.M)

Drawn = tuple[float | None, ...]


def module() -> str:
    """The component's JavaScript, as one module: what `curve.mjs` imports stands before it."""
    parts = [(_HERE / name).read_text("utf-8") for name in ("strokes.mjs", "curve.mjs")]
    return _IMPORT.sub("", "\n".join(parts))


_curve = st.components.v2.component(
    "unrolled_curve",
    html='<div class="curve"></div>',
    js=module(),
    css=(_HERE / "curve.css").read_text("utf-8"),
)


def pad(axes: Curve, *, key: str) -> None:
    """Axes to draw on. `axes.y`, the true curve, is not sent.

    Streamlit drops a component's state when it leaves the page. The session keeps the drawing, and
    `start` is sent for a plot that is mounted anew; it does not change while one draws.
    """

    def reported() -> None:
        drawn = _reported(key, axes)
        if drawn is not None:
            st.session_state[f"{key}.drawn"] = (_name(axes), drawn)

    if _reported(key, axes) is None:
        st.session_state[f"{key}.start"] = _kept(key, axes)
    start = st.session_state.get(f"{key}.start")
    _curve(
        key=key,
        data={**_axes(axes), "drawn": start and list(start), "truth": None},
        on_drawn_change=reported,
    )


def drawn_curve(axes: Curve, *, key: str) -> tuple[float, ...] | None:
    """What is drawn on `pad`, one value for each `axes.x`; None while it has gaps."""
    drawn = _reported(key, axes) or _kept(key, axes)
    if drawn is None:
        return None
    whole = tuple(value for value in drawn if value is not None)
    return whole if len(whole) == len(drawn) else None


def show_curves(true: Curve, drawn: Sequence[float], *, key: str) -> None:
    """The true curve over the drawn one; nothing can be drawn any more."""
    data = {**_axes(true), "drawn": list(drawn), "truth": list(true.y)}
    _curve(key=f"{key}_shown", data=data)


def _axes(axes: Curve) -> dict[str, Any]:
    return {
        "name": _name(axes),
        "x": list(axes.x),
        "xLabel": axes.x_label,
        "yLabel": axes.y_label,
        "low": axes.low,
        "high": axes.high,
        "log": axes.log,
    }


def _name(axes: Curve) -> str:
    """Of these axes: what was drawn on others does not belong on them."""
    said = json.dumps([list(map(float, axes.x)), float(axes.low), float(axes.high), axes.log])
    return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()


def _kept(key: str, axes: Curve) -> Drawn | None:
    """What was drawn on these axes in this session, on an earlier visit too."""
    name, drawn = st.session_state.get(f"{key}.drawn", ("", None))
    return drawn if name == _name(axes) else None


def _reported(key: str, axes: Curve) -> Drawn | None:
    state = st.session_state.get(key)
    return checked(state.get("drawn") if state else None, axes)


def checked(said: Any, axes: Curve) -> Drawn | None:
    """What the browser says, if it is a value within the axis, or none, for each x of these axes.

    Anything else says nothing.
    """
    if not isinstance(said, dict) or said.get("axes") != _name(axes):
        return None
    values = said.get("values")
    if not isinstance(values, list) or len(values) != len(axes.x):
        return None
    for value in values:
        if value is not None and (
            type(value) not in (int, float) or not axes.low <= value <= axes.high
        ):
            return None
    return tuple(None if value is None else float(value) for value in values)
