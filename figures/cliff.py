"""The error surface of a recurrent unit with two parameters, and gradient descent on it.

`draw_map` is the surface from above, `draw_surface` the same in three dimensions. Window and
colours are fixed; a step that leaves the window is drawn to its edge, and where it landed is
written there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from figures.drawing import Drawing, counted, figure, heading, note, packed, short
from figures.style import Style, Theme, style
from rnn_core.cliff import Descent, surface

W_RANGE, B_RANGE = (3.0, 8.0), (-4.0, 0.0)
ERROR_RANGE = (0.0, 0.5)  # (σ(x) - 0.7)² is below 0.49
_ROWS, _COLUMNS = 161, 201
_MAP, _COURSE, _GAP, _TOP, _BOTTOM = 330, 110, 66, 118, 44


@dataclass(frozen=True)
class Way:
    """One descent and how it is drawn."""

    name: str
    descent: Descent
    colour: str
    symbol: str
    dash: str


def draw_map(free: Descent | None, clipped: Descent | None, *, theme: Theme = "light") -> Drawing:
    """E over (w, b) from above, the ways on it, and below the error at each of their points."""
    colours = style(theme)
    ways = _ways(free, clipped, colours)
    height = _MAP + _GAP + _COURSE
    w, b, errors = _grid()
    field = {
        "type": "heatmap",
        "x": packed(w, "f4"),
        "y": packed(b, "f4"),
        "z": packed(errors, "f4"),
        "zmin": ERROR_RANGE[0],
        "zmax": ERROR_RANGE[1],
        "colorscale": _scale(colours),
        "colorbar": _bar(height, colours),
        "hovertemplate": "w = %{x:.3f}, b = %{y:.3f}: E = %{z:.4f}<extra></extra>",
        "showlegend": False,
    }
    traces: list[dict[str, Any]] = [field]
    annotations = [
        note(heading("Error", "E(w, b)", "the line where it leaps is the cliff", colours), 1),
        note(heading("Error", "E", "at each point of the way", colours), _COURSE / height),
    ]
    if ways:
        annotations.append(_start(ways[0], colours))
    for way in ways:
        traces += [_path(way, colours), _course(way)]
        annotations += _off_the_map(way, colours)
    layout = {
        "height": height + _TOP + _BOTTOM,
        "margin": {"l": 46, "r": 8, "t": _TOP, "b": _BOTTOM},
        "showlegend": bool(ways),
        "legend": {"y": 1 + 26 / height, "yanchor": "bottom"},
        "xaxis": {"range": list(W_RANGE), "anchor": "y", "title": {"text": "w", "standoff": 2}},
        "yaxis": {
            "range": list(B_RANGE),
            "domain": [(_COURSE + _GAP) / height, 1],
            "title": {"text": "b"},
            "showgrid": False,
        },
        "xaxis2": {
            "anchor": "y2",
            "rangemode": "tozero",
            "title": {"text": "step of gradient descent"},
        },
        "yaxis2": {
            "range": [-0.02, 0.52],
            "domain": [0, _COURSE / height],
            "anchor": "x2",
            "tickvals": [0, 0.25, 0.5],
        },
        "annotations": annotations,
    }
    return _drawing(ways, traces, layout, colours, "cliff-map")


def draw_surface(
    free: Descent | None, clipped: Descent | None, *, theme: Theme = "light"
) -> Drawing:
    """The same in three dimensions: the plain, the wall, and the ways."""
    colours = style(theme)
    ways = _ways(free, clipped, colours)
    w, b, errors = _grid()
    traces: list[dict[str, Any]] = [
        {
            "type": "surface",
            "x": packed(w, "f4"),
            "y": packed(b, "f4"),
            "z": packed(errors, "f4"),
            "cmin": ERROR_RANGE[0],
            "cmax": ERROR_RANGE[1],
            "colorscale": _scale(colours),
            "showscale": False,
            "opacity": 0.95,
            "hovertemplate": "w = %{x:.3f}, b = %{y:.3f}: E = %{z:.4f}<extra></extra>",
        }
    ]
    traces += [_path_in_space(way) for way in ways]
    pane = {
        "backgroundcolor": colours.background,
        "gridcolor": colours.line,
        "color": colours.text,
        "showbackground": True,
    }
    layout = {
        "height": 520,
        "margin": {"l": 0, "r": 0, "t": 96, "b": 0},
        "showlegend": bool(ways),
        "legend": {"y": 1.0, "yanchor": "bottom"},
        "scene": {
            "xaxis": {**pane, "title": {"text": "w"}, "range": list(W_RANGE)},
            "yaxis": {**pane, "title": {"text": "b"}, "range": list(B_RANGE)},
            "zaxis": {**pane, "title": {"text": "E"}, "range": [0, 0.52]},
            "camera": {
                "eye": {"x": 1.3, "y": 1.45, "z": 0.95},
                "center": {"x": 0, "y": 0, "z": -0.22},
            },
            "aspectratio": {"x": 1.25, "y": 1.1, "z": 0.75},
            "dragmode": "turntable",
        },
    }
    return _drawing(ways, traces, layout, colours, "cliff-surface")


def _drawing(
    ways: Sequence[Way],
    traces: list[dict[str, Any]],
    layout: dict[str, Any],
    colours: Style,
    name: str,
) -> Drawing:
    columns: dict[str, Any] = {}
    longest = max((len(way.descent.errors) for way in ways), default=0)
    for way in ways:
        for title, values in (
            ("w", way.descent.points[:, 0]),
            ("b", way.descent.points[:, 1]),
            ("error", way.descent.errors),
        ):
            columns[f"{way.name.replace(' ', '_')}_{title}"] = _padded(values, longest)
    headline, subtitle = _finding(ways)
    return Drawing(
        figure(traces, colours, layout, headline=headline, subtitle=subtitle),
        "The error over w and b: a plain of about 0.08 at the right and above, a valley of 0 at "
        "the upper left, and below a plateau of up to 0.49; from w = 4 on, plain and plateau "
        f"meet in a wall. {' '.join(_told(way) for way in ways)}",
        columns,
        name,
    )


def _finding(ways: Sequence[Way]) -> tuple[str, str]:
    if not ways:
        return "A plain, and a wall", "E of the last step, 50 steps of x = w σ(x) + b"
    farthest = max(ways, key=lambda way: float(way.descent.lengths.max()))
    length = float(farthest.descent.lengths.max())
    steepest = float(farthest.descent.norms.max())
    last = [f"{short(float(way.descent.errors[-1]))} {way.name}" for way in ways]
    ends = ", ".join(last).replace("without clipping, ", "without, ")
    longest = f"Longest step: {short(length, 3)}, at a slope of {short(steepest, 3)}"
    if len(ways) > 1:
        each = [f"{short(float(way.descent.lengths.max()), 3)} {way.name}" for way in ways]
        longest = f"Longest step: {', '.join(each)}".replace("without clipping, ", "without, ")
    return (
        longest,
        f"E at the end: {ends}",
    )


def _told(way: Way) -> str:
    made = way.descent
    w, b = made.points[-1].tolist()
    return (
        f"{way.name.capitalize()}: {counted(len(made.norms), 'step')}, the longest "
        f"{short(float(made.lengths.max()), 3)}; the end is w = {short(w, 3)}, b = {short(b, 3)} "
        f"with the error {short(float(made.errors[-1]))}."
    )


def _ways(free: Descent | None, clipped: Descent | None, colours: Style) -> list[Way]:
    ways = []
    if free is not None:
        ways.append(Way("without clipping", free, colours.gradient, "circle", "solid"))
    if clipped is not None:
        ways.append(Way("with clipping", clipped, colours.accent, "diamond", "solid"))
    return ways


@lru_cache(maxsize=1)
def _grid() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    w, b = np.linspace(*W_RANGE, _COLUMNS), np.linspace(*B_RANGE, _ROWS)
    return w, b, np.asarray(surface(w[None, :], b[:, None]).error)


def _scale(colours: Style) -> list[list[Any]]:
    """The valley's 0, the plain's 0.08 and the plateau's 0.49 in three hues."""
    light = colours.theme == "light"
    low, middle = ("#BCD3F2", "#F6E6DC") if light else ("#2B4F86", "#4D3E3B")
    return [[0, low], [0.18, middle], [1, colours.loss]]


