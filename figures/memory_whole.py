"""Three networks as wholes: every output against every input, and what their memory costs."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from figures.drawing import Drawing, figure, note, packed, short
from figures.memory import DECADES
from figures.steps import visible
from figures.style import Style, Theme, style
from figures.style import decades as decade_range
from rnn_core.memory import Seen

_MAP, _TOP, _BOTTOM = 250, 92, 84
_BAR = 50  # pixels from the maps down to the colour bar
_GAP = 0.05  # of the width, between maps


def draw_map(nets: Sequence[Seen], text: str, window: int, *, theme: Theme = "light") -> Drawing:
    """‖∂y_t/∂x_s‖ for every output t (down) and input s (across); blank where it is exactly 0."""
    colours = style(theme)
    sizes = np.concatenate([net.sensitivity.ravel() for net in nets])
    low, high = decade_range(sizes[np.isfinite(sizes)].tolist(), DECADES)
    names = ["One step", f"Window of {window}", "Recurrent"]
    width = (1 - 2 * _GAP) / 3
    layout: dict[str, Any] = {
        "height": _MAP + _TOP + _BOTTOM,
        "margin": {"l": 36, "r": 8, "t": _TOP, "b": _BOTTOM},
        "annotations": [],
    }
    traces = []
    for k, (net, name) in enumerate(zip(nets, names, strict=True)):
        left = k * (width + _GAP)
        tail = str(k + 1) if k else ""
        traces.append(_heat(net, text, colours, (low, high), tail))
        layout[f"xaxis{tail}"] = _side(len(text), colours) | {
            "domain": [left, left + width],
            "anchor": f"y{tail}",
            "title": {"text": "input s"},
        }
        layout[f"yaxis{tail}"] = _side(len(text), colours) | {
            "anchor": f"x{tail}",
            "range": [len(text) - 0.5, -0.5],
            "showticklabels": not k,
            "title": {"text": "" if k else "output t"},
        }
        layout["annotations"].append(note(f"<b>{name}</b>", 1, x=left))
    shares = [np.count_nonzero(net.sensitivity) for net in nets]
    counts = f"{shares[0]}, {shares[1]} and {shares[2]}"
    pairs = len(text) * (len(text) + 1) // 2
    return Drawing(
        figure(
            traces,
            colours,
            layout,
            headline=f"{counts} of {pairs} pairs touch",
            subtitle="colour: ‖∂yₜ/∂xₛ‖, log scale; blank: exactly 0",
        ),
        f"Three maps of output against input. Of {pairs} pairs with the input not after the "
        f"output, {counts} are not exactly 0 for {', '.join(names)}. "
        f"At the last output the recurrent network's sensitivity runs from "
        f"{short(nets[-1].sensitivity[-1, -1])} for the last input to "
        f"{short(nets[-1].sensitivity[-1, 0])} for the first.",
        _pairs(nets),
        "memory-map",
    )


def draw_parameters(
    counts: Sequence[dict[str, int]], window: int, *, theme: Theme = "light"
) -> Drawing:
    """Parameters against the length to be covered; entry i of `counts` is for length i + 1."""
    colours = style(theme)
    lengths = list(range(1, len(counts) + 1))
    lines = {
        "window": ("a window over all T", colours.gradient, "solid"),
        "recurrent": ("recurrent", colours.accent, "solid"),
        "one step": ("one step", colours.muted, "dot"),
    }
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": label,
            "x": lengths,
            "y": [entry[name] for entry in counts],
            "line": {"color": colour, "dash": dash, "width": 3},
            "hovertemplate": "%{y:,}",
        }
        for name, (label, colour, dash) in lines.items()
    ]
    here = counts[window - 1]["window"]
    traces.append(_dot(window, here, colours))
    largest, recurrent = counts[-1]["window"], counts[-1]["recurrent"]
    layout = {
        "height": 380,
        "margin": {"l": 62, "r": 8, "t": 104, "b": 46},
        "showlegend": True,
        "legend": {"y": 1.01, "yanchor": "bottom"},
        "hovermode": "x unified",
        "xaxis": {
            "range": [0.5, len(counts) + 0.5],
            "title": {"text": "steps T to be covered"},
            "unifiedhovertitle": {"text": "T = %{x}"},
        },
        "yaxis": {"range": [0, largest * 1.08], "tickformat": ",d", "nticks": 6},
    }
    return Drawing(
        figure(
            traces,
            colours,
            layout,
            headline=f"Recurrent: {recurrent:,} parameters at any length",
            subtitle=f"a window over {len(counts)} steps needs {largest:,}",
        ),
        f"Parameters against the number of steps to be covered. The recurrent network has "
        f"{recurrent:,} at every length. A window has {counts[0]['window']:,} for one step, "
        f"{here:,} for {window} and {largest:,} for {len(counts)}, along a straight line.",
        {"steps": lengths} | {name: [entry[name] for entry in counts] for name in lines},
        "memory-parameters",
    )


def _heat(
    net: Seen, text: str, colours: Style, limits: tuple[int, int], tail: str
) -> dict[str, Any]:
    with np.errstate(divide="ignore"):
        logs = np.where(net.sensitivity > 0, np.log10(net.sensitivity), np.nan)
    says = [
        [
            f"output {t}, input {s} “{visible(text[s])}”: {short(value, 4)}"
            for s, value in enumerate(row)
        ]
        for t, row in enumerate(net.sensitivity.tolist())
    ]
    powers = [p for p in range(limits[0], limits[1] + 1) if p % 2 == 0]
    return {
        "type": "heatmap",
        "z": packed(logs, "f4"),
        "xaxis": f"x{tail}",
        "yaxis": f"y{tail}",
        "zmin": limits[0],
        "zmax": limits[1],
        "colorscale": [[0, colours.line], [1, colours.gradient]],
        "xgap": 1,
        "ygap": 1,
        "text": says,
        "hovertemplate": "%{text}<extra></extra>",
        "hoverongaps": False,
        "showscale": not tail,
        "colorbar": {
            "orientation": "h",
            "thickness": 10,
            "len": 1,
            "y": -_BAR / _MAP,
            "yanchor": "top",
            "ypad": 0,
            "x": 0,
            "xanchor": "left",
            "xpad": 0,
            "outlinewidth": 0,
            "tickvals": powers,
            "ticktext": [f"10<sup>{p}</sup>".replace("-", "−") for p in powers],
            "tickfont": {"size": 12, "color": colours.muted},
        },
    }


def _side(count: int, colours: Style) -> dict[str, Any]:
    return {
        "range": [-0.5, count - 0.5],
        "tickvals": list(range(0, count, 5)),
        "showgrid": False,
        "linecolor": colours.line,
        "mirror": True,
        "showline": True,
    }


def _dot(window: int, value: int, colours: Style) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [window],
        "y": [value],
        "marker": {"size": 12, "color": colours.gradient},
        "text": [f"<b>k = {window}</b>  "],
        "textposition": "top left" if window > 2 else "top center",
        "cliponaxis": False,
        "textfont": {"color": colours.text, "size": 13},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _pairs(nets: Sequence[Seen]) -> dict[str, Any]:
    """One row for each pair and network."""
    length = len(nets[0].sensitivity)
    outputs, inputs = np.meshgrid(np.arange(length), np.arange(length), indexing="ij")
    return {
        "network": np.repeat([net.name for net in nets], length * length),
        "output": np.tile(outputs.ravel(), len(nets)),
        "input": np.tile(inputs.ravel(), len(nets)),
        "sensitivity": np.concatenate([net.sensitivity.ravel() for net in nets]),
    }
