"""The RNN that Euler's step of one time constant leaves, whole and unrolled over its last inputs.

    whole        h_t from every input since rest
    truncated    h_t from the last K inputs alone, started from h = 0 before them

What is lost is the largest difference over all t, on an absolute log axis.
"""

from typing import Any

import numpy as np

from figures import decades
from figures.drawing import Drawing, counted, figure, heading, note, short
from figures.euler import INPUT_HEIGHT, input_axis
from figures.style import Style, Theme, style
from figures.style import decades as decade_range
from rnn_core.additive import AdditiveSetup, truncated, truncation_errors

LOST_DECADES = (-4, 1)  # always shown
_UPPER, _LOWER, _BETWEEN, _GAP, _TOP, _BOTTOM = 190, 124, 76, 30, 104, 46


def draw(setup: AdditiveSetup, kept: int, *, theme: Theme = "light") -> Drawing:
    """h_t of the whole RNN and of one unrolled over the last `kept` inputs; below, what is lost."""
    colours = style(theme)
    full, cut = truncated(setup, setup.duration), truncated(setup, kept)
    lost = truncation_errors(setup)
    sizes = lost[lost > 0]
    low, high = decade_range(sizes.tolist(), LOST_DECADES)
    height = _LOWER + _BETWEEN + _UPPER + _GAP + INPUT_HEIGHT
    parts = {"h": (_LOWER + _BETWEEN) / height, "top": (_LOWER + _BETWEEN + _UPPER) / height}
    layout: dict[str, Any] = {
        "height": height + _TOP + _BOTTOM,
        "margin": {"l": 44, "r": 8, "t": _TOP, "b": _BOTTOM},
        "showlegend": True,
        "legend": {"y": 1 + 26 / height, "yanchor": "bottom"},
        "xaxis": {
            "range": [-0.5, setup.duration - 0.5],
            "anchor": "y",
            "dtick": 1 if setup.duration <= 12 else 2,
            "title": {"text": "step t"},
        },
        "yaxis": {"range": [-1.1, 1.1], "domain": [parts["h"], parts["top"]], "nticks": 5},
        "yaxis2": input_axis(setup, height) | {"anchor": "x"},
        "xaxis2": {
            "range": [0.5, setup.duration + 0.5],
            "anchor": "y3",
            "dtick": 1,
            "title": {"text": "inputs unrolled, K"},
        },
        "yaxis3": _lost_axis(low, high) | {"domain": [0, _LOWER / height], "anchor": "x2"},
        "annotations": [
            note(heading("Input", "x<sub>t</sub>", "", colours), 1),
            note(heading("State", "h<sub>t</sub>", "", colours), parts["top"]),
            note(
                heading("Largest error of h", "", "over all t, log scale", colours), _LOWER / height
            ),
        ],
    }
    traces = [_step_input(setup, colours)]
    for unit in range(setup.units):
        traces += _states(full[:, unit], cut[:, unit], kept, unit, colours)
    traces += _lost(lost, kept, colours, low)
    amount = float(lost[min(kept, len(lost)) - 1])
    columns: dict[str, Any] = {"unrolled": np.arange(1, len(lost) + 1), "largest_difference": lost}
    return Drawing(
        figure(
            traces,
            colours,
            layout,
            headline=f"K = {kept}: h off by at most {short(amount)}",
            subtitle=f"Δ = τ; recurrent weight {short(setup.weight)}",
        ),
        f"The state of the RNN over {setup.duration} steps, and of one that unrolls the last "
        f"{counted(kept, 'input')} alone: off by at most {short(amount)}. With 1 input unrolled "
        f"it is off by {short(float(lost[0]))}, with all {len(lost)} by 0.",
        columns,
        "euler-unrolled",
    )


def _step_input(setup: AdditiveSetup, colours: Style) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": list(range(setup.duration)),
        "y": list(setup.inputs),
        "yaxis": "y2",
        "marker": {"color": colours.gate[1]},
        "hovertemplate": "x = %{y:.4g}<extra></extra>",
        "showlegend": False,
    }


def _states(
    full: np.ndarray, cut: np.ndarray, kept: int, unit: int, colours: Style
) -> list[dict[str, Any]]:
    which = f", unit {unit}" if unit else ""
    shared = {"type": "scatter", "mode": "lines+markers", "x": list(range(len(full)))}
    return [
        shared
        | {
            "name": f"all inputs{which}",
            "y": full.tolist(),
            "line": {"color": colours.muted if unit else colours.text, "width": 2.5},
            "marker": {"size": 8},
            "hovertemplate": "h = %{y:.4g}<extra>all inputs</extra>",
        },
        shared
        | {
            "name": f"the last {kept}{which}",
            "y": cut.tolist(),
            "line": {"color": colours.accent, "width": 2, "dash": "dot"},
            "marker": {"size": 9, "symbol": "diamond-open", "line": {"width": 2}},
            "hovertemplate": "h = %{y:.4g}<extra>unrolled</extra>",
        },
    ]


def _lost(lost: np.ndarray, kept: int, colours: Style, low: int) -> list[dict[str, Any]]:
    """Bars of what is lost; a cross on the zero line where nothing is."""
    nothing = lost == 0
    return [
        {
            "type": "bar",
            "x": list(range(1, len(lost) + 1)),
            "y": decades.drawable(lost),
            "xaxis": "x2",
            "yaxis": "y3",
            "marker": {
                "color": [
                    colours.accent if k == kept else colours.gradient
                    for k in range(1, len(lost) + 1)
                ]
            },
            "customdata": decades.exact(lost),
            "hovertemplate": "K = %{x}: %{customdata}<extra></extra>",
            "showlegend": False,
        },
        {
            "type": "scatter",
            "mode": "markers",
            "x": (np.flatnonzero(nothing) + 1).tolist(),
            "y": [decades.zero_mark(low)] * int(nothing.sum()),
            "xaxis": "x2",
            "yaxis": "y3",
            "marker": {"symbol": "x-thin", "size": 8, "line": {"width": 2, "color": colours.muted}},
            "hovertemplate": "K = %{x}: 0<extra></extra>",
            "showlegend": False,
        },
    ]


def _lost_axis(low: int, high: int) -> dict[str, Any]:
    spec = decades.axis(low, high, zeros=True)
    kept = [(v, t) for v, t in zip(spec["tickvals"], spec["ticktext"], strict=True)]
    kept = [kept[0], *kept[1::2]]
    return spec | {"tickvals": [v for v, _ in kept], "ticktext": [t for _, t in kept]}
