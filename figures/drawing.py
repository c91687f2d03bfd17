"""What a figure builder returns: the figure, what it says in words, and its numbers."""

import base64
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from figures.style import Style, config, template

# At 350 pixels, the narrowest screen, this is what fits on one line of each.
MAX_HEADLINE = 46
MAX_SUBTITLE = 56


class Figure(go.Figure):
    """A Plotly figure that is parsed only if someone asks for its parts.

    `go.Figure(spec)` checks every property and copies every array, and `to_dict` copies them
    again: for four figures of the lab that was most of the time of a rerun. A builder's dict is
    fixed by the tests (which do parse it), so the page hands it to the browser as it is.
    """

    def __init__(self, spec: dict[str, Any]) -> None:
        self.__dict__["_spec"] = spec

    def __getattr__(self, name: str) -> Any:
        # Only for names that are not there: the first look at `data`, `layout` and the like.
        if name.startswith("__") or "_data" in self.__dict__:
            raise AttributeError(name)
        super().__init__(self.__dict__["_spec"])
        return getattr(self, name)

    def to_dict(self) -> dict[str, Any]:
        """Plotly's JSON object; the builder's own unless the figure was changed since."""
        return super().to_dict() if "_data" in self.__dict__ else self.__dict__["_spec"]


@dataclass(frozen=True, eq=False)
class Drawing:
    """One figure, ready to be shown.

    `alt` says what a sighted person would see, with its numbers. `columns` are the numbers
    drawn, at full precision, as columns of equal length. `name` is that of a downloaded file,
    without its ending.
    """

    figure: go.Figure
    alt: str
    columns: Mapping[str, Sequence[Any]]
    name: str

    @property
    def config(self) -> dict[str, Any]:
        """Plotly's configuration for this figure."""
        return config(self.name)

    def to_csv(self) -> str:
        """The numbers drawn, comma separated, with a header; floats read back exactly."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns)
        columns = [np.asarray(column).tolist() for column in self.columns.values()]
        writer.writerows(zip(*columns, strict=True))
        return out.getvalue()


def figure(
    traces: list[dict[str, Any]],
    colours: Style,
    layout: dict[str, Any],
    *,
    headline: str,
    subtitle: str = "",
) -> Figure:
    """A figure with its finding on top, in the project's type and colours."""
    below = f'<br><span style="font-size:12px;color:{colours.muted}">{subtitle}</span>'
    full: dict[str, Any] = {
        "template": template(colours),
        "title": {"text": f"<b>{headline}</b>{below if subtitle else ''}"},
        **layout,
    }
    return Figure({"data": traces, "layout": full})


def note(
    text: str, y: float, *, side: Literal["left", "right"] = "left", **more: Any
) -> dict[str, Any]:
    """An annotation that stands on height `y` of the plot, at its left or right edge."""
    # `align` matters to a downloaded picture, whose font may be wider than the page's.
    shared = {"xref": "paper", "yref": "paper", "yanchor": "bottom", "showarrow": False}
    x = 0 if side == "left" else 1
    return {**shared, "text": text, "x": x, "y": y, "xanchor": side, "align": side, **more}


def heading(name: str, symbol: str, says: str, colours: Style) -> str:
    """A panel's name: bold, then its symbol, then what it means in small and muted type."""
    text = f"<b>{name}</b> <i>{symbol}</i>" if symbol else f"<b>{name}</b>"
    if not says:
        return text
    return f'{text}  <span style="color:{colours.muted};font-size:12px">{says}</span>'


def packed(array: np.ndarray, dtype: Literal["f4", "f8"]) -> dict[str, Any]:
    """An array in the form that the browser reads without parsing numbers; NaN is a gap.

    "f4" has seven digits, from 1e-38 on: what a colour and its hover text need.
    """
    data = np.ascontiguousarray(array, dtype=f"<{dtype}").tobytes()
    spec = {"dtype": dtype, "bdata": base64.b64encode(data).decode()}
    return spec if array.ndim == 1 else {**spec, "shape": ", ".join(map(str, array.shape))}


def counted(number: int, noun: str) -> str:
    """`1 unit`, `16 units`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def short(value: float, digits: int = 2) -> str:
    """A number for a sentence: `0.41`, `3.2e-6`, `−1.8`."""
    text = f"{value:.{digits}g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        text = f"{mantissa}e{int(exponent)}"
    return "−" + text[1:] if text.startswith("-") else text
