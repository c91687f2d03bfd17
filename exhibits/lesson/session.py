"""The progress of whoever is at this session, and what its widgets hold."""

from collections.abc import Sequence

import streamlit as st

from exhibits.lesson.keeping import StoreKeeper
from exhibits.lesson.progress import Progress, opened
from exhibits.lesson.shelf import shelf
from lessons.lesson import Lesson
from store import StoreError, learner_of, open_store

_NAME = "lesson_progress"
_NO_COOKIE = "this browser sent no cookie. Allow cookies for this address and load the page again."


def progress() -> Progress:
    """Read when the session first asks for it; kept for the session from then on."""
    if _NAME not in st.session_state:
        read_again()
    known: Progress = st.session_state[_NAME]
    return known


def read_again() -> None:
    """As the store has it now."""
    st.session_state[_NAME] = _read()


def _read() -> Progress:
    learner = learner_of(st.context.cookies)
    if learner is None:
        return opened(None, _NO_COOKIE)
    try:
        return opened(StoreKeeper(open_store(), learner))
    except StoreError as problem:
        return opened(None, str(problem))


def forget_widgets(lessons: Sequence[Lesson] | None = None) -> None:
    """What this session's widgets hold of these lessons, or of all."""
    heads = tuple(f"{lesson.slug}_" for lesson in lessons or shelf().lessons)
    for name in [str(name) for name in st.session_state]:
        if name.startswith(heads):
            del st.session_state[name]
