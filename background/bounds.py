"""How much a server trains and keeps; what is beyond is refused, in one sentence."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from platformdirs import user_data_path

from background.status import TrainingsError
from rnn_core.train import TrainingSetup

SLOTS, RUNS = "UNROLLED_TRAININGS", "UNROLLED_RUNS"  # environment variables

MOST_SLOTS = 256
MOST_TRACKS = 3
MOST_TITLE = 80  # characters
MOST_STEPS = 200_000  # of one track
MOST_STEPS_AT_ONCE = 1_000  # of "step once"
MOST_UNFINISHED = 4  # runs of one owner that train, wait or are paused
MOST_OF_OWNER = 12  # runs of one owner that are kept
MOST_RUNS = 300  # of all owners
MOST_WAITING = 100  # runs in the queue
MOST_BYTES = 2 * 1024**3  # of all runs on the disk
MOST_SECONDS = 60 * 24 * 3600  # a run that nobody touched for so long is forgotten


def slots() -> int:
    """How many runs train at once: UNROLLED_TRAININGS, else the number of cores."""
    text = os.environ.get(SLOTS, "").strip()
    if not text:
        return min(os.cpu_count() or 1, MOST_SLOTS)
    if not text.isdecimal() or not 1 <= int(text) <= MOST_SLOTS:
        raise TrainingsError(
            f"{SLOTS} must be a whole number, 1 to {MOST_SLOTS}; got {text[:40]!r}"
        )
    return int(text)


def folder() -> Path:
    """Where runs are kept: UNROLLED_RUNS, else a folder of this user. Nothing is made yet."""
    text = os.environ.get(RUNS, "").strip()
    return Path(text).absolute() if text else user_data_path("unrolled", appauthor=False) / "runs"


def owner_hash(owner: str) -> str:
    """Tells owners apart. The id itself is as good as a password and is kept nowhere."""
    if not isinstance(owner, str) or not owner:
        raise TrainingsError("A training needs an owner, and this browser has no id: allow cookies")
    return hashlib.blake2b(owner.encode("utf-8", "replace"), digest_size=16).hexdigest()


def check_title(title: str) -> str:
    if not isinstance(title, str) or len(title) > MOST_TITLE or not (title + " ").isprintable():
        raise TrainingsError(f"A title has at most {MOST_TITLE} printable characters")
    return title


def check_setups(setups: Sequence[TrainingSetup]) -> tuple[TrainingSetup, ...]:
    found = tuple(setups)
    if not 1 <= len(found) <= MOST_TRACKS:
        raise TrainingsError(f"A run has 1 to {MOST_TRACKS} networks; got {len(found)}")
    for setup in found:
        if not isinstance(setup, TrainingSetup):
            raise TypeError(f"setups must be TrainingSetups; got {type(setup).__name__}")
        if setup.max_steps > MOST_STEPS:
            raise TrainingsError(
                f"max_steps may be at most {MOST_STEPS} on this server; got {setup.max_steps}"
            )
    return found


def check_room(unfinished: int, waiting: int) -> None:
    """Raises where one more run does not fit: how many the owner has not ended, how many wait."""
    if unfinished >= MOST_UNFINISHED:
        raise TrainingsError(
            f"{unfinished} trainings of yours have not ended, and more may not be open at once: "
            "stop one, or let one end"
        )
    if waiting >= MOST_WAITING:
        raise TrainingsError(f"{waiting} trainings wait already: try again later")
