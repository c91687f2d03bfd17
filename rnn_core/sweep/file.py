"""The TOML file of a sweep.

    title = "Who remembers how long?"

    [task]                          # what is learned: a name of rnn_core.tasks, and its settings
    name = "adding"

    [training]                      # fields of rnn_core.TrainingSetup that are the same everywhere
    learning_rate = 0.01
    max_steps = 2000

    [grid]                          # every list is an axis; all combinations are trained
    cell = ["lstm", "gru", {label = "IRNN", cell = "rnn_relu", start = "identity"}]
    task.length = [20, 50]
    seed = [0, 1, 2]

An entry that is a table sets several fields at once and is told by its label.
"""

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from rnn_core.sweep.grid import TASK, Axis, Point, Scalar, Sweep, SweepError
from rnn_core.tasks import TASKS
from rnn_core.train.setup import TrainingSetup

MOST_BYTES = 1_000_000
LABEL = "label"
_PARTS = ("title", "task", "training", "grid")


def read_sweep(path: Path | str) -> Sweep:
    """The sweep that a file describes.

    Raises:
        SweepError: the file cannot be read, is no TOML, or says something that is no sweep; the
            message names the file, the key, and what would be right.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SweepError(f"{path}: the file of a sweep has at most {MOST_BYTES:,} bytes")
        text = path.read_text("utf-8")
    except OSError as problem:
        raise SweepError(f"{path}: {problem.strerror or problem}") from problem
    except UnicodeDecodeError:
        raise SweepError(f"{path}: must be text in UTF-8") from None
    try:
        return parse(text)
    except SweepError as problem:
        raise SweepError(f"{path}: {problem}") from problem


def parse(text: str) -> Sweep:
    """As `read_sweep`, from the text itself."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise SweepError(f"this is no TOML: {problem}") from problem
    except RecursionError:
        raise SweepError("this is no TOML that can be read: it is nested too deep") from None
    return of_dict(content)


def of_dict(content: Mapping[str, Any]) -> Sweep:
    """The sweep of a parsed file."""
    for name in content:
        if name not in _PARTS:
            raise SweepError(f"{name} is no part of a sweep; the parts are {', '.join(_PARTS)}")
    title = content.get("title", "")
    if not isinstance(title, str):
        raise SweepError(f"title must be a text; got {title!r}")
    task, training = _table(content, "task"), _table(content, "training")
    grid = _flat(_table(content, "grid"))
    fixed = {f"{TASK}{name}": value for name, value in task.items()} | dict(training)
    for name in fixed:
        _check_field(name, "[task]" if name.startswith(TASK) else "[training]")
    if f"{TASK}name" not in fixed and not any(
        name == f"{TASK}name" or f"{TASK}name" in _set_by(values) for name, values in grid.items()
    ):
        raise SweepError(f"[task] must have a name, one of {', '.join(TASKS)}; got none")
    axes = tuple(_axis(name, values) for name, values in grid.items())
    return Sweep(tuple((name, _kept(value)) for name, value in fixed.items()), axes, title)


def _table(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = content.get(name, {})
    if not isinstance(found, dict):
        raise SweepError(f"{name} must be a table, [{name}]; got {found!r}")
    return found


def _flat(grid: Mapping[str, Any]) -> dict[str, Any]:
    """`task.length` of the grid comes as a table in a table."""
    flat: dict[str, Any] = {}
    for name, values in grid.items():
        if name == TASK[:-1] and isinstance(values, dict):
            flat |= {f"{TASK}{inner}": value for inner, value in values.items()}
        else:
            flat[name] = values
    return flat


def _set_by(values: Any) -> set[str]:
    """The fields that the tables of an axis set."""
    entries = values if isinstance(values, list) else []
    return {name for entry in entries if isinstance(entry, dict) for name in _flat(entry)}


def _axis(name: str, values: Any) -> Axis:
    if not isinstance(values, list) or not values:
        raise SweepError(f"grid.{name} must be a list of values, such as [1, 2]; got {values!r}")
    if not all(isinstance(entry, dict) for entry in values):
        _check_field(name, "[grid]")
    return Axis(name, tuple(_point(name, entry) for entry in values))


def _point(name: str, entry: Any) -> Point:
    if not isinstance(entry, dict):
        return Point(entry if _is_scalar(entry) else json.dumps(entry), ((name, _kept(entry)),))
    settings = _flat({key: value for key, value in entry.items() if key != LABEL})
    label = entry.get(LABEL)
    if label is None or not _is_scalar(label) or not settings:
        raise SweepError(
            f"grid.{name}: a table must have a label and at least one field that it sets, as in "
            f'{{label = "IRNN", cell = "rnn_relu", start = "identity"}}; got {entry!r}'
        )
    for field in settings:
        _check_field(field, f"grid.{name}, {label}")
    return Point(label, tuple((field, _kept(value)) for field, value in settings.items()))


def _is_scalar(value: Any) -> bool:
    return isinstance(value, Scalar) and not (isinstance(value, float) and math.isnan(value))


def _kept(value: Any) -> Any:
    """A value that a frozen record can hold."""
    return tuple(_kept(entry) for entry in value) if isinstance(value, list) else value


def _check_field(name: str, where: str) -> None:
    known = sorted(field.name for field in fields(TrainingSetup) if field.name != TASK[:-1])
    if name.startswith(TASK) or name in known:
        return
    told = f" (a setting of the task is written {TASK}{name})" if where != "[task]" else ""
    raise SweepError(
        f"{where}: {name} is no field of a training{told}; the fields are {', '.join(known)}"
    )


def to_toml(sweep: Sweep) -> str:
    """The file of a sweep; `parse` gives an equal one back."""
    fixed = dict(sweep.fixed)
    task = {k.removeprefix(TASK): v for k, v in fixed.items() if k.startswith(TASK)}
    training = {k: v for k, v in fixed.items() if not k.startswith(TASK)}
    parts = [f"title = {_toml(sweep.title)}\n"] if sweep.title else []
    for name, table in (("task", task), ("training", training)):
        if table:
            lines = [f"{_key(key)} = {_toml(value)}" for key, value in table.items()]
            parts.append("\n".join([f"[{name}]", *lines]) + "\n")
    if sweep.axes:
        lines = [f"{_key(one.name)} = {_list_of(one)}" for one in sweep.axes]
        parts.append("\n".join(["[grid]", *lines]) + "\n")
    return "\n".join(parts)


def _list_of(one: Axis) -> str:
    entries = []
    for point in one.points:
        if len(point.settings) == 1 and point.settings[0][0] == one.name:
            value = point.settings[0][1]
            if point.label == value or not _is_scalar(value):
                entries.append(_toml(value))
                continue
        told = [(LABEL, point.label), *point.settings]
        entries.append("{" + ", ".join(f"{_key(k)} = {_toml(v)}" for k, v in told) + "}")
    if all(len(entry) < 12 for entry in entries):
        return "[" + ", ".join(entries) + "]"
    return "[\n" + "".join(f"  {entry},\n" for entry in entries) + "]"


def _key(name: str) -> str:
    """Bare where TOML allows it; `task.length` stays two keys with a dot between."""
    parts = name.split(".") if name.startswith(TASK) else [name]
    return ".".join(part if _is_bare(part) else _toml(part) for part in parts)


def _is_bare(part: str) -> bool:
    return bool(part) and part.isascii() and part.replace("_", "").replace("-", "").isalnum()


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON's escapes are TOML's, but for DEL, which TOML wants escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)  # inf and nan are spelled as in TOML
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    raise TypeError(f"a sweep's file holds texts, numbers, true, false and lists; got {value!r}")
