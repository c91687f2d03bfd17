"""Any weights on any arrays, forward and back, with everything that happened.

    record(network, weights, inputs, targets, loss=…) -> Record

Arrays are time first. The loss is the *sum* over the time steps that have one and the *mean*
over the batch (see `rnn_core.readout`); every gradient is of that loss.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from rnn_core import readout
from rnn_core.network import Network, Weights
from rnn_core.propagate import backward, forward, top_of
from rnn_core.readout import LossMask
from rnn_core.trace import Clamps, LayerTrace, Truncated

Output = Float[np.ndarray, "time batch out"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Record:
    """A forward and a backward pass with every value kept.

    `output` is the read-out before its nonlinearity, `prediction` after it: probabilities, or
    for the squared error the output itself. `targets` are class numbers `(time, batch)` for the
    categorical loss, else `(time, batch, out)`. `losses` is L_t, 0 where `loss_mask` is False;
    the mask is `(time,)` for all sequences alike, or `(time, batch)`. `loss` is their sum over
    time, mean over the batch. `layers` is in PyTorch's order: layer 0 forward, layer 0 reverse,
    layer 1 forward, …

    Where `truncation` is given, every gradient here is that of BPTT truncated to its windows.
    """

    network: Network
    weights: dict[str, np.ndarray]
    inputs: Float[np.ndarray, "time batch features"]
    targets: Int[np.ndarray, "time batch"] | Output
    loss_mask: LossMask
    output: Output
    prediction: Output
    losses: Float[np.ndarray, "time batch"]
    loss: float
    layers: tuple[LayerTrace, ...]
    grad_output: Output
    grad_weights: dict[str, np.ndarray]
    grad_inputs: Float[np.ndarray, "time batch features"]
    grad_initial_hidden: Float[np.ndarray, "records batch hidden"]
    grad_initial_cell: Float[np.ndarray, "records batch hidden"] | None
    truncation: Truncated | None = None


def record(
    network: Network,
    weights: Weights,
    inputs: Float[np.ndarray, "time batch features"],
    targets: np.ndarray,
    *,
    loss: str,
    loss_mask: LossMask | None = None,
    initial_hidden: Float[np.ndarray, "layers batch hidden"] | None = None,
    initial_cell: Float[np.ndarray, "layers batch hidden"] | None = None,
    clamps: Sequence[Clamps] = (),
) -> Record:
    """Any weights on any arrays, in the weights' dtype; `loss_mask` None puts a loss everywhere.

    `clamps` is what each record of `layers` is held to, none where nothing is held. Nothing is
    said about numbers that overflow: they are in the record.
    """
    weights = network.checked(weights)
    if not network.output_size:
        raise ValueError("network must have a read-out; got output_size 0")
    layers = forward(network, weights, inputs, initial_hidden, initial_cell, clamps)
    top = top_of(network, layers)
    output = readout.forward(weights, top)
    targets = readout.checked_targets(loss, targets, output.shape)
    if np.issubdtype(targets.dtype, np.floating):
        targets = targets.astype(output.dtype, copy=False)
    loss_mask = _checked_mask(loss_mask, *output.shape[:2])
    terms = readout.compare(loss, output, targets, loss_mask)
    grad_top, grad_readout = readout.backward(weights, top, terms.grad_output)
    gradients = backward(network, weights, layers, grad_top)
    return Record(
        network=network,
        weights=weights,
        inputs=layers[0].inputs,
        targets=targets,
        loss_mask=loss_mask,
        output=output,
        prediction=terms.prediction,
        losses=terms.losses,
        loss=terms.loss,
        layers=gradients.layers,
        grad_output=terms.grad_output,
        grad_weights=gradients.weights | grad_readout,
        grad_inputs=gradients.inputs,
        grad_initial_hidden=gradients.initial_hidden,
        grad_initial_cell=gradients.initial_cell,
    )


def _checked_mask(loss_mask: LossMask | None, length: int, batch: int) -> LossMask:
    if loss_mask is None:
        return np.ones(length, bool)
    if loss_mask.dtype != bool or loss_mask.shape not in ((length,), (length, batch)):
        raise ValueError(
            f"loss_mask must hold {length} booleans, one per step, or {length} × {batch}, one per "
            f"step and sequence; got {loss_mask.dtype} of shape {loss_mask.shape}"
        )
    return loss_mask
