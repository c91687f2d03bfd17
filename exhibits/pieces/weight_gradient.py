"""One entry of a weight's gradient: the sum of its terms over time, and a check by differences."""

import numpy as np

from exhibits.charts import drawn
from exhibits.runs import traced
from figures import check as check_pictures
from figures import running_sum
from figures.drawing import Drawing
from figures.steps import Steps
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
from rnn_core.gradient_check import EPSILONS, EntryCheck, agreeing_digits, check_entry
from rnn_core.sequences import Text
from rnn_core.setup import Setup
from rnn_core.weight_steps import weight_step_terms

LONGEST, LARGEST = 12, 16
STEP = Whole(name="step", label="Step", default=0, low=0, high=LONGEST - 1)
SYMBOLS = {
    "weight_hh_l0": "W<sub>hh</sub>",
    "weight_ih_l0": "W<sub>ih</sub>",
    "bias_hh_l0": "b<sub>hh</sub>",
    "readout.weight": "W<sub>out</sub>",
}


def _setup(values: Values) -> Setup:
    return Setup(
        Text(values["text"]),
        cell=values["cell"],
        hidden_size=values["hidden_size"],
        seed=values["seed"],
        loss_steps="last" if values["loss_at"] == "the last step" else "all",
    )


def _name(values: Values) -> str:
    """The entry, with its derivative: ∂L/∂W_hh[1, 2]."""
    symbol = SYMBOLS[values["weight"]]
    at = f"{values['row']}" + ("" if _is_bias(values) else f", {values['column']}")
    return f"∂L/∂{symbol}[{at}]"


def _is_bias(values: Values) -> bool:
    return bool(values["weight"].startswith("bias"))


def _fits(values: Values) -> None:
    """Raises ValueError where the parameter has no such entry."""
    shape = traced(_setup(values)).weights[values["weight"]].shape
    for name, size in zip(("row", "column"), shape, strict=False):
        if values[name] >= size:
            raise ValueError(f"{name} must be at most {size - 1}; got {values[name]}")


def _terms(values: Values) -> np.ndarray:
    terms = weight_step_terms(traced(_setup(values)), values["weight"])
    at = (values["row"],) if _is_bias(values) else (values["row"], values["column"])
    return np.asarray(terms[(slice(None), *at)])


def _step(values: Values, at: Values) -> int:
    if at["step"] >= len(values["text"]):
        raise ValueError(f"step must be at most {len(values['text']) - 1}; got {at['step']}")
    return int(at["step"])


def _check(values: Values) -> tuple[EntryCheck, int]:
    """The check of the entry, and which of its tries the learner chose."""
    column = 0 if _is_bias(values) else values["column"]
    found = check_entry(_setup(values), values["weight"], values["row"], column)
    return found, int(np.abs(np.log(found.epsilons / values["epsilon"])).argmin())


def _error(values: Values, at: Values) -> float:
    found, chosen = _check(values)
    return float(found.errors[chosen])


def _digits(values: Values, at: Values) -> float:
    found, chosen = _check(values)
    return float(agreeing_digits(float(found.quotients[chosen]), found.analytic))


def _errors(values: Values, at: Values) -> Curve:
    found, _ = _check(values)
    errors = found.errors[::-1]
    if not (errors > 0).all():
        raise ValueError("at some ε the two are equal, which a log axis cannot show")
    return Curve(
        x=tuple(float(np.log10(value)) for value in found.epsilons[::-1]),
        y=tuple(errors.tolist()),
        x_label="ε, as a power of ten",
        y_label="relative error",
        low=1e-12,
        high=10.0,
        log=True,
    )


def _sums(values: Values, at: Values) -> Curve:
    sums = _terms(values)[::-1].cumsum()[::-1]
    limit = 1.2 * float(np.abs(sums).max()) or 1.0
    return Curve(
        x=tuple(float(t) for t in range(len(sums))),
        y=tuple(sums.tolist()),
        x_label="back to step t",
        y_label="sum so far",
        low=-limit,
        high=limit,
    )


