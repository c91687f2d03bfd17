"""How much of the loss reaches each step: the size of its gradient, on an absolute log axis.

    ‖∂L/∂h_t‖ and ‖∂L/∂c_t‖ are of the *total* loss, the later steps' losses included, c_t's way
    through h_t included; ‖∂L/∂a_t‖ is of the pre-activation, all gates together.

Before the first loss nothing is added on the way back, so there the norms shrink or grow by a
factor per step; its geometric mean is drawn as a dashed line.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from figures import decades
from figures.drawing import Drawing, figure, heading, note, short
from figures.steps import Steps
from figures.style import GRADIENT_DECADES, Style, Theme, style
from figures.style import decades as decade_range
from rnn_core import AnySequence, LayerTrace, LSTMTrace

_HEIGHT = 430
_MIN_STRETCH = 4  # steps; a mean factor over fewer says little


@dataclass(frozen=True, eq=False)
class Norms:
    """Sizes (time,) of the gradients of one sequence; `cell` is None where there is none.

    `stretch` is (earliest step, first step with a loss) in the order of the layer, and `factor`
    the geometric mean by which ‖∂L/∂h‖ changes per step on the way back between them; both are
    None where losses stand at every step, or the gradient does not arrive.
    """

    hidden: np.ndarray
    preactivation: np.ndarray
    cell: np.ndarray | None
    stretch: tuple[int, int] | None
    factor: float | None


def draw(
    trace: LayerTrace,
    sequence: AnySequence | None = None,
    *,
    losses: np.ndarray | None = None,
    loss_mask: np.ndarray | None = None,
    batch: int = 0,
    theme: Theme = "light",
) -> Drawing:
    """The gradient's norm at every step, and below it the losses (time,) where they are given.

    Raises:
        ValueError: the trace is of a forward pass alone, the theme is unknown, or the sequence
            has another length.
    """
    colours = style(theme)
    steps = Steps.of(sequence, len(trace.hidden))
    mask = _mask(losses, loss_mask, steps.count)
    shown = None if losses is None or mask is None else np.where(mask, losses, np.nan)
    norms = norms_of(trace, mask, batch)
    columns: dict[str, Any] = {"step": np.arange(steps.count)}
    if steps.labels:
        columns["read"] = steps.labels
    columns |= {key: values for key, _, values in _series(norms)}
    if losses is not None:
        columns |= {"loss": losses, "has_loss": mask}
    return Drawing(
        _figure(norms, shown, steps, colours, trace.reverse),
        _alt(norms, shown, steps, trace.reverse),
        columns,
        "gradient-norms",
    )


def norms_of(trace: LayerTrace, loss_mask: np.ndarray | None = None, batch: int = 0) -> Norms:
    """The numbers that `draw` shows.

    Raises:
        ValueError: the trace has no gradients.
    """
    if trace.grad_hidden is None or trace.grad_preactivation is None:
        raise ValueError("trace has no gradients: it is the record of a forward pass alone")
    hidden = _norm(trace.grad_hidden[:, batch])
    cell = None
    if isinstance(trace, LSTMTrace) and trace.grad_cell is not None:
        cell = _norm(trace.grad_cell[:, batch])
    stretch = _stretch(hidden, loss_mask, trace.reverse)
    factor = None
    if stretch:
        early, late = stretch
        factor = float((hidden[early] / hidden[late]) ** (1 / abs(late - early)))
    return Norms(hidden, _norm(trace.grad_preactivation[:, batch]), cell, stretch, factor)


def _norm(rows: np.ndarray) -> np.ndarray:
    """Norm of each row, also where its square would underflow."""
    largest = np.abs(rows).max(axis=-1, keepdims=True)
    scale = np.where(largest > 0, largest, 1.0)
    return scale[..., 0] * np.sqrt(np.sum((rows / scale) ** 2, axis=-1))


def _mask(losses: np.ndarray | None, mask: np.ndarray | None, count: int) -> np.ndarray | None:
    for name, array in (("losses", losses), ("loss_mask", mask)):
        if array is not None and np.shape(array) != (count,):
            raise ValueError(f"{name} must have shape ({count},), got {np.shape(array)}")
    return np.ones(count, bool) if mask is None and losses is not None else mask


def _stretch(hidden: np.ndarray, mask: np.ndarray | None, reverse: bool) -> tuple[int, int] | None:
    """From the layer's first step to its first loss, if that is far and the gradient arrives."""
    if mask is None or not mask.any():
        return None
    with_loss = np.flatnonzero(mask)
    early, late = (len(mask) - 1, int(with_loss[-1])) if reverse else (0, int(with_loss[0]))
    ends = hidden[[early, late]]
    if abs(late - early) < _MIN_STRETCH or not (np.isfinite(ends).all() and ends.min() > 0):
        return None
    return early, late


