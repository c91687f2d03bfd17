"""The loss that is trained on and reported: torch's, with `reduction="mean"`.

    squared       mean over the marked entries and the outputs of (y - target)²      F.mse_loss
    binary        the same mean of the cross-entropy                                 …_with_logits
    categorical   mean over the marked entries of -ln p[target]                      F.cross_entropy

A `Record`'s loss is a sum over time and a mean over the batch, with a ½ before the square; one
number leads from it, and from its gradients, to these.
"""

import numpy as np
from jaxtyping import Bool, Float

from rnn_core import readout


def factor(loss: str, mask: Bool[np.ndarray, "time batch"], outputs: int) -> float:
    """(mean over what `mask` marks) / (a record's loss).

    Raises:
        ValueError: nothing is marked.
    """
    marked = int(np.count_nonzero(mask))
    if not marked:
        raise ValueError("mask must mark at least one entry; got none")
    return unit(loss, outputs) * mask.shape[1] / marked


def unit(loss: str, outputs: int) -> float:
    """What a record's loss of one entry, a sum over outputs, is multiplied with in the mean."""
    if loss == "categorical":
        return 1.0
    return (2.0 if loss == "squared" else 1.0) / outputs


def mean_loss(
    loss: str,
    output: Float[np.ndarray, "time batch out"],
    targets: np.ndarray,
    mask: Bool[np.ndarray, "time batch"],
) -> float:
    """The mean loss of outputs whose gradient is not wanted."""
    found = readout.compare(loss, output, targets, mask).loss
    return found * factor(loss, mask, output.shape[2])
