"""Axes on paper: empty ones to draw a curve on, and the same with the true curve."""

import html
import math

from lessons.declared import Curve

WIDTH, HEIGHT = 700, 250
LEFT, TOP, RIGHT, BOTTOM = 64, 22, 14, 44
_TEXT = 'font-family="Arial, sans-serif" font-size="13" fill="#1b2333"'


def axes(curve: Curve, *, drawn: bool) -> str:
    """An SVG of the curve's axes; `drawn` says whether the curve stands in it."""
    lines = "".join(_level(curve, level) for level in _levels(curve))
    ticks = "".join(_tick(curve, at) for at in _steps(curve))
    line = _line(curve) if drawn else ""
    names = (
        f'<text x="{LEFT}" y="14" {_TEXT}>{html.escape(curve.y_label)}</text>'
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 6}" text-anchor="end" {_TEXT}>'
        f"{html.escape(curve.x_label)}</text>"
    )
    kind = "The true curve" if drawn else "Empty axes to draw the curve on"
    label = html.escape(f"{kind}: {curve.y_label} over {curve.x_label}", quote=True)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}" fill="none">'
        f'{lines}{ticks}<path d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}" '
        f'stroke="#1b2333" stroke-width="1.5"/>{line}{names}</svg>'
    )


def _share(curve: Curve, value: float) -> float:
    """Where a value lies between `low` (0) and `high` (1)."""
    if curve.log:
        span = math.log(curve.high / curve.low)
        return math.log(max(value, curve.low) / curve.low) / span
    return (value - curve.low) / (curve.high - curve.low)


def _y(curve: Curve, value: float) -> float:
    share = min(1.0, max(0.0, _share(curve, value)))
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)


def _x(curve: Curve, at: float) -> float:
    first, last = curve.x[0], curve.x[-1]
    share = (at - first) / (last - first) if last != first else 0.5
    return LEFT + share * (WIDTH - RIGHT - LEFT)


def _levels(curve: Curve) -> list[float]:
    if not curve.log:
        return [curve.low + k * (curve.high - curve.low) / 4 for k in range(5)]
    first, last = math.ceil(math.log10(curve.low)), math.floor(math.log10(curve.high))
    every = max(1, math.ceil((last - first) / 6))
    return [10.0**k for k in range(first, last + 1, every)]


def _steps(curve: Curve) -> list[float]:
    """Round values of x, about eight of them."""
    first, last = curve.x[0], curve.x[-1]
    least = (last - first) / 9
    if least <= 0:
        return [first]
    power = 10.0 ** math.floor(math.log10(least))
    every = next(power * k for k in (1, 2, 5, 10) if power * k >= least)
    return [every * k for k in range(math.ceil(first / every), math.floor(last / every) + 1)]


def _level(curve: Curve, value: float) -> str:
    y = _y(curve, value)
    return (
        f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#d5dae4"/>'
        f'<text x="{LEFT - 7}" y="{y + 4:.1f}" text-anchor="end" {_TEXT}>{value:g}</text>'
    )


def _tick(curve: Curve, at: float) -> str:
    return (
        f'<text x="{_x(curve, at):.1f}" y="{HEIGHT - BOTTOM + 17}" text-anchor="middle" {_TEXT}>'
        f"{at:g}</text>"
    )


def _line(curve: Curve) -> str:
    points = " ".join(
        f"{_x(curve, x):.1f},{_y(curve, y):.1f}" for x, y in zip(curve.x, curve.y, strict=True)
    )
    return f'<polyline points="{points}" stroke="#b5226b" stroke-width="2.5"/>'
