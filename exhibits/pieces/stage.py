"""The stage: one network in time, or up to three side by side, open to the learner's hand."""

from collections.abc import Mapping
from typing import Any

from exhibits import parameters as declared
from exhibits import workbench
from exhibits.bench import bench
from exhibits.compare import tracks
from exhibits.edit_list import EditList, changes_of
from exhibits.piece import Piece, StageStill
from exhibits.stage import LEVELS, PANELS, PHASES, StageState
from exhibits.stage_curves import CURVES
from exhibits.stage_measures import LAYER, MEASURES, STEP, UNIT, base_of, run_of
from lessons.declared import Choice, Declaration, Flag, Values, Whole

CHANGES = EditList(
    name="changes",
    label="Changes",
    default=(),
    about="What is changed from the start: inputs, weights, initial states, gates, units.",
)
EDITS = Flag(
    name="edits",
    label="Editable",
    default=True,
    about="Whether inputs, weights, gates and units can be changed on the stage.",
)

STRIPS = Choice(
    name="strips",
    label="Strips",
    default="all",
    about="What stands below the graph: every gate and state, the states alone, or nothing, so "
    "that a panel is in view.",
    choices={"all": "Gates and states", "states": "States", "none": "None"},
)
_FIELDS: dict[str, tuple[str, ...] | None] = {
    "all": None,
    "states": ("cell", "hidden"),
    "none": (),
}


def _named(name: str, values: tuple[str, ...], default: str) -> Choice:
    choices = {value: value or "none" for value in values}
    return Choice(name=name, label=name.capitalize(), default=default, choices=choices)


PLACES = (
    STEP,
    _named("phase", PHASES, "forward"),
    _named("level", LEVELS, "overview"),
    UNIT,
    LAYER,
    Whole(name="track", label="Track", default=0, low=0, high=2),
    _named("panel", ("", *PANELS), ""),
    Flag(name="rolled", label="Rolled up", default=False),
)


def _state(place: Mapping[str, Any]) -> StageState:
    plain = {name: value for name, value in place.items() if name != "panel"}
    panel = place.get("panel", "")
    return StageState(**plain, panels=(panel,) if panel else ())


def _fits(values: Values) -> None:
    """The run exists; Raises ValueError where it does not."""
    run_of(values)
    tracks(values["compare"], base_of(values), changes_of(values, base_of(values)))


def _present(values: Values, key: str) -> dict[str, Any]:
    """The values with the changes that the learner has made by hand."""
    base = base_of(values)
    workbench.begin(key, base, changes_of(values, base))
    return {**values, "changes": workbench.present(key, base)}


def _draw(values: Values, key: str, place: Mapping[str, Any]) -> Mapping[str, Any]:
    base = base_of(values)
    workbench.begin(key, base, changes_of(values, base))
    state, _ = bench(
        base,
        values["compare"],
        key,
        _state(place),
        edits=values["edits"],
        strips=_FIELDS[values["strips"]],
    )
    where: dict[str, Any] = {
        "step": state.step,
        "phase": state.phase,
        "level": state.level,
        "layer": state.layer,
        "track": state.track,
        "panel": state.panels[0] if state.panels else "",
        "rolled": state.rolled,
    }
    return where if state.unit is None else {**where, "unit": state.unit}


def _still(values: Values, place: Mapping[str, Any]) -> list[StageStill]:
    base = base_of(values)
    shown = tracks(values["compare"], base, changes_of(values, base))
    return [StageStill(tuple(shown), _state(place).within([track.run for track in shown]))]


PIECE = Piece(
    Declaration(
        name="stage",
        about="A recurrent network in time: forward, its losses, and backward; into the cell, down "
        "to the arithmetic of one unit.",
        parameters=(
            *declared.SEQUENCE,
            *declared.NETWORK,
            declared.COMPARE,
            CHANGES,
            EDITS,
            STRIPS,
        ),
        places=PLACES,
        measures=MEASURES,
        curves=CURVES,
        fits=_fits,
    ),
    _draw,
    still=_still,
    present=_present,
)
