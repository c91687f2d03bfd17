"""All trainings of one server: who trains, who waits, what is known of each. Safe from any thread.

States of a run:

    start → queued ⇄ running → done, broken        by itself
            queued, running → paused → queued      pause, resume, step; a killed worker or server
            any of these → stopped                 stop

A run that has trained for TURN_SECONDS while others wait goes to the end of the queue.
"""

import contextlib
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from background import bounds
from background.room import make_room
from background.run import Run
from background.schedule import Schedule
from background.shelf import Shelf
from background.status import RunStatus, TrainingsError, Weights
from rnn_core.checks import whole
from rnn_core.train import TrainingSetup

TURN_SECONDS = 10.0


class Trainings:
    """Of the runs in `folder`, at most `slots` train at once.

    Every method raises TrainingsError where there is no such run, or it is not the owner's.
    """

    def __init__(self, folder: Path, slots: int, turn_seconds: float = TURN_SECONDS) -> None:
        self._lock = threading.RLock()
        self._shelf = Shelf(folder, self._lock)
        self._schedule = Schedule(self._lock, self._shelf, slots, turn_seconds)

    def start(self, owner: str, setups: Sequence[TrainingSetup], title: str = "") -> str:
        """The id of a new run, which trains these one to three networks in turns.

        Raises:
            TrainingsError: it is beyond the bounds in `background.bounds`, or the disk is full.
            TypeError: something else than a TrainingSetup.
        """
        who, title = bounds.owner_hash(owner), bounds.check_title(title)
        checked = bounds.check_setups(setups)
        with self._lock:
            self._check_open()
            runs = list(self._shelf.runs.values())
            unfinished = sum(run.owner == who and not run.is_ended for run in runs)
            bounds.check_room(unfinished, len(self._schedule.queue))
            for old in make_room(runs, who):
                self._schedule.forget(old)
            folder = self._shelf.new_folder()
            run = Run(folder.name, who, title, checked, time.time(), folder)
            run.tracks = run.records()
            self._shelf.add(run)
            self._schedule.enqueue(run)
        return run.id

    def pause(self, owner: str, run: str) -> None:
        """Gives its slot or its place in the queue back, once its state is kept."""
        with self._shelf.own(owner, run) as found:
            self._schedule.let_go(found, "pause")

    def resume(self, owner: str, run: str) -> None:
        """Goes on where it was paused, after those that wait already."""
        self._load_own(owner, run)
        with self._shelf.own(owner, run) as found:
            if found.is_ended:
                raise TrainingsError("This training has ended and cannot go on: start a new one")
            if found.wish == "pause":
                found.wish, found.until = "wait", None
            elif found.state == "paused":
                self._schedule.enqueue(found)

    def step(self, owner: str, run: str, count: int = 1) -> None:
        """So many more steps of every network of a paused run, before those that wait.

        Raises:
            TrainingsError: the run is not paused.
        """
        count = whole("count", count, 1, bounds.MOST_STEPS_AT_ONCE)
        self._load_own(owner, run)
        with self._shelf.own(owner, run) as found:
            if found.state != "paused":
                raise TrainingsError(
                    f"Only a paused training goes step by step, and this one is {found.state}"
                )
            self._schedule.enqueue(found, tuple(track.step + count for track in found.records()))

    def stop(self, owner: str, run: str) -> None:
        """Ends it; what it has learned stays."""
        with self._shelf.own(owner, run) as found:
            self._schedule.let_go(found, "stop")

    def forget(self, owner: str, run: str) -> None:
        """Leaves nothing of it."""
        with self._shelf.own(owner, run) as found:
            self._schedule.forget(found)

    def owns(self, owner: str, run: str) -> bool:
        """Whether there is such a run, and it is this owner's."""
        with self._lock:
            return self._shelf.owns(owner, run)

    def of(self, owner: str) -> list[RunStatus]:
        """This owner's runs, the newest first."""
        who = bounds.owner_hash(owner)
        with self._lock:
            own = [run for run in self._shelf.runs.values() if run.owner == who]
        own.sort(key=lambda run: run.created, reverse=True)
        found = []
        for run in own:
            with contextlib.suppress(TrainingsError):  # forgotten meanwhile
                found.append(self.status(run.id))
        return found

    def status(self, run: str) -> RunStatus:
        """Everything about it but its weights."""
        self._shelf.load(run)
        with self._lock:
            found = self._shelf.known(run)
            return found.shown(self._schedule.place(found))

    def version(self, run: str) -> int:
        """A number that grows with every change of it."""
        with self._lock:
            return self._shelf.known(run).version

    def weights(self, run: str, track: int, step: int | None = None) -> Weights:
        """The latest weights of a network, or those of a snapshot: read-only arrays by name.

        Raises:
            TrainingsError: there is no such track or snapshot.
        """
        self._shelf.load(run)
        with self._lock:
            tracks = self._shelf.known(run).records()
            if not 0 <= track < len(tracks):
                raise TrainingsError(f"track must be 0 to {len(tracks) - 1}; got {track}")
            return tracks[track].weights_at(step)

    @property
    def slots(self) -> int:
        """How many runs train at once."""
        return self._schedule.pool.slots

    @property
    def waiting(self) -> int:
        """How many runs wait, of all owners."""
        with self._lock:
            return len(self._schedule.queue)

    @property
    def damaged(self) -> tuple[Path, ...]:
        """Folders that could not be read when this server began, set aside."""
        return tuple(self._shelf.damaged)

    def warm(self) -> None:
        """Has a worker ready, so that a training that is begun soon begins at once."""
        with self._lock, contextlib.suppress(OSError):  # it is said where one is needed
            if not self._schedule.is_closed:
                self._schedule.pool.warm()

    def close(self) -> None:
        """Keeps what trains, and ends the workers. Nothing can be begun any more."""
        with self._lock:
            workers = self._schedule.let_end()
        for worker in workers:
            worker.wait()
        self._shelf.close()

    def _load_own(self, owner: str, run: str) -> None:
        """What is kept of a run that is to go on, so that it is shown until its worker speaks."""
        with self._shelf.own(owner, run):
            self._check_open()
        self._shelf.load(run)

    def _check_open(self) -> None:
        if self._schedule.is_closed:
            raise TrainingsError("The server is ending: no training can begin or go on")
