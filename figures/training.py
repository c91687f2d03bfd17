"""How the loss fell: each track's training loss, its held-out loss, and the lines to get under.

The training loss is drawn as the mean of at most `POINTS` equal stretches of the steps, on a log
axis; the numbers of the drawing are those means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from jaxtyping import Float

from figures import decades
from figures.drawing import Drawing, counted, figure, heading, note, short
from figures.style import Style, Theme, style
from figures.style import decades as decade_range

POINTS = 300
_HEIGHT, _TOP, _BOTTOM = 280, 104, 46
_DASHES = ("solid", "8px,4px", "2px,4px")
_SYMBOLS = ("circle", "square", "triangle-up")


@dataclass(frozen=True, eq=False)
class Course:
    """One track: its name, the loss of each step, and (step, loss) on held-out data."""

    name: str
    losses: Float[np.ndarray, " steps"]
    held_out: Sequence[tuple[int, float]]
    solved_at: int | None = None


def stretches(losses: Float[np.ndarray, " steps"], count: int) -> tuple[np.ndarray, np.ndarray]:
    """The middles and means of at most `count` stretches, as equal as whole steps allow.

    A step without a finite loss is left out of its mean.
    """
    edges = np.unique(np.linspace(0, len(losses), min(count, len(losses)) + 1).astype(int))
    middles = (edges[:-1] + edges[1:] - 1) / 2.0
    parts = [losses[a:b] for a, b in pairwise(edges)]
    finite = [part[np.isfinite(part)] for part in parts]
    means = np.array([part.mean(dtype=float) if len(part) else np.nan for part in finite])
    return middles, means


def draw(
    courses: Sequence[Course],
    lines: Sequence[tuple[str, float]],
    *,
    unit: str,
    theme: Theme = "light",
) -> Drawing:
    """One to three tracks; `lines` are (name, loss)."""
    colours = style(theme)
    shown = [stretches(course.losses, POINTS) for course in courses]
    everything = [value for _, means in shown for value in means.tolist()]
    everything += [value for _, value in lines]
    everything += [loss for course in courses for _, loss in course.held_out]
    low, high = decade_range([v for v in everything if np.isfinite(v)], (-1, 0))
    last = max(len(course.losses) for course in courses)
    layout: dict[str, Any] = {
        "height": _HEIGHT + _TOP + _BOTTOM,
        "margin": {"l": 48, "r": 12, "t": _TOP, "b": _BOTTOM},
        "showlegend": True,
        "legend": {"y": 1 + 24 / _HEIGHT, "yanchor": "bottom"},
        "xaxis": {"range": [0, last], "title": {"text": "training step"}},
        "yaxis": decades.axis(low, high),
        "annotations": [note(heading("Loss", "", unit, colours), 1), *_names(lines, last, colours)],
        "shapes": [_rule(value, colours) for _, value in lines if value > 0],
    }
    drawn = figure(
        _traces(courses, shown, colours),
        colours,
        layout,
        headline=_headline(courses),
        subtitle=f"{counted(last, 'step')}; marks: held-out data",
    )
    return Drawing(drawn, _alt(courses, lines, unit), _columns(courses, shown), "training")


def _colours(colours: Style) -> tuple[str, str, str]:
    return colours.accent, colours.signed[0], colours.gate[1]


def _traces(
    courses: Sequence[Course], shown: Sequence[tuple[np.ndarray, np.ndarray]], colours: Style
) -> list[dict[str, Any]]:
    traces: list[dict[str, Any]] = []
    for k, (course, (steps, means)) in enumerate(zip(courses, shown, strict=True)):
        colour = _colours(colours)[k]
        traces.append(
            {"type": "scatter", "mode": "lines", "name": course.name, "x": steps.tolist()}
            | {"y": decades.drawable(means), "legendgroup": str(k)}
            | {"line": {"color": colour, "width": 2.5, "dash": _DASHES[k]}}
            | {"hovertemplate": "step %{x:.0f}: %{y:.3~g}"}
        )
        marks = [(step, loss) for step, loss in course.held_out if loss > 0]
        traces.append(
            {"type": "scatter", "mode": "markers", "name": f"{course.name}, held out"}
            | {"x": [step for step, _ in marks], "y": [loss for _, loss in marks]}
            | {"legendgroup": str(k), "showlegend": False}
            | {"hovertemplate": "step %{x}: %{y:.3~g}"}
            | {
                "marker": {
                    "symbol": _SYMBOLS[k],
                    "size": 8,
                    "color": colours.background,
                    "line": {"color": colour, "width": 2},
                }
            }
        )
    return traces


def _rule(value: float, colours: Style) -> dict[str, Any]:
    line = {"color": colours.muted, "width": 1.5, "dash": "dot"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value} | {
        "line": line
    }


def _names(lines: Sequence[tuple[str, float]], last: int, colours: Style) -> list[dict[str, Any]]:
    return [
        {"x": last, "y": float(np.log10(value)), "text": f"<b>{name}</b>", "showarrow": False}
        | {"xanchor": "right", "yanchor": "bottom", "font": {"size": 12, "color": colours.muted}}
        for name, value in lines
        if value > 0
    ]


def _headline(courses: Sequence[Course]) -> str:
    """Who solved it, and when; the first alone where there is one."""
    if len(courses) == 1:
        (only,) = courses
        if only.solved_at is not None:
            return f"Solved at step {only.solved_at:,}"
        end = only.held_out[-1][1] if only.held_out else float(only.losses[-1])
        return f"Not solved: loss {short(end)} at the end"
    return f"{sum(course.solved_at is not None for course in courses)} of {len(courses)} solved it"


def _alt(courses: Sequence[Course], lines: Sequence[tuple[str, float]], unit: str) -> str:
    said = []
    for course in courses:
        end = course.held_out[-1][1] if course.held_out else float(course.losses[-1])
        solved = (
            "not solved" if course.solved_at is None else f"solved at step {course.solved_at:,}"
        )
        steps = counted(len(course.losses), "step")
        said.append(f"{course.name}: {steps}, {solved}, loss {short(end, 3)} at the end")
    levels = ", ".join(f"{name} {short(value, 3)}" for name, value in lines)
    return f"Loss ({unit}) over training steps on a log axis. {'. '.join(said)}. Lines: {levels}."


def _columns(
    courses: Sequence[Course], shown: Sequence[tuple[np.ndarray, np.ndarray]]
) -> dict[str, Any]:
    names = [[course.name] * len(steps) for course, (steps, _) in zip(courses, shown, strict=True)]
    return {
        "track": [name for group in names for name in group],
        "step": np.concatenate([steps for steps, _ in shown]),
        "loss": np.concatenate([means for _, means in shown]),
    }
