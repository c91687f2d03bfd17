"""Parameters: what an unrolled network is made of, and that its length is not in the count."""

import numpy as np

from exhibits.charts import drawn
from figures import parameters as pictures
from figures.drawing import Drawing
from figures.style import Theme
from lessons.declared import Choice, Curve, CurveMeasure, Declaration, Measure, Values, Whole
from rnn_core import Network
from rnn_core.initial import initial_weights
from rnn_core.parameters import free_parameters, stored_parameters

LONGEST = 10
NAMES = {
    "weight_ih_l0": "W<sub>ih</sub>",
    "weight_hh_l0": "W<sub>hh</sub>",
    "bias_ih_l0": "b<sub>ih</sub>",
    "bias_hh_l0": "b<sub>hh</sub>",
    "readout.weight": "W<sub>out</sub>",
    "readout.bias": "b<sub>out</sub>",
}
SETS = Choice(
    name="weights",
    label="Weights",
    default="shared",
    choices={"shared": "One set for all steps", "separate": "A set for each step"},
    segmented=True,
)
LENGTH = Whole(name="length", label="Steps T", default=6, low=1, high=LONGEST)


def _network(values: Values) -> Network:
    return Network(
        "rnn_tanh",
        input_size=values["input_size"],
        hidden_size=values["hidden_size"],
        output_size=values["output_size"],
    )


def _matrices(values: Values, seed: int) -> dict[str, np.ndarray]:
    """One set, each a matrix; the two biases as PyTorch stores them, or their sum."""
    weights = initial_weights(_network(values), seed)
    if values["biases"] == "sum":
        weights["bias_ih_l0"] = weights["bias_ih_l0"] + weights.pop("bias_hh_l0")
    names = NAMES | ({"bias_ih_l0": "b"} if values["biases"] == "sum" else {})
    return {names[name]: value.reshape(len(value), -1) for name, value in weights.items()}


def _sets(values: Values) -> int:
    return 1 if values["weights"] == "shared" else int(values["length"])


def _pictures(values: Values, theme: Theme) -> list[Drawing]:
    network, sets = _network(values), _sets(values)
    free = free_parameters(network)
    return [
        pictures.draw(
            [_matrices(values, values["seed"] + k) for k in range(sets)],
            values["length"],
            free=free,
            stored=stored_parameters(network),
            theme=theme,
        ),
        pictures.draw_counts(free, LONGEST, values["length"], theme=theme),
    ]


def _free(values: Values, at: Values) -> float:
    return float(_sets(values) * free_parameters(_network(values)))


def _stored(values: Values, at: Values) -> float:
    return float(_sets(values) * stored_parameters(_network(values)))


def _growth(values: Values, at: Values) -> Curve:
    free, lengths = free_parameters(_network(values)), range(1, LONGEST + 1)
    each = [free if at["weights"] == "shared" else free * length for length in lengths]
    return Curve(
        x=tuple(map(float, lengths)),
        y=tuple(map(float, each)),
        x_label="steps T",
        y_label="parameters",
        low=0.0,
        high=float(free * LONGEST),
    )


PIECE = drawn(
    Declaration(
        name="parameters",
        about="The parameters of an unrolled RNN, square by square, and how many there are.",
        parameters=(
            LENGTH,
            SETS,
            Choice(
                name="biases",
                label="Biases",
                default="sum",
                about="PyTorch stores b_ih and b_hh; only their sum has an effect.",
                choices={"sum": "One b", "pytorch": "b_ih and b_hh"},
                segmented=True,
            ),
            Whole(name="input_size", label="Inputs", default=2, low=1, high=4),
            Whole(name="hidden_size", label="Hidden units", default=2, low=1, high=4),
            Whole(name="output_size", label="Outputs", default=1, low=1, high=3),
            Whole(name="seed", label="Seed", default=0, low=0, high=9999, typed=True),
        ),
        measures=(
            Measure(
                name="free",
                about="How many numbers training can choose freely.",
                value=_free,
                unit="parameters",
            ),
            Measure(
                name="stored",
                about="How many numbers PyTorch stores.",
                value=_stored,
                unit="numbers",
            ),
        ),
        curves=(
            CurveMeasure(
                name="growth",
                about="Free parameters against the number of steps.",
                value=_growth,
                arguments=(SETS,),
            ),
        ),
    ),
    _pictures,
)
