"""Predict, then see: the question, the learner's answer, and after the commit what is so and why.

Before the commit the right answer is not in the page, neither in words nor in a component's data.
"""

import html
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from exhibits.lesson.committed import Committed, from_json, to_json
from exhibits.lesson.curve import drawn_curve, pad, show_curves
from exhibits.lesson.grading import (
    get_ready,
    grade,
    shown_apart,
    tolerance_words,
    truth,
    unit_of,
    verdict,
)
from exhibits.lesson.numbers import LONGEST, parse_number
from exhibits.lesson.standing import Outcome
from exhibits.lesson.text import for_page
from lessons.declared import Curve, Declaration
from lessons.lesson import ChoiceAnswer, CurveAnswer, NumberAnswer, Prediction

# commit(given as JSON, right): called once, before the script runs again; it may not draw.
Commit = Callable[[Any, bool], None]
Now = Callable[[], Mapping[str, Any]]
_LABELS = {"open": "Predict", "right": "You had it", "other": "You predicted"}


def predict(
    prediction: Prediction,
    *,
    key: str,
    declaration: Declaration | None,
    values: Now,
    saved: Outcome | None,
    commit: Commit,
) -> bool:
    """Draws the card; True once an answer is committed.

    `values()` is what the exhibit shows at that moment, `saved` what was committed before.
    """
    look = "open" if saved is None else "right" if saved.right else "other"
    with st.container(key=f"predict_{look}_{key}", gap="small"):
        st.html(f'<p class="card-label">{_LABELS[look]}</p>')
        st.markdown(for_page(prediction.ask))
        if saved is None:
            _ask(prediction, key, declaration, values, commit)
        else:
            _tell(prediction, key, unit_of(prediction, declaration), saved)
    return saved is not None


def _ask(
    prediction: Prediction,
    key: str,
    declaration: Declaration | None,
    values: Now,
    commit: Commit,
) -> None:
    axes: Curve | None = None
    get_ready(prediction, declaration, values())
    try:
        if isinstance(prediction.answer, CurveAnswer):
            with st.spinner("Working out the axes …"):
                axes = truth(prediction, declaration, values())
    except ValueError as problem:
        _wrong(f"As the exhibit is set now there is nothing to predict: {problem}.")
        return
    unit = unit_of(prediction, declaration)
    _field(prediction, key, unit, axes)

    def committed() -> None:
        try:
            given = _given(prediction, key, unit, axes)
            true = truth(prediction, declaration, values())
            if axes is not None and not _same_axes(axes, true):
                raise ValueError("the exhibit has changed since the curve was drawn")
            if given is not None:
                kept = to_json(given, true)
                commit(kept, _right(prediction, kept))
        except ValueError as problem:
            st.session_state[f"{key}.problem"] = str(problem)

    try:
        ready = _given(prediction, key, unit, axes) is not None
    except ValueError as problem:
        ready = False
        _wrong(str(problem))
    _commit_row(prediction, key, ready, committed)
    if problem_now := st.session_state.pop(f"{key}.problem", ""):
        _wrong(f"This could not be taken: {problem_now}.")


def _commit_row(
    prediction: Prediction, key: str, ready: bool, committed: Callable[[], None]
) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Commit",
            key=f"{key}.commit",
            type="primary",
            disabled=not ready,
            on_click=committed,
            help=None if ready else "Answer first: then you see what is so, and why.",
        )
        if said := tolerance_words(prediction):
            st.caption(said, width="stretch")


def _right(prediction: Prediction, kept: Mapping[str, Any]) -> bool:
    """Graded as it is kept, so that a later visit finds the same."""
    answer = from_json(prediction, kept)
    if answer is None:
        raise ValueError(f"{prediction.id} has an answer that cannot be kept")
    return grade(prediction, answer.given, answer.truth).right


def _same_axes(a: Curve, b: Curve) -> bool:
    return (a.x, a.low, a.high, a.log) == (b.x, b.low, b.high, b.log)


def _field(prediction: Prediction, key: str, unit: str, axes: Curve | None) -> None:
    """Where the answer is given: a choice of which none is made yet, a field, or a plot."""
    answer = prediction.answer
    if isinstance(answer, ChoiceAnswer):
        st.radio(
            "Your prediction",
            range(len(answer.choices)),
            index=None,
            format_func=lambda k: for_page(answer.choices[k]),
            key=f"{key}.choice",
            label_visibility="collapsed",
        )
    elif isinstance(answer, NumberAnswer):
        st.text_input(
            f"Your answer ({unit})" if unit else "Your answer",
            key=f"{key}.number",
            live=True,
            placeholder="0.35, 1e-3, 3/4, 2^-7 …",
            max_chars=LONGEST,
            width=260,
            autocomplete="off",
        )
    else:
        assert axes is not None
        pad(axes, key=f"{key}_curve")


def _given(prediction: Prediction, key: str, unit: str, axes: Curve | None) -> Any:
    """The learner's answer so far, or None where there is none yet.

    Raises:
        ValueError: what was typed is no number.
    """
    answer = prediction.answer
    if isinstance(answer, ChoiceAnswer):
        return st.session_state.get(f"{key}.choice")
    if isinstance(answer, NumberAnswer):
        typed = st.session_state.get(f"{key}.number") or ""
        return parse_number(typed, unit) if typed.strip() else None
    assert axes is not None
    return drawn_curve(axes, key=f"{key}_curve")


def _wrong(problem: str) -> None:
    """A line at the field; what was typed stands in it as text."""
    st.html(f'<p class="card-wrong" role="status">{html.escape(problem)}</p>')


def _tell(prediction: Prediction, key: str, unit: str, saved: Outcome) -> None:
    """What was said beside what is so, how it came out, and why; as it was when committed.

    An answer to an older wording of the lesson cannot be shown any more; the reason still can.
    """
    kept = from_json(prediction, saved.given)
    if kept is None or grade(prediction, kept.given, kept.truth).right != saved.right:
        st.caption("You answered this before its wording changed; what you said then is counted.")
    else:
        _beside(prediction, key, unit, kept)
        said = html.escape(verdict(prediction, kept.given, kept.truth))
        st.html(f'<p class="card-verdict" role="status">{said}</p>')
    st.markdown(for_page(prediction.why))


def _beside(prediction: Prediction, key: str, unit: str, kept: Committed) -> None:
    answer = prediction.answer
    if isinstance(answer, ChoiceAnswer):
        for k, choice in enumerate(answer.choices):
            _choice(choice, f"{key}_{k}", given=k == kept.given, right=k == kept.truth)
    elif isinstance(answer, NumberAnswer):
        said, true = shown_apart(answer, kept.given, kept.truth)
        of = f" <small>{html.escape(unit)}</small>" if unit else ""
        st.html(
            f'<dl class="card-numbers"><div><dt>You said</dt><dd>{said}</dd></div>'
            f"<div><dt>It is</dt><dd><b>{true}</b>{of}</dd></div></dl>"
        )
    else:
        show_curves(kept.truth, kept.given, key=f"{key}_curve")


def _choice(choice: str, key: str, *, given: bool, right: bool) -> None:
    """One of the choices, with what was said of it and what is so."""
    notes = [note for note, holds in (("you said", given), ("it is", right)) if holds]
    look = "right" if right else "given" if given else "left"
    with st.container(key=f"predict-choice-{look}-{key}", horizontal=True, gap="small"):
        st.markdown(for_page(choice), width="stretch")
        if notes:
            st.html(f'<p class="card-note">{" and ".join(notes)}</p>', width="content")
