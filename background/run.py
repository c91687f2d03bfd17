"""A run as the server holds it. Whoever reads or changes one holds the lock of its `Trainings`."""

import itertools
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from background.kept import KeptRun
from background.messages import Report
from background.record import TrackRecord, size_of
from background.status import ENDED, RunState, RunStatus
from rnn_core.train import TrainingSetup

# What is to become of a run once its worker lets go of it.
Wish = Literal["", "wait", "pause", "stop", "forget"]


def _first_version() -> int:
    """Larger than any that an earlier server gave: a browser may still hold one of those."""
    return int(time.time() * 1000)


_AGE = itertools.count()


@dataclass(eq=False)
class Run:
    id: str
    owner: str  # a hash
    title: str
    setups: tuple[TrainingSetup, ...]
    created: float
    folder: Path
    state: RunState = "queued"
    problem: str = ""
    note: str = ""  # of what was damaged on the disk
    tracks: list[TrackRecord] | None = None  # None: on the disk alone, if anywhere
    until: tuple[int, ...] | None = None  # the steps to go to, where it is not to train to the end
    wish: Wish = ""
    round: int = 0  # of the queue
    since: float = 0.0  # when it got its slot
    is_kept: bool = True  # the disk knows all that is known here
    version: int = field(default_factory=_first_version)
    used: int = field(default_factory=_AGE.__next__)  # grows with every look at its arrays

    @classmethod
    def read(cls, folder: Path, kept: KeptRun) -> "Run":
        """A run that an earlier server kept. What had not ended is paused now."""
        run = cls(kept.id, kept.owner, kept.title, kept.setups, kept.created, folder)
        run.state, run.problem = kept.state, kept.problem
        if kept.state in ("queued", "running"):
            doing = "trained" if kept.state == "running" else "waited"
            run.state = "paused"
            run.problem = (
                f"The server ended while this {doing}. Nothing of what was kept is lost: continue, "
                "and it goes on exactly there."
            )
        return run

    def kept(self) -> KeptRun:
        return KeptRun(
            self.id, self.owner, self.title, self.state, self.words, self.created, self.setups
        )

    @property
    def words(self) -> str:
        """All that is wrong, in sentences; "" if nothing is."""
        return " ".join(filter(None, [self.problem, self.note]))

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    def records(self) -> list[TrackRecord]:
        """The tracks; empty ones where nothing is known of them yet."""
        self.used = next(_AGE)
        return self.tracks or [TrackRecord(setup) for setup in self.setups]

    def apply(self, report: Report) -> None:
        if self.tracks is None:
            self.tracks = [TrackRecord(setup) for setup in self.setups]
        for news in report.tracks:
            self.tracks[news.track].apply(news, report.clock)
        self.version += 1
        self.problem, self.is_kept = report.trouble, not report.trouble

    def become(self, state: RunState, problem: str | None = None) -> None:
        self.state, self.wish = state, ""
        self.version += 1
        if problem is not None:
            self.problem = problem
        if state != "running":
            for track in self.tracks or ():
                track.rest()

    def outcome(self) -> RunState | None:
        """ "done" or "broken" where every track has ended."""
        tracks = self.tracks or ()
        if not tracks or not all(track.has_ended for track in tracks):
            return None
        return "broken" if all(track.status == "broken" for track in tracks) else "done"

    @property
    def size(self) -> int:
        return size_of(self.tracks or ())

    def shown(self, place: int | None) -> RunStatus:
        return RunStatus(
            id=self.id,
            owner=self.owner,
            title=self.title,
            state=self.state,
            place=place,
            tracks=tuple(track.shown() for track in self.records()),
            problem=self.words,
            version=self.version,
            created=self.created,
        )
