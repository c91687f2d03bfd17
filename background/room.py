"""Which old runs give way to a new one."""

import time
from collections.abc import Sequence

from background import kept
from background.bounds import MOST_BYTES, MOST_OF_OWNER, MOST_RUNS, MOST_SECONDS
from background.run import Run
from background.status import TrainingsError


def make_room(runs: Sequence[Run], owner: str) -> list[Run]:
    """Those to forget before `owner` (a hash) begins one more; raises where that is not enough.

    What nobody touched for MOST_SECONDS goes; then, of this owner's beyond MOST_OF_OWNER, the
    oldest that have ended; then, of everybody's, the oldest that have ended and after them the
    oldest paused ones, until number and bytes are in bounds.
    """
    now = time.time()
    touched = {run.id: kept.last_touched(run.folder) for run in runs}
    resting = [run for run in runs if run.is_ended or run.state == "paused"]
    resting.sort(key=lambda run: (not run.is_ended, touched[run.id]))
    gone = [run for run in resting if now - touched[run.id] > MOST_SECONDS]
    resting = [run for run in resting if run not in gone]

    own = sum(run.owner == owner and run not in gone for run in runs)
    own_ended = [run for run in resting if run.owner == owner and run.is_ended]
    gone += own_ended[: max(0, own + 1 - MOST_OF_OWNER)]

    sizes = {run.id: kept.size_on_disk(run.folder) for run in runs if run not in gone}
    number, size = len(sizes), sum(sizes.values())
    for run in resting:
        if number < MOST_RUNS and size < MOST_BYTES:
            break
        if run not in gone:
            gone.append(run)
            number, size = number - 1, size - sizes[run.id]
    if number >= MOST_RUNS or size >= MOST_BYTES:
        raise TrainingsError(
            f"This server keeps {number} trainings that have not ended, {size >> 20} MiB, and has "
            "no room for more: try again later"
        )
    return gone
