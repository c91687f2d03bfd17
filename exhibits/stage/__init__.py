"""The stage: a recurrent network in time, seen. One to three runs in, an animated view out.

The browser gets each run once (`payload.py`) and animates from it without asking again. What the
learner chose there (step, phase, layer, unit, level, track) comes back when they stop, not on
every frame, and is sent down again, so that a rerun, a new run or a change of page keeps it. What
they change there (an input, a weight, a gate) comes back at once, as an edit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import streamlit as st

from exhibits.stage.bundle import MOST_TRACKS, Track, bundle
from exhibits.stage.live import Asked, asked_of, check_live, live_answer, live_bundle
from exhibits.stage.on_demand import MOST_WANTS, is_known
from exhibits.stage.serving import loader, routes, skeleton
from rnn_core import Run

__all__ = [
    "LEVELS",
    "PANELS",
    "PHASES",
    "Asked",
    "StageState",
    "Track",
    "asked_of",
    "live_answer",
    "live_bundle",
    "routes",
    "stage",
]

PHASES = ("forward", "loss", "backward")
LEVELS = ("overview", "cell", "unit")
PANELS = ("blame", "space", "nudge")

_stage = st.components.v2.component("unrolled_stage", html=skeleton(), js=loader())

Edit = Mapping[str, Any]


@dataclass(frozen=True)
class StageState:
    """Where the learner is: `layer` indexes `run.layers`, `unit` is None where none is picked.

    `level` is how deep they look, `track` which run they look into, `panels` what stands open below
    the strips, `wants` what the browser shows that it must be sent (`on_demand.py`). `rolled` is
    the graph as one cell with its loops.
    """

    step: int = 0
    phase: str = "forward"
    layer: int = -1
    unit: int | None = None
    level: str = "overview"
    track: int = 0
    panels: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    rolled: bool = False

    def within(self, runs: Sequence[Run]) -> "StageState":
        """The nearest state that these runs have; new ones may be shorter, smaller or fewer."""
        track = self.track if 0 <= self.track < len(runs) else 0
        run = runs[track]
        steps, _, hidden = run.layers[0].hidden.shape
        unit = self.unit if self.unit is not None and 0 <= self.unit < hidden else None
        return replace(
            self,
            step=min(max(self.step, 0), steps - 1),
            layer=self.layer if 0 <= self.layer < len(run.layers) else _top(run),
            unit=unit,
            level="cell" if self.level == "unit" and unit is None else self.level,
            track=track,
        )


def _top(run: Run) -> int:
    """The last layer; where it reads both ways, the one that reads from the beginning."""
    return max(k for k, trace in enumerate(run.layers) if not trace.reverse)


def _held(memory: dict[str, Any], component_state: Any) -> frozenset[str]:
    """The runs that the browser says it has, and that are therefore not sent again.

    It says so with an edit, else with where the learner is. A browser that lacks one all the same
    asks for everything by an edit of the kind "resend".
    """
    view = component_state.get("view") if component_state else None
    told = memory.pop("said") if "said" in memory else None
    if told is None and isinstance(view, dict):
        told = view.get("has")
    return frozenset(name for name in told or () if isinstance(name, str))


def _nothing() -> None:
    """Streamlit knows a component's state by its callbacks; this one does nothing."""


