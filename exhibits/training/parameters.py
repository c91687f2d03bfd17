"""What can be set of a training: declared once, for the page, for lessons and for links.

The names are those of `rnn_core`'s tasks and of `TrainingSetup`. A task has some of the settings in
`TASK_SETTINGS`, by the same names as its own fields. 0 stands for none where a setup has None.
"""

from dataclasses import replace

from exhibits.parameters import FORGET_BIAS
from exhibits.training.rivals import Rivals
from lessons.declared import Choice, Flag, Parameter, Real, Reals, Whole, Words
from rnn_core.tasks import TASKS
from rnn_core.tasks.text import OWN, TEXTS
from rnn_core.tasks.wave import KINDS

LONGEST = 400
LONGEST_TEXT = 40_000
MOST_NUMBERS = 20_000
MOST_STEPS = 50_000

TASK = Choice(
    name="task",
    label="Task",
    default="adding",
    choices={name: kind.title for name, kind in sorted(TASKS.items(), key=lambda x: x[1].title)},
)
TASK_SETTINGS: tuple[Parameter, ...] = (
    Whole(name="length", label="Sequence length T", default=50, low=2, high=LONGEST),
    Choice(name="kind", label="Wave", default="sine", choices={name: name for name in KINDS}),
    Real(
        name="noise",
        label="Noise",
        default=0.0,
        low=0.0,
        high=1.0,
        step=0.05,
        about="Its standard deviation; the wave's own amplitude is 1.",
    ),
    Whole(
        name="lag",
        label="Lag",
        default=10,
        low=1,
        high=200,
        about="Steps of waiting between the last symbol and the first answer.",
    ),
    Whole(name="symbols", label="Symbols to keep", default=3, low=1, high=20),
    Whole(name="kinds", label="Of how many kinds", default=4, low=2, high=26),
    Whole(
        name="at_least",
        label="Symbols between, at least",
        default=0,
        low=0,
        high=60,
        about="What must be remembered is asked for so many symbols later.",
    ),
    Choice(
        name="source",
        label="Text",
        default=next(iter(TEXTS)),
        choices={**TEXTS, OWN: "Your own"},
    ),
    Words(
        name="text",
        label="Your text",
        default="",
        about="The last part of it is held out for measuring.",
        longest=LONGEST_TEXT,
    ),
    Reals(
        name="values",
        label="Your numbers",
        default=(),
        about="Evenly spaced in time, the oldest first.",
        shortest=0,
        longest=MOST_NUMBERS,
    ),
    Whole(
        name="last",
        label="Held out at the end",
        default=20,
        low=2,
        high=2000,
        about="So many values at the end are for measuring, never for training.",
    ),
    Whole(
        name="season",
        label="Season",
        default=0,
        low=0,
        high=1000,
        about="Steps from one season to the same one again; 0: none.",
    ),
)

NETWORK: tuple[Parameter, ...] = (
    Choice(
        name="cell",
        label="Cell",
        default="lstm",
        choices={
            "rnn_tanh": "RNN tanh",
            "rnn_relu": "RNN relu",
            "gru": "GRU",
            "lstm": "LSTM",
            "window": "Feed-forward window",
        },
    ),
    Whole(name="hidden_size", label="Hidden size", default=32, low=1, high=128),
    Whole(name="num_layers", label="Layers", default=1, low=1, high=3),
    Choice(
        name="start",
        label="Start",
        default="uniform",
        about="Uniform: PyTorch's own. Orthogonal and identity set the recurrent matrix; a relu "
        "RNN with identity is the IRNN (Le et al. 2015). Chrono sets the gates' biases for "
        "memories as long as the sequence (Tallec & Ollivier 2018).",
        choices={
            "uniform": "Uniform",
            "orthogonal": "Orthogonal",
            "identity": "Identity",
            "chrono": "Chrono",
        },
    ),
    replace(FORGET_BIAS, about="Where an LSTM's forget gate starts, before its sigmoid."),
    Whole(
        name="window",
        label="Window",
        default=10,
        low=1,
        high=100,
        about="How many steps the feed-forward network sees at once.",
    ),
)
LEARNING: tuple[Parameter, ...] = (
    Choice(
        name="optimiser",
        label="Optimiser",
        default="adam",
        choices={"adam": "Adam", "rmsprop": "RMSprop", "sgd": "SGD"},
        segmented=True,
    ),
    Real(
        name="learning_rate",
        label="Learning rate",
        default=0.01,
        low=1e-5,
        high=10.0,
        stops=(
            *(1e-4, 2e-4, 5e-4, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05),
            *(0.1, 0.2, 0.5, 1.0, 2.0),
        ),
    ),
    Real(name="momentum", label="Momentum", default=0.0, low=0.0, high=0.99, step=0.01),
    Whole(name="batch_size", label="Batch size", default=32, low=1, high=256),
    Real(
        name="clip_norm",
        label="Clip the gradient's norm to",
        default=1.0,
        about="0: not clipped.",
        low=0.0,
        high=100.0,
        stops=(0.0, 0.01, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0),
    ),
    Whole(
        name="truncation",
        label="Truncate after k steps",
        default=0,
        about="The gradient goes back through k steps at most. 0: through all of them.",
        low=0,
        high=LONGEST,
    ),
    Whole(name="seed", label="Seed", default=0, low=0, high=9999, typed=True),
    Whole(
        name="max_steps",
        label="Steps at most",
        default=3000,
        low=10,
        high=MOST_STEPS,
        typed=True,
    ),
    Flag(name="stop_when_solved", label="Stop when solved", default=True),
    Choice(
        name="engine",
        label="Engine",
        default="auto",
        about="NumPy keeps up with torch on a CPU at these sizes. Auto takes a GPU where there is "
        "one and the network is large enough for it.",
        choices={
            "auto": "Auto",
            "numpy": "NumPy",
            "torch-cpu": "torch, CPU",
            "torch-cuda": "torch, CUDA",
            "torch-mps": "torch, MPS",
        },
    ),
)
SETUP = (*NETWORK, *LEARNING)
AGAINST = Rivals(
    name="against",
    label="Rivals",
    default=(),
    about="Trained at the same time on the same task, and drawn in the same plot.",
    allowed=SETUP,
)
ALL: tuple[Parameter, ...] = (TASK, *TASK_SETTINGS, *SETUP, AGAINST)
