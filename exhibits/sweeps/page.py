"""The page of sweeps: the grid at the left, what comes of it at the right."""

import os
import time

import streamlit as st

from background.status import TrainingsError
from background.sweep_folder import SweepStatus
from background.sweeps import DASK, Sweeps, may_use_dask, sweeps
from exhibits.sweeps.grid_controls import grid_controls, in_words
from exhibits.sweeps.result import preview, result
from exhibits.training import runs
from rnn_core.sweep import Sweep

_ABOUT = (
    "One training may be luck. Train every combination of cell, length and size from several "
    "seeds, and see which of them learn the task every time, and how fast."
)

# Every cell can be seen on a phone, without a scroll that nothing tells of. The sidebar of the page
# that one came from may stay behind, empty; with the pages' list in it, as on a phone, it is kept.
_LOOKS = """
<style>
[data-testid="stSidebar"]:not(:has([data-testid="stSidebarNav"])) { display: none; }
[class*="st-key-"][class*="_cells"] .stButtonGroup > div { flex-wrap: wrap; }
</style>
"""
# On a phone the columns stand one below the other: what was begun here comes first.
_RESULT_FIRST = """
<style>
@media (max-width: 640px) { .stColumn:has([class*="st-key-"][class*="_result"]) { order: -1; } }
</style>
"""


def sweeps_page(key: str) -> None:
    """Draws the whole page; the grid is in the link."""
    st.html(_LOOKS)
    st.title("Sweeps", anchor=False)
    st.markdown(_ABOUT)
    owner = runs.owner() or ""
    own = _own(owner)
    left, right = st.columns([5, 9], gap="large")
    with left:
        sweep = _grid(key)
        if sweep is not None:
            _start(sweep, owner, key, is_unfinished=_is_unfinished(own, key))
    with right, st.container(key=f"{key}_result"):
        if own:
            if f"{key}_begun" in st.session_state or any(one.is_busy for one in own):
                st.html(_RESULT_FIRST)
            result(_chosen(own, key), owner, key)
        elif sweep is not None:
            preview(sweep, key)


def _grid(key: str) -> Sweep | None:
    """The sweep of the controls, or what is wrong with them."""
    try:
        return grid_controls(key)
    except ValueError as problem:
        st.error(str(problem), icon=":material/error:")
        return None


def _start(sweep: Sweep, owner: str, key: str, *, is_unfinished: bool) -> None:
    """One button is the first to be pressed: beside a sweep to be cancelled this is the second."""
    st.markdown(in_words(sweep))
    dask = _dask(key)
    clicked = st.button(
        "Train them all",
        type="secondary" if is_unfinished else "primary",
        icon=":material/play_arrow:",
        key=f"{key}_start",
        width="stretch",
        disabled=not owner,
    )
    if not owner:
        st.caption(
            "This browser sent no cookie, which tells whose sweep it is. Allow cookies for this "
            "address and load the page again."
        )
    if clicked:
        try:
            st.session_state[f"{key}_new"] = sweeps().start(owner, sweep, dask)
            st.session_state[f"{key}_begun"] = True
            st.rerun()  # the button is drawn anew, now beside a sweep that trains
        except TrainingsError as problem:
            st.error(str(problem), icon=":material/error:")


def _dask(key: str) -> str:
    """The address of a cluster, where this server may train on one; "" for this machine."""
    if not os.environ.get(DASK, "").strip():
        return ""
    typed = st.text_input(
        "Dask cluster",
        key=f"{key}_dask",
        placeholder="this machine, or tcp://scheduler:8786",
        help="The address of a Dask scheduler. Its workers train instead of this machine; they "
        "need Unrolled's folder on their PYTHONPATH.",
        max_chars=200,
    )
    address = (typed or "").strip()
    if address and not may_use_dask(address):
        st.error(
            f"This server may not train there. Whoever runs it allows addresses by {DASK}.",
            icon=":material/error:",
        )
        return ""
    return address


def _own(owner: str) -> list[SweepStatus]:
    known: Sweeps = sweeps()
    return known.of(owner) if owner else []


def _is_unfinished(own: list[SweepStatus], key: str) -> bool:
    """Whether the sweep that is shown has a button of its own, to cancel or resume it."""
    states = {one.id: one.state for one in own}
    shown = states.get(st.session_state.get(f"{key}_which", ""), own[0].state if own else "done")
    return shown != "done" or any(one.is_busy for one in own)


def _chosen(own: list[SweepStatus], key: str) -> str:
    """Which of the learner's sweeps is shown: a new one at once, else the one chosen."""
    name = f"{key}_which"
    ids = [one.id for one in own]
    new = st.session_state.pop(f"{key}_new", "")
    if new in ids:
        st.session_state[name] = new
    elif st.session_state.get(name) not in ids:
        st.session_state[name] = ids[0]
    if len(own) == 1:
        return ids[0]
    titles = {one.id: title_of(one) for one in own}
    chosen = st.selectbox("Your sweeps", ids, format_func=titles.__getitem__, key=name)
    return str(chosen)


def title_of(one: SweepStatus) -> str:
    """`Adding problem: 4 cells × 3 lengths × 3 seeds, 25 Nov 16:22`; by the server's clock.

    Nothing that changes: the browser keeps showing the words that were chosen.
    """
    begun = time.strftime("%d %b %H:%M", time.localtime(one.created))
    return f"{one.sweep.title}: {in_words(one.sweep).partition(' = ')[0]}, {begun}"
