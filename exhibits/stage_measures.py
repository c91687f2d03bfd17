"""What can be asked of the run that the piece "stage" shows: numbers of its trace.

Steps count from 0. A layer is counted from 0 as in `run.layers`; −1 is the last.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from exhibits.compare import parameters
from exhibits.edit_list import changes_of
from exhibits.runs import traced
from exhibits.setups import sequence_of, setup_of
from lessons.declared import Choice, Measure, Real, Values, Whole
from rnn_core import Changes, LayerTrace, LSTMTrace, Run, Setup, grad_by_source, nudge

GATES = ("input_gate", "forget_gate", "candidate", "output_gate", "reset_gate", "update_gate")
STEP = Whole(name="step", label="Step", default=0, low=0, high=199)
SOURCE = Whole(name="source", label="Loss of step", default=0, low=0, high=199)
UNIT = Whole(name="unit", label="Unit", default=0, low=0, high=63)
LAYER = Whole(name="layer", label="Layer", default=-1, low=-1, high=15)
GATE = Choice(
    name="gate",
    label="Gate",
    default="forget_gate",
    choices={name: name.replace("_", " ") for name in GATES},
)


def base_of(values: Values) -> Setup:
    """The setup without its changes.

    Raises:
        ValueError: the values do not fit one another.
    """
    return setup_of(values, sequence_of(values))


def run_of(values: Values) -> Run:
    """The run that is shown, changes included."""
    base = base_of(values)
    return traced(replace(base, changes=changes_of(values, base)))


def layer_of(run: Run, at: Values) -> LayerTrace:
    if not -1 <= at["layer"] < len(run.layers):
        raise ValueError(f"layer {at['layer']}: the network has {len(run.layers)}")
    return run.layers[at["layer"]]


def _at(series: Any, at: Values) -> float:
    """One unit's value at one step of a (time, 1, hidden) array."""
    if at["step"] >= len(series):
        raise ValueError(f"step {at['step']}: the sequence has {len(series)} steps")
    if "unit" in at and at["unit"] >= series.shape[-1]:
        raise ValueError(f"unit {at['unit']}: the layer has {series.shape[-1]}")
    return float(series[at["step"], 0, at["unit"]])


def over_time(series: Any, at: Values) -> np.ndarray:
    """One unit's values of a (time, 1, hidden) array, checked as a single one is."""
    _at(series, {**at, "step": 0})
    own: np.ndarray = series[:, 0, at["unit"]]
    return own


def field_of(trace: LayerTrace, name: str) -> Any:
    if not hasattr(trace, name):
        raise ValueError(f"this cell has no {name.replace('_', ' ')}")
    return getattr(trace, name)


def _hidden(values: Values, at: Values) -> float:
    return _at(layer_of(run_of(values), at).hidden, at)


def _cell(values: Values, at: Values) -> float:
    return _at(field_of(layer_of(run_of(values), at), "cell"), at)


def _gate(values: Values, at: Values) -> float:
    return _at(field_of(layer_of(run_of(values), at), at["gate"]), at)


def _mean_gate(values: Values, at: Values) -> float:
    series = field_of(layer_of(run_of(values), at), at["gate"])
    return float(series[_checked_step(len(series), at), 0].mean())


def _checked_step(steps: int, at: Values) -> int:
    if at["step"] >= steps:
        raise ValueError(f"step {at['step']}: the sequence has {steps} steps")
    return int(at["step"])


def _loss(values: Values, at: Values) -> float:
    losses = run_of(values).losses
    return float(losses[_checked_step(len(losses), at), 0])


def _total_loss(values: Values, at: Values) -> float:
    return float(run_of(values).loss)


def gradient_norms(values: Values, at: Values) -> np.ndarray:
    found = layer_of(run_of(values), at).grad_hidden
    if found is None:
        raise ValueError("this run has no gradient")
    return np.linalg.norm(found[:, 0], axis=-1)


def _gradient(values: Values, at: Values) -> float:
    norms = gradient_norms(values, at)
    return float(norms[_checked_step(len(norms), at)])


def _cell_gradient(values: Values, at: Values) -> float:
    trace = layer_of(run_of(values), at)
    if not isinstance(trace, LSTMTrace) or trace.grad_cell is None:
        raise ValueError("this cell has no cell state")
    norms = np.linalg.norm(trace.grad_cell[:, 0], axis=-1)
    return float(norms[_checked_step(len(norms), at)])


def _by_source(values: Values, at: Values) -> np.ndarray:
    """‖∂L_k/∂h_t‖ as (source k, time t)."""
    run = run_of(values)
    layer_of(run, at)
    layer = at["layer"] % len(run.layers)
    return np.linalg.norm(grad_by_source(run, layer)[:, :, 0], axis=-1)


def source_row(values: Values, at: Values) -> np.ndarray:
    """‖∂L_k/∂h_t‖ of the loss that is asked for, over time."""
    norms = _by_source(values, at)
    if at["source"] >= len(norms):
        raise ValueError(f"loss {at['source']}: the sequence has {len(norms)} steps")
    row: np.ndarray = norms[at["source"]]
    return row


def _source_gradient(values: Values, at: Values) -> float:
    row = source_row(values, at)
    return float(row[_checked_step(len(row), at)])


def _sources_sum(values: Values, at: Values) -> float:
    norms = _by_source(values, at)
    return float(norms[:, _checked_step(norms.shape[1], at)].sum())


def _cancellation(values: Values, at: Values) -> float:
    together = _gradient(values, at)
    if together == 0:
        raise ValueError(f"no loss reaches step {at['step']}")
    return _sources_sum(values, at) / together


