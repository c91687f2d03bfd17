"""A learner's progress as it is read: frozen, with times in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Answer:
    """The first committed answer to a prediction: a JSON value, and how it came out."""

    answer: Any
    right: bool
    when: datetime


@dataclass(frozen=True)
class Place:
    """The step of a lesson that was visited last, and when."""

    step: str
    when: datetime


@dataclass(frozen=True)
class LessonProgress:
    """Of one lesson. `steps` and `challenges` say when; they and `answers` stand in that order."""

    steps: Mapping[str, datetime] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    challenges: Mapping[str, datetime] = field(default_factory=dict)
    place: Place | None = None

    @property
    def latest(self) -> datetime | None:
        """When anything was done in it last."""
        times = [*self.steps.values(), *self.challenges.values()]
        times += [answer.when for answer in self.answers.values()]
        return max(times + ([self.place.when] if self.place else []), default=None)


@dataclass(frozen=True)
class Progress:
    """Of every lesson of which something is kept, by the lesson's name."""

    lessons: Mapping[str, LessonProgress] = field(default_factory=dict)

    @property
    def last(self) -> tuple[str, Place] | None:
        """The lesson that was visited last, and where in it: to go on from there."""
        places = [(name, one.place) for name, one in self.lessons.items() if one.place]
        return max(places, key=lambda visited: visited[1].when, default=None)