def _bar(height: int, colours: Style) -> dict[str, Any]:
    return {
        "thickness": 10,
        "len": _MAP / height,
        "y": 1,
        "yanchor": "top",
        "x": 1.01,
        "tickvals": [0, 0.25, 0.5],
        "tickfont": {"size": 12, "color": colours.muted},
        "outlinewidth": 0,
    }


def _path(way: Way, colours: Style) -> dict[str, Any]:
    made = way.descent
    texts = [
        f"step {k}: w = {short(w, 4)}, b = {short(b, 4)}, E = {short(e, 3)}"
        for k, ((w, b), e) in enumerate(
            zip(made.points.tolist(), made.errors.tolist(), strict=True)
        )
    ]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": way.name,
        "x": made.points[:, 0].tolist(),
        "y": made.points[:, 1].tolist(),
        "line": {"color": way.colour, "width": 2, "dash": way.dash},
        "marker": {
            "size": [14] + [6] * (len(texts) - 1),
            "symbol": way.symbol,
            "color": way.colour,
            "line": {"width": 1, "color": colours.background},
        },
        "customdata": texts,
        "hovertemplate": f"%{{customdata}}<extra>{way.name}</extra>",
    }


def _course(way: Way) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "xaxis": "x2",
        "yaxis": "y2",
        "name": way.name,
        "showlegend": False,
        "y": way.descent.errors.tolist(),
        "line": {"color": way.colour, "width": 2, "dash": way.dash},
        "marker": {"size": 5, "symbol": way.symbol, "color": way.colour},
        "hovertemplate": f"step %{{x}}: E = %{{y:.4f}}<extra>{way.name}</extra>",
    }


