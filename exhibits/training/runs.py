"""The runs of whoever is at this session: the one that a page or an exhibit shows, and its acts."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from background import RunStatus, TrainingsError, trainings
from rnn_core.train import TrainingSetup
from store import learner_of

NO_COOKIE = (
    "This browser sent no cookie, so that a training could not be told to be yours. Allow cookies "
    "for this address and load the page again."
)
_LONGEST_TITLE = 80


def owner() -> str | None:
    """The learner of this browser, or None where it sends no cookie."""
    return learner_of(st.context.cookies)


def title(key: str, name: str) -> str:
    """By its beginning a run is found again: the key of the exhibit that it belongs to."""
    return f"{key}: {name}"[:_LONGEST_TITLE]


def current(key: str) -> RunStatus | None:
    """The run that this exhibit shows; on a new visit the newest that was begun in it, if any."""
    who, name = owner(), f"{key}.run"
    if who is None:
        return None
    try:
        if name not in st.session_state:
            st.session_state[name] = _newest(who, key)
        found = st.session_state[name]
        if found is not None and trainings().owns(who, found):
            return trainings().status(found)
    except TrainingsError as problem:
        st.session_state[f"{key}.problem"] = str(problem)
    return None


def _newest(who: str, key: str) -> str | None:
    own = (run.id for run in trainings().of(who) if run.title.startswith(f"{key}: "))
    return next(own, None)


def problem(key: str) -> str:
    """Why nothing can be trained, or what went wrong with the last act; "" if nothing did."""
    return NO_COOKIE if owner() is None else str(st.session_state.get(f"{key}.problem", ""))


def acts(key: str, setups: Sequence[TrainingSetup], name: str) -> Callable[[str], None]:
    """What the view's buttons do; what cannot be done is said by `problem`.

    Without `setups` nothing is started: what is set cannot be trained.
    """

    def act(kind: str) -> None:
        who = owner()
        if who is None:
            return
        st.session_state[f"{key}.problem"] = ""
        if kind == "start" and not setups:
            return
        try:
            _act(who, key, kind, setups, name)
        except TrainingsError as wrong:
            st.session_state[f"{key}.problem"] = str(wrong)

    return act


def begin(key: str, setups: Sequence[TrainingSetup], name: str) -> None:
    """Starts a run, as the button does."""
    acts(key, setups, name)("start")


def _act(who: str, key: str, kind: str, setups: Sequence[TrainingSetup], name: str) -> None:
    found: Any = st.session_state.get(f"{key}.run")
    if kind == "start":
        if found is not None and trainings().owns(who, found):
            trainings().stop(who, found)  # one at a time in one place
        st.session_state[f"{key}.run"] = trainings().start(who, setups, title(key, name))
    elif found is not None:
        does = {"pause": "pause", "resume": "resume", "step": "step", "stop": "stop"}[kind]
        getattr(trainings(), does)(who, found)


def expect_one(key: str) -> None:
    """A training may begin soon: its process gets ready while the learner looks."""
    if owner() is not None and current(key) is None:
        with contextlib.suppress(TrainingsError):  # it is said where one is begun
            trainings().warm()


def is_new_wish(key: str, place: Mapping[str, Any], setups: Sequence[TrainingSetup]) -> bool:
    """Whether a lesson asks now for a training that it had not asked for; asked at every drawing.

    A lesson that moves its exhibit hands it a new `place`; the same one again is an echo, and then
    other settings are the learner's, who presses Train. What is there already, or was asked for on
    an earlier visit, is not asked for again.
    """
    name, asked = f"{key}.wish", (place, tuple(setups))
    before, st.session_state[name] = st.session_state.get(name), asked
    if not place.get("started"):
        return False
    status = current(key)
    if before is None:
        return status is None
    is_there = status is not None and tuple(one.setup for one in status.tracks) == tuple(setups)
    return place is not before[0] and before != asked and not is_there
