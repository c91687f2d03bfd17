"""The controls of a grid, and the sweep that they describe."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import streamlit as st

from exhibits.controls import control
from figures.drawing import counted
from lessons.declared import Choice, Real, Values, Whole, Wholes
from rnn_core.sweep import Axis, Point, Sweep, axis
from rnn_core.tasks import TASKS, settings_of, task_of

# A point of the axis "cell": what it is called, and what it sets beside the cell.
CELLS: dict[str, tuple[str, dict[str, Any]]] = {
    "rnn_tanh": ("RNN tanh", {"cell": "rnn_tanh"}),
    "irnn": ("IRNN", {"cell": "rnn_relu", "start": "identity"}),
    "gru": ("GRU", {"cell": "gru"}),
    "lstm": ("LSTM", {"cell": "lstm"}),
    "lstm_chrono": ("LSTM chrono", {"cell": "lstm", "start": "chrono"}),
    "window": ("Window", {"cell": "window"}),
}
OPENING_CELLS = ("rnn_tanh", "irnn", "gru", "lstm")
# An IRNN explodes at the rates that suit the others (Le, Jaitly & Hinton 2015 take far less too).
IRNN_RATE = 0.1
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
RATE = Real(
    name="rate",
    label="Learning rate",
    default=0.01,
    about="Of Adam. An IRNN gets a tenth of it, for it explodes sooner.",
    low=1e-4,
    high=0.1,
    stops=(1e-4, 2e-4, 5e-4, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1),
)
STEPS = Whole(
    name="steps",
    label="Steps at most",
    default=1500,
    about="A training that has not solved the task by then has failed.",
    low=10,
    high=20_000,
    typed=True,
)
BATCH = Whole(name="batch", label="Batch size", default=32, low=1, high=128)


def grid_controls(key: str) -> Sweep:
    """Draws them; the sweep that they say.

    Raises:
        ValueError: they say none; the message names what is wrong.
    """
    task = control(TASK, key)
    cells = st.pills(
        "Cells",
        list(CELLS),
        selection_mode="multi",
        default=OPENING_CELLS,
        format_func=lambda name: CELLS[name][0],
        key=f"{key}_cells",
        bind="query-params",
    )
    grows = _what_grows(task, key)
    points = control(_points(task, grows), key)
    values = {"task": task, "cells": cells, "grows": grows, "points": points}
    with st.container(horizontal=True):
        values["hidden"] = control(HIDDEN, key)
        values["seeds"] = control(SEEDS, key)
    with st.expander("How they learn", icon=":material/tune:"):
        values |= {one.name: control(one, key) for one in (RATE, STEPS, BATCH)}
    return sweep_of(values)


def sweep_of(values: Values) -> Sweep:
    """The sweep of the controls' values, `points` being those of the axis `grows`.

    Raises:
        ValueError: no cell is chosen, or a training of the grid cannot be.
    """
    if not values["cells"]:
        raise ValueError("Cells: none chosen. Choose at least one.")
    fixed: dict[str, Any] = {
        "task.name": values["task"],
        "learning_rate": values["rate"],
        "max_steps": values["steps"],
        "batch_size": values["batch"],
        "engine": "numpy",
    }
    axes = [_cells(values["cells"], values), axis(f"task.{values['grows']}", values["points"])]
    if len(values["hidden"]) > 1:
        axes.append(axis("hidden_size", values["hidden"]))
    else:
        fixed["hidden_size"] = values["hidden"][0]
    axes.append(axis("seed", tuple(range(values["seeds"]))))
    return Sweep(tuple(fixed.items()), tuple(axes), TASKS[values["task"]].title)


def _cells(chosen: Sequence[str], values: Values) -> Axis:
    points = []
    for name in CELLS:
        if name not in chosen:
            continue
        label, settings = CELLS[name]
        settings = dict(settings)
        if name == "irnn":
            settings["learning_rate"] = IRNN_RATE * values["rate"]
        if name == "window":
            settings["window"] = min(10, *values["points"]) if values["grows"] == "length" else 10
        plain = settings == {"cell": name}
        points.append(Point(name if plain else label, tuple(settings.items())))
    return Axis("cell", tuple(points))


def what_grows(task: str) -> list[str]:
    """The whole-number settings of a task, that of its reach first."""
    settings = settings_of(task_of(task))
    found = [
        field.name
        for field in fields(TASKS[task])
        if type(settings.get(field.name)) is int and field.name in GROWS
    ]
    return sorted(found, key=lambda name: (name != "lag", list(GROWS).index(name)))


def _what_grows(task: str, key: str) -> str:
    """The setting of the task that is the axis beside that of the cells."""
    names = what_grows(task)
    if len(names) == 1:
        return names[0]
    choice = Choice(
        name=f"{task}_grows",
        label="What grows",
        default=names[0],
        choices={name: GROWS[name] for name in names},
    )
    return str(control(choice, key))


def _points(task: str, grows: str) -> Wholes:
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


def in_words(sweep: Sweep) -> str:
    """`4 cells × 3 lengths × 3 seeds = **36 trainings** of at most 1,500 steps`"""
    parts = [_counted(one) for one in sweep.axes]
    steps = max(cell.setup.max_steps for cell in sweep.cells)
    total = counted(sweep.size, "training")
    return f"{' × '.join(parts)} = **{total}** of at most {steps:,} steps"


def _counted(one: Axis) -> str:
    """`4 cells`, `1 hidden size`; kinds and symbols are numbers of themselves already."""
    number = len(one.points)
    noun = {"symbols": "number of symbols", "kinds": "number of kinds", "at least": "distance"}.get(
        one.title, one.title
    )
    head, of, rest = noun.partition(" of ")
    return f"{number} {head}{'' if number == 1 else 's'}{of}{rest}"
