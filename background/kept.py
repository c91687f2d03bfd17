"""Runs on the disk: a folder for each, in it `run.json` and a checkpoint for each track.

    <root>/0.lock           held by the server whose runs stand in <root>/0
    <root>/0/<run>/run.json, track-0.safetensors, …

A server takes every numbered folder whose lock it gets, so that one which was killed finds its runs
again and two on one machine never train the same run.
"""

import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from filelock import BaseFileLock, FileLock, Timeout

from background.bounds import MOST_RUNS, MOST_TITLE, MOST_TRACKS
from background.checkpoints import DAMAGED
from background.files import HASH, ID, write_json
from background.status import RunState, TrainingsError
from rnn_core.train import TrainingSetup

MOST_JSON_BYTES = 32 * 1024**2  # a person's own text or series stands in it
MOST_SERVERS = 64  # of one root at once
MOST_DAMAGED = 20  # folders that were set aside and are still kept
LAYOUT = 1


@dataclass(frozen=True)
class KeptRun:
    """What `run.json` says."""

    id: str
    owner: str  # a hash
    title: str
    state: RunState
    problem: str
    created: float  # seconds since 1970
    setups: tuple[TrainingSetup, ...]


def take_halls(root: Path) -> list[tuple[Path, BaseFileLock]]:
    """The numbered folders that are this server's from now on, at least one, with their locks."""
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        halls = [(root / str(number), _lock(root, number)) for number in range(MOST_SERVERS)]
        # Of those that are not there yet, the first alone is made.
        old = [(hall, lock) for hall, lock in halls if hall.is_dir() and _taken(lock)]
        new = ((hall, lock) for hall, lock in halls if not hall.is_dir() and _taken(lock))
        found = old or [next(new)]
        for hall, _ in found:
            hall.mkdir(mode=0o700, exist_ok=True)
    except StopIteration:
        raise TrainingsError(
            f"{MOST_SERVERS} servers keep their trainings in {root} already"
        ) from None
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise TrainingsError(f"No trainings can be kept in {root}: {reason}") from None
    return found


def _lock(root: Path, number: int) -> BaseFileLock:
    return FileLock(root / f"{number}.lock", thread_local=False)


def _taken(lock: BaseFileLock) -> bool:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    return True


def write_run(folder: Path, run: KeptRun) -> None:
    """As a whole or not at all."""
    folder.mkdir(mode=0o700, exist_ok=True)
    values = {
        "layout": LAYOUT,
        "id": run.id,
        "owner": run.owner,
        "title": run.title,
        "state": run.state,
        "problem": run.problem,
        "created": run.created,
        "setups": [setup.to_dict() for setup in run.setups],
    }
    write_json(folder / "run.json", values)


def read_run(folder: Path) -> KeptRun:
    """Raises ValueError or OSError, which say what is wrong with the file."""
    file = folder / "run.json"
    if file.stat().st_size > MOST_JSON_BYTES:
        raise ValueError(f"run.json is larger than {MOST_JSON_BYTES} bytes")
    try:
        return _checked(folder.name, json.loads(file.read_text("utf-8")))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ValueError(f"run.json is damaged: {' '.join(str(error).split())[:200]}") from None


def _checked(name: str, values: Any) -> KeptRun:
    """Raises for whatever a server has not written."""
    if values["layout"] != LAYOUT or values["id"] != name or not HASH.fullmatch(values["owner"]):
        raise ValueError("layout, id and owner must be as they were written")
    if values["state"] not in get_args(RunState):
        raise ValueError(f"state must be one of {', '.join(get_args(RunState))}")
    title, problem, created = values["title"], values["problem"], float(values["created"])
    if not isinstance(title, str) or len(title) > MOST_TITLE or not isinstance(problem, str):
        raise ValueError("title and problem must be short texts")
    if not 0 <= created <= time.time() + 24 * 3600:
        raise ValueError("created must be a time that has been")
    setups = values["setups"]
    if not isinstance(setups, list) or not 1 <= len(setups) <= MOST_TRACKS:
        raise ValueError(f"setups must be a list of 1 to {MOST_TRACKS}")
    read = tuple(TrainingSetup.from_dict(setup) for setup in setups)
    return KeptRun(name, values["owner"], title, values["state"], problem[:1000], created, read)


def runs_in(hall: Path) -> Iterator[tuple[Path, KeptRun | str]]:
    """Every run folder, with what it says or else why it cannot be read; at most 2 × MOST_RUNS.

    A folder without a run.json is the rest of a run that was forgotten, and goes.
    """
    folders = [path for path in sorted(hall.iterdir()) if ID.fullmatch(path.name)]
    for folder in folders[: 2 * MOST_RUNS]:
        if folder.is_symlink() or not folder.is_dir():
            yield folder, "it is no folder"
        elif not (folder / "run.json").exists():
            remove(folder)
        else:
            try:
                yield folder, read_run(folder)
            except (ValueError, OSError) as error:
                yield folder, str(error)


def set_run_aside(folder: Path) -> Path:
    """Out of the way, to be looked at; of those the newest MOST_DAMAGED stay."""
    aside = folder.with_name(folder.name + DAMAGED)
    remove(aside)
    folder.rename(aside)
    older = sorted(folder.parent.glob("*" + DAMAGED), key=lambda path: path.lstat().st_mtime)
    for path in older[:-MOST_DAMAGED]:
        remove(path)
    return aside


def remove_sheet(folder: Path) -> None:
    """Without its run.json a folder is no run."""
    (folder / "run.json").unlink(missing_ok=True)


def remove(folder: Path) -> None:
    """A run's folder, or what stands in its place; what cannot be removed now goes another time."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink(missing_ok=True)
        return
    shutil.rmtree(folder, ignore_errors=True)


def size_on_disk(folder: Path) -> int:
    """Bytes of a run's files."""
    try:
        with os.scandir(folder) as entries:
            return sum(entry.stat(follow_symlinks=False).st_size for entry in entries)
    except OSError:
        return 0


def last_touched(folder: Path) -> float:
    """When a run was last begun, paused or ended: seconds since 1970."""
    try:
        return (folder / "run.json").stat().st_mtime
    except OSError:
        return 0.0
