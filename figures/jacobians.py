"""What becomes of a small change of the state: singular values of ∂(state)_k / ∂(state)_t.

A change of the state at step t, of size 1, has at step k a size between the smallest and the
largest singular value, by its direction. At t = k all are 1; going back, the fan that they
form opens. For the LSTM the hidden state alone, with c_t held, tells half of it: the memory
travels in c, so the whole state (h, c) is drawn beside it.

Values too small to tell from rounding are NaN in `rnn_core.state_jacobians`; they are left out,
and the figure says how many.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from figures import decades
from figures.drawing import Drawing, figure, heading, note, packed, short
from figures.steps import Steps
from figures.style import JACOBIAN_DECADES, Style, Theme, style
from figures.style import decades as decade_range
from rnn_core import AnySequence

_PANEL, _GAP, _TOP, _BOTTOM = 200, 40, 108, 46
_MAX_THIN = 12


@dataclass(frozen=True, eq=False)
class Fan:
    """Singular values (steps, size), largest first, NaN where they are below rounding.

    `steps` are the steps that lead to `step_to`, in rising order; a layer that reads from the
    end has them after it.
    """

    name: str
    steps: np.ndarray
    values: np.ndarray
    step_to: int

    @property
    def emphasised(self) -> dict[str, np.ndarray]:
        """The lines drawn over the others. The middle one of four is the second: a value that is
        there. A layer of one or two units has no middle."""
        size = self.values.shape[1]
        lines = {"largest": self.values[:, 0]}
        if size > 2:
            lines["middle"] = self.values[:, (size - 1) // 2]
        if size > 1:
            lines["smallest"] = self.values[:, -1]
        return lines

    @property
    def thin(self) -> np.ndarray:
        """Columns that show the spread: all, or as many as can be told apart, evenly ranked."""
        size = self.values.shape[1]
        return np.unique(np.linspace(0, size - 1, min(size, _MAX_THIN)).round().astype(int))

    @property
    def far(self) -> int:
        """The row of the step that is farthest from `step_to`."""
        return 0 if self.steps[-1] == self.step_to else len(self.steps) - 1

    @property
    def factor(self) -> float:
        """Geometric mean by which the largest value changes per step on the way back."""
        apart = len(self.steps) - 1
        return float(self.values[self.far, 0] ** (1 / apart)) if apart else 1.0

    @property
    def left_out(self) -> int:
        return int(np.count_nonzero(np.isnan(self.values)))


def draw(
    values: np.ndarray,
    sequence: AnySequence | None = None,
    *,
    state_values: np.ndarray | None = None,
    steps: np.ndarray | None = None,
    step_to: int | None = None,
    theme: Theme = "light",
) -> Drawing:
    """The fan of singular values (steps, hidden) of ∂h_k/∂h_t for all t that lead to step k.

    `steps` are the values' steps (0, 1, … if not given) and `step_to` is k, one of their ends:
    the last if not given, the first in a layer that reads from the end. `state_values`
    (steps, 2 · hidden) are those of the LSTM's whole state (h, c), drawn below on the same scale.

    Raises:
        ValueError: `step_to` is not an end of the steps, or the arrays do not fit each other or
            the sequence.
    """
    colours = style(theme)
    steps = np.arange(len(values)) if steps is None else steps
    step_to = int(steps[-1]) if step_to is None else step_to
    first, last = int(steps[0]), int(steps[-1])
    if step_to not in (first, last):
        raise ValueError(
            f"step_to must be the first or last of steps {first} to {last}, got {step_to}"
        )
    for name, array in (("values", values), ("state_values", state_values)):
        if array is not None and (array.ndim != 2 or len(array) != len(steps)):
            raise ValueError(
                f"{name} must have a row for each of {len(steps)} steps, got shape {array.shape}"
            )
    axis = Steps.of(sequence, last + 1 if sequence is None else len(sequence.labels))
    if last >= axis.count:
        raise ValueError(f"sequence has {axis.count} steps, but the values reach step {last}")
    fans = [Fan("∂h", steps, values, step_to)]
    if state_values is not None:
        fans.append(Fan("∂(h, c)", steps, state_values, step_to))
    return Drawing(
        _figure(fans, axis, colours),
        _alt(fans, axis),
        _columns(fans),
        "jacobian-singular-values",
    )


def _figure(fans: list[Fan], steps: Steps, colours: Style) -> Any:
    drawn = np.concatenate([fan.values[fan.values > 0] for fan in fans])
    low, high = decade_range(drawn.tolist(), JACOBIAN_DECADES)
    plot = len(fans) * _PANEL + (len(fans) - 1) * _GAP
    layout: dict[str, Any] = {
        "height": plot + _TOP + _BOTTOM,
        "margin": {"l": 44, "r": 8, "t": _TOP, "b": _BOTTOM},
        "legend": {"y": 1 + 22 / plot, "yanchor": "bottom"},
        "showlegend": True,
        "hovermode": "x unified",
        "xaxis": steps.axis(anchor="y2" if len(fans) > 1 else "y"),
        "annotations": steps.numbers(colours),
    }
    traces: list[dict[str, Any]] = []
    for k, fan in enumerate(fans):
        top = 1 - k * (_PANEL + _GAP) / plot
        name = f"y{k + 1}" if k else "y"
        domain = [max(0.0, top - _PANEL / plot), top]
        layout[f"yaxis{k + 1}" if k else "yaxis"] = {**decades.axis(low, high), "domain": domain}
        traces += steps.unified(10.0**high) if k == 0 else []
        traces += _lines(fan, steps, colours, name, first=k == 0)
        layout["annotations"].append(_panel_name(fan, top, colours, len(fans) > 1))
    headline, subtitle = _finding(fans)
    return figure(traces, colours, layout, headline=headline, subtitle=subtitle)


def _lines(
    fan: Fan, steps: Steps, colours: Style, axis: str, *, first: bool
) -> list[dict[str, Any]]:
    """Thin lines that show the spread, and three drawn over them."""
    thin = fan.values[:, fan.thin]
    with_gaps = np.vstack([thin, np.full((1, thin.shape[1]), np.nan)])
    spread = {
        "type": "scatter",
        "mode": "lines",
        "x": [*(steps.x[t] for t in fan.steps.tolist()), None] * thin.shape[1],
        "y": packed(with_gaps.T.ravel(), "f8"),
        "yaxis": axis,
        "line": {"color": colours.gradient_soft, "width": 1},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    looks = {
        "largest": {"color": colours.gradient, "width": 2.5},
        "middle": {"color": colours.text, "width": 2, "dash": "dash"},
        "smallest": {"color": colours.muted, "width": 2, "dash": "dot"},
    }
    return [spread] + [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            **steps.along(int(fan.steps[0])),
            "y": decades.drawable(values),
            "customdata": decades.exact(values),
            "yaxis": axis,
            "line": looks[name],
            "hovertemplate": "%{customdata}",
            "showlegend": first,
        }
        for name, values in fan.emphasised.items()
    ]


def _panel_name(fan: Fan, top: float, colours: Style, several: bool) -> dict[str, Any]:
    says = {"∂h": "c held" if several else "", "∂(h, c)": "the whole state"}[fan.name]
    drawn, size = len(fan.thin), fan.values.shape[1]
    says = ", ".join([says] * bool(says) + [f"{drawn} of {size} values"] * (drawn < size))
    below = {"∂h": "∂h<sub>t</sub>", "∂(h, c)": "∂(h, c)<sub>t</sub>"}[fan.name]
    above = below.replace("<sub>t", "<sub>k")
    return note(heading(f"{above} / {below}", "", says, colours), top)


def _finding(fans: list[Fan]) -> tuple[str, str]:
    fan = fans[-1]
    if len(fan.steps) == 1:
        headline = f"No earlier state leads to step {fan.step_to}"
    elif np.isnan(fan.factor):
        headline = "No change of the first state reaches the last"
    else:
        verb = "fades" if fan.factor < 0.98 else "grows" if fan.factor > 1.02 else "lasts"
        headline = f"A change {verb}: at most ×{short(fan.factor, 3)} per step"
    out = sum(fan.left_out for fan in fans)
    subtitle = f"singular values, k = {fan.step_to}"
    return headline, f"{subtitle}; {out:,} below rounding left out" if out else subtitle


def _alt(fans: list[Fan], steps: Steps) -> str:
    step_to = fans[0].step_to
    parts = [f"Singular values of the Jacobian of {steps.name(step_to)}, on a log axis."]
    for fan in fans:
        ends = ", ".join(
            f"{name} {short(float(values[fan.far]))}"
            for name, values in fan.emphasised.items()
            if not np.isnan(values[fan.far])
        )
        text = f"Of {fan.name}, from 1 at step {step_to} to {ends or 'nothing above rounding'}"
        text += f" at step {fan.steps[fan.far]}"
        if not np.isnan(fan.factor):
            text += f", the largest by a factor of {short(fan.factor, 3)} per step"
        if fan.left_out:
            text += f"; {fan.left_out} of {fan.values.size} values are below rounding and left out"
        parts.append(text + ".")
    return " ".join(parts)


def _columns(fans: list[Fan]) -> dict[str, Any]:
    """One row for each value; those below rounding are nan."""
    parts: dict[str, list[np.ndarray]] = {}
    for fan, of in zip(fans, ("hidden", "state"), strict=False):
        length, size = fan.values.shape
        rows = {
            "of": np.full(length * size, of),
            "step_from": np.repeat(fan.steps, size),
            "step_to": np.full(length * size, fan.step_to),
            "rank": np.tile(np.arange(1, size + 1), length),
            "singular_value": fan.values.ravel(),
        }
        for name, column in rows.items():
            parts.setdefault(name, []).append(column)
    return {name: np.concatenate(columns) for name, columns in parts.items()}
