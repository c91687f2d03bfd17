"""What a sweep came to, as a heat map of its grid.

The rows are the first axis, the columns the second; every combination of the others has a map of
its own, one below the other, on one colour scale. Colour is the share of seeds that solved the
task, on [0, 1], or the median of the steps to it, a training that was not solved counting as slower
than any; on a log scale over the last two powers of ten below the steps allowed. The number stands
in the field too. What is not trained yet is blank, and what is trained in part has a dashed edge.
"""

import math
from collections.abc import Mapping
from typing import Any

from figures.drawing import Drawing, figure, note
from figures.style import GATE_RANGE, Style, Theme, style
from figures.sweep_grid import Grid, grid_of
from figures.sweep_words import (
    Shown,
    alt_of,
    columns_of,
    goal_of,
    headline_of,
    hover,
    left_margin,
    so_far,
)
from rnn_core.sweep import Outcome, Row, Sweep, outcomes

_FIELD, _TOP, _BOTTOM, _SCALE = 48, 66, 46, 34
_DECADES = 2
_WIDE = 4  # columns beside which a field has room for words
# The value from which on the background's colour is read better on the scale than the text's.
_DARK_FROM = {"light": 0.85, "dark": 0.5}


def draw(
    sweep: Sweep, rows: Mapping[int, Row], *, shown: Shown = "solved", theme: Theme = "light"
) -> Drawing:
    """The grid as heat maps; `rows` are those that are finished.

    Raises:
        ValueError: an unknown theme.
    """
    colours, found = style(theme), outcomes(sweep, rows)
    grid = grid_of(sweep, found)
    inner = _FIELD * len(grid.rows)
    each = grid.heading + inner + grid.between
    plot = len(grid.maps) * each
    layout = _layout(grid, plot)
    layout["shapes"] = _edges(sweep, grid, shown, colours)
    traces = []
    for place in range(len(grid.maps)):
        top = 1 - (place * each + grid.heading) / plot
        domain = [max(0.0, top - inner / plot), top]
        layout["yaxis" + grid.axis(place)[1:]] = _rows_axis(grid, domain)
        traces += [
            _heat_map(sweep, grid, place, shown, colours),
            _numbers(sweep, grid, place, shown, colours),
        ]
        layout["annotations"].append(note(f"<b>{grid.maps[place]}</b>", top))
    goal = goal_of(sweep)
    subtitle = f"median steps until {goal}" if shown == "steps" else f"seeds that got to {goal}"
    made = figure(traces, colours, layout, headline=headline_of(sweep, found), subtitle=subtitle)
    name = "sweep" if shown == "solved" else "sweep-steps"
    return Drawing(made, alt_of(sweep, found), columns_of(sweep, found), name)


def _layout(grid: Grid, plot: int) -> dict[str, Any]:
    bottom = _BOTTOM + _SCALE
    labels = [row.split("<br>") for row in grid.rows]
    return {
        "height": plot + _TOP + bottom,
        "margin": {"l": left_margin(labels), "r": 8, "t": _TOP, "b": bottom},
        "annotations": [],
        "xaxis": {
            "type": "category",
            "categoryarray": list(grid.columns),
            "range": [-0.5, len(grid.columns) - 0.5],
            "title": {"text": grid.column_title},
            "anchor": grid.axis(len(grid.maps) - 1),
        },
    }


def _rows_axis(grid: Grid, domain: list[float]) -> dict[str, Any]:
    return {
        "domain": domain,
        "type": "category",
        "categoryarray": list(grid.rows),
        "range": [len(grid.rows) - 0.5, -0.5],
        "showgrid": False,
        "automargin": "left",
    }


def _edges(sweep: Sweep, grid: Grid, shown: Shown, colours: Style) -> list[dict[str, Any]]:
    """A frame where a colour will stand, and a dashed edge where it can still change."""
    shapes: list[dict[str, Any]] = []
    wide = 0.5 - 0.01 * len(grid.columns)  # the wider a field, the smaller a share of it is a gap
    for place, row, column, one in grid.each():
        at = {"type": "rect", "yref": grid.axis(place)}
        if _value(sweep, one, shown) is None:
            shapes.append(
                {**at, **_around(row, column), "layer": "below", "fillcolor": colours.panel}
                | {"line": {"color": colours.background, "width": 3}}
            )
        if so_far(one):
            shapes.append(
                {**at, **_around(row, column, wide, 0.44), "layer": "above"}
                | {"line": {"color": _ink(sweep, one, shown, colours), "width": 2, "dash": "dash"}}
            )
    return shapes


