"""The stage: a recurrent network in time, seen. One run in, an animated view out.

The browser gets the whole run once (`payload.py`) and animates from it without asking again.
What the learner chose there (step, phase, layer, unit) comes back when they stop, not on every
frame, and is sent down again, so that a rerun, a new run or a change of page keeps it.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from exhibits.stage.payload import encode
from exhibits.stage.serving import loader, routes, skeleton
from rnn_core import Run

__all__ = ["PHASES", "StageState", "routes", "stage"]

PHASES = ("forward", "loss", "backward")

_stage = st.components.v2.component("unrolled_stage", html=skeleton(), js=loader())


@dataclass(frozen=True)
class StageState:
    """Where the learner is: `layer` indexes `run.layers`, `unit` is None where none is picked."""

    step: int = 0
    phase: str = "forward"
    layer: int = -1
    unit: int | None = None

    def within(self, run: Run) -> "StageState":
        """The nearest state that this run has; a new run may be shorter or smaller."""
        steps, _, hidden = run.layers[0].hidden.shape
        return StageState(
            step=min(max(self.step, 0), steps - 1),
            phase=self.phase,
            layer=self.layer if 0 <= self.layer < len(run.layers) else _top(run),
            unit=self.unit if self.unit is not None and 0 <= self.unit < hidden else None,
        )


def _top(run: Run) -> int:
    """The last layer; where it reads both ways, the one that reads from the beginning."""
    return max(k for k, trace in enumerate(run.layers) if not trace.reverse)


def _nothing() -> None:
    """Streamlit knows a component's state by its callbacks; this one does nothing."""


def stage(
    run: Run,
    *,
    key: str,
    title: str = "",
    step: int = 0,
    phase: str = "forward",
    layer: int = -1,
    unit: int | None = None,
    on_change: Callable[[], None] = _nothing,
) -> StageState:
    """Draw `run` and return where the learner is.

    `step`, `phase`, `layer` (-1: the top one) and `unit` say where to start; passing others on a
    later run moves the stage there, passing the same leaves the learner where they are. A step
    beyond the run's end means its last step, a layer or unit that it lacks the top one, or none.

    Raises:
        ValueError: an unknown phase.
    """
    if phase not in PHASES:
        raise ValueError(f"phase must be one of {', '.join(PHASES)}; got {phase!r}")
    asked = StageState(step, phase, layer, unit)
    memory = _memory(key, asked)
    state = _where(memory, asked, _reported(st.session_state.get(key))).within(run)
    memory["state"] = state
    sent = {**asdict(state), "turn": memory["turn"]}
    payload = encode(run, title=title, state=sent, layer=state.layer)
    _stage(key=key, data=payload, on_view_change=on_change)
    return state


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
    step, layer, unit = view.get("step"), view.get("layer"), view.get("unit")
    if view.get("phase") not in PHASES or not isinstance(step, int) or not isinstance(layer, int):
        return None
    return StageState(step, view["phase"], layer, unit if isinstance(unit, int) else None)
