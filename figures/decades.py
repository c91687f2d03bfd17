"""Logarithmic axes: absolute, with their decades marked and a place for what is exactly 0.

The values are not divided by the largest: a gradient that vanishes is seen to vanish.
"""

from typing import Any

import numpy as np

from figures.drawing import short

# In decades, below the lowest: where a value of exactly 0 is marked.
_ZERO_ROOM = 0.6


def axis(low: int, high: int, *, zeros: bool = False) -> dict[str, Any]:
    """A log axis from 10^low to 10^high, with a line for 0 below it if there are `zeros`."""
    apart = max(1, -(-(high - low) // 8))
    powers = list(range(low, high + 1, apart))
    # Counted from 1: whatever the distance of the ticks, 10^0 is one of them.
    powers = [power for power in range(low, high + 1) if power % apart == 0]
    values, texts = [10.0**power for power in powers], [_power(power) for power in powers]
    floor = low - 0.15
    if zeros:
        values, texts = [zero_mark(low), *values], ["0", *texts]
        floor = low - 2 * _ZERO_ROOM
    return {
        "type": "log",
        "range": [floor, high + 0.15],
        "tickvals": values,
        "ticktext": texts,
        "ticks": "",
    }


def zero_mark(low: int) -> float:
    """Where a 0 stands on an axis whose lowest decade is 10^low."""
    return float(10.0 ** (low - _ZERO_ROOM))


def drawable(values: np.ndarray) -> list[float | None]:
    """Values for a log axis; a gap where there is nothing positive and finite to draw."""
    seen = np.isfinite(values) & (values > 0)
    return [value if ok else None for value, ok in zip(values.tolist(), seen.tolist(), strict=True)]


def exact(values: np.ndarray) -> list[str]:
    """Four significant digits each, for hover text."""
    return [short(value, 4) for value in values.tolist()]


def _power(power: int) -> str:
    if power in (0, 1):
        return str(10**power)
    return f"10<sup>{power}</sup>".replace("-", "−")
