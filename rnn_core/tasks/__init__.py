"""The tasks that a network can be trained on, one module each.

    task_of("adding", {"length": 50}) -> Task       settings_of(task) -> {"length": 50}

A new task is a new module of this folder with the class in `TASK`.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from rnn_core.checks import one_of
from rnn_core.tasks.task import Batch, Line, Task


def _found() -> dict[str, type[Task]]:
    modules = sorted(found.name for found in pkgutil.iter_modules(__path__))
    loaded = (importlib.import_module(f"{__name__}.{module}") for module in modules)
    classes = [module.TASK for module in loaded if hasattr(module, "TASK")]
    return {task.name: task for task in classes}


TASKS = _found()


def task_of(name: str, settings: Mapping[str, Any] | None = None) -> Task:
    """The task by its name, its other settings as they start.

    Raises:
        TypeError, ValueError: there is no such task or setting, or a value is not allowed.
    """
    kind = TASKS[one_of("task", name, TASKS)]
    known = [field.name for field in fields(kind) if field.init]
    for setting in settings or {}:
        if setting not in known:
            raise ValueError(f"task {name!r} has the settings {', '.join(known)}; got {setting!r}")
    given: dict[str, Any] = {name: _thawed(value) for name, value in (settings or {}).items()}
    for name in given.keys() & {field.name for field in fields(kind) if field.type is float}:
        given[name] = _as_float(given[name])
    return kind(**given)


def settings_of(task: Task) -> dict[str, Any]:
    """All settings, as plain as JSON and TOML: `task_of(task.name, settings_of(task)) == task`."""
    found = {field.name: getattr(task, field.name) for field in fields(task) if field.init}
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in found.items()
    }


def starts_of(name: str) -> dict[str, Any]:
    """The settings that a task starts with, be they enough to make one or not."""
    return {field.name: field.default for field in fields(TASKS[name]) if field.init}


def _thawed(value: Any) -> Any:
    """A list of JSON or TOML as the tuple of numbers that it was."""
    return tuple(map(_as_float, value)) if isinstance(value, list) else value


def _as_float(value: Any) -> Any:
    """JSON and TOML write 1.0 as 1. What is no number is left for the task to refuse."""
    return float(value) if type(value) is int else value


__all__ = ["TASKS", "Batch", "Line", "Task", "settings_of", "starts_of", "task_of"]
