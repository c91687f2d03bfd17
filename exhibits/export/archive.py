"""Every number of a run in one .npz file, which `numpy.load` opens without pickle.

parameters        PyTorch's names: weight_hh_l0, readout.bias, …; their gradients grad.weight_…
layers' records   the field of `rnn_core.trace` and PyTorch's ending of the layer: hidden_l0,
                  forget_gate_l1_reverse, grad_hidden_l0, …
the run           inputs, targets, losses, prediction, … as in `rnn_core.record`
about             a JSON text: the setup as a Python expression, and every array's axes
"""

import io
import json
from dataclasses import fields
from typing import Any, get_args, get_type_hints

import numpy as np

from exhibits.export.words import sentences
from rnn_core import LayerTrace, Run
from rnn_core.reproduce import lines_before, setup_expression

_HELP = (
    "Arrays are time first; batch is 1. `setup` evaluates after `from rnn_core import *` and what "
    "stands in `before`, and `run(setup)` gives these numbers again. Read this text with "
    'json.loads(str(numpy.load(file)["about"])).'
)


def archive(run: Run) -> bytes:
    """The file. Its floats are the run's own, float64."""
    arrays, axes = numbers(run)
    about = {
        "help": _HELP,
        "run": sentences(run),
        "setup": setup_expression(run.setup),
        "before": lines_before(run.setup),
        "alphabet": run.alphabet,
        "classes": run.classes,
        "axes": {name: f"({axes[name]}) {list(arrays[name].shape)}" for name in arrays},
    }
    out = io.BytesIO()
    text = np.array(json.dumps(about, ensure_ascii=False, indent=1))
    np.savez_compressed(out, allow_pickle=False, about=text, **arrays)
    return out.getvalue()


def numbers(run: Run) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Every array by name, and the names of its axes."""
    arrays, axes = _held(run, "")
    arrays["loss"], axes["loss"] = np.array(run.loss), ""
    for trace, suffix in zip(run.layers, run.network.suffixes, strict=True):
        for part in (trace, trace.clamps):
            more, their_axes = _held(part, suffix)
            arrays |= more
            axes |= their_axes
    for before, holder in (("", run.weights), ("grad.", run.grad_weights)):
        for name, value in holder.items():
            arrays[before + name] = value
            axes[before + name] = "rows, columns"[: 4 if value.ndim == 1 else None]
    return arrays, axes


def _held(holder: Any, suffix: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The arrays that a record holds itself; those that it lacks are None there."""
    hints = get_type_hints(type(holder))
    arrays, axes = {}, {}
    for field in fields(holder):
        value = getattr(holder, field.name)
        if isinstance(value, np.ndarray):
            arrays[field.name + suffix] = value
            axes[field.name + suffix] = ", ".join(axes_of(hints[field.name], value.ndim))
    return arrays, axes


def axes_of(hint: Any, dimensions: int) -> list[str]:
    """The names in a jaxtyping annotation, of the one among several that has these dimensions."""
    for one in (hint, *get_args(hint)):
        names: list[str] = str(getattr(one, "dim_str", "")).split()
        if names and len(names) == dimensions:
            return names
    raise ValueError(f"{hint} names no {dimensions} axes")


def states(trace: LayerTrace) -> dict[str, np.ndarray]:
    """What a layer's record holds unit by unit: (time, batch, hidden) each."""
    arrays, axes = _held(trace, "")
    return {name: arrays[name] for name in arrays if axes[name] == "time, batch, hidden"}
