"""Truncated BPTT against the full gradient, for every k: direction, size, reach and memory."""

from typing import Any

import numpy as np

from exhibits.charts import drawn
from figures import truncation as pictures
from figures.drawing import Drawing
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
    Words,
)
from rnn_core.sequences import Text
from rnn_core.setup import Setup
from rnn_core.truncation_course import EVERY, TruncationCourse, recall_setup, truncation_course

LONGEST, DEEPEST = 60, 22


def _setup(values: Values) -> Setup:
    if values["task"] == "recall":
        return recall_setup(
            values["cell"],
            values["length"],
            values["hidden_size"],
            values["seed"],
            values["distraction"],
        )
    return Setup(Text(values["text"]), cell=values["cell"], weights=f"brackets-{values['cell']}")


def _length(values: Values) -> int:
    return int(values["length"] if values["task"] == "recall" else len(values["text"]))


def _course(values: Values) -> TruncationCourse:
    return truncation_course(_setup(values), values["every"])


def _fits(values: Values) -> None:
    """Raises ValueError where the text has a character that the weights do not know."""
    _course(values)


def _k(values: Values) -> int:
    """The steps back; there are no more than the sequence has."""
    return min(values["k"], _length(values))


def _of_k(field: str) -> Any:
    """The measure of a field of the course at the chosen k."""

    def value(values: Values, at: Values) -> float:
        found = float(getattr(_course(values), field)[_k(values) - 1])
        if not np.isfinite(found):
            raise ValueError(f"k = {values['k']}: no gradient arrives, so there is no {field}")
        return found

    return value


def _curve(field: str, label: str) -> Any:
    def value(values: Values, at: Values) -> Curve:
        series = getattr(_course(values), field)
        if not np.isfinite(series).all():
            raise ValueError(f"{label}: no gradient arrives at some k, so there is none")
        return Curve(
            x=tuple(float(k + 1) for k in range(len(series))),
            y=tuple(series.tolist()),
            x_label="k, steps back",
            y_label=label,
            low=min(0.0, float(np.floor(10 * series.min()) / 10)),
            high=max(1.2, float(np.ceil(10 * series.max()) / 10)),
        )

    return value


def _pictures(values: Values, theme: Theme) -> list[Drawing]:
    found, k = _course(values), _k(values)
    if values["show"] == "memory":
        per_step = int(found.bytes_held[0] // found.steps_held[0])
        return [pictures.draw_memory(per_step, _length(values), k, theme=theme)]
    return [pictures.draw_agreement(found, k, reach=values["task"] == "recall", theme=theme)]


PIECE = drawn(
    Declaration(
        name="truncation",
        about="What a gradient loses, and what memory it saves, where its way back is cut.",
        parameters=(
            Choice(
                name="show",
                label="Show",
                default="agreement",
                choices={"agreement": "Against the full gradient", "memory": "Memory held"},
                segmented=True,
            ),
            Choice(
                name="task",
                label="Task",
                default="code",
                choices={"code": "Predict a line of code", "recall": "Recall a cue at the end"},
                segmented=True,
            ),
            Whole(
                name="k",
                label="Steps back k",
                default=5,
                low=1,
                high=DEEPEST,
                about="No gradient goes back through more steps; from k = T on nothing is cut.",
            ),
            Choice(
                name="every",
                label="A pass back after every",
                default="k steps",
                choices={name: name for name in EVERY},
                about="k1: after k steps the sequence is in pieces, after 1 step each loss has k.",
                segmented=True,
            ),
            Choice(
                name="cell",
                label="Cell",
                default="lstm",
                choices={"rnn_tanh": "RNN tanh", "gru": "GRU", "lstm": "LSTM"},
                segmented=True,
            ),
            Words(
                name="text",
                label="Text",
                default="if (x[i]) {f(a[b], c)}",
                about="Of the line of code; the weights are trained on such lines.",
                shortest=2,
                longest=LONGEST,
            ),
            Whole(
                name="length",
                label="Sequence length T",
                default=20,
                low=2,
                high=LONGEST,
                about="Of the recall: the cue at step 0 is asked for at step T − 1.",
            ),
            Real(
                name="distraction",
                label="Noise between",
                default=0.5,
                low=0.0,
                high=2.0,
                step=0.25,
                about="Of the recall: the size of what is read between cue and answer.",
            ),
            Whole(name="hidden_size", label="Hidden units", default=16, low=1, high=32),
            Whole(name="seed", label="Seed", default=0, low=0, high=9999, typed=True),
        ),
        measures=(
            Measure(
                name="cosine",
                about="Of the truncated and the full gradient, all recurrent weights together.",
                value=_of_k("cosine"),
            ),
            Measure(
                name="norm_ratio",
                about="Norm of the truncated gradient over that of the full one.",
                value=_of_k("norm_ratio"),
            ),
            Measure(
                name="first_input",
                about="‖∂L/∂x_0‖: what arrives at step 0.",
                value=_of_k("first_input"),
            ),
            Measure(
                name="steps_held",
                about="For how many steps the states are kept for the way back.",
                value=_of_k("steps_held"),
                unit="steps",
            ),
            Measure(
                name="kib_held",
                about="How much memory these states take.",
                value=lambda values, at: _of_k("bytes_held")(values, at) / 1024,
                unit="KiB",
            ),
        ),
        curves=(
            CurveMeasure(
                name="cosine", about="The cosine against k.", value=_curve("cosine", "cosine")
            ),
            CurveMeasure(
                name="norm_ratio",
                about="The ratio of the norms against k.",
                value=_curve("norm_ratio", "ratio of norms"),
            ),
        ),
        fits=_fits,
    ),
    _pictures,
)
