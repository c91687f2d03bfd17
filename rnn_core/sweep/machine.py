"""The trainings of a sweep on the cores of one machine, by joblib (processes of its loky)."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rnn_core.sweep.flags import FileFlag
from rnn_core.sweep.grid import Cell, SweepError
from rnn_core.sweep.row import Row, train


def on_this_machine(cells: Sequence[Cell], jobs: int, flag: FileFlag) -> Iterator[Row]:
    """The rows as they are finished; those of stopped trainings are missing.

    With one job it trains in this process.

    Raises:
        SweepError: a process died, as when the machine ran out of memory.
    """
    from joblib import Parallel, delayed, parallel_config  # type: ignore[import-untyped]
    from joblib.externals.loky.process_executor import (  # type: ignore[import-untyped]
        TerminatedWorkerError,
    )

    if jobs == 1:
        rows = (train(cell.index, cell.setup.to_dict(), flag) for cell in cells)
        yield from (row for row in rows if row is not None)
        return
    calls = (
        delayed(_in_worker)(cell.index, cell.setup.to_dict(), flag)
        for cell in cells
        if not flag.is_set()
    )
    # batch_size 1: a row is written when its training ends, not when several have.
    with parallel_config(backend="loky", inner_max_num_threads=1):
        pool = Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1)
        try:
            for row in pool(calls):
                if row is not None:
                    yield row
        except TerminatedWorkerError:
            raise SweepError(
                "a process that trained died, perhaps for want of memory; what was finished is "
                "kept, so run it again with fewer --jobs"
            ) from None


def _in_worker(index: int, settings: Mapping[str, Any], flag: FileFlag) -> Row | None:
    """As `train`; a worker whose parent was killed ends, for nobody else would end it."""
    row = train(index, settings, flag)
    if flag.is_orphaned():
        os._exit(1)
    return row
