"""A drawing on a page: the one way in which figures are put there, and the page's theme."""

import streamlit as st

from figures.drawing import Drawing
from figures.style import Theme


def theme() -> Theme:
    """The one in which the page is shown now."""
    return "dark" if st.context.theme.type == "dark" else "light"


def chart(drawing: Drawing, key: str) -> None:
    """The figure with its text alternative, under a key of its own below `key`."""
    st.plotly_chart(
        drawing.figure,
        key=f"{key}_figure_{drawing.name}",
        theme=None,
        config=drawing.config,
        alt=drawing.alt,
    )
