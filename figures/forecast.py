"""Forecasts of a series beside what came, and beside the naive lines.

`draw_one_step`: every held-out value, foretold from the true ones before it. `draw_free_run`: from
one year on the network reads its own forecasts. `draw_leads`: the error of that against how far
ahead it is. The vertical axis is the series' own range, the same for one step and free runs.
"""

from typing import Any

import numpy as np

from figures.drawing import Drawing, counted, figure, heading, note, short
from figures.style import Style, Theme, style
from rnn_core.forecast import ByLead, Fit, FreeRun, OneStep, by_lead, free_run, one_step

_TOP, _BOTTOM, _PLOT = 128, 46, 300  # room for a legend of two rows, as a phone has it
_BEFORE = 40  # values shown before the held-out part


def draw_one_step(fit: Fit, *, theme: Theme = "light") -> Drawing:
    """The network's line over the true one, with both naive forecasts thin behind it."""
    colours, found = style(theme), one_step(fit)
    lines = [(found.times, found.naive, "naive", "dot", colours.muted)]
    if found.seasonal is not None:
        lines.append((found.times, found.seasonal, "seasonal naive", "dash", colours.loss))
    traces = [_truth(fit, colours), *(_line(*line, 1.5) for line in lines)]
    traces.append(_line(found.times, found.network, "network", "solid", colours.accent, 3.5))
    layout = _layout(fit, fit.series.first_held_out, fit.series.times[-1], colours)
    better = "less" if found.rmse < found.rmse_naive else "more"
    columns = _columns(found.times, found.values, found)
    return Drawing(
        figure(
            traces,
            colours,
            layout,
            headline=f"One step ahead: error {short(found.rmse, 3)}",
            subtitle=_errors(found),
        ),
        f"{counted(len(found.times), 'held-out value')} and what the network foretold from the "
        f"true values before each. Its root mean squared error is {short(found.rmse, 3)}, "
        f"{better} than the naive forecast's {short(found.rmse_naive, 3)}.",
        columns,
        "forecast-one-step",
    )


def draw_free_run(fit: Fit, known: int, horizon: int, *, theme: Theme = "light") -> Drawing:
    """The network feeds itself from the vertical line on."""
    colours, found = style(theme), free_run(fit, known, horizon)
    start = fit.series.first_held_out + known
    lines = [(found.times, found.naive, "naive", "dot", colours.muted)]
    if found.seasonal is not None:
        lines.append((found.times, found.seasonal, "seasonal naive", "dash", colours.loss))
    traces = [_truth(fit, colours), *(_line(*line, 1.5) for line in lines)]
    traces.append(_line(found.times, found.network, "network", "solid", colours.accent, 3.5))
    end = max(found.times[-1], fit.series.times[-1])
    layout = _layout(fit, min(start, fit.series.first_held_out), end, colours)
    layout["shapes"].append(_rule(found.times[0] - 0.5, colours.accent))
    if len(found.values):
        said = f"error {short(found.rmse, 3)} over {counted(len(found.values), 'step')}"
    else:
        said = "nobody knows yet how good it is"
    columns = _columns(found.times, _padded(found), found)
    return Drawing(
        figure(
            traces,
            colours,
            layout,
            headline=f"On its own from {found.times[0]} on",
            subtitle=f"each forecast its next input; {said}",
        ),
        f"From {found.times[0]} on the network reads its own forecasts, {horizon} steps far: "
        f"{said}. They range from {short(float(found.network.min()), 3)} to "
        f"{short(float(found.network.max()), 3)}.",
        columns,
        "forecast-free-run",
    )


