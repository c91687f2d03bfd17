"""A `.safetensors` file from anywhere: its tensors, or an error that says what it is instead.

The file is eight bytes (the header's length, little-endian), the header (JSON: name → dtype, shape,
data_offsets), and the data. The header is read and checked before anything else; the tensors are
views into the bytes that are there already, so nothing is allocated for what a header only claims.
https://github.com/huggingface/safetensors#format

Pickles are not opened: reading one runs whatever code it holds.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

MAX_BYTES = 32 * 2**20
MAX_HEADER = 2**19
MAX_TENSORS = 2000
MAX_AXES = 8
BITS = {"BOOL": 8, "U8": 8, "I8": 8, "U16": 16, "I16": 16, "F16": 16, "BF16": 16, "U32": 32}
BITS |= {"I32": 32, "F32": 32, "U64": 64, "I64": 64, "F64": 64}
_READ = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}
_LONGEST_NAME = 80
_METADATA = "__metadata__"
# How a pickle begins, by its protocol: 2 to 5, 1, and 0.
_PICKLED = (*(bytes([0x80, k]) for k in range(2, 6)), b"}q", b"]q", b"(dp", b"(lp", b"ccollec")
_ZIP, _IN_TORCH_ZIP = b"PK\x03\x04", b"data.pkl"
_OTHER = (
    (_ZIP, "a zip archive"),
    (b"\x89HDF", "an HDF5 file, as Keras writes it"),
    (b"\x1f\x8b", "compressed (gzip)"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"GGUF", "a GGUF file"),
)


class ModelError(ValueError):
    """The file cannot be read; the message says why, `code` is what would help, to be copied."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Tensor:
    """One entry of the header: its place in the data, in bytes."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    stop: int


@dataclass(frozen=True, eq=False)
class TensorFile:
    """The tensors of a file called `name`, in the header's order; `array` reads one."""

    name: str
    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str]
    _data: memoryview = field(repr=False)

    def array(self, name: str) -> np.ndarray:
        """A tensor as float64.

        Raises:
            ModelError: it holds no floats of 16, 32 or 64 bits, or one that is not finite.
        """
        return self.check(name).astype(np.float64)

    def check(self, name: str) -> np.ndarray:
        """A tensor as it is stored, with numbers to compute with.

        Raises:
            ModelError: it holds no floats of 16, 32 or 64 bits, or one that is not finite.
        """
        tensor = self.tensors[name]
        raw = self._data[tensor.start : tensor.stop]
        values: np.ndarray
        if tensor.dtype == "BF16":  # the upper half of a float32
            values = (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32)
        elif tensor.dtype in _READ:
            values = np.frombuffer(raw, _READ[tensor.dtype])
        else:
            raise ModelError(
                f"{shown(name)} is of type {tensor.dtype}; weights must be F16, BF16, F32 or F64."
            )
        values = values.reshape(tensor.shape)
        if not (finite := np.isfinite(values)).all():
            where = tuple(int(axis) for axis in np.unravel_index(finite.argmin(), values.shape))
            raise ModelError(
                f"{shown(name)} holds {float(values[where])} at {where}; all must be finite."
            )
        return values


def read_tensors(data: bytes, name: str) -> TensorFile:
    """The tensors of the bytes of a file called `name`.

    Raises:
        ModelError: it is too large, another kind of file, or its header does not fit its data.
    """
    name = shown(name) or "The file"
    if len(data) > MAX_BYTES:
        raise ModelError(
            f"{name} has {len(data):,} bytes; at most {MAX_BYTES // 2**20} MB are read. Half "
            "precision makes it smaller, and so do fewer layers: what the network to be seen does "
            "not need may be left out of the file.",
            'save_file({k: v.half() for k, v in model.state_dict().items()}, "model.safetensors")',
        )
    length = int.from_bytes(data[:8], "little")
    # Only then another kind: the length's first bytes may be any.
    if len(data) < 9 or data[8:9] != b"{" or length > len(data) - 8:
        raise _other_kind(data, name)
    if length > MAX_HEADER:
        raise ModelError(f"{name} has a header of {length:,} bytes; at most {MAX_HEADER:,} fit.")
    header = _header(data[8 : 8 + length], name)
    metadata = _metadata(header.pop(_METADATA, {}), name)
    if not header:
        raise ModelError(f"{name} holds no tensors.")
    if len(header) > MAX_TENSORS:
        raise ModelError(f"{name} holds {len(header):,} tensors; at most {MAX_TENSORS:,} are read.")
    tensors = {tensor: _tensor(entry, tensor, name) for tensor, entry in header.items()}
    _check_places(tensors, len(data) - 8 - length, name)
    return TensorFile(name, tensors, metadata, memoryview(data)[8 + length :])


