"""From a setup, or from weights and arrays, to everything that happened.

run(setup)                            what a setup says, recorded
record(network, weights, inputs, …)   any weights on any arrays (`rnn_core.record`)
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from jaxtyping import Bool

from rnn_core.changes import (
    changed_initial,
    changed_inputs,
    changed_weights,
    check_changes,
    clamps_of,
)
from rnn_core.initial import initial_weights
from rnn_core.named_weights import NamedWeights
from rnn_core.network import Network
from rnn_core.record import Record, record
from rnn_core.sequences import AnySequence, Example, Text
from rnn_core.setup import Setup
from rnn_core.shipped import load_weights
from rnn_core.truncated import truncated


@dataclass(frozen=True, eq=False, kw_only=True)
class Run(Record):
    """A record that came from a setup. Its arrays are read-only, so it can be cached and shared.

    `has_target` says where `targets` means something; `alphabet` names the characters of a text,
    and is empty where numbers are read; `known` are the weights that the setup names, None where
    it names none. Of a setup with changes, `inputs`, `weights` and initial states are the changed
    ones, `targets` those of the sequence as it was.
    """

    setup: Setup
    has_target: Bool[np.ndarray, " time"]
    alphabet: str
    known: NamedWeights | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of what the read-out chooses between; none where it says numbers."""
        return tuple(self.alphabet) or getattr(self.setup.sequence, "classes", ())


def run(setup: Setup, *, dtype: Any = np.float64, known: NamedWeights | None = None) -> Run:
    """Run the setup forward, take its losses, and go back through it.

    `known` are the weights that the setup names, where they are at hand and need not be looked up.

    Raises ValueError where the setup, or a change of it, does not fit the weights that it names,
    where they are not known, and where the numbers outgrow `dtype`.
    """
    dtype = np.dtype(dtype)
    if dtype not in (np.float32, np.float64):
        raise TypeError(f"dtype must be float64 or float32; got {dtype}")
    if known is not None and known.name != setup.weights:
        raise ValueError(f"known must be the weights {setup.weights!r}; got {known.name!r}")
    if known is None and setup.weights:
        known = load_weights(setup.weights)
    changes = setup.changes
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        sequence, example, network, weights = _prepared(setup, known)
        if changes:
            alphabet = sequence.characters if isinstance(sequence, Text) else None
            check_changes(changes, network, sequence, alphabet)
            weights = changed_weights(weights, changes)
            example = replace(example, inputs=changed_inputs(sequence, changes))
        weights = {name: value.astype(dtype) for name, value in weights.items()}
        inputs = example.inputs.astype(dtype)
        _refuse_infinite({"inputs": inputs, "targets": example.targets} | weights)
        recorded = record(
            network,
            weights,
            inputs,
            example.targets,
            loss=example.loss,
            loss_mask=_loss_mask(setup.loss_steps, example.has_target),
            initial_hidden=changed_initial(network, changes, "hidden"),
            initial_cell=changed_initial(network, changes, "cell"),
            clamps=clamps_of(network, changes),
        )
        if setup.truncation is not None:
            recorded = _cut(recorded, *setup.truncation)
    _refuse_overflow(recorded)
    alphabet = sequence.characters if isinstance(sequence, Text) else ""
    whole = Run(
        **{field.name: getattr(recorded, field.name) for field in fields(recorded)},
        setup=setup,
        has_target=example.has_target,
        alphabet=alphabet,
        known=known,
    )
    _make_read_only(whole)
    return whole


def _cut(recorded: Record, k1: int, k2: int) -> Record:
    """The record with the gradients of BPTT truncated to (k1, k2)."""
    cut = truncated(recorded, k1, k2)
    return replace(
        recorded,
        layers=cut.layers,
        grad_weights=cut.grad_weights,
        grad_inputs=cut.grad_inputs,
        grad_initial_hidden=cut.grad_initial_hidden,
        grad_initial_cell=cut.grad_initial_cell,
        truncation=cut,
    )


def _prepared(
    setup: Setup, known: NamedWeights | None
) -> tuple[AnySequence, Example, Network, dict[str, np.ndarray]]:
    """What a setup reads, as arrays, and the network with its weights."""
    sequence = setup.sequence
    if known is not None:
        sequence = _in_trained_alphabet(setup, known)
    example = sequence.encode()
    network = setup.network(example.inputs.shape[-1])
    if known is None:
        return (
            sequence,
            example,
            network,
            initial_weights(
                network,
                setup.seed,
                setup.init_scale,
                setup.spectral_radius,
                setup.forget_bias,
                setup.recurrent_init,
            ),
        )
    for field in fields(Network):
        due, got = getattr(known.network, field.name), getattr(network, field.name)
        if due != got:
            raise ValueError(
                f"weights {setup.weights!r} need {field.name} = {due!r}; the setup says {got!r}"
            )
    return sequence, example, network, known.weights


def _loss_mask(
    loss_steps: str | tuple[int, ...], has_target: Bool[np.ndarray, " time"]
) -> Bool[np.ndarray, " time"]:
    if loss_steps == "all":
        return has_target.copy()
    if loss_steps == "last":
        return np.arange(len(has_target)) == np.flatnonzero(has_target)[-1]
    return np.isin(np.arange(len(has_target)), loss_steps)


def _in_trained_alphabet(setup: Setup, known: NamedWeights) -> AnySequence:
    """The setup's sequence, read with the alphabet that its weights were trained on."""
    if not isinstance(setup.sequence, Text):
        if known.alphabet:
            kind = type(setup.sequence).__name__.lower()
            raise ValueError(f"weights {setup.weights!r} read text; the setup's sequence is {kind}")
        return setup.sequence
    if not known.alphabet:
        raise ValueError(f"weights {setup.weights!r} read numbers; the setup's sequence is text")
    if setup.sequence.alphabet not in ("", known.alphabet):
        raise ValueError(
            f"weights {setup.weights!r} were trained on the alphabet {known.alphabet!r}; "
            f"the setup's alphabet is {setup.sequence.alphabet!r}"
        )
    return replace(setup.sequence, alphabet=known.alphabet)


def _refuse_overflow(recorded: Record) -> None:
    """An exploding network gives infinities: say where the first are met."""
    places = {f"hidden of record {k}": layer.hidden for k, layer in enumerate(recorded.layers)}
    places["losses"] = recorded.losses
    for k, layer in enumerate(recorded.layers):
        if layer.grad_hidden is not None:
            places[f"grad_hidden of record {k}"] = layer.grad_hidden
    places |= {f"the gradient of {name}": value for name, value in recorded.grad_weights.items()}
    _refuse_infinite(places)


def _refuse_infinite(places: dict[str, np.ndarray]) -> None:
    for what, values in places.items():
        if np.isfinite(values).all():
            continue
        at = int(np.argwhere(~np.isfinite(values))[0][0])
        in_time = not what.startswith(("the gradient of", "weight_", "bias_", "readout."))
        where = f" at step {at}" if in_time else ""
        raise ValueError(
            f"the numbers explode: {what} leaves the range of {values.dtype}{where}; "
            "smaller inputs, weights, init_scale or spectral_radius, or fewer steps, keep it finite"
        )


def _make_read_only(whole: Run) -> None:
    holders: list[Any] = [vars(whole), whole.weights, whole.grad_weights]
    holders += [vars(layer) for layer in whole.layers]
    for holder in holders:
        for value in holder.values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
