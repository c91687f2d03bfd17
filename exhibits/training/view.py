"""The training view as a component: what it is sent, and what it says back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import streamlit as st

from background import RunStatus
from exhibits.training.configure import goal_words, names_of
from exhibits.training.courses import fields_of
from exhibits.training.routes import url_of
from exhibits.training.serving import FILES, skeleton
from rnn_core.train import TrainingSetup

UNITS = {
    "squared": "mean squared error",
    "categorical": "nats, mean cross-entropy",
    "binary": "nats, mean cross-entropy",
}
ACTS = ("start", "pause", "resume", "step", "stop")

_view = st.components.v2.component(
    "unrolled_training", html=skeleton(), js=FILES.loader("training/js/main.mjs")
)


@dataclass(frozen=True)
class Looks:
    """Where the learner looks: `at` is a snapshot's step, None the latest; `a`, `b` are marked."""

    track: int = 0
    at: int | None = None
    a: int | None = None
    b: int | None = None
    pair: bool = False
    log: bool = True

    def within(self, status: RunStatus | None) -> "Looks":
        """What this run has of it."""
        if status is None:
            return Looks(log=self.log)
        track = self.track if 0 <= self.track < len(status.tracks) else 0
        kept = set(status.tracks[track].snapshots)
        at, a, b = (step if step in kept else None for step in (self.at, self.a, self.b))
        pair = self.pair and a is not None and b is not None
        return replace(self, track=track, at=at, a=a, b=b, pair=pair)


@dataclass(frozen=True)
class Shape:
    """How much of the view is drawn."""

    machine: bool = True
    norm: bool = True
    height: int = 300  # of the loss plot, in pixels


def training_view(
    setups: Sequence[TrainingSetup],
    status: RunStatus | None,
    *,
    key: str,
    on_act: Callable[[str], None],
    shape: Shape | None = None,
    problem: str = "",
) -> Looks:
    """Draws the run, or what `setups` would train; returns where the learner looks.

    `on_act` gets one of `ACTS`; `problem` is a sentence, and forbids training.
    """
    state = st.session_state.get(key)
    memory = st.session_state.setdefault(f"{key}.looks", {"run": None, "looks": Looks()})
    said = _said(state, status.id if status else None)
    if said is not None:
        memory.update(run=said[0], looks=said[1])
    elif status is not None and memory["run"] != status.id:
        memory.update(run=status.id, looks=Looks(log=memory["looks"].log))
    looks: Looks = memory["looks"].within(status)
    shown = tuple(track.setup for track in status.tracks) if status else tuple(setups)
    data = {
        "run": status.id if status else None,
        "url": url_of(status.id) if status else None,
        "problem": problem,
        "other": bool(status and setups) and shown != tuple(setups),
        **asdict(shape or Shape()),
        "about": about(shown),
        "known": {
            "state": status.state if status else "none",
            "weights": status is not None and any(track.snapshots for track in status.tracks),
        },
        "view": {**asdict(looks), "turn": 0},
    }

    def acted() -> None:
        act = st.session_state[key].get("act")
        if isinstance(act, Mapping) and act.get("kind") in ACTS:
            on_act(str(act["kind"]))

    _view(
        key=key,
        data=data,
        on_act_change=acted,
        on_view_change=_nothing,
        on_told_change=_nothing,
    )
    return looks


def _nothing() -> None:
    """Streamlit knows a component's state by its callbacks; this one does nothing."""


def about(setups: Sequence[TrainingSetup]) -> dict[str, Any]:
    """What the view says of the task and of each track."""
    task = setups[0].task
    return {
        "unit": UNITS[task.loss],
        "task": task.title,
        "aim": {
            "goal": task.goal,
            "higher": task.higher_is_better,
            "score": task.score_name,
            "words": goal_words(task),
        },
        "lines": [asdict(line) for line in task.lines()],
        "tracks": [
            {
                "name": name,
                "maxSteps": setup.max_steps,
                "clip": setup.clip_norm,
                "fields": list(fields_of(setup)),
            }
            for name, setup in zip(names_of(tuple(setups)), setups, strict=True)
        ],
    }


def _said(state: Any, run: str | None) -> tuple[str | None, Looks] | None:
    """What the browser says of this run; None where it says nothing that makes sense."""
    view = state.get("view") if state else None
    if not isinstance(view, Mapping) or view.get("run") != run:
        return None
    track, pair, log = view.get("track"), view.get("pair"), view.get("log")
    steps = [view.get(name) for name in ("at", "a", "b")]
    if type(track) is not int or not isinstance(pair, bool) or not isinstance(log, bool):
        return None
    if any(step is not None and type(step) is not int for step in steps):
        return None
    at, a, b = steps
    return run, Looks(track, at, a, b, pair, log)
