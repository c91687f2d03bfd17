"""Weights of the learner's own, trained here or brought along, held under a name for a while.

    name = hold(network, weights)             "held:…", known to `load_weights` and to a `Setup`
    run(setup_with(name, sequence))           the setup that runs them on that sequence
    known = named(network, weights)           the same name without holding it: what lives for one
    run(setup_with(known, sequence), known)   picture only, as while a training is watched

The name follows from the content: the same network with the same weights has the same name, in
this process and in any other, so that a script which loads the file beside it (`hold_file`) may
name them in its setup. No more than `MOST_BYTES` are held; what was not used for longest goes.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from rnn_core.named_weights import NamedWeights, read_only
from rnn_core.network import Network, Weights, network_of
from rnn_core.sequences import AnySequence
from rnn_core.setup import Setup

MOST_BYTES = 256 * 2**20
PREFIX = "held:"
SIZES = ("cell", "hidden_size", "num_layers", "bidirectional", "peepholes")


class Shelf:
    """Named weights, the latest used last; safe to use from several threads."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._held: OrderedDict[str, NamedWeights] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def put(self, known: NamedWeights) -> None:
        size = _bytes_of(known)
        if size > self.most_bytes:
            raise ValueError(
                f"weights must fit into {self.most_bytes:,} bytes as float64; got {size:,}"
            )
        with self._lock:
            if known.name not in self._held:
                self._bytes += size
            self._held[known.name] = known
            self._held.move_to_end(known.name)
            while self._bytes > self.most_bytes:
                _, oldest = self._held.popitem(last=False)
                self._bytes -= _bytes_of(oldest)

    def get(self, name: str) -> NamedWeights:
        with self._lock:
            if name not in self._held:
                raise ValueError(
                    f"weights {name!r}: these weights are no longer held by this server; train or "
                    "upload them again"
                )
            self._held.move_to_end(name)
            return self._held[name]


_shelf = Shelf(MOST_BYTES)


def is_held(name: str) -> bool:
    """Whether `name` is one that `hold` gives, be it still held or not."""
    return name.startswith(PREFIX)


def named(
    network: Network,
    weights: Weights,
    *,
    alphabet: str = "",
    about: Mapping[str, str] | None = None,
) -> NamedWeights:
    """The weights as float64 copies under the name that follows from them.

    `about` is what is to be known of them besides. Its "title" completes "Its weights are …":
    "trained on the adding problem for 400 steps".

    Raises TypeError or ValueError where they do not fit the network, it has no read-out, or the
    alphabet is not one character for each of its inputs and outputs.
    """
    network.checked(weights)
    if not network.output_size:
        raise ValueError("network must have a read-out to be run; got output_size 0")
    sizes = {network.input_size, network.output_size, len(set(alphabet))}
    if alphabet and sizes != {len(alphabet)}:
        raise ValueError(
            f"alphabet must hold a different character for each of {network.input_size} inputs and "
            f"{network.output_size} outputs; got {alphabet!r}"
        )
    kept = read_only(network, weights)
    digest = hashlib.blake2b(repr((network, alphabet)).encode(), digest_size=12)
    for value in kept.values():
        digest.update((value + 0.0).tobytes())  # -0.0 equals 0.0, so they have one name
    return NamedWeights(PREFIX + digest.hexdigest(), network, kept, alphabet, dict(about or {}))


def hold(
    network: Network,
    weights: Weights,
    *,
    alphabet: str = "",
    about: Mapping[str, str] | None = None,
) -> str:
    """A name by which `load_weights` and `Setup(weights=…)` of this process know the weights.

    The arguments and errors are those of `named`; ValueError too where they are larger than all
    that can be held.
    """
    known = named(network, weights, alphabet=alphabet, about=about)
    _shelf.put(known)
    return known.name


def held(name: str) -> NamedWeights:
    """What is held under `name`; ValueError where it is not, or no longer."""
    return _shelf.get(name)


def setup_with(weights: str | NamedWeights, sequence: AnySequence, **fields: Any) -> Setup:
    """The setup that runs these weights on that sequence; `fields` are others of `Setup`.

    Raises ValueError for a name that is not held, and where `fields` says what the weights say.
    """
    known = held(weights) if isinstance(weights, str) else weights
    if said := sorted({*fields} & {*SIZES, "weights", "sequence"}):
        raise ValueError(f"{said[0]} follows from the weights; leave it out")
    sizes = {size: getattr(known.network, size) for size in SIZES}
    return Setup(sequence, weights=known.name, **sizes, **fields)


def file_name_of(name: str) -> str:
    """What a file with these weights is called, in scripts and where it is offered."""
    return f"weights-{name.removeprefix(PREFIX)[:8]}.safetensors"


def file_of(known: NamedWeights) -> bytes:
    """The weights as `hold_file` reads them, and as `load_state_dict` takes them: safetensors."""
    metadata = {"cell": known.network.cell, "alphabet": known.alphabet}
    return save(known.weights, {**known.metadata, **metadata})


def hold_file(path: str | Path) -> str:
    """The name under which the weights of a file of `file_of` are held from now on.

    Raises ValueError, naming the file, where it is missing or not such a file.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if "cell" not in metadata:
            raise ValueError("its metadata must name the cell; got " + json.dumps(metadata))
        about = {key: metadata[key] for key in metadata if key not in ("cell", "alphabet")}
        weights = {name: value.astype(np.float64) for name, value in weights.items()}
        network = network_of(metadata["cell"], weights)
        return hold(network, weights, alphabet=metadata.get("alphabet", ""), about=about)
    except (OSError, SafetensorError, ValueError, TypeError) as problem:
        raise ValueError(f"{path}: {problem}") from None


def _bytes_of(known: NamedWeights) -> int:
    return sum(value.nbytes for value in known.weights.values())
