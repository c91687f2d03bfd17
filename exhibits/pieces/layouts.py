"""Layouts: at which steps a network reads and is asked, and where its gradients set out."""

from functools import lru_cache

import numpy as np

from exhibits.charts import drawn
from exhibits.runs import traced
from figures import layouts as pictures
from figures.drawing import Drawing
from figures.style import GRADIENT_DECADES, Theme, decades
from lessons.declared import (
    Choice,
    Curve,
    CurveMeasure,
    Declaration,
    Measure,
    Values,
    Whole,
    Wholes,
)
from rnn_core import Setup
from rnn_core.layouts import LAYOUTS, Layout, layout_of, layout_setup

LONGEST = 16
LAYOUT = Choice(
    name="layout",
    label="Layout",
    default="many-to-one",
    choices={name: title for name, (title, _) in pictures.EXAMPLES.items()},
)
STEP = Whole(name="step", label="Step", default=0, low=0, high=LONGEST - 1)


def _layout(values: Values, name: str = "") -> Layout:
    """The layout of these values, or the one of that name in its place.

    Raises:
        ValueError: a delay or a loss lies beyond the last step.
    """
    name, length = name or values["layout"], values["length"]
    if name != "own":
        found = layout_of(name, length, values["delay"])
        everywhere = values["inputs"] == "all"
        return Layout(length, tuple(range(length)) if everywhere else found.reads, found.losses)
    losses = values["losses"]
    if not losses or losses[-1] >= length:
        raise ValueError(f"losses must be steps from 0 to {length - 1}; got {list(losses)}")
    return Layout(length, tuple(range(length)), losses)


def _setup(values: Values, layout: Layout) -> Setup:
    return layout_setup(layout, values["cell"], values["hidden_size"], values["seed"])


def _norms(values: Values) -> tuple[np.ndarray, np.ndarray]:
    """‖∂L/∂h_t‖ of the layout, and of a loss at every step of the same sequence."""
    layout = _layout(values)
    every = Layout(layout.length, layout.reads, tuple(range(layout.length)))
    return _norms_of(_setup(values, layout)), _norms_of(_setup(values, every))


@lru_cache(maxsize=64)
def _norms_of(setup: Setup) -> np.ndarray:
    gradient = traced(setup).layers[0].grad_hidden
    assert gradient is not None
    return np.linalg.norm(gradient[:, 0], axis=-1)


def _outputs(setup: Setup) -> np.ndarray:
    return traced(setup).output[:, 0, 0]


def _fits(values: Values) -> None:
    """Raises ValueError where a delay or a loss lies beyond the last step."""
    if values["layout"] == "delayed" or values["show"] == "five":
        layout_of("delayed", values["length"], values["delay"])
    _layout(values)


def _gradient_norm(values: Values, at: Values) -> float:
    norms = _norms(values)[0]
    if at["step"] >= len(norms):
        raise ValueError(f"step must be at most {len(norms) - 1}; got {at['step']}")
    return float(norms[at["step"]])


def _ratio(values: Values, at: Values) -> float:
    """How much larger the gradient is where it sets out than at step 0."""
    norms, last = _norms(values)[0], _layout(values).losses[-1]
    if not norms[0]:
        raise ValueError("layout: no gradient reaches step 0, so there is no ratio")
    return float(norms[last] / norms[0])


def _reached(values: Values, at: Values) -> float:
    return float(np.count_nonzero(_norms(values)[0]))


def _is_layout(values: Values, at: Values) -> float:
    return float(_layout(values).losses == _layout(values, at["layout"]).losses)


def _same_states(values: Values, at: Values) -> float:
    """1 where every hidden state equals that of the other layout to the last bit, else 0."""
    one, other = (
        traced(_setup(values, layout)).layers[0].hidden
        for layout in (_layout(values), _layout(values, at["layout"]))
    )
    return float(np.array_equal(one, other))


