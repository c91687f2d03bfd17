"""Euler's steps through the additive model, and their error.

`draw_path` lays the points on the solution; `draw_error` sets the error against the step on two
log axes, where order 1 is the slope 1.
"""

from typing import Any

import numpy as np

from figures import decades
from figures.drawing import Drawing, counted, figure, heading, note, short
from figures.style import Style, Theme, style, symmetric_limit
from figures.style import decades as decade_range
from rnn_core.additive import (
    FINE_STEPS,
    AdditiveSetup,
    error,
    errors,
    euler,
    growth,
    reference,
)

ERROR_DECADES = (-4, 1)  # always shown
INPUT_HEIGHT, _GAP, _TOP, _BOTTOM = 46, 30, 104, 46
_PLOT = 270
_THIN = 8  # the solution is drawn at every 8th of its 512 points per unit of time


def draw_path(
    setup: AdditiveSetup, step: float, scheme: str = "explicit", *, theme: Theme = "light"
) -> Drawing:
    """The solution a(t), Euler's points joined by its straight steps, and the input above."""
    colours = style(theme)
    path, exact = euler(setup, step, scheme), reference(setup)
    values = np.concatenate([path.states.ravel(), exact.states.ravel()])
    limit = symmetric_limit(values)
    floor = -1.06 * limit if values.min() < 0 else -0.08 * limit
    height = _PLOT + _GAP + INPUT_HEIGHT
    layout: dict[str, Any] = {
        "height": height + _TOP + _BOTTOM,
        "margin": {"l": 44, "r": 8, "t": _TOP, "b": _BOTTOM},
        "showlegend": True,
        "legend": {"y": 1 + 26 / height, "yanchor": "bottom"},
        "xaxis": _time_axis(setup, "y"),
        "yaxis": {"range": [floor, limit * 1.06], "domain": [0, _PLOT / height]},
        "yaxis2": input_axis(setup, height),
        "annotations": [
            note(heading("Activity", "a(t)", "", colours), _PLOT / height),
            note(heading("Input", "x(t)", "", colours), 1),
        ],
    }
    layout["yaxis"] |= {"zeroline": True, "zerolinecolor": colours.line, "nticks": 7}
    traces: list[dict[str, Any]] = [_input(setup, colours)]
    for unit in range(setup.units):
        traces += _unit(setup, step, scheme, unit, colours)
    if setup.units == 1:
        traces.append(_gap(setup, step, scheme, colours))
    off = error(setup, step, scheme)
    factor = growth(setup, step, scheme)
    return Drawing(
        figure(
            traces,
            colours,
            layout,
            headline=f"Δ = {_in_tau(step)}: off by at most {short(off)}",
            subtitle=f"near rest, one step scales a distance by {short(factor, 3)}",
        ),
        f"The activity of {counted(setup.units, 'unit')} over {setup.duration} time constants, and "
        f"{counted(len(path.times) - 1, 'Euler step')} of {short(step, 4)}: off by at most "
        f"{short(off)}. A step scales a small distance from rest by {short(factor, 3)}. The "
        f"solution ends at {_list(exact.states[-1])}, the steps at {_list(path.states[-1])}.",
        _path_columns(setup, step, scheme),
        "euler-path",
    )


def draw_error(
    setup: AdditiveSetup, step: float, scheme: str = "explicit", *, theme: Theme = "light"
) -> Drawing:
    """The largest error against the step, and the line of slope 1 through the smallest step."""
    colours = style(theme)
    found = errors(setup, scheme)
    steps, sizes = list(found), list(found.values())
    here = error(setup, step, scheme)
    low, high = decade_range([*sizes, here], ERROR_DECADES)
    smallest = steps[-1]
    line = [found[smallest] * size / smallest for size in (smallest, 1.0)]
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "slope 1",
            "x": [smallest, 1.0],
            "y": line,
            "line": {"color": colours.muted, "dash": "dash", "width": 1.5},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": "largest error",
            "x": steps,
            "y": sizes,
            "customdata": [f"Δ = {_in_tau(s)}: {short(e, 4)}" for s, e in found.items()],
            "marker": {"size": 9, "color": colours.gradient},
            "line": {"color": colours.gradient, "width": 2},
            "hovertemplate": "%{customdata}<extra></extra>",
        },
        _here(step, here, colours),
    ]
    layout = {
        "height": 420,
        "margin": {"l": 50, "r": 12, "t": 108, "b": 46},
        "showlegend": True,
        "legend": {"y": 1.01, "yanchor": "bottom"},
        "xaxis": _step_axis(steps, step, colours),
        "yaxis": decades.axis(low, high),
    }
    ratio = sizes[-2] / sizes[-1]
    return Drawing(
        figure(
            traces,
            colours,
            layout,
            headline=f"Half the step, the error ÷ {short(ratio, 3)}",
            subtitle=f"from Δ = {_in_tau(steps[-2])} to {_in_tau(smallest)}; "
            f"at {_in_tau(step)}: {short(here)}",
        ),
        f"The largest error against the step on two log axes: {short(sizes[0])} at a step of 1 "
        f"time constant, {short(sizes[-1])} at {_fraction(smallest)}. The last halving divides it "
        f"by {short(ratio, 3)}; the points run along a line of slope 1. At the chosen step of "
        f"{short(step, 4)} it is {short(here)}.",
        {"step": steps, "largest_error": sizes},
        "euler-error",
    )


