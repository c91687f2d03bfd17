"""A character model's text: how likely each character was, its odds, what the units track.

Each character of a text stands on a field of its own (`figures.characters`), whose colour is a
probability on [0, 1] or a state on [-1, 1].
"""

from html import escape
from typing import Any

import numpy as np

from figures.characters import PER_ROW, fields, frame, grid, signs, underline
from figures.drawing import MAX_HEADLINE, Drawing, counted, figure, heading, note, short
from figures.steps import visible
from figures.style import GATE_RANGE, MONOSPACE, TANH_RANGE, Style, Theme, style
from rnn_core.sampling import Course, Sample, tempered
from rnn_core.tracking import TRAITS, Tracking

_MOST_BARS = 10
_TAIL = 12  # characters before it that the title has room for


def draw_text(sample: Sample, step: int, *, theme: Theme = "light") -> Drawing:
    """The prompt without colour, then each drawn character on its probability."""
    colours = style(theme)
    before = len(sample.prompt)
    text = sample.prompt + sample.text
    shown = np.concatenate([np.full(before, np.nan), sample.probability])
    says = [f"given: {_named(c)}" for c in sample.prompt]
    says += [
        f"drawn {k}: {_named(c)}<br>p = {p:.3g}"
        for k, (c, p) in enumerate(zip(sample.text, sample.probability, strict=True))
    ]
    scale = colours.gate_scale
    field = fields(text, shown, says, GATE_RANGE, scale)
    layout = grid(text, [frame(before + step, colours)])
    layout["annotations"] = [
        note(heading("Probability", "p", "the more colour, the likelier", colours), 1.0)
    ]
    mean = float(-np.log(sample.probability).mean())
    columns: dict[str, Any] = {
        "step": list(range(len(sample.text))),
        "character": list(sample.text),
        "probability": sample.probability,
        "entropy_nats": sample.entropy,
    }
    luck = f"temperature {sample.temperature:g}"
    return Drawing(
        figure(
            [field, signs(text, shown, GATE_RANGE, scale, colours)],
            colours,
            layout,
            headline=f"{counted(len(sample.text), 'character')} drawn at {luck}",
            subtitle=f"mean probability {short(float(sample.probability.mean()))}, "
            f"{short(mean)} nats per character",
        ),
        f"After “{sample.prompt}” the model wrote, at {luck}: “{sample.text}”. The mean "
        f"probability of a drawn character is {short(float(sample.probability.mean()))}.",
        columns,
        "sampled-text",
    )


def draw_odds(sample: Sample, step: int, *, theme: Theme = "light") -> Drawing:
    """The likeliest next characters at one step, at the temperature and at temperature 1."""
    colours = style(theme)
    odds, plain = sample.distribution(step), _plain(sample, step)
    drawn = sample.alphabet.index(sample.text[step])
    order = np.argsort(-plain, kind="stable")[:_MOST_BARS].tolist()
    if drawn not in order:
        order[-1] = drawn
    names = [f"{escape(visible(sample.alphabet[k]))}<b {k}></b>" for k in order]
    height = 24 * len(order)
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "h",
            "name": f"at temperature {sample.temperature:g}",
            "x": odds[order].tolist(),
            "y": names,
            "marker": {
                "color": [colours.accent if k == drawn else colours.gate[1] for k in order],
                "line": {"width": 0},
            },
            "hovertemplate": "%{y}: %{x:.3g}<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "text",
            "showlegend": False,
            "x": [max(odds[k], plain[k]) + 0.012 for k in order],
            "y": names,
            "text": [escape(_share(odds[k])) + ("  drawn" if k == drawn else "") for k in order],
            "textposition": "middle right",
            "textfont": {"size": 12},
            "cliponaxis": False,
            "hoverinfo": "skip",
        },
    ]
    if sample.temperature != 1.0:
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "at temperature 1",
                "x": plain[order].tolist(),
                "y": names,
                "marker": {"symbol": "line-ns", "size": 16, "opacity": 1}
                | {"line": {"width": 3, "color": colours.text}},
                "hovertemplate": "%{y}: %{x:.3g} at temperature 1<extra></extra>",
            }
        )
    tail = (sample.prompt + sample.text[:step])[-_TAIL:]
    layout: dict[str, Any] = {
        "height": height + 104 + 40,
        "margin": {"l": 30, "r": 62, "t": 104, "b": 40},
        "showlegend": True,
        "legend": {"y": 1 + 8 / height, "yanchor": "bottom"},
        "bargap": 0.25,
        "xaxis": {"range": [0, 1], "title": {"text": "probability"}, "showgrid": True},
        "yaxis": {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": names[::-1],
            "tickfont": {"family": MONOSPACE, "size": 14, "color": colours.text},
        },
    }
    after = "".join(visible(c) for c in tail)
    rest = 1.0 - float(odds[order].sum())
    first = int(odds.argmax())
    was = "the same" if first == drawn else f"{_named(sample.alphabet[drawn])}, p = "
    was += "" if first == drawn else escape(_share(odds[drawn]))
    columns: dict[str, Any] = {
        "character": list(sample.alphabet),
        "probability": odds,
        "probability_at_temperature_1": plain,
    }
    return Drawing(
        figure(
            traces,
            colours,
            layout,
            headline=f"After “{escape(after)}”: likeliest {_named(sample.alphabet[first])}, "
            f"p = {_share(odds[first])}",
            subtitle=f"drawn: {was}; {escape(_share(rest))} on characters not shown",
        ),
        f"The odds of the next character after “{tail}”: "
        + ", ".join(f"{_named(sample.alphabet[k])} {_share(odds[k])}" for k in order)
        + f". The likeliest is {_named(sample.alphabet[first])}, drawn was "
        f"{_named(sample.text[step])}.",
        columns,
        "next-character",
    )


