"""Clipping a gradient by its norm (Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063, algorithm 1).

All gradients are taken as one long vector g:

    g ← g · min(1, threshold / (‖g‖ + 1e-6))

which is `torch.nn.utils.clip_grad_norm_`, its 1e-6 included: the direction stays, and the norm
never exceeds the threshold.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rnn_core.checks import real

SMALL = 1e-6  # PyTorch's, against division by 0


@dataclass(frozen=True, eq=False)
class Clipped:
    """Gradients after clipping, all of them multiplied by `factor` (0 to 1)."""

    gradients: dict[str, np.ndarray]
    norm_before: float
    norm_after: float
    factor: float


def clip_by_norm(gradients: Mapping[str, np.ndarray], threshold: float) -> Clipped:
    """The gradients, their common 2-norm brought down to `threshold` (> 0) where it is larger.

    Raises:
        ValueError: the threshold is not positive, or a gradient is infinite or NaN: such a step
            has no direction that could be kept.
    """
    real("threshold", threshold, 0.0)
    if threshold == 0.0:
        raise ValueError("threshold must be greater than 0; got 0.0")
    for name, value in gradients.items():
        if not np.isfinite(value).all():
            raise ValueError(f"gradients: {name} must be finite to have a direction; it is not")
    before = norm(gradients)
    factor = min(1.0, threshold / (before + SMALL))
    clipped = {name: value * factor for name, value in gradients.items()}
    return Clipped(clipped, before, norm(clipped), factor)


def norm(gradients: Mapping[str, np.ndarray]) -> float:
    """The 2-norm of all gradients as one vector; of huge ones without overflow."""
    largest = max(
        (float(np.abs(value).max(initial=0.0)) for value in gradients.values()), default=0
    )
    if largest == 0.0:
        return 0.0
    return largest * math.sqrt(
        sum(float(((value / largest) ** 2).sum()) for value in gradients.values())
    )
