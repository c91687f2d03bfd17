"""The error surface of a recurrent unit with two parameters, and gradient descent on it.

    x_t = w σ(x_{t-1}) + b,   x_0 = 0.5,   t = 1 … T         E(w, b) = (σ(x_T) - 0.7)²

The unit, its start, its target and T = 50 are those of figure 6 of Pascanu, Mikolov & Bengio
2013 (arXiv:1211.5063). The gradient is carried forward with the state (s = σ(x_{t-1})):

    ∂x_t/∂w = s + w s(1-s) ∂x_{t-1}/∂w                       ∂x_t/∂b = 1 + w s(1-s) ∂x_{t-1}/∂b

Where w s(1-s) stays above 1 for many steps the gradient is their product: that is the cliff. It
stands where x_0 crosses from the basin of one fixed point to that of another (Doya 1993).
"""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float

from rnn_core.checks import real, whole
from rnn_core.clipping import clip_by_norm

START, TARGET, STEPS = 0.5, 0.7, 50
MAX_STEPS, MAX_DESCENT = 200, 500

Values: TypeAlias = np.ndarray | float


class Surface(NamedTuple):
    """E and its gradient, at each of the given (w, b); arrays of the shape of these."""

    error: Values
    by_w: Values
    by_b: Values
    last: Values  # σ(x_T), in (0, 1)


def surface(w: Values, b: Values, steps: int = STEPS) -> Surface:
    """E(w, b) for `steps` steps, elementwise; w and b broadcast."""
    w, b = np.broadcast_arrays(np.asarray(w, float), np.asarray(b, float))
    x, by_w, by_b = np.full(w.shape, START), np.zeros(w.shape), np.zeros(w.shape)
    for _ in range(whole("steps", steps, 1, MAX_STEPS)):
        s = _sigmoid(x)
        steep = w * s * (1.0 - s)
        x, by_w, by_b = w * s + b, s + steep * by_w, 1.0 + steep * by_b
    s = _sigmoid(x)
    outer = 2.0 * (s - TARGET) * s * (1.0 - s)
    return Surface((s - TARGET) ** 2, outer * by_w, outer * by_b, s)


@dataclass(frozen=True, eq=False)
class Descent:
    """Gradient descent from (w, b): row k of the arrays is the point before step k.

    `points` (n + 1, 2) are (w, b), `errors` (n + 1) E there. Of each of the n steps `norms` is
    ‖∇E‖ as it is and `norms_used` as it was used, after clipping; a step's length is lr times it.
    """

    points: Float[np.ndarray, "points 2"]
    errors: Float[np.ndarray, " points"]
    norms: Float[np.ndarray, " steps"]
    norms_used: Float[np.ndarray, " steps"]
    lr: float
    threshold: float | None

    @property
    def lengths(self) -> Float[np.ndarray, " steps"]:
        """How far each step went in the plane of (w, b)."""
        return np.linalg.norm(np.diff(self.points, axis=0), axis=1)

    @property
    def clipped(self) -> int:
        """How many steps were shortened."""
        return int((self.norms_used < self.norms).sum())


def descend(
    w: float,
    b: float,
    lr: float,
    descent_steps: int,
    threshold: float | None = None,
    steps: int = STEPS,
) -> Descent:
    """So many steps (w, b) ← (w, b) - lr ∇E, ∇E clipped to the norm `threshold` if there is one.

    Raises:
        ValueError: an argument is out of range.
    """
    lr = real("lr", lr, 0.0)
    count = whole("descent_steps", descent_steps, 1, MAX_DESCENT)
    points, norms, used = [np.array([real("w", w), real("b", b)])], [], []
    errors = [_at(points[0], steps).error]
    for _ in range(count):
        here = _at(points[-1], steps)
        gradient = np.array([here.by_w, here.by_b])
        norms.append(float(np.hypot(*gradient)))
        if threshold is not None:
            gradient = clip_by_norm({"w and b": gradient}, threshold).gradients["w and b"]
        used.append(float(np.hypot(*gradient)))
        points.append(points[-1] - lr * gradient)
        errors.append(_at(points[-1], steps).error)
    return Descent(
        np.array(points), np.array(errors), np.array(norms), np.array(used), lr, threshold
    )


def _at(point: Float[np.ndarray, " 2"], steps: int) -> Surface:
    return surface(float(point[0]), float(point[1]), steps)


def _sigmoid(x: Values) -> Values:
    return 0.5 * np.tanh(0.5 * x) + 0.5