def _pictures(values: Values, theme: Theme) -> list[Drawing]:
    if values["show"] == "check":
        found, chosen = _check(values)
        return [check_pictures.draw(_name(values), found, chosen, theme=theme)]
    terms = _terms(values)
    steps = Steps.of(Text(values["text"]), len(terms))
    return [
        running_sum.draw(
            _name(values), terms, max(0, len(terms) - values["added"]), steps, theme=theme
        )
    ]


PIECE = drawn(
    Declaration(
        name="weight_gradient",
        about="One weight's gradient: its terms over time, and its check by finite differences.",
        parameters=(
            Choice(
                name="show",
                label="Show",
                default="sum",
                choices={"sum": "Sum over steps", "check": "Check by differences"},
                segmented=True,
            ),
            Words(
                name="text",
                label="Text",
                default="(()())",
                about="The network predicts each next character.",
                shortest=2,
                longest=LONGEST,
            ),
            Choice(
                name="cell",
                label="Cell",
                default="rnn_tanh",
                choices={"rnn_tanh": "RNN tanh", "gru": "GRU", "lstm": "LSTM"},
                segmented=True,
            ),
            Choice(
                name="weight",
                label="Parameter",
                default="weight_hh_l0",
                choices={
                    "weight_hh_l0": "W_hh, recurrent",
                    "weight_ih_l0": "W_ih, input",
                    "bias_hh_l0": "b_hh, bias",
                    "readout.weight": "W_out, read-out",
                },
            ),
            Whole(name="row", label="Row", default=0, low=0, high=4 * LARGEST - 1, typed=True),
            Whole(name="column", label="Column", default=1, low=0, high=LARGEST - 1, typed=True),
            Whole(
                name="added",
                label="Terms added",
                default=LONGEST,
                low=1,
                high=LONGEST,
                about="Counted from the last step back; where there are fewer steps, all of them.",
            ),
            Real(
                name="epsilon",
                label="Step ε",
                default=1e-5,
                low=1e-12,
                high=1.0,
                stops=tuple(sorted(EPSILONS[::2])),
                about="By how much the weight is moved up and down.",
            ),
            Choice(
                name="loss_at",
                label="Loss at",
                default="every step",
                choices={"every step": "every step", "the last step": "the last step"},
                segmented=True,
            ),
            Whole(name="hidden_size", label="Hidden units", default=4, low=1, high=LARGEST),
            Whole(name="seed", label="Seed", default=0, low=0, high=9999, typed=True),
        ),
        measures=(
            Measure(
                name="gradient",
                about="The entry of the gradient, all steps added.",
                value=lambda values, at: float(_terms(values).sum()),
            ),
            Measure(
                name="term",
                about="The term of one step.",
                value=lambda values, at: float(_terms(values)[_step(values, at)]),
                arguments=(STEP,),
            ),
            Measure(
                name="sum_to",
                about="The terms from the last step to this one, added.",
                value=lambda values, at: float(_terms(values)[_step(values, at) :].sum()),
                arguments=(STEP,),
            ),
            Measure(
                name="first_size",
                about="The size of the term of step 0.",
                value=lambda values, at: float(np.abs(_terms(values)[0])),
            ),
            Measure(
                name="is_recurrent",
                about="1 where the parameter is W_hh, else 0.",
                value=lambda values, at: float(values["weight"] == "weight_hh_l0"),
            ),
            Measure(
                name="error",
                about="How far the difference quotient is off, relative to the gradient.",
                value=_error,
            ),
            Measure(
                name="digits",
                about="How many leading digits agree.",
                value=_digits,
                unit="digits",
            ),
        ),
        curves=(
            CurveMeasure(name="sums", about="The sum so far against t.", value=_sums),
            CurveMeasure(name="errors", about="The relative error against ε.", value=_errors),
        ),
        fits=_fits,
    ),
    _pictures,
)
