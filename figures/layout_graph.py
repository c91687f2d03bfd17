"""A layout's unrolled graph as Plotly's shapes and arrows: inputs below, cells, losses above."""

from typing import Any

from figures.style import Style
from rnn_core.layouts import Layout

_INPUT, _CELL, _LOSS, TALL = 0.45, 1.5, 2.55, 3.0  # heights within one graph
_HALF_HIGH, _HALF_WIDE = 0.29, 0.3
_ROWS = {"input": _INPUT, "cell": _CELL, "loss": _LOSS}
TITLE = 0.75  # room for a title above it, in the graph's own heights


class Graph:
    """One unrolled graph as Plotly's shapes and arrows, its inputs at height `base` and above."""

    def __init__(self, layout: Layout, colours: Style, base: float = 0.0) -> None:
        self.layout, self.colours, self.base = layout, colours, base
        self.steps = range(layout.length)

    def shapes(self) -> list[dict[str, Any]]:
        colours, layout = self.colours, self.layout
        boxes = []
        for t in self.steps:
            boxes.append(self._box(t, _CELL, colours.accent, filled=False))
            boxes.append(self._box(t, _INPUT, colours.gate[1], filled=t in layout.reads))
            boxes.append(self._box(t, _LOSS, colours.loss, filled=t in layout.losses))
        for box, t in zip(boxes[::3], self.steps, strict=True):
            box["line"] = {"color": colours.accent, "width": 2}
            box["fillcolor"] = colours.panel
            box["name"] = f"cell {t}"
        return boxes

    def _box(self, t: int, row: float, colour: str, *, filled: bool) -> dict[str, Any]:
        line = {"color": colour if filled else self.colours.muted, "width": 1.5}
        return {
            "type": "rect",
            "x0": t - _HALF_WIDE,
            "x1": t + _HALF_WIDE,
            "y0": self.base + row - _HALF_HIGH,
            "y1": self.base + row + _HALF_HIGH,
            "line": line if filled else {**line, "width": 1, "dash": "dot"},
            "fillcolor": colour if filled else "rgba(0,0,0,0)",
            "layer": "below",
        }

    def arrows(self) -> list[dict[str, Any]]:
        """Input to cell, cell to loss, and from each cell to the next."""
        colours, layout = self.colours, self.layout
        found = []
        for t in self.steps:
            if t in layout.reads:
                found.append(self._arrow((t, _INPUT + _HALF_HIGH), (t, _CELL - _HALF_HIGH)))
            if t in layout.losses:
                found.append(
                    self._arrow((t, _CELL + _HALF_HIGH), (t, _LOSS - _HALF_HIGH), colours.loss)
                )
            if t:
                ends = (t - 1 + _HALF_WIDE, _CELL), (t - _HALF_WIDE, _CELL)
                found.append(self._arrow(*ends, colours.accent))
        return found

    def _arrow(
        self, start: tuple[float, float], end: tuple[float, float], colour: str = ""
    ) -> dict[str, Any]:
        return {
            "x": end[0],
            "y": self.base + end[1],
            "ax": start[0],
            "ay": self.base + start[1],
            "xref": "x",
            "yref": "y",
            "axref": "x",
            "ayref": "y",
            "text": "",
            "showarrow": True,
            "arrowhead": 2,
            "arrowsize": 0.9,
            "arrowwidth": 1.5,
            "arrowcolor": colour or self.colours.muted,
        }

    def letters(self) -> list[dict[str, Any]]:
        """What stands in each box; an input that is not read is a 0."""
        layout, colours = self.layout, self.colours
        said = []
        for t in self.steps:
            read = t in layout.reads
            said.append((t, _CELL, "h", colours.accent))
            said.append((t, _INPUT, *(("x", colours.background) if read else ("0", colours.muted))))
            if t in layout.losses:
                said.append((t, _LOSS, "L", colours.background))
        return [
            {
                "x": t,
                "y": self.base + row,
                "text": f"<i>{letter}</i>" if letter != "0" else letter,
                "showarrow": False,
                "font": {"size": 13, "color": colour},
            }
            for t, row, letter, colour in said
        ]

    def title(self, text: str) -> dict[str, Any]:
        return {
            "text": text,
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "align": "left",
            "y": self.base + TALL,
            "yanchor": "bottom",
            "showarrow": False,
            "font": {"size": 13, "color": self.colours.text},
        }

    def hover(self) -> dict[str, Any]:
        """An unseen mark on every box, which says what the step does."""
        layout = self.layout
        says = [
            f"t = {t}: {'reads x' if t in layout.reads else 'reads 0'}, "
            f"{'has a loss' if t in layout.losses else 'no loss'}"
            for t in self.steps
        ]
        return {
            "type": "scatter",
            "mode": "markers",
            "x": [t for _ in _ROWS for t in self.steps],
            "y": [self.base + row for row in _ROWS.values() for _ in self.steps],
            "customdata": says * len(_ROWS),
            "marker": {"size": 22, "opacity": 0},
            "hovertemplate": "%{customdata}<extra></extra>",
            "showlegend": False,
        }


def rows_axis(graphs: int = 1) -> dict[str, Any]:
    heights = [place * (TALL + TITLE) + row for place in range(graphs) for row in _ROWS.values()]
    return {
        "tickvals": heights,
        "ticktext": [*_ROWS] * graphs,
        "showgrid": False,
        "ticks": "",
    }
