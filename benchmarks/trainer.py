"""The live trainer against a plain PyTorch loop and against its own bare steps.

    .venv/bin/python -m benchmarks.trainer

Prints Markdown. One run in float32, one thread each; the ways take turns, a hundred steps a turn,
and a ratio is the fastest turn of a way over that of the plain loop.

    plain torch    nn.LSTM, nn.Linear, torch.optim.Adam, clip_grad_norm_; the batch drawn, no record
    bare steps     the batch drawn, `record`, Adam: what the trainer could at best be as fast as
    trainer        the live trainer after its first 500 steps, with clipping, losses, norms,
                   snapshots, and 200 held-out sequences scored once a turn

The last model is that of exploRNN, three LSTM(16) on 15 values, batch 25.
"""

import platform
import time
from collections.abc import Callable, Iterator

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from rnn_core import Trainer, TrainingSetup, record, task_of
from rnn_core.train.optimisers import Adam

SETUPS = {
    "LSTM(32), T = 30, batch 32": TrainingSetup(task_of("adding", {"length": 30})),
    "GRU(32), T = 30, batch 32": TrainingSetup(task_of("adding", {"length": 30}), cell="gru"),
    "tanh RNN(32), T = 30, batch 32": TrainingSetup(
        task_of("adding", {"length": 30}), cell="rnn_tanh"
    ),
    "3 × LSTM(16), T = 15, batch 25": TrainingSetup(
        task_of("wave", {"length": 15}), hidden_size=16, num_layers=3, batch_size=25
    ),
}
MODULES = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn_tanh": torch.nn.RNN}
TURNS, STEPS, BEFORE = 10, 100, 500


def plain_torch(setup: TrainingSetup) -> Iterator[None]:
    task = setup.task
    cell = MODULES[setup.cell](task.input_size, setup.hidden_size, setup.num_layers)
    read_out = torch.nn.Linear(setup.hidden_size, task.output_size)
    parameters = [*cell.parameters(), *read_out.parameters()]
    optimiser, step = torch.optim.Adam(parameters, lr=setup.learning_rate), 0
    losses = []
    while True:
        batch = task.batch(np.random.default_rng([0, step]), setup.batch_size)
        mask = torch.from_numpy(batch.mask)
        output = read_out(cell(torch.tensor(batch.inputs, dtype=torch.float32))[0])
        targets = torch.tensor(batch.targets, dtype=torch.float32)
        loss = torch.nn.functional.mse_loss(output[mask], targets[mask])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        losses.append(loss.item())
        step += 1
        yield


def bare_steps(setup: TrainingSetup) -> Iterator[None]:
    trainer, task = Trainer(setup), setup.task
    network, weights, step = setup.network(), trainer.weights, 0
    optimiser = Adam(setup.learning_rate)
    while True:
        batch = task.batch(np.random.default_rng([0, step]), setup.batch_size)
        made = record(
            network,  # type: ignore[arg-type]  # no window here
            weights,
            batch.inputs,
            batch.targets,
            loss=task.loss,
            loss_mask=batch.mask,
        )
        optimiser.step(weights, made.grad_weights)
        step += 1
        yield


def turn_of(steps: Iterator[None]) -> Callable[[], None]:
    def turn() -> None:
        for _ in range(STEPS):
            next(steps)

    return turn


def fastest(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Seconds of a step in each way's fastest turn."""
    best = {name: float("inf") for name in ways}
    for _ in range(TURNS):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            best[name] = min(best[name], (time.perf_counter() - start) / STEPS)
    return best


def compare(name: str, setup: TrainingSetup) -> str:
    trainer = Trainer(
        TrainingSetup(**{**vars(setup), "stop_when_solved": False, "engine": "numpy"})
    )
    trainer.advance(steps=BEFORE)
    found = fastest(
        {
            "torch": turn_of(plain_torch(setup)),
            "bare": turn_of(bare_steps(setup)),
            "trainer": lambda: trainer.advance(steps=STEPS),
        }
    )
    return (
        f"| {name} | {found['torch'] * 1e3:.2f} ms | {found['bare'] / found['torch']:.2f} | "
        f"{found['trainer'] / found['torch']:.2f} | {found['trainer'] / found['bare']:.2f} | "
        f"{1.0 / found['trainer']:.0f} |"
    )


def main() -> None:
    print(
        f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, "
        f"torch {torch.__version__}\n"
    )
    print("| model | plain torch | bare steps | trainer | trainer ÷ bare steps | steps/s |")
    print("|---|---|---|---|---|---|")
    for name, setup in SETUPS.items():
        print(compare(name, setup), flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    with threadpool_limits(1):
        main()
