"""Predict, then see: the question, the learner's answer, and after the commit what is so and why.

Before the commit the right answer is not in the page, neither in words nor in a component's data.
"""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from exhibits.lesson.curve import draw_curve
from exhibits.lesson.grading import (
    Given,
    curve_of,
    given_from_json,
    is_right,
    parse_number,
    tolerance_words,
    truth,
    verdict,
)
from exhibits.lesson.standing import Outcome
from exhibits.lesson.text import for_page
from lessons.declared import Curve, Declaration
from lessons.lesson import ChoiceAnswer, CurveAnswer, NumberAnswer, Prediction

# commit(given as JSON, right): called once, before the script runs again; it may not draw.
Commit = Callable[[Any, bool], None]
Now = Callable[[], Mapping[str, Any]]


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
        label = {"open": "Predict", "right": "Predicted: right", "other": "Predicted"}[look]
        st.html(f'<p class="card-label">{label}</p>')
        st.markdown(for_page(prediction.ask))
        if saved is None:
            _ask(prediction, key, declaration, values, commit)
        else:
            _tell(prediction, key, declaration, values, saved)
    return saved is not None


def _ask(
    prediction: Prediction,
    key: str,
    declaration: Declaration | None,
    values: Now,
    commit: Commit,
) -> None:
    answer = prediction.answer
    axes: Curve | None = None
    if isinstance(answer, CurveAnswer):
        assert declaration is not None
        try:
            axes = curve_of(prediction, declaration, values())
        except ValueError as problem:
            st.error(f"As the exhibit is set now there is nothing to predict: {problem}.")
            return
    given = _entered(prediction, key, axes)

    def committed() -> None:
        try:
            true = truth(prediction, declaration, values())
        except ValueError as problem:
            st.session_state[f"{key}.problem"] = str(problem)
            return
        right = is_right(prediction, given, true, axes)
        commit(Given(given, true).to_json(), right)

    said = tolerance_words(prediction)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Commit",
            key=f"{key}.commit",
            type="primary",
            disabled=given is None,
            on_click=committed,
            help=None if given is not None else "Answer first: then you see what is so, and why.",
        )
        if said:
            st.caption(said, width="stretch")
    if why_not := st.session_state.pop(f"{key}.problem", ""):
        st.error(f"As the exhibit is set now this has no answer: {why_not}.")


def _entered(prediction: Prediction, key: str, axes: Curve | None) -> Any:
    """The learner's answer so far, or None where there is none yet."""
    answer = prediction.answer
    if isinstance(answer, ChoiceAnswer):
        return st.radio(
            "Your prediction",
            range(len(answer.choices)),
            index=None,
            format_func=lambda k: for_page(answer.choices[k]),
            key=f"{key}.choice",
            label_visibility="collapsed",
        )
    if isinstance(answer, NumberAnswer):
        typed = st.text_input(
            "Your number",
            key=f"{key}.number",
            live=True,
            placeholder="0.35, 1e-3, 3/4 …",
            max_chars=40,
            width=260,
            autocomplete="off",
        )
        if not (typed or "").strip():
            return None
        try:
            return parse_number(typed or "")
        except ValueError as problem:
            st.caption(f":material/error: {problem}")
            return None
    assert axes is not None
    return draw_curve(axes, key=f"{key}_curve")


def _tell(
    prediction: Prediction,
    key: str,
    declaration: Declaration | None,
    values: Now,
    saved: Outcome,
) -> None:
    """What was said, what is so, and why; of an answer to an older wording only the last."""
    given = given_from_json(prediction, saved.given)
    axes: Curve | None = None
    if given is not None and isinstance(prediction.answer, CurveAnswer):
        assert declaration is not None
        try:
            axes = curve_of(prediction, declaration, values())
        except ValueError:
            given = None
        else:
            if len(axes.x) != len(given.truth):
                given = None
    if given is not None and axes is not None:
        draw_curve(axes, key=f"{key}_curve", drawn=given.value, truth=given.truth)
    if given is not None:
        st.markdown(for_page(verdict(prediction, given, saved.right, axes)))
    st.markdown(for_page(prediction.why))
