"""Who is to blame: how large each loss's own gradient is at every step.

    sources          `norms`: ‖G[k, t]‖ with G[k, t] = ∂L_k/∂h_t, one row for each step k that has a
                     loss, one after the other; `cancellation` (time): Σ_k ‖G[k, t]‖ over
                     ‖Σ_k G[k, t]‖, NaN where no loss reaches. Facts: `sources`, the steps k in
                     order, and whether the rows are `square`

A row of a network that reads forward ends at t = k, a later state cannot change the loss: it has
k + 1 values. In a bidirectional network, `square`, every row has all T.
"""

import numpy as np
from jaxtyping import Float

from exhibits.stage.wanted.extra import Extra
from rnn_core import Run, grad_by_source


def sources(run: Run, layer: int) -> Extra:
    """What the panel "who is to blame" divides the gradient strip by."""
    grads = grad_by_source(run, layer)[:, :, 0]
    losses = np.flatnonzero(run.loss_mask)
    square = run.network.bidirectional
    apart = norms(grads)
    rows = [apart[k] if square else apart[k, : k + 1] for k in losses]
    return Extra(
        {
            "norms": np.concatenate(rows) if rows else np.zeros(0),
            "cancellation": _cancellation(apart.sum(axis=0), norms(grads.sum(axis=0))),
        },
        {"sources": losses.tolist(), "square": square},
    )


def norms(values: Float[np.ndarray, "*rows hidden"]) -> Float[np.ndarray, "*rows"]:
    """Euclidean norms of the last axis in float64, also where squares would underflow."""
    rows = np.asarray(values, np.float64)
    largest = np.abs(rows).max(axis=-1, initial=0.0)
    scale = np.ldexp(1.0, np.frexp(largest)[1] - 1)  # a power of two: dividing loses no digit
    return np.linalg.norm(rows / scale[..., None], axis=-1) * scale


def _cancellation(
    apart: Float[np.ndarray, " time"], together: Float[np.ndarray, " time"]
) -> Float[np.ndarray, " time"]:
    """Not the core's own ratio, whose squares would make a vanished gradient a false NaN."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(apart > 0.0, apart / together, np.nan)
