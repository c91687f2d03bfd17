"""From the page "Train" to the grid: its settings as a link to the page of sweeps."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from exhibits.sweeps import parameters as declared
from exhibits.sweeps.grid_controls import sweep_of
from exhibits.sweeps.parameters import CELLS, growing, held, held_name, points_of, what_grows
from exhibits.training.configure import setups_of
from exhibits.training.parameters import SETUP
from lessons.declared import Choice, Parameter, Values
from rnn_core.tasks import TASKS, settings_of
from rnn_core.tasks.text import OWN
from rnn_core.train import TrainingSetup

SEEDS = 5
_LETTERS = "ABC"
_SAME_NAME = (
    *("optimiser", "momentum", "clip_norm", "truncation", "num_layers", "forget_bias", "window"),
    "stop_when_solved",
)
_NOT_TOLD = ("seed", "engine")  # there are several seeds; the engine is told apart


def luck_link(key: str) -> None:
    """The link from the settings of the page `key`, and what a grid cannot take along."""
    values = st.session_state[f"{key}.set"]
    said, link = own_data(values), None
    if not said:
        try:
            setups = setups_of(values)
        except (TypeError, ValueError):
            pass  # the page says what is wrong with them
        else:
            said, link = left_behind(setups), in_link(setups, "sweep")
    st.page_link(
        "sweeps.py",
        label="Luck or not? Try several seeds",
        icon=":material/grid_on:",
        query_params=link,
        disabled=link is None,
    )
    if said:
        st.caption(said)


def own_data(values: Values) -> str:
    """Why there can be no sweep of this task; "" where there can."""
    task = values["task"]
    if task not in declared.TASK.choices:
        return f"A sweep keeps no data of your own: it cannot train on “{TASKS[task].title}”."
    if task == "text" and values["source"] == OWN:
        return "A sweep keeps no data of your own: choose one of the texts that are here already."
    return ""


def in_link(setups: Sequence[TrainingSetup], key: str) -> dict[str, str | list[str]]:
    """The parameters of a link that sets the controls of the grid `key`; not for `own_data`."""
    values = values_for(setups)
    task, grows = values["task"], values["grows"]
    choice = growing(task)
    points = points_of(task, grows)
    named = {**values, choice.name: grows, points.name: values["points"]}
    parameters: list[Parameter] = [declared.TASK, *held(task, grows), points]
    parameters += [choice] if len(choice.choices) > 1 else []
    parameters += [declared.HIDDEN, declared.SEEDS, *declared.LEARNING]
    link: dict[str, str | list[str]] = {
        f"{key}_{one.name}": _text(one, named[one.name]) for one in parameters
    }
    return link | {f"{key}_cells": [CELLS[cell][0] for cell in values["cells"]]}


def _text(parameter: Parameter, value: Any) -> str:
    """As a control writes it into the page's link."""
    return parameter.choices[value] if isinstance(parameter, Choice) else parameter.to_text(value)


def values_for(setups: Sequence[TrainingSetup]) -> dict[str, Any]:
    """Those of `sweep_of`; the cells and hidden sizes are those of all setups."""
    first, task = setups[0], setups[0].task
    settings, grows = settings_of(task), what_grows(task.name)[0]
    unlike_irnn = next((one for one in setups if _cell(one) != "irnn"), first)
    irnn = next((one for one in setups if _cell(one) == "irnn"), None)
    return {
        "task": task.name,
        "cells": [cell for cell in CELLS if cell in map(_cell, setups)],
        "grows": grows,
        "points": (settings[grows],),
        **{held_name(task.name, name): value for name, value in settings.items()},
        "hidden": tuple(sorted({one.hidden_size for one in setups})),
        "seeds": SEEDS,
        "rate": unlike_irnn.learning_rate,
        "irnn_rate": irnn.learning_rate if irnn else declared.IRNN_RATE.default,
        "steps": first.max_steps,
        "batch": first.batch_size,
        **{name: _meant(setups, name) for name in _SAME_NAME},
    }


def _meant(setups: Sequence[TrainingSetup], name: str) -> Any:
    """A setting of the first setup that it means something for; 0 where it is None."""
    found = next((one for one in setups if _means(one, name)), setups[0])
    value = getattr(found, name)
    return 0 if value is None else value


def _means(setup: TrainingSetup, name: str) -> bool:
    if name == "forget_bias":
        return setup.cell == "lstm" and setup.start != "chrono"
    if name in ("truncation", "num_layers"):
        return setup.cell != "window"
    return name != "window" or setup.cell == "window"


def _cell(setup: TrainingSetup) -> str:
    """Which of `CELLS` it is."""
    return next(name for name, (_, settings) in CELLS.items() if _kind(settings) == _kind(setup))


def _kind(of: Any) -> tuple[str, str]:
    if isinstance(of, TrainingSetup):
        return of.cell, of.start
    return of["cell"], of.get("start", "uniform")


def left_behind(setups: Sequence[TrainingSetup]) -> str:
    """What the grid does not hold of these settings; "" where it holds everything."""
    grid = [cell.setup for cell in sweep_of(values_for(setups)).cells]
    said = []
    for letter, setup in zip(_LETTERS, setups, strict=False):
        there = next(
            one
            for one in grid
            if (*_kind(one), one.hidden_size) == (*_kind(setup), setup.hidden_size)
        )
        apart = [
            parameter.label
            for parameter in SETUP
            if parameter.name not in _NOT_TOLD
            and _means(setup, parameter.name)
            and getattr(setup, parameter.name) != getattr(there, parameter.name)
        ]
        said += [f"{', '.join(apart)} (of {letter})"] if apart else []
    if setups[0].engine not in ("auto", "numpy"):
        said.append("Engine (it trains with NumPy)")
    if not said:
        return ""
    return f"A sweep sets the following alike for all, and leaves out: {'; '.join(said)}."
