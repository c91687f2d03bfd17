"""The worker processes: at most so many, made when they are needed, kept warm for a while."""

from collections.abc import Callable
from typing import Any

from background.process import WorkerProcess


class Pool:
    """Whoever calls holds the lock of the `Trainings`, as `heard` and `ended` do."""

    def __init__(
        self,
        slots: int,
        heard: Callable[[WorkerProcess, Any], None],
        ended: Callable[[WorkerProcess, int], None],
    ) -> None:
        self.slots = slots
        self._heard, self._ended = heard, ended
        self._idle: list[WorkerProcess] = []
        self._busy: set[WorkerProcess] = set()

    @property
    def has_room(self) -> bool:
        return len(self._busy) < self.slots

    def warm(self) -> None:
        """Sees to it that one worker waits, if there is room for it. Raises OSError."""
        if not self._idle and self.has_room:
            self._idle.append(WorkerProcess(self._heard, self._ended))

    def take(self) -> WorkerProcess:
        """A worker, the one that worked last; raises OSError where none can be started."""
        self.warm()
        worker = self._idle.pop()
        self._busy.add(worker)
        return worker

    def give_back(self, worker: WorkerProcess) -> None:
        self._busy.remove(worker)
        self._idle.append(worker)

    def lost(self, worker: WorkerProcess) -> None:
        """It has ended."""
        self._busy.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)

    def hear_idle(self, worker: WorkerProcess) -> None:
        """It has had nothing to do for long; if it still has not, it may end."""
        if worker in self._idle:
            self._idle.remove(worker)
            worker.let_end()

    def let_end(self) -> list[WorkerProcess]:
        """All of them, which keep what they are training."""
        workers = [*self._idle, *self._busy]
        for worker in workers:
            worker.let_end()
        return workers
