"""Recurrent networks in a PyTorch state dict, recognised by the names and shapes of its tensors.

    `{prefix}weight_ih_l{k}`, `weight_hh_l{k}`, `bias_ih_l{k}`, `bias_hh_l{k}`, each also `_reverse`

belong to one `nn.RNN`, `nn.GRU` or `nn.LSTM` for each prefix (a cell module has the same names
without `_l0`). weight_hh is (G·H, H): G = 1 is the RNN, 3 the GRU, 4 the LSTM; their order of gates
is this package's. Which nonlinearity an RNN has stands in no state dict. Missing biases are 0.
The read-out is any matrix beside it with D·H columns, or none: then the network says h_t itself.
An embedding is a matrix of which a token picks a row; W_ih E^T reads the token's one-hot vector.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rnn_core.network import MAX_HIDDEN_SIZE, MAX_LAYERS, Network
from rnn_core.own_file import ModelError, TensorFile, read_tensors, shown
from rnn_core.sequences import AnySequence, Vectors

FAMILIES = {1: "rnn", 3: "gru", 4: "lstm"}
LETTERS = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}
MAX_FEATURES = 512  # of the input, and of the output
MAX_PARAMETERS = 2_000_000
_NAME = re.compile(
    r"(?P<prefix>(?:.*\.)?)(?P<what>weight_ih|weight_hh|bias_ih|bias_hh|weight_hr)"
    r"(?:_l(?P<layer>0|[1-9][0-9]{0,3})(?P<reverse>_reverse)?)?"
)
_LIKELY = re.compile(r"readout|read_out|fc|linear|out|head|decod|classif|dense|proj|logit|lm_")
_EMBEDDING = re.compile(r"emb|lookup|wte")


def probe(
    rows: tuple[tuple[float, ...], ...], outputs: int, names: tuple[str, ...] = ()
) -> Vectors:
    """Rows of which nothing is asked: in place of a loss stands the probe ½‖ŷ‖².

    That is half the squared distance from zeros, which are therefore what the targets hold.
    """
    return Vectors(rows, ((0.0,) * outputs,) * len(rows), names)


def is_probe(sequence: AnySequence) -> bool:
    """Whether the loss at every step is ½‖ŷ‖², and says nothing of right or wrong."""
    if not isinstance(sequence, Vectors) or sequence.classes:
        return False
    return all(isinstance(target, tuple) and not any(target) for target in sequence.targets)


@dataclass(frozen=True)
class Linear:
    """A matrix that could read the states out, (outputs, D·H). `bias` is a name, "" for zeros."""

    weight: str
    bias: str
    outputs: int


@dataclass(frozen=True)
class Embedding:
    """A matrix whose rows are what the recurrent module reads, (tokens, input_size)."""

    weight: str
    tokens: int


@dataclass(frozen=True)
class Recurrent:
    """One recurrent module. `names`: this package's name of a tensor → the file's."""

    prefix: str
    family: str
    input_size: int
    hidden_size: int
    num_layers: int
    bidirectional: bool
    bias: bool
    names: tuple[tuple[str, str], ...]

    @property
    def width(self) -> int:
        """How many numbers a step's state has, both directions."""
        return self.hidden_size * (2 if self.bidirectional else 1)

    def network(self, output_size: int, relu: bool = False, features: int = 0) -> Network:
        """As this package knows it; `features` are those of another input than its own."""
        cell = ("rnn_relu" if relu else "rnn_tanh") if self.family == "rnn" else self.family
        return Network(
            cell,
            features or self.input_size,
            self.hidden_size,
            self.num_layers,
            self.bidirectional,
            output_size=output_size,
        )


