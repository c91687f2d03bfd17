"""Layouts of a recurrent network on its unrolled graph, and where their gradients set out.

Every cell is drawn in every layout, because it runs in every one. An input that is not read is a
dotted slot, a loss that is not counted too. Below the graph stands ‖∂L/∂h_t‖ of that layout on an
absolute log axis, beside that of a loss at every step; a step that no gradient reaches is a cross
at 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from figures import decades
from figures.drawing import Drawing, counted, figure, heading, note, short
from figures.style import GRADIENT_DECADES, Style, Theme, style
from figures.style import decades as decade_range
from rnn_core.layouts import Layout

_INPUT, _CELL, _LOSS, _TALL = 0.45, 1.5, 2.55, 3.0  # heights within one graph
_HALF_HIGH, _HALF_WIDE = 0.29, 0.3
_ROWS = {"input": _INPUT, "cell": _CELL, "loss": _LOSS}
_GRAPH, _BETWEEN, _NORMS, _TOP, _BOTTOM = 190, 76, 170, 66, 46
_LEFT = 46
_EACH = 118  # pixels of one of several graphs, its title included
_TITLE = 0.75  # room for that title, in the graph's own heights


@dataclass(frozen=True)
class Named:
    """A layout as it is told: its name, and a task of that kind."""

    layout: Layout
    name: str
    example: str


def draw(
    shown: Named, norms: np.ndarray, everywhere: np.ndarray, *, theme: Theme = "light"
) -> Drawing:
    """One layout; ‖∂L/∂h_t‖ (time,) with its losses, and with a loss at every step."""
    colours, count = style(theme), shown.layout.length
    height = _GRAPH + _BETWEEN + _NORMS
    upper, lower = 1 - _GRAPH / height, _NORMS / height
    found = np.concatenate([norms, everywhere])
    low, high = decade_range(found[found > 0].tolist(), GRADIENT_DECADES)
    zeros = bool((found == 0).any())
    graph = _Graph(shown.layout, colours)
    layout: dict[str, Any] = {
        "height": height + _TOP + _BOTTOM,
        "margin": {"l": _LEFT, "r": 8, "t": _TOP, "b": _BOTTOM},
        "shapes": graph.shapes(),
        "annotations": [
            *graph.arrows(),
            *graph.letters(),
            note(
                heading("Gradient", "‖∂L/∂h<sub>t</sub>‖", "log scale, ◆ a loss here", colours),
                lower + 24 / height,
            ),
        ],
        "xaxis": {
            "range": [-0.5, count - 0.5],
            "dtick": 1,
            "anchor": "y2",
            "title": {"text": "step t"},
        },
        "yaxis": _rows_axis() | {"domain": [upper, 1], "range": [0, _TALL]},
        "yaxis2": decades.axis(low, high, zeros=zeros) | {"domain": [0, lower]},
        "showlegend": True,
        "legend": {"y": lower, "yanchor": "bottom"},
    }
    traces = [graph.hover(), *_curves(shown.layout, norms, everywhere, colours, low)]
    columns: dict[str, Any] = {
        "step": np.arange(count),
        "reads": [t in shown.layout.reads for t in range(count)],
        "has_loss": [t in shown.layout.losses for t in range(count)],
        "grad_hidden_norm": norms,
        "grad_hidden_norm_if_every_step_has_a_loss": everywhere,
    }
    losses = len(shown.layout.losses)
    reads = counted(len(shown.layout.reads), "input")
    return Drawing(
        figure(
            traces,
            colours,
            layout,
            headline=f"{shown.name}: {reads}, {losses} loss{'' if losses == 1 else 'es'}",
            subtitle=shown.example,
        ),
        _alt(shown, norms),
        columns,
        "layout",
    )


def draw_all(each: Sequence[Named], *, theme: Theme = "light") -> Drawing:
    """Several layouts, one below the other, on one time axis."""
    colours, tall = style(theme), _TALL + _TITLE
    count = each[0].layout.length
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    traces: list[dict[str, Any]] = []
    columns: dict[str, Any] = {"step": np.arange(count)}
    for place, one in enumerate(each):
        graph = _Graph(one.layout, colours, (len(each) - 1 - place) * tall)
        shapes += graph.shapes()
        text = f"<b>{one.name}</b>  <span style='color:{colours.muted}'>{one.example}</span>"
        notes += [*graph.arrows(), *graph.letters(), graph.title(text)]
        traces.append(graph.hover())
        key = one.name.lower().replace(" ", "_").replace(",", "")
        columns |= {
            f"{key}_reads": [t in one.layout.reads for t in range(count)],
            f"{key}_loss": [t in one.layout.losses for t in range(count)],
        }
    layout: dict[str, Any] = {
        "height": _EACH * len(each) + 56 + _BOTTOM,
        "margin": {"l": _LEFT, "r": 8, "t": 56, "b": _BOTTOM},
        "shapes": shapes,
        "annotations": notes,
        "xaxis": {"range": [-0.5, count - 0.5], "dtick": 1, "title": {"text": "step t"}},
        "yaxis": _rows_axis(len(each)) | {"range": [0, len(each) * tall]},
    }
    said = "; ".join(f"{one.name} ({one.example}): {_steps_of(one.layout)}" for one in each)
    return Drawing(
        figure(
            traces,
            colours,
            layout,
            headline=f"{len(each)} layouts of one network",
            subtitle="all cells run; inputs and losses differ",
        ),
        f"{len(each)} unrolled graphs of {counted(count, 'step')}. {said}.",
        columns,
        "layouts",
    )


class _Graph:
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
            "y": self.base + _TALL,
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


def _rows_axis(graphs: int = 1) -> dict[str, Any]:
    heights = [place * (_TALL + _TITLE) + row for place in range(graphs) for row in _ROWS.values()]
    return {
        "tickvals": heights,
        "ticktext": [*_ROWS] * graphs,
        "showgrid": False,
        "ticks": "",
    }


def _curves(
    layout: Layout, norms: np.ndarray, everywhere: np.ndarray, colours: Style, low: int
) -> list[dict[str, Any]]:
    nothing = np.flatnonzero(norms == 0)
    steps = list(range(len(norms)))
    own = [t in layout.losses for t in steps]
    shared = {"type": "scatter", "x": steps, "yaxis": "y2"}
    return [
        shared
        | {
            "mode": "lines",
            "name": "a loss at every step",
            "y": decades.drawable(everywhere),
            "customdata": decades.exact(everywhere),
            "line": {"color": colours.muted, "dash": "dot", "width": 2},
            "hovertemplate": "a loss at every step: %{customdata}<extra></extra>",
        },
        shared
        | {
            "mode": "lines+markers",
            "name": "this layout",
            "y": decades.drawable(norms),
            "customdata": decades.exact(norms),
            "line": {"color": colours.gradient, "width": 2.5},
            "marker": {
                "size": [12 if has else 7 for has in own],
                "symbol": ["diamond" if has else "circle" for has in own],
                "color": colours.gradient,
            },
            "hovertemplate": "t = %{x}: %{customdata}<extra></extra>",
        },
        shared
        | {
            "mode": "markers",
            "name": "exactly 0",
            "x": nothing.tolist(),
            "y": [decades.zero_mark(low)] * len(nothing),
            "marker": {"symbol": "x-thin", "size": 9, "line": {"width": 2, "color": colours.muted}},
            "hovertemplate": "t = %{x}: exactly 0<extra></extra>",
            "showlegend": False,
        },
    ]


def _steps_of(layout: Layout) -> str:
    return f"reads at {_listed(layout.reads)}, loss at {_listed(layout.losses)}"


def _listed(steps: Sequence[int]) -> str:
    if len(steps) > 2 and steps[-1] - steps[0] == len(steps) - 1:
        return f"steps {steps[0]} to {steps[-1]}"
    return f"step{'' if len(steps) == 1 else 's'} {', '.join(map(str, steps))}"


def _alt(shown: Named, norms: np.ndarray) -> str:
    reached = np.flatnonzero(norms)
    text = (
        f"{shown.name}, {shown.example}: an unrolled graph of "
        f"{counted(shown.layout.length, 'step')} that {_steps_of(shown.layout)}. "
    )
    if not len(reached):
        return f"{text}No gradient reaches any step."
    first, last = int(reached[0]), int(reached[-1])
    text += f"The norm of the gradient is {short(float(norms[last]))} at step {last}"
    if first < last:
        text += f" and {short(float(norms[first]))} at step {first}"
    after = len(norms) - 1 - last
    return f"{text}, exactly 0 at the {counted(after, 'step')} after." if after else f"{text}."


EXAMPLES: Mapping[str, tuple[str, str]] = {
    "one-to-one": ("One to one", "a picture → its class"),
    "one-to-many": ("One to many", "a picture → a caption"),
    "many-to-one": ("Many to one", "a review → its sentiment"),
    "aligned": ("Many to many, aligned", "speech → a phoneme per frame"),
    "delayed": ("Many to many, delayed", "a sentence → its translation"),
    "own": ("Your own", "losses where you put them"),
}
