"""The gradient's norm on its way back, on a log axis whose decades never move by themselves.

`draw_norms` is the course of the norm, 1 at the last step; `draw_split` sets beside it what W alone
and the slopes alone would make of it, and below what each single step did.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from figures import decades
from figures.drawing import Drawing, figure, heading, note, short
from figures.style import Style, Theme, style
from figures.style import decades as decade_range
from rnn_core.vanishing import Flow

DECADES = (-12, 8)  # always shown; a norm beyond them widens the axis by even powers
_PLOT, _FACTORS, _GAP, _TOP, _BOTTOM = 330, 130, 52, 92, 44
_FACTOR_TOP = 2.0
_GHOST = "rgba(128, 128, 128, 0.4)"


@dataclass(frozen=True)
class Line:
    """A course of norms that is laid over the real one."""

    name: str
    values: np.ndarray
    colour: str
    dash: str
    width: float = 2.0


def draw_norms(now: Flow, before: Flow | None = None, *, theme: Theme = "light") -> Drawing:
    """‖∂L/∂h_t‖ over that of the last step; `before` stays behind it as a ghost."""
    colours = style(theme)
    lines = _ghost(before, colours)
    if now.radius is not None:
        back = np.arange(len(now.hidden))[::-1].astype(float)
        lines.append(Line("ρᵏ, k steps back", now.radius**back, colours.muted, "dash", 1.5))
    if now.cell is not None:
        lines.append(Line("‖∂L/∂c‖", now.cell, colours.signed[2], "dot", 2.5))
    traces, layout = _norms(now, lines, colours, 0)
    return _drawing(now, traces, layout, colours, "vanishing-norms")


def draw_split(now: Flow, before: Flow | None = None, *, theme: Theme = "light") -> Drawing:
    """The same with the two factors of every step apart, for an RNN.

    Raises:
        ValueError: the flow is that of a gated cell, whose steps have no such two factors.
    """
    if now.by_matrix is None or now.by_slopes is None:
        raise ValueError("show 'split' needs an RNN: a gated cell's step is no single W and slope")
    colours = style(theme)
    lines = _ghost(before, colours)
    lines.append(Line("W alone", now.by_matrix, colours.accent, "dash", 2.5))
    lines.append(Line("slopes φ′ alone", now.by_slopes, colours.gate[1], "dot", 3))
    traces, layout = _norms(now, lines, colours, _FACTORS + _GAP)
    factors, more = _factors(now, colours)
    layout["annotations"] += more.pop("annotations")
    return _drawing(now, traces + factors, layout | more, colours, "vanishing-split")


def _drawing(
    now: Flow, traces: list[Any], layout: dict[str, Any], colours: Style, name: str
) -> Drawing:
    back, left, peak = len(now.hidden) - 1, float(now.hidden[0]), float(now.hidden.max())
    if left == 0.0:
        headline = f"{back} steps back: nothing is left"
    elif left < 1.0 and peak > 1.5:
        headline = f"It grows to {short(peak)}; {back} steps back: {short(left)}"
    elif left < 1.0:
        headline = f"{back} steps back, {short(left)} of it is left"
    else:
        headline = f"{back} steps back it is {short(left, 3)} times as large"
    parts = [f"× {short(now.per_step, 3)} per step"]
    if now.radius is not None and now.largest is not None:
        parts += [f"ρ(W) = {short(now.radius, 3)}", f"σmax(W) = {short(now.largest, 3)}"]
    columns: dict[str, Any] = {"step": range(back + 1), "norm_of_grad_hidden": now.hidden}
    for title in ("cell", "by_matrix", "by_slopes", "slopes"):
        if (values := getattr(now, title)) is not None:
            columns[title] = values
    return Drawing(
        figure(traces, colours, layout, headline=headline, subtitle=", ".join(parts)),
        f"{_said(now)} On average a step back multiplied it by {short(now.per_step, 3)}.",
        columns,
        name,
    )


def _said(now: Flow) -> str:
    last = len(now.hidden) - 1
    spots = sorted({0, last // 4, last // 2, 3 * last // 4})
    told = ", ".join(f"{short(float(now.hidden[t]))} at step {t}" for t in spots)
    text = f"The norm of the gradient on a log axis, as a share of that at step {last}: {told}."
    if now.radius is not None and now.largest is not None:
        text += (
            f" W has the spectral radius {short(now.radius, 3)} and the largest singular value "
            f"{short(now.largest, 3)}."
        )
    if now.slopes is not None:
        text += f" The mean slope of the units is {short(float(now.slopes[1:].mean()))}."
    return text


def _ghost(before: Flow | None, colours: Style) -> list[Line]:
    return [] if before is None else [Line("before", before.hidden, _GHOST, "solid", 5)]


def _norms(
    now: Flow, lines: Sequence[Line], colours: Style, below: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The upper plot, `below` pixels above the lower edge of all plots."""
    shown = np.concatenate([now.hidden, *(line.values for line in lines)])
    low, high = decade_range([v for v in shown.tolist() if np.isfinite(v)], DECADES)
    zeros = bool((shown == 0.0).any())
    height = _PLOT + below
    steps = list(range(len(now.hidden)))
    traces = [_line(line, colours) for line in lines]
    traces.append({**_base(steps), "y": [1.0] * len(steps), "hoverinfo": "skip"})
    traces.append(
        {
            "type": "scatter",
            "mode": "lines+markers" if len(steps) <= 60 else "lines",
            "name": "‖∂L/∂h‖",
            "x": steps,
            "y": decades.drawable(now.hidden),
            "fill": "tonexty" if (now.hidden > 0.0).all() else "none",
            "fillcolor": colours.gradient_soft,
            "line": {"color": colours.gradient, "width": 3},
            "marker": {"size": 6, "color": colours.gradient},
            "customdata": decades.exact(now.hidden),
            "hovertemplate": "t = %{x}: %{customdata}<extra>‖∂L/∂h‖</extra>",
        }
    )
    if zeros:
        traces.append(_zeros(now.hidden, low, colours))
    title = heading("Gradient norm", "‖∂L/∂h<sub>t</sub>‖", "last step = 1, log scale", colours)
    layout = {
        "height": height + _TOP + 34 + _BOTTOM,
        "margin": {"l": 48, "r": 14, "t": _TOP + 34, "b": _BOTTOM},
        "showlegend": True,
        "legend": {"y": 1 + 26 / height, "yanchor": "bottom", "traceorder": "reversed"},
        "xaxis": {
            "range": [-0.7, len(steps) - 0.3],
            "title": {"text": "step t        ← the gradient runs back"},
            "anchor": "y2" if below else "y",
        },
        "yaxis": {**decades.axis(low, high, zeros=zeros), "domain": [below / height, 1]},
        "annotations": [note(title, 1), _loss(len(steps) - 1, colours)],
    }
    return traces, layout


