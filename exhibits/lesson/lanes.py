"""The curriculum as a path: which lines of prerequisites pass each row of the list of lessons.

As in the picture of a version history: every lesson that a later one needs, and that is not the one
just before it, has a lane of its own beside the list, from its row down to the last that needs it.
A lane is used again as soon as it is free.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lessons.lesson import Lesson


@dataclass
class Row:
    """What is drawn beside one lesson. Lanes count from 0, the one nearest to the list.

    `leaves` is the lane that begins at this lesson, or None; `enters` those that lead into it;
    `passes` those that go by, also below it; `above` and `below` say whether the line between
    neighbours is drawn.
    """

    lesson: Lesson
    leaves: int | None = None
    enters: list[int] = field(default_factory=list)
    passes: list[int] = field(default_factory=list)
    above: bool = False
    below: bool = False

    def lanes(self) -> list[int]:
        """Every lane that is drawn beside this row."""
        return [*self.passes, *self.enters, *([] if self.leaves is None else [self.leaves])]

    def lanes_above(self) -> list[int]:
        """Those that come in at its top."""
        return [*self.passes, *self.enters]


def rows(lessons: Sequence[Lesson]) -> list[Row]:
    """One for each lesson, in the order given. Prerequisites that come later are left out."""
    place = {lesson.slug: k for k, lesson in enumerate(lessons)}
    found = [Row(lesson) for lesson in lessons]
    far: dict[int, list[int]] = {}
    for k, lesson in enumerate(lessons):
        for slug in lesson.prerequisites:
            source = place.get(slug, k)
            if source == k - 1:
                found[k].above = found[source].below = True
            elif source < k:
                far.setdefault(source, []).append(k)
    free: list[int] = []  # the last row that a lane is used in
    for source, targets in sorted(far.items()):
        lane = next((n for n, last in enumerate(free) if last <= source), len(free))
        free[lane : lane + 1] = [max(targets)]
        _draw(found, source, targets, lane)
    return found


def _draw(found: list[Row], source: int, targets: list[int], lane: int) -> None:
    found[source].leaves = lane
    for k in range(source + 1, max(targets) + 1):
        if k in targets:
            found[k].enters.append(lane)
        if k < max(targets):
            found[k].passes.append(lane)
