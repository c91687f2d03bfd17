"""One step of a lesson: prose at the left, its exhibit at the right, predictions and challenges.

The step is one fragment: what is done on the stage or with a control runs this alone, and with it
everything that may depend on it: what stands covered, whether a challenge is met.

Blocks are placed in the order of the text and filled in that of dependence: predictions first,
since a reveal moves an exhibit; then the exhibits; then challenges, which look at these.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exhibits.catalogue import declarations
from exhibits.lesson import links
from exhibits.lesson.challenge import challenge_card, met
from exhibits.lesson.hosted import Hosted, host, move, values_now
from exhibits.lesson.layout import Band, bands, exhibit_key
from exhibits.lesson.prediction import predict
from exhibits.lesson.progress import Progress
from exhibits.lesson.shelf import Shelf
from exhibits.lesson.text import for_page
from lessons.lesson import Block, Challenge, ExhibitBlock, Lesson, Prediction, Prose

Placed = list[tuple[Block, DeltaGenerator]]


@st.fragment
def walk_step(lesson: Lesson, at: int, books: Shelf, known: Progress, key: str = "lesson") -> None:
    """Draws the step; what is done in it is kept in `known`."""
    step = lesson.steps[at]
    placed: Placed = []
    with st.container(key=f"{key}_walk"):
        for k, band in enumerate(bands(step.blocks)):
            _place(band, k, placed, lesson, at, books, known)
    for block, spot in placed:
        if isinstance(block, Prediction):
            with spot:
                _predict(block, lesson, known)
    shown: dict[str, Hosted] = {}
    for block, spot in placed:
        if isinstance(block, ExhibitBlock):
            with spot:
                _exhibit(block, lesson, known, shown)
    for block, spot in placed:
        if isinstance(block, Challenge):
            with spot:
                _challenge(block, lesson, known, shown)


def _place(
    band: Band,
    number: int,
    placed: Placed,
    lesson: Lesson,
    at: int,
    books: Shelf,
    known: Progress,
) -> None:
    """The containers of one band, with what needs nothing else in them already."""
    kind = "pair" if band.exhibit else "text"
    with st.container(key=f"lesson_band_{kind}_{number}"):
        with st.container(key=f"lesson_before_{number}"):
            if number == 0:
                if at == 0:
                    _opening(lesson, books, known)
                st.header(links.plain_label(lesson.steps[at].title), anchor=False)
            _place_text(band.before, placed)
        if band.exhibit:
            placed.append((band.exhibit, st.container(key=f"lesson_show_{number}")))
        if band.after:
            with st.container(key=f"lesson_after_{number}"):
                _place_text(band.after, placed)


def _place_text(blocks: list[Block], placed: Placed) -> None:
    for block in blocks:
        if isinstance(block, Prose):
            st.markdown(for_page(block.markdown))
        else:
            placed.append((block, st.container()))


def _opening(lesson: Lesson, books: Shelf, known: Progress) -> None:
    """What it is for and what it builds on, before the first step's own text."""
    goals = "\n".join(f"- {for_page(goal)}" for goal in lesson.objectives)
    with st.container(key="lesson_opening", gap="small"):
        st.markdown(f"**At the end you can**\n\n{goals}")
        needed = [one for slug in lesson.prerequisites if (one := books.named(slug))]
        if not needed:
            return
        st.markdown("**It builds on**")
        for one in needed:
            done = known.of(one.slug).is_done(one)
            st.page_link(
                links.PAGE,
                label=f"{one.number} · {links.plain_label(one.title)}"
                + (" (done)" if done else ""),
                icon=":material/check_circle:" if done else ":material/circle:",
                query_params=links.parameters(one),
            )


def _exhibit_of(lesson: Lesson, name: str) -> ExhibitBlock:
    return next(block for block in lesson.blocks(ExhibitBlock) if block.id == name)


def _predict(block: Prediction, lesson: Lesson, known: Progress) -> None:
    """The card; on the commit the exhibit takes what it sets, and goes where it says."""
    about = _exhibit_of(lesson, block.exhibit) if block.exhibit else None
    saved = known.of(lesson.slug).predictions.get(block.id)
    if about and saved:
        _reveal_once(block, about, lesson, unless_linked=True)

    def commit(given: Any, right: bool) -> None:
        known.answer(lesson.slug, block.id, right=right, given=given)
        if about:
            _reveal_once(block, about, lesson)

    predict(
        block,
        key=f"{lesson.slug}_{block.id}",
        declaration=declarations()[about.name] if about else None,
        values=lambda: values_now(about, exhibit_key(lesson, about)) if about else {},
        saved=saved,
        commit=commit,
    )


def _reveal_once(
    block: Prediction, about: ExhibitBlock, lesson: Lesson, *, unless_linked: bool = False
) -> None:
    """The exhibit stands where the answer can be seen: on the commit, and so in a later session.

    There a link's own word on how the exhibit is to stand goes before.
    """
    name, key = f"{lesson.slug}_{block.id}.revealed", exhibit_key(lesson, about)
    if st.session_state.get(name):
        return
    st.session_state[name] = True
    if unless_linked and any(one.startswith(f"{key}_") for one in st.query_params):
        return
    move(about, key, block.changed, block.place)


def _exhibit(
    block: ExhibitBlock, lesson: Lesson, known: Progress, shown: dict[str, Hosted]
) -> None:
    """The exhibit, or what stands in its place until its prediction is committed."""
    if block.after and block.after not in known.of(lesson.slug).predictions:
        st.html(
            '<div class="covered"><p><b>Commit your prediction first.</b><br>'
            "Then the picture appears here.</p></div>"
        )
        return
    shown[block.id] = host(block, exhibit_key(lesson, block))
    if block.caption:
        st.caption(for_page(block.caption))


def _challenge(
    block: Challenge, lesson: Lesson, known: Progress, shown: Mapping[str, Hosted]
) -> None:
    """Done once, done for good; what is covered or stands elsewhere is not looked at."""
    hosted = shown.get(block.exhibit)
    if hosted is not None and block.id not in known.of(lesson.slug).challenges:
        declaration = declarations()[_exhibit_of(lesson, block.exhibit).name]
        if met(block, declaration, hosted.values, hosted.place):
            known.meet(lesson.slug, block.id)
    done = block.id in known.of(lesson.slug).challenges
    challenge_card(block, key=f"{lesson.slug}_{block.id}", done=done)
