"""The gradient of an LSTM's cell state on its way back, by its two paths, with an RNN beside it.

`draw_straight` shows the straight path alone, Π f, over the forget gates that make it;
`draw_cell` over the cell states that these gates let grow; `draw_shares` the whole ∂L/∂c_t over the
share of it that came by either path.
"""

import math
from typing import Any

import numpy as np

from figures import decades
from figures.drawing import Drawing, figure, heading, note, short
from figures.style import Style, Theme, style, symmetric_limit
from figures.style import decades as decade_range
from rnn_core.path_course import PathCourse

DECADES = (-12, 2)  # always shown; a norm beyond them widens the axis by even powers
_GAP, _TOP, _BOTTOM = 54, 120, 44
# Of the upper and the lower plot; the larger is what the picture is about.
_ROOM = {"straight": (290, 80), "shares": (270, 170), "cell": (150, 230)}
_SHARE_STEP = 0.05


def share_limits(shares: np.ndarray, step: float) -> tuple[float, float]:
    """An axis from a multiple of `step` to another that holds 0, 1 and every finite share."""
    shares = shares[np.isfinite(shares)]
    low = step * math.floor(min(0.0, float(shares.min())) / step)
    high = step * math.ceil(max(1.0, float(shares.max())) / step)
    return round(low, 9), round(high, 9)  # 1.2, not 1.2000000000000002


def draw_straight(course: PathCourse, *, theme: Theme = "light") -> Drawing:
    """‖D_t‖, straight along the conveyor, over the mean forget gate of every step."""
    colours = style(theme)
    title = heading("Forget gate", "f<sub>t</sub>", "mean over the units", colours)
    below = {"range": [0, 1.05], "tickvals": [0, 0.5, 1]}
    said = f"The forget gates are {_forget(course)} on average."
    return _over(course, course.forget, title, below, said, "straight", colours)


def draw_cell(course: PathCourse, *, theme: Theme = "light") -> Drawing:
    """‖D_t‖ over the mean size of the cell state."""
    colours = style(theme)
    title = heading("Cell state", "|c<sub>t</sub>|", "mean over the units", colours)
    limit = symmetric_limit(course.cell.tolist())
    below = {"range": [0, 1.05 * limit], "tickvals": [0, limit / 2, limit]}
    said = f"The size of the cell state, the mean over the units: {_told(course.cell)}."
    return _over(course, course.cell, title, below, said, "cell", colours)


def _over(
    course: PathCourse,
    values: np.ndarray,
    title: str,
    below: dict[str, Any],
    said: str,
    name: str,
    colours: Style,
) -> Drawing:
    """The straight path over bars of `values`."""
    last = len(course.whole) - 1
    lines = [_rnn(course, colours), _straight(course, colours, 4)]
    bars = {
        **_below(last),
        "type": "bar",
        "y": values.tolist(),
        "marker": {"color": colours.gate[1] if name == "straight" else colours.signed[2]},
        "hovertemplate": "step %{x}: %{y:.4g}<extra></extra>",
    }
    layout = _layout(course, "Straight path", title, _ROOM[name], colours)
    layout["yaxis2"] |= below
    straight, rnn = short(float(course.direct[0])), short(float(course.rnn[0]))
    headline = f"{last} steps back: {straight}; in the RNN {rnn}"
    if name == "cell":
        headline = f"|c| reaches {short(float(course.cell.max()))}; {straight} passes straight"
    return Drawing(
        figure(
            [*lines, *_zeros(course.direct, layout, colours.accent), bars],
            colours,
            layout,
            headline=headline,
            subtitle=f"straight along the conveyor; f is {_forget(course)} on average",
        ),
        f"What the straight path leaves of the gradient at step {last}, on a log axis: "
        f"{_told(course.direct)}. A tanh RNN on the same sequence: {_told(course.rnn)}. {said}",
        _columns(course),
        f"paths-{name}",
    )


def _forget(course: PathCourse) -> str:
    return short(float(course.forget[1:].mean()))


def draw_shares(course: PathCourse, *, theme: Theme = "light") -> Drawing:
    """‖∂L/∂c_t‖ with its straight part, over the shares of both paths, which sum to 1."""
    colours = style(theme)
    last = len(course.whole) - 1
    whole = _line("all of ‖∂L/∂c‖", course.whole, colours.gradient, "solid", 4)
    lines = [_rnn(course, colours), _straight(course, colours, 2.5), whole]
    bars = [
        _bars("straight", course.direct_share, colours.accent, ""),
        _bars("by the gates", course.gates_share, colours.signed[0], "/"),
    ]
    title = heading("Shares", "", "solid: straight; hatched: by the gates", colours)
    layout = _layout(course, "Gradient that arrives", title, _ROOM["shares"], colours)
    shares = np.concatenate([course.direct_share, course.gates_share])
    low, high = share_limits(shares, _SHARE_STEP)
    layout |= {"barmode": "relative", "shapes": [_one(colours)]}
    layout["yaxis2"] |= {"range": [low, high + 0.05], "tickformat": ".0%", "nticks": 5}
    left, share = float(course.whole[0]), float(course.direct_share[0])
    came = f"; {_percent(share)} straight" if np.isfinite(share) else ""
    rnn = short(float(course.rnn[0]))
    return Drawing(
        figure(
            [*lines, *_zeros(course.direct, layout, colours.accent), *bars],
            colours,
            layout,
            headline=f"{short(left)} arrives at step 0{came}",
            subtitle=f"f is {_forget(course)} on average; in the RNN {rnn} arrives",
        ),
        f"The norm of the gradient of the cell state as a share of that at step {last}, on a log "
        f"axis: {_told(course.whole)}; straight along the conveyor alone {_told(course.direct)}; "
        f"a tanh RNN on the same sequence {_told(course.rnn)}. Of the whole came straight: "
        f"{_told_shares(course)}; the rest by the gates.",
        _columns(course),
        "paths-shares",
    )


