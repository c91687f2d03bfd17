"""An exhibit on a lesson's page: its presets, the controls that the lesson names, and the piece.

What the exhibit shows is the lesson's values, with the last preset or reveal laid over them, with
the learner's controls on top. All of that lives in the session, under the exhibit's key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from exhibits.catalogue import catalogue
from exhibits.controls import control, set_control
from exhibits.lesson.text import for_page
from exhibits.piece import Piece
from lessons.lesson import ExhibitBlock, Preset

IN_A_ROW = 3


@dataclass(frozen=True)
class Hosted:
    """What an exhibit shows now, and where in it the learner is."""

    values: Mapping[str, Any]
    place: Mapping[str, Any]


def host(block: ExhibitBlock, key: str) -> Hosted:
    """Draws the exhibit. A wrong entry is said, and what was shown last stays."""
    piece = catalogue()[block.name]
    _presets(block, key)
    values = _good(piece, _controlled(block, key, piece), key)
    where = piece.draw(values, key, _place(block, key))
    return Hosted(piece.present(values, key) if piece.present else values, where)


def values_now(block: ExhibitBlock, key: str) -> dict[str, Any]:
    """What the exhibit shows, without drawing it: of the last time that it was drawn, if ever."""
    piece = catalogue()[block.name]
    values = st.session_state.get(f"{key}.good", _values(block, key))
    return dict(piece.present(values, key) if piece.present else values)


def move(
    block: ExhibitBlock, key: str, changed: Mapping[str, Any], place: Mapping[str, Any]
) -> None:
    """The exhibit takes these values and goes to this place; before it is drawn in this run."""
    declaration = catalogue()[block.name].declaration
    st.session_state[f"{key}.set"] = {**st.session_state.get(f"{key}.set", {}), **changed}
    if place:
        st.session_state[f"{key}.place"] = dict(place)
    for name in changed:
        if name in block.controls:
            set_control(declaration.parameter(name), key, changed[name])


def _reset(block: ExhibitBlock, key: str) -> None:
    """Back to the lesson's own setting."""
    declaration = catalogue()[block.name].declaration
    for name in block.controls:
        set_control(declaration.parameter(name), key, block.values[name])
    st.session_state[f"{key}.set"] = {}
    st.session_state[f"{key}.place"] = dict(block.place)


def _values(block: ExhibitBlock, key: str) -> dict[str, Any]:
    return {**block.values, **st.session_state.get(f"{key}.set", {})}


def _place(block: ExhibitBlock, key: str) -> Mapping[str, Any]:
    place: Mapping[str, Any] = st.session_state.get(f"{key}.place", block.place)
    return place


def _controlled(block: ExhibitBlock, key: str, piece: Piece) -> dict[str, Any] | None:
    """The values with what the controls say; None where an entry is wrong, which is said."""
    values = _values(block, key)
    declared = [piece.declaration.parameter(name) for name in block.controls]
    right = True
    for first in range(0, len(declared), IN_A_ROW):
        row = declared[first : first + IN_A_ROW]
        for parameter, column in zip(row, st.columns(IN_A_ROW), strict=False):
            with column:
                try:
                    start = values[parameter.name]
                    values[parameter.name] = control(parameter, key, default=start)
                except ValueError as problem:
                    st.error(str(problem))
                    right = False
    return values if right else None


def _good(piece: Piece, values: dict[str, Any] | None, key: str) -> dict[str, Any]:
    """These values if they fit one another, else those of the last time; the lesson's own do."""
    name = f"{key}.good"
    if values is not None:
        try:
            piece.declaration.fits(values)
        except ValueError as problem:
            st.error(f"{problem}. The picture shows what it showed before.")
        else:
            st.session_state[name] = values
    good: dict[str, Any] = st.session_state[name]
    return good


def _presets(block: ExhibitBlock, key: str) -> None:
    """One button each, and why the one that is shown works or does not."""
    if not block.presets:
        return
    now = _values(block, key) | {
        name: st.session_state[f"{key}_{name}"]
        for name in block.controls
        if f"{key}_{name}" in st.session_state
    }
    with st.container(horizontal=True, gap="small", key=f"{key}.presets"):
        for number, preset in enumerate(block.presets):
            st.button(
                preset.name,
                key=f"{key}.preset_{number}",
                icon=":material/check_circle:" if preset.good else ":material/error:",
                help="A setting that works." if preset.good else "A setting that fails.",
                type="primary" if _shows(block, key, preset, now) else "secondary",
                on_click=move,
                args=(block, key, preset.changed, preset.place),
            )
        if st.session_state.get(f"{key}.set"):
            st.button(
                "As it was",
                key=f"{key}.reset",
                icon=":material/undo:",
                type="tertiary",
                on_click=_reset,
                args=(block, key),
            )
    for preset in block.presets:
        if _shows(block, key, preset, now):
            st.markdown(f"**{preset.name}.** {for_page(preset.why)}")
            break


def _shows(block: ExhibitBlock, key: str, preset: Preset, now: Mapping[str, Any]) -> bool:
    """Whether the exhibit stands as the preset says; widgets of texts hold their own form."""
    declaration = catalogue()[block.name].declaration
    return bool(preset.changed) and all(
        now[name] in (value, declaration.parameter(name).to_text(value))
        for name, value in preset.changed.items()
    )
