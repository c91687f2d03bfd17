"""Small numerical helpers that the cells share."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from jaxtyping import Float


def sigmoid(a: np.ndarray) -> np.ndarray:
    """σ(a) = ½ tanh(½ a) + ½, which cannot overflow."""
    return 0.5 * np.tanh(0.5 * a) + 0.5


def rows(values: Float[np.ndarray, "time batch features"]) -> Float[np.ndarray, "steps features"]:
    """Time and batch as one axis, so that one matrix product serves all steps."""
    return values.reshape(-1, values.shape[-1])


def project(
    values: Float[np.ndarray, "time batch features"], weight: Float[np.ndarray, "gates features"]
) -> Float[np.ndarray, "time batch gates"]:
    """weight · x_t for every step at once."""
    return np.dot(rows(values), weight.T).reshape(*values.shape[:2], len(weight))


def outer_sum(
    deltas: Float[np.ndarray, "time batch gates"], values: Float[np.ndarray, "time batch features"]
) -> Float[np.ndarray, "gates features"]:
    """Σ_t Σ_batch δ_t v_tᵀ, the gradient of a weight that is used at every step."""
    return np.dot(rows(deltas).T, rows(values))


def recurrent_outer_sum(
    deltas: Float[np.ndarray, "time batch gates"],
    hidden: Float[np.ndarray, "time batch hidden"],
    initial_hidden: Float[np.ndarray, "batch hidden"],
) -> Float[np.ndarray, "gates hidden"]:
    """Σ_t Σ_batch δ_t h_{t-1}ᵀ, without copying the states into a shifted array."""
    total = np.dot(deltas[0].T, initial_hidden)
    if len(deltas) > 1:
        total += outer_sum(deltas[1:], hidden[:-1])
    return total


def total(deltas: Float[np.ndarray, "time batch gates"]) -> Float[np.ndarray, " gates"]:
    """Σ_t Σ_batch δ_t, the gradient of a bias."""
    return np.dot(np.ones(deltas.shape[0] * deltas.shape[1], deltas.dtype), rows(deltas))


def before(
    states: Float[np.ndarray, "time batch hidden"], initial: Float[np.ndarray, "batch hidden"]
) -> Float[np.ndarray, "time batch hidden"]:
    """The state that each step starts from: row t is s_{t-1}, row 0 the initial state."""
    return np.concatenate([initial[None], states[:-1]])


def apply(deltas: np.ndarray, weight: Float[np.ndarray, "gates features"]) -> np.ndarray:
    """Wᵀ δ over any leading axes, as one matrix product."""
    product = np.dot(deltas.reshape(-1, deltas.shape[-1]), weight)
    return product.reshape(*deltas.shape[:-1], weight.shape[1])


def back_in_time(*arrays: np.ndarray) -> Iterator[tuple[Any, ...]]:
    """The rows of all arrays together, from the last step to the first."""
    return zip(*(values[::-1] for values in arrays), strict=True)


def from_beyond(
    gradient: Float[np.ndarray, "batch hidden"] | None, state: Float[np.ndarray, "batch hidden"]
) -> Float[np.ndarray, "batch hidden"]:
    """What an adjoint loop starts from: a gradient from beyond the last step (copied), or 0."""
    return np.zeros_like(state) if gradient is None else gradient.astype(state.dtype)
