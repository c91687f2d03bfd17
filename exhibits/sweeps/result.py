"""One sweep while it trains and after: progress, what can be done with it, figures, files."""

import streamlit as st

from background.status import TrainingsError
from background.sweep_folder import SweepStatus
from background.sweeps import sweeps
from exhibits.charts import chart, theme
from exhibits.lesson.confirm import confirmed
from exhibits.lesson.links import plain_label
from exhibits.sweeps.table import columns_of
from figures.drawing import Drawing, counted
from figures.sweep_heat_map import draw
from figures.sweep_intervals import draw_intervals
from figures.sweep_words import Shown
from rnn_core.sweep import Sweep, outcomes, to_csv, to_toml
from rnn_core.sweep.spoken import duration

EVERY = 1.0  # seconds between two looks at a sweep that trains
VIEWS = {"solved": "Solved", "steps": "Steps", "intervals": "Intervals"}
_STATES = {
    "queued": "waits",
    "running": "trains",
    "stopping": "stops",
    "stopped": "is stopped",
    "done": "is done",
}


def preview(sweep: Sweep, key: str) -> None:
    """The grid before anything is trained."""
    chart(draw(sweep, {}, theme=theme()), f"{key}_preview")


def result(name: str, owner: str, key: str) -> None:
    """Draws the sweep; while it changes by itself, anew every second."""
    try:
        busy = sweeps().status(owner, name).is_busy
    except TrainingsError as problem:
        st.warning(str(problem))
        return
    shown = st.fragment(_result, run_every=EVERY if busy else None)
    shown(name, owner, key, busy)


def _result(name: str, owner: str, key: str, was_busy: bool) -> None:
    try:
        status = sweeps().status(owner, name)
    except TrainingsError:
        st.rerun()  # it was deleted elsewhere
    if status.is_busy != was_busy:
        st.rerun()
    _progress(status, owner, key)
    # Of one configuration there is one share, and its interval says how much it is worth.
    is_one = len(outcomes(status.sweep, {})) == 1
    view = st.segmented_control(
        "Shown",
        list(VIEWS),
        default="intervals" if is_one else "solved",
        required=True,
        format_func=VIEWS.__getitem__,
        key=f"{key}_view_of_one" if is_one else f"{key}_view",
        bind="query-params",
        label_visibility="collapsed",
    )
    chart(_drawing(status, view), key)
    _files(status, owner, key)
    if not status.is_busy:
        with st.expander("Every training"):
            st.dataframe(columns_of(status), hide_index=True, placeholder="–", key=f"{key}_table")
    _delete(status, owner, key)


def _drawing(status: SweepStatus, view: str) -> Drawing:
    if view == "intervals":
        return draw_intervals(status.sweep, status.rows, theme=theme())
    shown: Shown = "steps" if view == "steps" else "solved"
    return draw(status.sweep, status.rows, shown=shown, theme=theme())


def _progress(status: SweepStatus, owner: str, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.progress(status.done / status.sweep.size, text=said_of(status))
        _button(status, owner, key)
    if status.problem:
        st.warning(plain_label(status.problem), icon=":material/warning:")


def said_of(status: SweepStatus) -> str:
    """`It trains: 12 of 36, about 40 s left`"""
    text = f"{status.done} of {status.sweep.size} trained"
    if status.state == "queued":
        return f"{text}. It waits for its turn; before it: {counted(status.place or 1, 'sweep')}."
    if status.state == "stopping":
        return f"{text}. It stops …"
    if status.state == "running":
        left = status.seconds_left
        return f"{text}, about {duration(left)} left" if left is not None else f"{text} …"
    return f"{text}. It {_STATES[status.state]}."


def _button(status: SweepStatus, owner: str, key: str) -> None:
    """The one thing that can be done with it now."""
    if status.is_busy:
        st.button(
            "Cancel",
            icon=":material/stop:",
            key=f"{key}_cancel",
            disabled=status.state == "stopping",
            on_click=_do,
            args=("stop", owner, status.id),
            help="What is trained is kept, and it can be resumed.",
        )
    elif status.state == "stopped":
        st.button(
            "Resume",
            type="primary",
            icon=":material/play_arrow:",
            key=f"{key}_resume",
            on_click=_do,
            args=("resume", owner, status.id),
            help="Trains only what is missing.",
        )


def _do(what: str, owner: str, name: str) -> None:
    try:
        getattr(sweeps(), what)(owner, name)
    except TrainingsError as problem:
        st.toast(str(problem))


def _files(status: SweepStatus, owner: str, key: str) -> None:
    with st.container(horizontal=True):
        st.download_button(
            "Results (.csv)",
            lambda: to_csv(status.sweep, status.rows),
            file_name="sweep.csv",
            mime="text/csv",
            icon=":material/download:",
            key=f"{key}_csv",
            on_click="ignore",
            type="tertiary",
            help="One line per training.",
        )
        st.download_button(
            "Sweep (.toml)",
            lambda: to_toml(status.sweep),
            file_name="sweep.toml",
            mime="application/toml",
            icon=":material/terminal:",
            key=f"{key}_toml",
            on_click="ignore",
            type="tertiary",
            help="For the command line, as large as you like and on a Dask cluster: "
            "`python -m rnn_core.sweep sweep.toml`",
        )


def _delete(status: SweepStatus, owner: str, key: str) -> None:
    sure = confirmed(
        "Delete this sweep …",
        asks="The sweep and its results are deleted, for good.",
        yes="Delete it",
        icon=":material/delete:",
        key=f"{key}_delete",
    )
    if sure:
        _do("forget", owner, status.id)
        st.rerun()
