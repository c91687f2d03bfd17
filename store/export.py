"""A learner's progress as data to take along, and back. Without the learner's id: whoever has the
file could otherwise go on in the learner's name, and it is to be brought back under another id.

    {"format": "unrolled-progress", "version": 1, "exported": "2026-01-31T12:00:00+00:00",
     "lessons": {"gates": {"steps": {"one": TIME}, "challenges": {"open": TIME},
                           "answers": {"p": {"answer": JSON, "right": true, "when": TIME}},
                           "place": {"step": "one", "when": TIME}}}}

What comes back may be anything: each part is checked, and what is wrong is a ValueError.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from store.bounds import answer_text, check_name, short
from store.records import Answer, LessonProgress, Place, Progress

FORMAT = "unrolled-progress"
VERSION = 1
MOST_LESSONS = 200
MOST_OF_A_KIND = 200  # steps, answers or challenges of one lesson
MOST_EXPORT_BYTES = 4 * 1024 * 1024
FIRST_TIME = datetime(2020, 1, 1, tzinfo=UTC)
CLOCKS_DIFFER = timedelta(days=1)

T = TypeVar("T")


def exported(progress: Progress, now: datetime) -> dict[str, Any]:
    lessons = {name: _lesson_data(one) for name, one in progress.lessons.items()}
    header = {"format": FORMAT, "version": VERSION, "exported": now.isoformat()}
    return {**header, "lessons": lessons}


def _lesson_data(lesson: LessonProgress) -> dict[str, Any]:
    data: dict[str, Any] = {
        "steps": {name: when.isoformat() for name, when in lesson.steps.items()},
        "answers": {
            name: {"answer": one.answer, "right": one.right, "when": one.when.isoformat()}
            for name, one in lesson.answers.items()
        },
        "challenges": {name: when.isoformat() for name, when in lesson.challenges.items()},
    }
    if lesson.place:
        data["place"] = {"step": lesson.place.step, "when": lesson.place.when.isoformat()}
    return data


def read_export(raw: bytes) -> Any:
    """The bytes of a file as data for `Store.restore`, which checks them."""
    if len(raw) > MOST_EXPORT_BYTES:
        raise ValueError(f"the file has {len(raw)} bytes; at most {MOST_EXPORT_BYTES} are read")
    try:
        return json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):  # also what is no UTF-8
        raise ValueError("the file is no JSON, which an export of Unrolled is") from None


def checked(data: object, now: datetime) -> Progress:
    """The progress that an export holds."""
    top = _object(data, "the export", {"format", "version", "exported", "lessons"})
    if top.get("format") != FORMAT:
        raise ValueError(f"this is no export of Unrolled: format is {short(top.get('format'))}")
    if top.get("version") != VERSION or isinstance(top.get("version"), bool):
        raise ValueError(
            f"this export is of version {short(top.get('version'))}, and version {VERSION} is read"
        )
    reader = _Reader(now)
    return Progress(_each(top.get("lessons"), "lesson", MOST_LESSONS, reader.lesson))


class _Reader:
    """Reads the parts of an export; `now` bounds their times."""

    def __init__(self, now: datetime) -> None:
        self.latest = now + CLOCKS_DIFFER

    def lesson(self, data: object, where: str) -> LessonProgress:
        lesson = _object(data, where, {"steps", "answers", "challenges", "place"})
        place = lesson.get("place")

        def part(kind: str, read: Callable[[object, str], T]) -> dict[str, T]:
            return _each(lesson.get(kind, {}), f"{where}, {kind[:-1]}", MOST_OF_A_KIND, read)

        return LessonProgress(
            part("steps", self.time),
            part("answers", self.answer),
            part("challenges", self.time),
            None if place is None else self.place(place, f"{where}, place"),
        )

    def answer(self, data: object, where: str) -> Answer:
        answer = _object(data, where, {"answer", "right", "when"})
        if "answer" not in answer:
            raise ValueError(f"{where}: there is no answer")
        if not isinstance(answer.get("right"), bool):
            raise ValueError(f"{where}: right must be true or false")
        try:
            answer_text(answer["answer"])
        except ValueError as problem:
            raise ValueError(f"{where}: {problem}") from None
        return Answer(answer["answer"], answer["right"], self.time(answer.get("when"), where))

    def place(self, data: object, where: str) -> Place:
        place = _object(data, where, {"step", "when"})
        step = check_name(f"{where}: step", place.get("step"))
        return Place(step, self.time(place.get("when"), where))

    def time(self, data: object, where: str) -> datetime:
        try:
            when = datetime.fromisoformat(data) if isinstance(data, str) else None
            if when is None or when.tzinfo is None:
                raise ValueError
            when = when.astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValueError(
                f"{where}: a time must be like 2026-01-31T12:00:00+00:00, got {short(data)}"
            ) from None
        if not FIRST_TIME <= when <= self.latest:
            raise ValueError(f"{where}: {when.isoformat()} is before 2020 or in the future")
        return when


def _object(data: object, where: str, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise ValueError(f"{where} must be an object, got {short(data)}")
    if unknown := [key for key in data if key not in known]:
        raise ValueError(f"{where} must not hold {short(unknown[0])}")
    return data


def _each(data: object, where: str, most: int, read: Callable[[object, str], T]) -> dict[str, T]:
    """An object of named parts, each read by `read`, which is told where it is."""
    if not isinstance(data, dict):
        raise ValueError(f"{where}: its names must be an object, got {short(data)}")
    if len(data) > most:
        raise ValueError(f"{where}: there may be {most}, and there are {len(data)}")
    return {
        check_name(where, name): read(one, f"{where} {short(name)}") for name, one in data.items()
    }