def _series(norms: Norms) -> list[tuple[str, str, np.ndarray]]:
    series = [("grad_hidden_norm", "‖∂L/∂h‖", norms.hidden)]
    if norms.cell is not None:
        series.append(("grad_cell_norm", "‖∂L/∂c‖", norms.cell))
    return [*series, ("grad_preactivation_norm", "‖∂L/∂a‖", norms.preactivation)]


def _figure(
    norms: Norms, losses: np.ndarray | None, steps: Steps, colours: Style, reverse: bool
) -> Any:
    series = _series(norms)
    drawn = np.concatenate([values for _, _, values in series])
    low, high = decade_range(drawn[np.isfinite(drawn)].tolist(), GRADIENT_DECADES)
    zeros = bool((drawn == 0).any())
    looks = {
        "‖∂L/∂h‖": {"color": colours.gradient, "symbol": "circle", "dash": "solid"},
        "‖∂L/∂c‖": {"color": colours.text, "symbol": "diamond", "dash": "solid"},
        "‖∂L/∂a‖": {"color": colours.muted, "symbol": "circle-open", "dash": "dot"},
    }
    traces = steps.unified(10.0**high)
    traces += [_curve(name, values, steps, looks[name]) for _, name, values in series]
    if zeros:
        traces.append(_zeros(series, steps, colours, decades.zero_mark(low)))
    layout: dict[str, Any] = {
        "height": _HEIGHT,
        "margin": {"l": 44, "r": 8, "t": 84, "b": 46},
        "legend": {"y": 1, "yanchor": "bottom"},
        "showlegend": True,
        "hovermode": "x unified",
        "xaxis": steps.axis(anchor="y2" if losses is not None else "y"),
        "yaxis": decades.axis(low, high, zeros=zeros),
        "annotations": steps.numbers(colours),
    }
    traces += _reference(norms, steps, colours, layout)
    if losses is not None:
        traces.append(_losses(losses, steps, colours, layout))
    headline, subtitle = _finding(norms, steps, reverse)
    return figure(traces, colours, layout, headline=headline, subtitle=subtitle)


def _curve(name: str, values: np.ndarray, steps: Steps, look: dict[str, str]) -> dict[str, Any]:
    size = 6 if steps.count <= 50 else 4
    return {
        "type": "scatter",
        "mode": "lines+markers" if steps.count <= 100 else "lines",
        "name": name,
        **steps.along(),
        "y": decades.drawable(values),
        "customdata": decades.exact(values),
        "line": {"color": look["color"], "dash": look["dash"], "width": 2},
        "marker": {"symbol": look["symbol"], "size": size, "color": look["color"]},
        "hovertemplate": "%{customdata}",
    }


def _zeros(
    series: list[tuple[str, str, np.ndarray]], steps: Steps, colours: Style, mark: float
) -> dict[str, Any]:
    """A cross on the zero line at every step where a norm is exactly 0, and which ones are."""
    marks, texts = [], []
    for t in range(steps.count):
        names = [name for _, name, values in series if values[t] == 0]
        marks.append(mark if names else None)
        texts.append(", ".join(names))
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "exactly 0",
        "showlegend": False,
        **steps.along(),
        "y": marks,
        "customdata": texts,
        "marker": {"symbol": "x-thin", "size": 7, "line": {"width": 2, "color": colours.muted}},
        "hovertemplate": "%{customdata}",
    }


def _reference(
    norms: Norms, steps: Steps, colours: Style, layout: dict[str, Any]
) -> list[dict[str, Any]]:
    """The mean factor per step, as the straight line that it is on a log axis."""
    if norms.stretch is None or norms.factor is None:
        return []
    early, late = norms.stretch
    ends = [float(norms.hidden[early]), float(norms.hidden[late])]
    # The corner above the lower end is free of curves.
    left = (ends[0] < ends[1]) == (early < late)
    text = f"dashed: mean ×{short(norms.factor, 3)} per step"
    font = {"size": 12, "color": colours.gradient}
    corner = {"yanchor": "top", "yshift": -4, "font": font}
    layout["annotations"].append(note(text, 1, side="left" if left else "right", **corner))
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "mean factor",
            "x": [steps.x[early], steps.x[late]],
            "y": ends,
            "line": {"color": colours.gradient, "dash": "dash", "width": 1},
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]


