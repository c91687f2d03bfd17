"""The runs of this server, in memory and on the disk."""

import contextlib
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

from background import bounds, kept
from background.files import new_id
from background.loading import tracks_of
from background.run import Run
from background.status import TrainingsError

MOST_LOADED_BYTES = 256 * 1024**2  # weights in memory of runs that do not train
_LOG = logging.getLogger(__name__)


class Shelf:
    """Whoever reads or changes a run holds `lock`; `load` alone takes it by itself."""

    def __init__(self, folder: Path, lock: "threading.RLock") -> None:
        self._lock = lock
        self._halls = kept.take_halls(folder)
        self.runs: dict[str, Run] = {}
        self.damaged: list[Path] = []  # folders that were set aside
        for hall, _ in self._halls:
            self._read(hall)

    def close(self) -> None:
        """Another server may have the folders now."""
        for _, lock in self._halls:
            lock.release()

    def _read(self, hall: Path) -> None:
        """Takes up what an earlier server kept."""
        for folder, found in kept.runs_in(hall):
            if isinstance(found, str):
                _LOG.warning("%s is no training that can be read: %s", folder, found)
                with contextlib.suppress(OSError):
                    self.damaged.append(kept.set_run_aside(folder))
            else:
                self.runs[found.id] = Run.read(folder, found)

    def known(self, run: str) -> Run:
        found = self.runs.get(run)
        if found is None:
            raise TrainingsError("There is no such training; it may be forgotten")
        return found

    def owns(self, owner: str, run: str) -> bool:
        found = self.runs.get(run)
        return found is not None and bool(owner) and found.owner == bounds.owner_hash(owner)

    @contextlib.contextmanager
    def own(self, owner: str, run: str) -> Iterator[Run]:
        """The owner's run, with the lock held."""
        with self._lock:
            if not self.owns(owner, run):
                raise TrainingsError("There is no such training of yours; it may be forgotten")
            yield self.runs[run]

    def new_folder(self) -> Path:
        return self._halls[0][0] / new_id()

    def add(self, run: Run) -> None:
        try:
            kept.write_run(run.folder, run.kept())
        except OSError as error:
            raise TrainingsError(
                f"No training can be kept in {run.folder.parent}: {error.strerror or error}"
            ) from None
        self.runs[run.id] = run

    def drop(self, run: Run) -> None:
        """From now on it is no run, even if the server is killed; `clear` removes what is left."""
        self.runs.pop(run.id, None)
        with contextlib.suppress(OSError):
            kept.remove_sheet(run.folder)

    def clear(self, run: Run) -> None:
        """No worker has to do with it any more."""
        with contextlib.suppress(OSError):
            kept.remove(run.folder)

    def write(self, run: Run) -> None:
        try:
            kept.write_run(run.folder, run.kept())
        except OSError as error:
            run.problem = f"It cannot be kept on the disk: {error.strerror or error}"

    def load(self, run: str) -> None:
        """Reads the tracks of a run that is on the disk alone; that is done without the lock, for
        it takes a while."""
        with self._lock:
            found = self.known(run)
            if found.tracks is not None or found.state == "running":
                return
            version = found.version
        tracks, note = tracks_of(found.folder, found.setups)
        with self._lock:
            if found.tracks is None and found.version == version:
                found.tracks, found.note = tracks, note or found.note
                self.bound_memory()

    def bound_memory(self) -> None:
        """Runs that do not train and that nobody looked at for longest are left to the disk."""
        loaded = [
            run
            for run in self.runs.values()
            if run.tracks and run.is_kept and run.state != "running"
        ]
        loaded.sort(key=lambda run: run.used, reverse=True)
        in_memory = 0
        for place, run in enumerate(loaded):
            in_memory += run.size
            if place and in_memory > MOST_LOADED_BYTES:
                run.tracks = None
