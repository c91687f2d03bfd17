"""The page that renders every lesson: a walk of steps, one at a time, and a last screen."""

import streamlit as st

from exhibits.lesson import finish, learner, links, menu
from exhibits.lesson.contents import contents
from exhibits.lesson.looks import looks, page_turn
from exhibits.lesson.progress import Progress
from exhibits.lesson.session import progress
from exhibits.lesson.shelf import Shelf, shelf
from exhibits.lesson.walk import walk_step
from lessons.lesson import Lesson


def lesson_page() -> None:
    """The lesson and the step that the link names; without one, or an unknown one, the contents."""
    name = st.query_params.get("name", "")
    lesson = shelf().named(name)
    if lesson is None:
        contents("lessons", missing=name)
        return
    asked = st.query_params.get("step", "")
    at = _step_of(lesson, asked)
    looks()
    known = progress()
    _head(lesson)
    learner.warn()
    if asked and asked != links.END and asked != lesson.steps[min(at, len(lesson.steps) - 1)].slug:
        st.info(f"This lesson has no step “{asked[:60]}”; here is its first.")
    if at < len(lesson.steps):
        known.reach(lesson.slug, lesson.steps[at].slug)
    _stepper(lesson, at, known)
    if at < len(lesson.steps):
        walk_step(lesson, at, shelf(), known)
    else:
        finish.screen(lesson, shelf(), known)
    _onward(lesson, at, shelf())
    page_turn(f"{lesson.name}/{at}")


def title() -> str:
    """What the browser's tab says."""
    lesson = shelf().named(st.query_params.get("name", ""))
    return f"{lesson.title if lesson else 'Lessons'} · Unrolled"


def _step_of(lesson: Lesson, asked: str) -> int:
    """The step's index; one more than the last is the last screen."""
    if asked == links.END:
        return len(lesson.steps)
    return next((k for k, step in enumerate(lesson.steps) if step.slug == asked), 0)


def _head(lesson: Lesson) -> None:
    with st.container(key="lesson_head", horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(gap=None, width="stretch"):
            st.html(
                f'<p class="lesson-where">Lesson {lesson.number} · {lesson.minutes} minutes</p>'
            )
            st.title(links.plain_label(lesson.title), anchor=False)
        menu.popover(lesson)


def _go(lesson: Lesson, at: int) -> None:
    """To a step of this lesson, on the next run of the script."""
    steps = lesson.steps
    st.query_params["step"] = steps[at].slug if at < len(steps) else links.END


def _stepper(lesson: Lesson, at: int, known: Progress) -> None:
    """Every step by its name; those reached bear a tick, the present one stands out."""
    standing = known.of(lesson.slug)
    count = len(lesson.steps)
    where = f"Step {at + 1} of {count}" if at < count else "The end"
    st.html(f'<p class="step-count" id="lesson-step">{where}</p>')
    with st.container(key="lesson_stepper", horizontal=True, gap=None):
        for k, step in enumerate(lesson.steps):
            reached = step.slug in standing.steps
            look = "now" if k == at else "reached" if reached else "ahead"
            with st.container(key=f"lesson_dot_{look}_{k}", width="content"):
                st.button(
                    f"{k + 1} · {links.plain_label(step.title)}",
                    key=f"lesson_to_{k}",
                    type="tertiary",
                    on_click=_go,
                    args=(lesson, k),
                )


def _onward(lesson: Lesson, at: int, books: Shelf) -> None:
    """Back and on; after the last screen to the next lesson."""
    count = len(lesson.steps)
    with st.container(
        key="lesson_onward", horizontal=True, horizontal_alignment="distribute", gap="small"
    ):
        st.button(
            "Back",
            key="lesson_back",
            icon=":material/arrow_back:",
            disabled=at == 0,
            on_click=_go,
            args=(lesson, at - 1),
        )
        if at < count:
            ahead = lesson.steps[at + 1].title if at + 1 < count else "Finish"
            st.button(
                f"Next: {links.plain_label(ahead)}" if at + 1 < count else "Finish the lesson",
                key="lesson_next",
                type="primary",
                on_click=_go,
                args=(lesson, at + 1),
            )
            return
        following = books.after(lesson)
        if following is None:
            if st.button("All lessons", key="lesson_all", type="primary"):
                st.switch_page("contents.py")
        elif st.button(
            f"Next lesson: {links.plain_label(following.title)}", key="lesson_on", type="primary"
        ):
            links.turn_to(following)
