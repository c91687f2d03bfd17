"""The NumPy core and `trace_torch` against torch's own forward and backward pass.

    .venv/bin/python -m benchmarks.core            every size, some minutes
    .venv/bin/python -m benchmarks.core --quick    the small sizes

Prints Markdown. One run in float32, one thread each: for every cell and size the ways take turns,
and a ratio is the way's fastest turn over the fastest turn of the plain module.

    plain          torch.nn.LSTM, GRU or RNN, forward and backward; nothing kept but the output
    NumPy core     everything recorded: states, gates, and the gradient of the loss with respect
                   to hidden and cell states, pre-activations, weights and inputs
    trace_torch    the same record, from the module itself
    loop of cells  the same record by a Python loop of torch steps whose gradients are retained
"""

import argparse
import platform
import time
from collections.abc import Callable

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from rnn_core import Network, trace_torch
from rnn_core.initial import initial_weights
from rnn_core.propagate import backward, forward, top_of

SMALL = [(1, 50, 16), (1, 200, 32), (16, 50, 32)]
LARGE = [(16, 200, 64), (64, 200, 128), (32, 200, 256)]
MODULES = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn_tanh": torch.nn.RNN}
SECONDS, FEWEST, MOST = 6.0, 5, 200  # a size's turns: as many as fit, within bounds


def plain(module: torch.nn.RNNBase, x: torch.Tensor) -> None:
    module.zero_grad(set_to_none=True)
    output, _ = module(x)
    (output * output).sum().backward()


def numpy_core(network: Network, weights: dict[str, np.ndarray], inputs: np.ndarray) -> None:
    layers = forward(network, weights, inputs)
    output = top_of(network, layers)
    float((output * output).sum())
    backward(network, weights, layers, 2.0 * output)


def loop_of_cells(module: torch.nn.RNNBase, x: torch.Tensor) -> None:
    module.zero_grad(set_to_none=True)
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    w_ih, w_hh, b_ih, b_hh = (getattr(module, name) for name in names)
    h = c = torch.zeros(x.shape[1], module.hidden_size, device=x.device)
    kept, states = [], []
    for x_t in x:
        by_x, by_h = x_t @ w_ih.T + b_ih, h @ w_hh.T + b_hh
        if isinstance(module, torch.nn.LSTM):
            a = by_x + by_h
            i, f, g, o = a.chunk(4, dim=1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            kept += [a, c]
        elif isinstance(module, torch.nn.GRU):
            (x_r, x_z, x_n), (h_r, h_z, q) = by_x.chunk(3, dim=1), by_h.chunk(3, dim=1)
            r, z = x_r + h_r, x_z + h_z
            n = x_n + torch.sigmoid(r) * q
            h = torch.lerp(torch.tanh(n), h, torch.sigmoid(z))
            kept += [r, z, n]
        else:
            a = by_x + by_h
            h = torch.tanh(a)
            kept += [a]
        kept.append(h)
        states.append(h)
    for tensor in kept:
        tensor.retain_grad()
    output = torch.stack(states)
    (output * output).sum().backward()


def fastest(ways: dict[str, Callable[[], None]]) -> dict[str, float]:
    """Seconds of each way's fastest turn."""
    best = {name: float("inf") for name in ways}
    for way in ways.values():
        way()
    begin, turns = time.perf_counter(), 0
    while turns < FEWEST or (turns < MOST and time.perf_counter() - begin < SECONDS):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            best[name] = min(best[name], time.perf_counter() - start)
        turns += 1
    return best


def compare(cell: str, batch: int, length: int, hidden: int) -> str:
    network = Network(cell, hidden, hidden)
    weights = {k: v.astype(np.float32) for k, v in initial_weights(network, seed=0).items()}
    module = MODULES[cell](hidden, hidden)
    module.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(length, batch, hidden)).astype(np.float32)
    x = torch.from_numpy(inputs)
    best = fastest(
        {
            "plain": lambda: plain(module, x),
            "core": lambda: numpy_core(network, weights, inputs),
            "trace": lambda: trace_torch(module, x, lambda y: (y * y).sum()) and None,
            "loop": lambda: loop_of_cells(module, x),
        }
    )
    ratios = " | ".join(f"{best[name] / best['plain']:.2f}" for name in ("core", "trace", "loop"))
    return f"| {cell} | {batch}, {length}, {hidden} | {best['plain'] * 1e3:.2f} ms | {ratios} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the small sizes alone")
    sizes = SMALL if parser.parse_args().quick else SMALL + LARGE
    print(
        f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, "
        f"torch {torch.__version__}\n"
    )
    print("| cell | B, T, H | plain | NumPy core | trace_torch | loop of cells |")
    print("|---|---|---|---|---|---|")
    for cell in MODULES:
        for size in sizes:
            print(compare(cell, *size), flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    with threadpool_limits(1):
        main()
