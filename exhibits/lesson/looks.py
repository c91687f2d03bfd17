"""How lessons look (`lesson.css`), and what turning a page does in the browser (`turn.mjs`)."""

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_turn = st.components.v2.component(
    "unrolled_turn", html="<span></span>", js=(_HERE / "turn.mjs").read_text("utf-8")
)


def looks() -> None:
    """The style sheet of contents, lessons and previews."""
    st.html(_HERE / "lesson.css")
    st.html(_HERE / "predict.css")


def page_turn(place: str, *, begins: bool = True) -> None:
    """Where another `place` than before is shown it `begins` at its top, and is read from there."""
    with st.container(key="lesson_turn"):
        _turn(key="lesson_page_turn", data={"place": place, "begins": begins})