def _curve(values: Values, at: Values) -> Curve:
    norms = _norms(values)[0]
    if not norms.all():
        raise ValueError("layout: no gradient reaches some steps, and a log axis has no 0")
    low, high = decades(norms.tolist(), GRADIENT_DECADES)
    return Curve(
        x=tuple(float(t) for t in range(len(norms))),
        y=tuple(norms.tolist()),
        x_label="step t",
        y_label="‖∂L/∂h‖",
        low=10.0**low,
        high=10.0**high,
        log=True,
    )


def _named(values: Values, name: str) -> pictures.Named:
    return pictures.Named(_layout(values, name), *pictures.EXAMPLES[name])


def _pictures(values: Values, theme: Theme) -> list[Drawing]:
    if values["show"] == "five":
        return [pictures.draw_all([_named(values, name) for name in LAYOUTS], theme=theme)]
    if values["below"] == "output":
        aligned = _layout(values, "aligned")
        said, due = (_outputs(_setup(values, one)) for one in (_layout(values), aligned))
        return [pictures.draw_outputs(_named(values, values["layout"]), said, due, theme=theme)]
    norms, everywhere = _norms(values)
    return [pictures.draw(_named(values, values["layout"]), norms, everywhere, theme=theme)]


PIECE = drawn(
    Declaration(
        name="layouts",
        about="Which steps read and which have a loss, and the gradient that comes of it.",
        parameters=(
            Choice(
                name="show",
                label="Show",
                default="one",
                choices={"one": "One layout", "five": "All five"},
                segmented=True,
            ),
            LAYOUT,
            Choice(
                name="inputs",
                label="Inputs",
                default="own",
                about="Where a layout reads nothing, the network reads 0. With the same inputs for "
                "every layout, only the losses differ.",
                choices={"own": "Its own", "all": "Same for all"},
                segmented=True,
            ),
            Choice(
                name="below",
                label="Below the graph",
                default="gradient",
                choices={"gradient": "Gradient", "output": "Output"},
                segmented=True,
            ),
            Wholes(
                name="losses",
                label="Steps with a loss",
                default=(2, 5),
                about="Of the layout “Your own”. Counted from 0, single or in ranges: 0-3, 7.",
                low=0,
                high=LONGEST - 1,
                longest=LONGEST,
            ),
            Whole(name="length", label="Sequence length", default=8, low=2, high=LONGEST),
            Whole(
                name="delay",
                label="Delay",
                default=4,
                low=0,
                high=LONGEST - 1,
                about="Of the delayed layout: what is said at step t is about step t − delay.",
            ),
            Choice(
                name="cell",
                label="Cell",
                default="rnn_tanh",
                choices={"rnn_tanh": "RNN", "gru": "GRU", "lstm": "LSTM"},
                segmented=True,
            ),
            Whole(name="hidden_size", label="Hidden size", default=8, low=1, high=32),
            Whole(name="seed", label="Seed", default=0, low=0, high=9999, typed=True),
        ),
        measures=(
            Measure(
                name="losses",
                about="How many steps have a loss.",
                value=lambda values, at: float(len(_layout(values).losses)),
                unit="losses",
            ),
            Measure(
                name="inputs",
                about="How many steps read an input.",
                value=lambda values, at: float(len(_layout(values).reads)),
                unit="inputs",
            ),
            Measure(
                name="reached",
                about="At how many steps the gradient is not exactly 0.",
                value=_reached,
                unit="steps",
            ),
            Measure(
                name="gradient_norm",
                about="‖∂L/∂h_t‖ at a step.",
                value=_gradient_norm,
                arguments=(STEP,),
            ),
            Measure(
                name="ratio",
                about="How many times larger ‖∂L/∂h‖ is at the last loss than at step 0.",
                value=_ratio,
            ),
            Measure(
                name="is_layout",
                about="1 where the losses stand as in that layout, else 0.",
                value=_is_layout,
                arguments=(LAYOUT,),
            ),
            Measure(
                name="same_states",
                about="1 where every hidden state equals that of the other layout, else 0.",
                value=_same_states,
                arguments=(LAYOUT,),
            ),
        ),
        curves=(CurveMeasure(name="norms", about="‖∂L/∂h_t‖ against t.", value=_curve),),
        fits=_fits,
    ),
    _pictures,
)
