"""Write a lesson: its file on one side, what comes of it on the other, as the lesson's page has it.

A file is data: it names exhibits and sets what they declare. Nothing in it is run, and raw HTML is
shown as the text that it is. What is answered in the preview is graded and not kept.
"""

import hashlib
from dataclasses import replace
from pathlib import Path

import streamlit as st

from exhibits.catalogue import declarations
from exhibits.lesson import links
from exhibits.lesson.looks import looks, page_turn
from exhibits.lesson.menu import offer_handout
from exhibits.lesson.progress import Progress
from exhibits.lesson.reference import reference
from exhibits.lesson.shelf import shelf
from exhibits.lesson.walk import walk_step
from figures.drawing import counted
from lessons.lesson import Lesson
from lessons.reader import MOST_BYTES, LessonErrors, read_lesson

EXAMPLE = Path(__file__).with_name("example.md")
NAME = "99-draft"  # what the file is called as long as it has no name of its own


def write(key: str) -> None:
    """The whole page."""
    looks()
    st.title("Write a lesson", anchor=False)
    st.markdown(
        "A lesson is one Markdown file. Write or paste it here, or open one: beside it stands what "
        "a learner will see. Put the file into the folder `lessons`, and it is in the contents."
    )
    with st.container(key="write_page"):
        with st.container(key="write_file"):
            text = _file(key)
        with st.container(key="write_preview"):
            _outcome(text, key)
    st.header("What there is to show", anchor=False)
    st.markdown("Every exhibit with all that a file may set, look at and ask of it.")
    reference()


def _file(key: str) -> str:
    """The editor, and the file in and out of it."""
    st.session_state.setdefault(f"{key}_text", EXAMPLE.read_text("utf-8"))
    text = st.text_area(
        "The lesson's file",
        key=f"{key}_text",
        height=620,
        max_chars=MOST_BYTES,
        help="The preview follows when you leave the field, or with Ctrl+Enter (⌘+Enter).",
        persist_state="session",
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Show it", key=f"{key}_show", type="primary", icon=":material/visibility:")
        st.download_button(
            "Save the file",
            text or "",
            file_name=f"{_name(key)}.md",
            mime="text/markdown",
            icon=":material/download:",
            key=f"{key}_save",
            on_click="ignore",
        )
    st.file_uploader(
        "Open a lesson's file (.md)",
        type=["md"],
        max_upload_size=1,
        key=f"{key}_upload",
        on_change=_opened,
        args=(key,),
    )
    if problem := st.session_state.get(f"{key}_problem"):
        st.error(problem, icon=":material/error:")
    return text or ""


def _name(key: str) -> str:
    return str(st.session_state.get(f"{key}_name", NAME))


def _opened(key: str) -> None:
    """What was uploaded takes the editor's place, if it is text and not too long."""
    file = st.session_state[f"{key}_upload"]
    st.session_state[f"{key}_problem"] = ""
    if file is None:
        return
    raw = file.getvalue()
    try:
        if len(raw) > MOST_BYTES:
            raise ValueError(
                f"{len(raw) / 1024:.0f} KiB; a lesson has at most {MOST_BYTES // 1024} KiB"
            )
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        st.session_state[f"{key}_problem"] = "This file is not text in UTF-8."
    except ValueError as problem:
        st.session_state[f"{key}_problem"] = f"This file is not read: {problem}."
    else:
        st.session_state[f"{key}_text"] = text.replace("\r\n", "\n")
        st.session_state[f"{key}_name"] = Path(file.name).stem


def _outcome(text: str, key: str) -> None:
    """The lesson as it will be, or what is wrong with its file."""
    try:
        lesson = read_lesson(text, f"{_name(key)}.md", declarations())
    except LessonErrors as problems:
        st.markdown(f"**{counted(len(problems.errors), 'thing')} to mend**")
        for problem in problems.errors:
            st.error(links.plain_label(str(problem)), icon=":material/error:")
        return
    _preview(lesson, text, key)


def _preview(lesson: Lesson, text: str, key: str) -> None:
    """A changed file is a lesson of its own, with widgets that begin anew."""
    digest = hashlib.blake2b(text.encode(), digest_size=4).hexdigest()
    lesson = replace(lesson, slug=f"preview-{digest}")
    kept = st.session_state.setdefault(f"{key}_progress", {})
    known: Progress = kept.setdefault(digest, Progress())
    while len(kept) > 4:
        del kept[next(iter(kept))]
    st.html(f'<p class="lesson-where">Preview · {lesson.minutes} minutes</p>')
    st.header(links.plain_label(lesson.title), anchor=False)
    at = st.segmented_control(
        "Step",
        range(len(lesson.steps)),
        default=0,
        required=True,
        format_func=lambda k: f"{k + 1} · {links.plain_label(lesson.steps[k].title)}",
        key=f"{key}_step_{len(lesson.steps)}",
        label_visibility="collapsed",
    )
    known.reach(lesson.slug, lesson.steps[at].slug)
    walk_step(lesson, at, shelf(), known, "preview")
    offer_handout(lesson, key)
    page_turn(f"{lesson.slug}/{at}", begins=False)
