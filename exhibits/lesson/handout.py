"""A lesson on paper: one HTML file that prints, with its pictures, room for answers, and sources.

It holds all that it shows and opens from disk. The pictures are drawn in the browser that opens it:
the stage's by the stage's own modules, figures by Plotly; both stand in the file once, if needed.

What stands in the lesson is escaped, or made by `lessons.prose`, which lets no HTML through.
"""

import html
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import Template
from typing import Any

from exhibits.catalogue import catalogue
from exhibits.lesson import handout_curve
from exhibits.lesson.grading import truth, unit_of
from exhibits.piece import StageStill
from exhibits.stage import stills
from figures.drawing import Drawing
from figures.offline import figure_json, plotly_code
from lessons.declared import Choice, Parameter
from lessons.lesson import (
    Block,
    Challenge,
    ChoiceAnswer,
    CurveAnswer,
    ExhibitBlock,
    Lesson,
    NumberAnswer,
    Prediction,
    Prose,
)
from lessons.prose import to_html

_TEMPLATE = Path(__file__).with_suffix(".html")
_NO_PICTURE = "Open the lesson in Unrolled to see this exhibit."


def handout(lesson: Lesson, needed: Sequence[Lesson] = ()) -> bytes:
    """The whole file, in UTF-8. `needed` are the lessons that come before this one."""
    body = "\n".join([*_head(lesson, needed), *_steps(lesson), *_answers(lesson), _sources(lesson)])
    staged, plotted = "data-still" in body, "data-plot=" in body
    words = {
        "title": html.escape(f"{lesson.title} · Unrolled"),
        "body": body,
        "stage_style": stills.style() if staged else "",
        "modules": stills.modules() if staged else '{"imports": {}}',
        "skeleton": stills.skeleton() if staged else "",
        "plotly": f"<script>{plotly_code()}</script>" if plotted else "",
    }
    return Template(_TEMPLATE.read_text("utf-8")).substitute(words).encode()


def file_name(lesson: Lesson) -> str:
    return f"{lesson.name}-handout.html"


def _head(lesson: Lesson, needed: Sequence[Lesson]) -> Iterator[str]:
    yield (
        f'<p class="paper-where">Unrolled · {html.escape(lesson.part)} · Lesson {lesson.number} · '
        f"{lesson.minutes} minutes</p><h1>{html.escape(lesson.title)}</h1>"
        f'<p class="paper-summary">{html.escape(lesson.summary)}</p>'
        '<p class="paper-name"><span>Name</span><span>Date</span></p>'
    )
    goals = "".join(f"<li>{to_html(goal)}</li>" for goal in lesson.objectives)
    yield f'<section class="paper-for"><h2>At the end you can</h2><ul>{goals}</ul>'
    if needed:
        before = "; ".join(f"{one.number} · {html.escape(one.title)}" for one in needed)
        yield f"<p>It builds on: {before}.</p>"
    yield "</section>"


def _numbers(lesson: Lesson) -> dict[str, int]:
    """The predictions by id, counted from 1."""
    return {block.id: k + 1 for k, block in enumerate(lesson.blocks(Prediction))}


def _steps(lesson: Lesson) -> Iterator[str]:
    for k, step in enumerate(lesson.steps):
        yield f"<section><h2>{k + 1}. {html.escape(step.title)}</h2>"
        for block in step.blocks:
            yield _block(block, lesson)
        yield "</section>"


def _block(block: Block, lesson: Lesson) -> str:
    if isinstance(block, Prose):
        return to_html(block.markdown)
    if isinstance(block, ExhibitBlock):
        if not block.after:
            return _exhibit(block)
        number = _numbers(lesson)[block.after]
        return f"<p><em>The picture to prediction {number} stands among the answers.</em></p>"
    if isinstance(block, Prediction):
        return (
            f'<section class="paper-asks"><h3>Prediction {_numbers(lesson)[block.id]} '
            f"<span>· before you read on</span></h3>{to_html(block.ask)}{_room(block, lesson)}"
            "</section>"
        )
    assert isinstance(block, Challenge)
    return (
        f'<section class="paper-asks paper-try"><h3>Try this <span>· in the app</span></h3>'
        f'{to_html(block.do)}<div class="paper-line"></div></section>'
    )


