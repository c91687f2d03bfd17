"""`trainings()`: one for each server process, made when it is first asked for."""

import atexit
import os
import threading

from background.bounds import folder, slots
from background.trainings import Trainings

_FOUND: dict[int, Trainings] = {}  # by process, for a fork must not share workers
_LOCK = threading.Lock()


def trainings() -> Trainings:
    """The trainings of this server. Raises TrainingsError where they cannot be kept anywhere."""
    with _LOCK:
        found = _FOUND.get(os.getpid())
        if found is None:
            found = _FOUND[os.getpid()] = Trainings(folder(), slots())
            atexit.register(found.close)
        return found
