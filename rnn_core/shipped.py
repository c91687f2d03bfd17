"""Trained weights that come with the product (`rnn_core/weights/*.safetensors`).

A file's metadata says what it holds: `cell`, `alphabet` (empty for numbers), `made_by`, and how
well it did on held-out examples. `rnn_core.make_weights` makes the files.
"""

from functools import lru_cache
from pathlib import Path

from safetensors import safe_open
from safetensors.numpy import load_file

from rnn_core.checks import one_of
from rnn_core.held import held, is_held
from rnn_core.named_weights import NamedWeights, read_only
from rnn_core.network import network_of

FOLDER = Path(__file__).parent / "weights"


def weights_names() -> tuple[str, ...]:
    """The names of the weights that come with the product."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.safetensors")))


def load_weights(name: str) -> NamedWeights:
    """The weights called `name`, shipped or held; the arrays are shared and read-only."""
    return held(name) if is_held(name) else _shipped(name)


@lru_cache(maxsize=32)
def _shipped(name: str) -> NamedWeights:
    one_of("weights", name, weights_names())
    path = FOLDER / f"{name}.safetensors"
    weights = load_file(path)
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
    network = network_of(metadata["cell"], weights)
    kept = read_only(network, weights)
    return NamedWeights(name, network, kept, metadata["alphabet"], metadata)
