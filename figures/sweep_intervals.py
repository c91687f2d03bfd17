"""Each share of seeds with its interval, one row per configuration: is it luck?"""

from collections.abc import Mapping, Sequence
from typing import Any

from figures.drawing import Drawing, figure
from figures.style import Style, Theme, style
from figures.sweep_words import (
    alt_of,
    columns_of,
    escaped,
    headline_of,
    in_lines,
    left_margin,
    name_of,
    so_far,
)
from rnn_core.sweep import Outcome, Row, Sweep, outcomes

_LINE, _AROUND = 16, 18  # pixels of a label's line, and above and below its lines
_TOP, _BOTTOM, _RIGHT = 66, 46, 56


def draw_intervals(sweep: Sweep, rows: Mapping[int, Row], *, theme: Theme = "light") -> Drawing:
    """The share of seeds that solved it and its 95 % interval, one line per configuration.

    Raises:
        ValueError: an unknown theme.
    """
    colours, found = style(theme), outcomes(sweep, rows)
    names = [name_of(sweep, one) for one in found]
    labels = [in_lines(name) for name in names]
    trained = [place for place, one in enumerate(found) if one.done]
    each = _AROUND + _LINE * max(map(len, labels))
    layout: dict[str, Any] = {
        "height": each * len(found) + _TOP + _BOTTOM,
        "margin": {"l": left_margin(labels), "r": _RIGHT, "t": _TOP, "b": _BOTTOM},
        "xaxis": {
            "range": [-0.06, 1.06],
            "showgrid": True,
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "ticktext": ["0", "25 %", "50 %", "75 %", "100 %"],
            "title": {"text": "share of seeds that solve it"},
        },
        "yaxis": {
            "range": [len(found) - 0.5, -0.5],
            "tickvals": list(range(len(found))),
            "ticktext": ["<br>".join(lines) for lines in labels],
            "showgrid": False,
            "automargin": "left",
        },
        "annotations": [_count(found[place], place, colours) for place in trained],
    }
    traces = [_lines(found, trained, colours), _dots(found, names, trained, colours)]
    marks = "● share of the seeds"
    marks += ", ○ so far" if any(map(so_far, found)) else ""
    made = figure(
        traces,
        colours,
        layout,
        headline=headline_of(sweep, found),
        subtitle=f"{marks}, ━ 95 % interval (Wilson)",
    )
    return Drawing(made, alt_of(sweep, found), columns_of(sweep, found), "sweep-intervals")


def _lines(found: Sequence[Outcome], trained: Sequence[int], colours: Style) -> dict[str, Any]:
    """The intervals: thick, round, in the hue of the share."""
    ends = [found[place].interval for place in trained]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [end for low, high in ends for end in (low, high, None)],
        "y": [y for place in trained for y in (place, place, None)],
        "line": {"color": colours.gate[1], "width": 6},
        "opacity": 0.35,
        "hoverinfo": "skip",
        "name": "95 % interval",
    }


def _dots(
    found: Sequence[Outcome], names: Sequence[str], trained: Sequence[int], colours: Style
) -> dict[str, Any]:
    """The shares, hollow where seeds are still to come."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [found[place].share for place in trained],
        "y": list(trained),
        "marker": {
            "color": colours.gate[1],
            "size": 13,
            "symbol": ["circle-open" if so_far(found[place]) else "circle" for place in trained],
            "line": {"width": 3, "color": colours.gate[1]},
        },
        "cliponaxis": False,
        "hovertext": [_hover(found[place], names[place]) for place in trained],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "name": "share of seeds",
    }


def _hover(one: Outcome, name: str) -> str:
    low, high = one.interval
    seeds = f" ({so_far(one)})" if so_far(one) else ""
    return (
        f"<b>{escaped(name)}</b><br>{one.solved} of {one.done} solved{seeds}"
        f"<br>95 % interval {low:.0%} to {high:.0%}"
    )


def _count(one: Outcome, place: int, colours: Style) -> dict[str, Any]:
    """`4/5` at the right edge of its line; `1/1 …` while seeds are to come."""
    return {
        "text": f"<b>{one.solved}/{one.done}</b>" + (" …" if so_far(one) else ""),
        "x": 1,
        "xref": "paper",
        "xanchor": "left",
        "xshift": 6,
        "y": place,
        "yref": "y",
        "showarrow": False,
        "font": {"color": colours.text},
    }
