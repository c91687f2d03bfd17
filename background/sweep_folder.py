"""One sweep's folder on the disk, and what is shown of it."""

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from background.files import HASH, ID, write_json
from rnn_core.sweep import Row, Sweep, SweepError, read_rows, read_sweep

State = Literal["queued", "running", "stopping", "stopped", "done"]


@dataclass(eq=False)
class Kept:
    """A sweep that the server knows. `wanted`: it is to be trained, now or when it can be."""

    id: str
    owner: str  # a hash
    created: float  # seconds since 1970
    wanted: bool
    dask: str
    problem: str
    root: Path
    sweep: Sweep
    _begun: tuple[float, int] = field(default=(0.0, 0))  # this turn: when, with how many rows

    @property
    def folder(self) -> Path:
        return self.root / self.id

    @property
    def toml(self) -> Path:
        return self.folder / "sweep.toml"

    @property
    def results(self) -> Path:
        return self.folder / "results.jsonl"

    @property
    def stop_file(self) -> Path:
        return self.folder / "stop"

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    def begin(self) -> None:
        """Its turn begins."""
        self._begun = time.monotonic(), _count(self)

    def got_further(self) -> bool:
        """Whether a training has ended in this turn."""
        return _count(self) > self._begun[1]

    def seconds_left(self, done: int) -> float | None:
        """At the pace of this turn; None before its first training has ended."""
        began, before = self._begun
        if not began or done <= before:
            return None
        return (time.monotonic() - began) / (done - before) * (self.sweep.size - done)


@dataclass(frozen=True, eq=False)
class SweepStatus:
    """What is shown: `place` counts from 1 in the queue, None outside of it."""

    id: str
    sweep: Sweep
    state: State
    place: int | None
    rows: Mapping[int, Row]
    seconds_left: float | None
    problem: str
    created: float
    dask: str

    @classmethod
    def of(
        cls, kept: Kept, rows: Mapping[int, Row], state: State, place: int | None, problem: str
    ) -> "SweepStatus":
        left = kept.seconds_left(len(rows)) if state == "running" else None
        return cls(kept.id, kept.sweep, state, place, rows, left, problem, kept.created, kept.dask)

    @property
    def done(self) -> int:
        return len(self.rows)

    @property
    def is_busy(self) -> bool:
        """It changes by itself."""
        return self.state in ("queued", "running", "stopping")


def _count(kept: Kept) -> int:
    try:
        return len(read_rows(kept.results, kept.sweep))
    except SweepError:
        return 0


def write_new(kept: Kept, toml: str) -> None:
    kept.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept.folder.mkdir(mode=0o700)
    kept.toml.write_text(toml, "utf-8")
    write_about(kept)


def write_about(kept: Kept) -> None:
    """As a whole or not at all."""
    about = {
        "owner": kept.owner,
        "created": kept.created,
        "wanted": kept.wanted,
        "dask": kept.dask,
        "problem": kept.problem,
    }
    write_json(kept.folder / "about.json", about)


def found(root: Path) -> Iterator[Kept]:
    """What earlier servers kept, the oldest first; a folder that cannot be read is passed over."""
    folders = root.iterdir() if root.is_dir() else ()
    read = [_read(path) for path in folders if ID.fullmatch(path.name)]
    yield from sorted((kept for kept in read if kept), key=lambda kept: kept.created)


def _read(folder: Path) -> Kept | None:
    try:
        about = json.loads((folder / "about.json").read_text("utf-8"))
        owner, dask, problem = about["owner"], about["dask"], about["problem"]
        if not HASH.fullmatch(owner) or not isinstance(dask, str) or not isinstance(problem, str):
            return None
        sweep = read_sweep(folder / "sweep.toml")
        created, wanted = float(about["created"]), bool(about["wanted"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return Kept(folder.name, owner, created, wanted, dask, problem, folder.parent, sweep)


def remove(kept: Kept) -> None:
    shutil.rmtree(kept.folder, ignore_errors=True)


def why(kept: Kept, code: int) -> str:
    """What its process said last, or how it died."""
    if code < 0:
        return (
            f"The process that trained it was killed (signal {-code}), perhaps for want of memory. "
            "What was finished is kept: resume, and it goes on."
        )
    try:
        lines = kept.log.read_text("utf-8", "replace").strip().splitlines()
    except OSError:
        lines = []
    said = lines[-1][:300] if lines else f"it ended with exit code {code} and no word"
    # A learner is not told where the server keeps its files.
    return said.replace(f"{kept.results}: ", "").replace(f"{kept.toml}: ", "")
