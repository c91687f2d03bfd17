"""The numbers: recurrent cells, their records, and backpropagation through time, in NumPy.

    run(Setup(Text("(()())"), cell="lstm", hidden_size=8)) -> Run      a setup, recorded
    record(network, weights, inputs, targets, loss=…) -> Record        any weights on any arrays
    replace(setup, changes=Changes(pins=((0, "forget_gate", 3, 1.0),)))   what if …
    Trainer(TrainingSetup(task_of("adding", {"length": 50}))).advance()  a training, to its end

The cells stand in `lstm`, `gru`, `rnn`, their stacks in `propagate`, the losses in `readout`; the
analyses of a record in `by_source`, `jacobians`, `paths`, `truncated`, `weight_steps`.
`trace_torch` records a user's own `torch.nn` module; torch is imported when it is asked for.
"""

from typing import Any

from rnn_core.by_source import cancellation, grad_by_source
from rnn_core.changes import GATE_FIELDS, Changes
from rnn_core.clipping import Clipped, clip_by_norm
from rnn_core.fixed_points import FixedPoint, FixedPoints, fixed_points
from rnn_core.held import hold, hold_file, named, setup_with
from rnn_core.jacobians import StateJacobians, state_jacobians
from rnn_core.named_weights import NamedWeights
from rnn_core.network import CELLS, MAX_HIDDEN_SIZE, MAX_LAYERS, Network, network_of
from rnn_core.nudge import LayerNudge, Nudge, nudge, toward
from rnn_core.paths import PathSplit, TotalPathSplit, path_split, total_path_split
from rnn_core.reproduce import numpy_lines, setup_expression, torch_lines
from rnn_core.run import Record, Run, record, run
from rnn_core.sequences import SIGNALS, AnySequence, Example, Numbers, Text, Vectors, signal
from rnn_core.setup import Setup
from rnn_core.shipped import load_weights, weights_names
from rnn_core.tasks import TASKS, Task, settings_of, task_of
from rnn_core.trace import Clamps, GRUTrace, LayerTrace, LSTMTrace, RNNTrace, Truncated
from rnn_core.train import Trainer, TrainingSetup
from rnn_core.truncated import truncated
from rnn_core.weight_steps import weight_step_norms, weight_step_terms

__all__ = [
    "CELLS",
    "GATE_FIELDS",
    "MAX_HIDDEN_SIZE",
    "MAX_LAYERS",
    "SIGNALS",
    "TASKS",
    "AnySequence",
    "Changes",
    "Clamps",
    "Clipped",
    "Example",
    "FixedPoint",
    "FixedPoints",
    "GRUTrace",
    "LSTMTrace",
    "LayerNudge",
    "LayerTrace",
    "NamedWeights",
    "Network",
    "Nudge",
    "Numbers",
    "PathSplit",
    "RNNTrace",
    "Record",
    "Run",
    "Setup",
    "StateJacobians",
    "Task",
    "Text",
    "TotalPathSplit",
    "Trainer",
    "TrainingSetup",
    "Truncated",
    "Vectors",
    "cancellation",
    "clip_by_norm",
    "fixed_points",
    "grad_by_source",
    "hold",
    "hold_file",
    "load_weights",
    "named",
    "network_of",
    "nudge",
    "numpy_lines",
    "path_split",
    "record",
    "run",
    "settings_of",
    "setup_expression",
    "setup_with",
    "signal",
    "state_jacobians",
    "task_of",
    "torch_lines",
    "total_path_split",
    "toward",
    "truncated",
    "weight_step_norms",
    "weight_step_terms",
    "weights_names",
]


def __getattr__(name: str) -> Any:
    if name == "trace_torch":
        from rnn_core.torch_trace import trace_torch

        return trace_torch
    raise AttributeError(f"module 'rnn_core' has no attribute {name!r}")
