"""What a training needs of whatever computes it, and which engine a setup gets.

NumPy trains on a CPU: at the sizes that people watch it keeps up with torch. Torch is worth its
import and the way to the device where there is CUDA or MPS and the network is large enough; the
size is looked at first, so that a small training never imports it.
"""

import importlib.util
from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from rnn_core.network import GATES
from rnn_core.tasks import Batch
from rnn_core.train.setup import TrainingSetup

WORTH_A_GPU = 5e8  # multiplications and additions of a step, from which on a GPU is worth its calls

Slots = dict[str, dict[str, np.ndarray]]


class Engine(ABC):
    """Weights and an optimiser's state; `gradients` and `update` are one training step.

    Losses are the means of `objective`, norms those before clipping. Non-finite ones are
    returned, not raised.
    """

    name: str

    @abstractmethod
    def gradients(self, batch: Batch) -> tuple[float, float]:
        """The loss of a batch and the norm of its gradient, which waits for `update`."""

    @abstractmethod
    def update(self) -> None:
        """Clip the waiting gradient and take the optimiser's step with it."""

    @abstractmethod
    def output(
        self, inputs: Float[np.ndarray, "time batch features"]
    ) -> Float[np.ndarray, "time batch out"]:
        """The read-out's output, forward alone."""

    @abstractmethod
    def weights(self) -> dict[str, np.ndarray]:
        """Copies, in the setup's dtype."""

    @abstractmethod
    def set_weights(self, weights: Mapping[str, np.ndarray]) -> None: ...

    @abstractmethod
    def slots(self) -> Slots:
        """Copies of the optimiser's state, by slot and parameter; empty before the first update."""


def operations(setup: TrainingSetup) -> float:
    """Multiplications and additions of one step's matrix products, there and back."""
    task, size = setup.task, setup.hidden_size
    if setup.cell == "window":
        products = size * setup.window * task.input_size
    else:
        fan_in = task.input_size + size + 2 * size * (setup.num_layers - 1)
        products = GATES[setup.cell] * size * fan_in
    products += size * task.output_size
    return 6.0 * task.length * setup.batch_size * products


def engine_name(setup: TrainingSetup) -> str:
    """The engine that `setup.engine` stands for on this machine."""
    if setup.engine != "auto":
        return setup.engine
    if operations(setup) < WORTH_A_GPU or importlib.util.find_spec("torch") is None:
        return "numpy"
    from rnn_core.train.engine_torch import devices

    there = [name for name in devices() if not (name == "mps" and setup.dtype == "float64")]
    return f"torch-{there[0]}" if there else "numpy"


def make_engine(
    setup: TrainingSetup, weights: Mapping[str, np.ndarray], slots: Slots, steps: int
) -> Engine:
    """An engine that goes on from here; `steps` updates were made before.

    Raises:
        ValueError: the setup asks for an engine that this machine does not have.
    """
    name = engine_name(setup)
    if name == "numpy":
        from rnn_core.train.engine_numpy import NumpyEngine

        return NumpyEngine(setup, weights, slots, steps)
    if importlib.util.find_spec("torch") is None:
        raise ValueError(f"engine {name!r} needs PyTorch, which is not installed; 'numpy' does not")
    from rnn_core.train.engine_torch import TorchEngine

    return TorchEngine(setup, weights, slots, steps, name)