def draw_tracking(
    tracked: Tracking, trait: str, unit: int, *, first: int = 0, theme: Theme = "light"
) -> Drawing:
    """A stretch of the text on one unit's state; what has the trait is underlined."""
    colours = style(theme)
    stretch = slice(first, first + 10 * PER_ROW)
    text, wanted = tracked.text[stretch], tracked.trait[stretch]
    state = tracked.hidden[stretch, unit]
    says = [
        f"{_named(c)}<br>h = {h:.3f}<br>{TRAITS[trait]}: {w:g}"
        for c, h, w in zip(text, state, wanted, strict=True)
    ]
    field = fields(text, state, says, TANH_RANGE, colours.signed_scale)
    lines = [underline(k, colours) for k, w in enumerate(wanted) if trait != "words" and w]
    layout = grid(text, lines)
    marked = "" if trait == "words" else f", underlined: {TRAITS[trait]}"
    layout["annotations"] = [
        note(heading("State", f"h<sub>{unit}</sub>", f"orange −1, blue 1{marked}", colours), 1.0)
    ]
    r, chance = float(tracked.correlations[unit]), float(np.abs(tracked.untrained).max())
    columns: dict[str, Any] = {"character": list(text), "hidden": state, "trait": wanted}
    return Drawing(
        figure(
            [field, signs(text, state, TANH_RANGE, colours.signed_scale, colours)],
            colours,
            layout,
            headline=f"Unit {unit}: r = {short(r)} with “{TRAITS[trait]}”"[:MAX_HEADLINE],
            subtitle=f"over {len(tracked.text):,} characters; best untrained unit {short(chance)}",
        ),
        f"A text coloured by the state of unit {unit}, which goes with {TRAITS[trait]} at a "
        f"correlation of {short(r)}; the best of as many untrained units reaches {short(chance)}.",
        columns,
        "tracking-unit",
    )


def draw_correlations(
    tracked: Tracking, trait: str, unit: int, *, theme: Theme = "light"
) -> Drawing:
    """All units, the chosen one picked out, and the largest that random weights reach."""
    colours = style(theme)
    r, best = tracked.correlations, tracked.best
    chance = float(np.abs(tracked.untrained).max())
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "x": list(range(len(r))),
            "y": r.tolist(),
            "marker": {
                "color": [colours.accent if k == unit else colours.muted for k in range(len(r))],
                "line": {"width": 0},
            },
            "hovertemplate": "unit %{x}: r = %{y:.3f}<extra></extra>",
        }
    ]
    layout: dict[str, Any] = {
        "height": 180 + 84 + 42,
        "margin": {"l": 44, "r": 12, "t": 84, "b": 42},
        "xaxis": {"title": {"text": "unit"}, "tickformat": "d", "range": [-0.7, len(r) - 0.3]},
        "yaxis": {"range": [-1, 1], "tickvals": [-1, -0.5, 0, 0.5, 1], "zeroline": True}
        | {"zerolinecolor": colours.muted},
        "annotations": [
            note(heading("Correlation", "r", "dotted: the best untrained unit", colours), 1)
        ],
        "shapes": [_level(side * chance, colours) for side in (-1, 1)],
    }
    columns: dict[str, Any] = {
        "unit": list(range(len(r))),
        "correlation": r,
        "correlation_untrained": tracked.untrained,
    }
    finds = "stands out" if abs(r[best]) > 1.25 * chance else "does not stand out"
    return Drawing(
        figure(
            traces,
            colours,
            layout,
            headline=f"Best of {counted(len(r), 'unit')}: unit {best}, r = {short(float(r[best]))}",
            subtitle=f"{TRAITS[trait]}; an untrained network's best {short(chance)}",
        ),
        f"The correlation of each of {counted(len(r), 'unit')} with {TRAITS[trait]}. The largest "
        f"in size is {short(float(r[best]))}, of unit {best}; with random weights it is "
        f"{short(chance)}, so it {finds}.",
        columns,
        "tracking-all",
    )


