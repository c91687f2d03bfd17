"""A gradient beside its difference quotient: the error for every ε, and the digits that agree.

Both axes are logarithmic and always cover the same decades. At large ε the points follow ε²
(the quotient is no limit yet), at small ones 1/ε (the losses are rounded).
"""

from typing import Any

from figures import decades
from figures.drawing import Drawing, figure, heading, note, short
from figures.style import MONOSPACE, Style, Theme, style
from figures.style import decades as decade_range
from rnn_core.gradient_check import EntryCheck, agreeing_digits

_PLOT, _TOP, _BOTTOM, _NUMBERS = 300, 66, 48, 92
_ALWAYS = (-12, 0)


def draw(name: str, check: EntryCheck, chosen: int, *, theme: Theme = "light") -> Drawing:
    """The check of the entry called `name`, with the try number `chosen` picked out."""
    colours = style(theme)
    errors, epsilon = check.errors, float(check.epsilons[chosen])
    quotient = float(check.quotients[chosen])
    digits = agreeing_digits(quotient, check.analytic)
    low, high = decade_range(errors[errors > 0].tolist(), _ALWAYS)
    zeros = bool((errors == 0).any())
    top = _TOP + _NUMBERS + 30
    layout: dict[str, Any] = {
        "height": _PLOT + top + _BOTTOM,
        "margin": {"l": 52, "r": 14, "t": top, "b": _BOTTOM},
        "xaxis": decades.axis(*_ALWAYS) | {"title": {"text": "step ε", "standoff": 8}},
        "yaxis": decades.axis(low, high, zeros=zeros),
        "annotations": [
            *_numbers(check.analytic, quotient, digits, colours),
            note(heading("Relative error", "", "log scale, against ε", colours), 1),
            *_sides(check, colours),
        ],
    }
    plural = "" if digits == 1 else "s"
    columns: dict[str, Any] = {
        "epsilon": check.epsilons,
        "quotient": check.quotients,
        "relative_error": errors,
    }
    return Drawing(
        figure(
            _points(check, chosen, low, colours),
            colours,
            layout,
            headline=f"{digits} digit{plural} agree{'s' if digits == 1 else ''} at ε = "
            f"{short(epsilon)}",
            subtitle=name,
        ),
        f"{name} is {short(check.analytic, 6)} by backpropagation; the central difference with "
        f"ε = {short(epsilon)} is {short(quotient, 6)}, off by {short(float(errors[chosen]))} of "
        f"it. Against ε on log axes the error falls with ε squared, is least at ε = "
        f"{short(float(check.epsilons[errors.argmin()]))}, and rises again below that.",
        columns,
        "gradient-check",
    )


def _numbers(analytic: float, quotient: float, digits: int, colours: Style) -> list[dict[str, Any]]:
    """The two numbers, one below the other; the digits that they share are bold and underlined."""
    font = {"family": MONOSPACE, "size": 16, "color": colours.text}
    parts = []
    for place, (label, value) in enumerate(
        (("backpropagation", analytic), ("difference quotient", quotient))
    ):
        label_height = _NUMBERS - 44 * place
        shared = {"yref": "paper", "y": 1, "x": 0, "align": "left"}
        parts.append(
            note(label, 1, font={"size": 12, "color": colours.muted})
            | shared
            | {"yshift": label_height + 12}
        )
        parts.append(
            note(_marked(value, digits, colours), 1, font=font)
            | shared
            | {"yshift": label_height - 10}
        )
    return parts


def _marked(value: float, digits: int, colours: Style) -> str:
    mantissa, _, power = f"{value:.12e}".partition("e")
    seen, end = 0, 0
    for place, letter in enumerate(mantissa):
        if seen == min(digits, 13):
            break
        seen += letter.isdigit()
        end = place + 1
    head, tail = mantissa[:end], mantissa[end:]
    text = f"<b><u>{head}</u></b>{tail}" if digits else tail
    shown = f"{text} · 10<sup>{int(power)}</sup>"
    return shown.replace("-", "−")


def _points(check: EntryCheck, chosen: int, low: int, colours: Style) -> list[dict[str, Any]]:
    errors = check.errors
    zero = decades.zero_mark(low)
    height = [value if value > 0 else zero for value in errors.tolist()]
    shared: dict[str, Any] = {"type": "scatter", "x": check.epsilons.tolist()}
    first = float(errors[2])  # ε = 0.1: the law of small steps holds from about there
    law = (first * (check.epsilons / check.epsilons[2]) ** 2).tolist()
    return [
        shared
        | {
            "mode": "lines",
            "name": "ε²",
            "y": [value if value >= 10.0**low else None for value in law],
            "line": {"color": colours.muted, "dash": "dot", "width": 1.5},
            "hoverinfo": "skip",
        },
        shared
        | {
            "mode": "lines+markers",
            "y": height,
            "line": {"color": colours.accent, "width": 2.5},
            "marker": {"size": 7, "color": colours.accent},
            "customdata": decades.exact(errors),
            "hovertemplate": "ε = %{x:.3g}: off by %{customdata}<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "x": [float(check.epsilons[chosen])],
            "y": [height[chosen]],
            "marker": {"size": 17, "symbol": "circle-open", "color": colours.gradient}
            | {"line": {"width": 3, "color": colours.gradient}},
            "hoverinfo": "skip",
        },
    ]


def _sides(check: EntryCheck, colours: Style) -> list[dict[str, Any]]:
    """What makes the error on either side of the best ε."""
    font = {"size": 13, "color": colours.muted}
    return [
        {"xref": "paper", "yref": "paper", "x": x, "y": 0.04, "text": text, "showarrow": False}
        | {"xanchor": side, "font": font, "yanchor": "bottom"}
        for x, side, text in ((0.02, "left", "rounding: 1/ε"), (0.98, "right", "bend: ε²"))
    ]
