"""A link to this very view: the setup, what was changed of it, and where on the stage one is."""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from exhibits.controls import ALL
from exhibits.stage import LEVELS, PANELS, PHASES, StageState
from exhibits.workbench import too_many_for_link

VIEW = re.compile(r"t(\d{1,4})((?:\.[a-z]+|\.layer\d{1,2}|\.unit\d{1,3}|\.track\d)*)")


def view_to_link(state: StageState) -> str:
    """Where one stands as one short word: `t7.backward.unit.unit3.blame`."""
    words = [f"t{state.step}", state.phase, state.level]
    if state.layer >= 0:
        words.append(f"layer{state.layer}")
    if state.unit is not None:
        words.append(f"unit{state.unit}")
    if state.track:
        words.append(f"track{state.track}")
    return ".".join([*words, *state.panels])


def view_from_link(text: str) -> StageState | None:
    """What `view_to_link` wrote, or None where it is something else."""
    found = VIEW.fullmatch(text)
    if not found:
        return None
    state = StageState(step=int(found[1]))
    for word in found[2].split(".")[1:]:
        number = re.fullmatch(r"(layer|unit|track)(\d+)", word)
        if number:
            named: dict[str, Any] = {number[1]: int(number[2])}
            state = replace(state, **named)
        elif word in PHASES:
            state = replace(state, phase=word)
        elif word in LEVELS:
            state = replace(state, level=word)
        elif word in PANELS:
            others = tuple(name for name in state.panels if name != word)
            state = replace(state, panels=(*others, word))
        else:
            return None
    return state


def view_of_link(key: str) -> StageState | None:
    """Where the page's link says that one stands, None where it does not say."""
    return view_from_link(st.query_params.get(f"{key}_view", ""))


def link_popover(key: str, state: StageState) -> None:
    """A button that shows the link; it is made when it is opened."""
    popover = st.popover(
        "Link to this view",
        icon=":material/link:",
        key=f"{key}_link",
        on_change="rerun",
    )
    if not popover.open:
        return
    with popover:
        st.caption(
            "Opens the same run at the same step, phase and depth, with everything that you "
            "changed. For another machine that has Unrolled, put that machine's address in place "
            "of the part before */lab*."
        )
        hide = st.segmented_control(
            "Controls beside the stage",
            ["shown", "hidden"],
            default="shown",
            required=True,
            format_func=str.capitalize,
            key=f"{key}_link_controls",
            help="Hidden: whoever opens the link sees this run and no control of it. To hide just "
            "some, write their names after `" + f"{key}_hide=" + "`, such as `cell,seed`.",
        )
        if too_many_for_link(key):
            st.warning("There are more changes than a link can carry: it opens the run unchanged.")
        link = address(key, state, hide=ALL if hide == "hidden" else "")
        st.code(link, language=None, wrap_lines=True)


def address(key: str, state: StageState, *, hide: str = "") -> str:
    """The link; `hide` names the controls that it does not show (`exhibits.controls`)."""
    query = st.query_params.to_dict() | {f"{key}_view": view_to_link(state)}
    if hide:
        query[f"{key}_hide"] = hide
    return f"{st.context.url}?{urlencode(query)}"
