"""The checkpoints of a run in its folder, one file for each track, and what was damaged beside."""

from pathlib import Path

from rnn_core.train import TrainingSetup, TrainingState
from rnn_core.train.checkpoint import load

DAMAGED = ".damaged"


def track_file(folder: Path, track: int) -> Path:
    return folder / f"track-{track}.safetensors"


def restored(path: Path, setup: TrainingSetup) -> tuple[TrainingState | None, str]:
    """The state that was kept, and what is to be said of it.

    None where nothing was kept. A file that is damaged, or of another setup, is set aside as
    `….damaged`, so that it can be looked at; the track then begins anew, which is said.
    """
    if not path.exists():
        return None, ""
    try:
        state = load(path)
        if state.setup != setup:
            raise ValueError("it belongs to another setup")
    except (ValueError, TypeError, KeyError, OSError) as error:
        aside = set_aside(path)
        reason = " ".join(str(error).split())[:200]
        return None, (
            f"What was kept in {path.name} cannot be read ({reason}); it was set aside as "
            f"{aside.name}, and that network begins anew."
        )
    return state, ""


def set_aside(path: Path) -> Path:
    """Renames a file or folder; one that was set aside before under that name gives way."""
    aside = path.with_name(path.name + DAMAGED)
    path.replace(aside)
    return aside
