"""Forecasts of the sunspot numbers, or of the learner's own series, by a small trained network."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from background.outcome import outcomes
from exhibits.charts import chart, theme
from exhibits.own_series import series_from_upload
from exhibits.piece import Piece
from exhibits.table import TableError
from figures import forecast as pictures
from figures.drawing import Drawing
from figures.style import Theme
from lessons.declared import (
    Choice,
    Curve,
    CurveMeasure,
    Declaration,
    Flag,
    Measure,
    Real,
    Reals,
    Values,
    Whole,
)
from rnn_core.forecast import (
    FARTHEST,
    FEWEST,
    MOST,
    Fit,
    FitSetup,
    by_lead,
    fit_of,
    free_run,
    one_step,
    series_of,
    shipped,
)

PASTED = 600  # numbers in a field, and so in a link; a table may bring more
LEADS = 22  # steps ahead that the picture of leads shows
LINE = Choice(
    name="line",
    label="Line",
    default="network",
    choices={"network": "Network", "naive": "Naive", "seasonal": "Seasonal naive", "mean": "Mean"},
)
LEAD = Whole(name="lead", label="Steps ahead", default=1, low=1, high=LEADS)


def _setup(values: Values) -> FitSetup:
    """Raises ValueError where own numbers are asked for and there are none, or they do not suit."""
    own = values["series"] == "own"
    if own and not values["numbers"]:
        raise ValueError("numbers: there are none yet; paste some, or bring a table")
    return FitSetup(
        numbers=tuple(values["numbers"]) if own else (),
        season=values["season"] if own else 0,
        cell=values["cell"],
        hidden_size=values["hidden_size"],
        steps=values["steps"],
        seed=values["seed"],
    )


def _fits(values: Values) -> None:
    """Raises ValueError where the series does not suit, or a start lies beyond what is held out."""
    if values["series"] == "own" and not values["numbers"]:
        return  # the piece asks for them
    held_out = series_of(_setup(values)).held_out
    if values["known"] > held_out:
        raise ValueError(f"known must be at most {held_out}, all held out; got {values['known']}")


def _leads(fit: Fit) -> int:
    return min(LEADS, fit.series.held_out)


def _fit(setup: FitSetup) -> Fit:
    """The trained network; one that does not come along is trained first, beside the pages.

    Raises:
        ValueError: the training broke, or the series does not suit; says why.
    """
    return shipped(setup) or fit_of(setup, outcomes().of(setup.training)[0])


def _known(setup: FitSetup) -> Fit | None:
    """The trained network if nobody has to wait for it."""
    ended = outcomes().known(setup.training)
    return shipped(setup) or (fit_of(setup, ended) if ended else None)


def _error(values: Values, at: Values) -> float:
    fit = _fit(_setup(values))
    if at["lead"] > _leads(fit):
        raise ValueError(f"lead must be at most {_leads(fit)}; got {at['lead']}")
    found = getattr(by_lead(fit, _leads(fit)), at["line"])
    if found is None:
        raise ValueError("seasonal: this series has no season")
    return float(found[at["lead"] - 1])


def _better(values: Values, at: Values) -> float:
    found = one_step(_fit(_setup(values)))
    return found.rmse / found.rmse_naive


def _free_error(values: Values, at: Values) -> float:
    error = free_run(_fit(_setup(values)), values["known"], values["horizon"]).rmse
    if not np.isfinite(error):
        raise ValueError("none of these years has come yet, so there is no error")
    return error


def _highest(values: Values, at: Values) -> float:
    return float(free_run(_fit(_setup(values)), values["known"], values["horizon"]).network.max())


def _curve(values: Values, at: Values) -> Curve:
    fit = _fit(_setup(values))
    found = by_lead(fit, _leads(fit))
    series = getattr(found, at["line"])
    if series is None:
        raise ValueError("seasonal: this series has no season")
    top = max(float(found.naive.max()), float(found.mean.max()), float(found.network.max()))
    return Curve(
        x=tuple(float(lead) for lead in range(1, len(series) + 1)),
        y=tuple(series.tolist()),
        x_label="steps ahead",
        y_label="root mean squared error",
        low=0.0,
        high=float(f"{1.1 * top:.2g}"),
    )


def _drawn(values: Values, fit: Fit, shown_in: Theme) -> Drawing:
    if values["show"] == "free":
        return pictures.draw_free_run(fit, values["known"], values["horizon"], theme=shown_in)
    if values["show"] == "leads":
        return pictures.draw_leads(fit, _leads(fit), theme=shown_in)
    return pictures.draw_one_step(fit, theme=shown_in)


def _draw(values: Values, key: str, place: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        values = _with_own(values, key)
        if values["series"] == "own" and not values["numbers"]:
            st.info(f"Bring a table, or paste {FEWEST} or more numbers, oldest first.")
            return {"trained": False}
        _fits(values)
        fit = _known(_setup(values)) or _asked(_setup(values), key)
    except (ValueError, TableError) as problem:
        st.error(str(problem))
        return {"trained": False}
    if fit is None:
        return {"trained": False}
    chart(_drawn(values, fit, theme()), key)
    found = one_step(fit)
    return {"trained": True, "ratio": found.rmse / found.rmse_naive}


def _with_own(values: Values, key: str) -> Values:
    """The values with the numbers of a table that the learner brought; of a long one the last."""
    if values["series"] != "own":
        return values
    with st.popover("Bring a table", icon=":material/upload_file:"):
        brought = series_from_upload(f"{key}_own")
    if brought is None:
        return values
    if values["numbers"]:
        sources = ["The table", "What is pasted"]
        used = st.segmented_control(
            "Use", sources, default=sources[0], required=True, key=f"{key}_use"
        )
        if used == sources[1]:
            return values
    if len(brought) > MOST:
        st.caption(f"The last {MOST:,} of them are used.")
    return {**values, "numbers": brought[-MOST:]}


def _asked(setup: FitSetup, key: str) -> Fit | None:
    """Trains when the button is pressed, never by itself."""
    series, spot = series_of(setup), st.empty()
    with spot.container():
        st.write(
            f"This one is not trained yet: {series.first_held_out} values to train on, "
            f"{series.held_out} held out, {setup.steps} steps."
        )
        pressed = st.button(
            "Train it", key=f"{key}_train", icon=":material/play_arrow:", type="primary"
        )
    if not pressed:
        return None
    with spot, st.spinner("Training, a few seconds …"):
        fit = _fit(setup)
    spot.empty()
    return fit


def _still(values: Values, place: Mapping[str, Any]) -> Sequence[Drawing]:
    """Of a network that is known, else of the sunspots': nobody waits for a page to be printed."""
    own = values["series"] == "own"
    fit = (None if own else _known(_setup(values))) or shipped(FitSetup())
    return [_drawn({**values, "known": min(values["known"], 8)}, fit, "light")] if fit else []