@dataclass(frozen=True, eq=False)
class OwnModel:
    """What a file holds; the first module is the one to offer first."""

    file: TensorFile
    modules: tuple[Recurrent, ...]

    def readouts(self, module: Recurrent) -> list[Linear]:
        """What could read its states out, the likeliest first."""
        found = [
            Linear(name, self._bias_of(name), shape[0])
            for name, shape in self._matrices()
            if shape[1] == module.width and 1 <= shape[0] <= MAX_FEATURES
        ]
        return sorted(found, key=lambda linear: _rank(linear.weight))

    def embeddings(self, module: Recurrent) -> list[Embedding]:
        """What could be looked up before it: named as embeddings are, of the right width."""
        return [
            Embedding(name, shape[0])
            for name, shape in self._matrices()
            if shape[1] == module.input_size
            and 2 <= shape[0] <= MAX_FEATURES
            and _EMBEDDING.search(name.lower())
        ]

    def weights(
        self,
        module: Recurrent,
        readout: Linear | None = None,
        *,
        embedding: Embedding | None = None,
        relu: bool = False,
    ) -> tuple[Network, dict[str, np.ndarray]]:
        """The network and its weights in float64.

        Without a read-out its output is the last layer's state. With an embedding it reads one-hot
        vectors of the tokens.

        Raises:
            ModelError: a tensor has another type than floats, or numbers that are not finite.
        """
        outputs = readout.outputs if readout else module.width
        network = module.network(outputs, relu, embedding.tokens if embedding else 0)
        names = dict(module.names)
        found = {
            name: self.file.array(names[name]) if name in names else np.zeros(shape)
            for name, shape in network.shapes().items()
            if not name.startswith("readout")
        }
        if embedding:
            rows = self.file.array(embedding.weight).T
            for name in [name for name in found if name.startswith("weight_ih_l0")]:
                found[name] = found[name] @ rows
        if readout is None:
            found |= {"readout.weight": np.eye(outputs), "readout.bias": np.zeros(outputs)}
            return network, found
        found["readout.weight"] = self.file.array(readout.weight)
        found["readout.bias"] = self.file.array(readout.bias) if readout.bias else np.zeros(outputs)
        return network, found

    def left_out(
        self, module: Recurrent, readout: Linear | None, embedding: Embedding | None = None
    ) -> list[str]:
        """The file's other tensors: what they do is no part of the run."""
        used = set(dict(module.names).values())
        used |= {readout.weight, readout.bias} if readout else set()
        used |= {embedding.weight} if embedding else set()
        return [name for name in self.file.tensors if name not in used]

    def _matrices(self) -> list[tuple[str, tuple[int, ...]]]:
        recurrent = {name for module in self.modules for _, name in module.names}
        return [
            (name, tensor.shape)
            for name, tensor in self.file.tensors.items()
            if len(tensor.shape) == 2
            and name not in recurrent
            and name.rpartition(".")[2].startswith("weight")
            and tensor.dtype in ("F16", "BF16", "F32", "F64")
        ]

    def _bias_of(self, weight: str) -> str:
        stem, _, last = weight.rpartition("weight")
        bias, rows = f"{stem}bias{last}", self.file.tensors[weight].shape[:1]
        known = self.file.tensors.get(bias)
        return bias if known is not None and known.shape == rows else ""


def read_model(data: bytes, name: str) -> OwnModel:
    """The recurrent networks in the bytes of a file called `name`.

    Raises:
        ModelError: it is no safetensors file, holds no such network, or one that is not complete,
            has a projection, is larger than what can be shown, or holds what is no finite number.
    """
    file = read_tensors(data, name)
    grouped: dict[str, dict[str, str]] = {}
    for tensor in file.tensors:
        if found := _NAME.fullmatch(tensor):
            layer = f"_l{found['layer'] or 0}{found['reverse'] or ''}"
            grouped.setdefault(found["prefix"], {})[found["what"] + layer] = tensor
    # A name such as `attention.weight_ih` alone makes no recurrent module.
    complete = {p: names for p, names in grouped.items() if "weight_hh_l0" in names}
    if not complete:
        raise ModelError(
            f"{file.name} holds no nn.RNN, nn.GRU or nn.LSTM: none of its {len(file.tensors)} "
            "tensors is called …weight_hh_l0. It holds "
            f"{', '.join(shown(tensor) for tensor in list(file.tensors)[:6])}"
            f"{' …' if len(file.tensors) > 6 else '.'}"
        )
    modules, problems = [], []
    for prefix, names in complete.items():
        try:
            modules.append(_module(file, prefix, names))
        except ModelError as problem:
            problems.append(problem)
    if not modules:
        raise problems[0]
    model = OwnModel(file, tuple(modules))
    for module in modules:
        for linear in model.readouts(module):
            file.check(linear.weight)
            if linear.bias:
                file.check(linear.bias)
        for embedding in model.embeddings(module):
            file.check(embedding.weight)
    return model


