"""A setup as the Python expression that makes it again.

Works on any frozen dataclass of plain values, by its fields: those that equal their defaults are
left out, those without a default come first and unnamed. Lines are broken as Black breaks them,
but for long rows of plain values, which are filled.
"""

from collections.abc import Iterator, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

from rnn_core.held import file_name_of, is_held
from rnn_core.sequences import SIGNALS, signal
from rnn_core.setup import Setup

WIDTH = 88
INDENT = "    "
NOISE_SEEDS = 10  # that are tried when a series is looked for among the presets
SHORTEST_PRESET = 8  # numbers; fewer are better read as they are


def setup_expression(setup: Setup) -> str:
    """An expression that equals `setup`, with the names that `rnn_core` exports."""
    return expression("setup", setup, 0)


def lines_before(setup: Setup) -> list[str]:
    """What a script must say before it runs `setup`: where held weights come from."""
    if not is_held(setup.weights):
        return []
    return [f'hold_file("{file_name_of(setup.weights)}")  # the weights that the setup names']


def names_in(value: Any) -> set[str]:
    """The names of `rnn_core` that the expression of `value` needs."""
    if is_dataclass(value):
        parts = [getattr(value, field.name) for field in _said(value)]
        return {type(value).__name__}.union(*map(names_in, parts))
    if isinstance(value, tuple):
        return {"signal"} if _preset(value) else set().union(*map(names_in, value))
    return set()


def expression(name: str, value: Any, column: int, indent: str = "") -> str:
    """`value`, called `name` in errors, in source text that begins at `column` of its line."""
    line = _line(name, value)
    if column + len(line) < WIDTH or _is_plain(value) or _preset(value):
        return line
    inner, parts = indent + INDENT, _parts(name, value)
    if isinstance(value, tuple) and all(map(_is_plain, value)):
        rows = list(_filled([_line(name, part) for part in value], WIDTH - len(inner)))
    else:
        rows = [
            label + expression(of, part, len(inner + label), inner) for label, of, part in parts
        ]
    return _head(value) + "".join(f"\n{inner}{row}," for row in rows) + f"\n{indent})"


def _line(name: str, value: Any) -> str:
    """`value` in one line, however long."""
    if isinstance(value, str):
        text = repr(value)
        return text if '"' in value or text[0] == '"' else f'"{text[1:-1]}"'
    if _is_plain(value):
        return repr(value)
    if preset := _preset(value):
        return preset
    parts = [label + _line(of, part) for label, of, part in _parts(name, value)]
    alone = "," * (isinstance(value, tuple) and len(value) == 1)
    return f"{_head(value)}{', '.join(parts)}{alone})"


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | bool | int | float)


def _head(value: Any) -> str:
    return "(" if isinstance(value, tuple) else f"{type(value).__name__}("


def _parts(name: str, value: Any) -> list[tuple[str, str, Any]]:
    """What stands within the brackets: a label ("" or "field="), a name for errors, a value."""
    if isinstance(value, tuple):
        return [("", f"{name}[{place}]", part) for place, part in enumerate(value)]
    if is_dataclass(value) and not isinstance(value, type):
        return [
            (
                "" if _default(field) is MISSING and not field.kw_only else f"{field.name}=",
                f"{name}.{field.name}",
                getattr(value, field.name),
            )
            for field in _said(value)
        ]
    raise TypeError(f"{name} must be made of plain values and dataclasses; got {value!r}")


def _said(value: Any) -> list[Field[Any]]:
    """The fields that an expression must name: those that differ from their defaults."""
    return [
        field
        for field in fields(value)
        if field.init and getattr(value, field.name) != _default(field)
    ]


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _preset(value: Any) -> str:
    """The call of `signal` that gives this series, if one of a few seeds does; else ""."""
    if not isinstance(value, tuple) or len(value) < SHORTEST_PRESET:
        return ""
    if not isinstance(value[0], float):
        return ""
    for kind in SIGNALS:
        for seed in range(NOISE_SEEDS if kind == "noise" else 1):
            if signal(kind, len(value), seed) == value:
                return f'signal("{kind}", {len(value)}' + (f", seed={seed})" if seed else ")")
    return ""


def _filled(items: Sequence[str], width: int) -> Iterator[str]:
    """The items in lines of at most `width`, separated by commas; the last comma is left off."""
    line = ""
    for item in items:
        if line and len(line) + len(item) + 3 > width:
            yield line
            line = item
        else:
            line = f"{line}, {item}" if line else item
    yield line