def _room(prediction: Prediction, lesson: Lesson) -> str:
    """Where the answer is written, ticked or drawn."""
    answer = prediction.answer
    if isinstance(answer, ChoiceAnswer):
        choices = "".join(f"<li><div>{to_html(choice)}</div></li>" for choice in answer.choices)
        because = '<p>Because:</p><div class="paper-line"></div>'
        return f'<ul class="paper-choices">{choices}</ul>{because}'
    if isinstance(answer, CurveAnswer):
        return handout_curve.axes(_truth(prediction, lesson)[0], drawn=False)
    return '<p>My number:</p><div class="paper-line paper-short"></div>'


def _truth(prediction: Prediction, lesson: Lesson) -> tuple[Any, str]:
    """What is right as the lesson stands, and the unit in which it is said."""
    block = next((b for b in lesson.blocks(ExhibitBlock) if b.id == prediction.exhibit), None)
    declared = catalogue()[block.name].declaration if block else None
    true = truth(prediction, declared, block.values if block else {})
    return true, unit_of(prediction, declared)


def _answer(prediction: Prediction, lesson: Lesson) -> str:
    """What is right, as HTML."""
    answer, (true, unit) = prediction.answer, _truth(prediction, lesson)
    if isinstance(answer, ChoiceAnswer):
        return to_html(answer.choices[true])
    if isinstance(answer, CurveAnswer):
        return handout_curve.axes(true, drawn=True)
    low, high = _range(true, answer)
    of = f" {unit}" if unit else ""
    return html.escape(f"{true:.3g}{of}; counted as right from {low:.3g} to {high:.3g}")


def _range(true: float, answer: NumberAnswer) -> tuple[float, float]:
    if answer.within_factor is not None:
        ends = (true / answer.within_factor, true * answer.within_factor)
        return min(ends), max(ends)
    if answer.within_percent is not None:
        off = abs(true) * answer.within_percent / 100
    else:
        off = answer.within or 0.0
    return true - off, true + off


def _exhibit(block: ExhibitBlock, revealed: Prediction | None = None) -> str:
    """`revealed` is the prediction behind which it stands: what its reveal shows is drawn."""
    piece = catalogue()[block.name]
    values, place = dict(block.values), dict(block.place)
    if revealed is not None and revealed.exhibit == block.id:
        values, place = values | dict(revealed.changed), place | dict(revealed.place)
    pictures = piece.still(values, place) if piece.still else ()
    drawn = "".join(_picture(picture) for picture in pictures) or f"<p>{_NO_PICTURE}</p>"
    caption = f"<figcaption>{to_html(block.caption)}</figcaption>" if block.caption else ""
    controls = [piece.declaration.parameter(name) for name in block.controls]
    settings = "; ".join(f"{one.label}: {_shown(one, values[one.name])}" for one in controls)
    fixed = f'<p class="paper-fixed">{html.escape(settings)}</p>' if settings else ""
    return f"<figure>{drawn}{caption}{fixed}</figure>"


def _shown(parameter: Parameter, value: Any) -> str:
    """A value as the control shows it."""
    if isinstance(parameter, Choice):
        return parameter.choices[value]
    return parameter.to_text(value)


def _picture(picture: Drawing | StageStill) -> str:
    if isinstance(picture, StageStill):
        data = stills.moment(picture.tracks, picture.state)
        return (
            '<div class="paper-drawing" data-still><script type="application/octet-stream">'
            f"{data}</script></div>"
        )
    alt = html.escape(picture.alt, quote=True)
    return (
        f'<div class="paper-drawing" data-plot="{alt}"><script type="application/json">'
        f"{figure_json(picture)}</script></div>"
    )


def _answers(lesson: Lesson) -> Iterator[str]:
    predictions, challenges = lesson.blocks(Prediction), lesson.blocks(Challenge)
    if not predictions and not challenges:
        return
    yield '<section class="paper-answers"><h2>Answers</h2>'
    for k, prediction in enumerate(predictions):
        covered = [one for one in lesson.blocks(ExhibitBlock) if one.after == prediction.id]
        yield (
            f"<article><h3>Prediction {k + 1}</h3><div>{_answer(prediction, lesson)}</div>"
            f"{to_html(prediction.why)}</article>"
        )
        yield from (_exhibit(block, prediction) for block in covered)
    for challenge in challenges:
        yield (
            f"<article><h3>Try this</h3><div>{to_html(challenge.do)}</div>"
            f"{to_html(challenge.done)}</article>"
        )
    yield "</section>"


def _sources(lesson: Lesson) -> str:
    items = "".join(f"<li>{html.escape(source)}</li>" for source in lesson.sources)
    return f'<section class="paper-sources"><h2>Sources</h2><ul>{items}</ul></section>'