def draw_leads(fit: Fit, farthest: int, *, theme: Theme = "light") -> Drawing:
    """Root mean squared error against the lead; one line always says the mean."""
    colours, found = style(theme), by_lead(fit, farthest)
    leads = list(range(1, farthest + 1))
    rows = [
        (found.naive, "naive", "dot", colours.muted, 2.0),
        (found.mean, "the mean", "dashdot", colours.text, 1.5),
    ]
    if found.seasonal is not None:
        rows.append((found.seasonal, "seasonal naive", "dash", colours.loss, 2.0))
    traces = [_line(leads, y, name, dash, colour, width) for y, name, dash, colour, width in rows]
    traces.append(_line(leads, found.network, "network", "solid", colours.accent, 3.5))
    highest = max(float(found.naive.max()), float(found.mean.max()), float(found.network.max()))
    layout: dict[str, Any] = {
        **_shared(),
        "xaxis": {"range": [0.5, farthest + 0.5], "title": {"text": "steps ahead"}},
        "yaxis": {"range": [0, 1.06 * highest]},
        "annotations": [note(heading("Error", "", "root mean square", colours), 1)],
    }
    best = [found.network, found.naive, found.mean]
    best += [found.seasonal] if found.seasonal is not None else []
    ahead = _first_beaten(best)
    says = "ahead of all lines throughout" if ahead > farthest else _until(ahead)
    columns: dict[str, Any] = {
        "steps_ahead": leads,
        "network": found.network,
        "naive": found.naive,
        "mean": found.mean,
        "starts": list(found.starts),
    }
    if found.seasonal is not None:
        columns["seasonal_naive"] = found.seasonal
    return Drawing(
        figure(
            traces,
            colours,
            layout,
            headline=f"1 step ahead {short(float(found.network[0]))}, "
            f"{farthest} ahead {short(float(found.network[-1]))}",
            subtitle=f"network {says}",
        ),
        f"Error against steps ahead. The network's goes from {short(float(found.network[0]), 3)} "
        f"at 1 to {short(float(found.network[-1]), 3)} at {farthest}; it is {says}.",
        columns,
        "forecast-leads",
    )


def _first_beaten(rows: list[np.ndarray]) -> int:
    """The first lead at which another line is lower than the first of `rows`; else beyond all."""
    worse = np.flatnonzero(rows[0] > np.min(rows[1:], axis=0))
    return int(worse[0]) + 1 if len(worse) else len(rows[0]) + 1


def _until(lead: int) -> str:
    if lead == 1:
        return "behind one of the lines from the first step on"
    return f"ahead of all lines up to {counted(lead - 1, 'step')}"


def _truth(fit: Fit, colours: Style) -> dict[str, Any]:
    series = fit.series
    first = max(0, series.first_held_out - _BEFORE)
    return _line(
        series.times[first:], series.values[first:], "what came", "solid", colours.text, 2.0
    ) | {"mode": "lines+markers", "marker": {"size": 5, "opacity": 1, "line": {"width": 0}}}


def _line(times: Any, y: Any, name: str, dash: str, colour: str, width: float) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": list(times),
        "y": np.asarray(y).tolist(),
        "line": {"color": colour, "width": width, "dash": dash},
        "hovertemplate": f"{name}, %{{x}}: %{{y:.4~g}}<extra></extra>",
    }


def _shared() -> dict[str, Any]:
    return {
        "height": _PLOT + _TOP + _BOTTOM,
        "margin": {"l": 46, "r": 12, "t": _TOP, "b": _BOTTOM},
        "showlegend": True,
        "legend": {"y": 1 + 24 / _PLOT, "yanchor": "bottom"},
    }


def _layout(fit: Fit, first_shown: int, end: float, colours: Style) -> dict[str, Any]:
    """Axes that a change of the network leaves as they are, and the held-out part shaded."""
    series = fit.series
    low, high = float(series.values.min()), float(series.values.max())
    room = 0.12 * (high - low)
    held = series.times[series.first_held_out] - 0.5
    start = series.times[max(0, first_shown - _BEFORE)]
    years = "year" if series.times[0] else "place in the series"
    return _shared() | {
        "xaxis": {"range": [start - 0.5, end + 0.5], "title": {"text": years}, "tickformat": "d"},
        "yaxis": {"range": [min(low, low - room), high + room]},
        "annotations": [note(heading("Held out", "", "shaded: never trained on", colours), 1)],
        "shapes": [
            {
                "type": "rect",
                "x0": held,
                "x1": end + 0.5,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "fillcolor": colours.panel,
                "line": {"width": 0},
                "layer": "below",
            }
        ],
    }


def _rule(x: float, colour: str) -> dict[str, Any]:
    line = {"color": colour, "width": 2, "dash": "dot"}
    return {"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def _errors(found: OneStep) -> str:
    text = f"naive {short(found.rmse_naive, 3)}"
    if found.rmse_seasonal is not None:
        text += f", seasonal naive {short(found.rmse_seasonal, 3)}"
    return f"root mean square; {text}"


def _padded(found: FreeRun) -> list[float]:
    missing = len(found.network) - len(found.values)
    return [*found.values.tolist(), *[float("nan")] * missing]


def _columns(times: Any, values: Any, found: OneStep | FreeRun | ByLead) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "time": list(times),
        "value": values,
        "network": found.network,
        "naive": found.naive,
    }
    if found.seasonal is not None:
        columns["seasonal_naive"] = found.seasonal
    return columns
