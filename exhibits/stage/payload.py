"""One run as one `bytes` value for the browser.

    uint32 (little-endian)   length of the header in bytes
    header                   JSON in UTF-8, padded with spaces so that the arrays start at 8·n
    arrays                   one after the other, each starting at a multiple of 8

The header's `arrays` lists name → {offset, shape, dtype}, offsets counted from the first array.
States and gates travel as float32 (seven digits, four are shown). Gradients and losses travel as
float64: a vanished gradient of 1e-60 is a number to show, and in float32 it would be a false 0.

Names are `layer{k}.{field}` with the fields of `rnn_core.trace`, for the first sequence of the
batch, plus per step t (rows are steps of the input, also for a reverse layer):

    hidden_norm, cell_norm         ‖h_t‖, ‖c_t‖
    grad_hidden_norm, …_cell_norm  ‖∂L/∂h_t‖, ‖∂L/∂c_t‖, both total
    handed_hidden, handed_cell     the norm of the gradient that step t hands to the step before
                                   it in the layer's own order, along the wire of h and of c
    own_norm                       ‖e_t‖: what reaches h_t other than from the layer's own future
    weight_term, weight_sum        ‖δa_t h_{t-1}ᵀ‖ and ‖Σ_{s≥t} δa_s h_{s-1}ᵀ‖ for W_hh; the sum
                                   over all steps is ∂L/∂W_hh (GRU: the n block takes δq for δaⁿ)
    direct                         e_t, unit by unit

and what the arithmetic of a unit needs: the layer's parameters under PyTorch's names without their
suffix (`layer{k}.weight_ih`, …, peepholes included), the read-out's as `readout.weight` and
`readout.bias`, `grad_output` = ∂L/∂(the read-out before its nonlinearity), and for a layer that
does not read the sequence itself `layer{k}.inputs`. What is sent on demand is `on_demand.py`'s.
Where nobody asks for anything (`own_model.is_probe`), the output says so, and no step has a target.
"""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from exhibits.stage.on_demand import on_demand
from rnn_core import LayerTrace, LSTMTrace, Numbers, Run, Text, Vectors
from rnn_core.handed import handed_back
from rnn_core.network import layer_weights
from rnn_core.own_model import is_probe
from rnn_core.weight_steps import factors

BUDGET = 250 * 1024  # bytes; above it only the layer that is seen travels in full
_MOST_KEPT = 8  # payloads of one run
_THUMBNAIL = 32 * 1024  # bytes; a larger W_hh is not drawn as a picture
_SMALL = 1e-140  # norms below it are taken again, without squaring what is small
KINDS = {Text: "text", Numbers: "numbers", Vectors: "vectors"}
STRIPS = {
    "lstm": ("forget_gate", "input_gate", "output_gate", "candidate", "cell", "hidden"),
    "gru": ("reset_gate", "update_gate", "candidate", "hidden"),
    "rnn_tanh": ("preactivation", "hidden"),
    "rnn_relu": ("preactivation", "hidden"),
    "rnn_linear": ("preactivation", "hidden"),
}

Arrays = dict[str, np.ndarray]


class Payload(NamedTuple):
    """A run's bytes; `id` stands in their header too: same id, same content."""

    id: str
    data: bytes


_lock = Lock()  # pages and routes run in threads of their own
_known: "WeakKeyDictionary[Run, dict[tuple, Payload]]" = WeakKeyDictionary()


def encode(run: Run, *, layer: int, wants: Sequence[str] = ()) -> Payload:
    """The whole payload; `layer` is the one that must travel in full, `wants` is sent on demand."""
    key = (layer, *wants)
    with _lock:
        kept = _known.setdefault(run, {})
        found = kept.get(key)
    if found is not None:
        return found
    made = _encoded(run, layer, wants)
    with _lock:
        while len(kept) >= _MOST_KEPT:  # the oldest goes: who drags a slider asks for many
            del kept[next(iter(kept))]
        kept[key] = made
    return made


