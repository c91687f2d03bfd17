"""The trainer against a plain PyTorch loop: nn modules, torch.optim, clip_grad_norm_, detach.

Same weights, same data, float64: every loss, every norm and the weights after 50 steps agree to
1e-9.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
import torch
from torch import nn

from rnn_core.sequences import AnySequence, Vectors
from rnn_core.tasks import Batch, Line, Task
from rnn_core.train import Trainer, TrainingSetup

CELLS = ("rnn_tanh", "rnn_relu", "gru", "lstm", "window")
OPTIMISERS = ("adam", "rmsprop", "sgd")
STEPS = 50


@dataclass(frozen=True)
class Delayed(Task):
    """Say what was read two steps ago, as numbers, as yes or no for each, or as a class.

    Each sequence has its losses where its own mask stands.
    """

    name = "delayed"
    title = "Delayed"
    about = "A task of this test."
    higher_is_better: ClassVar[bool] = False

    length: int = 9
    loss: str = "squared"  # type: ignore[misc]  # elsewhere it is the class's
    input_size = 3
    output_size = 3
    goal = -1.0

    def batch(self, rng: np.random.Generator, size: int) -> Batch:
        inputs = rng.normal(size=(self.length, size, 3))
        before = np.concatenate([np.zeros((2, size, 3)), inputs[:-2]])
        targets = {
            "squared": before,
            "binary": (before > 0.3) * 1.0,
            "categorical": before.argmax(axis=-1),
        }[self.loss]
        return Batch(inputs, targets, rng.random((self.length, size)) < 0.6)

    def lines(self) -> tuple[Line, ...]:
        return (Line("chance", 1.0, "The mean."),)

    def example(self, seed: int) -> AnySequence:
        return Vectors(((0.0,) * 3,), ((0.0,) * 3,))


class Window(nn.Module):
    """Linear, Tanh, Linear on the last k inputs, zeros before the first."""

    def __init__(self, window: int, hidden: int) -> None:
        super().__init__()
        self.window = window
        self.hidden, self.readout = nn.Linear(3 * window, hidden), nn.Linear(hidden, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        padded = nn.functional.pad(x, (0, 0, 0, 0, self.window - 1, 0))
        seen = [padded[t : t + self.window].transpose(0, 1).flatten(1) for t in range(len(x))]
        return self.readout(torch.tanh(self.hidden(torch.stack(seen))))


class Recurrent(nn.Module):
    def __init__(self, setup: TrainingSetup) -> None:
        super().__init__()
        kinds = {"lstm": nn.LSTM, "gru": nn.GRU}
        kind = kinds.get(setup.cell, nn.RNN)
        given = {"nonlinearity": setup.cell[4:]} if setup.cell.startswith("rnn") else {}
        self.rnn = kind(3, setup.hidden_size, setup.num_layers, **given)
        self.readout = nn.Linear(setup.hidden_size, 3)
        self.piece = setup.truncation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        state, seen = None, []
        for piece in x.split(self.piece or len(x)):
            h, state = self.rnn(piece, state)
            state = tuple(s.detach() for s in state) if type(state) is tuple else state.detach()
            seen.append(h)
        return self.readout(torch.cat(seen))


def torch_module(setup: TrainingSetup, weights: dict[str, np.ndarray]) -> nn.Module:
    module = Window(setup.window, setup.hidden_size) if setup.cell == "window" else Recurrent(setup)
    module.double()
    prefix = lambda name: name if "." in name else f"rnn.{name}"  # noqa: E731
    module.load_state_dict({prefix(k): torch.from_numpy(v) for k, v in weights.items()})
    return module


def torch_optimiser(setup: TrainingSetup, module: nn.Module) -> torch.optim.Optimizer:
    if setup.optimiser == "sgd":
        return torch.optim.SGD(module.parameters(), setup.learning_rate, momentum=setup.momentum)
    kind = {"adam": torch.optim.Adam, "rmsprop": torch.optim.RMSprop}[setup.optimiser]
    return kind(module.parameters(), lr=setup.learning_rate)


LOSSES: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "squared": nn.functional.mse_loss,
    "binary": nn.functional.binary_cross_entropy_with_logits,
    "categorical": nn.functional.cross_entropy,
}


def torch_loop(
    setup: TrainingSetup, weights: dict[str, np.ndarray], steps: int
) -> tuple[list[float], list[float], dict[str, np.ndarray]]:
    module = torch_module(setup, weights)
    optimiser = torch_optimiser(setup, module)
    losses, norms = [], []
    for step in range(steps):
        batch = setup.task.batch(np.random.default_rng([setup.seed, step]), setup.batch_size)
        mask = torch.from_numpy(batch.mask)
        output, targets = module(torch.from_numpy(batch.inputs)), torch.from_numpy(batch.targets)
        loss = LOSSES[setup.task.loss](output[mask], targets[mask])
        optimiser.zero_grad()
        loss.backward()
        largest = float("inf") if setup.clip_norm is None else setup.clip_norm
        norm = nn.utils.clip_grad_norm_(module.parameters(), largest)
        optimiser.step()
        losses.append(loss.item())
        norms.append(norm.item())
    after = {k.removeprefix("rnn."): v.numpy() for k, v in module.state_dict().items()}
    return losses, norms, after


def follows(setup: TrainingSetup, steps: int = STEPS) -> None:
    trainer = Trainer(setup)
    start = trainer.weights
    losses, norms, weights = torch_loop(setup, start, steps)
    assert trainer.advance(steps=steps) == steps
    if setup.clip_norm is not None:
        assert sum(norm > setup.clip_norm for norm in norms) > 0, "nothing was clipped"
    np.testing.assert_allclose(trainer.losses, losses, rtol=0, atol=1e-9)
    np.testing.assert_allclose(trainer.grad_norms, norms, rtol=1e-9, atol=1e-9)
    assert trainer.weights.keys() == weights.keys()
    for name, value in trainer.weights.items():
        assert np.abs(value - start[name]).max() > 0.01, f"{name} was not trained"
        np.testing.assert_allclose(value, weights[name], rtol=0, atol=1e-9, err_msg=name)


def a_setup(cell: str, optimiser: str, loss: str = "squared", **others: object) -> TrainingSetup:
    values: dict[str, object] = {
        "hidden_size": 6,
        "batch_size": 4,
        "window": 3,
        "clip_norm": 0.1,
        "learning_rate": 0.2 if optimiser == "sgd" else 0.01,
        "momentum": 0.9 if optimiser == "sgd" else 0.0,
        "truncation": None if cell == "window" else 4,
        "num_layers": 1 if cell == "window" else 2,
        "dtype": "float64",
        "engine": "numpy",
    }
    return TrainingSetup(Delayed(loss=loss), cell, optimiser=optimiser, **(values | others))  # type: ignore[arg-type]


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("cell", CELLS)
def test_clipped_and_truncated_it_follows_torch(cell, optimiser):
    loss = dict(zip(OPTIMISERS, LOSSES, strict=True))[optimiser]
    follows(a_setup(cell, optimiser, loss))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("cell", CELLS)
def test_unclipped_and_through_the_whole_sequence_it_follows_torch(cell, loss):
    follows(a_setup(cell, "adam", loss, clip_norm=None, truncation=None, num_layers=1, seed=3))
