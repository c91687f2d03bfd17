"""The controls of a grid, and the sweep that they describe."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from exhibits.controls import control
from exhibits.sweeps import parameters as declared
from exhibits.sweeps.parameters import CELLS, held, held_name, points_of, what_grows
from figures.drawing import counted
from lessons.declared import Choice, Parameter, Values
from rnn_core.sweep import Axis, Point, Sweep, axis
from rnn_core.tasks import TASKS
from rnn_core.train.setup import NONE


def grid_controls(key: str) -> Sweep:
    """Draws them; the sweep that they say.

    Raises:
        ValueError: they say none; the message names what is wrong.
    """
    task = control(declared.TASK, key)
    cells = _cell_pills(key)
    grows = _what_grows(task, key)
    points = control(points_of(task, grows), key)
    values = {"task": task, "cells": cells, "grows": grows, "points": points}
    values |= {one.name: control(one, key) for one in held(task, grows)}
    with st.container(horizontal=True):
        values["hidden"] = control(declared.HIDDEN, key)
        values["seeds"] = control(declared.SEEDS, key)
    with st.expander("How they learn", icon=":material/tune:"):
        learning = _learning(cells, key)
    if changed := changed_of(learning):
        st.caption(changed)
    values |= learning
    return sweep_of(values)


def _cell_pills(key: str) -> list[str]:
    """Those that are offered, and those that a link has brought."""
    name = f"{key}_cells"
    brought = {*st.query_params.get_all(name), *st.session_state.get(name, ())}
    offered = [
        cell
        for cell, (title, _) in CELLS.items()
        if cell in declared.OFFERED_CELLS or cell in brought or title in brought
    ]
    chosen = st.pills(
        "Cells",
        offered,
        selection_mode="multi",
        default=declared.OPENING_CELLS,
        format_func=lambda cell: CELLS[cell][0],
        key=name,
        bind="query-params",
    )
    return list(chosen)


def changed_of(learning: Values) -> str:
    """`Optimiser SGD, Steps at most 600`: what the folded controls say that is not as it starts."""
    return ", ".join(
        f"{one.label} {_told(one, learning[one.name])}"
        for one in declared.LEARNING
        if learning[one.name] != one.default
    )


def _told(parameter: Parameter, value: Any) -> str:
    if isinstance(parameter, Choice):
        return parameter.choices[value]
    return ("on" if value else "off") if isinstance(value, bool) else f"{value:,}"


def _learning(cells: Sequence[str], key: str) -> dict[str, Any]:
    """The controls that mean something for these cells; the others are as they start."""
    values = {one.name: one.default for one in declared.LEARNING}
    kinds = {CELLS[cell][1]["cell"] for cell in cells}
    idle = {
        declared.IRNN_RATE.name: "irnn" not in cells,
        declared.RATE.name: list(cells) == ["irnn"],
        declared.FORGET_BIAS.name: "lstm" not in kinds,
        declared.WINDOW.name: "window" not in kinds,
        declared.TRUNCATION.name: kinds == {"window"},
        declared.LAYERS.name: kinds == {"window"},
    }
    for one in declared.LEARNING:
        is_idle = idle.get(one.name, False)
        if one is declared.MOMENTUM:
            is_idle = values[declared.OPTIMISER.name] != "sgd"
        if not is_idle:
            values[one.name] = control(one, key)
    return values


def _what_grows(task: str, key: str) -> str:
    names = what_grows(task)
    if len(names) == 1:
        return names[0]
    return str(control(declared.growing(task), key))


def sweep_of(values: Values) -> Sweep:
    """The sweep of the controls' values, `points` being those of the axis `grows`.

    Raises:
        ValueError: no cell is chosen, or a training of the grid cannot be.
    """
    if not values["cells"]:
        raise ValueError("Cells: none chosen. Choose at least one.")
    fixed = _fixed(values)
    axes = [_cells(values["cells"], values), axis(f"task.{values['grows']}", values["points"])]
    if len(values["hidden"]) > 1:
        axes.append(axis("hidden_size", values["hidden"]))
    else:
        fixed["hidden_size"] = values["hidden"][0]
    axes.append(axis("seed", tuple(range(values["seeds"]))))
    return Sweep(tuple(fixed.items()), tuple(axes), TASKS[values["task"]].title)


def _fixed(values: Values) -> dict[str, Any]:
    """What every training has; the cells' own settings come on top."""
    task = values["task"]
    settings = {
        f"task.{name}": values[held_name(task, name)]
        for name in (one.name.removeprefix(held_name(task, "")) for one in held(task, ""))
        if name != values["grows"]
    }
    return {
        "task.name": task,
        **settings,
        "learning_rate": values["rate"],
        "max_steps": values["steps"],
        "batch_size": values["batch"],
        "optimiser": values["optimiser"],
        "momentum": values["momentum"],
        "clip_norm": values["clip_norm"] or NONE,
        "truncation": values["truncation"] or NONE,
        "num_layers": values["num_layers"],
        "forget_bias": values["forget_bias"],
        "stop_when_solved": values["stop_when_solved"],
        "engine": "numpy",
    }


def _cells(chosen: Sequence[str], values: Values) -> Axis:
    points = []
    for name in CELLS:
        if name not in chosen:
            continue
        label, settings = CELLS[name]
        settings = dict(settings)
        if name == "irnn":
            settings["learning_rate"] = values["irnn_rate"]
        if name == "window":
            settings |= {"window": values["window"], "truncation": NONE, "num_layers": 1}
        plain = settings == {"cell": name}
        points.append(Point(name if plain else label, tuple(settings.items())))
    return Axis("cell", tuple(points))


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
