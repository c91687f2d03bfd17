"""The printed lesson: what stands where, and that nothing in a lesson is obeyed."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from exhibits import opening
from exhibits.lesson import handout as paper
from exhibits.lesson.handout_curve import axes
from exhibits.piece import Piece, StageStill
from exhibits.runs import traced
from exhibits.stage import StageState, Track
from figures import gradients
from lessons.declared import Choice, Curve, CurveMeasure, Declaration, Measure, Real
from lessons.lesson import (
    Challenge,
    ChoiceAnswer,
    ExhibitBlock,
    NumberAnswer,
    Prediction,
    Prose,
)
from tests.made_lessons import made_lesson, made_step

HOSTILE = '<img src=x onerror="broken()"></script><script>broken()</script>'
RUN = traced(opening.SETUP)
CURVE = Curve((0.0, 10.0), (1.0, 0.1), "step <t>", "norm", 0.01, 1.0, log=True)
SHOWN: list[tuple[dict[str, Any], dict[str, Any]]] = []


def still(values: Any, place: Any) -> list[Any]:
    SHOWN.append((dict(values), dict(place)))
    return [StageStill((Track(RUN),), StageState(step=2)), figure()]


def figure() -> Any:
    trace, losses = RUN.layers[0], RUN.losses[:, 0]
    return gradients.draw(
        trace, RUN.setup.sequence_read, losses=losses, loss_mask=RUN.loss_mask, theme="light"
    )


DECLARED = Declaration(
    name="made",
    about="",
    parameters=(
        Real(name="rho", label="Radius", default=0.5, low=0.0, high=2.0),
        Choice(name="cell", label="Cell", default="a", choices={"a": "Cell A"}),
    ),
    measures=(Measure(name="norm", about="", value=lambda values, at: values["rho"] * at["k"]),),
    curves=(CurveMeasure(name="fall", about="", value=lambda values, at: CURVE),),
)


@pytest.fixture(autouse=True)
def made_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    SHOWN.clear()
    piece = Piece(DECLARED, lambda values, key, place: {}, still)
    bare = Piece(replace(DECLARED, name="bare"), lambda values, key, place: {})
    monkeypatch.setattr(paper, "catalogue", lambda: {"made": piece, "bare": bare})


def exhibit(**changed: Any) -> ExhibitBlock:
    values = {"rho": 0.5, "cell": "a"}
    return replace(ExhibitBlock("e", "made", values, ("rho", "cell"), {"step": 1}), **changed)


def printed(*blocks: Any, **changed: Any) -> str:
    lesson = made_lesson(3, "made", steps=[made_step("s", *blocks)], **changed)
    return paper.handout(lesson).decode()


def asked(answer: Any, **changed: Any) -> Prediction:
    return replace(Prediction("p", "What?", answer, "So it is.", "e"), **changed)


def parts(text: str) -> tuple[str, str]:
    """What stands before the answers, and from them on."""
    before, after = text.split("<h2>Answers</h2>")
    return before.split("<main>")[1], after.split("</main>")[0]


def test_answers_stand_after_everything_that_asks():
    before, after = parts(printed(asked(ChoiceAnswer(("grows", "fades"), 1)), exhibit()))
    assert "What?" in before
    assert "grows" in before
    assert "fades" in before
    assert "So it is." not in before
    assert "So it is." in after
    assert "fades" in after
    assert "grows" not in after


def test_a_number_is_worked_out_with_what_the_reveal_changes():
    answer = NumberAnswer("norm", {"k": 4}, within_percent=10)
    _, after = parts(printed(asked(answer, changed={"rho": 1.5}), exhibit()))
    assert "6; counted as right from 5.4 to 6.6" in after  # 1.5 · 4, ± 10 %


@pytest.mark.parametrize(
    ("tolerance", "low", "high"),
    [({"within": 0.5}, "1.5", "2.5"), ({"within_factor": 2.0}, "1", "4")],
)
def test_the_other_tolerances(tolerance, low, high):
    _, after = parts(printed(asked(NumberAnswer("norm", {"k": 4}, **tolerance)), exhibit()))
    assert f"2; counted as right from {low} to {high}" in after


def test_a_covered_picture_stands_among_the_answers_as_the_reveal_shows_it():
    prediction = asked(ChoiceAnswer(("a", "b"), 0), changed={"rho": 1.0}, place={"step": 9})
    before, after = parts(printed(prediction, exhibit(after="p")))
    assert "data-still" not in before
    assert "data-still" in after
    assert SHOWN == [({"rho": 1.0, "cell": "a"}, {"step": 9})]


def test_a_picture_that_is_not_covered_stands_in_its_place_with_its_settings():
    before, after = parts(printed(asked(ChoiceAnswer(("a", "b"), 0)), exhibit(caption="Look.")))
    assert "data-still" in before
    assert "data-still" not in after
    assert "Radius: 0.5; Cell: Cell A" in before
    assert "Look." in before
    assert SHOWN == [({"rho": 0.5, "cell": "a"}, {"step": 1})]


def test_an_exhibit_without_a_picture_is_named():
    before, _ = parts(printed(asked(ChoiceAnswer(("a", "b"), 0)), exhibit(name="bare")))
    assert "Open the lesson in Unrolled" in before


def test_code_that_draws_stands_in_the_file_only_where_it_is_needed():
    plain = printed(Prose("Text."))
    assert '{"imports": {}}' in plain
    assert "Plotly.newPlot" not in plain
    assert len(plain) < 20_000
    full = printed(exhibit())
    (modules,) = re.findall(r'<script type="importmap">(.*?)</script>', full)
    imports = json.loads(modules)["imports"]
    assert {"still", "stage", "picture"} <= imports.keys()
    assert full.count("plotly.js v") >= 1


def test_what_a_lesson_says_is_shown_and_never_obeyed():
    text = printed(
        Prose(HOSTILE),
        asked(ChoiceAnswer((HOSTILE, "b"), 0), ask=HOSTILE, why=HOSTILE),
        exhibit(name="bare", caption=HOSTILE),
        Challenge("c", HOSTILE, HOSTILE, "e", ()),
        title=HOSTILE,
        summary=HOSTILE,
        objectives=(HOSTILE,),
        sources=(HOSTILE,),
    )
    assert "<img src=x" not in text
    assert "<script>broken" not in text
    assert text.count("&lt;img src=x") >= 9


def test_axes_carry_their_limits_and_only_the_answer_has_the_curve():
    empty, drawn = axes(CURVE, drawn=False), axes(CURVE, drawn=True)
    assert "polyline" not in empty
    assert "polyline" in drawn
    for level in ("0.01", "0.1", "1"):
        assert f">{level}</text>" in empty
    assert "step &lt;t&gt;" in empty
    assert "<t>" not in empty
    # log axis from 0.01 at y = 206 to 1 at y = 22: 1.0 at the top, 0.1 half-way.
    assert 'points="64.0,22.0 686.0,114.0"' in drawn