def _around(row: int, column: int, x: float = 0.5, y: float = 0.5) -> dict[str, float]:
    return {"x0": column - x, "x1": column + x, "y0": row - y, "y1": row + y}


def _heat_map(sweep: Sweep, grid: Grid, place: int, shown: Shown, colours: Style) -> dict[str, Any]:
    fields = grid.fields[place]
    return {
        "type": "heatmap",
        "x": list(grid.columns),
        "y": list(grid.rows),
        "z": [[_value(sweep, one, shown) for one in line] for line in fields],
        "hovertext": [[hover(sweep, one) for one in line] for line in fields],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "zmin": GATE_RANGE[0],
        "zmax": GATE_RANGE[1],
        "colorscale": colours.gate_scale,
        "showscale": place == 0,
        "colorbar": _colour_bar(sweep, shown, colours),
        "xgap": 3,
        "ygap": 3,
        "yaxis": grid.axis(place),
    }


def _colour_bar(sweep: Sweep, shown: Shown, colours: Style) -> dict[str, Any]:
    """Below the maps, with what its ends mean."""
    most = _most(sweep)
    steps = [f"{most / 10**power:,.3g}" for power in range(_DECADES + 1)]
    texts = [f"{most:,}", *steps[1:-1], f"≤ {steps[-1]}"] if shown == "steps" else []
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "xpad": 0,
        "y": 0,
        "yref": "container",
        "yanchor": "bottom",
        "ypad": 4,
        "lenmode": "pixels",
        "len": 220,
        "thickness": 10,
        "outlinewidth": 1,
        "outlinecolor": colours.muted,
        "tickvals": [0, 0.5, 1],
        "ticktext": texts or ["none", "half", "every seed"],
        "tickfont": {"size": 12, "color": colours.muted},
        "title": {"text": ""},
    }


def _numbers(sweep: Sweep, grid: Grid, place: int, shown: Shown, colours: Style) -> dict[str, Any]:
    """What stands in the fields, in the colour that can be read there."""
    each = [
        (grid.rows[row], grid.columns[column], one)
        for at, row, column, one in grid.each()
        if at == place and one.done
    ]
    wide = len(grid.columns) <= _WIDE
    return {
        "type": "scatter",
        "mode": "text",
        "x": [column for _, column, _ in each],
        "y": [row for row, _, _ in each],
        "text": [_in_field(one, shown, wide) for _, _, one in each],
        "textfont": {
            "size": 14,
            "color": [_ink(sweep, one, shown, colours) for _, _, one in each],
        },
        "hoverinfo": "skip",
        "yaxis": grid.axis(place),
    }


def _ink(sweep: Sweep, one: Outcome, shown: Shown, colours: Style) -> str:
    """The colour that is read on the field's."""
    is_dark = (_value(sweep, one, shown) or 0.0) > _DARK_FROM[colours.theme]
    return colours.background if is_dark else colours.text


def _most(sweep: Sweep) -> int:
    return max(cell.setup.max_steps for cell in sweep.cells)


def _value(sweep: Sweep, one: Outcome, shown: Shown) -> float | None:
    """On [0, 1]: the share; or 0 for all the steps allowed, 1 for a hundredth of them or fewer."""
    if shown == "solved":
        return one.share
    if one.median_steps is None:
        return None
    fewer = math.log10(_most(sweep) / max(1.0, one.median_steps))
    return min(1.0, max(0.0, fewer / _DECADES))


def _in_field(one: Outcome, shown: Shown, wide: bool) -> str:
    """The number, and below it, in small, of how many seeds, or that it is no number of steps."""
    share, below = f"{one.solved}/{one.done}", so_far(one)
    unsolved = shown == "steps" and one.median_steps is None
    text = share if unsolved or shown == "solved" else f"{one.median_steps:,.0f}"
    if unsolved and (wide or not below):
        text, below = (f"{share} solved", below) if wide else (share, "solved")
    elif below and not wide:
        below = f"of {one.seeds} …"
    return f'{text}<br><span style="font-size:12px">{below}</span>' if below else text
