"""One run in a worker: its trainers, taking turns, from checkpoint to checkpoint."""

import time
from collections.abc import Iterator
from pathlib import Path

from background.checkpoints import restored, track_file
from background.messages import Report, TrackReport, Train, pickled
from rnn_core.train import Trainer, checkpoint

REPORT_SECONDS = 1 / 15
KEEP_SECONDS = 4.0
# What they may cost at most, as a part of the time, however large a network is. Reports count by
# the processor's time: on a loaded machine they take longer and cost no more.
MOST_REPORTING, MOST_KEEPING = 0.04, 0.05
SMOOTH = 0.2  # share of the latest report in what one is taken to cost
SHORTEST = 0.01  # seconds to train between two looks at the orders


class Shift:
    """Trains what `order` says. Raises what a trainer raises that cannot be made."""

    def __init__(self, order: Train) -> None:
        self.order = order
        self._notes: list[str] = []
        self._trouble = ""
        self._trainers = list(self._made())
        tracks = len(self._trainers)
        self._trained = [0.0] * tracks  # seconds
        self._told = [_Told() for _ in range(tracks)]
        self._report_due = self._cost = 0.0
        self._keep_due = time.monotonic() + KEEP_SECONDS

    def _made(self) -> Iterator[Trainer]:
        for rest in Path(self.order.folder).glob(".track-*"):  # of a worker that was killed
            rest.unlink(missing_ok=True)
        for track, setup in enumerate(self.order.setups):
            path = track_file(Path(self.order.folder), track)
            state, note = restored(path, setup)
            self._notes += [note] if note else []
            yield Trainer(setup, state)

    @property
    def is_over(self) -> bool:
        """Nothing is left to do: every track has ended, or is as far as it was to go."""
        return not self._open()

    def _open(self) -> list[int]:
        until = self.order.until
        return [
            track
            for track, trainer in enumerate(self._trainers)
            if trainer.status == "running" and (until is None or trainer.step < until[track])
        ]

    def train(self) -> None:
        """Until the next report is due; the track that has trained least first."""
        now = time.monotonic()
        end = max(self._report_due, now + SHORTEST)
        while now < end and (left := self._open()):
            track = min(left, key=self._trained.__getitem__)
            trainer, until = self._trainers[track], self.order.until
            steps = None if until is None else until[track] - trainer.step
            trainer.advance(steps=steps, seconds=max((end - now) / len(left), 0.001))
            began, now = now, time.monotonic()
            self._trained[track] += now - began

    @property
    def is_report_due(self) -> bool:
        return time.monotonic() >= self._report_due

    def report(self) -> bytes:
        """What is new in every track, pickled."""
        began = time.thread_time()
        told = zip(self._told, self._trainers, strict=True)
        tracks = tuple(one.news(track, trainer) for track, (one, trainer) in enumerate(told))
        trouble = " ".join(filter(None, [*self._notes, self._trouble]))
        packed = pickled(Report(self.order.run, time.monotonic(), tracks, trouble))
        self._cost += SMOOTH * (time.thread_time() - began - self._cost)
        self._report_due = time.monotonic() + max(REPORT_SECONDS, self._cost / MOST_REPORTING)
        return packed

    def keep_if_due(self) -> None:
        if time.monotonic() >= self._keep_due:
            self.keep()

    def keep(self) -> None:
        """Checkpoints of all tracks; what hinders one is said with the next report."""
        began = time.monotonic()
        self._trouble = ""
        try:
            for track, trainer in enumerate(self._trainers):
                path = track_file(Path(self.order.folder), track)
                checkpoint.save(path, trainer.state())
        except OSError as error:
            self._trouble = f"It cannot be kept on the disk: {error.strerror or error}"
        took = time.monotonic() - began
        self._keep_due = time.monotonic() + max(KEEP_SECONDS, took / MOST_KEEPING)


class _Told:
    """How much of a track the server knows."""

    def __init__(self) -> None:
        self._forget()
        self._is_broken = False

    def _forget(self) -> None:
        self._step = -1
        self._losses = self._norms = self._held_out = 0
        self._snapshots: set[int] = set()

    def news(self, track: int, trainer: Trainer) -> TrackReport:
        if trainer.status == "broken" and not self._is_broken:
            self._is_broken = True
            self._forget()  # it may have gone back to where all was well
        losses, norms = trainer.losses[self._losses :], trainer.grad_norms[self._norms :]
        held_out = tuple(trainer.held_out[self._held_out :])
        steps = tuple(trainer.snapshots.steps)
        report = TrackReport(
            track=track,
            fresh=self._step < 0,
            engine=trainer.engine_name,
            step=trainer.step,
            losses=losses,
            grad_norms=norms,
            held_out=held_out,
            status=trainer.status,
            problem=trainer.problem,
            snapshots=steps,
            new_snapshots={
                step: trainer.snapshots.at(step) for step in steps if step not in self._snapshots
            },
            weights=trainer.weights if trainer.step != self._step else {},
        )
        self._step = trainer.step
        self._losses += len(losses)
        self._norms += len(norms)
        self._held_out += len(held_out)
        self._snapshots = set(steps)
        return report
