"""The page "Train": what to learn and how at the left, the training and its stage beside it."""

from typing import Any

import streamlit as st

from exhibits.frame import name_drawer
from exhibits.training import runs
from exhibits.training.bench import training_bench
from exhibits.training.configure import setups_of, title_of, values_of
from exhibits.training.controls import defaults, put, training_controls
from exhibits.training.presets import PRESETS, Preset
from lessons.declared import Values

_FREE = "Your own settings"
CHANGED = "Changed since: what the preset claims need not hold any more."


def train_page(key: str) -> None:
    """Draws the whole page. The settings are in the link; a wrong entry leaves the last ones."""
    name_drawer("Settings")
    _take_up(key)
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    with row:
        preset = _preset(key)
    with st.sidebar:
        values = training_controls(key)
        setups = _setups(values, key)
    if preset:
        with row:
            as_it_is = setups == setups_of(_values(preset))
            st.markdown(preset.why if as_it_is else CHANGED, width=620)
    runs.expect_one(key)
    _bench(setups, key, title_of(st.session_state[f"{key}.good"]))


@st.fragment
def _bench(setups: Any, key: str, name: str) -> None:
    training_bench(setups, key, name, take_out=True)


def _take_up(key: str) -> None:
    """A visit without settings of its own finds those of the run that is there."""
    if f"{key}.good" in st.session_state or any(
        one.startswith(f"{key}_") for one in st.query_params
    ):
        return
    status = runs.current(key)
    if status is not None:
        put(key, values_of(tuple(track.setup for track in status.tracks)))


def _setups(values: Values | None, key: str) -> Any:
    """What would be trained; where that is wrong, why, and what was right before."""
    name = f"{key}.good"
    if values is not None:
        try:
            setups = setups_of(values)
        except (TypeError, ValueError) as problem:
            st.error(str(problem), icon=":material/error:")
        else:
            st.session_state[name] = dict(values)
            return setups
    good = st.session_state.setdefault(name, defaults())
    return setups_of(good)


def _preset(key: str) -> Preset | None:
    """The one that is chosen; it stays chosen until another is."""

    def chosen() -> None:
        for preset in PRESETS:
            if preset.name == st.session_state[f"{key}_preset"]:
                put(key, _values(preset))

    names = {preset.name: preset for preset in PRESETS}
    choice = st.selectbox(
        "Preset",
        [_FREE, *names],
        key=f"{key}_preset",
        on_change=chosen,
        format_func=lambda name: _mark(names[name]) if name in names else name,
        width=460,
    )
    return names.get(choice)


def _values(preset: Preset) -> dict[str, Any]:
    return defaults() | dict(preset.values) | {"against": preset.against}


def _mark(preset: Preset) -> str:
    return f"{'✓ works' if preset.good else '✗ fails'} · {preset.name}"
