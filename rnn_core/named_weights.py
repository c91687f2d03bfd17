"""Weights that a setup can name: those that come with the product, and those that are held."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from rnn_core.network import Network, Weights


@dataclass(frozen=True, eq=False)
class NamedWeights:
    """`weights` in float64, read-only, under PyTorch's names and in their order.

    `alphabet` names the characters of a network that reads text, empty where it reads numbers;
    `metadata` is what else is known of them.
    """

    name: str
    network: Network
    weights: dict[str, np.ndarray]
    alphabet: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


def read_only(network: Network, weights: Weights) -> dict[str, np.ndarray]:
    """Copies in float64 that nobody can write, in the network's order."""
    kept = {name: np.array(weights[name], np.float64) for name in network.shapes()}
    for value in kept.values():
        value.flags.writeable = False
    return kept
