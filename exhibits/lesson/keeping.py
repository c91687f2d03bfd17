"""Keeps one learner's progress in the store. What goes wrong there is a KeeperError here."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from exhibits.lesson.progress import KeeperError
from exhibits.lesson.standing import Outcome, Standing
from store import LessonProgress, Store, StoreError, read_export


class StoreKeeper:
    """The keeper of one learner (`progress.Keeper`)."""

    def __init__(self, store: Store, learner: str) -> None:
        self._store, self._learner = store, learner
        self.place = f"in {store.where}"

    def standings(self) -> Mapping[str, Standing]:
        with _told():
            kept = self._store.progress(self._learner)
        return {name: _standing(one) for name, one in kept.lessons.items()}

    def reach(self, lesson: str, step: str) -> None:
        with _told():
            self._store.reached(self._learner, lesson, step)

    def answer(self, lesson: str, prediction: str, outcome: Outcome) -> None:
        with _told():
            self._store.answered(
                self._learner, lesson, prediction, outcome.given, right=outcome.right
            )

    def meet(self, lesson: str, challenge: str) -> None:
        with _told():
            self._store.done(self._learner, lesson, challenge)

    def forget(self, lesson: str) -> None:
        with _told():
            self._store.forget(self._learner, lesson)

    def forget_all(self) -> None:
        with _told():
            self._store.delete(self._learner)

    def export(self) -> bytes:
        with _told():
            return json.dumps(self._store.export(self._learner), indent=1).encode()

    def restore(self, raw: bytes) -> None:
        """Adds what the file holds, all or nothing."""
        with _told():
            try:
                self._store.restore(self._learner, read_export(raw))
            except ValueError as problem:
                raise KeeperError(str(problem)) from None


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except StoreError as problem:
        raise KeeperError(str(problem)) from None


def _standing(kept: LessonProgress) -> Standing:
    return Standing(
        steps=set(kept.steps),
        predictions={name: Outcome(one.right, one.answer) for name, one in kept.answers.items()},
        challenges=set(kept.challenges),
        latest=kept.latest.timestamp() if kept.latest else 0.0,
        place=kept.place.step if kept.place else "",
    )
