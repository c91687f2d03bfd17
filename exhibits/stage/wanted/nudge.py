"""What a nudge of one input does, and what the gradient says that it does.

    nudge:{step}:{direction}:{size}

`direction` is "+" for a series, for vectors the index of the one feature that is raised, for a
text that of the character towards which x_step moves (its one-hot vector; size 1 swaps the two).
`real` and `predicted` (time, H) are Δh_t of the layer, their norms per step `real_norm` and
`predicted_norm`, `error` the relative error, NaN where there is nothing to compare. Facts: where
the linear picture `breaks_at`, up to which size it holds, `linear_up_to` (null: at every size that
is tried), the `tolerance`, and what becomes of the total loss, `loss_real` (null: more than a
number can hold) and `loss_predicted` = ∂L/∂x · δ.
"""

import math
from collections.abc import Sequence

import numpy as np

from exhibits.stage.wanted.extra import Extra
from exhibits.stage.wanted.words import whole_number
from rnn_core import Run, Vectors
from rnn_core.nudge import nudge as core_nudge
from rnn_core.nudge import toward

SMALLEST, LARGEST = 1e-4, 3.0


def nudge(run: Run, layer: int, step: str, direction: str, size: str) -> Extra:
    """What the panel "nudge" draws. Raises ValueError where a word is not what it must be."""
    at = whole_number("step", step, len(run.inputs))
    found = core_nudge(run, at, _direction(run, at, direction), _size(size))
    own = found.layers[layer]
    return Extra(
        {
            "real": own.real.astype(np.float64),
            "predicted": own.predicted.astype(np.float64),
            "real_norm": np.linalg.norm(own.real, axis=-1).astype(np.float64),
            "predicted_norm": np.linalg.norm(own.predicted, axis=-1).astype(np.float64),
            "error": own.relative_error.astype(np.float64),
        },
        {
            "step": at,
            "direction": direction,
            "size": found.size,
            "tolerance": found.tolerance,
            "breaks_at": own.breaks_at,
            "linear_up_to": _plain(own.linear_up_to),
            "loss_real": _plain(found.loss_real.sum()),
            "loss_predicted": _plain(found.loss_predicted.sum()),
        },
    )


def _direction(run: Run, step: int, word: str) -> Sequence[float] | np.ndarray:
    if run.alphabet:
        return toward(run, step, run.alphabet[whole_number("direction", word, len(run.alphabet))])
    if isinstance(run.setup.sequence, Vectors):
        features = run.network.input_size
        return np.eye(features)[whole_number("direction", word, features)]
    if word != "+":
        raise ValueError(f"direction must be '+' where the network reads numbers; got {word!r}")
    return (1.0,)


def _size(word: str) -> float:
    try:
        size = float(word)
    except ValueError:
        size = math.nan
    if not SMALLEST <= size <= LARGEST:
        raise ValueError(f"size must lie in {SMALLEST:g} to {LARGEST:g}; got {word!r}")
    return size


def _plain(value: float) -> float | None:
    """JSON has no infinity."""
    return float(value) if math.isfinite(value) else None