def _module(file: TensorFile, prefix: str, names: Mapping[str, str]) -> Recurrent:
    """The module of one prefix, every tensor in its place and of its shape."""
    for name, tensor in names.items():
        if name.startswith("weight_hr"):
            raise ModelError(
                f"{shown(tensor)}: an LSTM with a projection (proj_size) is not shown here; its "
                "state would be projected at each step. Train one with proj_size=0."
            )
    hh, ih = names["weight_hh_l0"], names.get("weight_ih_l0")
    if ih is None:
        raise ModelError(f"{shown(prefix + 'weight_ih_l0')} is missing beside {shown(hh)}.")
    shape = file.tensors[hh].shape
    gates = shape[0] // shape[1] if len(shape) == 2 and shape[1] and not shape[0] % shape[1] else 0
    if gates not in FAMILIES:
        raise ModelError(
            f"{shown(hh)} has the shape {shape}; it must be H × H for an RNN, 3H × H for a GRU, "
            "4H × H for an LSTM."
        )
    read = file.tensors[ih].shape
    if len(read) != 2 or not read[1]:
        raise ModelError(f"{shown(ih)} has the shape {read}; it must be ({shape[0]}, inputs).")
    found = Recurrent(
        prefix,
        FAMILIES[gates],
        input_size=read[1],
        hidden_size=shape[1],
        num_layers=1
        + max(int(name.removesuffix("_reverse").rpartition("_l")[2]) for name in names),
        bidirectional=any(name.endswith("_reverse") for name in names),
        bias=any(name.startswith("bias") for name in names),
        names=tuple(names.items()),
    )
    _check_sizes(found, hh, ih)
    _check_complete(found, file, prefix)
    return found


def _layer_of(name: str) -> int:
    return int(name.removesuffix("_reverse").rpartition("_l")[2])


def _check_sizes(module: Recurrent, hh: str, ih: str) -> None:
    """Within what can be shown, before any shape is worked out from it."""
    for what, tensor, got, most in (
        ("hidden size", hh, module.hidden_size, MAX_HIDDEN_SIZE),
        ("number of layers", hh, module.num_layers, MAX_LAYERS),
        ("number of inputs", ih, module.input_size, MAX_FEATURES),
    ):
        if got > most:
            raise ModelError(
                f"{shown(tensor)}: the {what} of its module is {got:,}; at most {most} can be "
                "shown."
            )
    shapes = module.network(0).shapes()
    total = sum(int(np.prod(shape)) for shape in shapes.values())
    if total > MAX_PARAMETERS:
        raise ModelError(
            f"{shown(hh)}: the module has {total:,} parameters; at most {MAX_PARAMETERS:,} can be "
            "shown."
        )


def _check_complete(module: Recurrent, file: TensorFile, prefix: str) -> None:
    names = dict(module.names)
    due = {
        name: shape
        for name, shape in module.network(0).shapes().items()
        if module.bias or name.startswith("weight")
    }
    for name, shape in due.items():
        if name not in names:
            raise ModelError(f"{shown(prefix + name)} is missing; it should have shape {shape}.")
        if (got := file.tensors[names[name]].shape) != shape:
            raise ModelError(f"{shown(names[name])} has the shape {got}; it should be {shape}.")
    for tensor in names.values():
        file.check(tensor)


def _rank(name: str) -> int:
    """Small for what is named as read-outs are."""
    lower = name.lower()
    return 2 if _EMBEDDING.search(lower) else 0 if _LIKELY.search(lower) else 1
