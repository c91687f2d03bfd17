"""The page: the stage, how often the page has run, and whether the stage follows the run."""

import streamlit as st

from exhibits.stage import StageState, Track, stage
from tests.browser.live.training import PATH, own_run, tracks_after

st.session_state.runs = st.session_state.get("runs", 0) + 1
follows = st.checkbox("Follow", value=True)
own = st.checkbox("The page's own run")
tracks = [Track(own_run(), "the page's own", editable=False)] if own else tracks_after(0)
state = stage(
    tracks,
    key="live",
    start=StageState(step=2),
    options={"live": PATH} if follows else {},
)
st.text(f"runs: {st.session_state.runs}; step: {state.step}")