def _encoded(run: Run, layer: int, wants: Sequence[str]) -> Payload:
    arrays = _outcome(run)
    full = [_full(run, k) for k in range(len(run.layers))]
    for k in range(len(run.layers)):
        arrays |= _named(k, _summary(run.layers[k]))
    everything = sum(value.nbytes for part in [arrays, *full] for value in part.values())
    shown = range(len(full)) if everything <= BUDGET else [layer]
    for k in shown:
        arrays |= _named(k, full[k])
    facts: dict[str, object] = {}
    for want in wants:
        extra = on_demand(run, layer, want)
        arrays |= extra.arrays
        facts |= extra.facts
    index, body = _packed(arrays)
    fixed = {
        "version": 1,
        **_description(run, list(shown)),
        "seen": layer,
        "facts": facts,
        "arrays": index,
    }
    words = json.dumps(fixed, ensure_ascii=False)
    name = hashlib.blake2b(words.encode() + body, digest_size=8).hexdigest()
    raw = json.dumps({"id": name, **fixed}, ensure_ascii=False).encode()
    raw += b" " * (-(4 + len(raw)) % 8)
    return Payload(name, len(raw).to_bytes(4, "little") + raw + body)


def _description(run: Run, shown: list[int]) -> dict:
    sequence, cell = run.setup.sequence, run.setup.cell
    both = run.setup.bidirectional
    return {
        "cell": cell,
        "steps": int(run.inputs.shape[0]),
        "hidden": int(run.layers[0].hidden.shape[-1]),
        "input": {
            "kind": KINDS[type(sequence)],
            "labels": run.setup.labels,
            "names": list(sequence.names) if isinstance(sequence, Vectors) else [],
            "standardised": isinstance(sequence, Numbers) and sequence.standardise,
        },
        "output": {
            "loss": "categorical" if run.classes else "squared",
            "classes": list(run.classes),
            **({"probe": True} if is_probe(sequence) else {}),
        },
        "strips": list(STRIPS[cell]),
        "layers": [
            {
                "name": f"layer {k // 2 + 1 if both else k + 1}",
                "depth": k // 2 if both else k,
                "reverse": bool(trace.reverse),
                "full": k in shown,
            }
            for k, trace in enumerate(run.layers)
        ],
        "totalLoss": float(run.loss),
        "changes": asdict(run.setup.changes),
        "truncation": _truncation(run),
    }


def _truncation(run: Run) -> dict | None:
    """Where the way back is cut, and what that does to the gradient of the recurrent weights."""
    cut = run.truncation
    if cut is None or run.setup.truncation is None:
        return None
    every, back = run.setup.truncation
    return {
        "k1": every,
        "k2": back,
        "windows": [list(window) for window in cut.windows],
        "cosine": _or_none(cut.cosine),
        "normRatio": _or_none(cut.norm_ratio),
        "stepsHeld": cut.steps_held,
        "bytesHeld": cut.bytes_held,
        "bytesFull": cut.bytes_full,
    }


def _or_none(value: float) -> float | None:
    """JSON knows no NaN: where the full gradient is 0 nothing can be compared."""
    return value if math.isfinite(value) else None


def _outcome(run: Run) -> Arrays:
    targets = np.asarray(run.targets)
    arrays = {
        "output": _single(run.output[:, 0]),
        "prediction": _single(run.prediction[:, 0]),
        "target": _single(targets[:, 0].reshape(len(targets), -1)),
        "has_target": np.asarray(run.has_target & (not is_probe(run.setup.sequence)), np.uint8),
        "has_loss": np.asarray(run.loss_mask, np.uint8),
        "losses": np.asarray(run.losses[:, 0], np.float64),
        "grad_output": _single(run.grad_output[:, 0]),
        "readout.weight": _single(run.weights["readout.weight"]),
        "readout.bias": _single(run.weights["readout.bias"]),
    }
    if not isinstance(run.setup.sequence, Text):
        arrays["inputs"] = _single(run.inputs[:, 0])
    return arrays


def _summary(trace: LayerTrace) -> Arrays:
    """The little that is drawn of a layer that is not the one seen."""
    norms = {"hidden_norm": _single(np.linalg.norm(trace.hidden[:, 0], axis=-1))}
    if isinstance(trace, LSTMTrace):
        norms["cell_norm"] = _single(np.linalg.norm(trace.cell[:, 0], axis=-1))
    return norms


