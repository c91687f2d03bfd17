"""The hidden state as a path in two dimensions, from the first step that the layer takes.

The plane is that of the two widest principal components (`rnn_core.components`), or of two
chosen units. One unit of length is the same in both directions.
"""

import math
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from figures.drawing import Drawing, counted, figure, short
from figures.steps import Steps
from figures.style import MONOSPACE, Style, Theme, style
from rnn_core import AnySequence, LayerTrace
from rnn_core.components import principal_components

_HEIGHT = 460
# Of the picture's size; a label closer than this to another one would cover it.
_LABEL_ROOM = 0.055
_SHIFT = {"left": -1, "center": 0, "right": 1, "bottom": -1, "middle": 0, "top": 1}


@dataclass(frozen=True, eq=False)
class Path:
    """Where the state was: `points` (time, 2) by input step, `start` the state before them.

    `order` are the steps in the order in which the layer took them.
    """

    points: np.ndarray
    start: np.ndarray
    order: np.ndarray
    names: tuple[str, str]
    explained: tuple[float, float] | None
    hidden_size: int


def draw(
    trace: LayerTrace,
    sequence: AnySequence | None = None,
    *,
    units: tuple[int, int] | None = None,
    batch: int = 0,
    theme: Theme = "light",
) -> Drawing:
    """The path of a layer's hidden state in its two principal components, or in two `units`.

    Raises:
        ValueError: a unit that the layer does not have, an unknown theme, or a sequence of
            another length.
    """
    colours = style(theme)
    steps = Steps.of(sequence, len(trace.hidden))
    path = path_of(trace, units, batch)
    columns: dict[str, Any] = {"step": np.arange(steps.count)}
    if steps.labels:
        columns["read"] = steps.labels
    keys = [f"unit_{unit}" for unit in units] if units else ["component_1", "component_2"]
    columns |= {key: path.points[:, k] for k, key in enumerate(keys)}
    return Drawing(_figure(path, steps, colours), _alt(path, steps), columns, "hidden-state-path")


def path_of(trace: LayerTrace, units: tuple[int, int] | None = None, batch: int = 0) -> Path:
    """The path that `draw` shows."""
    states, start = trace.hidden[:, batch], trace.initial_hidden[batch]
    size = states.shape[1]
    order = np.arange(len(states))[:: -1 if trace.reverse else 1]
    if units is not None:
        for unit in units:
            if not 0 <= unit < size:
                raise ValueError(f"units must lie in 0 to {size - 1}, got {unit}")
        chosen = list(units)
        names = (f"unit {units[0]}", f"unit {units[1]}")
        return Path(states[:, chosen], start[chosen], order, names, None, size)
    found = principal_components(states)
    first, second = (float(share) for share in found.explained)
    names = (
        f"component 1: {first:.0%} of the variance",
        f"component 2: {second:.0%}",
    )
    before = found.project(start[None])[0]
    return Path(found.points, before, order, names, (first, second), size)


def _figure(path: Path, steps: Steps, colours: Style) -> Any:
    layout = {
        "height": _HEIGHT,
        "margin": {"l": 52, "r": 12, "t": 60, "b": 46},
        **_axes(path, colours),
        "annotations": [],
    }
    way = np.vstack([path.start, path.points[path.order]])
    traces = [_line(way, colours), _points(path, way, steps, colours), _ends(way, colours)]
    if path.explained:
        share = sum(path.explained)
        headline = f"{share:.0%} of the state's movement in one plane"
    else:
        headline = f"The path of {path.names[0]} and {path.names[1]}"
    size = f"{counted(path.hidden_size, 'unit')}, {counted(steps.count, 'step')}"
    shade = "dark is early" if colours.theme == "dark" else "pale is early"
    subtitle = f"hidden state, {size}; {shade}"
    return figure(traces, colours, layout, headline=headline, subtitle=subtitle)


def _axes(path: Path, colours: Style) -> dict[str, Any]:
    seen = np.vstack([path.start, path.points])
    ranges = [[-1.06, 1.06], [-1.06, 1.06]]
    if path.explained or np.abs(seen).max() > 1:
        low, high = seen.min(axis=0), seen.max(axis=0)
        room = 0.13 * float((high - low).max()) or 1.0
        ranges = [[float(a) - room, float(b) + room] for a, b in zip(low, high, strict=True)]
    shared = {
        "zeroline": True,
        "zerolinecolor": colours.line,
        "zerolinewidth": 2,
        "nticks": 6,
        "showgrid": True,
    }
    return {
        "xaxis": {
            **shared,
            "range": ranges[0],
            "title": {"text": path.names[0]},
            "constrain": "domain",  # equal scales by a narrower box, not by empty axes
        },
        "yaxis": {
            **shared,
            "range": ranges[1],
            "title": {"text": path.names[1]},
            "scaleanchor": "x",
            "constrain": "domain",
        },
    }


