"""The lab: a setup at the learner's hand, its run on the stage, and figures to look at longer."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import streamlit as st

from exhibits import opening, workbench
from exhibits.bench import bench
from exhibits.compare import compare_control
from exhibits.controls import hides_all
from exhibits.figure_panel import figure_panel
from exhibits.frame import name_drawer
from exhibits.network_controls import network_controls
from exhibits.runs import traced
from exhibits.sequence_controls import UnknownCharacterError, in_alphabet, sequence_controls
from exhibits.setups import setup_of, weights_name
from exhibits.share import address, link_popover, view_of_link
from exhibits.stage import StageState
from exhibits.table import MAX_LENGTH
from exhibits.take_along import take_along
from lessons.declared import Values
from rnn_core import Numbers, Setup, Text, load_weights

# Seconds between the stage and the figure: the browser then paints the stage before it turns to
# Plotly, some 100 ms sooner on two cores. Where learners wait for each other the queue does that.
HEAD_START = 0.08
# One learner's page at a time: Python runs one thread at a time in any case, and thirty that take
# turns every few milliseconds all finish late.
TURN = threading.Lock()


def lab(key: str) -> None:
    """Draws the whole lab. The setup is in the link; a wrong entry leaves the last picture up."""
    name_drawer("Setup")
    with TURN:
        setup, choice = _controls(key)
    _bench(setup, choice, key)


def _controls(key: str) -> tuple[Setup, str]:
    """What is to be shown, and beside what; where an entry is wrong, what was shown last."""
    last_good = f"{key}_last_setup"
    with st.sidebar:
        setup = _setup(key)
        choice = compare_control(key, setup or st.session_state.get(last_good, opening.SETUP))
    if setup is None:
        shown = "last run that worked" if last_good in st.session_state else "opening run"
        st.warning(f"Not drawn; *Setup* says why. The picture is of the {shown}.")
        setup = st.session_state.get(last_good, opening.SETUP)
    st.session_state[last_good] = setup
    return setup, choice


@st.fragment
def _bench(base: Setup, choice: str, key: str) -> None:
    """The stage, what is taken from it, and the figures that follow it.

    A fragment: what is done on the stage runs this alone, and leaves the controls as they are.
    """
    nobody_waits = not TURN.locked()
    with TURN:
        state = _stage(base, choice, key)
    if nobody_waits:
        time.sleep(HEAD_START)
    with TURN:
        run = traced(replace(base, changes=workbench.settled(key, base)))
        figure_panel(run, layer=state.layer, key=key)


def _stage(base: Setup, choice: str, key: str) -> StageState:
    start = view_of_link(key) or StageState(step=opening.STEP)
    state, shown = bench(base, choice, key, start)
    with st.container(horizontal=True, gap="small"):
        link_popover(key, state)
        take_along(shown, state, key, link=address(key, state))
    return state


def _setup(key: str) -> Setup | None:
    """The chosen setup, or None and what is wrong beside the control that is to be changed."""
    sequence: Text | Numbers | None = None
    values: dict[str, Any] | None = None
    if not hides_all(key):
        st.subheader("What it reads")
    below_text = st.container()
    with below_text, _explained(key):
        sequence = sequence_controls(key)
    if not hides_all(key):
        st.subheader("What runs")
    kind = type(sequence) if sequence else _kind(key)
    with _explained(key):
        values = network_controls(key, kind, len(sequence.labels) if sequence else MAX_LENGTH)
    if sequence is None or values is None:
        return None
    with below_text, _explained(key):
        setup = setup_of(values, _readable(sequence, values))
        traced(setup)
        return setup
    return None


def _kind(key: str) -> type[Text] | type[Numbers]:
    """What is read where the entry is wrong: the source says it."""
    return Text if st.session_state.get(f"{key}_source", "Text") == "Text" else Numbers


@contextmanager
def _explained(key: str) -> Iterator[None]:
    """What goes wrong inside is said here, and goes no further."""
    try:
        yield
    except ValueError as problem:
        st.error(str(problem).replace("loss_steps", "Steps with a loss"), icon=":material/error:")
        if isinstance(problem, UnknownCharacterError):
            st.button(
                "Use random weights",
                key=f"{key}_use_random",
                on_click=_draw_weights,
                args=(key,),
                help="A network with random weights takes any character.",
            )


def _readable(sequence: Text | Numbers, values: Values) -> Text | Numbers:
    """The sequence as the chosen weights can read it; says so where that is another one."""
    if values["weights"] == "random" or isinstance(sequence, Numbers):
        return sequence
    trained = load_weights(weights_name(Text, values["cell"]))
    text = in_alphabet(sequence.text, trained.alphabet)
    if text != sequence.text:
        st.caption(f"Read as “{text}”.")
    return Text(text)


def _draw_weights(key: str) -> None:
    st.session_state[f"{key}_weights"] = "random"
