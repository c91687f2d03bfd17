"""What the browser is told of a run while it trains: only what it lacks (`js/run_data.mjs`)."""

import base64
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from background import RunStatus, TrackStatus


def packed(values: Any) -> str:
    """Little-endian float32 in base64."""
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()


def progress(status: RunStatus, seen: Sequence[int], scored: Sequence[int]) -> dict[str, Any]:
    """`seen` losses and `scored` held-out scores are known already of each track.

    Who knows more than there is (another server's run) gets it from the beginning.
    """
    tracks = [
        _track(track, _at(seen, k, track.losses), _at(scored, k, track.held_out))
        for k, track in enumerate(status.tracks)
    ]
    return {
        "version": status.version,
        "state": status.state,
        "place": status.place or 0,
        "reason": status.problem,
        "tracks": tracks,
    }


def _at(counts: Sequence[int], k: int, known: Any) -> int:
    count = counts[k] if k < len(counts) else 0
    return count if 0 <= count <= len(known) else 0


def _track(track: TrackStatus, seen: int, scored: int) -> dict[str, Any]:
    return {
        "step": track.step,
        "status": track.status,
        "problem": track.problem,
        "engine": track.engine,
        "speed": _finite(track.steps_per_second) or 0.0,
        "left": _finite(track.seconds_left),
        "from": seen,
        "losses": packed(track.losses[seen:]),
        "norms": packed(track.grad_norms[seen:]),
        "scoredFrom": scored,
        "scored": [[step, _finite(a), _finite(b)] for step, a, b in track.held_out[scored:]],
        "snapshots": list(track.snapshots),
    }


def _finite(value: float | None) -> float | None:
    """JSON has no NaN and no infinity."""
    return float(value) if value is not None and math.isfinite(value) else None
