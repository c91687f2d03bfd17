"""A lesson of ours as its fact test reads it: from its own file, asked through the catalogue."""

from typing import Any

from exhibits.catalogue import declarations
from exhibits.lesson import challenge as challenges
from lessons.check import FOLDER
from lessons.declared import Declaration
from lessons.lesson import Challenge, ExhibitBlock, Lesson, NumberAnswer, Prediction
from lessons.reader import read_bytes


def read(file: str) -> Lesson:
    return read_bytes((FOLDER / file).read_bytes(), file, declarations(), evaluate=True)


def block(lesson: Lesson, name: str) -> ExhibitBlock:
    return next(one for one in lesson.blocks(ExhibitBlock) if one.id == name)


def prediction(lesson: Lesson, name: str) -> Prediction:
    return next(one for one in lesson.blocks(Prediction) if one.id == name)


def shows_no_answer(lesson: Lesson) -> bool:
    """Whether every exhibit of a step waits for the step's last prediction."""
    for step in lesson.steps:
        ids = [one.id for one in step.blocks if isinstance(one, Prediction)]
        exhibits = [one for one in step.blocks if isinstance(one, ExhibitBlock)]
        if any([one.after] != ids[-1:] for one in exhibits):
            return False
    return True


def _about(lesson: Lesson, name: str) -> tuple[ExhibitBlock, Declaration]:
    found = block(lesson, name)
    return found, declarations()[found.name]


def asked(lesson: Lesson, name: str, **changed: Any) -> float:
    """What the core says to a prediction of a number."""
    one = prediction(lesson, name)
    assert isinstance(one.answer, NumberAnswer)
    exhibit, declared = _about(lesson, one.exhibit)
    measure = declared.measure(one.answer.measure)
    return measure.value({**exhibit.values, **one.changed, **changed}, one.answer.at)


def met(lesson: Lesson, name: str, **changed: Any) -> bool:
    """Whether a challenge is met with these values, as the page sees it."""
    one = next(c for c in lesson.blocks(Challenge) if c.id == name)
    exhibit, declared = _about(lesson, one.exhibit)
    return challenges.met(one, declared, {**exhibit.values, **changed}, {})
