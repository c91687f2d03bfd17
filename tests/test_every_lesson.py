"""Every lesson of ours: it loads, keeps to the rules, renders step by step, and grades.

Their facts stand in `tests/lessons/`, one file each.
"""

from pathlib import Path

import pytest

from exhibits.catalogue import declarations
from exhibits.lesson.challenge import met
from exhibits.lesson.committed import from_json, to_json
from exhibits.lesson.grading import grade, truth
from exhibits.lesson.standing import Outcome
from lessons.check import FOLDER, check_folder
from lessons.declared import Curve
from lessons.lesson import (
    Challenge,
    ChoiceAnswer,
    CurveAnswer,
    ExhibitBlock,
    Lesson,
    NumberAnswer,
    Prediction,
)
from lessons.reader import read_folder
from tests.lesson_folder import opened

LESSONS = read_folder(FOLDER, declarations()).lessons
FILES = sorted(FOLDER.glob("[0-9]*.md"))
FACTS = Path(__file__).parent / "lessons"
each = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)


def block_of(lesson: Lesson, name: str) -> ExhibitBlock:
    return next(block for block in lesson.blocks(ExhibitBlock) if block.id == name)


def true_answer(lesson: Lesson, prediction: Prediction):
    if not prediction.exhibit:
        return truth(prediction, None, {})
    block = block_of(lesson, prediction.exhibit)
    return truth(prediction, declarations()[block.name], block.values)


def test_every_file_is_right_and_says_what_a_lesson_must() -> None:
    lines, right = check_folder(declarations())
    assert right, "\n".join(lines)
    assert len(LESSONS) == len(FILES) >= 14
    assert [lesson.number for lesson in LESSONS[:14]] == list(range(1, 15))


@each
def test_a_lesson_has_a_test_of_its_fact(lesson: Lesson) -> None:
    (file,) = FACTS.glob(f"test_{lesson.number:02d}_*.py")
    assert f"{lesson.name}.md" in file.read_text("utf-8"), f"{file.name} reads another file"


def wrong_answer(prediction: Prediction, true):
    """One that lies well outside the stated tolerance."""
    answer = prediction.answer
    if isinstance(answer, ChoiceAnswer):
        return (true + 1) % len(answer.choices)
    if isinstance(answer, NumberAnswer):
        if answer.within is not None:
            return true + 1.5 * answer.within
        if answer.within_percent is not None:
            return true * (1 + 1.5 * answer.within_percent / 100) or 1.0
        return true * (answer.within_factor or 1.0) ** 1.5 or 1.0
    # Flat along whichever end of the axis is farther.
    return max(
        ([end] * len(true.x) for end in (true.low, true.high)),
        key=lambda flat: grade(prediction, flat, true).distance or 0.0,
    )


@each
def test_its_predictions_grade_a_right_and_a_wrong_answer(lesson: Lesson) -> None:
    for prediction in lesson.blocks(Prediction):
        true = true_answer(lesson, prediction)
        right = true.y if isinstance(true, Curve) else true
        wrong = wrong_answer(prediction, true)
        assert grade(prediction, right, true).right, prediction.id
        assert not grade(prediction, wrong, true).right, prediction.id


@each
def test_a_curve_needs_more_than_a_level_line(lesson: Lesson) -> None:
    """Where any level line were right there would be nothing to predict; flat truths apart."""
    for prediction in lesson.blocks(Prediction):
        if not isinstance(prediction.answer, CurveAnswer):
            continue
        true = true_answer(lesson, prediction)
        for share in (0.25, 0.5, 0.75):
            if true.log:
                level = true.low * (true.high / true.low) ** share
            else:
                level = true.low + (true.high - true.low) * share
            if max(true.y) - min(true.y) > 1e-9:
                assert not grade(prediction, [level] * len(true.x), true).right, prediction.id


@each
def test_no_challenge_is_done_before_it_is_begun(lesson: Lesson) -> None:
    for challenge in lesson.blocks(Challenge):
        block = block_of(lesson, challenge.exhibit)
        declaration = declarations()[block.name]
        assert not met(challenge, declaration, block.values, block.place), challenge.id


@each
def test_every_setting_that_it_offers_can_be_shown(lesson: Lesson) -> None:
    """Presets and reveals, each over the values that the lesson begins with."""
    for block in lesson.blocks(ExhibitBlock):
        declaration = declarations()[block.name]
        declaration.fits(block.values)
        for preset in block.presets:
            declaration.fits({**block.values, **preset.changed})
    for prediction in lesson.blocks(Prediction):
        if prediction.exhibit:
            block = block_of(lesson, prediction.exhibit)
            declarations()[block.name].fits({**block.values, **prediction.changed})


def answered(app, prediction: Prediction, lesson: Lesson, key: str) -> None:
    """Gives the right answer as a learner does; AppTest has no hand to draw a curve with."""
    true = true_answer(lesson, prediction)
    if isinstance(prediction.answer, ChoiceAnswer):
        app.radio(key=f"{key}.choice").set_value(true)
    elif isinstance(prediction.answer, NumberAnswer):
        app.text_input(key=f"{key}.number").set_value(f"{true!r}")
    else:
        drawn = to_json(true.y, true)
        assert from_json(prediction, drawn)
        known = app.session_state["lesson_progress"]
        known.of(lesson.slug).predictions[prediction.id] = Outcome(True, drawn)
        app.run()
        return
    app.run()
    app.button(key=f"{key}.commit").click().run()
    known = app.session_state["lesson_progress"]
    assert known.of(lesson.slug).predictions[prediction.id].right, prediction.id


@each
def test_it_renders_step_by_step_with_every_prediction_made(lesson: Lesson) -> None:
    for step in lesson.steps:
        app = opened("lesson.py", name=lesson.name, step=step.slug)
        for block in step.blocks:
            if isinstance(block, Prediction):
                answered(app, block, lesson, f"{lesson.slug}_{block.id}")
        assert not app.exception, f"{step.slug}: {app.exception}"
        assert not app.error, f"{step.slug}: {app.error[0].value}"
        covered = [one for one in app.get("html") if "Commit your prediction" in one.proto.body]
        own = {block.id for block in step.blocks if isinstance(block, Prediction)}
        waits = [
            b for b in step.blocks if isinstance(b, ExhibitBlock) and b.after not in {"", *own}
        ]
        assert len(covered) <= len(waits), f"{step.slug}: an exhibit stays covered"
