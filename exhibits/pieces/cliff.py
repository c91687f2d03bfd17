"""Gradient descent on the error surface of one recurrent unit, with clipping and without."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from exhibits.charts import drawn
from figures import cliff as pictures
from figures.drawing import Drawing
from figures.style import Theme
from lessons.declared import Choice, Curve, CurveMeasure, Declaration, Measure, Real, Values, Whole
from rnn_core.cliff import Descent, descend, surface

LONGEST = 200
WAY = Choice(
    name="way",
    label="Descent",
    default="free",
    choices={"free": "without clipping", "clipped": "with clipping"},
)
AT_W = Real(name="w", label="w", default=5.0, low=-1e6, high=1e6)
AT_B = Real(name="b", label="b", default=-2.0, low=-1e6, high=1e6)
_descend = lru_cache(maxsize=256)(descend)


def _descent(values: Values, way: str) -> Descent:
    threshold = values["threshold"] if way == "clipped" else None
    return _descend(values["w"], values["b"], values["lr"], values["steps"], threshold)


def _shown(values: Values) -> tuple[Descent | None, Descent | None]:
    free = _descent(values, "free") if values["paths"] in ("free", "both") else None
    clipped = _descent(values, "clipped") if values["paths"] in ("clipped", "both") else None
    return free, clipped


def _longest(values: Values, at: Values) -> float:
    return float(_descent(values, at["way"]).lengths.max())


def _steepest(values: Values, at: Values) -> float:
    return float(_descent(values, at["way"]).norms.max())


def _used(values: Values, at: Values) -> float:
    return float(_descent(values, at["way"]).norms_used.max())


def _last(values: Values, at: Values) -> float:
    return float(_descent(values, at["way"]).errors[-1])


def _slope(values: Values, at: Values) -> float:
    here = surface(at["w"], at["b"])
    return float((here.by_w**2 + here.by_b**2) ** 0.5)


def _course(values: Values, at: Values) -> Curve:
    errors = _descent(values, at["way"]).errors
    return Curve(
        x=tuple(float(k) for k in range(len(errors))),
        y=tuple(errors.tolist()),
        x_label="step of gradient descent",
        y_label="error E",
        low=0.0,
        high=0.5,
    )


def _pictures(values: Values, theme: Theme) -> list[Drawing]:
    draw = pictures.draw_surface if values["show"] == "surface" else pictures.draw_map
    return [draw(*_shown(values), theme=theme)]


def _still(values: Values, place: Mapping[str, Any]) -> list[Drawing]:
    return _pictures(dict(values) | {"show": "map"}, "light")


PIECE = drawn(
    Declaration(
        name="cliff",
        about="The error surface of one recurrent unit over 50 steps, and descent on it.",
        parameters=(
            Choice(
                name="show",
                label="Show",
                default="map",
                choices={"map": "From above", "surface": "As a landscape"},
                segmented=True,
            ),
            Choice(
                name="paths",
                label="Gradient descent",
                default="free",
                choices={
                    "none": "None",
                    "free": "Plain",
                    "clipped": "Clipped",
                    "both": "Both",
                },
                segmented=True,
            ),
            Real(
                name="threshold",
                label="Clip the norm at",
                default=1.0,
                low=0.01,
                high=1000.0,
                stops=(0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0, 1000.0),
            ),
            Real(name="lr", label="Learning rate", default=0.5, low=0.05, high=3.0, step=0.05),
            Real(name="w", label="Start at w", default=5.5, low=3.0, high=8.0, step=0.1),
            Real(name="b", label="Start at b", default=-2.0, low=-4.0, high=0.0, step=0.1),
            Whole(name="steps", label="Steps of descent", default=100, low=1, high=LONGEST),
        ),
        measures=(
            Measure(
                name="longest_step",
                about="The longest step in the plane of w and b.",
                value=_longest,
                arguments=(WAY,),
            ),
            Measure(
                name="steepest",
                about="The largest norm of the gradient on the way, before clipping.",
                value=_steepest,
                arguments=(WAY,),
            ),
            Measure(
                name="largest_used",
                about="The largest norm of the gradient on the way, as it was used.",
                value=_used,
                arguments=(WAY,),
            ),
            Measure(name="error", about="E at the end.", value=_last, arguments=(WAY,)),
            Measure(
                name="slope",
                about="The norm of the gradient at a point.",
                value=_slope,
                arguments=(AT_W, AT_B),
            ),
        ),
        curves=(
            CurveMeasure(name="errors", about="E along the way.", value=_course, arguments=(WAY,)),
        ),
    ),
    _pictures,
    still=_still,
)
