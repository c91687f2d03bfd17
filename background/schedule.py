"""Whose turn it is: the queue, the workers, and what becomes of a run that its worker lets go."""

import threading
import time
from typing import Any

from background.messages import Idle, LetGo, Released, Report, Train
from background.order import Rounds, turns
from background.pool import Pool
from background.process import WorkerProcess
from background.run import Run, Wish
from background.shelf import Shelf


class Schedule:
    """Whoever calls holds `lock`; the workers' own threads take it in `_hear` and `_ended`."""

    def __init__(
        self, lock: "threading.RLock", shelf: Shelf, slots: int, turn_seconds: float
    ) -> None:
        self._lock, self._shelf, self._turn_seconds = lock, shelf, turn_seconds
        self.pool = Pool(slots, self._hear, self._ended)
        self.queue: list[Run] = []  # in the order of rounds, within one in that of arrival
        self._rounds = Rounds()
        self._busy: dict[WorkerProcess, Run] = {}
        self.is_closed = False

    def place(self, run: Run) -> int | None:
        if run not in self.queue:
            return None
        return 1 + turns(self.queue, self._busy.values()).index(run)

    def enqueue(self, run: Run, until: tuple[int, ...] | None = None) -> None:
        """To train to its end, or a few steps, which come before everything else."""
        run.until = until
        run.become("queued", problem="")
        if until is None:
            self._join_queue(run)
        else:
            self.queue.insert(0, run)
        self._shelf.write(run)
        self._dispatch()

    def let_go(self, run: Run, wish: Wish) -> None:
        """The run is to be paused or stopped, at once or when its worker lets go of it."""
        if run.state == "running":
            if not run.wish:
                self._worker_of(run).send(LetGo(run.id))
            run.wish = wish
        elif run.state in ("queued", "paused"):
            self._leave_queue(run)
            run.become("paused" if wish == "pause" else "stopped")
            self._shelf.write(run)

    def forget(self, run: Run) -> None:
        """Nothing is left of it, as soon as its worker has let it go."""
        self._leave_queue(run)
        self._shelf.drop(run)
        if run.state == "running":
            run.wish = "forget"
            self._worker_of(run).send(LetGo(run.id, dropped=True))
        else:
            self._shelf.clear(run)

    def let_end(self) -> list[WorkerProcess]:
        """What trains is kept, and nothing is begun any more; the workers, which are ending."""
        self.is_closed = True
        return self.pool.let_end()

    def _join_queue(self, run: Run) -> None:
        run.round = self._rounds.next_of(run.owner)
        self.queue.append(run)
        self.queue.sort(key=lambda waiting: waiting.round)

    def _leave_queue(self, run: Run) -> None:
        if run in self.queue:
            self.queue.remove(run)

    def _worker_of(self, run: Run) -> WorkerProcess:
        return next(worker for worker, busy in self._busy.items() if busy is run)

    def _dispatch(self) -> None:
        """Gives free slots to those whose turn it is."""
        while self.queue and self.pool.has_room and not self.is_closed:
            run = turns(self.queue, self._busy.values())[0]
            self.queue.remove(run)
            self._rounds.serve(run.round)
            try:
                worker = self.pool.take()
            except OSError as error:
                reason = error.strerror or error
                run.become("paused", f"No process to train it can be started: {reason}")
                self._shelf.write(run)
                continue
            self._busy[worker] = run
            run.since = time.monotonic()
            run.become("running")
            self._shelf.write(run)
            worker.send(Train(run.id, str(run.folder), run.setups, run.until))

    def _hear(self, worker: WorkerProcess, message: Any) -> None:
        with self._lock:
            if isinstance(message, Idle):
                self.pool.hear_idle(worker)
                return
            run = self._busy[worker]
            if isinstance(message, Report):
                run.apply(message)
                self._end_turn(worker, run)
            elif isinstance(message, Released):
                del self._busy[worker]
                self.pool.give_back(worker)
                self._settle(run, message.failure)
                self._dispatch()

    def _end_turn(self, worker: WorkerProcess, run: Run) -> None:
        """Others wait, and it has had its time: it goes to the end of the queue."""
        is_long = time.monotonic() - run.since > self._turn_seconds
        if is_long and self.queue and not run.wish:
            run.wish = "wait"
            worker.send(LetGo(run.id))

    def _settle(self, run: Run, failure: str) -> None:
        """What becomes of a run that its worker has let go."""
        if run.wish == "forget":
            self._shelf.clear(run)
            return
        outcome = run.outcome()
        if failure:
            run.become("broken", failure)
        elif outcome:
            run.become(outcome)
        elif run.wish == "stop":
            run.become("stopped")
        elif run.wish == "wait":
            run.become("queued")
            self._join_queue(run)
        else:
            run.become("paused")
        self._shelf.write(run)
        self._shelf.bound_memory()

    def _ended(self, worker: WorkerProcess, code: int) -> None:
        """A worker has ended: let end while idle, or killed in the middle of a run."""
        with self._lock:
            self.pool.lost(worker)
            run = self._busy.pop(worker, None)
            if run is None or self.is_closed:
                return
            if run.wish == "forget":
                self._shelf.clear(run)
            else:
                run.tracks = None  # what was kept is what there is
                run.become(
                    "stopped" if run.wish == "stop" else "paused",
                    f"The process that trained this ended (exit code {code}). Nothing of what was "
                    "kept is lost: continue, and it goes on exactly there.",
                )
                self._shelf.write(run)
            self._dispatch()
