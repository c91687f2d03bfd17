"""What a gradient loses where its way back is cut after k steps, and what memory that saves.

`draw_agreement`: cosine and ratio of norms against k on a fixed linear axis, and below, on a log
axis, what arrives at the first input. `draw_memory`: states held against the sequence's length.
"""

from typing import Any

import numpy as np

from figures import decades
from figures.drawing import Drawing, counted, figure, heading, note, short
from figures.style import GRADIENT_DECADES, Style, Theme, style
from figures.style import decades as decade_range
from rnn_core.truncation_course import TruncationCourse

_AGREE, _GAP, _REACH, _TOP, _BOTTOM = 250, 58, 130, 104, 46
LONGEST_SHOWN = 200
_PLAIN: dict[str, Any] = {"opacity": 1, "line": {"width": 0}}


def draw_agreement(
    course: TruncationCourse, k: int, *, reach: bool = False, theme: Theme = "light"
) -> Drawing:
    """For every k, the chosen one picked out; the panel below is there with `reach` alone."""
    colours, count = style(theme), len(course.cosine)
    below = _GAP + _REACH if reach else 0
    height = _AGREE + below
    first = course.first_input
    low, high = decade_range(first[first > 0].tolist(), GRADIENT_DECADES)
    cosine, ratio = float(course.cosine[k - 1]), float(course.norm_ratio[k - 1])
    arrives = float(first[k - 1])
    seen = course.cosine[np.isfinite(course.cosine)]
    floor = min(-0.1, 1.05 * float(seen.min(initial=0.0)))
    top = max(1.15, 1.05 * float(course.norm_ratio[np.isfinite(course.norm_ratio)].max(initial=1)))
    layout: dict[str, Any] = {
        "height": height + _TOP + _BOTTOM,
        "margin": {"l": 48, "r": 12, "t": _TOP, "b": _BOTTOM},
        "showlegend": True,
        "legend": {"y": 1 + 24 / height, "yanchor": "bottom"},
        "xaxis": {"range": [0.3, count + 0.7], "anchor": "y2" if reach else "y"}
        | {"title": {"text": "k, steps back"}},
        "yaxis": {"range": [floor, top], "domain": [below / height, 1]}
        | {"tickvals": [0, 0.5, 1], "zeroline": True, "zerolinecolor": colours.line},
        "annotations": [
            note(heading("Against the full gradient", "", "1 is the same", colours), 1),
        ],
        "shapes": [_rule(k, colours), _one(colours)],
    }
    if reach:
        layout |= _reach_axis(low, high, bool((first == 0).any()), height)
        layout["annotations"].append(_reach_title(height, colours))
    nothing = "nothing at all" if arrives == 0 else short(arrives)
    agree = "no gradient, so no cosine" if np.isnan(cosine) else f"cosine {_cosine(cosine)}"
    columns: dict[str, Any] = {
        "k": np.arange(1, count + 1),
        "cosine": course.cosine,
        "norm_ratio": course.norm_ratio,
        "grad_first_input_norm": first,
    }
    return Drawing(
        figure(
            _agreement(course, k, colours) + (_arriving(course, k, low, colours) if reach else []),
            colours,
            layout,
            headline=f"k = {k} of {count}: {agree}",
            subtitle=f"norm × {short(ratio, 3)}"
            + (f", arriving at step 0: {nothing}" if reach else " of the full gradient"),
        ),
        f"Cosine and norm of the truncated gradient against k from 1 to {count}, both 1 at the "
        f"end. At k = {k}: {agree}, norm {short(ratio, 3)} of the full one."
        + (
            f" At step 0 arrives {nothing}; exactly nothing arrives there at "
            f"{int((first == 0).sum())} of the {count}."
            if reach
            else ""
        ),
        columns,
        "truncation",
    )


def _cosine(value: float) -> str:
    """1 is said of nothing but a 1; what comes near it gets so many digits that it shows."""
    if abs(value - 1) < 1e-12:
        return "1"
    digits = 4
    while digits < 12 and float(f"{value:.{digits}g}") == 1:
        digits += 1
    return short(value, digits)


