"""The checks that every door into the core shares: an error names what, what came, what was due."""

import math
import operator
from collections.abc import Iterable
from typing import Any

import numpy as np


def whole(name: str, value: Any, low: int, high: int | None = None) -> int:
    """`value` as an int in [low, high]."""
    bounds = f"at least {low}" if high is None else f"{low} to {high}"
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number, {bounds}; got {value!r}") from None
    if number < low or (high is not None and number > high):
        raise ValueError(f"{name} must be a whole number, {bounds}; got {number}")
    return number


def real(name: str, value: Any, low: float = -math.inf, high: float = math.inf) -> float:
    """`value` as a finite float in [low, high]."""
    bounds = "finite" + (f", at least {low:g}" if low > -math.inf else "")
    bounds += f", at most {high:g}" if high < math.inf else ""
    try:
        if isinstance(value, str | bool | np.bool_):
            raise TypeError
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number ({bounds}); got {value!r}") from None
    except OverflowError:
        raise ValueError(f"{name} must be a number ({bounds}); got one that is too large") from None
    if not math.isfinite(number) or not low <= number <= high:
        raise ValueError(f"{name} must be a number ({bounds}); got {number}")
    return number


def flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False; got {value!r}")
    return bool(value)


def one_of(name: str, value: Any, choices: Iterable[object]) -> str:
    known = tuple(map(str, choices))
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of {', '.join(known)}; got {value!r}")
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(known)}; got {value!r}")
    return value


def array(name: str, value: Any, shape: tuple[int | None, ...], axes: str) -> np.ndarray:
    """`value` as a floating array of `shape` (None: any length but 0), every number finite."""
    values = np.asarray(value)
    if not np.issubdtype(values.dtype, np.floating):
        raise TypeError(f"{name} must be an array of floats ({axes}); got dtype {values.dtype}")
    fits = values.ndim == len(shape) and all(
        length > 0 and due in (None, length)
        for length, due in zip(values.shape, shape, strict=True)
    )
    if not fits:
        due = ", ".join("any" if length is None else str(length) for length in shape)
        raise ValueError(
            f"{name} must have the shape ({due}) for ({axes}), no axis empty; got {values.shape}"
        )
    if not np.isfinite(values).all():
        where = tuple(int(axis) for axis in np.argwhere(~np.isfinite(values))[0])
        raise ValueError(
            f"{name} must hold finite numbers; got {values[where]} at {where} ({axes})"
        )
    return values
