"""The serial chain of a recurrent network, and what a training step costs on this machine.

`draw_chain`: which cells can be worked out together, in which round. `draw_along`: milliseconds
against T, B or H, both axes logarithmic, so that what grows in proportion is a line of slope 1,
drawn dotted. `draw_shape`: the same arithmetic from many short rows to one long chain.
"""

import math
from typing import Any

from figures.drawing import Drawing, counted, figure, heading, note, short
from figures.style import Style, Theme, style
from rnn_core.price import ALONG, BASE, NAMES, WORK, Prices

_TOP, _BOTTOM, _PLOT = 128, 50, 300  # room for a legend of two rows, as a phone has it
_CHAIN_TOP = 84
_SAYS = {"T": "sequence length T", "B": "batch size B, rows side by side", "H": "hidden units H"}
_FIELD = {"T": "length", "B": "batch", "H": "hidden_size", "shape": "length"}
_SYMBOLS = {
    "numpy": "circle",
    "torch-cpu": "square",
    "torch-cuda": "diamond",
    "torch-mps": "diamond",
}
_MOST_NUMBERED = 12  # columns whose cells have room for a number of two digits on a phone


def draw_chain(length: int, batch: int, *, theme: Theme = "light") -> Drawing:
    """T columns that wait for one another, B rows that do not; the way forward, then back."""
    colours = style(theme)
    row = 34 if batch <= 6 else 26
    height = row * batch + 40
    traces = [_links(length, batch, colours), _heads(length, batch, colours)]
    traces.append(_cells(length, batch))
    layout: dict[str, Any] = {
        "height": height + _CHAIN_TOP + _BOTTOM + 14,
        "margin": {"l": 12, "r": 12, "t": _CHAIN_TOP, "b": _BOTTOM + 14},
        "xaxis": {"range": [-0.7, length - 0.3], "tickformat": "d", "dtick": 1 + (length > 12)}
        | {"title": {"text": "step t: each column waits for the one before"}},
        "yaxis": {"range": [batch - 0.3, -0.8], "visible": False},
        "annotations": [
            note(
                heading("Forward", "", f"rounds 1 to {length}, then back, {length} more", colours),
                1,
            )
        ],
    }
    every = [(t, b) for b in range(batch) for t in range(length)]
    columns: dict[str, Any] = {
        "row": [b for _, b in every],
        "step": [t for t, _ in every],
        "round_forward": [t + 1 for t, _ in every],
        "round_back": [2 * length - t for t, _ in every],
    }
    together = counted(batch, "cell")
    return Drawing(
        figure(
            traces,
            colours,
            layout,
            headline=f"{counted(2 * length, 'round')}, one after another",
            subtitle=f"{together} at once in each round",
        ),
        f"A grid of {counted(length, 'column')} and {counted(batch, 'row')} of cells. Arrows lead "
        f"from each cell to the next in its row, none from row to row: {length} rounds forward "
        f"and {length} back, {together} in each, whatever the number of rows.",
        columns,
        "price-chain",
    )


def _links(length: int, batch: int, colours: Style) -> dict[str, Any]:
    """The state that each row hands on."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for b in range(batch):
        xs += [0, length - 1, None]
        ys += [b, b, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "line": {"color": colours.muted, "width": 2},
        "hoverinfo": "skip",
    }


def _heads(length: int, batch: int, colours: Style) -> dict[str, Any]:
    """Which way: a head in the middle of each link."""
    every = [(t + 0.5, b) for b in range(batch) for t in range(length - 1)]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [x for x, _ in every],
        "y": [b for _, b in every],
        "marker": {"symbol": "triangle-right", "size": 9, "opacity": 1, "color": colours.muted}
        | {"line": {"width": 0}},
        "hoverinfo": "skip",
    }


def _cells(length: int, batch: int) -> dict[str, Any]:
    every = [(t, b) for b in range(batch) for t in range(length)]
    numbered = length <= _MOST_NUMBERED
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [t for t, _ in every],
        "y": [b for _, b in every],
        "text": [str(t + 1) if numbered else "" for t, _ in every],
        "textfont": {"size": 12, "color": "#FFFFFF"},
        "marker": {
            "symbol": "square",
            "size": 22 if numbered else 14,
            "opacity": 1,
            "color": "#2A54DE",
            "line": {"width": 0},
        },
        "customdata": [[t + 1, 2 * length - t] for t, _ in every],
        "hovertemplate": "row %{y}, step %{x}: round %{customdata[0]} forward, "
        "%{customdata[1]} back<extra></extra>",
    }


def draw_along(
    prices: Prices, axis: str, *, chosen: int | None = None, theme: Theme = "light"
) -> Drawing:
    """One line for each engine; the first engine's growth is the headline."""
    colours, first = style(theme), prices.engines[0]
    values = [getattr(size, _FIELD[axis]) for size in ALONG[axis]]
    times, growth = prices.along(first, axis), prices.growth(first, axis)
    traces = [_proportional(values, times[0], colours)]
    traces += [_line(prices, engine, axis, values, colours) for engine in prices.engines]
    wider = short(values[-1] / values[0], 3)
    layout = _layout(prices, values, f"{_SAYS[axis]} (log)", colours)
    if chosen is not None:
        layout["shapes"] = [_rule(chosen, colours)]
    layout["annotations"] = [note(heading("Milliseconds a step", "", _says(axis), colours), 1)]
    return Drawing(
        figure(
            traces,
            colours,
            layout,
            headline=f"{axis} × {wider}: time × {_times(growth)}",
            subtitle=f"{NAMES[first]}; {_gpu(prices)}",
        ),
        f"Time of a training step against {axis} from {values[0]} to {values[-1]}. "
        + " ".join(_told(prices, engine, axis) for engine in prices.engines)
        + f" {_gpu(prices).capitalize()}.",
        _columns(prices, axis),
        f"price-{axis.lower()}",
    )


