"""The read-out layer and the losses that stand on it.

    y_t = W h_t + b        h_t: the last layer's hidden states, both directions side by side

    squared       L_t = ½ Σ (y_t - target_t)²                   prediction  y_t
    binary        L_t = -Σ [target ln p + (1-target) ln (1-p)]  prediction  p_t = σ(y_t)
    categorical   L_t = -ln p_t[target]                         prediction  p_t = softmax(y_t)

With the ½, ∂L_t/∂y_t is prediction - target for all three. Sums run over the outputs; the loss
L is the *sum* over the time steps that have one and the *mean* over the batch.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Bool, Float

from rnn_core.checks import array, one_of
from rnn_core.numerics import outer_sum, project, sigmoid, total

LOSSES = ("squared", "binary", "categorical")
LossMask: TypeAlias = Bool[np.ndarray, " time"] | Bool[np.ndarray, "time batch"]


class LossTerms(NamedTuple):
    """What a loss makes of the read-out's outputs."""

    prediction: Float[np.ndarray, "time batch out"]
    losses: Float[np.ndarray, "time batch"]  # 0 where the step has no loss
    grad_output: Float[np.ndarray, "time batch out"]

    @property
    def loss(self) -> float:
        """The sum over time steps, the mean over the batch."""
        return float(self.losses.sum() / self.losses.shape[1])


def forward(
    weights: Mapping[str, np.ndarray], top: Float[np.ndarray, "time batch top"]
) -> Float[np.ndarray, "time batch out"]:
    """y_t for every step."""
    return project(top, weights["readout.weight"]) + weights["readout.bias"]


def backward(
    weights: Mapping[str, np.ndarray],
    top: Float[np.ndarray, "time batch top"],
    grad_output: Float[np.ndarray, "time batch out"],
) -> tuple[Float[np.ndarray, "time batch top"], dict[str, np.ndarray]]:
    """∂L/∂h_t by way of the read-out at t alone (e_t), and the read-out's gradients."""
    gradients = {"readout.weight": outer_sum(grad_output, top), "readout.bias": total(grad_output)}
    return project(grad_output, weights["readout.weight"].T), gradients


def compare(
    loss: str,
    output: Float[np.ndarray, "time batch out"],
    targets: np.ndarray,
    loss_mask: LossMask,
) -> LossTerms:
    """The loss of each entry that `loss_mask` marks, and its gradient."""
    prediction, losses, difference = _TERMS[loss](output, targets)
    marked = loss_mask[:, None] if loss_mask.ndim == 1 else loss_mask
    scale = (marked / output.shape[1]).astype(output.dtype)
    return LossTerms(prediction, losses * marked, difference * scale[..., None])


def checked_targets(loss: str, targets: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """`targets` as the loss needs them for outputs of `shape` (time, batch, out)."""
    if one_of("loss", loss, LOSSES) == "categorical":
        targets = np.asarray(targets)
        if not np.issubdtype(targets.dtype, np.integer):
            raise TypeError(f"targets must be whole class numbers; got dtype {targets.dtype}")
        if targets.shape != shape[:2]:
            raise ValueError(
                f"targets must have the shape {shape[:2]} (time, batch); got {targets.shape}"
            )
        if targets.min() < 0 or targets.max() >= shape[2]:
            raise ValueError(
                f"targets must be class numbers from 0 to {shape[2] - 1}; "
                f"got {targets.min()} to {targets.max()}"
            )
        return targets
    targets = array("targets", targets, shape, "time, batch, out")
    if loss == "binary" and (targets.min() < 0.0 or targets.max() > 1.0):
        raise ValueError(
            f"targets must lie in [0, 1] for the binary loss; "
            f"got {targets.min()} to {targets.max()}"
        )
    return targets


def _squared(output: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, ...]:
    difference = output - targets
    return output, 0.5 * (difference * difference).sum(axis=-1), difference


def _binary(output: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, ...]:
    # -ln σ(y) and -ln (1 - σ(y)) in the form that neither overflows nor takes ln 0.
    losses = np.maximum(output, 0.0) - output * targets + np.log1p(np.exp(-np.abs(output)))
    prediction = sigmoid(output)
    return prediction, losses.sum(axis=-1), prediction - targets


def _categorical(output: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, ...]:
    shifted = output - output.max(axis=-1, keepdims=True)
    log_prediction = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    chosen = targets[..., None]
    prediction = np.exp(log_prediction)
    difference = prediction.copy()
    np.put_along_axis(difference, chosen, np.take_along_axis(prediction, chosen, -1) - 1.0, -1)
    return prediction, -np.take_along_axis(log_prediction, chosen, -1)[..., 0], difference


_TERMS = {"squared": _squared, "binary": _binary, "categorical": _categorical}
