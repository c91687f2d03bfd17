"""Training by PyTorch: `nn.RNN`, `nn.GRU` or `nn.LSTM` and `nn.Linear`, with `torch.optim`.

The same start, the same data and the same rules as in `engine_numpy`, so that the two give the
same losses to rounding. This module imports torch, and nothing imports it before it is needed.
"""

import contextlib
from collections.abc import Iterator, Mapping

import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from rnn_core.clipping import SMALL
from rnn_core.network import Network
from rnn_core.tasks import Batch
from rnn_core.train.engine import Engine, Slots
from rnn_core.train.setup import TrainingSetup
from rnn_core.window import WindowNetwork

LOSSES = {
    "squared": nn.functional.mse_loss,
    "binary": nn.functional.binary_cross_entropy_with_logits,
    "categorical": nn.functional.cross_entropy,
}
SLOTS = {  # torch's names for what its optimisers remember
    "adam": {"first": "exp_avg", "second": "exp_avg_sq"},
    "rmsprop": {"second": "square_avg"},
    "sgd": {"velocity": "momentum_buffer"},
}


def devices() -> list[str]:
    """The kinds of GPU that are there, the one to choose first."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return [name for name, available in there.items() if available]


def device_name(device: str) -> str:
    """What the system calls a GPU of one of the kinds of `devices`."""
    return torch.cuda.get_device_name() if device == "cuda" else "Apple GPU"


class Recurrent(nn.Module):
    """A recurrent module and its read-out; the state crosses a cut, the gradient does not."""

    def __init__(self, network: Network, truncation: int | None) -> None:
        super().__init__()
        sizes = (network.input_size, network.hidden_size, network.num_layers)
        if network.cell == "lstm":
            self.cell: nn.Module = nn.LSTM(*sizes)
        elif network.cell == "gru":
            self.cell = nn.GRU(*sizes)
        else:
            self.cell = nn.RNN(*sizes, nonlinearity=network.cell.removeprefix("rnn_"))
        self.readout = nn.Linear(network.hidden_size, network.output_size)
        self.truncation = truncation

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        tops, state = [], None
        for piece in inputs.split(self.truncation or len(inputs)):
            top, state = self.cell(piece, state)
            tops.append(top)
            if isinstance(state, tuple):
                state = tuple(part.detach() for part in state)
            else:
                state = state.detach()
        return self.readout(torch.cat(tops))


class Window(nn.Module):
    """A feed-forward network over the last k inputs, the oldest first, 0 before step 0."""

    def __init__(self, network: WindowNetwork) -> None:
        super().__init__()
        self.window = network.window
        self.hidden = nn.Linear(network.window * network.input_size, network.hidden_size)
        self.readout = nn.Linear(network.hidden_size, network.output_size)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        padded = nn.functional.pad(inputs, (0, 0, 0, 0, self.window - 1, 0))
        pieces = [padded[k : k + len(inputs)] for k in range(self.window)]
        return self.readout(torch.tanh(self.hidden(torch.cat(pieces, dim=-1))))


class TorchEngine(Engine):
    """See `Engine`. `name` is "torch-cpu", "torch-cuda" or "torch-mps"."""

    def __init__(
        self,
        setup: TrainingSetup,
        weights: Mapping[str, np.ndarray],
        slots: Slots,
        steps: int,
        name: str,
    ) -> None:
        self.name, self._setup = name, setup
        device, self._dtype = name.removeprefix("torch-"), getattr(torch, setup.dtype)
        if device != "cpu" and device not in devices():
            raise ValueError(f"engine {name!r} needs a device that is not there; 'numpy' does not")
        self._device = torch.device(device)
        network = setup.network()
        with torch.random.fork_rng(devices=[]):  # a module draws weights when it is made
            module = (
                Window(network)
                if isinstance(network, WindowNetwork)
                else Recurrent(network, setup.truncation)
            )
        self._module = module.to(self._device, self._dtype)
        self._parameters = {
            name.removeprefix("cell."): value for name, value in self._module.named_parameters()
        }
        self.set_weights(weights)
        self._optimiser = self._made_optimiser()
        for key, parameter in self._parameters.items():
            state = {"step": torch.tensor(float(steps))} if setup.optimiser != "sgd" else {}
            for ours, theirs in SLOTS[setup.optimiser].items():
                known = slots.get(ours, {}).get(key)
                state[theirs] = (
                    torch.zeros_like(parameter) if known is None else self._tensor(known)
                )
            self._optimiser.state[parameter] = state
        self._norm = 0.0

    def gradients(self, batch: Batch) -> tuple[float, float]:
        targets = torch.from_numpy(batch.targets).to(self._device)
        if self._setup.task.loss != "categorical":
            targets = self._tensor(batch.targets)
        mask = torch.from_numpy(batch.mask).to(self._device)
        self._optimiser.zero_grad()
        with self._full_precision():
            output = self._module(self._tensor(batch.inputs))
            loss = LOSSES[self._setup.task.loss](output[mask], targets[mask])
            loss.backward()
        found = self._gradients()
        both = torch.stack([loss.detach(), nn.utils.get_total_norm(found)]).tolist()
        self._norm = both[1]
        if not np.isfinite(self._norm):  # the squares alone may outgrow float32
            found = [gradient.cpu().double() for gradient in found]
            self._norm = float(nn.utils.get_total_norm(found))
        return both[0], self._norm

    def update(self) -> None:
        largest = self._setup.clip_norm
        if largest is not None and (share := largest / (self._norm + SMALL)) < 1.0:
            for gradient in self._gradients():
                gradient.mul_(share)
        self._optimiser.step()

    def output(
        self, inputs: Float[np.ndarray, "time batch features"]
    ) -> Float[np.ndarray, "time batch out"]:
        with torch.no_grad(), self._full_precision():
            return self._module(self._tensor(inputs)).cpu().numpy()

    def weights(self) -> dict[str, np.ndarray]:
        return {name: _array(value) for name, value in self._parameters.items()}

    def set_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        with torch.no_grad():
            for name, parameter in self._parameters.items():
                parameter.copy_(self._tensor(weights[name]))

    def slots(self) -> Slots:
        return {
            ours: {
                name: _array(self._optimiser.state[parameter][theirs])
                for name, parameter in self._parameters.items()
            }
            for ours, theirs in SLOTS[self._setup.optimiser].items()
        }

    def _made_optimiser(self) -> torch.optim.Optimizer:
        parameters, rate = self._parameters.values(), self._setup.learning_rate
        if self._setup.optimiser == "sgd":
            return torch.optim.SGD(parameters, lr=rate, momentum=self._setup.momentum)
        kinds = {"adam": torch.optim.Adam, "rmsprop": torch.optim.RMSprop}
        return kinds[self._setup.optimiser](parameters, lr=rate)

    def _gradients(self) -> list[torch.Tensor]:
        found = [parameter.grad for parameter in self._parameters.values()]
        return [gradient for gradient in found if gradient is not None]

    def _tensor(self, values: np.ndarray) -> torch.Tensor:
        """A copy on the device, in the setup's dtype."""
        return torch.tensor(values, dtype=self._dtype, device=self._device)

    @contextlib.contextmanager
    def _full_precision(self) -> Iterator[None]:
        """cuDNN rounds float32 to TF32 unless told otherwise, and then losses differ by 1e-3."""
        if self._device.type != "cuda":
            yield
            return
        with torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False):
            yield


def _array(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().cpu().numpy().copy()