def draw_memory(per_step: int, length: int, k: int, *, theme: Theme = "light") -> Drawing:
    """Kibibytes of states held for the way back against T, `per_step` bytes each step."""
    colours = style(theme)
    lengths = np.arange(1, LONGEST_SHOWN + 1)
    full, cut = per_step * lengths / 1024, per_step * np.minimum(lengths, k) / 1024
    here = min(k, length)
    shared: dict[str, Any] = {"type": "scatter", "mode": "lines", "x": lengths.tolist()}
    traces = [
        shared
        | {"name": "full BPTT", "y": full.tolist(), "hovertemplate": "%{y:.3~g} KiB"}
        | {"line": {"color": colours.muted, "dash": "dash", "width": 2.5}},
        shared
        | {"name": f"cut after k = {k}", "y": cut.tolist(), "hovertemplate": "%{y:.3~g} KiB"}
        | {"line": {"color": colours.gradient, "width": 3.5}},
        {
            "type": "scatter",
            "mode": "markers",
            "name": "this sequence",
            "x": [length],
            "y": [per_step * here / 1024],
            "marker": {"size": 13, "color": colours.gradient, "symbol": "diamond"},
            "hovertemplate": "T = %{x}: %{y:.3~g} KiB<extra></extra>",
        },
    ]
    layout: dict[str, Any] = {
        "height": 300 + _TOP + _BOTTOM,
        "margin": {"l": 52, "r": 12, "t": _TOP, "b": _BOTTOM},
        "showlegend": True,
        "legend": {"y": 1 + 24 / 300, "yanchor": "bottom"},
        "xaxis": {"range": [0, LONGEST_SHOWN], "title": {"text": "sequence length T"}},
        "yaxis": {"range": [0, 1.05 * float(full[-1])]},
        "annotations": [note(heading("States held", "", "KiB, for the way back", colours), 1)],
    }
    columns: dict[str, Any] = {"length": lengths, "kib_full": full, "kib_truncated": cut}
    return Drawing(
        figure(
            traces,
            colours,
            layout,
            headline=f"{counted(here, 'step')} held of {length}",
            subtitle=f"{per_step:,} bytes for each step",
        ),
        f"Memory held against the sequence's length, up to {LONGEST_SHOWN} steps: full BPTT rises "
        f"with it to {short(float(full[-1]), 3)} KiB, cut after k = {k} steps it stays at "
        f"{short(float(cut[-1]), 3)} KiB from T = {k} on.",
        columns,
        "truncation-memory",
    )


def _agreement(course: TruncationCourse, k: int, colours: Style) -> list[dict[str, Any]]:
    shared: dict[str, Any] = {"type": "scatter", "mode": "lines+markers"}
    shared |= {"x": list(range(1, len(course.cosine) + 1))}
    return [
        shared
        | {"name": "cosine", "y": _gaps(course.cosine)}
        | {"line": {"color": colours.gradient, "width": 3.5}}
        | {"marker": {"size": _sizes(course, k), **_PLAIN}}
        | {"hovertemplate": "k = %{x}: cosine %{y:.4f}<extra></extra>"},
        shared
        | {"name": "ratio of norms", "y": _gaps(course.norm_ratio)}
        | {"line": {"color": colours.accent, "width": 2, "dash": "dash"}}
        | {"marker": {"size": _sizes(course, k), "symbol": "square", **_PLAIN}}
        | {"hovertemplate": "k = %{x}: norm × %{y:.4f}<extra></extra>"},
    ]


def _sizes(course: TruncationCourse, k: int) -> list[int]:
    return [13 if j == k else 5 for j in range(1, len(course.cosine) + 1)]


def _arriving(course: TruncationCourse, k: int, low: int, colours: Style) -> list[dict[str, Any]]:
    first = course.first_input
    height = [value if value > 0 else decades.zero_mark(low) for value in first.tolist()]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": list(range(1, len(first) + 1)),
            "y": height,
            "yaxis": "y2",
            "showlegend": False,
            "marker": {
                **_PLAIN,
                "color": colours.loss,
                "size": [15 if j == k else 9 for j in range(1, len(first) + 1)],
                "symbol": ["circle" if value > 0 else "x" for value in first],
            },
            "customdata": decades.exact(first),
            "hovertemplate": "k = %{x}: %{customdata} arrives<extra></extra>",
        }
    ]


def _reach_axis(low: int, high: int, zeros: bool, height: int) -> dict[str, Any]:
    """The lower panel's, with few enough ticks for it: every third decade, and 0."""
    powers = [power for power in range(low, high + 1) if power % 3 == 0]
    values = [decades.zero_mark(low)] * zeros + [10.0**power for power in powers]
    shown = ["1" if power == 0 else f"10<sup>{power}</sup>" for power in powers]
    texts = ["0"] * zeros + [text.replace("-", "−") for text in shown]
    axis = decades.axis(low, high, zeros=zeros) | {"tickvals": values, "ticktext": texts}
    return {"yaxis2": axis | {"domain": [0, _REACH / height], "anchor": "x"}}


def _reach_title(height: int, colours: Style) -> dict[str, Any]:
    title = heading("Arrives at step 0", "‖∂L/∂x<sub>0</sub>‖", "log, ✕ exactly 0", colours)
    return note(title, _REACH / height)


def _gaps(values: np.ndarray) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]


def _rule(k: int, colours: Style) -> dict[str, Any]:
    """The chosen k, through both panels."""
    line = {"color": colours.muted, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": k, "x1": k, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def _one(colours: Style) -> dict[str, Any]:
    line = {"color": colours.muted, "width": 1}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 1, "y1": 1, "line": line}
