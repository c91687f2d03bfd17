"""The control of a declared parameter: one widget for each kind, bound to the page's link.

A link can hide controls: `lab_hide=cell,seed` names those that are not drawn, `lab_hide=all` hides
every one. What a hidden control would say, its value in the link says, else its default.
"""

from collections.abc import Callable, Collection
from typing import Any

import streamlit as st

from lessons.declared import Choice, Flag, Parameter, Real, Reals, Whole, Wholes, Words

ALL = "all"


def control(
    parameter: Parameter,
    key: str,
    *,
    default: Any = None,
    only: Collection[str] | None = None,
    label_visibility: Any = "visible",
) -> Any:
    """Draws the parameter's control and returns its value, checked.

    `default` is what it starts from where that is not the declared one; `only` are the choices of
    a `Choice` that are offered just now.

    Raises:
        ValueError: what was typed, or stands in the link of a hidden control, is no such value.
    """
    start = parameter.default if default is None else default
    name = f"{key}_{parameter.name}"
    if is_hidden(parameter.name, key):
        return _of_link(parameter, name, start)
    common = {
        "label": parameter.label,
        "key": name,
        "help": parameter.about or None,
        "bind": "query-params",
        "label_visibility": label_visibility,
    }
    if isinstance(parameter, Choice):
        return _choice(parameter, start, only, common)
    return _WIDGETS[type(parameter)](parameter, start, common)


def set_control(parameter: Parameter, key: str, value: Any) -> None:
    """Puts a control at a value; before it is drawn in this run of the script."""
    held: Any = value
    if isinstance(parameter, Real) and parameter.stops:
        held = parameter.to_text(min(parameter.stops, key=lambda stop: abs(stop - value)))
    elif isinstance(parameter, Reals):
        held = " ".join(parameter.to_text((entry,)) for entry in value)
    elif isinstance(parameter, Wholes):
        held = parameter.to_text(value)
    st.session_state[f"{key}_{parameter.name}"] = held


def is_hidden(name: str, key: str) -> bool:
    """Whether the page's link hides the control of this name."""
    hidden = st.query_params.get(f"{key}_hide", "").split(",")
    return name in hidden or ALL in hidden


def hides_all(key: str) -> bool:
    return ALL in st.query_params.get(f"{key}_hide", "").split(",")


def _of_link(parameter: Parameter, name: str, start: Any) -> Any:
    return parameter.from_text(st.query_params[name]) if name in st.query_params else start


def _choice(
    parameter: Choice, start: str, only: Collection[str] | None, common: dict[str, Any]
) -> Any:
    options = [value for value in parameter.choices if only is None or value in only]
    common = common | {"format_func": lambda value: parameter.choices.get(value, value)}
    if parameter.segmented:
        return st.segmented_control(
            options=options, default=start, required=True, width="stretch", **common
        )
    chosen = st.selectbox(options=options, index=max(0, _place(options, start)), **common)
    return options[0] if chosen is None else chosen


def _place(options: list[str], start: str) -> int:
    return options.index(start) if start in options else 0


def _whole(parameter: Whole, start: int, common: dict[str, Any]) -> int:
    draw = st.number_input if parameter.typed else st.slider
    return int(
        draw(min_value=parameter.low, max_value=parameter.high, value=start, step=1, **common)
    )


def _real(parameter: Real, start: float, common: dict[str, Any]) -> float:
    if parameter.stops:
        shown = {parameter.to_text(stop): stop for stop in parameter.stops}
        nearest = min(parameter.stops, key=lambda stop: abs(stop - start))
        chosen = st.select_slider(options=list(shown), value=parameter.to_text(nearest), **common)
        return shown[chosen]
    return float(
        st.slider(
            min_value=parameter.low,
            max_value=parameter.high,
            value=start,
            step=parameter.step,
            **common,
        )
    )


def _flag(parameter: Flag, start: bool, common: dict[str, Any]) -> bool:
    return st.toggle(value=start, **common)


def _words(parameter: Words, start: str, common: dict[str, Any]) -> str:
    text = st.text_input(value=start, live=True, **common) or ""
    if not parameter.shortest <= len(text) <= parameter.longest:
        count = len(text)
        raise ValueError(
            f"{parameter.label}: {count} character{'' if count == 1 else 's'} given; "
            f"at least {parameter.shortest} and at most {parameter.longest} are read."
        )
    return text


def _reals(parameter: Reals, start: tuple[float, ...], common: dict[str, Any]) -> Any:
    shown = " ".join(parameter.to_text((value,)) for value in start)
    return parameter.from_text(st.text_area(value=shown, **common) or "")


def _wholes(parameter: Wholes, start: tuple[int, ...], common: dict[str, Any]) -> Any:
    return parameter.from_text(st.text_input(value=parameter.to_text(start), **common) or "")


_WIDGETS: dict[type, Callable[[Any, Any, dict[str, Any]], Any]] = {
    Whole: _whole,
    Real: _real,
    Flag: _flag,
    Words: _words,
    Reals: _reals,
    Wholes: _wholes,
}
