"""What this learner has done: in the session, and beyond it in a store, where there is one.

It is read once, when a session begins, and written through with everything that is done. Where the
store cannot be had the session remembers by itself, and the pages say so (`problem`).
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from exhibits.lesson.standing import Outcome, Standing
from lessons.lesson import Lesson


class KeeperError(Exception):
    """What the keeper could not do, in words for the learner."""


class Keeper(Protocol):
    """Keeps one learner's progress; `place` says where, in words that follow "is kept".

    Every call may raise KeeperError.
    """

    place: str

    def standings(self) -> Mapping[str, Standing]: ...
    def reach(self, lesson: str, step: str) -> None: ...
    def answer(self, lesson: str, prediction: str, outcome: Outcome) -> None: ...
    def meet(self, lesson: str, challenge: str) -> None: ...
    def forget(self, lesson: str) -> None: ...
    def forget_all(self) -> None: ...
    def export(self) -> bytes: ...
    def restore(self, raw: bytes) -> None: ...


@dataclass
class Progress:
    """By lesson, under the lesson's slug. `problem` says why nothing is kept, or is ""."""

    standings: dict[str, Standing] = field(default_factory=dict)
    keeper: Keeper | None = None
    problem: str = ""

    def of(self, lesson: str) -> Standing:
        return self.standings.setdefault(lesson, Standing())

    def is_done(self, lesson: Lesson) -> bool:
        return self.of(lesson.slug).is_done(lesson)

    def begun(self, lessons: Sequence[Lesson]) -> bool:
        return any(self.of(lesson.slug).steps for lesson in lessons)

    def next_step(self, lessons: Sequence[Lesson]) -> tuple[Lesson, int] | None:
        """Where to go on: in the undone lesson that was read last, else in the first undone."""
        undone = [lesson for lesson in lessons if not self.is_done(lesson)]
        if not undone:
            return None
        begun = [lesson for lesson in undone if self.of(lesson.slug).steps]
        lesson = max(begun, key=lambda one: self.of(one.slug).latest) if begun else undone[0]
        return lesson, self.of(lesson.slug).goes_on(lesson)

    def reach(self, lesson: str, step: str) -> None:
        """The learner is there now; called again it changes nothing."""
        standing = self._touched(lesson)
        if step not in standing.steps or step != standing.place:
            standing.steps.add(step)
            standing.place = step
            self._keep(lambda keeper: keeper.reach(lesson, step))

    def answer(self, lesson: str, prediction: str, *, right: bool, given: Any) -> None:
        """The first answer stands; one committed again changes nothing."""
        standing = self._touched(lesson)
        if prediction not in standing.predictions:
            outcome = standing.predictions[prediction] = Outcome(right, given)
            self._keep(lambda keeper: keeper.answer(lesson, prediction, outcome))

    def meet(self, lesson: str, challenge: str) -> None:
        standing = self._touched(lesson)
        if challenge not in standing.challenges:
            standing.challenges.add(challenge)
            self._keep(lambda keeper: keeper.meet(lesson, challenge))

    def forget(self, lesson: str) -> None:
        self.standings.pop(lesson, None)
        self._keep(lambda keeper: keeper.forget(lesson))

    def forget_all(self) -> None:
        self.standings.clear()
        self._keep(lambda keeper: keeper.forget_all())

    def _touched(self, lesson: str) -> Standing:
        standing = self.of(lesson)
        standing.latest = time.time()
        return standing

    def _keep(self, what: Callable[[Keeper], None]) -> None:
        """What cannot be written now is said, and the session goes on."""
        if self.keeper is None:
            return
        try:
            what(self.keeper)
            self.problem = ""
        except KeeperError as problem:
            self.problem = str(problem)


def opened(keeper: Keeper | None, problem: str = "") -> Progress:
    """A learner's progress as the keeper has it."""
    if keeper is None:
        return Progress(problem=problem)
    try:
        return Progress(dict(keeper.standings()), keeper)
    except KeeperError as problem_now:
        return Progress({}, keeper, str(problem_now))
