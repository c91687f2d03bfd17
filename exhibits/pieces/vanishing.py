"""How a gradient vanishes or explodes on its way back, while W, slopes and cell are changed."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from exhibits.charts import chart, theme
from exhibits.piece import Piece
from figures import vanishing as pictures
from figures.drawing import Drawing, short
from figures.style import Theme
from lessons.declared import (
    Choice,
    Curve,
    CurveMeasure,
    Declaration,
    Measure,
    Real,
    Values,
    Whole,
)
from rnn_core.setup import Setup
from rnn_core.vanishing import Flow, flow, vanishing_setup

LONGEST = 100
BACK = Whole(name="back", label="Steps back", default=20, low=1, high=LONGEST - 1)


def _setup(values: Values) -> Setup:
    return vanishing_setup(
        values["cell"],
        values["spectral_radius"],
        values["recurrent_init"],
        values["length"],
        values["hidden_size"],
        values["seed"],
        values["input_scale"],
    )


def _fits(values: Values) -> None:
    """Raises ValueError where a gated cell is to be split, or the numbers explode."""
    if values["show"] == "split" and not values["cell"].startswith("rnn"):
        raise ValueError(f"show 'split' needs an RNN; got cell {values['cell']!r}")
    flow(_setup(values))


def _norm(values: Values, at: Values) -> float:
    found = flow(_setup(values))
    if at["back"] >= len(found.hidden):
        raise ValueError(f"back must be at most {len(found.hidden) - 1}; got {at['back']}")
    return float(found.hidden[-1 - at["back"]])


def _of_rnn(values: Values, value: float | None) -> float:
    if value is None:
        raise ValueError(f"cell must be an RNN for this; got {values['cell']!r}")
    return value


def _largest(values: Values, at: Values) -> float:
    return _of_rnn(values, flow(_setup(values)).largest)


def _radius(values: Values, at: Values) -> float:
    return _of_rnn(values, flow(_setup(values)).radius)


def _mean_slope(values: Values, at: Values) -> float:
    slopes = flow(_setup(values)).slopes
    return _of_rnn(values, None if slopes is None else float(slopes[1:].mean()))


def _peak(values: Values, at: Values) -> float:
    return float(flow(_setup(values)).hidden.max())


def _course(values: Values, at: Values) -> Curve:
    norms = flow(_setup(values)).hidden
    low, high = pictures.DECADES
    if not (norms > 0.0).all():
        raise ValueError("the norm is exactly 0 at some steps, which a log axis cannot show")
    return Curve(
        x=tuple(float(t) for t in range(len(norms))),
        y=tuple(norms.tolist()),
        x_label="step t",
        y_label="‖∂L/∂h‖, last step = 1",
        low=10.0**low,
        high=10.0**high,
        log=True,
    )


def _pictures(values: Values, theme: Theme, before: Flow | None = None) -> list[Drawing]:
    now = flow(_setup(values))
    draw = pictures.draw_split if values["show"] == "split" else pictures.draw_norms
    return [draw(now, before, theme=theme)]


def _ghost(setup: Setup, key: str) -> Flow | None:
    """What was shown before the last change, as long as there was one."""
    now, before = st.session_state.get(f"{key}.shown", (None, None))
    if now != setup:
        now, before = setup, now
        st.session_state[f"{key}.shown"] = (now, before)
    return None if before is None else flow(before)


def _draw(values: Values, key: str, place: Mapping[str, Any]) -> Mapping[str, Any]:
    setup = _setup(values)
    for drawing in _pictures(values, theme(), _ghost(setup, key)):
        chart(drawing, key)
    st.markdown(_meaning(flow(setup)))
    return {}


def _meaning(now: Flow) -> str:
    """What the numbers mean for learning, in a sentence."""
    last = len(now.hidden) - 1
    first = float(now.hidden[0])
    if first == 0.0:
        return f"The loss at step {last} does not notice what happened at step 0 at all."
    if first < 0.5:
        return (
            f"Nudge the state at step 0: the loss at step {last} notices it at most "
            f"**{short(first)}** times as much as it would notice a nudge at step {last}. More "
            f"than 1 % is left for **{now.reach(0.01)}** steps back."
        )
    if first <= 2.0:
        return f"The loss at step {last} notices step 0 about as much as its own step."
    return (
        f"A nudge at step 0 may move the loss at step {last} **{short(first, 3)}** times as much "
        f"as one at step {last}: the gradient with respect to W is made by the earliest steps."
    )


PIECE = Piece(
    Declaration(
        name="vanishing",
        about="The norm of a gradient on its way back through time, and what changes it.",
        parameters=(
            Choice(
                name="show",
                label="Show",
                default="norms",
                choices={"norms": "The norm", "split": "W and slopes apart"},
                segmented=True,
            ),
            Choice(
                name="cell",
                label="Cell",
                default="rnn_linear",
                choices={
                    "rnn_linear": "Linear RNN",
                    "rnn_tanh": "RNN tanh",
                    "rnn_relu": "RNN relu",
                    "gru": "GRU",
                    "lstm": "LSTM",
                },
            ),
            Real(
                name="spectral_radius",
                label="Spectral radius ρ of W",
                default=0.9,
                low=0.05,
                high=2.0,
                step=0.05,
                about="The largest size of an eigenvalue of W_hh; of a gated cell, of each block.",
            ),
            Choice(
                name="recurrent_init",
                label="Matrix W",
                default="orthogonal",
                choices={
                    "orthogonal": "ρ × orthogonal",
                    "uniform": "Drawn, scaled to ρ",
                    "identity": "ρ × identity",
                    "chain": "ρ × identity, and a chain",
                },
                about="In the chain each unit hears itself ρ times and its neighbour once.",
            ),
            Real(
                name="input_scale",
                label="Loudness of the input",
                default=0.5,
                low=0.0,
                high=30.0,
                stops=(0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0),
                about="The input is noise between minus and plus this.",
            ),
            Whole(name="length", label="Sequence length T", default=40, low=2, high=LONGEST),
            Whole(name="hidden_size", label="Hidden units", default=16, low=1, high=64),
            Whole(name="seed", label="Seed", default=0, low=0, high=9999, typed=True),
        ),
        measures=(
            Measure(
                name="norm",
                about="‖∂L/∂h‖ so many steps back, over that of the last step.",
                value=_norm,
                arguments=(BACK,),
            ),
            Measure(
                name="growth",
                about="The factor per step back, the geometric mean over all steps.",
                value=lambda values, at: flow(_setup(values)).per_step,
            ),
            Measure(
                name="reach",
                about="How many steps back the norm stays above 1 % of the last step's.",
                value=lambda values, at: float(flow(_setup(values)).reach(0.01)),
                unit="steps",
            ),
            Measure(name="peak", about="The largest norm of all steps.", value=_peak),
            Measure(name="mean_slope", about="The mean of φ′(a_t).", value=_mean_slope),
            Measure(name="largest", about="The largest singular value of W.", value=_largest),
            Measure(name="radius", about="The spectral radius of W.", value=_radius),
        ),
        curves=(CurveMeasure(name="norms", about="The norm against the step.", value=_course),),
        fits=_fits,
    ),
    _draw,
    still=lambda values, place: _pictures(values, "light"),
)