def _unit(
    setup: AdditiveSetup, step: float, scheme: str, unit: int, colours: Style
) -> list[dict[str, Any]]:
    """Solution and steps of one unit; the second one is drawn thinner and dotted."""
    path, exact = euler(setup, step, scheme), reference(setup)
    which = "" if setup.units == 1 else f", unit {unit}"
    second = unit > 0
    spacing = len(path.times)
    return [
        {
            "type": "scatter",
            "mode": "lines+markers" if spacing <= 80 else "lines",
            "name": f"Euler{which}",
            "x": path.times.tolist(),
            "y": path.states[:, unit].tolist(),
            "line": {"color": colours.accent, "width": 1.5, "dash": "dot" if second else "solid"},
            "marker": {
                "size": 9 if spacing <= 40 else 6,
                "color": colours.background if second else colours.accent,
                "line": {"width": 2, "color": colours.accent},
            },
            "hovertemplate": "t = %{x:.4g}: %{y:.4g}<extra>Euler</extra>",
        },
        {
            "type": "scatter",
            "mode": "lines",
            "name": f"solution{which}",
            "x": exact.times[::_THIN].tolist(),
            "y": exact.states[::_THIN, unit].tolist(),
            "line": {
                "color": colours.muted if second else colours.text,
                "width": 2 if second else 3,
            },
            "hovertemplate": "t = %{x:.2f}: %{y:.4g}<extra>solution</extra>",
        },
    ]


def _gap(setup: AdditiveSetup, step: float, scheme: str, colours: Style) -> dict[str, Any]:
    """The largest error, as the distance that it is."""
    path, exact = euler(setup, step, scheme), reference(setup)
    at = np.rint(path.times * FINE_STEPS).astype(int)
    solution = exact.states[at, 0]
    worst = int(np.argmax(np.abs(path.states[:, 0] - solution)))
    ends = [float(solution[worst]), float(path.states[worst, 0])]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"largest error, {short(abs(ends[0] - ends[1]))}",
        "x": [float(path.times[worst])] * 2,
        "y": ends,
        "line": {"color": colours.gradient, "width": 5},
        "hoverinfo": "skip",
    }


def _input(setup: AdditiveSetup, colours: Style) -> dict[str, Any]:
    """x(t) as the stairs that it is."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(range(setup.duration + 1)),
        "y": [*setup.inputs, setup.inputs[-1]],
        "yaxis": "y2",
        "line": {"color": colours.gate[1], "width": 2, "shape": "hv"},
        "fill": "tozeroy",
        "fillcolor": colours.gate[0],
        "hovertemplate": "x = %{y:.4g}<extra></extra>",
        "showlegend": False,
    }


def _time_axis(setup: AdditiveSetup, anchor: str) -> dict[str, Any]:
    return {
        "range": [-0.15, setup.duration + 0.15],
        "anchor": anchor,
        "dtick": 1 if setup.duration <= 12 else 2,
        "showgrid": True,
        "title": {"text": "time t, in units of τ"},
    }


def input_axis(setup: AdditiveSetup, height: int) -> dict[str, Any]:
    """The inputs' own axis, at the top of a figure whose plots are `height` pixels high."""
    limit = symmetric_limit(setup.inputs)
    low = -limit if min(setup.inputs) < 0 else 0.0
    return {
        "range": [low * 1.1, limit * 1.1],
        "domain": [1 - INPUT_HEIGHT / height, 1],
        "tickvals": [low, limit] if low else [0, limit],
    }


def _step_axis(steps: list[float], step: float, colours: Style) -> dict[str, Any]:
    ticks = steps[::2] if len(steps) > 5 else steps
    top = max(1.0, step)
    return {
        "type": "log",
        "range": [float(np.log10(steps[-1])) - 0.08, float(np.log10(top)) + 0.12],
        "tickvals": ticks,
        "ticktext": [_fraction(size) for size in ticks],
        "showgrid": True,
        "gridcolor": colours.line,
        "title": {"text": "Euler step Δ / τ"},
    }


def _here(step: float, size: float, colours: Style) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"Δ = {_in_tau(step)}",
        "x": [step],
        "y": [size],
        "marker": {
            "size": 17,
            "symbol": "circle-open",
            "color": colours.accent,
            "line": {"width": 3},
        },
        "hovertemplate": f"now: {short(size, 4)}<extra></extra>",
    }


def _fraction(step: float) -> str:
    """`1`, `1/16`."""
    return short(step) if step >= 1 else f"1/{round(1 / step)}"


def _in_tau(step: float) -> str:
    """`τ/16`, `τ`, `2.5 τ`."""
    if step < 1 and (1 / step).is_integer():
        return f"τ/{round(1 / step)}"
    return "τ" if step == 1 else f"{short(step, 4)} τ"


def _list(values: np.ndarray) -> str:
    return " and ".join(short(float(value)) for value in values)


def _path_columns(setup: AdditiveSetup, step: float, scheme: str) -> dict[str, Any]:
    """One row for each of Euler's points, the solution at its time beside it."""
    path, exact = euler(setup, step, scheme), reference(setup)
    at = np.interp
    columns: dict[str, Any] = {"time": path.times}
    for unit in range(setup.units):
        columns[f"euler_{unit}"] = path.states[:, unit]
        columns[f"solution_{unit}"] = at(path.times, exact.times, exact.states[:, unit])
    return columns
