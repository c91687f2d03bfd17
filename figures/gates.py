"""Every gate and state of one layer as heat maps: units by time, one below the other.

All share the time axis and the order of the units, so that a column is one moment and a row is
one unit. Gates are on [0, 1], candidate and hidden state on [-1, 1]; the cell state, the
pre-activation and a relu's output have no bound and get a round limit, printed beside them.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from figures.drawing import Drawing, counted, figure, heading, note, packed, short
from figures.steps import Steps
from figures.style import GATE_RANGE, TANH_RANGE, Style, Theme, style, symmetric_limit
from rnn_core import AnySequence, GRUTrace, LayerTrace, LSTMTrace, RNNTrace
from rnn_core.components import principal_components

Order = Literal["index", "mean", "similarity"]

_TITLE_HEIGHT = 26  # a panel's name, above it
_TOP, _BOTTOM = 58, 46
_INPUT_HEIGHT = 54


@dataclass(frozen=True, eq=False)
class Panel:
    """One heat map: `values` (unit, time), unit 0 first whatever the order drawn."""

    name: str
    symbol: str
    says: str
    values: np.ndarray
    limits: tuple[float, float]

    @property
    def is_gate(self) -> bool:
        return self.limits == GATE_RANGE


def draw(
    trace: LayerTrace,
    sequence: AnySequence | None = None,
    *,
    order: Order = "index",
    batch: int = 0,
    theme: Theme = "light",
) -> Drawing:
    """Heat maps of everything that a layer computed for one sequence.

    `order` sorts the units: by their number, by their mean hidden state, or so that units with
    a similar hidden state stand together.

    Raises:
        ValueError: an unknown order or theme, or a sequence of another length.
    """
    colours = style(theme)
    steps = Steps.of(sequence, len(trace.hidden))
    panels = panels_of(trace, batch)
    units = unit_order(trace.hidden[:, batch], order)
    return Drawing(
        _figure(panels, units, steps, colours),
        _alt(panels, steps),
        _columns(panels, steps),
        "gates",
    )


def panels_of(trace: LayerTrace, batch: int = 0) -> list[Panel]:
    """What a cell of this kind has to show, in the order of its computation."""

    def panel(name: str, symbol: str, says: str, field: str, limits: tuple | None) -> Panel:
        values = getattr(trace, field)[:, batch].T
        if limits is None:
            top = symmetric_limit([float(np.abs(values).max())])
            limits = (-top, top)
        return Panel(name, symbol, says, values, limits)

    enters = trace.nonlinearity if isinstance(trace, RNNTrace) else "tanh"
    limits = TANH_RANGE if enters == "tanh" else None
    hidden = panel("Hidden state", "h", "what is passed on", "hidden", limits)
    if isinstance(trace, LSTMTrace):
        return [
            panel("Forget gate", "f", "0 drops, 1 keeps", "forget_gate", GATE_RANGE),
            panel("Input gate", "i", "0 ignores, 1 writes", "input_gate", GATE_RANGE),
            panel("Candidate", "g", "what could be written", "candidate", TANH_RANGE),
            panel("Cell state", "c", "the memory", "cell", None),
            panel("Output gate", "o", "0 hides, 1 shows", "output_gate", GATE_RANGE),
            hidden,
        ]
    if isinstance(trace, GRUTrace):
        return [
            panel("Reset gate", "r", "0 ignores the past", "reset_gate", GATE_RANGE),
            panel("Candidate", "n", "what could be written", "candidate", TANH_RANGE),
            panel("Update gate", "z", "0 writes, 1 keeps", "update_gate", GATE_RANGE),
            hidden,
        ]
    says = "equal to h" if enters == "linear" else f"what enters the {enters}"
    return [panel("Pre-activation", "a", says, "preactivation", None), hidden]


def unit_order(hidden: np.ndarray, order: Order = "index") -> np.ndarray:
    """Unit numbers from the top row down, for hidden states (time, hidden)."""
    if order == "index":
        return np.arange(hidden.shape[1])
    if order == "mean":
        return np.argsort(-hidden.mean(axis=0), kind="stable")
    if order == "similarity":
        # Units as points, their courses as coordinates: neighbours along the widest direction.
        return np.argsort(-principal_components(hidden.T, 1).points[:, 0], kind="stable")
    raise ValueError(f'order must be "index", "mean" or "similarity", got {order!r}')


def _figure(panels: list[Panel], units: np.ndarray, steps: Steps, colours: Style) -> Any:
    row = float(np.clip(96 / len(units), 2, 14))
    inner = row * len(units)
    first = _INPUT_HEIGHT + _TITLE_HEIGHT if steps.values else 0
    plot = first + len(panels) * (inner + _TITLE_HEIGHT)
    bottom_axis = "y" if len(panels) == 1 else f"y{len(panels)}"
    layout: dict[str, Any] = {
        "height": round(plot + _TOP + _BOTTOM),
        "margin": {"l": 8, "r": 8, "t": _TOP, "b": _BOTTOM},
        "annotations": steps.numbers(colours),
        "xaxis": steps.axis(anchor=bottom_axis, showspikes=True),
    }
    traces = []
    for k, panel in enumerate(panels):
        top = 1 - (first + k * (inner + _TITLE_HEIGHT) + _TITLE_HEIGHT) / plot
        name = f"y{k + 1}" if k else "y"
        traces.append(_heat_map(panel, units, steps, colours, name, top))
        layout[f"yaxis{k + 1}" if k else "yaxis"] = {
            "domain": [max(0.0, top - inner / plot), top],
            "range": [len(units) - 0.5, -0.5],
            "tickvals": list(range(len(units))),
            "ticktext": [f"unit {unit}" for unit in units.tolist()],
            "showticklabels": False,
            "showgrid": False,
        }
        layout["annotations"] += _labels(panel, top, colours)
    if steps.values:
        _add_input(traces, layout, steps, colours, plot, bottom_axis)
    headline, subtitle = _finding(panels, steps)
    return figure(traces, colours, layout, headline=headline, subtitle=subtitle)


def _heat_map(
    panel: Panel, units: np.ndarray, steps: Steps, colours: Style, axis: str, top: float
) -> dict[str, Any]:
    low, high = panel.limits
    # Of a category axis the position in the row is the step; else the tick's own text says it.
    when = "t = %{pointNumber[1]} reads “%{x}”" if steps.characters else "%{x}"
    return {
        "type": "heatmap",
        "z": packed(panel.values[units], "f4"),
        **steps.along(),
        "yaxis": axis,
        "zmin": low,
        "zmax": high,
        "colorscale": colours.gate_scale if panel.is_gate else colours.signed_scale,
        "ygap": 1 if len(units) <= 24 else 0,
        "hovertemplate": f"{panel.name} <b>%{{z:.4g}}</b><br>%{{y}}, {when}<extra></extra>",
        "colorbar": {
            "orientation": "h",
            "lenmode": "pixels",
            "len": 116,
            "thickness": 7,
            "x": 1,
            "xanchor": "right",
            "xpad": 26,
            "y": top,
            "yanchor": "bottom",
            "ypad": 8,
            "outlinewidth": 0,
            "showticklabels": False,
            "ticks": "",
        },
    }


def _labels(panel: Panel, top: float, colours: Style) -> list[dict[str, Any]]:
    """The panel's name and meaning on the left, the ends of its scale beside its colour bar."""
    low, high = (short(limit) for limit in panel.limits)
    small = {"font": {"size": 12, "color": colours.muted}}
    return [
        note(heading(panel.name, panel.symbol, panel.says, colours), top),
        note(low, top, side="right", xshift=-94, **small),
        note(high, top, side="right", xanchor="left", align="left", xshift=-24, **small),
    ]


