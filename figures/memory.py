"""Which inputs an output can know of: one strip of inputs for each network, under one cursor.

`draw_seen` looks back from the output at t: a bar is ‖∂y_t/∂x_s‖ on an absolute log axis.
`draw_moved` looks ahead from a changed input: a bar is ‖Δy_t‖, the change of two real runs.
A tile is filled where the number is not exactly 0, so nothing depends on the bar's visible height.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from figures import decades
from figures.drawing import Drawing, counted, figure, heading, note, short
from figures.steps import visible
from figures.style import MONOSPACE, Style, Theme, style
from figures.style import decades as decade_range
from rnn_core.memory import Seen

DECADES = (-4, 3)  # always shown
_ROW, _GAP, _TOP, _BOTTOM = 118, 30, 84, 62
_TILE_ROOM = 1.6  # decades below the lowest one, for the strip of inputs
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, eq=False)
class Row:
    """One network: `values` (time,) are shown as bars, `known` says for which steps they count."""

    title: str
    symbol: str
    says: str
    values: np.ndarray
    known: np.ndarray


@dataclass(frozen=True)
class Axis:
    """What runs along the strip; `cursor` is the step that all rows share, `mark` its name."""

    characters: Sequence[str]
    cursor: int
    mark: str
    title: str
    hover: str


def draw_seen(
    nets: Sequence[Seen], text: str, window: int, step: int, *, theme: Theme = "light"
) -> Drawing:
    """The inputs that reach the outputs at `step`, for the networks of `rnn_core.memory.compare`.

    Raises:
        ValueError: the text has no such step.
    """
    _check(text, step)
    reached = [net.inputs_seen(step) for net in nets]
    known = np.arange(len(text)) <= step
    rows = [
        Row(*name, f"sees {count} of {step + 1}", net.sensitivity[step], known)
        for name, count, net in zip(_names(window), reached, nets, strict=True)
    ]
    cursor = str(step).translate(_SUBSCRIPTS)
    shown = ", ".join(map(str, reached[:-1])) + f" and {reached[-1]}"
    return _drawing(
        rows,
        Axis(list(text), step, f"output t = {step}", "input s", "s"),
        f"Output {step} knows of {shown} inputs",
        f"bar: ‖∂y{cursor}/∂xₛ‖, log scale; empty tile: exactly 0",
        f"Of the output at step {step},",
        "sensitivity",
        style(theme),
    )


def draw_moved(
    nets: Sequence[Seen],
    moved: Mapping[str, np.ndarray],
    text: str,
    window: int,
    step: int,
    character: str,
    *,
    likeliest: tuple[tuple[str, float], tuple[str, float]] | None = None,
    theme: Theme = "light",
) -> Drawing:
    """The outputs that move when the input at `step` is `character` instead.

    `likeliest` is what the recurrent network expects after the text as it was, and after the
    changed one: a character and its probability each.

    Raises:
        ValueError: the text has no such step.
    """
    _check(text, step)
    known = np.arange(len(text)) >= step
    counts = [int(np.count_nonzero(moved[net.name])) for net in nets]
    rows = [
        Row(*name, f"{counted(count, 'output')} moved", moved[net.name], known)
        for name, count, net in zip(_names(window), counts, nets, strict=True)
    ]
    shown = ", ".join(map(str, counts[:-1])) + f" and {counts[-1]}"
    was, now = visible(text[step]), visible(character)
    headline = f"“{was}” → “{now}” moves {shown} outputs"
    if likeliest:
        due = [f"“{visible(name)}” {chance:.2f}" for name, chance in likeliest]
        headline = f"“{was}” → “{now}”: next {due[0]} → {due[1]}"
    return _drawing(
        rows,
        Axis(list(text), step, f"{was} → {now}", "output t", "t"),
        headline,
        "bar: ‖Δyₜ‖, log scale; empty tile: exactly 0",
        f"With {now} for {was} at step {step},",
        "change",
        style(theme),
    )


def _check(text: str, step: int) -> None:
    if not 0 <= step < len(text):
        raise ValueError(f"step must be 0 to {len(text) - 1}, got {step}")


def _names(window: int) -> list[tuple[str, str]]:
    """Of each network: its name, and what its output is made of."""
    reads = "y<sub>t</sub> = f(x<sub>t</sub>)"
    ago = f"x<sub>t−{window - 1}</sub> … x<sub>t</sub>" if window > 1 else "x<sub>t</sub>"
    return [
        ("One step", reads),
        (f"Window of {window}", f"y<sub>t</sub> = f({ago})"),
        ("Recurrent", "y<sub>t</sub> = f(x<sub>t</sub>, h<sub>t−1</sub>)"),
    ]


def _drawing(
    rows: Sequence[Row],
    axis: Axis,
    headline: str,
    subtitle: str,
    spoken: str,
    column: str,
    colours: Style,
) -> Drawing:
    values = np.concatenate([row.values for row in rows])
    low, high = decade_range(values[np.isfinite(values)].tolist(), DECADES)
    height = len(rows) * _ROW + (len(rows) - 1) * _GAP
    layout: dict[str, Any] = {
        "height": height + _TOP + _BOTTOM,
        "margin": {"l": 44, "r": 8, "t": _TOP, "b": _BOTTOM},
        "bargap": 0.35,
        "xaxis": _x_axis(axis, len(rows)),
        "annotations": [],
        "shapes": [],
    }
    traces: list[dict[str, Any]] = []
    for k, row in enumerate(rows):
        top = 1 - k * (_ROW + _GAP) / height
        place = f"y{k + 1}" if k else "y"
        layout[f"yaxis{k + 1}" if k else "yaxis"] = {
            **_y_axis(low, high),
            "domain": [max(0.0, top - _ROW / height), top],
        }
        traces += [_bars(row, axis, colours, place), *_tiles(row, axis, colours, place, low)]
        layout["annotations"].append(note(heading(row.title, row.symbol, "", colours), top))
        layout["annotations"].append(note(f"<b>{row.says}</b>", top, side="right"))
        layout["shapes"].append(_cursor(axis, colours, place))
    layout["annotations"].append(_cursor_name(axis, colours))
    parts = [
        f"{row.title}: {_spoken_sizes(row)}" if row.values.any() else f"{row.title}: exactly 0"
        for row in rows
    ]
    columns: dict[str, Any] = {"step": np.arange(len(axis.characters)), "reads": axis.characters}
    columns |= {f"{column}_{row.title.lower().replace(' ', '_')}": row.values for row in rows}
    return Drawing(
        figure(traces, colours, layout, headline=headline, subtitle=subtitle),
        f"{spoken} {len(rows)} networks compared, one strip each. " + "; ".join(parts) + ".",
        columns,
        f"memory-{column}",
    )


def _spoken_sizes(row: Row) -> str:
    reached = np.flatnonzero(row.values)
    first, last = int(reached[0]), int(reached[-1])
    text = f"{row.says}, {short(float(row.values[last]))} at step {last}"
    if first != last:
        text += f", {short(float(row.values[first]))} at step {first}"
    return text + ("" if len(reached) == len(row.values) else ", exactly 0 elsewhere")


def _bars(row: Row, axis: Axis, colours: Style, place: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": list(range(len(row.values))),
        "y": decades.drawable(row.values),
        "yaxis": place,
        "marker": {"color": colours.gradient},
        "hoverinfo": "skip",
    }


def _tiles(row: Row, axis: Axis, colours: Style, place: str, low: int) -> list[dict[str, Any]]:
    """The inputs: filled where something arrives, outlined where it is 0, faint where undefined."""
    count = len(row.values)
    size = min(22.0, 290.0 / count)
    lit = row.values != 0
    steps = np.arange(count)
    looks = [
        (lit, colours.gradient, colours.gradient, colours.background),
        (~lit & row.known, colours.background, colours.muted, colours.text),
        (~lit & ~row.known, colours.background, colours.line, colours.muted),
    ]
    return [
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": steps[which].tolist(),
            "y": [10.0 ** (low - _TILE_ROOM / 2)] * int(which.sum()),
            "yaxis": place,
            "marker": {
                "symbol": "square",
                "size": size,
                "color": fill,
                "line": {"width": 1, "color": line},
            },
            "text": [visible(axis.characters[s]) for s in steps[which]],
            "textfont": {"family": MONOSPACE, "size": max(11, min(15, size - 5)), "color": ink},
            "customdata": [
                f"{axis.hover} = {s} “{visible(axis.characters[s])}”: {short(row.values[s], 4)}"
                for s in steps[which]
            ],
            "hovertemplate": "%{customdata}<extra></extra>",
        }
        for which, fill, line, ink in looks
        if which.any()
    ]


def _x_axis(axis: Axis, rows: int) -> dict[str, Any]:
    count = len(axis.characters)
    return {
        "range": [-0.6, count - 0.4],
        "anchor": f"y{rows}" if rows > 1 else "y",
        "tickvals": list(range(0, count, 1 if count <= 13 else 5)),
        "title": {"text": axis.title, "standoff": 24},  # the cursor's name stands between
    }


def _y_axis(low: int, high: int) -> dict[str, Any]:
    spec = decades.axis(low, high)
    apart = -(-(high - low) // 4)
    kept = [power for power in range(low, high + 1) if power % apart == 0]
    shown = dict(zip(spec["tickvals"], spec["ticktext"], strict=True))
    ticks = [10.0**power for power in kept if 10.0**power in shown]
    texts = [shown[value] for value in ticks]
    return spec | {
        "range": [low - _TILE_ROOM, high + 0.2],
        "tickvals": ticks,
        "ticktext": texts,
    }


def _cursor(axis: Axis, colours: Style, place: str) -> dict[str, Any]:
    """The same column framed in every row."""
    return {
        "type": "rect",
        "x0": axis.cursor - 0.5,
        "x1": axis.cursor + 0.5,
        "y0": 0,
        "y1": 1,
        "yref": f"{place} domain",
        "line": {"color": colours.accent, "width": 2},
        "layer": "above",
    }


def _cursor_name(axis: Axis, colours: Style) -> dict[str, Any]:
    share = axis.cursor / max(1, len(axis.characters) - 1)
    return {
        "x": axis.cursor,
        "y": 0,
        "yref": "paper",
        "yanchor": "top",
        "xanchor": "left" if share < 0.2 else "right" if share > 0.8 else "center",
        "yshift": -19,
        "text": f"<b>{axis.mark}</b>",
        "showarrow": False,
        "font": {"color": colours.accent, "size": 13},
    }
