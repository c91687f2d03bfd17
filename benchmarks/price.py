"""What a training step costs here, and what it costs to see everything, on the CPU or on a GPU.

    .venv/bin/python -m benchmarks.price                   what the lesson on it measures
    .venv/bin/python -m benchmarks.price --device cuda     and, on CUDA, four ways through an LSTM
    .venv/bin/python -m benchmarks.price --device cpu      or on the CPU

Prints Markdown. The ways, forward and back in float32, the fastest of many turns each:

    plain          torch.nn.LSTM (cuDNN on CUDA); nothing kept but the output
    trace_torch    everything recorded, from the module itself
    loop of cells  the same record by a Python loop of torch steps whose gradients are retained
    float64        how far the plain module's output and gradients, and what trace_torch recorded,
                   lie from the NumPy core in float64: the largest distance over the largest value
"""

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from benchmarks.core import fastest, loop_of_cells, plain
from rnn_core import Network, trace_torch
from rnn_core.initial import initial_weights
from rnn_core.price import ENGINES, measured, table
from rnn_core.propagate import backward, forward, top_of

SIZES = [(1, 200, 32), (16, 200, 64), (64, 200, 128), (256, 200, 256)]


def relative(found: np.ndarray, true: np.ndarray) -> float:
    return float(np.abs(found - true).max() / np.abs(true).max())


def squares(output: torch.Tensor) -> torch.Tensor:
    return (output * output).sum()


def waited(way: Callable[[], Any], device: str) -> Callable[[], None]:
    """The way, until the device is done with it."""

    def run() -> None:
        way()
        if device == "cuda":
            torch.cuda.synchronize()

    return run


def compare(device: str, batch: int, length: int, hidden: int) -> str:
    """One row of the table."""
    network = Network("lstm", hidden, hidden)
    weights = initial_weights(network, seed=0)
    module = torch.nn.LSTM(hidden, hidden).to(device)
    single = {name: torch.from_numpy(w.astype(np.float32)) for name, w in weights.items()}
    module.load_state_dict(single)
    exact = {name: value.double().numpy() for name, value in single.items()}
    inputs = np.random.default_rng(0).normal(size=(length, batch, hidden)).astype(np.float32)
    x = torch.from_numpy(inputs).to(device)

    layers = forward(network, exact, inputs.astype(np.float64))
    output = top_of(network, layers)
    gradients = backward(network, exact, layers, 2.0 * output)
    traced = trace_torch(module, x, squares)
    plain(module, x)
    apart = [relative(module(x)[0].detach().cpu().numpy(), output)]
    for name, parameter in module.named_parameters():
        assert parameter.grad is not None
        apart.append(relative(parameter.grad.cpu().numpy(), gradients.weights[name]))
    seen, due = traced.layers[0], gradients.layers[0]
    kept = [relative(getattr(seen, f), getattr(due, f)) for f in ("cell", "grad_hidden")]

    best = fastest(
        {
            "plain": waited(lambda: plain(module, x), device),
            "trace": waited(lambda: trace_torch(module, x, squares), device),
            "loop": waited(lambda: loop_of_cells(module, x), device),
        }
    )
    times = " | ".join(f"{1000 * best[way]:.2f}" for way in ("plain", "trace", "loop"))
    return f"| {batch}, {length}, {hidden} | {times} | {max(apart):.0e} | {max(kept):.0e} |"


def ways(device: str) -> None:
    named = torch.cuda.get_device_name() if device == "cuda" else "the CPU, one thread"
    print(f"\nLSTM on {named}, torch {torch.__version__}; times in ms\n")
    print("| B, T, H | plain | trace_torch | loop of cells | plain to float64 | trace to float64 |")
    print("|---|---|---|---|---|---|")
    allowed = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    try:
        for size in SIZES if device == "cuda" else SIZES[:3]:
            print(compare(device, *size), flush=True)
    finally:
        torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = allowed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=("cpu", "cuda"))
    device = parser.parse_args().device
    print("One training step of an LSTM, milliseconds\n")
    print(table(measured(ENGINES, lambda done, of, what: None)))
    if device:
        ways(device)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