def _add_input(
    traces: list[dict[str, Any]],
    layout: dict[str, Any],
    steps: Steps,
    colours: Style,
    plot: float,
    bottom_axis: str,
) -> None:
    """The numbers read, as a line above the heat maps, on the axis that shows step numbers.

    The heat maps keep an axis of their own, whose hidden ticks spell out each step for the
    hover text.
    """
    layout["xaxis2"] = steps.axis(anchor=bottom_axis, matches="x", side="bottom")
    layout["xaxis"].update(
        tickvals=list(range(steps.count)),
        ticktext=steps.hover,
        showticklabels=False,
        title=None,
    )
    axis = len(traces) + 1
    top = 1 - _TITLE_HEIGHT / plot
    traces.append(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "y": list(steps.values),
            "xaxis": "x2",
            "yaxis": f"y{axis}",
            "line": {"color": colours.text, "width": 1.5},
            "marker": {"size": 4},
            "customdata": steps.hover,
            "hovertemplate": "%{customdata}<extra></extra>",
        }
    )
    low, high = min(steps.values), max(steps.values)
    room = 0.08 * (high - low) or 0.5
    layout[f"yaxis{axis}"] = {
        "domain": [top - _INPUT_HEIGHT / plot, top],
        "range": [low - room, high + room],
        "anchor": "x2",
        "showticklabels": False,
        "showgrid": False,
        "zeroline": low < 0 < high,
        "zerolinecolor": colours.line,
    }
    ends = f"from {short(low, 3)} to {short(high, 3)}"
    layout["annotations"].append(note(heading("Input", "x", ends, colours), top))


def _telling(panels: list[Panel]) -> tuple[Panel, int]:
    """The panel that decides what is remembered, and its unit with the widest swing."""
    wanted = {"Forget gate", "Update gate"}
    panel = next((panel for panel in panels if panel.name in wanted), panels[-1])
    return panel, int(np.argmax(np.ptp(panel.values, axis=1)))


def _finding(panels: list[Panel], steps: Steps) -> tuple[str, str]:
    panel, unit = _telling(panels)
    row = panel.values[unit]
    size = f"{counted(len(panel.values), 'unit')} (rows), {counted(steps.count, 'step')}"
    return (
        f"{panel.name} of unit {unit} moves most",
        f"from {short(row.min())} to {short(row.max())}; {size}",
    )


def _alt(panels: list[Panel], steps: Steps) -> str:
    panel, unit = _telling(panels)
    row = panel.values[unit]
    low, high = int(np.argmin(row)), int(np.argmax(row))
    means = ", ".join(f"{p.name.lower()} {short(p.values.mean())}" for p in panels if p.is_gate)
    ranges = "; ".join(
        f"{p.name.lower()} from {short(p.values.min())} to {short(p.values.max())}"
        for p in panels
        if not p.is_gate
    )
    return (
        f"Heat maps of {counted(len(panel.values), 'unit')} over {counted(steps.count, 'step')}. "
        + (f"Mean {means}. " if means else "")
        + f"{ranges[:1].upper()}{ranges[1:]}. "
        + f"The {panel.name.lower()} of unit {unit} moves most, from {short(row[low])} at "
        + f"{steps.name(low)} to {short(row[high])} at {steps.name(high)}."
    )


def _columns(panels: list[Panel], steps: Steps) -> dict[str, Any]:
    units = len(panels[0].values)
    columns: dict[str, Any] = {"unit": np.repeat(np.arange(units), steps.count)}
    columns["step"] = np.tile(np.arange(steps.count), units)
    if steps.labels:
        columns["read"] = np.tile(np.array(steps.labels), units)
    for panel in panels:
        columns[panel.name.lower().replace(" ", "_").replace("-", "")] = panel.values.ravel()
    return columns
