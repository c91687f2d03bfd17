"""The unrolled graph over the numbers that it is made of: one square for each parameter.

With shared weights every copy of the cell reads the one set of squares; with weights of its own
each copy has a set. A square's colour is the parameter's value, on the signed scale.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from figures.drawing import Drawing, counted, figure, short
from figures.style import Style, Theme, style, symmetric_limit

Matrices = Mapping[str, np.ndarray]  # what each is called → its values (rows, columns)

_LEFT, _TOP, _BOTTOM = 76, 66, 46
_LOSS, _CELL, _INPUT, _RAIL = 12, 62, 112, 148  # pixels from the top of the graph
_HALF_HIGH, _HALF_WIDE = 14, 0.3
_ENTERS = _CELL + 9  # below the state that comes from the step before
_SQUARE, _GAP = 24, 13
_NARROWEST = 260  # pixels that the columns have on the narrowest screen
_LEAST = 4
_OUTLINED = 9  # a smaller square is more line than colour


def draw(
    sets: Sequence[Matrices], steps: int, *, free: int, stored: int, theme: Theme = "light"
) -> Drawing:
    """One set of parameters for all steps, or as many sets as there are steps.

    `free` and `stored` are the counts of one set (`rnn_core.parameters`).
    """
    colours, shared = style(theme), len(sets) == 1
    size = _square(sets, steps)
    limit = symmetric_limit(np.concatenate([m.ravel() for one in sets for m in one.values()]))
    rows = _rows(sets[0], size)
    depth = max(top + high for top, high in rows.values()) + 4
    shapes, notes = _graph(steps, colours), _letters(steps, colours)
    shapes += _rail(steps, colours) if shared else _taps(steps, rows, colours)
    notes += _arrows(steps, colours)
    for t, one in enumerate(sets):
        centre = (steps - 1) / 2 if shared else t
        shapes += _squares(one, rows, centre, size, limit, colours)
    layout: dict[str, Any] = {
        "height": depth + _TOP + _BOTTOM,
        "margin": {"l": _LEFT, "r": 8, "t": _TOP, "b": _BOTTOM},
        "shapes": shapes,
        "annotations": notes,
        "xaxis": {"range": [-0.5, steps - 0.5], "dtick": 1, "title": {"text": "step t"}},
        "yaxis": _row_names(sets[0], rows) | {"range": [depth, 0], "showgrid": False},
    }
    all_stored = sum(matrix.size for matrix in sets[0].values()) == stored
    each = counted(len(sets) * (stored if all_stored else free), "parameter")
    return Drawing(
        figure(
            [_hover(sets, rows, steps)],
            colours,
            layout,
            headline=f"{each}{' stored' * all_stored} for {counted(steps, 'step')}",
            subtitle=_says(len(sets), free, all_stored, sets[0]),
        ),
        _alt(sets, steps, free),
        _columns(sets),
        "parameters",
    )


def draw_counts(shared: int, longest: int, steps: int, *, theme: Theme = "light") -> Drawing:
    """How many parameters 1 … `longest` steps need, shared and not; `steps` is marked."""
    colours = style(theme)
    lengths = np.arange(1, longest + 1)
    lines = {
        "one set for every step": shared * np.ones_like(lengths),
        "a set each": shared * lengths,
    }
    looks = [(colours.accent, "solid"), (colours.muted, "dash")]
    columns: dict[str, Any] = {"steps": lengths}
    columns |= {name.replace(" ", "_"): counts for name, counts in lines.items()}
    traces: list[dict[str, Any]] = []
    for (name, counts), (colour, dash) in zip(lines.items(), looks, strict=True):
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": lengths.tolist(),
                "y": counts.tolist(),
                "line": {"color": colour, "dash": dash, "width": 2.5},
                "marker": {"size": [13 if t == steps else 6 for t in lengths], "color": colour},
                "hovertemplate": f"%{{x}} steps: %{{y}}<extra>{name}</extra>",
            }
        )
    layout: dict[str, Any] = {
        "height": 270,
        "margin": {"l": _LEFT, "r": 8, "t": 92, "b": _BOTTOM},
        "showlegend": True,
        "legend": {"y": 1, "yanchor": "bottom"},
        "xaxis": {
            "range": [0.5, longest + 0.5],
            "dtick": 1,
            "title": {"text": "steps T"},
        },
        "yaxis": {"range": [0, shared * longest * 1.06], "nticks": 6},
    }
    return Drawing(
        figure(
            traces,
            colours,
            layout,
            headline="Parameters against steps",
            subtitle=f"at T = {steps}: {shared} shared, {shared * steps} with a set each",
        ),
        f"Parameters against the number of steps. One set for every step: {shared} at every T. "
        f"A set for each step: a straight line from {shared} at T = 1 to {shared * longest} at "
        f"T = {longest}.",
        columns,
        "parameters-against-steps",
    )


def _square(sets: Sequence[Matrices], steps: int) -> int:
    """The side of a square in pixels: as large as fits where each step has a set of its own."""
    if len(sets) == 1:
        return _SQUARE
    widest = max(matrix.shape[1] for matrix in sets[0].values())
    return max(_LEAST, min(_SQUARE, int((_NARROWEST / steps - 4) / widest)))


def _rows(matrices: Matrices, size: int) -> dict[str, tuple[int, int]]:
    """Where each matrix stands: its top in pixels, and its height."""
    rows, top = {}, _RAIL + 24
    for name, matrix in matrices.items():
        high = max(len(matrix) * size, 16)
        rows[name] = top, high
        top += high + _GAP
    return rows


def _row_names(matrices: Matrices, rows: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    graph = {"loss": _LOSS, "cell": _CELL, "input": _INPUT}
    at = [*graph.values(), *(top + high / 2 for top, high in rows.values())]
    names = [f"{name}  <b>{matrix.size}</b>" for name, matrix in matrices.items()]
    return {"tickvals": at, "ticktext": [*graph, *names], "tickfont": {"size": 14}}


def _box(t: int, y: float, colour: str, fill: str, width: float) -> dict[str, Any]:
    return {
        "type": "rect",
        "x0": t - _HALF_WIDE,
        "x1": t + _HALF_WIDE,
        "y0": y - _HALF_HIGH,
        "y1": y + _HALF_HIGH,
        "line": {"color": colour, "width": width},
        "fillcolor": fill,
        "layer": "below",
    }


def _graph(steps: int, colours: Style) -> list[dict[str, Any]]:
    found = []
    for t in range(steps):
        found.append(_box(t, _LOSS, colours.loss, colours.loss, 1))
        found.append(_box(t, _CELL, colours.accent, colours.panel, 2))
        found.append(_box(t, _INPUT, colours.gate[1], colours.gate[1], 1))
    return found


def _letters(steps: int, colours: Style) -> list[dict[str, Any]]:
    said = (
        (_LOSS, "L", colours.background),
        (_CELL, "h", colours.accent),
        (_INPUT, "x", colours.background),
    )
    return [
        {
            "x": t,
            "y": y,
            "text": f"<i>{letter}</i>",
            "showarrow": False,
            "font": {"size": 13, "color": colour},
        }
        for t in range(steps)
        for y, letter, colour in said
    ]


def _arrows(steps: int, colours: Style) -> list[dict[str, Any]]:
    ways: list[tuple[tuple[float, float], tuple[float, float], str]] = []
    for t in range(steps):
        ways.append(((t, _INPUT - _HALF_HIGH), (t, _CELL + _HALF_HIGH), colours.muted))
        ways.append(((t, _CELL - _HALF_HIGH), (t, _LOSS + _HALF_HIGH), colours.loss))
        if t:
            ways.append(((t - 1 + _HALF_WIDE, _CELL), (t - _HALF_WIDE, _CELL), colours.accent))
    return [
        {
            "x": end[0],
            "y": end[1],
            "ax": start[0],
            "ay": start[1],
            "xref": "x",
            "yref": "y",
            "axref": "x",
            "ayref": "y",
            "text": "",
            "showarrow": True,
            "arrowhead": 2,
            "arrowsize": 0.9,
            "arrowwidth": 1.5,
            "arrowcolor": colour,
        }
        for start, end, colour in ways
    ]


def _line(x0: float, y0: float, x1: float, y1: float, colours: Style) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": x0,
        "y0": y0,
        "x1": x1,
        "y1": y1,
        "line": {"color": colours.text, "width": 1.5, "dash": "dot"},
    }


def _rail(steps: int, colours: Style) -> list[dict[str, Any]]:
    """From the one set to every copy of the cell."""
    edge, middle = -_HALF_WIDE - 0.08, (steps - 1) / 2
    ends = [edge, max(steps - 1 + edge, middle)]
    lines = [_line(ends[0], _RAIL, ends[1], _RAIL, colours)]
    lines.append(_line(middle, _RAIL, middle, _RAIL + 20, colours))
    for t in range(steps):
        lines += _tap(t, _RAIL, colours)
    return lines


def _tap(t: int, low: float, colours: Style) -> list[dict[str, Any]]:
    at = t - _HALF_WIDE - 0.08
    return [
        _line(at, low, at, _ENTERS, colours),
        _line(at, _ENTERS, t - _HALF_WIDE, _ENTERS, colours),
    ]


def _taps(steps: int, rows: Mapping[str, tuple[int, int]], colours: Style) -> list[dict[str, Any]]:
    """From each set to its own copy."""
    lines = []
    for t in range(steps):
        at = t - _HALF_WIDE - 0.08
        lines += [*_tap(t, _RAIL, colours), _line(at, _RAIL, t, _RAIL, colours)]
        lines.append(_line(t, _RAIL, t, _RAIL + 20, colours))
    return lines


def _squares(
    matrices: Matrices,
    rows: Mapping[str, tuple[int, int]],
    centre: float,
    size: int,
    limit: float,
    colours: Style,
) -> list[dict[str, Any]]:
    found = []
    for name, matrix in matrices.items():
        top, high = rows[name]
        down = (high - len(matrix) * size) / 2
        for (row, column), value in np.ndenumerate(matrix):
            left = (column - matrix.shape[1] / 2) * size
            found.append(
                {
                    "type": "rect",
                    "xsizemode": "pixel",
                    "xanchor": centre,
                    "x0": left + 1,
                    "x1": left + size,
                    "y0": top + down + row * size + 1,
                    "y1": top + down + (row + 1) * size,
                    "line": {"color": colours.muted, "width": 1 if size >= _OUTLINED else 0},
                    "fillcolor": _mixed(colours.signed, float(value) / limit),
                }
            )
    return found


def _mixed(scale: tuple[str, str, str], share: float) -> str:
    """The colour at -1 … 1 of (negative, zero, positive)."""
    ends = (scale[1], scale[2] if share > 0 else scale[0])
    parts = [[int(end[k : k + 2], 16) for k in (1, 3, 5)] for end in ends]
    mixed = [
        round(low + (high - low) * min(1.0, abs(share))) for low, high in zip(*parts, strict=True)
    ]
    return f"rgb({', '.join(map(str, mixed))})"


def _hover(
    sets: Sequence[Matrices], rows: Mapping[str, tuple[int, int]], steps: int
) -> dict[str, Any]:
    """An unseen mark on every matrix, which tells its numbers."""
    shared = len(sets) == 1
    x, y, says = [], [], []
    for t, one in enumerate(sets):
        for name, matrix in one.items():
            x.append((steps - 1) / 2 if shared else t)
            y.append(rows[name][0] + rows[name][1] / 2)
            lines = ["  ".join(short(value, 3) for value in row) for row in matrix.tolist()]
            whose = "every step" if shared else f"step {t}"
            says.append("<br>".join([f"<b>{name}</b>, {whose}", *lines]))
    return {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": y,
        "customdata": says,
        "marker": {"size": 26, "opacity": 0},
        "hovertemplate": "%{customdata}<extra></extra>",
        "showlegend": False,
    }


def _sum_of(matrices: Matrices) -> str:
    return " + ".join(str(matrix.size) for matrix in matrices.values())


def _says(sets: int, free: int, all_stored: bool, matrices: Matrices) -> str:
    if all_stored:
        total = sum(matrix.size for matrix in matrices.values())
        each = f"{_sum_of(matrices)} = {total}, {free} of them free"
        return each if sets == 1 else f"{sets} × ({each})"
    each = f"{_sum_of(matrices)} = {free}"
    return f"{each}, read by every copy" if sets == 1 else f"{sets} × ({each})"


def _alt(sets: Sequence[Matrices], steps: int, free: int) -> str:
    each = ", ".join(f"{name} {m.shape[0]} by {m.shape[1]}" for name, m in sets[0].items())
    graph = f"An unrolled graph of {counted(steps, 'step')}, above its parameters: {each}. "
    if len(sets) == 1:
        return f"{graph}One set of {free}, which a line leads from to every copy of the cell."
    return f"{graph}A set of {free} below each copy of the cell, {len(sets) * free} in all."


def _columns(sets: Sequence[Matrices]) -> dict[str, Any]:
    entries = [
        (t if len(sets) > 1 else "every", name, row, column, value)
        for t, one in enumerate(sets)
        for name, matrix in one.items()
        for (row, column), value in np.ndenumerate(matrix)
    ]
    names = ("step", "matrix", "row", "column", "value")
    return dict(zip(names, map(list, zip(*entries, strict=True)), strict=True))
