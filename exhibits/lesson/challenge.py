"""Something to try on an exhibit, which the page sees when it is done."""

import math
from collections.abc import Mapping
from typing import Any

import streamlit as st

from exhibits.lesson.text import for_page
from lessons.declared import Declaration, Values
from lessons.lesson import Challenge, Condition


def met(
    challenge: Challenge, declaration: Declaration, values: Values, place: Mapping[str, Any]
) -> bool:
    """Whether all conditions hold at once, for what the exhibit shows and where the learner is."""
    return all(_holds(condition, declaration, values, place) for condition in challenge.when)


def _holds(
    condition: Condition, declaration: Declaration, values: Values, place: Mapping[str, Any]
) -> bool:
    """A number that these values do not have, or a place where nobody is, meets nothing."""
    try:
        found = _found(condition, declaration, values, place)
    except ValueError:
        return False
    if found is None:
        return False
    if condition.equals is not None and not _equals(condition, found):
        return False
    if condition.at_least is not None and not found >= condition.at_least:
        return False
    return condition.at_most is None or bool(found <= condition.at_most)


def _equals(condition: Condition, found: Any) -> bool:
    """A measure is computed: it is equal as far as a float64 is exact."""
    if condition.kind == "measure":
        return math.isclose(found, condition.equals, rel_tol=1e-9, abs_tol=1e-12)
    return bool(found == condition.equals)


def _found(
    condition: Condition, declaration: Declaration, values: Values, place: Mapping[str, Any]
) -> Any:
    if condition.kind == "parameter":
        return values[condition.name]
    if condition.kind == "place":
        return place.get(condition.name)
    return declaration.measure(condition.name).value(values, condition.at)


def challenge_card(challenge: Challenge, *, key: str, done: bool) -> None:
    """What to try; once it is done, that and what it shows."""
    with st.container(key=f"challenge_{'done' if done else 'open'}_{key}", gap="small"):
        st.html(f'<p class="card-label">{"Done" if done else "Try this"}</p>')
        st.markdown(for_page(challenge.do))
        if done and challenge.done:
            st.markdown(for_page(challenge.done))
