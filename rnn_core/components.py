"""Principal components of a layer's states: the plane in which a path through time is widest.

    X = S - mean(S) = U D Vᵀ        S (time, hidden): one row per step
    points = X V,   explained_j = D_j² / Σ D²

The sign of a singular vector is free; here each direction's largest entry (the first of them,
where several tie) is positive, so that equal states give equal pictures. Where two singular
values are equal the plane is fixed but the axes within it are not.
Source: Jolliffe, Principal Component Analysis, 2nd ed. 2002, section 3.5.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True, eq=False)
class Components:
    """The states in the frame of their own principal directions.

    `points` are the coordinates of each step, `directions` the orthonormal rows that span the
    frame (a row of zeros where the states have fewer dimensions than were asked for),
    `explained` the share of the variance along each, 0 where the states do not move at all.
    """

    points: Float[np.ndarray, "time components"]
    directions: Float[np.ndarray, "components hidden"]
    mean: Float[np.ndarray, " hidden"]
    explained: Float[np.ndarray, " components"]

    def project(
        self, states: Float[np.ndarray, "any hidden"]
    ) -> Float[np.ndarray, "any components"]:
        """Coordinates of other states in the same frame."""
        return (states - self.mean) @ self.directions.T


def principal_components(states: Float[np.ndarray, "time hidden"], count: int = 2) -> Components:
    """The first `count` principal components of the states of one sequence.

    Raises:
        ValueError: `states` is empty or not finite, or `count` is not positive.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    if states.size == 0:
        raise ValueError(
            f"states must hold at least one step and one unit, got shape {states.shape}"
        )
    if not np.isfinite(states).all():
        raise ValueError("states must be finite, got NaN or infinity")
    states = states.astype(np.float64, copy=False)
    mean = states.mean(axis=0)
    _, sizes, rows = np.linalg.svd(states - mean, full_matrices=False)
    # A spread below rounding is no direction at all: without this, constant states would be
    # drawn as a path of noise, magnified to fill the picture.
    noise = np.finfo(np.float64).eps * max(states.shape) * np.abs(states).max()
    sizes = np.where(sizes > noise, sizes, 0.0)
    found = min(count, int(np.count_nonzero(sizes)))
    directions = np.zeros((count, states.shape[1]))
    directions[:found] = _with_fixed_signs(rows[:found])
    explained = np.zeros(count)
    if found:
        explained[:found] = sizes[:found] ** 2 / np.sum(sizes**2)
    return Components((states - mean) @ directions.T, directions, mean, explained)


def _with_fixed_signs(
    rows: Float[np.ndarray, "components hidden"],
) -> Float[np.ndarray, "components hidden"]:
    magnitude = np.abs(rows)
    # Ties within rounding go to the first entry, on every machine.
    leading = np.argmax(magnitude >= magnitude.max(axis=1, keepdims=True) * (1 - 1e-9), axis=1)
    return rows * np.sign(rows[np.arange(len(rows)), leading])[:, None]
