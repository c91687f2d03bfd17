"""Text on a grid: rows of `PER_ROW` characters, each on a field of its own colour.

A field's colour is a number between fixed bounds; a mark that leaves no trace has a sign.
"""

from html import escape
from typing import Any

import numpy as np

from figures.steps import visible
from figures.style import MONOSPACE, Style

PER_ROW = 32
_ROW, _TOP, _BOTTOM = 25, 84, 14
_DARK = (15 / 255, 20 / 255, 27 / 255)


def fields(
    text: str,
    values: np.ndarray,
    says: list[str],
    bounds: tuple[float, float],
    scale: list[list[Any]],
) -> dict[str, Any]:
    """One field for each character, in rows from the top."""
    rows = -(-len(text) // PER_ROW)
    room = rows * PER_ROW
    padded = np.full(room, np.nan)
    padded[: len(text)] = values
    return {
        "type": "heatmap",
        "z": [[None if np.isnan(v) else float(v) for v in row] for row in padded.reshape(rows, -1)],
        "customdata": _rows(says, rows),
        "hovertemplate": "%{customdata}<extra></extra>",
        "zmin": bounds[0],
        "zmax": bounds[1],
        "colorscale": scale,
        "showscale": False,
        "xgap": 1,
        "ygap": 4,
        "hoverongaps": False,
    }


def signs(
    text: str,
    values: np.ndarray,
    bounds: tuple[float, float],
    scale: list[list[Any]],
    colours: Style,
) -> dict[str, Any]:
    """The characters on their fields, each dark or light as can be read better there."""
    shares = (values - bounds[0]) / (bounds[1] - bounds[0])
    inks = [
        colours.text if np.isnan(share) else legible(blend(scale, float(share))) for share in shares
    ]
    places = range(len(text))
    return {
        "type": "scatter",
        "mode": "text",
        "x": [k % PER_ROW for k in places],
        "y": [k // PER_ROW for k in places],
        "text": [escape(visible(c)) for c in text],
        "textfont": {"family": MONOSPACE, "size": 13, "color": inks},
        "hoverinfo": "skip",
    }


def blend(scale: list[list[Any]], share: float) -> tuple[float, float, float]:
    """Red, green and blue (0 to 1) of a colour scale at `share`, as the browser mixes them."""
    stops = [stop for stop, _ in scale]
    parts = np.array([[int(colour[k : k + 2], 16) for k in (1, 3, 5)] for _, colour in scale])
    red, green, blue = (float(np.interp(share, stops, parts[:, k])) / 255 for k in range(3))
    return red, green, blue


def legible(ground: tuple[float, float, float]) -> str:
    """Near-black or white, whichever has the larger contrast (WCAG 2.2) with the ground."""
    light = luminance(ground)
    on_dark, on_light = 1.05 / (light + 0.05), (light + 0.05) / (luminance(_DARK) + 0.05)
    return "#FFFFFF" if on_dark > on_light else "#0F141B"


def luminance(colour: tuple[float, float, float]) -> float:
    """Relative luminance by WCAG 2.2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _rows(entries: list[str], rows: int) -> list[list[str]]:
    padded = entries + [""] * (rows * PER_ROW - len(entries))
    return [padded[k * PER_ROW : (k + 1) * PER_ROW] for k in range(rows)]


def grid(text: str, shapes: list[dict[str, Any]]) -> dict[str, Any]:
    rows = -(-len(text) // PER_ROW)
    return {
        "height": _ROW * rows + _TOP + _BOTTOM,
        "margin": {"l": 4, "r": 4, "t": _TOP, "b": _BOTTOM},
        "xaxis": {"visible": False, "range": [-0.5, PER_ROW - 0.5]},
        "yaxis": {"visible": False, "range": [rows - 0.5, -0.5]},
        "shapes": shapes,
    }


def frame(place: int, colours: Style) -> dict[str, Any]:
    row, column = divmod(place, PER_ROW)
    return {
        "type": "rect",
        "x0": column - 0.5,
        "x1": column + 0.5,
        "y0": row - 0.46,
        "y1": row + 0.46,
        "line": {"color": colours.accent, "width": 3},
    }


def underline(place: int, colours: Style) -> dict[str, Any]:
    row, column = divmod(place, PER_ROW)
    line = {"color": colours.text, "width": 2}
    return {"type": "line", "x0": column - 0.5, "x1": column + 0.5, "y0": row + 0.45} | {
        "y1": row + 0.45,
        "line": line,
    }
