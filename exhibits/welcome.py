"""The home page: one sentence, a real network at work, and the way into the lab."""

import streamlit as st

from exhibits.runs import traced
from exhibits.sequence_controls import FIRST_TEXT
from exhibits.stage import stage
from rnn_core import Setup, Text

HEADLINE = "See a recurrent network think and learn"
PROMISE = (
    "Type a sentence. Watch a real RNN, GRU or LSTM read it, gate by gate, "
    "and learn backwards through it. Every number on the screen is computed, none is drawn."
)


def welcome(key: str) -> None:
    """Headline, promise, the door to the lab, and the stage with the shipped LSTM on it."""
    st.title(HEADLINE)
    st.markdown(PROMISE)
    st.page_link("lab.py", label="Open the lab", icon=":material/science:")
    run = traced(Setup(sequence=Text(FIRST_TEXT), weights="brackets-lstm"))
    stage(run, key=f"{key}_stage", title="LSTM · 16 units, trained to close brackets")
