"""One training of a sweep, from its setup to its row of the results."""

import math
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Protocol, runtime_checkable

import threadpoolctl

from rnn_core.sweep.grid import Cell, SweepError
from rnn_core.train.setup import TrainingSetup
from rnn_core.train.trainer import Trainer

SLICE = 0.25  # seconds of training between two looks at the flag


@runtime_checkable
class Flag(Protocol):
    """Whether a sweep is to stop; asked for in the process that trains."""

    def is_set(self) -> bool: ...


@dataclass(frozen=True)
class Row:
    """What one training came to.

    `steps` are the optimiser's steps until it was solved, None where it was not; `trained` all that
    it made. `loss` (in the task's unit) and `score` are the last ones on held-out data, None where
    there is no finite one. `seconds` are those of training, the only thing that differs between two
    runs of one cell. `problem` says why a training broke, "" where it did not.
    """

    cell: int
    solved: bool
    steps: int | None
    trained: int
    loss: float | None
    score: float | None
    seconds: float
    engine: str
    problem: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Any) -> "Row":
        """Raises SweepError for anything but what `to_dict` gives."""
        names = {field.name for field in fields(cls)}
        if not isinstance(content, dict) or content.keys() != names:
            raise SweepError(f"a row of results has the fields {', '.join(sorted(names))}")
        for name, kinds in _KINDS.items():
            if type(content[name]) not in kinds:
                raise SweepError(f"{name} of a row of results cannot be {content[name]!r}")
        return cls(**content)


_NONE = type(None)
_KINDS: dict[str, tuple[type, ...]] = {
    "cell": (int,),
    "solved": (bool,),
    "steps": (int, _NONE),
    "trained": (int,),
    "loss": (float, int, _NONE),
    "score": (float, int, _NONE),
    "seconds": (float, int),
    "engine": (str,),
    "problem": (str,),
}


def train(index: int, settings: Mapping[str, Any], flag: Flag) -> Row | None:
    """Trains the setup `settings` (`TrainingSetup.to_dict`) to its end; None if it was stopped."""
    if flag.is_set():
        return None
    began = time.perf_counter()
    with threadpoolctl.threadpool_limits(limits=1, user_api="blas"):
        trainer = Trainer(TrainingSetup.from_dict(settings))
        while trainer.status == "running":
            trainer.advance(seconds=SLICE)
            if trainer.status == "running" and flag.is_set():
                return None
    return _row(index, trainer, time.perf_counter() - began)


def _row(index: int, trainer: Trainer, seconds: float) -> Row:
    _, loss, score = trainer.held_out[-1] if trainer.held_out else (0, math.nan, math.nan)
    return Row(
        cell=index,
        solved=trainer.solved_at is not None,
        steps=trainer.solved_at,
        trained=trainer.step,
        loss=_finite(loss),
        score=_finite(score),
        seconds=round(seconds, 3),
        engine=trainer.engine_name,
        problem=trainer.problem,
    )


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def table(cells: tuple[Cell, ...], rows: Mapping[int, Row]) -> list[tuple[Cell, Row]]:
    """The cells that are done with their rows, in the order of the grid."""
    return [(cell, rows[cell.index]) for cell in cells if cell.index in rows]
