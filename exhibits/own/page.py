"""The page of the learner's own model: bring it, see what it is, watch it run.

As in the lab, but for what runs: that comes from a file.
"""

import time
from contextlib import nullcontext
from dataclasses import dataclass, replace

import streamlit as st

from exhibits import workbench
from exhibits.bench import bench
from exhibits.compare import compare_control
from exhibits.figure_panel import figure_panel
from exhibits.frame import name_drawer
from exhibits.lab import HEAD_START, TURN
from exhibits.own.asking import asked, losses
from exhibits.own.choice import Chosen, choice, named
from exhibits.own.fading import where_it_dies
from exhibits.own.kept import Kept, bring, forget, kept
from exhibits.own.reading import reading
from exhibits.own.size import check_size
from exhibits.own.summary import summary
from exhibits.own.vocabulary import Waiting
from exhibits.plain import plain
from exhibits.runs import traced
from exhibits.stage import StageState
from exhibits.take_along import take_along
from rnn_core import Setup, setup_with

SAVING = """\
from safetensors.torch import save_file
save_file(model.state_dict(), "model.safetensors")"""
QUICK = 64  # units of which every figure is a matter of milliseconds
LAST = 10**6  # a step beyond every end: the stage starts at the last one


@dataclass(frozen=True, eq=False)
class Shown:
    """What is on the stage: a setup, what it is compared with, and whose weights it names."""

    setup: Setup
    compare: str
    reads: str
    brought: Kept
    chosen: Chosen
    alphabet: str


def own_model(key: str) -> None:
    """Draws the whole page."""
    brought = kept(key)
    if brought is None:
        _door(key)
        return
    name_drawer("Model")
    with TURN:
        found, chosen = _controls(key, brought)
    summary(brought, chosen, key)
    last_good = f"{key}_last_of_{brought.mark}"
    if isinstance(found, Shown):
        st.session_state[last_good] = found
        with st.container(key=f"{key}_picture"):
            _bench(found, key)
        return
    before: Shown | None = st.session_state.get(last_good)
    _said(found)
    after = " The dimmed picture is of the last run that worked." if before else ""
    st.markdown(f"It is set under *What it reads*, in *Model* at the left.{after}")
    if before is not None:
        with st.container(key=f"{key}_stale"):
            st.html(f"<style>.st-key-{key}_stale {{ opacity: 0.45; }}</style>")
            _bench(before, key)


def _door(key: str) -> None:
    """Before there is a model."""
    st.title("Your model", anchor=False)
    st.markdown(
        "Bring a trained `torch.nn.RNN`, `GRU` or `LSTM` and a sequence of yours: see every gate "
        "and state of it, and where its gradient dies."
    )
    left, right = st.columns(2, gap="large")
    with left:
        bring(key)
    with right:
        st.markdown("**Two lines save yours**, where it was trained:")
        st.code(SAVING, language=None, wrap_lines=True)
        st.markdown(
            "A .safetensors file holds numbers and nothing that could run, unlike a .pt or .pth. "
            "Its names and shapes say what the network is."
        )


def _controls(key: str, brought: Kept) -> tuple[Shown | ValueError, Chosen]:
    """What is to be shown, or what is the matter: it is said here and beside the picture."""
    with st.sidebar:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader("Model", width="stretch")
            st.button("Another file", key=f"{key}_forget", on_click=forget, args=(key,))
        chosen = choice(key, brought)
        st.subheader("What it reads")
        try:
            return _shown(key, brought, chosen), chosen
        except ValueError as problem:
            _said(problem)
            return problem, chosen


def _shown(key: str, brought: Kept, chosen: Chosen) -> Shown:
    alphabet = brought.model.file.metadata.get("alphabet", "")
    told = alphabet if len(set(alphabet)) == len(alphabet) == chosen.features > 1 else ""
    tokens = chosen.embedding is not None
    read = reading(f"{key}_{brought.mark}", chosen.features, told, tokens)
    sequence = asked(f"{key}_{brought.mark}", read, chosen)
    fields = losses(key, sequence, chosen.module.bidirectional)
    check_size(chosen, len(read.rows))
    alphabet = getattr(sequence, "alphabet", "")
    setup = setup_with(named(brought, chosen, alphabet, key), sequence, **fields)
    traced(setup)
    return Shown(setup, compare_control(key, setup), read.said, brought, chosen, alphabet)


def _said(problem: ValueError) -> None:
    """What is wrong, or only not given yet."""
    if isinstance(problem, Waiting):
        st.info(plain(str(problem)), icon=":material/edit:")
    else:
        st.error(plain(str(problem)), icon=":material/error:")


@st.fragment
def _bench(shown: Shown, key: str) -> None:
    """The stage and the figures that follow it; what is done on the stage runs this alone."""
    nobody_waits = not TURN.locked()
    with TURN:
        named(shown.brought, shown.chosen, shown.alphabet, key)
        state, tracks = bench(shown.setup, shown.compare, key, StageState(step=LAST))
        take_along(tracks, state, key)
    if nobody_waits:
        time.sleep(HEAD_START)
    # Of a large network some figures take seconds, nearly all in LAPACK: nobody waits for those.
    with TURN if shown.setup.hidden_size <= QUICK else nullcontext():
        run = traced(replace(shown.setup, changes=workbench.settled(key, shown.setup)))
        st.subheader("Where its gradient dies", anchor=False)
        if said := where_it_dies(run, plain(shown.reads)):
            st.markdown(said)
        if f"{key}_figure" not in st.query_params:
            st.session_state.setdefault(f"{key}_figure", "gradients")
        figure_panel(run, layer=state.layer, key=key)