def _base(steps: Sequence[int]) -> dict[str, Any]:
    """The line of 1, from which the norm departs."""
    return {"type": "scatter", "mode": "lines", "x": list(steps), "showlegend": False} | {
        "line": {"color": "rgba(128, 128, 128, 0.6)", "width": 1}
    }


def _line(line: Line, colours: Style) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": line.name,
        "x": list(range(len(line.values))),
        "y": decades.drawable(line.values),
        "line": {"color": line.colour, "width": line.width, "dash": line.dash},
        "customdata": decades.exact(line.values),
        "hovertemplate": f"t = %{{x}}: %{{customdata}}<extra>{line.name}</extra>",
    }


def _zeros(values: np.ndarray, low: int, colours: Style) -> dict[str, Any]:
    at = np.flatnonzero(values == 0.0).tolist()
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "exactly 0",
        "x": at,
        "y": [decades.zero_mark(low)] * len(at),
        "marker": {"symbol": "x", "size": 7, "color": colours.gradient},
        "hovertemplate": "t = %{x}: 0<extra></extra>",
    }


def _loss(step: int, colours: Style) -> dict[str, Any]:
    """Where the one loss stands."""
    return {
        "x": step,
        "y": 0,
        "yref": "y",
        "text": "<b>loss</b>",
        "font": {"color": colours.loss, "size": 13},
        "showarrow": True,
        "arrowcolor": colours.loss,
        "ax": -26,
        "ay": -44,
    }


def _factors(now: Flow, colours: Style) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The lower plot: what each step multiplied the norm by, between its two factors."""
    assert now.slopes is not None
    assert now.largest is not None
    growth = now.growth
    steps = list(range(1, len(now.hidden)))
    finite = growth[np.isfinite(growth)].tolist()
    top = max([_FACTOR_TOP, 1.1 * now.largest, *(1.1 * value for value in finite)])
    shared: dict[str, Any] = {"x": steps, "xaxis": "x", "yaxis": "y2", "showlegend": False}
    traces = [
        {
            **shared,
            "type": "bar",
            "y": growth.tolist(),
            "marker": {"color": colours.gradient},
            "hovertemplate": "step %{x}: × %{y:.4g}<extra>in all</extra>",
        },
        {
            **shared,
            "type": "scatter",
            "mode": "lines",
            "y": [now.largest] * len(steps),
            "line": {"color": colours.accent, "dash": "dash", "width": 2.5},
            "hovertemplate": "× %{y:.4g}<extra>σmax(W)</extra>",
        },
        {
            **shared,
            "type": "scatter",
            "mode": "lines",
            "y": now.slopes[1:].tolist(),
            "line": {"color": colours.gate[1], "dash": "dot", "width": 3},
            "hovertemplate": "× %{y:.4g}<extra>mean slope</extra>",
        },
    ]
    height = _PLOT + _FACTORS + _GAP
    title = heading("Factor per step", "", "bars: in all; dashes: σmax(W); dots: mean φ′", colours)
    layout = {
        "bargap": 0.35,
        "yaxis2": {
            "range": [0, top],
            "domain": [0, _FACTORS / height],
            "anchor": "x",
            "tickvals": [0, 1, 2] if top <= 3 else None,
        },
        "annotations": [note(title, _FACTORS / height)],
        "shapes": [
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "yref": "y2",
                "y0": 1,
                "y1": 1,
                "line": {"color": colours.muted, "width": 1},
            }
        ],
    }
    return traces, layout
