"""Which of the networks in a file runs, and what the file does not say of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from exhibits.own.kept import Kept
from rnn_core import NamedWeights, Network, hold, load_weights
from rnn_core.own_file import shown
from rnn_core.own_model import LETTERS, Embedding, Linear, Recurrent

NO_READOUT = "none: the state itself"
NO_EMBEDDING = "none: vectors"


@dataclass(frozen=True)
class Chosen:
    """One network of the file as it is to run."""

    module: Recurrent
    readout: Linear | None = None
    embedding: Embedding | None = None
    relu: bool = False

    @property
    def features(self) -> int:
        return self.embedding.tokens if self.embedding else self.module.input_size

    @property
    def outputs(self) -> int:
        return self.readout.outputs if self.readout else self.module.width


def choice(key: str, brought: Kept) -> Chosen:
    """The controls for what the file leaves open; a file that leaves nothing open draws none."""
    model, key = brought.model, f"{key}_{brought.mark}"
    module = model.modules[0]
    if len(model.modules) > 1:
        module = _one("Module", model.modules, _called, key)
    relu = module.family == "rnn" and _is_relu(key)
    key = f"{key}_{module.prefix}"
    readout = _one(
        "Read-out",
        [*model.readouts(module), None],
        lambda linear: shown(linear.weight) if linear else NO_READOUT,
        key,
        about="The linear layer that reads the last layer's states. What your model does after it "
        "is no part of the run.",
    )
    embedding = None
    if found := model.embeddings(module):
        embedding = _one(
            "Embedding",
            [*found, None],
            lambda one: shown(one.weight) if one else NO_EMBEDDING,
            key,
            about="The network reads a token's row of it. With it you give tokens.",
        )
    return Chosen(module, readout, embedding, relu)


def _called(module: Recurrent) -> str:
    name = shown(module.prefix.rstrip(".")) or "(no name)"
    return f"{name} · {LETTERS[module.family]}"


def _is_relu(key: str) -> bool:
    chosen = st.segmented_control(
        "Nonlinearity",
        ["tanh", "relu"],
        default="tanh",
        required=True,
        key=f"{key}_nonlinearity",
        persist_state="session",
        help="A state dict does not say which one an nn.RNN has. PyTorch's default is tanh.",
    )
    return chosen == "relu"


def _one(label: str, options: Any, said: Any, key: str, about: str = "") -> Any:
    """One of the options, by its place: a name from a file may come twice when it is shortened."""
    place = st.selectbox(
        label,
        range(len(options)),
        format_func=lambda k: said(options[k]),
        key=f"{key}_{label}",
        persist_state="session",
        help=about or None,
    )
    return options[place]


def named(brought: Kept, chosen: Chosen, alphabet: str, key: str) -> NamedWeights:
    """The chosen network under a name that setups know, held anew where it was let go.

    Raises:
        ModelError: its tensors hold what is no weight.
    """
    store = st.session_state.setdefault(f"{key}_names", {})
    what = (brought.mark, chosen, alphabet)
    if what in store:
        try:
            return load_weights(store[what])
        except ValueError:
            del store[what]
    network, weights = weights_of(brought, chosen)
    title = f"those of {brought.model.file.name}"
    store[what] = hold(network, weights, alphabet=alphabet, about={"title": title})
    return load_weights(store[what])


def weights_of(brought: Kept, chosen: Chosen) -> tuple[Network, dict[str, np.ndarray]]:
    return brought.model.weights(
        chosen.module, chosen.readout, embedding=chosen.embedding, relu=chosen.relu
    )


def in_words(chosen: Chosen) -> str:
    """What was recognised, in one sentence."""
    module = chosen.module
    kind = f"{'RNN' if module.family == 'rnn' else LETTERS[module.family]}"
    if module.family == "rnn":
        kind += " relu" if chosen.relu else " tanh"
    article = "a" if module.family == "gru" else "an"
    layers = f" in {module.num_layers} layers" if module.num_layers > 1 else ""
    ways = ", read from both ends" if module.bidirectional else ""
    units = _count(module.hidden_size, "unit")
    biases = "" if module.bias else ", without biases"
    reads = (
        f"{chosen.embedding.tokens} tokens by way of their embedding"
        if chosen.embedding
        else _count(module.input_size, "number") + " at each step"
    )
    says = (
        f"{shown(chosen.readout.weight)} makes {_count(chosen.readout.outputs, 'number')} of its "
        "state"
        if chosen.readout
        else f"it has no read-out, so it says its state: {_count(module.width, 'number')}"
    )
    return f"{article} {kind} with {units}{layers}{ways}{biases}. It reads {reads}; {says}."


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