def _probability(values: Values, at: Values) -> float:
    """What the network gives to the character that does come next, or to the class that is due."""
    run = run_of(values)
    step = _checked_step(len(run.inputs), at)
    if not run.classes or not run.has_target[step]:
        raise ValueError(f"step {step} has no next character or class to predict")
    return float(run.prediction[step, 0, run.targets[step, 0]])


def differences(values: Values, at: Values) -> np.ndarray:
    """‖h_t − h_t without the changes‖ for every t."""
    now = layer_of(run_of(values), at).hidden[:, 0]
    before = layer_of(traced(base_of(values)), at).hidden[:, 0]
    return np.linalg.norm(now - before, axis=-1)


def _difference(values: Values, at: Values) -> float:
    norms = differences(values, at)
    return float(norms[_checked_step(len(norms), at)])


def _nudged(values: Values, at: Values) -> float:
    """‖h_t with x_s moved by `size` − h_t‖."""
    run = run_of(values)
    if run.alphabet:
        raise ValueError("a character has no size to be nudged by; take a series of numbers")
    source, layer = at["source"], at["layer"]
    if source >= len(run.inputs):
        raise ValueError(f"input {source}: the sequence has {len(run.inputs)} steps")
    layer_of(run, at)
    moved = nudge(run, source, (1.0,), at["size"]).layers[layer].real
    return float(np.linalg.norm(moved[_checked_step(len(moved), at)]))


def _states_changed(values: Values, at: Values) -> float:
    return float(np.count_nonzero(differences(values, at)))


def _parameters(values: Values, at: Values) -> float:
    return float(parameters(base_of(values)))


def _changed(kind: str) -> Callable[[Values, Values], float]:
    """How many changes of a kind there are."""

    def count(values: Values, at: Values) -> float:
        changes: Changes = changes_of(values, base_of(values))
        return float(len(getattr(changes, kind)))

    return count


def _pinned(values: Values, at: Values) -> float:
    """How many units have this gate pinned."""
    changes = changes_of(values, base_of(values))
    return float(sum(gate == at["gate"] for _, gate, _, _ in changes.pins))


def _steps(values: Values, at: Values) -> float:
    return float(len(run_of(values).inputs))


MEASURES: tuple[Measure, ...] = (
    Measure(name="hidden", about="h_t of one unit", value=_hidden, arguments=(STEP, UNIT, LAYER)),
    Measure(name="cell", about="c_t of one unit", value=_cell, arguments=(STEP, UNIT, LAYER)),
    Measure(
        name="gate",
        about="a gate of one unit at a step",
        value=_gate,
        arguments=(GATE, STEP, UNIT, LAYER),
    ),
    Measure(
        name="mean_gate",
        about="a gate at a step, the mean over the units",
        value=_mean_gate,
        arguments=(GATE, STEP, LAYER),
    ),
    Measure(name="loss", about="L_t, the loss of one step", value=_loss, arguments=(STEP,)),
    Measure(name="total_loss", about="the sum of all losses", value=_total_loss),
    Measure(name="gradient", about="‖∂L/∂h_t‖ at a step", value=_gradient, arguments=(STEP, LAYER)),
    Measure(
        name="cell_gradient",
        about="‖∂L/∂c_t‖ at a step",
        value=_cell_gradient,
        arguments=(STEP, LAYER),
    ),
    Measure(
        name="source_gradient",
        about="‖∂L_k/∂h_t‖: what the loss of step k alone hands back to step t",
        value=_source_gradient,
        arguments=(STEP, SOURCE, LAYER),
    ),
    Measure(
        name="sources_sum",
        about="Σ_k ‖∂L_k/∂h_t‖ at a step: the sizes added up",
        value=_sources_sum,
        arguments=(STEP, LAYER),
    ),
    Measure(
        name="cancellation",
        about="that sum over ‖∂L/∂h_t‖, at least 1",
        value=_cancellation,
        arguments=(STEP, LAYER),
    ),
    Measure(
        name="probability",
        about="the probability given to the character that comes next",
        value=_probability,
        arguments=(STEP,),
    ),
    Measure(
        name="difference",
        about="‖h_t − h_t without the changes‖",
        value=_difference,
        arguments=(STEP, LAYER),
    ),
    Measure(
        name="nudged",
        about="‖change of h_t‖ where the input of step source is moved by size",
        value=_nudged,
        arguments=(
            STEP,
            Whole(name="source", label="Nudged step", default=0, low=0, high=199),
            Real(name="size", label="By", default=0.1, low=1e-4, high=10.0, step=0.0001),
            LAYER,
        ),
    ),
    Measure(
        name="states_changed",
        about="at how many steps h_t is not what it is without the changes",
        value=_states_changed,
        arguments=(LAYER,),
    ),
    Measure(name="parameters", about="how many weights and biases there are", value=_parameters),
    Measure(name="steps", about="how many time steps the sequence has", value=_steps),
    Measure(name="inputs_changed", about="how many inputs are changed", value=_changed("inputs")),
    Measure(
        name="weights_changed", about="how many weights are changed", value=_changed("weights")
    ),
    Measure(
        name="starts_changed", about="how many initial states are set", value=_changed("initial")
    ),
    Measure(name="units_silenced", about="how many units are silenced", value=_changed("silenced")),
    Measure(
        name="units_pinned",
        about="how many units have a gate pinned",
        value=_pinned,
        arguments=(GATE,),
    ),
)
