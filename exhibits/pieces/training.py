"""A training: one to three networks that learn a task as one watches, and what came of it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from background.outcome import outcomes
from exhibits.piece import Piece
from exhibits.training import parameters as declared
from exhibits.training import runs
from exhibits.training.bench import state_of, training_bench
from exhibits.training.configure import names_of, setups_of, title_of
from exhibits.training.view import UNITS, Shape
from figures import training as pictures
from figures.drawing import Drawing
from lessons.declared import (
    Choice,
    Curve,
    CurveMeasure,
    Declaration,
    Flag,
    Measure,
    Parameter,
    Real,
    Values,
    Whole,
)
from rnn_core.train import Trainer, TrainingSetup
from rnn_core.train.course import Lags, learned_at, measure

CURVE_POINTS = 24
SHOW = Choice(
    name="show",
    label="Show",
    default="time machine",
    choices={
        "loss": "Loss",
        "time machine": "Loss and time machine",
        "all": "Loss, time machine and stage",
    },
)
_SHAPES = {
    "loss": Shape(machine=False, height=260),
    "time machine": Shape(norm=False, height=240),
    "all": Shape(norm=False, height=240),
}
TRACK = Whole(name="track", label="Track", default=0, low=0, high=2)
LAG = Whole(name="lag", label="Lag", default=10, low=0, high=1000)


def _setups(values: Values) -> tuple[TrainingSetup, ...]:
    """Raises ValueError where these values cannot be trained."""
    try:
        return setups_of(values)
    except TypeError as problem:
        raise ValueError(str(problem)) from None


def _fits(values: Values) -> None:
    _setups(values)


def _setup(values: Values, at: Values) -> TrainingSetup:
    setups = _setups(values)
    if at["track"] >= len(setups):
        raise ValueError(f"track must be 0 to {len(setups) - 1}; got {at['track']}")
    return setups[at["track"]]


def _draw(values: Values, key: str, place: Mapping[str, Any]) -> Mapping[str, Any]:
    setups, name = _setups(values), title_of(values)
    if runs.is_new_wish(key, place, setups):
        runs.begin(key, setups, name)
    shape = _SHAPES[values["show"]]
    status, looks = training_bench(setups, key, name, shape=shape, on_stage=values["show"] == "all")
    return state_of(status, looks, setups)


def _still(values: Values, place: Mapping[str, Any]) -> list[Drawing]:
    setups = _setups(values)
    task = setups[0].task
    courses = [
        pictures.Course(
            name, found.losses, [(step, loss) for step, loss, _ in found.held_out], found.solved_at
        )
        for name, found in zip(names_of(setups), outcomes().of(*setups), strict=True)
    ]
    lines = [(line.name, line.value) for line in task.lines()]
    return [pictures.draw(courses, lines, unit=UNITS[task.loss])]


def _trained(values: Values, at: Values) -> Trainer:
    (found,) = outcomes().of(_setup(values, at))
    return found


def _ahead(values: Values, at: Values) -> None:
    outcomes().begin(_setup(values, at))


def _steps_to_solve(values: Values, at: Values) -> float:
    found = _trained(values, at)
    if found.solved_at is None:
        raise ValueError("it is not solved, so there is no number of steps")
    return float(found.solved_at)


def _last(found: Trainer, which: int) -> float:
    if not found.held_out:
        raise ValueError("nothing was measured on held-out data")
    return float(found.held_out[-1][which])


def _learned_lag(values: Values, at: Values) -> float:
    groups = _learned(_setup(values, at)).items()
    found = next((step for (low, high), step in groups if low <= at["lag"] <= high), None)
    if found is None:
        raise ValueError(f"lag {at['lag']} is not learned, or no answer needs it")
    return float(found)


@lru_cache(maxsize=32)
def _learned(setup: TrainingSetup) -> dict[Lags, int | None]:
    kept = outcomes().of(setup)[0].snapshots
    return learned_at(setup.task, {step: measure(setup, kept.at(step)) for step in kept.steps})


def _line(which: int) -> Any:
    def value(values: Values, at: Values) -> float:
        lines = _setups(values)[0].task.lines()
        if which >= len(lines):
            raise ValueError("this task has no naive baseline beside chance")
        return float(lines[which].value)

    return value


def _parameters(values: Values, at: Values) -> float:
    network = _setup(values, at).network()
    return float(sum(np.prod(shape) for shape in network.shapes().values()))


def _loss_curve(values: Values, at: Values) -> Curve:
    steps, means = pictures.stretches(_trained(values, at).losses, CURVE_POINTS)
    if not (np.isfinite(means).all() and (means > 0).all()):
        raise ValueError("the loss is not positive and finite everywhere")
    return Curve(
        x=tuple(steps.tolist()),
        y=tuple(means.tolist()),
        x_label="training step",
        y_label="loss",
        low=float(10 ** np.floor(np.log10(means.min()))),
        high=float(10 ** np.ceil(np.log10(means.max()) + 1e-9)),
        log=True,
    )


def _of_each_track(make: Any) -> tuple[Parameter, ...]:
    """A place for each track: `solved`, `solved_2`, `solved_3`."""
    return tuple(make("" if number == 1 else f"_{number}") for number in (1, 2, 3))


PLACES: tuple[Parameter, ...] = (
    Flag(name="started", label="Started", default=False),
    Flag(name="ended", label="Ended", default=False),
    *_of_each_track(lambda tail: Flag(name=f"solved{tail}", label="Solved", default=False)),
    *_of_each_track(
        lambda tail: Whole(name=f"step{tail}", label="Step", default=0, low=0, high=10**6)
    ),
    *_of_each_track(
        lambda tail: Real(name=f"loss{tail}", label="Loss", default=0.0, low=0.0, high=1e30)
    ),
    *_of_each_track(
        lambda tail: Real(name=f"score{tail}", label="Score", default=0.0, low=-1e30, high=1e30)
    ),
    Whole(name="at", label="Snapshot", default=0, low=0, high=10**6),
)
PIECE = Piece(
    Declaration(
        name="training",
        about="One to three networks learn a task as one watches: loss, gradient norm, snapshots "
        "over time, and the network at work.",
        parameters=(SHOW, *declared.ALL),
        places=PLACES,
        measures=(
            Measure(
                name="final_loss",
                about="The held-out loss at the end of the training.",
                value=lambda values, at: _last(_trained(values, at), 1),
                ahead=_ahead,
                arguments=(TRACK,),
            ),
            Measure(
                name="final_score",
                about="The held-out score at the end of the training.",
                value=lambda values, at: _last(_trained(values, at), 2),
                ahead=_ahead,
                arguments=(TRACK,),
            ),
            Measure(
                name="solved",
                about="1 where the training solves the task, else 0.",
                value=lambda values, at: float(_trained(values, at).solved_at is not None),
                ahead=_ahead,
                arguments=(TRACK,),
            ),
            Measure(
                name="steps_to_solve",
                about="The first step at which the held-out score meets the goal.",
                value=_steps_to_solve,
                ahead=_ahead,
                arguments=(TRACK,),
                unit="steps",
            ),
            Measure(
                name="learned_lag",
                about="The first snapshot from which the error at a lag stays under chance / 3.",
                value=_learned_lag,
                ahead=_ahead,
                arguments=(TRACK, LAG),
                unit="steps",
            ),
            Measure(name="chance", about="The loss of guessing.", value=_line(0)),
            Measure(name="naive", about="The loss of the naive baseline.", value=_line(1)),
            Measure(
                name="parameters",
                about="How many numbers the network learns.",
                value=_parameters,
                arguments=(TRACK,),
            ),
        ),
        curves=(
            CurveMeasure(
                name="loss",
                about="The mean training loss of 24 equal stretches of the steps.",
                value=_loss_curve,
                ahead=_ahead,
                arguments=(TRACK,),
            ),
        ),
        fits=_fits,
    ),
    _draw,
    still=_still,
)
