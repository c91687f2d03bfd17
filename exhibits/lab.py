"""The lab: a setup at the learner's hand, its run on the stage, and figures to look at longer."""

from urllib.parse import urlencode

import streamlit as st

from exhibits import opening
from exhibits.figure_panel import figure_panel
from exhibits.network_controls import CELL_NAMES, network_controls
from exhibits.runs import traced
from exhibits.sequence_controls import sequence_controls
from exhibits.stage import stage
from rnn_core import Numbers, Run, Setup, Text


def lab(key: str) -> None:
    """Draws the whole lab. The setup is in the link; a wrong entry leaves the last picture up."""
    with st.sidebar:
        setup, problem = _setup(key)
        _link(key)
    last_good = f"{key}_last_setup"
    if setup is None:
        _explain(problem, key)
        setup = st.session_state.get(last_good, opening.SETUP)
    st.session_state[last_good] = setup
    run = traced(setup)
    _stage(run, key)
    figure_panel(run, key=key)


def _setup(key: str) -> tuple[Setup | None, str]:
    """The chosen setup, or what is wrong with it. Every control is drawn in either case."""
    problems = []
    sequence: Text | Numbers | None = None
    network = None
    st.subheader("What it reads")
    try:
        sequence = sequence_controls(key)
    except ValueError as problem:
        problems.append(str(problem))
    st.subheader("What runs")
    kind = Text if st.session_state.get(f"{key}_source", "Text") == "Text" else Numbers
    try:
        network = network_controls(key, kind)
    except ValueError as problem:
        problems.append(str(problem))
    if sequence is None or network is None:
        return None, "\n\n".join(problems)
    try:
        setup = Setup(sequence=sequence, **network)
        traced(setup)
    except ValueError as problem:
        return None, str(problem)
    return setup, ""


def _explain(problem: str, key: str) -> None:
    """What is wrong, the way out if there is a plain one, and which run the picture is of."""

    def draw_weights() -> None:
        st.session_state[f"{key}_weights"] = "random"

    st.error(problem, icon=":material/error:")
    with st.container(horizontal=True, vertical_alignment="center"):
        if "alphabet" in problem:
            st.button("Use random weights", key=f"{key}_use_random", on_click=draw_weights,
                      help="A network with random weights takes any character.")  # fmt: skip
        known = f"{key}_last_setup" in st.session_state
        st.caption(f"The picture is of the {'last run that worked' if known else 'opening run'}.")


def _link(key: str) -> None:
    with st.popover("Link to this picture", icon=":material/link:", width="stretch"):
        st.caption("Opens the same run on any machine that has Unrolled.")
        st.code(_address(), language=None, wrap_lines=True)


def _address() -> str:
    query = urlencode(st.query_params.to_dict())
    return f"{st.context.url}?{query}" if query else str(st.context.url)


@st.fragment
def _stage(run: Run, key: str) -> None:
    stage(run, key=f"{key}_stage", title=_title(run), step=opening.STEP)


def _title(run: Run) -> str:
    setup = run.setup
    size = f"{setup.hidden_size} units"
    layers = f" · {setup.num_layers} layers" if setup.num_layers > 1 else ""
    return f"{CELL_NAMES[setup.cell]} · {size}{layers}"
