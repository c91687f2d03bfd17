"""The screen after the last step: what was learned, how it went, what comes next."""

import streamlit as st

from exhibits.lesson import links
from exhibits.lesson.progress import Progress
from exhibits.lesson.shelf import Shelf
from exhibits.lesson.standing import Standing
from exhibits.lesson.text import for_page
from lessons.lesson import Challenge, Lesson, Prediction, Step


def screen(lesson: Lesson, books: Shelf, known: Progress) -> None:
    """Objectives, counts, what is still open, what builds on it, sources."""
    standing = known.of(lesson.slug)
    with st.container(key="lesson_end", gap="small"):
        done = standing.is_done(lesson)
        st.header("What you can do now" if done else "Nearly there", anchor=False)
        with st.container(key=f"lesson_learned_{'done' if done else 'open'}"):
            st.markdown("\n".join(f"- {for_page(goal)}" for goal in lesson.objectives))
        st.html(f'<div class="counts">{_counts(lesson, standing)}</div>')
        _open(lesson, standing)
        _ahead(lesson, books)
        st.subheader("Sources", anchor=False)
        st.markdown("\n".join(f"- {for_page(source)}" for source in lesson.sources))


def _counts(lesson: Lesson, standing: Standing) -> str:
    """Three numbers, each with what it counts."""
    made = standing.made(lesson)
    counts = [
        (standing.reached(lesson), len(lesson.steps), "steps read"),
        (standing.right(lesson), made, "predictions right"),
        (standing.met(lesson), len(lesson.blocks(Challenge)), "challenges met"),
    ]
    return "".join(
        f"<p><b>{count} <small>of {of}</small></b>{what}</p>" for count, of, what in counts if of
    )


def _open(lesson: Lesson, standing: Standing) -> None:
    """The steps that hold a prediction or a challenge that is still to be done, as links."""
    steps = [step for step in lesson.steps if _is_open(step, standing)]
    if not steps:
        return
    st.subheader("Still open", anchor=False)
    for step in steps:
        kinds = []
        if any(_predicts(block, standing) for block in step.blocks):
            kinds.append("a prediction")
        if any(_challenges(block, standing) for block in step.blocks):
            kinds.append("a challenge")
        what = " and ".join(kinds) or "not yet read"
        st.page_link(
            links.PAGE,
            label=f"{links.plain_label(step.title)}: {what}",
            icon=":material/arrow_forward:",
            query_params=links.parameters(lesson, step.slug),
        )


def _is_open(step: Step, standing: Standing) -> bool:
    return step.slug not in standing.steps or any(
        _predicts(block, standing) or _challenges(block, standing) for block in step.blocks
    )


def _predicts(block: object, standing: Standing) -> bool:
    return isinstance(block, Prediction) and block.id not in standing.predictions


def _challenges(block: object, standing: Standing) -> bool:
    return isinstance(block, Challenge) and block.id not in standing.challenges


def _ahead(lesson: Lesson, books: Shelf) -> None:
    """The lessons that build on this one; the very next one has its button below."""
    ahead = [one for one in books.lessons if lesson.slug in one.prerequisites]
    if not ahead:
        return
    st.subheader("What builds on it", anchor=False)
    for one in ahead:
        st.page_link(
            links.PAGE,
            label=f"{one.number} · {links.plain_label(one.title)}",
            icon=":material/arrow_forward:",
            query_params=links.parameters(one),
        )
