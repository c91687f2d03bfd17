"""The results file of a sweep: JSON lines, one per training, kept whatever happens to the run.

The first line says whose results they are; each further one is a `Row`. A row is written by one
write, flushed and synced before the next training's is waited for, so that a killed run loses
nothing that was finished. A last line that a crash tore is dropped, and its training is run again.
While a run writes, it holds a lock on a file beside it, which the system gives back when it dies.
"""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from filelock import FileLock, Timeout

from rnn_core.sweep.grid import Sweep, SweepError
from rnn_core.sweep.row import Row

FORMAT = "unrolled sweep results 1"
PATIENCE = 2.0  # seconds that a lock is waited for: another may be looking, or just ending
_NOT_OURS = "is no results file of a sweep; give another name by --out"


class Results:
    """A results file that is open for appending. Use as a context: it holds the lock.

    Raises (on entering):
        SweepError: the file is of another sweep, is damaged, is in use, or cannot be written.
    """

    def __init__(self, path: Path | str, sweep: Sweep) -> None:
        self.path = Path(path)
        self.sweep = sweep
        self.rows: dict[int, Row] = {}
        self._file = -1
        self._held = ExitStack()

    def __enter__(self) -> "Results":
        with _told(self.path):
            self._held.enter_context(_lock(self.path).acquire(timeout=PATIENCE))
            try:
                self._open()
            except BaseException:
                self._held.close()
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._file)
        self._held.close()

    def _open(self) -> None:
        data = self.path.read_bytes() if self.path.exists() else b""
        whole = data.rfind(b"\n") + 1
        if whole:
            self.rows = read_rows(self.path, self.sweep)
        elif not _line(_header(self.sweep)).startswith(data):
            raise SweepError(f"{self.path}: {_NOT_OURS}")
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self._file = os.open(self.path, flags, 0o644)
        os.ftruncate(self._file, whole)
        os.lseek(self._file, whole, os.SEEK_SET)
        if not whole:
            self._write(_header(self.sweep))

    def append(self, row: Row) -> None:
        """Adds a finished training; it is on the disk when this returns.

        Raises:
            SweepError: the disk is full, or the file is gone.
        """
        if row.cell in self.rows:
            return
        with _told(self.path):
            self._write(row.to_dict())
        self.rows[row.cell] = row

    def _write(self, content: dict[str, Any]) -> None:
        line = _line(content)
        while line:
            line = line[os.write(self._file, line) :]
        os.fsync(self._file)


def _lock(path: Path) -> FileLock:
    return FileLock(path.with_name(f"{path.name}.lock"), thread_local=False)


def is_in_use(path: Path | str) -> bool:
    """Whether a run is writing to this results file now."""
    lock = _lock(Path(path))
    if not Path(lock.lock_file).exists():
        return False
    try:
        with lock.acquire(blocking=False):
            return False
    except Timeout:
        return True


def read_rows(path: Path | str, sweep: Sweep) -> dict[int, Row]:
    """The finished trainings by the number of their cell; none if there is no file yet.

    May be called while a run writes; a torn last line is left out.

    Raises:
        SweepError: the file is of another sweep, or a line of it is none of ours.
    """
    path = Path(path)
    rows: dict[int, Row] = {}
    for number, content in _lines(path):
        if number == 1:
            _check_header(path, content, sweep)
            continue
        with _said_of(path, number):
            row = Row.from_dict(content)
            if not 0 <= row.cell < sweep.size:
                raise SweepError(f"cell must be 0 to {sweep.size - 1}; got {row.cell}")
        rows.setdefault(row.cell, row)
    return rows


def _header(sweep: Sweep) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "fingerprint": sweep.fingerprint,
        "title": sweep.title,
        "trainings": sweep.size,
        "axes": {one.name: list(one.labels) for one in sweep.axes},
    }


def _check_header(path: Path, content: Any, sweep: Sweep) -> None:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise SweepError(f"{path}: {_NOT_OURS}")
    if content.get("fingerprint") == sweep.fingerprint:
        return
    axes = {one.name: list(one.labels) for one in sweep.axes}
    differs = f"its grid is {json.dumps(content.get('axes'), ensure_ascii=False)}"
    if content.get("axes") == axes:
        differs = "its grid is the same, but the fixed settings differ"
    raise SweepError(
        f"{path}: holds the results of another sweep ({differs}); "
        "give another name by --out, or put that file away"
    )


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Each whole line: its number from 1 and what it holds."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    except OSError as problem:
        raise SweepError(f"{path}: {problem.strerror or problem}") from problem
    for number, line in enumerate(data[: data.rfind(b"\n") + 1].splitlines(), start=1):
        try:
            content = json.loads(line)
        except (ValueError, RecursionError):
            raise SweepError(f"{path}, line {number}: is damaged (no JSON)") from None
        yield number, content


@contextmanager
def _said_of(path: Path, number: int) -> Iterator[None]:
    try:
        yield
    except SweepError as problem:
        raise SweepError(f"{path}, line {number}: {problem}") from problem


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, allow_nan=False).encode() + b"\n"


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What the system says of the file, as an error of ours."""
    try:
        yield
    except Timeout:
        raise SweepError(f"{path}: another run is writing to it now") from None
    except OSError as problem:
        raise SweepError(f"{path}: {problem.strerror or problem}") from problem
