"""The additive model in continuous time, Euler's steps through it, and the RNN that they become."""

import numpy as np

from exhibits.charts import drawn
from figures import euler as pictures
from figures import unrolled
from figures.drawing import Drawing
from figures.style import Theme
from lessons.declared import (
    Choice,
    Curve,
    CurveMeasure,
    Declaration,
    Measure,
    Real,
    Reals,
    Values,
    Whole,
)
from rnn_core.additive import (
    AdditiveSetup,
    error,
    errors,
    euler,
    growth,
    reference,
    truncation_errors,
)

LONGEST = 16
# Halves and halves again, so that halving a step keeps its points; above 1 what goes wrong.
STOPS = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 3 / 4, 1.0, 1.5, 1.75, 2.0, 2.5, 3.0)
MOMENT = Real(name="time", label="Time", default=1.0, low=0.0, high=float(LONGEST))
UNIT = Whole(name="unit", label="Unit", default=0, low=0, high=1)
STEP = Real(name="size", label="Step", default=0.125, low=1 / 512, high=4.0)


def _setup(values: Values) -> AdditiveSetup:
    return AdditiveSetup(values["inputs"], values["weight"], values["units"], values["turn"])


def _error(values: Values, at: Values) -> float:
    return error(_setup(values), values["step"], values["scheme"])


def _ratio(values: Values, at: Values) -> float:
    setup, scheme = _setup(values), values["scheme"]
    return error(setup, at["size"], scheme) / error(setup, at["size"] / 2, scheme)


def _growth(values: Values, at: Values) -> float:
    return growth(_setup(values), values["step"], values["scheme"])


def _euler_state(values: Values, at: Values) -> float:
    path = euler(_setup(values), values["step"], values["scheme"])
    return _at(path.times, path.states, at, "a point of Euler's steps")


def _solution(values: Values, at: Values) -> float:
    path = reference(_setup(values))
    return _at(path.times, path.states, at, "a 512th within the inputs' time")


def _at(times: np.ndarray, states: np.ndarray, at: Values, must: str) -> float:
    near = int(np.argmin(np.abs(times - at["time"])))
    if abs(times[near] - at["time"]) > 1e-9:
        raise ValueError(f"time must be {must}; got {at['time']:g}")
    if at["unit"] >= states.shape[1]:
        raise ValueError(f"unit must be 0, the only one; got {at['unit']}")
    return float(states[near, at["unit"]])


def _lost(values: Values, at: Values) -> float:
    lost = truncation_errors(_setup(values))
    return float(lost[min(values["kept"], len(lost)) - 1])


def _error_curve(values: Values, at: Values) -> Curve:
    sizes = list(errors(_setup(values), values["scheme"]).values())
    return Curve(
        x=tuple(float(k) for k in range(len(sizes))),
        y=tuple(sizes),
        x_label="how often the step 1 τ is halved",
        y_label="largest error",
        low=1e-4,
        high=10.0,
        log=True,
    )


def _solution_curve(values: Values, at: Values) -> Curve:
    path = reference(_setup(values))
    if at["unit"] >= path.states.shape[1]:
        raise ValueError(f"unit must be 0, the only one; got {at['unit']}")
    apart = (len(path.times) - 1) // (8 * len(values["inputs"]))
    states = path.states[::apart, at["unit"]]
    limit = 1.0 if np.abs(states).max() <= 1.0 else 4.0
    return Curve(
        x=tuple(path.times[::apart].tolist()),
        y=tuple(states.tolist()),
        x_label="time t, in units of τ",
        y_label="activity a",
        low=-limit,
        high=limit,
    )


def _pictures(values: Values, theme: Theme) -> list[Drawing]:
    setup = _setup(values)
    if values["show"] == "unrolled":
        return [unrolled.draw(setup, values["kept"], theme=theme)]
    draw = pictures.draw_error if values["show"] == "error" else pictures.draw_path
    return [draw(setup, values["step"], values["scheme"], theme=theme)]


PIECE = drawn(
    Declaration(
        name="euler",
        about="The additive model, Euler's steps through it, and the RNN that they become.",
        parameters=(
            Choice(
                name="show",
                label="Show",
                default="path",
                choices={
                    "path": "The steps",
                    "error": "The error",
                    "unrolled": "Unrolled",
                },
                segmented=True,
            ),
            Real(
                name="step",
                label="Euler step Δ, in units of τ",
                default=0.5,
                low=1 / 64,
                high=3.0,
                stops=STOPS,
            ),
            Real(
                name="weight",
                label="Recurrent weight w",
                default=0.0,
                low=-3.0,
                high=3.0,
                step=0.1,
                about="With two units: the spectral radius of W.",
            ),
            Choice(
                name="scheme",
                label="The leak −a is taken",
                default="explicit",
                choices={"explicit": "before the step", "implicit": "after the step"},
                segmented=True,
                about="Before: Euler's explicit step. After: implicit, for the leak alone.",
            ),
            Reals(
                name="inputs",
                label="Inputs, one for each τ",
                default=(1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
                shortest=2,
                longest=LONGEST,
                low=-3.0,
                high=3.0,
            ),
            Whole(name="units", label="Units", default=1, low=1, high=2),
            Real(
                name="turn",
                label="Turn of W, in degrees",
                default=60.0,
                low=0.0,
                high=180.0,
                step=5.0,
                about="Of two units: W is w times the rotation by this angle.",
            ),
            Whole(
                name="kept",
                label="Inputs unrolled, K",
                about="At least as many as there are: the whole RNN.",
                default=3,
                low=1,
                high=LONGEST,
            ),
        ),
        measures=(
            Measure(
                name="error",
                about="The largest distance of Euler's points from the solution.",
                value=_error,
            ),
            Measure(
                name="error_ratio",
                about="The error at a step, divided by that at half of it.",
                value=_ratio,
                arguments=(STEP,),
            ),
            Measure(
                name="growth",
                about="By what factor one step scales a small distance from rest.",
                value=_growth,
            ),
            Measure(
                name="euler_state",
                about="Euler's a at one of its times.",
                value=_euler_state,
                arguments=(MOMENT, UNIT),
            ),
            Measure(
                name="solution",
                about="The solution a(t).",
                value=_solution,
                arguments=(MOMENT, UNIT),
            ),
            Measure(
                name="lost",
                about="The largest difference of h when only K inputs are unrolled.",
                value=_lost,
            ),
        ),
        curves=(
            CurveMeasure(name="error", about="The error against the halvings.", value=_error_curve),
            CurveMeasure(
                name="solution",
                about="The solution a(t).",
                value=_solution_curve,
                arguments=(UNIT,),
            ),
        ),
    ),
    _pictures,
)
