"""A training in a file: safetensors, with the setup and the words in its metadata as JSON.

    weights/…              parameters                     optimiser/<slot>/…   what it remembers
    snapshots/…            one more axis: each snapshot   snapshot_steps
    losses, grad_norms     one number for each update     held_out             (step, loss, score)

A file is hostile until it is parsed: it is bounded in size, nothing in it is run, every name,
shape, dtype and number is checked against the setup, and what is wrong is said.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as parse
from safetensors.numpy import save as packed

from rnn_core.checks import one_of, whole
from rnn_core.train.optimisers import slots_of
from rnn_core.train.setup import MAX_STEPS, TrainingSetup
from rnn_core.train.snapshots import MOST as MOST_SNAPSHOTS
from rnn_core.train.state import STATUSES, TrainingState

FORMAT = "unrolled-training-1"
MAX_BYTES = 256 * 2**20
LONGEST_PROBLEM = 2000
MAX_METADATA = 32 * 2**20  # an own text is in the setup


def save(path: Path | str, state: TrainingState) -> None:
    """Write the file whole or not at all: a temporary one beside it takes its name at the end."""
    path = Path(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(to_bytes(state))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def load(path: Path | str) -> TrainingState:
    """The training that `save` wrote.

    Raises:
        ValueError: the file is no such training, is damaged or is too large; it says what is wrong.
        OSError: it cannot be read.
    """
    path = Path(path)
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    try:
        return from_bytes(content)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None


def to_bytes(state: TrainingState) -> bytes:
    steps = sorted(state.snapshots)
    arrays = {
        "losses": state.losses,
        "grad_norms": state.grad_norms,
        "held_out": np.array(state.held_out, np.float64).reshape(-1, 3),
        "snapshot_steps": np.array(steps, np.int64),
    }
    for name, value in state.weights.items():
        arrays[f"weights/{name}"] = value
        arrays[f"snapshots/{name}"] = np.stack([state.snapshots[step][name] for step in steps])
        for slot, values in state.slots.items():
            arrays[f"optimiser/{slot}/{name}"] = values[name]
    metadata = {
        "format": FORMAT,
        "setup": json.dumps(state.setup.to_dict()),
        "step": str(state.step),
        "status": state.status,
        "problem": state.problem,
    }
    return packed({name: np.ascontiguousarray(a) for name, a in arrays.items()}, metadata)


def from_bytes(content: bytes) -> TrainingState:
    """Parse and check what `to_bytes` made; raises ValueError alone."""
    if len(content) > MAX_BYTES:
        raise ValueError(f"a checkpoint has at most {MAX_BYTES} bytes; this one has more")
    metadata = _metadata(content)
    try:
        setup = TrainingSetup.from_dict(json.loads(metadata["setup"]))
        step = whole("step", int(metadata["step"]), 0, MAX_STEPS)
        status = one_of("status", metadata["status"], STATUSES)
        return _state(setup, step, status, metadata["problem"][:LONGEST_PROBLEM], parse(content))
    except (SafetensorError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as why:
        raise ValueError(f"it is no checkpoint of a training: {why}") from None


def _metadata(content: bytes) -> dict[str, str]:
    """The words of the file's head."""
    try:
        size = int.from_bytes(content[:8], "little")
        if not 2 <= size <= min(MAX_METADATA, len(content) - 8):
            raise ValueError(f"a head of {size} bytes")
        metadata = json.loads(content[8 : 8 + size])["__metadata__"]
        if metadata["format"] != FORMAT:
            raise ValueError(f"format {metadata['format']!r}, {FORMAT!r} is due")
        if not all(isinstance(metadata[k], str) for k in ("setup", "step", "status", "problem")):
            raise TypeError("its metadata must be words")
    except (ValueError, TypeError, KeyError, RecursionError) as why:
        raise ValueError(f"it is no checkpoint of a training: {why}") from None
    return metadata


def _state(
    setup: TrainingSetup, step: int, status: str, problem: str, arrays: dict[str, np.ndarray]
) -> TrainingState:
    shapes, dtype = setup.network().shapes(), np.dtype(setup.dtype)
    taken = _Taken(arrays)
    held_out = taken.array("held_out", (None, 3), np.dtype(np.float64)).tolist()
    steps = taken.array("snapshot_steps", (None,), np.dtype(np.int64)).tolist()
    if not 1 <= len(steps) <= MOST_SNAPSHOTS or steps != sorted({*steps}):
        raise ValueError(f"snapshot_steps must ascend, 1 to {MOST_SNAPSHOTS} of them")
    if min(steps) < 0 or max(steps) > step or not all(0 <= row[0] <= step for row in held_out):
        raise ValueError(f"held_out and snapshot_steps must lie within the {step} steps made")
    rows = {
        name: taken.array(f"snapshots/{name}", (len(steps), *shape), dtype)
        for name, shape in shapes.items()
    }
    state = TrainingState(
        setup=setup,
        step=step,
        weights=taken.parameters("weights", shapes, dtype),
        slots={
            slot: taken.parameters(f"optimiser/{slot}", shapes, dtype)
            for slot in slots_of(setup.optimiser)
        },
        losses=taken.array("losses", (step,), np.dtype(np.float64)),
        grad_norms=taken.array("grad_norms", (step,), np.dtype(np.float64)),
        held_out=tuple((int(when), loss, score) for when, loss, score in held_out),
        snapshots={
            when: {name: values[k] for name, values in rows.items()} for k, when in enumerate(steps)
        },
        status=status,
        problem=problem,
    )
    taken.nothing_left()
    return state


class _Taken:
    """The arrays of a file, each taken once and checked."""

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        self._left = dict(arrays)

    def array(self, name: str, shape: tuple[int | None, ...], dtype: np.dtype) -> np.ndarray:
        value = self._left.pop(name, None)
        if value is None:
            raise ValueError(f"{name} is missing")
        fits = value.ndim == len(shape) and all(
            due in (None, length) for length, due in zip(value.shape, shape, strict=True)
        )
        if not fits or value.dtype != dtype:
            raise ValueError(f"{name} must be {dtype} of {shape}; got {value.dtype} {value.shape}")
        # An optimiser may remember a square that outgrew its dtype and train on.
        if not name.startswith("optimiser/") and not np.isfinite(value).all():
            raise ValueError(f"{name} must hold finite numbers")
        return value

    def parameters(
        self, group: str, shapes: Mapping[str, tuple[int, ...]], dtype: np.dtype
    ) -> dict[str, Any]:
        return {name: self.array(f"{group}/{name}", shape, dtype) for name, shape in shapes.items()}

    def nothing_left(self) -> None:
        if self._left:
            raise ValueError(f"{min(self._left)} has no place in it")
