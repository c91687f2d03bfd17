"""Why the LSTM remembers: the two paths of its gradient, with an RNN on the same sequence."""

from collections.abc import Callable

import numpy as np

from exhibits.charts import drawn
from figures import paths
from figures.drawing import Drawing
from figures.style import Theme, symmetric_limit
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
from rnn_core.path_course import PathCourse, path_course, path_setup

LONGEST = 100
BACK = Whole(name="back", label="Steps back", default=20, low=1, high=LONGEST - 1)


def _course(values: Values) -> PathCourse:
    return path_course(
        path_setup(
            values["length"],
            values["hidden_size"],
            values["seed"],
            values["forget_bias"],
            values["forget"] if values["gate"] == "pinned" else None,
        )
    )


def _fits(values: Values) -> None:
    """Raises ValueError where nothing goes back from the last step."""
    _course(values)


def _at(field: str) -> Callable[[Values, Values], float]:
    """A field of the course, so many steps before the loss."""

    def value(values: Values, at: Values) -> float:
        series = getattr(_course(values), field)
        if at["back"] >= len(series):
            raise ValueError(f"back must be at most {len(series) - 1}; got {at['back']}")
        found = float(series[-1 - at["back"]])
        if not np.isfinite(found):
            raise ValueError(f"nothing arrives {at['back']} steps back: there is nothing to share")
        return found

    return value


def _mean_forget(values: Values, at: Values) -> float:
    return float(_course(values).forget[1:].mean())


def _norms(field: str, label: str) -> Callable[[Values, Values], Curve]:
    def curve(values: Values, at: Values) -> Curve:
        series = getattr(_course(values), field)
        if not (series > 0.0).all():
            raise ValueError("the norm is exactly 0 at some steps, which a log axis cannot show")
        low, high = paths.DECADES
        return Curve(
            x=tuple(float(t) for t in range(len(series))),
            y=tuple(series.tolist()),
            x_label="step t",
            y_label=label,
            low=10.0 ** min(low, int(np.floor(np.log10(series.min())))),
            high=10.0 ** max(high, int(np.ceil(np.log10(series.max())))),
            log=True,
        )

    return curve


def _share_curve(values: Values, at: Values) -> Curve:
    course = _course(values)
    if not np.isfinite(course.direct_share).all():
        raise ValueError("at some steps nothing arrives: there is nothing to share")
    low, high = paths.share_limits(course.direct_share, 0.2)
    return Curve(
        x=tuple(float(t) for t in range(len(course.direct_share))),
        y=tuple(course.direct_share.tolist()),
        x_label="step t",
        y_label="share that came straight",
        low=low,
        high=high,
    )


def _cell_curve(values: Values, at: Values) -> Curve:
    sizes = _course(values).cell
    return Curve(
        x=tuple(float(t) for t in range(len(sizes))),
        y=tuple(sizes.tolist()),
        x_label="step t",
        y_label="|c|, mean over the units",
        low=0.0,
        high=symmetric_limit(sizes.tolist()),
    )


_DRAW = {
    "straight": paths.draw_straight,
    "shares": paths.draw_shares,
    "cell": paths.draw_cell,
}


def _pictures(values: Values, theme: Theme) -> list[Drawing]:
    return [_DRAW[values["show"]](_course(values), theme=theme)]


_AT_BACK = {
    "whole": "‖∂L/∂c‖ so many steps back, over that of the last step.",
    "direct": "What the straight path alone brings there.",
    "gates": "What the gates alone bring there.",
    "direct_share": "The straight path's share of ∂L/∂c there, as a projection on it.",
    "gates_share": "The gates' share; the two sum to 1.",
    "kept": "Π f over so many steps, the mean over the units.",
    "cell": "|c| there, the mean over the units.",
    "rnn": "‖∂L/∂h‖ of the tanh RNN, over that of the last step.",
}

PIECE = drawn(
    Declaration(
        name="path_split",
        about="The gradient of an LSTM's cell state by its two paths, beside a tanh RNN's.",
        parameters=(
            Choice(
                name="show",
                label="Show",
                default="shares",
                choices={
                    "straight": "Straight path",
                    "shares": "Both paths",
                    "cell": "Cell state",
                },
                segmented=True,
            ),
            Choice(
                name="gate",
                label="Forget gates",
                default="free",
                choices={"free": "As the weights say", "pinned": "Pinned"},
                segmented=True,
            ),
            Real(
                name="forget_bias",
                label="Forget bias",
                default=1.0,
                low=-3.0,
                high=6.0,
                step=0.5,
                about="b_ih + b_hh of every unit's forget gate; of no effect while it is pinned.",
            ),
            Real(
                name="forget",
                label="Forget gate f, pinned at",
                default=0.9,
                low=0.0,
                high=1.0,
                stops=(0.0, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0),
                about="Of no effect while the gate is free.",
            ),
            Whole(name="length", label="Sequence length T", default=40, low=2, high=LONGEST),
            Whole(name="hidden_size", label="Hidden units", default=16, low=1, high=64),
            Whole(name="seed", label="Seed", default=1, low=0, high=9999, typed=True),
        ),
        measures=(
            *(
                Measure(name=name, about=about, value=_at(name), arguments=(BACK,))
                for name, about in _AT_BACK.items()
            ),
            Measure(name="forget", about="The mean forget gate after step 0.", value=_mean_forget),
        ),
        curves=(
            CurveMeasure(
                name="whole",
                about="‖∂L/∂c‖ against the step.",
                value=_norms("whole", "‖∂L/∂c‖, last step = 1"),
            ),
            CurveMeasure(
                name="direct",
                about="The straight path's norm against the step.",
                value=_norms("direct", "straight path, last step = 1"),
            ),
            CurveMeasure(
                name="direct_share",
                about="The straight path's share against the step.",
                value=_share_curve,
            ),
            CurveMeasure(
                name="cell",
                about="|c|, the mean over the units, against the step.",
                value=_cell_curve,
            ),
        ),
        fits=_fits,
    ),
    _pictures,
)
