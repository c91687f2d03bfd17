"""How a training in another process, or on another machine, is told to stop."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FileFlag:
    """Set when a file is there, or when the process that hands out the trainings has died.

    `parent` is that process; a worker whose parent is another one by now has been left alone.
    """

    path: str
    parent: int

    def is_set(self) -> bool:
        return self.is_orphaned() or Path(self.path).exists()

    def is_orphaned(self) -> bool:
        # Windows keeps telling a dead parent's number: there the training in hand is finished.
        return os.getpid() != self.parent and os.getppid() != self.parent


@dataclass(frozen=True)
class ClusterFlag:
    """An event of the cluster's scheduler, by its name."""

    name: str

    def is_set(self) -> bool:
        from distributed import Event

        return bool(Event(self.name).is_set())
