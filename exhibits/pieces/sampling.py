"""A character model: text drawn from it at a temperature, its odds, its units, its over-fitting."""

import numpy as np

from exhibits.charts import drawn
from figures import sampling as pictures
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
from rnn_core.sampling import HOTTEST, Sample, course, held_out_text, reading, sample
from rnn_core.tracking import TRAITS, Tracking, tracking

MODELS = {
    "alice-lstm": "Alice, LSTM, 64 units",
    "alice_overfit-lstm": "Alice, trained too long",
    "brackets-lstm": "Brackets, LSTM, 16 units",
    "brackets-gru": "Brackets, GRU, 16 units",
    "brackets-rnn_tanh": "Brackets, RNN tanh, 16 units",
}
LONGEST = 400
BEST = "best"
UNITS = {64: "unit", 16: "bracket_unit"}  # which parameter names a unit, by the model's size


def _unit_parameter(size: int) -> Choice:
    return Choice(
        name=UNITS[size],
        label="Unit",
        default=BEST,
        choices={BEST: "The strongest", **{str(unit): str(unit) for unit in range(size)}},
        about=f"Of a model of {size} units; the strongest has the largest correlation in size.",
    )


WHOSE = Choice(
    name="of",
    label="Of",
    default="held out",
    choices={"held out": "held out", "training": "training"},
)


def _sample(values: Values) -> Sample:
    return sample(
        values["model"],
        values["prompt"],
        values["length"],
        values["temperature"],
        values["seed"],
    )


def _fits(values: Values) -> None:
    """Raises ValueError where the model does not know a character, or has nothing to track."""
    sample(values["model"], values["prompt"], 1)
    if values["step"] >= values["length"]:
        raise ValueError(f"step must be below the length, {values['length']}; got {values['step']}")
    if values["show"] == "units":
        _tracking(values)


def _tracking(values: Values) -> Tracking:
    return tracking(values["model"], held_out_text(values["model"]), values["trait"])


def _unit(values: Values, tracked: Tracking) -> int:
    chosen = values[UNITS[tracked.hidden.shape[1]]]
    return tracked.best if chosen == BEST else int(chosen)


def _probability(values: Values, at: Values) -> float:
    """Of the likeliest character at the chosen step, at the chosen temperature."""
    found = _sample(values)
    return float(found.distribution(values["step"]).max())


def _odds_ratio(values: Values, at: Values) -> float:
    """Of the likeliest two characters at the chosen step, at the chosen temperature."""
    second, first = np.sort(_sample(values).distribution(values["step"]))[-2:]
    if second == 0.0:
        raise ValueError("at temperature 0 the second has no chance, so there is no ratio")
    return float(first / second)


def _correlation(values: Values, at: Values) -> float:
    tracked = _tracking(values)
    return float(abs(tracked.correlations[_unit(values, tracked)]))


def _held_out_nats(values: Values, at: Values) -> float:
    return reading(values["model"], held_out_text(values["model"])).nats_per_character


def _losses(values: Values, at: Values) -> Curve:
    found = course("alice-lstm")
    series = found.held_out if at["of"] == "held out" else found.training
    return Curve(
        x=tuple(float(step) for step in found.steps),
        y=tuple(series),
        x_label="training steps",
        y_label="nats per character",
        low=1.0,
        high=2.5,
    )


def _pictures(values: Values, theme: Theme) -> list[Drawing]:
    show = values["show"]
    if show == "course":
        return [pictures.draw_course(course("alice-lstm"), theme=theme)]
    if show == "units":
        tracked, trait = _tracking(values), values["trait"]
        unit = _unit(values, tracked)
        return [
            pictures.draw_tracking(tracked, trait, unit, theme=theme),
            pictures.draw_correlations(tracked, trait, unit, theme=theme),
        ]
    found, step = _sample(values), values["step"]
    odds = pictures.draw_odds(found, step, theme=theme)
    if show == "odds":
        return [odds]
    text = pictures.draw_text(found, step, theme=theme)
    return [text] if show == "text" else [text, odds]


PIECE = drawn(
    Declaration(
        name="sampling",
        about="Text drawn from a trained character model, and what its units keep track of.",
        parameters=(
            Choice(
                name="show",
                label="Show",
                default="both",
                choices={
                    "both": "Text and odds",
                    "text": "Text",
                    "odds": "Odds of one character",
                    "units": "What a unit tracks",
                    "course": "Loss while it learned",
                },
                segmented=True,
            ),
            Choice(name="model", label="Model", default="alice-lstm", choices=MODELS),
            Words(name="prompt", label="Beginning", default="Alice ", shortest=1, longest=60),
            Real(
                name="temperature",
                label="Temperature τ",
                default=1.0,
                low=0.0,
                high=HOTTEST,
                step=0.1,
                about="0 takes the likeliest; 1 are the model's own odds; above, they level out.",
            ),
            Whole(name="length", label="Characters", default=160, low=1, high=LONGEST),
            Whole(
                name="step",
                label="Look at character",
                default=0,
                low=0,
                high=159,
                about="The framed one, counted from 0 after the beginning.",
            ),
            Whole(name="seed", label="Seed", default=0, low=0, high=9999, typed=True),
            Choice(name="trait", label="Track", default="brackets", choices=TRAITS),
            *(_unit_parameter(size) for size in UNITS),
        ),
        measures=(
            Measure(
                name="likeliest",
                about="Probability of the likeliest character at the step that is looked at.",
                value=_probability,
            ),
            Measure(
                name="odds_ratio",
                about="The likeliest character's probability over the second's, at that step.",
                value=_odds_ratio,
            ),
            Measure(
                name="prompt_length",
                about="How many characters the beginning has.",
                value=lambda values, at: float(len(values["prompt"])),
                unit="characters",
            ),
            Measure(
                name="correlation",
                about="|r| of the unit with what is tracked, over text that was held out.",
                value=_correlation,
            ),
            Measure(
                name="held_out_nats",
                about="Mean nats per character over the text held out.",
                value=_held_out_nats,
                unit="nats",
            ),
        ),
        curves=(
            CurveMeasure(
                name="loss",
                about="Loss of the Alice model while it was trained.",
                value=_losses,
                arguments=(WHOSE,),
            ),
        ),
        fits=_fits,
    ),
    _pictures,
)
