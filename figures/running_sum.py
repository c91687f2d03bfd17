"""One entry of a weight's gradient as what it is: a sum of one term per step.

The sum is taken as backpropagation takes it, from the last step to the first, so the line starts
at the right and ends at the left, at the gradient. The axis is linear, symmetric about 0.
"""

from typing import Any

import numpy as np
from jaxtyping import Float

from figures.drawing import Drawing, counted, figure, heading, note, short
from figures.steps import Steps
from figures.style import Theme, style, symmetric_limit

_PLOT, _TOP, _BOTTOM = 320, 118, 58


def draw(
    name: str,
    terms: Float[np.ndarray, " time"],
    back_to: int,
    steps: Steps,
    *,
    theme: Theme = "light",
) -> Drawing:
    """`terms` of the entry called `name`; those before step `back_to` have not been added yet."""
    colours = style(theme)
    sums = terms[::-1].cumsum()[::-1]
    here, count = float(sums[back_to]), len(terms)
    added = [t >= back_to for t in range(count)]
    # A gradient of 0.03 has its own round limit: 1000 times it is 30.
    limit = symmetric_limit((1000 * np.concatenate([terms, sums])).tolist()) / 1000
    done = back_to == 0
    says = f"all {counted(count, 'step')}" if done else f"steps {count - 1} to {back_to}"
    layout: dict[str, Any] = {
        "height": _PLOT + _TOP + _BOTTOM,
        "margin": {"l": 58, "r": 12, "t": _TOP, "b": _BOTTOM},
        "bargap": 0.3,
        "showlegend": True,
        "legend": {"y": 1 + 26 / _PLOT, "yanchor": "bottom"},
        "xaxis": steps.axis(title={"text": "step t        ← the sum runs back", "standoff": 22}),
        "yaxis": {"range": [-1.08 * limit, 1.08 * limit], "nticks": 7, "tickformat": ".3~g"}
        | {"zeroline": True, "zerolinecolor": colours.muted},
        "annotations": [
            note(heading("One weight", name, "one term per step", colours), 1),
            *steps.numbers(colours),
        ],
    }
    bars = {
        "type": "bar",
        "name": "term of step t",
        "x": steps.x,
        "y": terms.tolist(),
        "marker": {
            "color": [colours.signed[2] if value >= 0 else colours.signed[0] for value in terms],
            "opacity": [1.0 if on else 0.25 for on in added],
        },
        "customdata": [[line, short(v, 4)] for line, v in zip(steps.hover, terms, strict=True)],
        "hovertemplate": "%{customdata[0]}<br>term %{customdata[1]}<extra></extra>",
    }
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "sum from the last step to t",
        "x": steps.x[back_to:],
        "y": sums[back_to:].tolist(),
        "line": {"color": colours.gradient, "width": 3, "shape": "linear"},
        "marker": {"size": [12, *[6] * (count - back_to - 1)], "color": colours.gradient}
        | {"opacity": 1, "line": {"width": 0}},
        "customdata": [short(value, 4) for value in sums[back_to:]],
        "hovertemplate": "sum so far %{customdata}<extra></extra>",
    }
    columns: dict[str, Any] = {
        "step": np.arange(count),
        "term": terms,
        "sum_from_the_last_step": sums,
    }
    told = ", ".join(f"{short(float(v))} at {steps.name(t)}" for t, v in _largest(terms))
    return Drawing(
        figure(
            [bars, line],
            colours,
            layout,
            headline=f"{'The gradient' if done else 'So far'}: {short(here, 4)}",
            subtitle=f"the sum of the terms of {says}",
        ),
        f"A bar for each of {counted(count, 'step')}, its term in the gradient of {name}; the "
        f"largest are {told}. Their sum over {says} is {short(here, 4)}.",
        columns,
        "running-sum",
    )


def _largest(terms: np.ndarray) -> list[tuple[int, float]]:
    order = np.argsort(-np.abs(terms), kind="stable")[:3]
    return [(int(t), float(terms[t])) for t in order]
