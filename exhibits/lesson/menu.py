"""The small menu of a lesson: its handout, starting it anew, the learner's progress."""

import streamlit as st

from exhibits.lesson import learner, links
from exhibits.lesson.confirm import confirmed
from exhibits.lesson.handout import file_name, handout
from exhibits.lesson.session import forget_widgets, progress
from exhibits.lesson.shelf import shelf
from lessons.lesson import Lesson


def popover(lesson: Lesson) -> None:
    """A button that opens it; what it holds is made only when it is open."""
    opened = st.popover("More", icon=":material/more_horiz:", key="lesson_more", on_change="rerun")
    if not opened.open:
        return
    with opened:
        st.page_link("contents.py", label="All lessons", icon=":material/route:")
        offer_handout(lesson, "lesson")
        _anew(lesson)
        learner.body("lesson")


def offer_handout(lesson: Lesson, key: str, label: str = "Handout to print (.html)") -> None:
    """A button that makes the file when it is clicked."""
    needed = [one for slug in lesson.prerequisites if (one := shelf().named(slug))]
    st.download_button(
        label,
        lambda: handout(lesson, needed),
        file_name=file_name(lesson),
        mime="text/html",
        icon=":material/print:",
        key=f"{key}_handout_{lesson.number}",
        width="stretch",
        on_click="ignore",
        help="The lesson on paper: text, pictures, room for answers, the answers on the last "
        "page. One file that opens in any browser, without Unrolled.",
    )


def _anew(lesson: Lesson) -> None:
    sure = confirmed(
        "Start this lesson anew …",
        asks="Of this lesson everything that is kept is deleted: the steps reached, the "
        "predictions, the challenges. The other lessons stay as they are.",
        yes="Start anew",
        icon=":material/restart_alt:",
        key="lesson_anew",
    )
    if sure:
        progress().forget(lesson.slug)
        forget_widgets([lesson])
        links.turn_to(lesson)
