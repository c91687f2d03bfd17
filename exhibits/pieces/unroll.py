"""Unroll: a small network that adds what is marked, on the stage, rolled up or pulled out."""

from collections.abc import Mapping
from typing import Any

from exhibits.bench import bench
from exhibits.compare import tracks
from exhibits.piece import Piece, StageStill
from exhibits.stage import PHASES, StageState
from lessons.declared import Choice, Declaration, Flag, Measure, Values, Whole
from rnn_core import Changes, Network, Setup
from rnn_core.adding import NAMES, adding
from rnn_core.parameters import free_parameters, stored_parameters

LONGEST = 12


def _setup(values: Values) -> Setup:
    """The sum so far is due at every step, so that every copy has a loss."""
    return Setup(
        adding(values["length"], values["seed"], every_step=True),
        cell="rnn_tanh",
        hidden_size=values["hidden_size"],
        seed=values["seed"],
    )


def _state(place: Mapping[str, Any]) -> StageState:
    return StageState(
        **{name: place[name] for name in ("step", "phase", "rolled") if name in place}
    )


def _draw(values: Values, key: str, place: Mapping[str, Any]) -> Mapping[str, Any]:
    state, _ = bench(_setup(values), "nothing", key, _state(place))
    return {"step": state.step, "phase": state.phase, "rolled": state.rolled}


def _still(values: Values, place: Mapping[str, Any]) -> list[StageStill]:
    shown = tracks("nothing", _setup(values), Changes())
    return [StageStill(tuple(shown), _state(place))]


def _network(values: Values) -> Network:
    return _setup(values).network(len(NAMES))


PIECE = Piece(
    Declaration(
        name="unroll",
        about="A two-input RNN that reads values and markers, as a loop or unrolled in time.",
        parameters=(
            Whole(name="length", label="Steps T", default=6, low=2, high=LONGEST),
            Whole(name="hidden_size", label="Hidden units", default=2, low=1, high=8),
            Whole(name="seed", label="Seed", default=0, low=0, high=9999, typed=True),
        ),
        places=(
            Whole(name="step", label="Step", default=0, low=0, high=LONGEST - 1),
            Choice(
                name="phase",
                label="Phase",
                default="forward",
                choices={name: name for name in PHASES},
            ),
            Flag(name="rolled", label="Rolled up", default=False),
        ),
        measures=(
            Measure(
                name="free",
                about="How many numbers training can choose freely.",
                value=lambda values, at: float(free_parameters(_network(values))),
                unit="parameters",
            ),
            Measure(
                name="stored",
                about="How many numbers PyTorch stores.",
                value=lambda values, at: float(stored_parameters(_network(values))),
                unit="numbers",
            ),
        ),
    ),
    _draw,
    _still,
)