def _line(way: np.ndarray, colours: Style) -> dict[str, Any]:
    """The way between the points, from the state before the first step."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": way[:, 0].tolist(),
        "y": way[:, 1].tolist(),
        "line": {"color": colours.muted, "width": 1},
        "opacity": 0.5,
        "hoverinfo": "skip",
    }


def _points(path: Path, way: np.ndarray, steps: Steps, colours: Style) -> dict[str, Any]:
    """An arrowhead at every state, pointing the way that led there, darker with time.

    What was read stands beside as many points as have room; every point has it on hover.
    """
    order = path.order.tolist()
    sides = _sides(way)
    shown = _with_room(way, sides, _wanted(order, steps))
    labels = [escape(steps.labels[t]) if steps.characters else str(t) for t in order]
    first, second = (name.split(":")[0] for name in path.names)
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": way[:, 0].tolist(),
        "y": way[:, 1].tolist(),
        "text": ["", *(label if k in shown else "" for k, label in enumerate(labels))],
        "textposition": ["top center", *sides],
        "textfont": {"family": MONOSPACE, "size": 15, "color": colours.text},
        "cliponaxis": False,
        "customdata": ["before the first step", *(steps.hover[t] for t in order)],
        "hovertemplate": (
            f"%{{customdata}}<br>{first} %{{x:.4g}}<br>{second} %{{y:.4g}}<extra></extra>"
        ),
        "marker": {
            "symbol": ["circle-open", *["arrow"] * len(order)],
            "angleref": "previous",
            "size": 11 if len(order) <= 40 else 8,
            "color": list(range(len(way))),
            "colorscale": colours.time_scale,
            "opacity": 1,
        },
    }


def _ends(way: np.ndarray, colours: Style) -> dict[str, Any]:
    """Rings that name where the path starts and where it ends."""
    ends = way[[0, -1]]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": ends[:, 0].tolist(),
        "y": ends[:, 1].tolist(),
        "text": ["start", "end"],
        "textposition": "bottom center",
        "textfont": {"size": 13, "color": colours.accent},
        "marker": {
            "symbol": "circle-open",
            "size": 17,
            "color": colours.accent,
            "line": {"width": 2},
        },
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _wanted(order: list[int], steps: Steps) -> list[int]:
    """Positions to label, first come first served: the last step, then every character from the
    first on, or, of numbers, every fifth step or so."""
    apart = 1 if steps.characters else next((n for n in (1, 5, 10) if len(order) <= 12 * n), 20)
    return [len(order) - 1, *(k for k, t in enumerate(order[:-1]) if t % apart == 0)]


def _with_room(way: np.ndarray, sides: list[str], wanted: list[int]) -> set[int]:
    """Which of the wanted labels can stand without covering one that is there before them."""
    size = float(np.ptp(way, axis=0).max()) or 1.0
    room = _LABEL_ROOM * size
    shifts = np.array([[_SHIFT[word] for word in side.split()[::-1]] for side in sides])
    labels = (way[1:] + 0.035 * size * shifts).tolist()
    # The words "start" and "end" below their rings come first.
    taken = (way[[0, -1]] - [0, 0.05 * size]).tolist()
    shown = set()
    for k in wanted:
        if all(math.dist(labels[k], other) > room for other in taken):
            shown.add(k)
            taken.append(labels[k])
    return shown


def _sides(way: np.ndarray) -> list[str]:
    """For each point but the first, the side that the path leaves free."""
    to_neighbours = [way[:-1] - way[1:], np.vstack([way[2:], way[-1:]]) - way[1:]]
    away = np.zeros_like(way[1:])
    for step in to_neighbours:
        length = np.hypot(*step.T)[:, None]
        away -= np.divide(step, length, out=np.zeros_like(step), where=length > 0)
    sides = []
    for x, y in away.tolist():
        vertical = "top" if y > 0.4 else "bottom" if y < -0.4 else "middle"
        horizontal = "right" if x > 0.4 else "left" if x < -0.4 else "center"
        side = f"{vertical} {horizontal}"
        sides.append("top center" if side == "middle center" else side)
    return sides


def _alt(path: Path, steps: Steps) -> str:
    taken = path.points[path.order]
    lengths = np.hypot(*np.diff(np.vstack([path.start, taken]), axis=0).T)
    longest = int(path.order[int(np.argmax(lengths))])
    plane = f"the plane of {path.names[0]} and {path.names[1]}"
    if path.explained:
        first, second = path.explained
        plane = (
            f"its two principal components, which hold {first:.0%} and {second:.0%} of its variance"
        )
    last = int(path.order[-1])
    return (
        f"Path of the hidden state of {counted(path.hidden_size, 'unit')} over "
        f"{counted(steps.count, 'step')} in {plane}. "
        f"It ends at ({short(taken[-1, 0])}, {short(taken[-1, 1])}) after {steps.name(last)}; "
        f"its longest move, {short(lengths.max())}, is at {steps.name(longest)}."
    )
