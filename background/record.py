"""What the server knows of one track while its run is in memory; the worker's reports feed it.

The caller holds a lock. What is given out stays as it is: arrays only grow behind the part that was
given out, and weights are replaced, never written to.
"""

from collections import deque
from collections.abc import Iterable

from background.messages import TrackReport
from background.status import TrackStatus, TrainingsError, Weights
from rnn_core.train import TrainingSetup
from rnn_core.train.growing import Growing

SPEED_SECONDS = 1.0  # steps per second are those of the last second


class TrackRecord:
    """One track: its courses, its snapshots and its present weights."""

    def __init__(self, setup: TrainingSetup) -> None:
        self.setup = setup
        self.clear()

    def clear(self) -> None:
        self.engine, self.status, self.problem, self.step = "", "running", "", 0
        self.losses, self.grad_norms = Growing(), Growing()
        self.held_out: list[tuple[int, float, float]] = []
        self.steps: tuple[int, ...] = ()
        self.snapshots: dict[int, Weights] = {}
        self.weights: Weights = {}
        self._pace: deque[tuple[float, int]] = deque()

    def apply(self, report: TrackReport, clock: float) -> None:
        """Takes in what is new; `clock` is the worker's, in seconds."""
        if report.fresh:
            self.clear()
        self.engine, self.step = report.engine, report.step
        self.status, self.problem = report.status, report.problem
        self.losses.extend(report.losses)
        self.grad_norms.extend(report.grad_norms)
        self.held_out += report.held_out
        self.snapshots |= {step: _fixed(kept) for step, kept in report.new_snapshots.items()}
        self.steps = tuple(step for step in report.snapshots if step in self.snapshots)
        self.snapshots = {step: self.snapshots[step] for step in self.steps}
        self.weights = _fixed(report.weights) or self.weights
        self._pace.append((clock, report.step))
        while len(self._pace) > 2 and clock - self._pace[1][0] >= SPEED_SECONDS:
            self._pace.popleft()

    def rest(self) -> None:
        """It no longer trains: no speed is left."""
        self._pace.clear()

    def weights_at(self, step: int | None) -> Weights:
        """The latest, or those of a snapshot. Raises TrainingsError where there are none."""
        if step is None:
            if not self.weights:
                raise TrainingsError("This network has no weights yet: its training has not begun")
            return dict(self.weights)
        if step not in self.snapshots:
            there = ", ".join(map(str, self.steps)) or "none"
            raise TrainingsError(f"There is no snapshot of step {step}; there are: {there}")
        return dict(self.snapshots[step])

    @property
    def has_ended(self) -> bool:
        return self.status != "running"

    @property
    def size(self) -> int:
        """Bytes of all weights."""
        kept = (self.weights, *self.snapshots.values())
        return sum(array.nbytes for weights in kept for array in weights.values())

    def speed(self) -> float:
        """Steps per second over the last second, 0 while it is not known."""
        if len(self._pace) < 2:
            return 0.0
        (began, first), (now, last) = self._pace[0], self._pace[-1]
        return (last - first) / (now - began) if now > began else 0.0

    def shown(self) -> TrackStatus:
        speed = 0.0 if self.has_ended else self.speed()
        left = self.setup.max_steps - self.step
        return TrackStatus(
            setup=self.setup,
            engine=self.engine,
            step=self.step,
            max_steps=self.setup.max_steps,
            losses=self.losses.array,
            grad_norms=self.grad_norms.array,
            held_out=tuple(self.held_out),
            steps_per_second=speed,
            seconds_left=left / speed if speed else None,
            snapshots=self.steps,
            status=self.status,  # type: ignore[arg-type]  # the trainer's own four
            problem=self.problem,
        )


def _fixed(weights: Weights) -> Weights:
    for array in weights.values():
        array.flags.writeable = False
    return weights


def size_of(tracks: Iterable[TrackRecord]) -> int:
    return sum(track.size for track in tracks)