def _start(way: Way, colours: Style) -> dict[str, Any]:
    w, b = way.descent.points[0].tolist()
    return {
        "x": w,
        "y": b,
        "text": "<b>start</b>",
        "font": {"color": colours.text, "size": 13},
        "showarrow": False,
        "xanchor": "left",
        "xshift": 12,
    }


def _inside(points: np.ndarray) -> np.ndarray:
    return (
        (points[:, 0] >= W_RANGE[0])
        & (points[:, 0] <= W_RANGE[1])
        & (points[:, 1] >= B_RANGE[0])
        & (points[:, 1] <= B_RANGE[1])
    )


def _leaves(way: Way) -> tuple[int, np.ndarray] | None:
    """The first step that ends outside the window, and where it crosses the window's edge."""
    points = way.descent.points
    outside = np.flatnonzero(~_inside(points))
    if not len(outside) or outside[0] == 0:
        return None
    step = int(outside[0])
    start, move = points[step - 1], points[step] - points[step - 1]
    shares = [1.0]
    for axis, (low, high) in enumerate((W_RANGE, B_RANGE)):
        if move[axis]:
            shares.append(
                float((high if move[axis] > 0 else low) - start[axis]) / float(move[axis])
            )
    return step, start + min(share for share in shares if share >= 0.0) * move


def _off_the_map(way: Way, colours: Style) -> list[dict[str, Any]]:
    """Where a step that left the window landed, written at the edge that it crossed."""
    left = _leaves(way)
    if left is None:
        return []
    step, (x, y) = left
    w, b = way.descent.points[step].tolist()
    rightwards = x > sum(W_RANGE) / 2
    return [
        {
            "x": float(x),
            "y": float(y),
            "text": f"<b>step {step} lands at ({short(w, 3)}, {short(b, 3)})</b>",
            "font": {"color": way.colour, "size": 13},
            "bgcolor": colours.background,
            "bordercolor": way.colour,
            "borderpad": 3,
            "xanchor": "right" if rightwards else "left",
            "yanchor": "top" if y > sum(B_RANGE) / 2 else "bottom",
            "showarrow": False,
        }
    ]


def _path_in_space(way: Way) -> dict[str, Any]:
    """To the window's edge: a scene does not cut off what lies beyond it."""
    made, left = way.descent, _leaves(way)
    points, errors = made.points, made.errors
    if left is not None:
        step, edge = left
        points = np.concatenate([points[:step], edge[None]])
        errors = np.append(errors[:step], float(surface(*edge).error))
    return {
        "type": "scatter3d",
        "mode": "lines+markers",
        "name": way.name,
        "x": points[:, 0].tolist(),
        "y": points[:, 1].tolist(),
        "z": (errors + 0.008).tolist(),  # above the surface, not in it
        "line": {"color": way.colour, "width": 6},
        "marker": {"size": 3.5, "color": way.colour, "symbol": way.symbol},
        "customdata": errors.tolist(),
        "hovertemplate": f"E = %{{customdata:.4f}}<extra>{way.name}</extra>",
    }


def _padded(values: np.ndarray, length: int) -> list[float]:
    return [*values.tolist(), *[float("nan")] * (length - len(values))]