def _losses(
    losses: np.ndarray, steps: Steps, colours: Style, layout: dict[str, Any]
) -> dict[str, Any]:
    """Bars of L_t from 0; no bar, not a bar of 0, where a step has no loss."""
    known = np.isfinite(losses)
    top = float(losses[known].max(initial=0.0)) * 1.08 or 1.0
    layout["yaxis"]["domain"] = [0.3, 1]
    layout["yaxis2"] = {
        "domain": [0, 0.2],
        "range": [0, top],
        "nticks": 3,
        "tickformat": "~g",
    }
    layout["annotations"].append(note(heading("Loss", "L<sub>t</sub>", "", colours), 0.2))
    return {
        "type": "bar",
        "name": "loss",
        **steps.along(),
        "y": [value if ok else None for value, ok in zip(losses.tolist(), known, strict=True)],
        "yaxis": "y2",
        "marker": {"color": colours.loss},
        "hovertemplate": "%{y:.4g}",
        "showlegend": False,
    }


def _arrivals(norms: Norms, reverse: bool) -> np.ndarray:
    """The steps that the gradient reaches, the last one that the layer took first."""
    reached = np.flatnonzero(norms.hidden > 0)
    return reached if reverse else reached[::-1]


def _finding(norms: Norms, steps: Steps, reverse: bool) -> tuple[str, str]:
    """A headline and the numbers that it stands on."""
    reached = _arrivals(norms, reverse)
    if not len(reached):
        return "No gradient reaches any step", f"‖∂L/∂h‖ is exactly 0 at all {steps.count} steps"
    if norms.factor is not None and norms.stretch is not None:
        early, late = norms.stretch
        verb = "fades" if norms.factor < 0.98 else "grows" if norms.factor > 1.02 else "lasts:"
        at_loss, at_end = short(norms.hidden[late]), short(norms.hidden[early])
        return (
            f"The gradient {verb} ×{short(norms.factor, 3)} per step",
            f"‖∂L/∂h‖: {at_loss} at step {late}, {at_end} at step {early}",
        )
    low, high = _extremes(norms)
    if len(reached) == 1:
        return f"The gradient reaches step {low} alone", f"‖∂L/∂h‖: {short(norms.hidden[low])}"
    return (
        f"Gradient from {short(norms.hidden[low])} to {short(norms.hidden[high])}",
        f"‖∂L/∂h‖: smallest at step {low}, largest at step {high}",
    )


def _extremes(norms: Norms) -> tuple[int, int]:
    """Steps of the smallest gradient that is not 0, and of the largest."""
    size = norms.hidden
    return int(np.argmin(np.where(size > 0, size, np.inf))), int(np.argmax(size))


def _alt(norms: Norms, losses: np.ndarray | None, steps: Steps, reverse: bool) -> str:
    reached = _arrivals(norms, reverse)
    if not len(reached):
        return f"The gradient of the hidden state is exactly 0 at all {steps.count} steps."
    last, first = int(reached[0]), int(reached[-1])
    start, end = norms.hidden[last], norms.hidden[first]
    text = f"On a log axis, the norm of the gradient of the hidden state is {short(start)}"
    text += f" at {steps.name(last)}"
    if first != last:
        verb = "falls" if end < start else "rises"
        text += f" and {verb} to {short(end)} at {steps.name(first)} on its way back"
    if norms.factor is not None and norms.stretch is not None:
        early, late = sorted(norms.stretch)
        text += f", on average by a factor of {short(norms.factor, 3)} per step between steps "
        text += f"{early} and {late}"
    low, high = _extremes(norms)
    text += "."
    if {low, high} != {first, last}:
        text += f" Smallest {short(norms.hidden[low])} at step {low}, "
        text += f"largest {short(norms.hidden[high])} at step {high}."
    zeros = steps.count - len(reached)
    if zeros:
        text += f" It is exactly 0 at {zeros} of {steps.count} steps."
    if losses is not None and np.isfinite(losses).any():
        worst = int(np.nanargmax(losses))
        text += f" Largest loss {short(losses[worst])} at {steps.name(worst)}."
    return text