def _columns(course: PathCourse) -> dict[str, Any]:
    names = (
        "whole",
        "direct",
        "gates",
        "direct_share",
        "gates_share",
        "kept",
        "forget",
        "cell",
        "rnn",
    )
    return {"step": range(len(course.whole))} | {name: getattr(course, name) for name in names}


def _percent(share: float) -> str:
    """`7.2 %`, `−30 %`; `≈ 0 %` under one in a thousand, `1.2e3 ×` from a hundredfold on."""
    if abs(share) >= 100.0:
        return f"{short(share)} ×"
    if abs(share) < 0.001:
        return "0 %" if share == 0.0 else "≈ 0 %"
    return f"{100 * share:.{0 if abs(share) >= 0.1 else 1}f} %".replace("-", "−")


def _spots(length: int) -> list[int]:
    last = length - 1
    return sorted({0, last // 2, last})


def _told(norms: np.ndarray) -> str:
    return ", ".join(f"{short(float(norms[t]))} at step {t}" for t in _spots(len(norms)))


def _told_shares(course: PathCourse) -> str:
    shares = course.direct_share
    seen = [t for t in _spots(len(shares)) if np.isfinite(shares[t])]
    return ", ".join(f"{_percent(float(shares[t]))} at step {t}" for t in seen)


def _straight(course: PathCourse, colours: Style, width: float) -> dict[str, Any]:
    return _line("straight, Π f", course.direct, colours.accent, "solid", width)


def _rnn(course: PathCourse, colours: Style) -> dict[str, Any]:
    return _line("tanh RNN, ‖∂L/∂h‖", course.rnn, colours.muted, "dash", 2)


def _line(name: str, values: np.ndarray, colour: str, dash: str, width: float) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": list(range(len(values))),
        "y": decades.drawable(values),
        "line": {"color": colour, "width": width, "dash": dash},
        "customdata": decades.exact(values),
        "hovertemplate": f"t = %{{x}}: %{{customdata}}<extra>{name}</extra>",
    }


def _zeros(values: np.ndarray, layout: dict[str, Any], colour: str) -> list[dict[str, Any]]:
    """Crosses below the axis where the straight path carries exactly nothing."""
    at = np.flatnonzero(values == 0.0).tolist()
    if not at:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": at,
            "y": [layout["yaxis"]["tickvals"][0]] * len(at),
            "showlegend": False,
            "marker": {"symbol": "x", "size": 7, "color": colour},
            "hovertemplate": "t = %{x}: 0<extra>straight</extra>",
        }
    ]


def _below(last: int) -> dict[str, Any]:
    return {"x": list(range(last + 1)), "xaxis": "x", "yaxis": "y2", "showlegend": False}


def _bars(name: str, shares: np.ndarray, colour: str, shape: str) -> dict[str, Any]:
    return {
        **_below(len(shares) - 1),
        "type": "bar",
        "name": name,
        "y": [value if math.isfinite(value) else None for value in shares.tolist()],
        "marker": {
            "color": colour,
            "pattern": {"shape": shape, "size": 5, "solidity": 0.35, "fillmode": "overlay"},
        },
        "hovertemplate": f"t = %{{x}}: %{{y:.1%}}<extra>{name}</extra>",
    }


def _one(colours: Style) -> dict[str, Any]:
    """What the two shares sum to."""
    ends = {"x0": 0, "x1": 1, "y0": 1, "y1": 1}
    look = {"color": colours.text, "width": 1}
    return {"type": "line", "xref": "paper", "yref": "y2", "line": look, **ends}


def _layout(
    course: PathCourse, name: str, below: str, rooms: tuple[int, int], colours: Style
) -> dict[str, Any]:
    """The log plot on top, its axis wide enough for every line; `below` heads the plot under it."""
    plot, room = rooms
    shown = np.concatenate([course.whole, course.direct, course.rnn])
    low, high = decade_range([v for v in shown.tolist() if np.isfinite(v)], DECADES)
    last, zeros = len(course.whole) - 1, bool((course.direct == 0.0).any())
    title = heading(name, "", "last step = 1, log scale", colours)
    height = plot + _GAP + room
    return {
        "height": height + _TOP + _BOTTOM,
        "margin": {"l": 48, "r": 14, "t": _TOP, "b": _BOTTOM},
        "bargap": 0.15,
        "showlegend": True,
        "legend": {"y": 1 + 26 / height, "yanchor": "bottom", "traceorder": "reversed"},
        "xaxis": {
            "range": [-0.7, last + 0.7],
            "title": {"text": "step t        ← the gradient runs back"},
            "anchor": "y2",
        },
        "yaxis": {
            **decades.axis(low, high, zeros=zeros),
            "domain": [(_GAP + room) / height, 1],
        },
        "yaxis2": {"domain": [0, room / height], "anchor": "x"},
        "annotations": [note(title, 1), note(below, room / height), _loss(last, colours)],
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
        "ay": 44,
    }
