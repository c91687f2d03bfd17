"""A drawing on a page: the one way in which figures are put there, and the page's theme."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from exhibits.piece import Piece, Still
from figures.drawing import Drawing
from figures.style import Theme
from lessons.declared import Declaration, Values

# What a piece shows for its values in a theme, from top to bottom.
Pictures = Callable[[Values, Theme], Sequence[Drawing]]


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


def drawn(declaration: Declaration, pictures: Pictures, *, still: Still | None = None) -> Piece:
    """A piece that is its figures: the same on the page and, unless `still` says, on paper."""

    def draw(values: Values, key: str, place: Mapping[str, Any]) -> Mapping[str, Any]:
        for drawing in pictures(values, theme()):
            chart(drawing, key)
        return {}

    def on_paper(values: Values, place: Mapping[str, Any]) -> Sequence[Drawing]:
        return pictures(values, "light")

    return Piece(declaration, draw, still=still or on_paper)
