"""Curves that can be asked of the run that the piece "stage" shows, each with its axes."""

from typing import Any

import numpy as np

from exhibits.stage_measures import (
    GATE,
    LAYER,
    SOURCE,
    UNIT,
    differences,
    field_of,
    gradient_norms,
    layer_of,
    over_time,
    run_of,
    source_row,
)
from lessons.declared import Curve, CurveMeasure, Values

_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _curve(y: Any, label: str, low: float, high: float, log: bool = False) -> Curve:
    return Curve(
        x=tuple(float(t) for t in range(len(y))),
        y=tuple(float(v) for v in y),
        x_label="time step t",
        y_label=label,
        low=low,
        high=high,
        log=log,
    )


def _decades(y: np.ndarray, label: str, lowest: int) -> Curve:
    """On a log axis of whole decades, from 10^lowest or below to 10 or above."""
    low = 10.0 ** min(lowest, int(np.floor(np.log10(y.min()))))
    high = 10.0 ** max(1, int(np.ceil(np.log10(y.max()))))
    return _curve(y, label, low, high, log=True)


def _round_limit(series: Any) -> float:
    """The smallest of 1, 2, 5, 10, 20 … that holds every value."""
    most, limit = float(np.abs(series).max()), 1.0
    for factor in (2.0, 2.5, 2.0) * 6:
        if limit >= most:
            break
        limit *= factor
    return limit


def _hidden_curve(values: Values, at: Values) -> Curve:
    own = over_time(layer_of(run_of(values), at).hidden, at)
    limit = _round_limit(own)
    return _curve(own, f"h of unit {at['unit']}", -limit, limit)


def _cell_curve(values: Values, at: Values) -> Curve:
    own = over_time(field_of(layer_of(run_of(values), at), "cell"), at)
    limit = _round_limit(own)
    return _curve(own, f"c of unit {at['unit']}", -limit, limit)


def _gate_curve(values: Values, at: Values) -> Curve:
    own = over_time(field_of(layer_of(run_of(values), at), at["gate"]), at)
    low = -1.0 if at["gate"] == "candidate" else 0.0
    return _curve(own, f"{GATE.choices[at['gate']]} of unit {at['unit']}", low, 1.0)


def _difference_curve(values: Values, at: Values) -> Curve:
    norms = differences(values, at)
    return _curve(norms, "‖change of hₜ‖", 0.0, 2 * _round_limit(norms / 2))


def _gradient_curve(values: Values, at: Values) -> Curve:
    norms = gradient_norms(values, at)
    if (norms <= 0).any():
        raise ValueError("at some step the gradient is exactly 0: it has no place on a log axis")
    return _decades(norms, "‖∂L/∂hₜ‖", -6)


def _source_curve(values: Values, at: Values) -> Curve:
    own = source_row(values, at)[: at["source"] + 1]
    if (own <= 0).any():
        raise ValueError(f"loss {at['source']} does not reach every earlier step")
    return _decades(own, f"‖∂L{at['source']}/∂hₜ‖".translate(_SUBSCRIPT), -3)


CURVES: tuple[CurveMeasure, ...] = (
    CurveMeasure(
        name="hidden",
        about="h_t of one unit over time",
        value=_hidden_curve,
        arguments=(UNIT, LAYER),
    ),
    CurveMeasure(
        name="cell", about="c_t of one unit over time", value=_cell_curve, arguments=(UNIT, LAYER)
    ),
    CurveMeasure(
        name="gate",
        about="a gate of one unit over time",
        value=_gate_curve,
        arguments=(GATE, UNIT, LAYER),
    ),
    CurveMeasure(
        name="differences",
        about="‖h_t − h_t without the changes‖ over time",
        value=_difference_curve,
        arguments=(LAYER,),
    ),
    CurveMeasure(
        name="one_source",
        about="‖∂L_k/∂h_t‖ for t from 0 to k, on a log axis",
        value=_source_curve,
        arguments=(SOURCE, LAYER),
    ),
    CurveMeasure(
        name="gradients",
        about="‖∂L/∂h_t‖ over time, on a log axis",
        value=_gradient_curve,
        arguments=(LAYER,),
    ),
)
