"""What can be set of a grid: declared once, for the page and for links.

What a training has too is declared as on the page "Train", so that what is set there fits here.
"""

from dataclasses import fields, replace
from typing import Any

from exhibits.training import parameters as training
from exhibits.training.configure import settings_shown
from lessons.declared import Choice, Parameter, Whole, Wholes
from rnn_core.tasks import TASKS, settings_of, task_of
from rnn_core.tasks.text import TEXTS

# A point of the axis "cell": what it is called, and what it sets beside the cell.
CELLS: dict[str, tuple[str, dict[str, Any]]] = {
    "rnn_tanh": ("RNN tanh", {"cell": "rnn_tanh"}),
    "irnn": ("IRNN", {"cell": "rnn_relu", "start": "identity"}),
    "gru": ("GRU", {"cell": "gru"}),
    "lstm": ("LSTM", {"cell": "lstm"}),
    "lstm_chrono": ("LSTM chrono", {"cell": "lstm", "start": "chrono"}),
    "window": ("Window", {"cell": "window"}),
    "rnn_tanh_orthogonal": ("RNN tanh orthogonal", {"cell": "rnn_tanh", "start": "orthogonal"}),
    "rnn_tanh_identity": ("RNN tanh identity", {"cell": "rnn_tanh", "start": "identity"}),
    "rnn_relu": ("RNN relu", {"cell": "rnn_relu"}),
    "rnn_relu_orthogonal": ("RNN relu orthogonal", {"cell": "rnn_relu", "start": "orthogonal"}),
    "gru_orthogonal": ("GRU orthogonal", {"cell": "gru", "start": "orthogonal"}),
    "gru_identity": ("GRU identity", {"cell": "gru", "start": "identity"}),
    "gru_chrono": ("GRU chrono", {"cell": "gru", "start": "chrono"}),
    "lstm_orthogonal": ("LSTM orthogonal", {"cell": "lstm", "start": "orthogonal"}),
    "lstm_identity": ("LSTM identity", {"cell": "lstm", "start": "identity"}),
}
OPENING_CELLS = ("rnn_tanh", "irnn", "gru", "lstm")
# Those that are always offered; the others where a link brings them.
OFFERED_CELLS = tuple(CELLS)[:6]
GROWS = {
    "length": "Sequence lengths",
    "lag": "Lags",
    "at_least": "Symbols between, at least",
    "symbols": "Symbols to keep",
    "kinds": "Kinds of symbols",
}
OPENING = {"adding": (10, 20, 40), "copy": (5, 10, 20)}


def _startable() -> dict[str, str]:
    """The tasks that need nothing of the learner's own."""
    titles = {}
    for name, kind in TASKS.items():
        try:
            task_of(name)
        except (TypeError, ValueError):
            continue
        titles[name] = kind.title
    return dict(sorted(titles.items(), key=lambda entry: entry[1]))


def _trained(of: str, **changed: Any) -> Any:
    """A parameter of a training, as it is declared there but for what is changed."""
    known = {parameter.name: parameter for parameter in training.SETUP}
    return replace(known[of], **changed)


TASK = Choice(name="task", label="Task", default="adding", choices=_startable())
HIDDEN = Wholes(
    name="hidden", label="Hidden sizes", default=(32,), low=1, high=128, longest=6,
    about="One, or several with commas between.",
)  # fmt: skip
SEEDS = Whole(
    name="seeds",
    label="Seeds",
    default=3,
    about="Every configuration is trained from so many starts, on data of their own.",
    low=1,
    high=30,
)
RATE = _trained("learning_rate", name="rate", about="Of all cells but the IRNN.")
IRNN_RATE = replace(
    RATE,
    name="irnn_rate",
    label="Learning rate of the IRNN",
    default=0.001,
    about="An IRNN explodes at the rates that suit the others (Le, Jaitly & Hinton 2015 take "
    "far less too).",
)
STEPS = _trained(
    "max_steps",
    name="steps",
    default=1500,
    about="A training that has not solved the task by then has failed.",
)
BATCH = _trained("batch_size", name="batch")
# By the names of `TrainingSetup`; 0 stands for none where a setup has None.
OPTIMISER, MOMENTUM = _trained("optimiser"), _trained("momentum")
CLIP_NORM, TRUNCATION = _trained("clip_norm"), _trained("truncation")
LAYERS, FORGET_BIAS, WINDOW = _trained("num_layers"), _trained("forget_bias"), _trained("window")
STOP = _trained("stop_when_solved")
LEARNING: tuple[Parameter, ...] = (
    OPTIMISER, RATE, IRNN_RATE, MOMENTUM, STEPS, BATCH, CLIP_NORM, TRUNCATION, LAYERS,
    FORGET_BIAS, WINDOW, STOP,
)  # fmt: skip


def what_grows(task: str) -> list[str]:
    """The whole-number settings of a task, that of its reach first."""
    settings = settings_of(task_of(task))
    found = [
        field.name
        for field in fields(TASKS[task])
        if type(settings.get(field.name)) is int and field.name in GROWS
    ]
    return sorted(found, key=lambda name: (name != "lag", list(GROWS).index(name)))


def growing(task: str) -> Choice:
    """Which setting of the task is the axis beside that of the cells."""
    names = what_grows(task)
    return Choice(
        name=f"{task}_grows",
        label="What grows",
        default=names[0],
        choices={name: GROWS[name] for name in names},
    )


def points_of(task: str, grows: str) -> Wholes:
    """Under a name of the task's own, for another task starts from other values."""
    is_first = grows == what_grows(task)[0]
    start = settings_of(task_of(task))[grows]
    return Wholes(
        name=f"{task}_{grows}",
        label=GROWS[grows],
        default=OPENING[task] if is_first and task in OPENING else (start,),
        about="One, or several with commas between.",
        low=0,
        high=400,
        longest=8,
    )


def held(task: str, grows: str) -> tuple[Parameter, ...]:
    """The settings of the task that are the same in the whole grid, as controls of their own.

    Their names are not those of `points_of`: one setting may be an axis now and held later.
    """
    known = {parameter.name: parameter for parameter in training.TASK_SETTINGS}
    starts = settings_of(task_of(task))
    return tuple(
        replace(_without_own(known[name]), name=held_name(task, name), default=starts[name])
        for name in settings_shown(task)
        if name not in (grows, "text", "values")
    )


def held_name(task: str, setting: str) -> str:
    return f"{task}_held_{setting}"


def _without_own(parameter: Parameter) -> Parameter:
    if parameter.name == "source":
        return Choice(name="source", label=parameter.label, default="alice", choices=TEXTS)
    return parameter
