"""What a sweep came to: a heat map of its grid, and each share of seeds with its interval.

The heat map's rows are the first axis, its columns the second; every combination of the others has
a map of its own, one below the other, on one colour scale. Colour is the share of seeds that solved
the task, on [0, 1], or the median of the steps to it, on a log scale over the steps allowed; the
number stands in the field too. What is not trained yet is left blank.
"""

import html
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from figures.drawing import Drawing, counted, figure, note, short
from figures.style import GATE_RANGE, Style, Theme, style
from rnn_core.sweep import Axis, Outcome, Row, Sweep, outcomes, outer_axes

Shown = Literal["solved", "steps"]
NAMES = {
    "rnn_tanh": "RNN tanh", "rnn_relu": "RNN relu", "gru": "GRU", "lstm": "LSTM",
    "window": "Window",
}  # fmt: skip
MOST_FIELDS = 400  # of a heat map that can still be read
_FIELD, _HEADING, _BETWEEN, _TOP, _BOTTOM = 44, 24, 16, 66, 46
_ROW = 34  # pixels of one interval
# The value from which on the background's colour is read better on the scale than the text's.
_DARK_FROM = {"light": 0.85, "dark": 0.5}
_LETTER = 7.2  # pixels of a label's letter, about


@dataclass(frozen=True)
class _Grid:
    """How the outcomes lie: `fields[map][row][column]`, and what each is called."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    maps: tuple[str, ...]
    fields: tuple[tuple[tuple[Outcome, ...], ...], ...]
    column_title: str

    @property
    def heading(self) -> int:
        """Pixels above each map for its name; a single one has none."""
        return _HEADING if any(self.maps) else 0

    @property
    def between(self) -> int:
        return _BETWEEN if any(self.maps) else 0


def draw(
    sweep: Sweep, rows: Mapping[int, Row], *, shown: Shown = "solved", theme: Theme = "light"
) -> Drawing:
    """The grid as heat maps; `rows` are those that are finished.

    Raises:
        ValueError: an unknown theme.
    """
    colours, found = style(theme), outcomes(sweep, rows)
    grid = _grid(sweep, found)
    each, inner = grid.heading + _FIELD * len(grid.rows) + grid.between, _FIELD * len(grid.rows)
    plot = len(grid.maps) * each
    layout: dict[str, Any] = {
        "height": plot + _TOP + _BOTTOM,
        "margin": {"l": _left(grid.rows), "r": 8, "t": _TOP, "b": _BOTTOM},
        "annotations": [],
        "shapes": _fields(grid, colours),
        "xaxis": {
            "type": "category",
            "categoryarray": list(grid.columns),
            "range": [-0.5, len(grid.columns) - 0.5],
            "title": {"text": grid.column_title},
            "anchor": _axis_name(len(grid.maps) - 1),
        },
    }
    traces = []
    for place in range(len(grid.maps)):
        top = 1 - (place * each + grid.heading) / plot
        domain = [max(0.0, top - inner / plot), top]
        layout["yaxis" + _axis_name(place)[1:]] = _rows_axis(grid, domain)
        traces += [
            _heat_map(sweep, grid, place, shown, colours),
            _numbers(sweep, grid, place, shown, colours),
        ]
        layout["annotations"].append(note(f"<b>{grid.maps[place]}</b>", top))
    name = "sweep" if shown == "solved" else "sweep-steps"
    headline, subtitle = _headline(sweep, found, shown)
    made = figure(traces, colours, layout, headline=headline, subtitle=subtitle)
    return Drawing(made, _alt(sweep, found), _columns(sweep, found), name)


def draw_intervals(sweep: Sweep, rows: Mapping[int, Row], *, theme: Theme = "light") -> Drawing:
    """The share of seeds that solved it and its 95 % interval, one line per configuration."""
    colours, found = style(theme), outcomes(sweep, rows)
    names = [_name(sweep, one) for one in found]
    places = list(range(len(found)))
    trained = [place for place in places if found[place].done]
    layout: dict[str, Any] = {
        "height": _ROW * len(found) + _TOP + _BOTTOM,
        "margin": {"l": _left(names), "r": 44, "t": _TOP, "b": _BOTTOM},
        "xaxis": {
            "range": [-0.03, 1.03],
            "showgrid": True,
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "ticktext": ["0", "25 %", "50 %", "75 %", "100 %"],
            "title": {"text": "share of seeds that solve it"},
        },
        "yaxis": {
            "range": [len(found) - 0.5, -0.5],
            "tickvals": places,
            "ticktext": names,
            "showgrid": False,
        },
        "annotations": [_count(found[place], place, colours) for place in trained],
    }
    headline, _ = _headline(sweep, found, "solved")
    traces = [*_lines(found, trained, colours), _dots(found, names, trained, colours)]
    subtitle = "● share of the seeds, ━ 95 % interval (Wilson)"
    return Drawing(
        figure(traces, colours, layout, headline=headline, subtitle=subtitle),
        _alt(sweep, found),
        _columns(sweep, found),
        "sweep-intervals",
    )


def label(value: Any) -> str:
    """A point of an axis as it is read: `RNN tanh`, `50`."""
    return NAMES.get(value, str(value)) if isinstance(value, str) else str(value)


def _grid(sweep: Sweep, found: Sequence[Outcome]) -> _Grid:
    axes = list(outer_axes(sweep))
    down = axes.pop(0) if axes else None
    along = axes.pop(0) if axes else None
    of = {one.labels: one for one in found}
    maps = list(itertools.product(*(one.labels for one in axes)))
    fields = tuple(
        tuple(
            tuple(of[(*row, *column, *rest)] for column in _labels(along)) for row in _labels(down)
        )
        for rest in maps
    )
    return _Grid(
        rows=_texts(down),
        columns=_texts(along),
        maps=tuple(", ".join(_facet(axes, rest)) for rest in maps),
        fields=fields,
        column_title=along.title if along else "",
    )


def _labels(one: Axis | None) -> list[tuple[Any, ...]]:
    return [(value,) for value in one.labels] if one else [()]


def _texts(one: Axis | None) -> tuple[str, ...]:
    return tuple(html.escape(label(value), quote=False) for value in one.labels) if one else ("",)


def _facet(axes: Sequence[Axis], rest: Sequence[Any]) -> list[str]:
    return [
        html.escape(f"{one.title} {label(value)}", quote=False)
        for one, value in zip(axes, rest, strict=True)
    ]


def _axis_name(place: int) -> str:
    return f"y{place + 1}" if place else "y"


def _fields(grid: _Grid, colours: Style) -> list[dict[str, Any]]:
    """A frame where each number will stand, so that what is not trained yet is seen to be so."""
    return [
        {
            "type": "rect",
            "layer": "below",
            "x0": column - 0.5,
            "x1": column + 0.5,
            "y0": row - 0.5,
            "y1": row + 0.5,
            "yref": _axis_name(place),
            "fillcolor": colours.panel,
            "line": {"color": colours.background, "width": 3},
        }
        for place, fields in enumerate(grid.fields)
        for row, line in enumerate(fields)
        for column, one in enumerate(line)
        if not one.done
    ]


def _rows_axis(grid: _Grid, domain: list[float]) -> dict[str, Any]:
    return {
        "domain": domain,
        "type": "category",
        "categoryarray": list(grid.rows),
        "range": [len(grid.rows) - 0.5, -0.5],
        "showgrid": False,
    }


def _left(names: Sequence[str]) -> int:
    return round(min(150, 16 + _LETTER * max(map(len, names), default=0)))


def _heat_map(
    sweep: Sweep, grid: _Grid, place: int, shown: Shown, colours: Style
) -> dict[str, Any]:
    fields = grid.fields[place]
    return {
        "type": "heatmap",
        "x": list(grid.columns),
        "y": list(grid.rows),
        "z": [[_value(sweep, one, shown) for one in line] for line in fields],
        "hovertext": [[_hover(sweep, one) for one in line] for line in fields],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "zmin": GATE_RANGE[0],
        "zmax": GATE_RANGE[1],
        "colorscale": colours.gate_scale,
        "showscale": False,
        "xgap": 3,
        "ygap": 3,
        "yaxis": _axis_name(place),
    }


def _numbers(sweep: Sweep, grid: _Grid, place: int, shown: Shown, colours: Style) -> dict[str, Any]:
    """What stands in the fields, in the colour that can be read there."""
    each = [
        (row, column, one)
        for row, line in zip(grid.rows, grid.fields[place], strict=True)
        for column, one in zip(grid.columns, line, strict=True)
        if one.done
    ]
    dark_from = _DARK_FROM[colours.theme]
    return {
        "type": "scatter",
        "mode": "text",
        "x": [column for _, column, _ in each],
        "y": [row for row, _, _ in each],
        "text": [_in_field(one, shown) for _, _, one in each],
        "textfont": {
            "size": 14,
            "color": [
                colours.background
                if (_value(sweep, one, shown) or 0.0) > dark_from
                else colours.text
                for _, _, one in each
            ],
        },
        "hoverinfo": "skip",
        "yaxis": _axis_name(place),
    }


def _value(sweep: Sweep, one: Outcome, shown: Shown) -> float | None:
    """On [0, 1]: the share; or 1 for a single step, 0 for all that are allowed or unsolved."""
    if shown == "solved" or not one.done:
        return one.share
    if one.median_steps is None:
        return 0.0
    most = max(cell.setup.max_steps for cell in sweep.cells)
    return 1 - math.log(max(1.0, one.median_steps)) / math.log(max(2, most))


def _in_field(one: Outcome, shown: Shown) -> str:
    if not one.done:
        return ""
    more = " …" if one.done < one.seeds else ""
    if shown == "solved":
        return f"{one.solved}/{one.done}{more}"
    return ("not solved" if one.median_steps is None else f"{one.median_steps:,.0f}") + more


def _hover(sweep: Sweep, one: Outcome) -> str:
    lines = [f"<b>{html.escape(_name(sweep, one), quote=False)}</b>"]
    if not one.done:
        return "<br>".join([*lines, "not trained yet"])
    low, high = one.interval
    lines.append(f"solved by {one.solved} of {counted(one.done, 'seed')}")
    lines.append(f"95 % interval {low:.0%} to {high:.0%}")
    if one.median_steps is not None:
        lines.append(f"median {one.median_steps:,.0f} steps")
    if one.median_loss is not None:
        lines.append(f"median held-out loss {short(one.median_loss, 3)}")
    if one.broken:
        lines.append(f"{one.broken} broke: {html.escape(_problem(one), quote=False)}")
    return "<br>".join(lines)


def _problem(one: Outcome) -> str:
    return next(row.problem for row in one.rows if row.problem)


def _name(sweep: Sweep, one: Outcome) -> str:
    """`LSTM, length 50`: the first axis by its value alone, where that says what it is."""
    axes = outer_axes(sweep)
    named = [
        label(value) if isinstance(value, str) else f"{axis.title} {label(value)}"
        for axis, value in zip(axes, one.labels, strict=True)
    ]
    return ", ".join(named) or label(sweep.cells[0].setup.cell)


def _headline(sweep: Sweep, found: Sequence[Outcome], shown: Shown) -> tuple[str, str]:
    done, solved = sum(one.done for one in found), sum(one.solved for one in found)
    goal = _goal(sweep)
    headline = f"{solved} of {counted(done, 'training')} solved it"
    if len(found) == 1 and done:
        low, high = found[0].interval
        headline = f"{solved} of {counted(done, 'seed')} solved it, 95 %: {low:.0%} to {high:.0%}"
    if not done:
        headline = f"{counted(sweep.size, 'training')}, none done yet"
    if shown == "steps":
        return headline, f"median steps until {goal}"
    return headline, f"seeds that got to {goal}"


def _goal(sweep: Sweep) -> str:
    """What solves it; where tasks or goals differ between trainings, that they have one."""
    tasks = {cell.setup.task for cell in sweep.cells}
    said = {
        f"{task.score_name} {'≥' if task.higher_is_better else '≤'} {task.goal:.3g}"
        for task in tasks
    }
    return said.pop() if len(said) == 1 else "the goal of their task"


def _alt(sweep: Sweep, found: Sequence[Outcome]) -> str:
    said = [
        f"{_name(sweep, one)}: {one.solved} of {one.done} solved, interval "
        f"{one.interval[0]:.0%} to {one.interval[1]:.0%}"
        + (f", median {one.median_steps:,.0f} steps" if one.median_steps is not None else "")
        for one in found
        if one.done
    ]
    waiting = sum(one.seeds - one.done for one in found)
    left = f" {counted(waiting, 'training')} not done yet." if waiting else ""
    task = sweep.cells[0].setup.task.title
    return f"A sweep of {counted(sweep.size, 'training')}, {task}. {'; '.join(said)}.{left}"


def _columns(sweep: Sweep, found: Sequence[Outcome]) -> dict[str, Any]:
    axes = outer_axes(sweep)
    named = {
        one.title.replace(" ", "_"): [outcome.labels[k] for outcome in found]
        for k, one in enumerate(axes)
    }
    return named | {
        "solved": [one.solved for one in found],
        "done": [one.done for one in found],
        "seeds": [one.seeds for one in found],
        "share": [math.nan if one.share is None else one.share for one in found],
        "low": [one.interval[0] for one in found],
        "high": [one.interval[1] for one in found],
        "median_steps": [_or_nan(one.median_steps) for one in found],
        "median_loss": [_or_nan(one.median_loss) for one in found],
    }


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _lines(found: Sequence[Outcome], trained: Sequence[int], colours: Style) -> list[dict]:
    """The intervals: thick, round, in the hue of the share."""
    ends = [found[place].interval for place in trained]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [end for low, high in ends for end in (low, high, None)],
            "y": [y for place in trained for y in (place, place, None)],
            "line": {"color": colours.gate[1], "width": 6},
            "opacity": 0.35,
            "hoverinfo": "skip",
            "name": "95 % interval",
        }
    ]


def _dots(
    found: Sequence[Outcome], names: Sequence[str], trained: Sequence[int], colours: Style
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [found[place].share for place in trained],
        "y": list(trained),
        "marker": {"color": colours.gate[1], "size": 13},
        "hovertext": [
            f"<b>{html.escape(names[place], quote=False)}</b><br>"
            f"{found[place].solved} of {found[place].done} solved<br>95 % interval "
            f"{found[place].interval[0]:.0%} to {found[place].interval[1]:.0%}"
            for place in trained
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "name": "share of seeds",
    }


def _count(one: Outcome, place: int, colours: Style) -> dict[str, Any]:
    """`4/5` at the right edge of its line."""
    return {
        "text": f"<b>{one.solved}/{one.done}</b>",
        "x": 1,
        "xref": "paper",
        "xanchor": "left",
        "xshift": 6,
        "y": place,
        "yref": "y",
        "showarrow": False,
        "font": {"color": colours.text},
    }
