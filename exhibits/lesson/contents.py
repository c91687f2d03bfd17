"""The contents: where to go on, a search, and the curriculum as a path with its prerequisites."""

import html
from collections.abc import Sequence
from urllib.parse import quote

import streamlit as st

from exhibits.lesson import lanes, learner, links, menu
from exhibits.lesson.looks import looks
from exhibits.lesson.progress import Progress
from exhibits.lesson.search import MOST_HITS, Hit, search
from exhibits.lesson.session import progress
from exhibits.lesson.shelf import Shelf, shelf
from exhibits.lesson.standing import Standing
from figures.drawing import counted
from lessons.lesson import Lesson

_LANE, _NODE = 16, 22  # pixels between lanes; from the last lane to the middle of the node

_STEADY = 'vector-effect="non-scaling-stroke"'


def contents(key: str, *, missing: str = "") -> None:
    """The whole page; `missing` is the name of a lesson that was asked for and is not there."""
    looks()
    books, known = shelf(), progress()
    st.title("Lessons", anchor=False)
    if missing:
        st.warning(f"There is no lesson “{links.plain_label(missing[:80])}”. These there are:")
    learner.warn()
    minutes = sum(lesson.minutes for lesson in books.lessons)
    st.markdown(
        f"{counted(len(books.lessons), 'lesson')}, {_hours(minutes)} in all. "
        "Predict first, then see what a real network does, then read why."
    )
    with st.container(key=f"{key}_page"):
        with st.container(key=f"{key}_side"):
            _go_on(books, known, key)
            question = _question(key)
            _tools(books, key)
        with st.container(key=f"{key}_main"):
            if question:
                _results(search(books.places, question), key)
            else:
                _path(books, known, key)
            for problem in books.problems:
                st.error(links.plain_label(problem), icon=":material/error:")


def _question(key: str) -> str:
    typed = st.text_input(
        "Search the lessons",
        key=f"{key}_q",
        bind="query-params",
        live=True,
        placeholder="forget gate, spectral radius, …",
        icon=":material/search:",
        max_chars=100,
    )
    return (typed or "").strip()


def _tools(books: Shelf, key: str) -> None:
    with st.container(gap="small", key=f"{key}_tools"):
        learner.popover(key)
        opened = st.popover(
            "Handouts to print", icon=":material/print:", key=f"{key}_handouts", on_change="rerun"
        )
        if opened.open:
            with opened:
                for lesson in books.lessons:
                    name = f"{lesson.number} · {links.plain_label(lesson.title)}"
                    menu.offer_handout(lesson, key, name)
        st.page_link("write.py", label="Write a lesson", icon=":material/edit_note:")


def _go_on(books: Shelf, known: Progress, key: str) -> None:
    """The lesson that comes next, and the one button that leads there."""
    found = known.next_step(books.lessons)
    with st.container(key=f"{key}_next", gap="small"):
        if found is None:
            if books.lessons:
                st.markdown("**Every lesson is done.** Each stays open to be read again.")
            return
        lesson, at = found
        standing = known.of(lesson.slug)
        first = not known.begun(books.lessons)
        st.html(
            f'<p class="next-where">{"Begin with" if first else "Go on with"} lesson '
            f"{lesson.number} · {lesson.minutes} min</p>"
            f'<p class="next-title">{html.escape(lesson.title)}</p>'
            f'<p class="next-summary">{html.escape(lesson.summary)}</p>'
        )
        words = f"Go on: lesson {lesson.number}, step {at + 1}"
        if not standing.steps:
            words = "Start here" if first else f"Start lesson {lesson.number}"
        if st.button(
            words, type="primary", icon=":material/play_arrow:", key=f"{key}_go_on", width="stretch"
        ):
            links.turn_to(lesson, lesson.steps[at].slug)


def _hours(minutes: int) -> str:
    if minutes < 90:
        return f"about {minutes} minutes"
    halves = round(minutes / 30)
    return f"about {halves // 2}{'½' if halves % 2 else ''} hours"


def _path(books: Shelf, known: Progress, key: str) -> None:
    drawn = lanes.rows(books.lessons)
    width = 1 + max((lane for row in drawn for lane in row.lanes()), default=-1)
    by_number = {lesson.slug: lesson for lesson in books.lessons}
    at = 0
    here = known.next_step(books.lessons)
    pixels = width * _LANE + 2 * _NODE
    st.html(f"<style>.stApp {{ --rail: {pixels + 16}px; }}</style>")
    with st.container(key=f"{key}_path", gap=None):
        for part, members in books.parts():
            passing = drawn[at].lanes_above()
            with st.container(key=f"lessons_part_{at}"):
                middle = width * _LANE + _NODE
                line = f'<path {_STEADY} d="M{middle} 0V100"/>' if drawn[at].above else ""
                st.html(_rail(_verticals(passing, width) + line, width))
                st.header(part, anchor=False)
                st.html(f'<p class="part-about">{_part_about(members, known)}</p>')
            for row in drawn[at : at + len(members)]:
                current = here is not None and here[0] is row.lesson
                _card(row, known.of(row.lesson.slug), by_number, width, current)
            at += len(members)


