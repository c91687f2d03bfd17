"""A process that trains lets what people wait for go first."""

import os
import random
import time
from pathlib import Path


def give_way(nice: int) -> None:
    """Takes a lower priority, 0 (none) to 19; on Windows who starts a process sees to it.

    Linux desktops share their cores among sessions and only then by priority within one, so a
    process that leads a session of its own lowers that as well. This may be set ten times a second
    on a machine, hence the attempts.
    """
    if not nice or not hasattr(os, "nice"):
        return
    os.nice(nice)
    session = Path("/proc/self/autogroup")
    leads = os.getsid(0) == os.getpid()
    for _ in range(20 if leads and session.exists() else 0):
        try:
            session.write_text(str(nice))
            return
        except BlockingIOError:
            time.sleep(0.05 + 0.1 * random.random())
        except OSError:
            return