def shown(text: str) -> str:
    """A name from a file on one line and of bounded length."""
    text = "".join(c if c.isprintable() else "�" for c in " ".join(text.split()))
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def converting(name: str) -> str:
    """The lines that make a `.safetensors` of a file that `torch.save` wrote."""
    stem = re.sub(r"\.[A-Za-z]{1,11}$", "", name) or "model"
    if f"{stem}.safetensors" == name:  # it is called so already; it is not to be written over
        stem += "-converted"
    return (
        "import torch\n"
        "from safetensors.torch import save_file\n\n"
        f"save_file(torch.load({json.dumps(name)}, weights_only=True), "
        f"{json.dumps(stem + '.safetensors')})"
    )


def _other_kind(data: bytes, name: str) -> ModelError:
    """What the bytes are that are no safetensors."""
    if not data:
        return ModelError(f"{name} is empty.")
    if data.startswith(_PICKLED) or (data.startswith(_ZIP) and _IN_TORCH_ZIP in data):
        return ModelError(
            f"{name} is a pickle, as torch.save writes it. Opening a pickle runs the code that it "
            "holds, so it is not opened here. These lines, run where you trust the file, make a "
            '.safetensors of the state dict in it; of a checkpoint take its entry "state_dict".',
            converting(name),
        )
    for start, kind in _OTHER:
        if data.startswith(start):
            return ModelError(f"{name} is {kind}; a .safetensors file is read here.")
    return ModelError(
        f"{name} is no .safetensors file, or is cut off: its first eight bytes are not the length "
        "of a header that follows them."
    )


def _header(raw: bytes, name: str) -> dict[str, Any]:
    try:
        header = json.loads(raw.decode("utf-8"), object_pairs_hook=_without_repeats)
    except _RepeatedError as repeated:
        raise ModelError(f"{name}: {repeated} stands twice in its header.") from None
    except (ValueError, RecursionError):
        raise ModelError(f"{name}: its header is not the JSON that it should be.") from None
    if not isinstance(header, dict):
        raise ModelError(f"{name}: its header must be a table of tensors.")
    return header


class _RepeatedError(Exception):
    pass


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON keeps the last of two alike, other readers the first: neither may be meant."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _RepeatedError(shown(key))
        found[key] = value
    return found


def _metadata(given: Any, name: str) -> dict[str, str]:
    if not isinstance(given, dict) or not all(isinstance(v, str) for v in given.values()):
        raise ModelError(f"{name}: {_METADATA} must hold texts alone.")
    return given


def _tensor(entry: Any, tensor: str, name: str) -> Tensor:
    """One entry, its shape and its bytes of one size."""
    where = f"{name}, {shown(tensor)}"
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise ModelError(f"{where}: its entry must be dtype, shape and data_offsets.")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in BITS:
        raise ModelError(f"{where}: dtype {shown(str(dtype)[:200])} is none of {', '.join(BITS)}.")
    if not _are_sizes(shape) or len(shape) > MAX_AXES:
        raise ModelError(f"{where}: its shape must be at most {MAX_AXES} whole numbers from 0 on.")
    if not _are_sizes(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise ModelError(f"{where}: data_offsets must be two whole numbers, the first no larger.")
    due, got = math.prod(shape) * BITS[dtype] // 8, offsets[1] - offsets[0]
    if due != got:
        raise ModelError(f"{where}: shape and dtype need {due:,} bytes; data_offsets give {got:,}.")
    return Tensor(dtype, tuple(shape), *offsets)


def _are_sizes(value: Any) -> bool:
    # The very type: to Python True is a 1. A length beyond 64 bits is no size either.
    return isinstance(value, list) and all(type(v) is int and 0 <= v < 2**63 for v in value)


def _check_places(tensors: Mapping[str, Tensor], size: int, name: str) -> None:
    """The tensors fill the data from end to end: no two overlap, and nothing hides between them."""
    end, before = 0, ""
    for tensor, place in sorted(tensors.items(), key=lambda item: (item[1].start, item[1].stop)):
        if place.start != end:
            what = f"overlaps {shown(before)}" if place.start < end else "leaves a gap before it"
            raise ModelError(f"{name}, {shown(tensor)} {what}: it starts at byte {place.start:,}.")
        end, before = place.stop, tensor
    if end != size:
        raise ModelError(f"{name} is cut off or has bytes too many: {size:,} bytes of data, but "
                         f"its header tells of {end:,}.")  # fmt: skip