def draw_course(found: Course, *, theme: Theme = "light") -> Drawing:
    """What it loses on the text that it trains on, and on the text that it never saw."""
    colours, best = style(theme), found.best
    bigram = found.lines["bigram"]
    shared: dict[str, Any] = {"type": "scatter", "mode": "lines", "x": list(found.steps)}
    traces: list[dict[str, Any]] = [
        shared
        | {"name": "held out", "y": list(found.held_out)}
        | {"line": {"color": colours.loss, "width": 3.5}}
        | {"hovertemplate": "step %{x}: %{y:.3f} nats held out<extra></extra>"},
        shared
        | {"name": "training text", "y": list(found.training)}
        | {"line": {"color": colours.accent, "width": 2, "dash": "dash"}}
        | {"hovertemplate": "step %{x}: %{y:.3f} nats on the training text<extra></extra>"},
        {
            "type": "scatter",
            "mode": "markers+text",
            "name": "lowest",
            "showlegend": False,
            "x": [found.steps[best]],
            "y": [found.held_out[best]],
            "text": [f"lowest: {found.held_out[best]:.2f}"],
            "textposition": "top center",
            "marker": {"size": 12, "symbol": "diamond", "opacity": 1, "color": colours.loss}
            | {"line": {"width": 0}},
            "hoverinfo": "skip",
        },
    ]
    layout: dict[str, Any] = {
        "height": 300 + 108 + 46,
        "margin": {"l": 44, "r": 12, "t": 108, "b": 46},
        "showlegend": True,
        "legend": {"y": 1 + 24 / 300, "yanchor": "bottom"},
        "xaxis": {"range": [0, found.steps[-1]], "title": {"text": "training steps"}},
        "yaxis": {"range": [0.5, 3.0]},
        "shapes": [_level(bigram, colours)],
        "annotations": [
            note(heading("Loss", "", "nats per character; dotted: bigram", colours), 1)
        ],
    }
    last, low = found.held_out[-1], found.held_out[best]
    columns: dict[str, Any] = {
        "step": list(found.steps),
        "nats_training": list(found.training),
        "nats_held_out": list(found.held_out),
    }
    return Drawing(
        figure(
            traces,
            colours,
            layout,
            headline=f"Best at step {found.steps[best]:,}: {low:.2f} nats",
            subtitle=f"at step {found.steps[-1]:,} {last:.2f} held out, "
            f"{found.training[-1]:.2f} on its own text",
        ),
        f"Loss per character against training steps. On the training text it falls to "
        f"{found.training[-1]:.2f} nats; on the text held out it falls under the bigram's "
        f"{bigram:.2f}, is lowest at step {found.steps[best]:,} with {low:.2f}, and rises again to "
        f"{last:.2f} at step {found.steps[-1]:,}.",
        columns,
        "sampling-course",
    )


def _level(height: float, colours: Style) -> dict[str, Any]:
    line = {"color": colours.loss, "width": 2, "dash": "dot"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": height, "y1": height} | {
        "line": line
    }


def _plain(sample: Sample, step: int) -> np.ndarray:
    return tempered(sample.logits[step], 1.0)


def _share(p: float) -> str:
    if p < 1e-12:  # nothing, or what rounding left of a sum
        return "0"
    return "<0.001" if p < 1e-3 else f"{p:.2g}"


def _named(character: str) -> str:
    return f"“{escape(visible(character))}”"
