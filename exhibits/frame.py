"""The page's frame: how much of the window the content takes, on every page alike."""

import streamlit as st

_FRAME = """
<style>
.stMainBlockContainer { padding: 4rem 2.25rem 3rem; max-width: 110rem; }
[data-testid="stSidebarContent"] { --gap: 0.75rem; }
[data-testid="stSidebarHeader"] { height: 2.5rem; margin-bottom: 0; }
@media (max-width: 640px) { .stMainBlockContainer { padding: 4rem 0.75rem 2rem; } }
</style>
"""


def frame() -> None:
    """Less margin than Streamlit's own: the stage is wide, and a phone is narrow."""
    st.html(_FRAME)
