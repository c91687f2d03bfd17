"""From what is set to what is trained: values to `TrainingSetup`s, and what each is called."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from exhibits.training.parameters import NETWORK, SETUP, TASK, TASK_SETTINGS
from lessons.declared import Values
from rnn_core import tasks
from rnn_core.tasks import TASKS, Task, settings_of, task_of
from rnn_core.tasks.text import OWN
from rnn_core.train import TrainingSetup

NO_NUMBERS = "Paste numbers or bring a file first."
_AT_A_LINE = ("text", "series", "sunspots")  # tasks whose goal is one of their lines
_NONE_AT_0 = ("clip_norm", "truncation")
_SHORT = {
    "hidden_size": "H = {}",
    "num_layers": "{} layers",
    "start": "{} start",
    "forget_bias": "forget bias {}",
    "window": "window {}",
    "optimiser": "{}",
    "learning_rate": "learning rate {}",
    "momentum": "momentum {}",
    "batch_size": "batch {}",
    "clip_norm": "clipped to {}",
    "truncation": "k = {}",
    "seed": "seed {}",
    "max_steps": "{} steps",
    "engine": "{}",
}
_SHORT_NONE = {"clip_norm": "not clipped", "truncation": "all the way back"}


def settings_shown(task: str) -> tuple[str, ...]:
    """Which of the declared settings this task has, in the order in which they are declared."""
    own = {field.name for field in fields(TASKS[task]) if field.init}
    return tuple(parameter.name for parameter in TASK_SETTINGS if parameter.name in own)


def starts_of(task: str) -> dict[str, Any]:
    """What these settings are as the task itself starts."""
    return _checked(task, tasks.starts_of(task))


def _checked(task: str, known: Mapping[str, Any]) -> dict[str, Any]:
    checked = {parameter.name: parameter for parameter in TASK_SETTINGS}
    return {name: checked[name].check(known[name]) for name in settings_shown(task)}


def task_from(values: Values) -> Task:
    """The task with those of the values that it has.

    Raises:
        ValueError: it cannot be set so.
    """
    name = values["task"]
    settings = {setting: values[setting] for setting in settings_shown(name)}
    if "text" in settings and settings["source"] != OWN:
        settings["text"] = ""  # what was typed stays typed, and is not read
    if "values" in settings and not settings["values"]:
        raise ValueError(NO_NUMBERS)
    return task_of(name, settings)


def setups_of(values: Values) -> tuple[TrainingSetup, ...]:
    """The configuration and its rivals; they share the task.

    Raises:
        ValueError: one of them cannot be trained, and why.
    """
    task = task_from(values)
    rivals = [{}, *map(dict, values["against"])]
    return tuple(_setup(task, {**values, **rival}) for rival in rivals)


def _setup(task: Task, values: Mapping[str, Any]) -> TrainingSetup:
    chosen = {parameter.name: values[parameter.name] for parameter in SETUP}
    for name in _NONE_AT_0:
        chosen[name] = chosen[name] or None
    if chosen["optimiser"] != "sgd":
        chosen["momentum"] = 0.0
    if chosen["truncation"] and chosen["truncation"] >= task.length:
        chosen["truncation"] = None  # the whole way back
    return TrainingSetup(task=task, **chosen)


def values_of(setups: tuple[TrainingSetup, ...]) -> dict[str, Any]:
    """The inverse of `setups_of`, as far as what is set can be told from it."""
    task = setups[0].task
    first, *others = ({one.name: _value(setup, one.name) for one in SETUP} for setup in setups)
    rivals = tuple(
        tuple((name, value) for name, value in other.items() if value != first[name])
        for other in others
    )
    return {"task": task.name, **_checked(task.name, settings_of(task)), **first, "against": rivals}


def _value(setup: TrainingSetup, name: str) -> Any:
    value = getattr(setup, name)
    return 0 if value is None else value


def ends_when_solved(values: Values) -> bool:
    """Whether a training ends at the task's goal unless it is set otherwise.

    Where the goal is a baseline, to be better than it is where the learning begins.
    """
    return values["task"] not in _AT_A_LINE and not _is_noisy(values["task"], values["noise"])


def goal_words(task: Task) -> str:
    """What has been reached with the task's goal, to be followed by "at step …"."""
    if _is_noisy(task.name, getattr(task, "noise", 0.0)):
        return "near the noise"
    if task.name in _AT_A_LINE:
        met = [line.name for line in task.lines()[1:] if line.value == task.goal]
        return f"under the {met[0]} line" if met else "solved"
    return "solved"


def _is_noisy(task: str, noise: float) -> bool:
    return task == "wave" and noise > 0.0


def cell_name(setup: TrainingSetup) -> str:
    """As people call it."""
    if setup.cell == "rnn_relu" and setup.start == "identity":
        return "IRNN"
    return str(NETWORK[0].choices[setup.cell])  # type: ignore[attr-defined]


def names_of(setups: tuple[TrainingSetup, ...]) -> tuple[str, ...]:
    """The cell of each, and in what else it differs from another."""
    if len(setups) == 1:
        return (f"{cell_name(setups[0])}, {setups[0].hidden_size} units",)
    apart = [name for name in _SHORT if len({_told(setup, name) for setup in setups}) > 1]
    return tuple(
        ", ".join([cell_name(setup), *(_short(setup, name) for name in apart)]) for setup in setups
    )


def _short(setup: TrainingSetup, name: str) -> str:
    if getattr(setup, name) is None:
        return _SHORT_NONE[name]
    return _SHORT[name].format(_told(setup, name))


def _told(setup: TrainingSetup, name: str) -> str:
    """A setting in a name; the start is part of what IRNN means."""
    if name == "start" and cell_name(setup) == "IRNN":
        return "uniform"
    return _words(getattr(setup, name))


def _words(value: Any) -> str:
    if value is None:
        return "none"
    return f"{value:g}".replace("-", "−") if isinstance(value, int | float) else str(value)


def title_of(values: Values) -> str:
    return str(TASK.choices[values["task"]])
