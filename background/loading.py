"""A run's tracks, read from its checkpoints: no trainer is made, and torch is never imported."""

from collections.abc import Sequence
from pathlib import Path

from background.checkpoints import restored, track_file
from background.messages import TrackReport
from background.record import TrackRecord
from rnn_core.train import TrainingSetup, TrainingState


def tracks_of(folder: Path, setups: Sequence[TrainingSetup]) -> tuple[list[TrackRecord], str]:
    """A record for each setup, empty where nothing was kept; and what was damaged, in words."""
    records, notes = [], []
    for track, setup in enumerate(setups):
        record = TrackRecord(setup)
        state, note = restored(track_file(folder, track), setup)
        if state is not None:
            record.apply(_report(track, state), 0.0)
            record.rest()
        if note:
            notes.append(note)
        records.append(record)
    return records, " ".join(notes)


def _report(track: int, state: TrainingState) -> TrackReport:
    return TrackReport(
        track=track,
        fresh=True,
        engine="",
        step=state.step,
        losses=state.losses,
        grad_norms=state.grad_norms,
        held_out=tuple(state.held_out),
        status=state.status,
        problem=state.problem,
        snapshots=tuple(state.snapshots),
        new_snapshots=state.snapshots,
        weights=state.weights,
    )
