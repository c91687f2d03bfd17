"""Addresses of lessons and steps: `/lesson?name=07-vanishing&step=the-experiment`."""

import re
from typing import NoReturn

import streamlit as st

from lessons.lesson import Lesson

PAGE = "lesson.py"
END = "end"  # in the place of a step: the screen after the last one
_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+!|~:$])")


def parameters(lesson: Lesson, step: str = "") -> dict[str, str]:
    return {"name": lesson.name} | ({"step": step} if step else {})


def address(lesson: Lesson, step: str = "") -> str:
    """Relative, so that it holds below any base path."""
    return "lesson?" + "&".join(f"{name}={text}" for name, text in parameters(lesson, step).items())


def turn_to(lesson: Lesson, step: str = "") -> NoReturn:
    """Goes there at once."""
    st.switch_page(PAGE, query_params=parameters(lesson, step))


def plain_label(text: str) -> str:
    """A text as it stands in a label, where Streamlit would read marks and directives."""
    return _MARKS.sub(r"\\\1", text)