def stage(
    tracks: Sequence[Track],
    *,
    key: str,
    start: StageState | None = None,
    options: Mapping[str, object] | None = None,
    on_change: Callable[[], None] = _nothing,
    on_edit: Callable[[Edit], None] | None = None,
) -> StageState:
    """Draw one to three runs of one sequence side by side and return where the learner is.

    `start` says where to begin (layer -1: the top one); passing another on a later run moves the
    stage there, passing the same leaves the learner where they are. A step beyond the run's end
    means its last step, a layer or unit that it lacks the top one, or none. `options` is what the
    page allows or knows and the browser shows (`stage.mjs`); with "live", a path of the app, the
    runs on the stage are replaced time and again by those that it answers with (`live.py`). Where
    `on_edit` is given the learner may change things; it gets each change as the browser said it,
    unchecked.

    Raises:
        ValueError: an unknown phase or level, no run or too many, runs of different lengths, a
            "live" that is no path of the app itself.
    """
    asked = start or StageState()
    _check(tracks, asked)
    check_live((options or {}).get("live"))
    runs = [track.run for track in tracks]
    memory = _memory(key, asked)
    state = _where(memory, asked, _reported(st.session_state.get(key))).within(runs)
    memory["state"] = state
    data = bundle(
        tracks,
        state={**asdict(state), "turn": memory["turn"]},
        options={**(options or {}), "edits": on_edit is not None},
        layer=state.layer,
        wants=state.wants,
        held=_held(memory, st.session_state.get(key)),
    )

    def edited() -> None:
        edit = st.session_state[key].get("edit")
        if not isinstance(edit, dict):
            return
        memory["said"] = edit.get("has")
        if on_edit is not None and edit.get("kind") != "resend":
            on_edit(edit)

    _stage(key=key, data=data, on_view_change=on_change, on_edit_change=edited)
    return state


def _check(tracks: Sequence[Track], asked: StageState) -> None:
    if asked.phase not in PHASES:
        raise ValueError(f"phase must be one of {', '.join(PHASES)}; got {asked.phase!r}")
    if asked.level not in LEVELS:
        raise ValueError(f"level must be one of {', '.join(LEVELS)}; got {asked.level!r}")
    if not 1 <= len(tracks) <= MOST_TRACKS:
        raise ValueError(f"tracks must be 1 to {MOST_TRACKS} runs; got {len(tracks)}")
    lengths = sorted({len(track.run.inputs) for track in tracks})
    if len(lengths) > 1:
        raise ValueError(f"tracks must read sequences of one length; got {lengths} steps")


def _memory(key: str, asked: StageState) -> dict[str, Any]:
    """What is known of this stage beyond one run of the script.

    Streamlit drops a component's own state when the learner leaves the page. `turn` counts how
    often the page moved the stage: the browser follows a new turn and takes the rest for an echo.
    """
    start = {"asked": asked, "reported": None, "state": asked, "turn": 0}
    memory: dict[str, Any] = st.session_state.setdefault(f"{key}.stage", start)
    return memory


def _where(memory: dict[str, Any], asked: StageState, said: StageState | None) -> StageState:
    """The latest word on where the stage stands: the page's if it changed, else the learner's."""
    if memory["asked"] != asked:
        memory.update(asked=asked, reported=said, turn=memory["turn"] + 1)
        return asked
    if said is not None and said != memory["reported"]:
        memory["reported"] = said
        return said
    kept: StageState = memory["state"]
    return kept


def _reported(component_state: Any) -> StageState | None:
    """What the browser said, or None where it said nothing or nothing that makes sense."""
    view = component_state.get("view") if component_state else None
    if not isinstance(view, dict):
        return None
    step, layer, unit, track = (view.get(name) for name in ("step", "layer", "unit", "track"))
    phase, level = view.get("phase"), view.get("level")
    panels, wants = view.get("panels"), view.get("wants")
    if phase not in PHASES or level not in LEVELS:
        return None
    if not (isinstance(step, int) and isinstance(layer, int) and isinstance(track, int)):
        return None
    if not (isinstance(panels, list) and isinstance(wants, list)):
        return None
    known = [want for want in wants if isinstance(want, str) and is_known(want)]
    return StageState(
        step=step,
        phase=phase,
        layer=layer,
        unit=unit if isinstance(unit, int) else None,
        level=level,
        track=track,
        panels=tuple(name for name in PANELS if name in panels),
        wants=tuple(known[:MOST_WANTS]),
        rolled=view.get("rolled") is True,
    )
