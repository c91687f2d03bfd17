"""Files to try the page with: the weights that come with the app, as PyTorch saves them."""

from collections.abc import Mapping
from functools import lru_cache

from safetensors.numpy import save

from rnn_core import load_weights

# What each is called on the page → the shipped weights and what its modules were called.
EXAMPLES: Mapping[str, tuple[str, str]] = {
    "Brackets, LSTM": ("brackets-lstm", "lstm"),
    "Waves, GRU": ("waves-gru", "gru"),
}


def file_name(example: str) -> str:
    return f"{EXAMPLES[example][0]}.safetensors"


@lru_cache(maxsize=len(EXAMPLES))
def content(example: str) -> bytes:
    """The file: `{module}.weight_ih_l0` …, `fc.weight`, `fc.bias`, in float32."""
    shipped, module = EXAMPLES[example]
    known = load_weights(shipped)
    tensors = {
        name.replace("readout", "fc") if name.startswith("readout") else f"{module}.{name}": (
            value.astype("float32")
        )
        for name, value in known.weights.items()
    }
    return save(tensors, {"alphabet": known.alphabet} if known.alphabet else None)
