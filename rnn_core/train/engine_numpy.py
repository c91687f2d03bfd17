"""Training on this package's own core: forward, back, clip, update.

The gradient of every step is the one of `record`, so its trace could be looked at. All
parameters lie in one vector; the optimiser sees a network with one parameter.
"""

import itertools
import math
from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from rnn_core import clipping, propagate, readout, window
from rnn_core.outputs import outputs
from rnn_core.record import record
from rnn_core.tasks import Batch
from rnn_core.train import objective
from rnn_core.train.engine import Engine, Slots
from rnn_core.train.flat import Flat
from rnn_core.train.optimisers import optimiser
from rnn_core.train.setup import TrainingSetup
from rnn_core.truncated import backward_cut
from rnn_core.window import WindowNetwork

ALL = "all"  # the one parameter that the optimiser sees


class NumpyEngine(Engine):
    """See `Engine`; everything in the setup's dtype."""

    name = "numpy"

    def __init__(
        self, setup: TrainingSetup, weights: Mapping[str, np.ndarray], slots: Slots, steps: int
    ) -> None:
        self._setup, self._network = setup, setup.network()
        shapes, dtype = self._network.shapes(), np.dtype(setup.dtype)
        self._weights, self._gradients = Flat(shapes, dtype), Flat(shapes, dtype)
        self._weights.take(weights)
        self._optimiser = optimiser(setup.optimiser, setup.learning_rate, setup.momentum)
        self._optimiser.steps = steps
        self._slots = {name: Flat(shapes, dtype) for name in self._optimiser.slots}
        for name, values in self._slots.items():
            if name in slots:
                values.take(slots[name])
            getattr(self._optimiser, name)[ALL] = values.vector
        self._norm = 0.0

    def gradients(self, batch: Batch) -> tuple[float, float]:
        if not np.isfinite(self._weights.vector).all():
            return math.nan, math.nan  # a record refuses such weights
        loss, found = self._of(batch)
        scale = objective.factor(self._setup.task.loss, batch.mask, self._setup.task.output_size)
        self._gradients.take(found)
        vector = self._gradients.vector
        vector *= scale
        self._norm = math.sqrt(float(np.vdot(vector, vector)))
        if not math.isfinite(self._norm):  # the squares alone may outgrow float32
            self._norm = clipping.norm({ALL: vector.astype(np.float64)})
        return loss * scale, self._norm

    def update(self) -> None:
        vector, largest = self._gradients.vector, self._setup.clip_norm
        if largest is not None and (share := largest / (self._norm + clipping.SMALL)) < 1.0:
            vector *= share
        self._optimiser.step({ALL: self._weights.vector}, {ALL: vector})

    def output(
        self, inputs: Float[np.ndarray, "time batch features"]
    ) -> Float[np.ndarray, "time batch out"]:
        inputs = inputs.astype(self._setup.dtype, copy=False)
        return outputs(self._network, self._weights.views, inputs)

    def weights(self) -> dict[str, np.ndarray]:
        return self._weights.copies()

    def set_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        self._weights.take(weights)

    def slots(self) -> Slots:
        return {name: values.copies() for name, values in self._slots.items()}

    def _of(self, batch: Batch) -> tuple[float, dict[str, np.ndarray]]:
        """A record's loss, and its gradients."""
        network, weights = self._network, self._weights.views
        if isinstance(network, WindowNetwork):
            return self._of_window(network, batch)
        truncation, loss = self._setup.truncation, self._setup.task.loss
        if truncation is None or truncation == len(batch.inputs):
            made = record(
                network, weights, batch.inputs, batch.targets, loss=loss, loss_mask=batch.mask
            )
            return made.loss, made.grad_weights
        layers = propagate.forward(network, weights, batch.inputs)
        top = propagate.top_of(network, layers)
        terms = self._terms(batch, readout.forward(weights, top))
        grad_top, of_readout = readout.backward(weights, top, terms.grad_output)
        cuts = [*range(0, len(top), truncation), len(top)]
        cut = backward_cut(network, weights, layers, grad_top, [*itertools.pairwise(cuts)])
        return terms.loss, cut.weights | of_readout

    def _of_window(
        self, network: WindowNetwork, batch: Batch
    ) -> tuple[float, dict[str, np.ndarray]]:
        inputs = batch.inputs.astype(self._setup.dtype, copy=False)
        trace = window.forward(network, self._weights.views, inputs)
        terms = self._terms(batch, trace.output)
        return terms.loss, window.grad_weights(trace, self._weights.views, terms.grad_output)

    def _terms(self, batch: Batch, output: np.ndarray) -> readout.LossTerms:
        loss = self._setup.task.loss
        targets = readout.checked_targets(loss, batch.targets, output.shape)
        if np.issubdtype(targets.dtype, np.floating):
            targets = targets.astype(output.dtype, copy=False)
        return readout.compare(loss, output, targets, batch.mask)
