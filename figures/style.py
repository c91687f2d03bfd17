"""The one place for what every picture shares: colours, ranges, type, the layout's defaults.

The stage mirrors these colours in its CSS variables. They are safe for the common
colour-vision deficiencies (signed values run from orange to blue), and nothing is told by
colour alone: size is also a length, a number or a marker's shape.

A range belongs to a quantity, not to a run, so that two pictures can be compared by eye:
gates are shown on [0, 1], tanh states on [-1, 1]; what has no bound gets the smallest of a
few round limits, and the limit is printed.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Theme = Literal["light", "dark"]

FONT = '"Source Sans", "Source Sans Pro", system-ui, -apple-system, "Segoe UI", sans-serif'
MONOSPACE = '"Source Code Pro", ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace'

GATE_RANGE = (0.0, 1.0)
TANH_RANGE = (-1.0, 1.0)
# Powers of ten that a logarithmic axis always shows; it grows by whole steps when values leave it.
GRADIENT_DECADES = (-6, 1)
JACOBIAN_DECADES = (-6, 1)
_ROUND = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True)
class Style:
    """The colours of one theme. `signed` is (negative, zero, positive), `gate` is (0, 1)."""

    theme: Theme
    text: str
    muted: str
    background: str
    panel: str
    line: str
    accent: str
    gate: tuple[str, str]
    signed: tuple[str, str, str]
    time: tuple[str, str]
    gradient: str
    gradient_soft: str
    loss: str

    @property
    def gate_scale(self) -> list[list[Any]]:
        """One hue, 0 to 1."""
        return [[0, self.gate[0]], [1, self.gate[1]]]

    @property
    def signed_scale(self) -> list[list[Any]]:
        """Two hues about 0."""
        return [[0, self.signed[0]], [0.5, self.signed[1]], [1, self.signed[2]]]

    @property
    def time_scale(self) -> list[list[Any]]:
        """First step to last."""
        return [[0, self.time[0]], [1, self.time[1]]]


LIGHT = Style(
    theme="light",
    text="#1B2333",
    muted="#5E6880",
    background="#FFFFFF",
    panel="#F6F7FA",
    line="#E1E5EC",
    accent="#2A54DE",
    gate=("#EEF5F3", "#0F7C6E"),
    signed=("#D9652B", "#F3F4F7", "#2F6DB5"),
    time=("#A9BBF5", "#16277A"),
    gradient="#B5226B",
    gradient_soft="rgba(181, 34, 107, 0.28)",
    loss="#BF4D36",
)
DARK = Style(
    theme="dark",
    text="#E8ECF4",
    muted="#9AA4B8",
    background="#0F141B",
    panel="#171D27",
    line="#2A3341",
    accent="#8AA4FF",
    gate=("#1A2428", "#2FD0BC"),
    signed=("#F08A4B", "#1C232E", "#5AA0F2"),
    time=("#46548C", "#C9D4FF"),
    gradient="#F36FB2",
    gradient_soft="rgba(243, 111, 178, 0.30)",
    loss="#F0835F",
)


def style(theme: Theme = "light") -> Style:
    """The style of a theme.

    Raises:
        ValueError: the theme is neither "light" nor "dark".
    """
    if theme not in ("light", "dark"):
        raise ValueError(f'theme must be "light" or "dark", got {theme!r}')
    return DARK if theme == "dark" else LIGHT


def symmetric_limit(values: Iterable[float]) -> float:
    """The smallest round number, at least 1, that no value exceeds in size.

    Round numbers are 1, 1.5, 2, 3, 4, 5, 6 and 8 times a power of ten.
    """
    largest = max((abs(value) for value in values), default=0.0)
    if largest <= 1.0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest))
    # A value of 2.0000000001 is drawn at the end of a scale that ends at 2.
    return next(step * power for step in _ROUND if largest <= step * power * (1 + 1e-9))


def decades(values: Iterable[float], always: tuple[int, int]) -> tuple[int, int]:
    """Powers of ten between which all positive values lie, `always` included.

    A bound that must move goes to the next even power, so that small changes of a run leave
    the axis where it is.
    """
    positive = [value for value in values if value > 0]
    low, high = always
    if not positive:
        return low, high
    smallest, largest = math.log10(min(positive)), math.log10(max(positive))
    if smallest < low:
        # Below it a float64 has no room for the mark of 0 (`figures.decades`).
        low = max(-322, 2 * math.floor(smallest / 2))
    if largest > high:
        high = 2 * math.ceil(largest / 2)
    return low, high


def config(name: str) -> dict[str, Any]:
    """Plotly's configuration: few buttons, no outside links, a PNG at twice the size."""
    return {
        "displaylogo": False,
        "scrollZoom": False,
        "doubleClick": "reset",
        "modeBarButtons": [["toImage", "zoom2d", "pan2d", "resetScale2d"]],
        "toImageButtonOptions": {"format": "png", "filename": name, "scale": 2},
    }


def _template(colours: Style) -> dict[str, Any]:
    muted = {"size": 12, "color": colours.muted}
    axis = {
        "automargin": False,
        "gridcolor": colours.line,
        "linecolor": colours.line,
        "tickcolor": colours.line,
        "tickfont": muted,
        "ticks": "",
        "title": {"font": muted, "standoff": 6},
        "zeroline": False,
    }
    spike = {
        "spikemode": "across",
        "spikethickness": 1,
        "spikedash": "solid",
        "spikecolor": colours.accent,
    }
    layout = {
        "autosize": True,
        "paper_bgcolor": colours.background,
        "plot_bgcolor": colours.background,
        "font": {"family": FONT, "size": 13, "color": colours.text},
        "xaxis": {**axis, **spike, "showgrid": False},
        "yaxis": axis,
        # A drag scrolls the page on a phone; zooming is a button.
        "dragmode": False,
        "hovermode": "closest",
        "showlegend": False,
        **_around_the_plot(colours),
    }
    return {"layout": layout}


def _around_the_plot(colours: Style) -> dict[str, Any]:
    """Title, legend, hover box and buttons."""
    return {
        "title": {
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 18, "l": 8},
            "font": {"size": 16, "color": colours.text},
        },
        "hoverlabel": {
            "align": "left",
            "bgcolor": colours.panel,
            "bordercolor": colours.line,
            "font": {"family": FONT, "size": 13, "color": colours.text},
        },
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "bgcolor": "rgba(0,0,0,0)",
            "font": {"size": 12, "color": colours.text},
        },
        "modebar": {
            "bgcolor": colours.background,
            "color": colours.muted,
            "activecolor": colours.accent,
        },
    }


_TEMPLATES = {"light": _template(LIGHT), "dark": _template(DARK)}


def template(colours: Style) -> dict[str, Any]:
    """The layout defaults of a style, in the form of a Plotly template. Not to be changed."""
    return _TEMPLATES[colours.theme]
