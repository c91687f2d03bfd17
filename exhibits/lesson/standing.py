"""How far a learner is in one lesson."""

from dataclasses import dataclass, field
from typing import Any

from figures.drawing import counted
from lessons.lesson import Challenge, Lesson, Prediction


@dataclass(frozen=True)
class Outcome:
    """A committed prediction: whether it was right, and what was given, as JSON has it."""

    right: bool
    given: Any = None


@dataclass
class Standing:
    """`predictions` is what was committed, by id.

    Names of steps, predictions and challenges that the lesson no longer has do not count.
    """

    steps: set[str] = field(default_factory=set)
    predictions: dict[str, Outcome] = field(default_factory=dict)
    challenges: set[str] = field(default_factory=set)
    latest: float = 0.0  # seconds, when something was last done here
    place: str = ""  # the step that was visited last

    def reached(self, lesson: Lesson) -> int:
        return sum(step.slug in self.steps for step in lesson.steps)

    def made(self, lesson: Lesson) -> int:
        return sum(one.id in self.predictions for one in lesson.blocks(Prediction))

    def right(self, lesson: Lesson) -> int:
        made = [self.predictions.get(one.id) for one in lesson.blocks(Prediction)]
        return sum(one.right for one in made if one is not None)

    def met(self, lesson: Lesson) -> int:
        return sum(one.id in self.challenges for one in lesson.blocks(Challenge))

    def is_done(self, lesson: Lesson) -> bool:
        """Every step reached and every prediction made, right or wrong; challenges are extra."""
        all_reached = self.reached(lesson) == len(lesson.steps)
        return all_reached and self.made(lesson) == len(lesson.blocks(Prediction))

    def goes_on(self, lesson: Lesson) -> int:
        """The step to go on with: that visited last, or the first with an open prediction."""
        reached = [k for k, step in enumerate(lesson.steps) if step.slug in self.steps]
        if not reached:
            return 0
        if len(reached) == len(lesson.steps) and not self.is_done(lesson):
            return next(k for k in reached if self.has_open(lesson, k))
        return next((k for k in reached if lesson.steps[k].slug == self.place), reached[-1])

    def has_open(self, lesson: Lesson, step: int) -> bool:
        """Whether a prediction of this step is still to be made."""
        return any(
            isinstance(block, Prediction) and block.id not in self.predictions
            for block in lesson.steps[step].blocks
        )

    def facts(self, lesson: Lesson) -> list[str]:
        """What there is to say about it, in a few words each; nothing where it is not begun."""
        reached, made = self.reached(lesson), self.made(lesson)
        said = []
        if 0 < reached < len(lesson.steps):
            said.append(f"{reached} of {len(lesson.steps)} steps")
        if made:
            said.append(f"{self.right(lesson)} of {made} predictions right")
        if met := self.met(lesson):
            said.append(f"{counted(met, 'challenge')} met")
        return said
