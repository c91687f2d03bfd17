"""Trained weights that come with the product (`rnn_core/weights/*.safetensors`).

A file's metadata says what it holds: `cell`, `alphabet` (empty for numbers), `made_by`, and how
well it did on held-out examples. `rnn_core.make_weights` makes the files.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file

from rnn_core.checks import one_of
from rnn_core.network import Network, network_of

FOLDER = Path(__file__).parent / "weights"


@dataclass(frozen=True, eq=False)
class ShippedWeights:
    """One file: `weights` in float64 under PyTorch's names, and everything the file says."""

    name: str
    network: Network
    weights: dict[str, np.ndarray]
    alphabet: str
    metadata: dict[str, str]


def weights_names() -> tuple[str, ...]:
    """The names that `load_weights` knows."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.safetensors")))


@lru_cache(maxsize=32)
def load_weights(name: str) -> ShippedWeights:
    """The shipped weights called `name`; the arrays are shared and read-only."""
    one_of("weights", name, weights_names())
    path = FOLDER / f"{name}.safetensors"
    weights = {key: value.astype(np.float64) for key, value in load_file(path).items()}
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
    network = network_of(metadata["cell"], weights)
    weights = {key: weights[key] for key in network.shapes()}
    for value in weights.values():
        value.flags.writeable = False
    return ShippedWeights(name, network, weights, metadata["alphabet"], metadata)