PIECE = Piece(
    Declaration(
        name="forecast",
        about="A real series, foretold one step ahead or freely, against the naive lines.",
        parameters=(
            Choice(
                name="show",
                label="Show",
                default="one step",
                choices={
                    "one step": "One step ahead",
                    "free": "Free-running",
                    "leads": "Error against steps ahead",
                },
            ),
            Choice(
                name="series",
                label="Series",
                default="sunspots",
                choices={"sunspots": "Yearly sunspot numbers", "own": "Own numbers"},
                segmented=True,
            ),
            Reals(
                name="numbers",
                label="Own numbers",
                default=(),
                about=f"Oldest first, {FEWEST} to {PASTED}; a column of a table can be pasted. The "
                "last fifth is held out.",
                shortest=0,
                longest=PASTED,
                low=-1e12,
                high=1e12,
            ),
            Whole(
                name="season",
                label="Season of own numbers",
                default=0,
                low=0,
                high=60,
                about="In steps: 12 for months with a yearly season, 0 for none.",
            ),
            Choice(
                name="cell",
                label="Network",
                default="lstm",
                choices={
                    "lstm": "LSTM",
                    "gru": "GRU",
                    "rnn_tanh": "RNN tanh",
                    "window": "Feed-forward, 10 values",
                },
            ),
            Whole(name="hidden_size", label="Hidden units", default=16, low=1, high=64),
            Whole(
                name="steps",
                label="Training steps",
                default=400,
                low=10,
                high=5000,
                typed=True,
                about="Fixed beforehand: to stop by the held-out part would be to look at it.",
            ),
            Whole(name="seed", label="Seed", default=0, low=0, high=9999, typed=True),
            Whole(
                name="known",
                label="Held-out values that are known",
                default=8,
                low=0,
                high=120,
                about="After these it runs free.",
            ),
            Whole(name="horizon", label="Steps far", default=30, low=1, high=FARTHEST),
        ),
        places=(
            Flag(name="trained", label="Trained", default=False),
            Real(name="ratio", label="Error over naive error", default=1, low=0, high=1e9),
        ),
        measures=(
            Measure(
                name="error",
                about="Root mean squared error so many steps ahead; trains if need be.",
                value=_error,
                arguments=(LINE, LEAD),
            ),
            Measure(
                name="ratio",
                about="One step ahead: the network's error over the naive one; trains if need be.",
                value=_better,
            ),
            Measure(
                name="free_error",
                about="Root mean squared error of the free run that is shown; trains if need be.",
                value=_free_error,
            ),
            Measure(
                name="highest",
                about="The highest value of the free run that is shown; trains if need be.",
                value=_highest,
            ),
        ),
        curves=(
            CurveMeasure(
                name="leads",
                about="Root mean squared error against steps ahead; trains if need be.",
                value=_curve,
                arguments=(LINE,),
            ),
        ),
        fits=_fits,
    ),
    _draw,
    still=_still,
)
