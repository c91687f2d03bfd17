"""What can be set of a network and of what it reads: declared once, for lab, lessons and links.

The names are those of `rnn_core.Setup` where it has them.
"""

import sys

from exhibits import opening
from exhibits.table import MAX_LENGTH
from lessons.declared import Choice, Flag, Parameter, Real, Reals, Whole, Wholes, Words
from rnn_core import MAX_LAYERS, SIGNALS

TEXT = Words(
    name="text",
    label="Text",
    default=opening.TEXT,
    about="The network reads one character per time step and predicts the next one.",
    shortest=2,
    longest=MAX_LENGTH,
)
SHAPE = Choice(
    name="shape",
    label="Shape",
    default="sine",
    about="One number per time step; the network predicts the next one.",
    choices={name: name for name in (*SIGNALS, "typed")},
)
NUMBERS = Reals(
    name="numbers",
    label="Numbers",
    default=(0.0, 0.5, 1.0, 0.5, 0.0, -0.5, -1.0, -0.5, 0.0, 0.5, 1.0),
    about="Separated by spaces, commas or new lines. A decimal mark is a point.",
    shortest=2,
    longest=MAX_LENGTH,
    low=-sys.float_info.max,
    high=sys.float_info.max,
)
LENGTH = Whole(name="length", label="Sequence length", default=40, low=2, high=MAX_LENGTH)
NOISE_SEED = Whole(name="noise_seed", label="Noise seed", default=0, low=0, high=9999, typed=True)
CELL = Choice(
    name="cell",
    label="Cell",
    default="lstm",
    choices={
        "rnn_tanh": "RNN tanh",
        "rnn_relu": "RNN relu",
        "rnn_linear": "RNN linear",
        "gru": "GRU",
        "lstm": "LSTM",
    },
)
WEIGHTS = Choice(
    name="weights",
    label="Weights",
    default="trained",
    choices={"trained": "Trained", "random": "Random"},
    segmented=True,
)
HIDDEN_SIZE = Whole(name="hidden_size", label="Hidden size", default=16, low=1, high=64)
NUM_LAYERS = Whole(name="num_layers", label="Layers", default=1, low=1, high=MAX_LAYERS)
BIDIRECTIONAL = Flag(
    name="bidirectional",
    label="Bidirectional",
    default=False,
    about="A second layer reads the sequence from its end (Schuster & Paliwal 1997).",
)
SEED = Whole(name="seed", label="Seed", default=0, low=0, high=9999, typed=True)
START_BY = Choice(
    name="start_by",
    label="Initial weights",
    default="scale",
    about="Scale multiplies PyTorch's own start, U(−1/√H, 1/√H). A spectral radius is set for "
    "every recurrent matrix: below 1 a signal through it fades, above 1 it can grow.",
    choices={"scale": "Scale", "spectral radius": "Spectral radius"},
    segmented=True,
)
INIT_SCALE = Real(
    name="init_scale", label="Initial scale", default=1.0, low=0.0, high=5.0, step=0.05
)
SPECTRAL_RADIUS = Real(
    name="spectral_radius", label="Spectral radius", default=1.0, low=0.05, high=3.0, step=0.05
)
FORGET_BIAS = Real(
    name="forget_bias",
    label="Forget-gate bias",
    default=1.0,
    about="Its sigmoid is where the forget gate starts: −6 drops everything, 6 keeps it.",
    low=-6.0,
    high=6.0,
    step=0.25,
)
PEEPHOLES = Flag(
    name="peepholes",
    label="Peepholes",
    default=False,
    about="The gates also see the cell state (Gers & Schmidhuber 2000).",
)
LOSS_AT = Choice(
    name="loss_at",
    label="Loss counted at",
    default="every step",
    about="A step without a loss still runs; it only sends no gradient of its own back.",
    choices={name: name for name in ("every step", "the last step", "chosen steps")},
)
LOSS_STEPS = Wholes(
    name="loss_steps",
    label="Steps with a loss",
    default=(0, 1, 2, 3, 7),
    about="Counted from 0, single or in ranges: 0-3, 7.",
    low=0,
    high=9999,
    longest=10_000,
)
TRUNCATED = Flag(
    name="truncated",
    label="Truncated backpropagation",
    default=False,
    about="The way back is cut: every k1 steps the gradient goes back through the last k2 "
    "steps, and no further. The state crosses the cut.",
)
K1 = Whole(name="k1", label="Every k1 steps …", default=5, low=1, high=MAX_LENGTH)
K2 = Whole(name="k2", label="… back through k2 steps", default=10, low=1, high=MAX_LENGTH)
COMPARE = Choice(
    name="compare",
    label="Compare with",
    default="nothing",
    about="Up to three networks on one sequence, under one cursor and one colour scale.",
    choices={
        "nothing": "Nothing",
        "size": "All cells, same hidden size",
        "parameters": "All cells, same parameters",
        "training": "Trained and untrained",
        "changes": "Before your changes",
    },
)

# What a network is and what it reads, whatever picture is then made of it.
NETWORK: tuple[Parameter, ...] = (
    CELL,
    WEIGHTS,
    HIDDEN_SIZE,
    NUM_LAYERS,
    BIDIRECTIONAL,
    SEED,
    START_BY,
    INIT_SCALE,
    SPECTRAL_RADIUS,
    FORGET_BIAS,
    PEEPHOLES,
    LOSS_AT,
    LOSS_STEPS,
    TRUNCATED,
    K1,
    K2,
)
SEQUENCE: tuple[Parameter, ...] = (
    Choice(
        name="source",
        label="Source",
        default="text",
        choices={"text": "Text", "numbers": "Numbers"},
        segmented=True,
    ),
    TEXT,
    SHAPE,
    NUMBERS,
    LENGTH,
    NOISE_SEED,
)