def draw_shape(prices: Prices, *, theme: Theme = "light") -> Drawing:
    """T · B the same everywhere: only how much of it must be done one after another differs."""
    colours, first = style(theme), prices.engines[0]
    sizes = ALONG["shape"]
    values = [size.length for size in sizes]
    traces = [_line(prices, engine, "shape", values, colours) for engine in prices.engines]
    layout = _layout(prices, values, "", colours)
    layout["xaxis"]["ticktext"] = [f"T {s.length}<br>B {s.batch}" for s in sizes]
    words = f"T · B = {WORK} throughout"
    layout["annotations"] = [note(heading("Milliseconds a step", "", words, colours), 1)]
    return Drawing(
        figure(
            traces,
            colours,
            layout,
            headline=f"As one chain: {_times(prices.growth(first, 'shape'))} times the time",
            subtitle=f"{NAMES[first]}, the same arithmetic; {_gpu(prices)}",
        ),
        f"Time of a training step with T times B fixed at {WORK}, from {sizes[0].batch} rows of "
        f"length 1 to one row of length {sizes[-1].length}. "
        + " ".join(_told(prices, engine, "shape") for engine in prices.engines)
        + f" {_gpu(prices).capitalize()}.",
        _columns(prices, "shape"),
        "price-shape",
    )


def _layout(prices: Prices, values: list[int], title: str, colours: Style) -> dict[str, Any]:
    axes = ("T", "B", "H", "shape")
    every = [1000 * t for engine in prices.engines for a in axes for t in prices.along(engine, a)]
    low, high = math.log10(min(every)), math.log10(max(every))
    ticks = [m * 10.0**p for p in range(math.floor(low), math.ceil(high) + 1) for m in (1, 2, 5)]
    return {
        "height": _PLOT + _TOP + _BOTTOM,
        "margin": {"l": 52, "r": 16, "t": _TOP, "b": _BOTTOM},
        "showlegend": True,
        "legend": {"y": 1 + 24 / _PLOT, "yanchor": "bottom"},
        "xaxis": {"type": "log", "tickvals": values, "ticktext": [str(v) for v in values]}
        | {"range": [math.log10(values[0]) - 0.08, math.log10(values[-1]) + 0.08]}
        | {"title": {"text": title}},
        "yaxis": {"type": "log", "range": [low - 0.1, high + 0.1]}
        | {"tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]},
    }


def _line(
    prices: Prices, engine: str, axis: str, values: list[int], colours: Style
) -> dict[str, Any]:
    first = engine == prices.engines[0]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": NAMES[engine],
        "x": values,
        "y": [1000 * t for t in prices.along(engine, axis)],
        "line": {"color": _colour(engine, colours), "width": 3.5 if first else 2},
        "marker": {"size": 9, "symbol": _SYMBOLS[engine], "opacity": 1, "line": {"width": 0}},
        "hovertemplate": "%{x}: %{y:.3~g} ms",
    }


def _colour(engine: str, colours: Style) -> str:
    if engine == "numpy":
        return colours.accent
    return colours.loss if engine == "torch-cpu" else colours.gradient


def _proportional(values: list[int], start: float, colours: Style) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "in proportion",
        "x": values,
        "y": [1000 * start * value / values[0] for value in values],
        "line": {"color": colours.muted, "dash": "dot", "width": 2},
        "hoverinfo": "skip",
    }


def _rule(value: int, colours: Style) -> dict[str, Any]:
    line = {"color": colours.muted, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": value, "x1": value, "yref": "paper", "y0": 0, "y1": 1} | {
        "line": line
    }


def _times(ratio: float) -> str:
    return short(ratio) if ratio < 100 else f"{ratio:,.0f}"


def _says(axis: str) -> str:
    base = {"T": BASE.length, "B": BASE.batch, "H": BASE.hidden_size}
    return ", ".join(f"{name} {value}" for name, value in base.items() if name != axis)


def _gpu(prices: Prices) -> str:
    return "a GPU beside it" if prices.has_gpu else "no GPU here, the CPU alone"


def _told(prices: Prices, engine: str, axis: str) -> str:
    times = prices.along(engine, axis)
    return (
        f"{NAMES[engine]} ({prices.machine[engine]}): {short(1000 * times[0])} to "
        f"{short(1000 * times[-1])} milliseconds, {_times(times[-1] / times[0])} times."
    )


def _columns(prices: Prices, axis: str) -> dict[str, Any]:
    sizes = ALONG[axis]
    columns: dict[str, Any] = {
        "T": [size.length for size in sizes],
        "B": [size.batch for size in sizes],
        "H": [size.hidden_size for size in sizes],
    }
    for engine in prices.engines:
        columns[f"{engine}_seconds"] = list(prices.along(engine, axis))
    return columns
