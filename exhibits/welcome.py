"""The home page: one sentence, a real network at work, and the ways in: the lessons, the lab."""

import streamlit as st

from exhibits import opening
from exhibits.network_controls import title_of
from exhibits.runs import traced
from exhibits.stage import StageState, Track, stage

HEADLINE = "See a recurrent network think and learn"
PROMISE = (
    "Type a sentence. Watch a real RNN, GRU or LSTM read it, gate by gate, "
    "and learn backwards through it. Every number on the screen is computed, none is drawn."
)
INVITATION = (
    "Below, an LSTM with 16 units reads a line of code and keeps track of the open brackets. "
    "Press play."
)


def welcome(key: str) -> None:
    """Headline, promise, the doors to lessons and lab, the stage with the shipped LSTM on it."""
    st.title(HEADLINE, anchor=False)
    st.markdown(PROMISE)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if st.button(
            "Start the lessons", type="primary", icon=":material/route:", key=f"{key}_lessons"
        ):
            st.switch_page("contents.py")
        if st.button("Open the lab", icon=":material/science:", key=f"{key}_lab"):
            st.switch_page("lab.py")
        st.markdown(INVITATION, width="stretch")
    run = traced(opening.SETUP)
    tracks = [Track(run, title_of(run))]
    stage(tracks, key=f"{key}_stage", start=StageState(step=opening.STEP))
