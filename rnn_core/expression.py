"""A setup as the Python expression that makes it again.

Works on any frozen dataclass of plain values, by its fields: those that equal their defaults are
left out, those without a default come first and unnamed. Lines are broken as Black breaks them,
but for long rows of plain values, which are filled.
"""

from collections.abc import Iterator, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

from rnn_core.sequences import SIGNALS, signal
from rnn_core.setup import Setup

WIDTH = 88
INDENT = "    "
NOISE_SEEDS = 10  # that are tried when a series is looked for among the presets


def setup_expression(setup: Setup) -> str:
    """An expression that equals `setup`, with the names that `rnn_core` exports."""
    return expression("setup", setup, 0)


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
    if isinstance(value, str):
        text = repr(value)
        return text if '"' in value or text[0] == '"' else f'"{text[1:-1]}"'
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    if isinstance(value, tuple):
        head, labels, parts = "(", [""] * len(value), list(value)
    elif is_dataclass(value) and not isinstance(value, type):
        said = _said(value)
        head, parts = f"{type(value).__name__}(", [getattr(value, field.name) for field in said]
        labels = ["" if _unnamed(field) else f"{field.name}=" for field in said]
    else:
        raise TypeError(f"{name} must be made of plain values and dataclasses; got {value!r}")
    if preset := _preset(value):
        return preset

    def rows(start: str) -> list[str]:
        return [
            label + expression(f"{name}.{label[:-1]}", part, len(start + label), start)
            for label, part in zip(labels, parts, strict=True)
        ]

    inner, flat = indent + INDENT, rows("")
    line = head + ", ".join(flat) + (",)" if head == "(" and len(parts) == 1 else ")")
    if column + len(line) < WIDTH and "\n" not in line:
        return line
    plain = not any(isinstance(part, tuple) or is_dataclass(part) for part in parts)
    lines = _filled(flat, WIDTH - len(inner)) if plain and head == "(" else rows(inner)
    return head + "".join(f"\n{inner}{row}," for row in lines) + f"\n{indent})"


def _said(value: Any) -> list[Field[Any]]:
    """The fields that an expression must name: those that differ from their defaults."""
    return [
        field
        for field in fields(value)
        if field.init and getattr(value, field.name) != _default(field)
    ]


def _unnamed(field: Field[Any]) -> bool:
    return _default(field) is MISSING and not field.kw_only


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _preset(value: Any) -> str:
    """The call of `signal` that gives this series, if one of a few seeds does; else ""."""
    if not isinstance(value, tuple) or len(value) < 2 or not isinstance(value[0], float):
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
