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
from figures.layout_graph import TALL, TITLE, Graph, rows_axis
from figures.style import GRADIENT_DECADES, Style, Theme, style, symmetric_limit
from figures.style import decades as decade_range
from rnn_core.layouts import Layout

_GRAPH, _BETWEEN, _BELOW, _TOP, _BOTTOM = 190, 76, 170, 66, 46
_LEFT = 46
_EACH = 118  # pixels of one of several graphs, its title included


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
    colours = style(theme)
    found = np.concatenate([norms, everywhere])
    low, high = decade_range(found[found > 0].tolist(), GRADIENT_DECADES)
    panel = _Panel(
        heading("Gradient", "‖∂L/∂h<sub>t</sub>‖", "log scale, ◆ a loss here", colours),
        decades.axis(low, high, zeros=bool((found == 0).any())),
        _curves(shown.layout, norms, everywhere, colours, low),
        {
            "grad_hidden_norm": norms,
            "grad_hidden_norm_if_every_step_has_a_loss": everywhere,
        },
        _gradient_in_words(norms),
    )
    return _drawing(shown, panel, colours, "layout")


def draw_outputs(
    shown: Named, said: np.ndarray, aligned: np.ndarray, *, theme: Theme = "light"
) -> Drawing:
    """One layout; what the network says (time,), and what it says under the aligned layout."""
    colours = style(theme)
    limit = symmetric_limit(np.concatenate([said, aligned]))
    differ = int((said != aligned).sum())
    panel = _Panel(
        heading("Output", "ŷ<sub>t</sub>", "", colours),
        {"range": [-1.05 * limit, 1.05 * limit], "nticks": 5},
        _outputs(said, aligned, colours),
        {"output": said, "output_if_aligned": aligned},
        f"The output is another than under the aligned layout at {counted(differ, 'step')}."
        if differ
        else "The outputs are those of the aligned layout at every step.",
    )
    return _drawing(shown, panel, colours, "layout-outputs")


@dataclass(frozen=True)
class _Panel:
    """What stands below the graph, on its time axis."""

    title: str
    axis: dict[str, Any]
    traces: list[dict[str, Any]]
    columns: Mapping[str, Any]
    words: str


def _drawing(shown: Named, panel: _Panel, colours: Style, name: str) -> Drawing:
    count, height = shown.layout.length, _GRAPH + _BETWEEN + _BELOW
    upper, lower = 1 - _GRAPH / height, _BELOW / height
    graph = Graph(shown.layout, colours)
    layout: dict[str, Any] = {
        "height": height + _TOP + _BOTTOM,
        "margin": {"l": _LEFT, "r": 8, "t": _TOP, "b": _BOTTOM},
        "shapes": graph.shapes(),
        "annotations": [
            *graph.arrows(),
            *graph.letters(),
            note(panel.title, lower + 24 / height),
        ],
        "xaxis": {
            "range": [-0.5, count - 0.5],
            "dtick": 1,
            "anchor": "y2",
            "title": {"text": "step t"},
        },
        "yaxis": rows_axis() | {"domain": [upper, 1], "range": [0, TALL]},
        "yaxis2": panel.axis | {"domain": [0, lower]},
        "showlegend": True,
        "legend": {"y": lower, "yanchor": "bottom"},
    }
    losses = len(shown.layout.losses)
    reads = counted(len(shown.layout.reads), "input")
    return Drawing(
        figure(
            [graph.hover(), *panel.traces],
            colours,
            layout,
            headline=f"{shown.name}: {reads}, {losses} loss{'' if losses == 1 else 'es'}",
            subtitle=shown.example,
        ),
        f"{shown.name}, {shown.example}: an unrolled graph of {counted(count, 'step')} that "
        f"{_steps_of(shown.layout)}. {panel.words}",
        {
            "step": np.arange(count).tolist(),
            "reads": [t in shown.layout.reads for t in range(count)],
            "has_loss": [t in shown.layout.losses for t in range(count)],
            **panel.columns,
        },
        name,
    )


def draw_all(each: Sequence[Named], *, theme: Theme = "light") -> Drawing:
    """Several layouts, one below the other, on one time axis."""
    colours, tall = style(theme), TALL + TITLE
    count = each[0].layout.length
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    traces: list[dict[str, Any]] = []
    columns: dict[str, Any] = {"step": np.arange(count)}
    for place, one in enumerate(each):
        graph = Graph(one.layout, colours, (len(each) - 1 - place) * tall)
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
        "yaxis": rows_axis(len(each)) | {"range": [0, len(each) * tall]},
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


def _gradient_in_words(norms: np.ndarray) -> str:
    reached = np.flatnonzero(norms)
    if not len(reached):
        return "No gradient reaches any step."
    first, last = int(reached[0]), int(reached[-1])
    text = f"The norm of the gradient is {short(float(norms[last]))} at step {last}"
    if first < last:
        text += f" and {short(float(norms[first]))} at step {first}"
    after = len(norms) - 1 - last
    return f"{text}, exactly 0 at the {counted(after, 'step')} after." if after else f"{text}."


def _outputs(said: np.ndarray, aligned: np.ndarray, colours: Style) -> list[dict[str, Any]]:
    shared = {"type": "scatter", "x": list(range(len(said))), "yaxis": "y2"}
    return [
        shared
        | {
            "mode": "markers",
            "name": "aligned",
            "y": aligned.tolist(),
            "marker": {
                "symbol": "circle-open",
                "size": 17,
                "color": colours.muted,
                "line": {"width": 2},
            },
            "hovertemplate": "aligned: %{y:.6g}<extra></extra>",
        },
        shared
        | {
            "mode": "lines+markers",
            "name": "this layout",
            "y": said.tolist(),
            "line": {"color": colours.accent, "width": 2},
            "marker": {"size": 8, "color": colours.accent},
            "hovertemplate": "t = %{x}: %{y:.6g}<extra></extra>",
        },
    ]


EXAMPLES: Mapping[str, tuple[str, str]] = {
    "one-to-one": ("One to one", "a picture → its class"),
    "one-to-many": ("One to many", "a picture → a caption"),
    "many-to-one": ("Many to one", "a review → its sentiment"),
    "aligned": ("Many to many, aligned", "speech → a phoneme per frame"),
    "delayed": ("Many to many, delayed", "a sentence → its translation"),
    "own": ("Your own", "losses where you put them"),
}