def _part_about(members: Sequence[Lesson], known: Progress) -> str:
    done = sum(known.is_done(lesson) for lesson in members)
    text = f"{counted(len(members), 'lesson')} · {sum(lesson.minutes for lesson in members)} min"
    return text + (f" · {done} done" if done else "")


def _card(
    row: lanes.Row,
    standing: Standing,
    by_slug: dict[str, Lesson],
    width: int,
    current: bool,
) -> None:
    lesson = row.lesson
    done = standing.is_done(lesson)
    state = "done" if done else "here" if current else "new"
    with st.container(key=f"lessons_row_{state}_{lesson.number:02d}", gap=None):
        share = len(standing.steps) / len(lesson.steps)
        node = (
            f'<span class="node {state}" style="--share:{share:.3f}"><b>{lesson.number}</b></span>'
        )
        st.html(_rail(_lines(row, width), width, node))
        st.page_link(
            links.PAGE,
            label=f"**{links.plain_label(lesson.title)}**",
            query_params=links.parameters(lesson),
        )
        st.html(
            f'<p class="card-summary">{html.escape(lesson.summary)}</p>'
            f'<p class="card-facts">{_facts(lesson, standing, by_slug)}</p>'
        )


def _facts(lesson: Lesson, standing: Standing, by_slug: dict[str, Lesson]) -> str:
    facts = [f"{lesson.minutes} min"]
    needs = [by_slug[slug] for slug in lesson.prerequisites if slug in by_slug]
    if needs:
        numbers = ", ".join(str(need.number) for need in sorted(needs, key=lambda n: n.number))
        titles = html.escape("; ".join(need.title for need in needs), quote=True)
        facts.append(f'<span title="{titles}">needs {numbers}</span>')
    done = ["✓ done"] if standing.is_done(lesson) else []
    facts += [f"<b>{fact}</b>" for fact in [*done, *standing.facts(lesson)]]
    return " · ".join(facts)


def _rail(lines: str, width: int, node: str = "") -> str:
    """The lanes beside a row, stretched to its height, and its node.

    As a mask, not as an element: Streamlit lets no SVG element through, and a mask takes the
    theme's colour.
    """
    pixels = width * _LANE + 2 * _NODE
    picture = quote(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {pixels} 100" '
        f'preserveAspectRatio="none" fill="none" stroke="#000" stroke-width="2">{lines}</svg>'
    )
    mask = f"mask-image:url('data:image/svg+xml,{picture}')"
    drawn = f'<span class="lines" style="{mask}"></span>' if lines else ""
    return f'<div class="rail" style="width:{pixels}px">{drawn}{node}</div>'


def _x(lane: int, width: int) -> int:
    return (width - lane) * _LANE - _LANE // 2


def _verticals(passing: Sequence[int], width: int) -> str:
    return "".join(f'<path {_STEADY} d="M{_x(lane, width)} 0V100"/>' for lane in passing)


def _lines(row: lanes.Row, width: int) -> str:
    middle = width * _LANE + _NODE
    lines = [_verticals(row.passes, width)]
    for lane in row.enters:
        x = _x(lane, width)
        lines.append(f'<path {_STEADY} d="M{x} 0C{x} 45 {x} 50 {middle} 50"/>')
    if row.leaves is not None:
        x = _x(row.leaves, width)
        lines.append(f'<path {_STEADY} d="M{middle} 50C{x} 50 {x} 55 {x} 100"/>')
    if row.above:
        lines.append(f'<path {_STEADY} d="M{middle} 0V50"/>')
    if row.below:
        lines.append(f'<path {_STEADY} d="M{middle} 50V100"/>')
    return "".join(lines)


def _results(hits: Sequence[Hit], key: str) -> None:
    count = counted(len(hits), "place")
    if len(hits) == MOST_HITS:
        count = f"The first {MOST_HITS} places; another word narrows it down"
    st.markdown(f"**{count}**" if hits else "**Nothing found.** Fewer or shorter words find more.")
    with st.container(key=f"{key}_results"):
        for hit in hits:
            with st.container(gap=None):
                title = f"**{hit.lesson.number} · {links.plain_label(hit.lesson.title)}**"
                step = f" › {links.plain_label(hit.step.title)}" if hit.step else ""
                st.page_link(
                    links.PAGE,
                    label=title + step,
                    query_params=links.parameters(hit.lesson, hit.step.slug if hit.step else ""),
                )
                st.html(f'<p class="snippet">{_marked(hit)}</p>')


def _marked(hit: Hit) -> str:
    """The snippet as HTML, with what was found marked."""
    parts, at = [], 0
    for start, end in hit.marked:
        if start < at:
            continue
        parts.append(html.escape(hit.snippet[at:start]))
        parts.append(f"<mark>{html.escape(hit.snippet[start:end])}</mark>")
        at = end
    return "".join(parts) + html.escape(hit.snippet[at:])
