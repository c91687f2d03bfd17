"""Which lessons there are: read once in a server's process, from the folder `lessons`."""

import functools
from dataclasses import dataclass
from pathlib import Path

from exhibits.catalogue import declarations
from exhibits.lesson.search import Place, places_of
from lessons.lesson import Lesson
from lessons.reader import read_folder

FOLDER = Path(__file__).resolve().parents[2] / "lessons"


@dataclass(frozen=True)
class Shelf:
    """The lessons in the order of their numbers, and what is wrong with the others."""

    lessons: tuple[Lesson, ...]
    problems: tuple[str, ...]

    @functools.cached_property
    def places(self) -> list[Place]:
        """What a search looks through."""
        return places_of(self.lessons)

    def named(self, name: str) -> Lesson | None:
        """By the file's name without its ending, or by the slug alone."""
        return next((one for one in self.lessons if name in (one.name, one.slug)), None)

    def after(self, lesson: Lesson) -> Lesson | None:
        return next((one for one in self.lessons if one.number > lesson.number), None)

    def before(self, lesson: Lesson) -> Lesson | None:
        return next((one for one in reversed(self.lessons) if one.number < lesson.number), None)

    def parts(self) -> list[tuple[str, list[Lesson]]]:
        """The lessons by part, in order."""
        found: dict[str, list[Lesson]] = {}
        for lesson in self.lessons:
            found.setdefault(lesson.part, []).append(lesson)
        return list(found.items())


@functools.cache
def shelf() -> Shelf:
    lessons, problems = read_folder(FOLDER, declarations())
    return Shelf(tuple(lessons), tuple(str(problem) for problem in problems))
