"""Runs what is missing of a sweep, and says how far it is."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rnn_core.sweep.cluster import on_cluster
from rnn_core.sweep.flags import FileFlag
from rnn_core.sweep.grid import Sweep
from rnn_core.sweep.machine import on_this_machine
from rnn_core.sweep.results import Results
from rnn_core.sweep.row import Row


@dataclass(frozen=True)
class Progress:
    """How far a sweep is: trainings that are done, of all; `seconds_left` None until one ended."""

    done: int
    total: int
    seconds_left: float | None


def run_sweep(
    sweep: Sweep,
    out: Path | str,
    *,
    jobs: int = 1,
    dask: str = "",
    stop: Path | str | None = None,
    tell: Callable[[Progress], None] = lambda progress: None,
) -> dict[int, Row]:
    """Trains the cells that the results file `out` lacks; all its rows by cell.

    On `jobs` processes of this machine, or on the Dask cluster whose scheduler is at `dask`. It
    ends early, within half a second or so, when the file `stop` appears (`out` with `.stop` added
    unless given). `tell` hears of every finished training.

    Raises:
        SweepError: `out` is of another sweep or in use, or the cluster cannot be had.
    """
    out = Path(out)
    flag = FileFlag(str(stop_path(out) if stop is None else stop), os.getpid())
    with Results(out, sweep) as results:
        missing = [cell for cell in sweep.order if cell.index not in results.rows]
        began, before = time.monotonic(), len(results.rows)
        tell(Progress(before, sweep.size, None if missing else 0.0))
        if missing:
            cluster = on_cluster(missing, dask, flag) if dask else None
            for row in cluster or on_this_machine(missing, jobs, flag):
                results.append(row)
                done = len(results.rows)
                pace = (time.monotonic() - began) / (done - before)
                tell(Progress(done, sweep.size, pace * (sweep.size - done)))
        return dict(results.rows)


def stop_path(out: Path) -> Path:
    """The file whose presence stops the run that writes to `out`."""
    return out.with_name(f"{out.name}.stop")