def _full(run: Run, k: int) -> Arrays:
    trace = run.layers[k]
    suffix = run.network.suffixes[k]
    arrays = {name: _single(getattr(trace, name)[:, 0]) for name in STRIPS[run.setup.cell]}
    arrays["initial_hidden"] = _single(trace.initial_hidden[0])
    if isinstance(trace, LSTMTrace):
        arrays["initial_cell"] = _single(trace.initial_cell[0])
    recurrent = run.weights[f"weight_hh{suffix}"]
    if recurrent.size <= _THUMBNAIL:
        largest = float(np.abs(recurrent).max()) or 1.0
        arrays["weight"] = np.round(127.5 + 127.5 * recurrent / largest).astype(np.uint8)
        arrays["weight_limit"] = np.array([largest])
    arrays |= _parameters(run, k)
    if k >= run.network.directions:
        arrays["inputs"] = _single(trace.inputs[:, 0])
    if trace.grad_hidden is not None:
        arrays |= _gradients(run, k)
    return arrays


def _parameters(run: Run, k: int) -> Arrays:
    """A layer's weights and biases, under PyTorch's names without the layer's suffix."""
    suffix = run.network.suffixes[k]
    named = layer_weights(run.weights, suffix)
    return {name: _single(value) for name, value in named.items()}


def _gradients(run: Run, k: int) -> Arrays:
    trace, handed = run.layers[k], handed_back(run, k)
    assert trace.grad_hidden is not None
    arrays = {
        "grad_hidden": trace.grad_hidden[:, 0],
        "grad_hidden_norm": _norm(trace.grad_hidden),
        "handed_hidden": _norm(handed.hidden),
        "own_norm": _norm(handed.direct),
        **_weight_steps(run, f"weight_hh{run.network.suffixes[k]}", trace.reverse),
    }
    if isinstance(trace, LSTMTrace) and trace.grad_cell is not None and handed.cell is not None:
        arrays |= {
            "grad_cell": trace.grad_cell[:, 0],
            "grad_cell_norm": _norm(trace.grad_cell),
            "handed_cell": _norm(handed.cell),
        }
    found = {name: np.asarray(value, np.float64) for name, value in arrays.items()}
    return found | {"direct": _single(handed.direct[:, 0])}


def _weight_steps(run: Run, name: str, reverse: bool) -> Arrays:
    """The norm of each step's term of a weight's gradient, and of the sum up to it, going back."""
    deltas, before, _ = factors(run, name)
    assert before is not None
    steps = len(deltas)
    term, total = np.empty(steps), np.empty(steps)
    so_far = np.zeros((deltas.shape[-1], before.shape[-1]))
    for t in range(steps) if reverse else reversed(range(steps)):
        step = deltas[t].T @ before[t]
        so_far += step
        term[t], total[t] = _size(step), _size(so_far)
    return {"weight_term": term, "weight_sum": total}


def _norm(values: np.ndarray) -> np.ndarray:
    """Per step, of the batch's first sequence."""
    rows = np.asarray(values[:, 0], np.float64)
    norms = np.linalg.norm(rows, axis=-1)
    for t in np.flatnonzero(norms < _SMALL):
        norms[t] = _size(rows[t])
    return norms


def _size(values: np.ndarray) -> float:
    """The Euclidean norm, also where squares would underflow: that of 1e-200 is a false 0."""
    norm = float(np.linalg.norm(values))
    if norm >= _SMALL:
        return norm
    largest = float(np.abs(values).max())
    return largest * float(np.linalg.norm(values / largest)) if largest > 0.0 else 0.0


def _single(values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # beyond float32 a number is shown as infinite
        return np.ascontiguousarray(values, np.float32)


def _named(k: int, arrays: Arrays) -> Arrays:
    return {f"layer{k}.{name}": value for name, value in arrays.items()}


def _packed(arrays: Arrays) -> tuple[dict, bytes]:
    kinds = {"float32": "f4", "float64": "f8", "uint8": "u1"}
    index, parts, offset = {}, [], 0
    for name, value in arrays.items():
        raw = np.ascontiguousarray(value).tobytes()
        raw += b"\0" * (-len(raw) % 8)
        index[name] = {
            "offset": offset,
            "shape": list(value.shape),
            "dtype": kinds[str(value.dtype)],
        }
        parts.append(raw)
        offset += len(raw)
    return index, b"".join(parts)
