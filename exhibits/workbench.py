"""The learner's changes in this session: kept for each setup, and in the page's link.

`exhibits.edits` says what a change does; here it is remembered where Streamlit remembers.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from exhibits.edits import LONGEST_LINK, History, edited, from_link, in_words, to_link
from exhibits.runs import traced
from rnn_core import Changes, Setup

MOST_SETUPS = 16  # whose changes are remembered


def begin(key: str, base: Setup, changes: Changes) -> None:
    """What is changed of this setup from the start; told again, the learner's own changes stay.

    Told otherwise than before it starts anew from there, and that can be taken back.
    """
    name = f"{key}_begun"
    begun: dict[Setup, Changes] = st.session_state.setdefault(name, {})
    histories = _histories(key, base)
    if begun.get(base, Changes()) == changes:
        return
    begun[base] = changes
    before = histories[base]
    histories[base] = replace(
        before, past=(*before.past, before.present), present=changes, future=(), held=()
    )


def present(key: str, base: Setup) -> Changes:
    """What is changed of this setup now; on a fresh page what its link says."""
    history = _histories(key, base)[base]
    _show_in_link(key, to_link(history.present))
    return history.present


def settled(key: str, base: Setup) -> Changes:
    """The changes that no hand is still on: what slower pictures follow."""
    history = _histories(key, base)[base]
    return history.past[-1] if history.held and history.past else history.present


def edit(key: str, base: Setup, what: Mapping[str, Any]) -> None:
    """Does what the browser said; where that is wrong the stage says why, and nothing changes.

    A hand that lets go of what was refused has let go of what was there before.
    """
    histories = _histories(key, base)
    st.session_state[f"{key}_edit_problem"] = ""
    try:
        history = edited(histories[base], what, base)
        _check_it_runs(base, history.present)
    except ValueError as problem:
        st.session_state[f"{key}_edit_problem"] = str(problem)
        if what.get("final") is not False:
            histories[base] = replace(histories[base], held=())
        return
    histories[base] = history


def options(key: str, base: Setup) -> dict[str, object]:
    """What the stage shows of it: how far back and forth one can go, and what is changed."""
    history = _histories(key, base)[base]
    return {
        "undo": len(history.past),
        "redo": len(history.future),
        "changed": in_words(history.present, base),
        "problem": st.session_state.get(f"{key}_edit_problem", ""),
    }


def _check_it_runs(base: Setup, changes: Changes) -> None:
    """A change can make the numbers explode, or name a character that trained weights lack.

    Raises:
        ValueError: it does, or does not fit the setup.
    """
    try:
        traced(replace(base, changes=changes))
    except (TypeError, ValueError) as problem:
        raise ValueError(str(problem.__cause__ or problem)) from None


def _histories(key: str, base: Setup) -> "OrderedDict[Setup, History]":
    """The histories by setup, with one for this setup, the latest used last."""
    name = f"{key}_histories"
    first = name not in st.session_state
    kept: OrderedDict[Setup, History] = st.session_state.setdefault(name, OrderedDict())
    if base not in kept:
        kept[base] = _from_link(key, base) if first else History()
    kept.move_to_end(base)
    while len(kept) > MOST_SETUPS:
        kept.popitem(last=False)
    return kept


def _from_link(key: str, base: Setup) -> History:
    try:
        changes = from_link(st.query_params.get(f"{key}_changes", ""))
        _check_it_runs(base, changes)
    except ValueError as problem:
        st.warning(f"The link's changes are left out: {problem}.")
        return History()
    return History(present=changes)


def too_many_for_link(key: str) -> bool:
    """Whether there are more changes than the page's link carries: then it carries none."""
    return bool(st.session_state.get(f"{key}_too_many_for_link"))


def _show_in_link(key: str, text: str) -> None:
    name = f"{key}_changes"
    st.session_state[f"{key}_too_many_for_link"] = len(text) > LONGEST_LINK
    if len(text) > LONGEST_LINK:
        text = ""
    if text and st.query_params.get(name) != text:
        st.query_params[name] = text
    elif not text and name in st.query_params:
        del st.query_params[name]
