"""The weights that a network starts from, PyTorch's distribution, the same on every machine.

Recurrent layers are drawn from U(-1/√H, 1/√H), the read-out from U(-1/√fan_in, 1/√fan_in), as
`torch.nn` does. Each parameter has a stream of random numbers of its own, keyed by the seed and
its name, so that adding peepholes, a layer or a direction leaves the other weights as they are.
"""

import math

import numpy as np

from rnn_core.network import GATES, Network

RECURRENT_INITS = ("uniform", "orthogonal", "identity")


def initial_weights(
    network: Network,
    seed: int,
    init_scale: float = 1.0,
    spectral_radius: float | None = None,
    forget_bias: float | None = 1.0,
    recurrent_init: str = "uniform",
) -> dict[str, np.ndarray]:
    """float64 weights; the arguments mean what they mean in a `Setup`."""
    weights = {}
    for name, shape in network.shapes().items():
        recurrent = not name.startswith("readout")
        fan_in = network.hidden_size * (1 if recurrent else network.directions)
        bound = (init_scale if recurrent else 1.0) / math.sqrt(fan_in)
        draw = np.random.default_rng([seed, *name.encode()]).random(shape)
        # Not Generator.uniform: its fused multiply-add differs between processors.
        weights[name] = (2.0 * draw - 1.0) * bound
    for suffix in network.suffixes:
        name = f"weight_hh{suffix}"
        if recurrent_init != "uniform":
            weights[name] = _exact(network, seed, name, recurrent_init)
            weights[name] *= 1.0 if spectral_radius is None else spectral_radius
        elif spectral_radius is not None:
            for block in np.split(weights[name], GATES[network.cell]):
                block *= spectral_radius / np.abs(np.linalg.eigvals(block)).max()
        if forget_bias is not None and network.cell == "lstm":
            forget = slice(network.hidden_size, 2 * network.hidden_size)
            weights[f"bias_ih{suffix}"][forget] = forget_bias
            weights[f"bias_hh{suffix}"][forget] = 0.0
    return weights


def _exact(network: Network, seed: int, name: str, kind: str) -> np.ndarray:
    """A `weight_hh` whose H × H blocks are orthogonal matrices, or identities."""
    size, blocks = network.hidden_size, GATES[network.cell]
    if kind == "identity":
        return np.tile(np.eye(size), (blocks, 1))
    draw = np.random.default_rng([seed, *name.encode()]).random((12, blocks, size, size))
    # Sums of 12 uniform numbers are all but normal, and need no logarithm of the processor's.
    return np.concatenate([_orthogonal(block) for block in draw.sum(axis=0) - 6.0])


def _orthogonal(block: np.ndarray) -> np.ndarray:
    """Q of block = QR with R's diagonal positive, by Gram and Schmidt, each row freed twice.

    Not `np.linalg.qr`: its last digits differ between processors.
    """
    rows = np.zeros_like(block)
    for k, row in enumerate(block):
        for _ in range(2):
            shares = (rows[:k] * row).sum(axis=1)
            row = row - (rows[:k] * shares[:, None]).sum(axis=0)
        rows[k] = row / np.sqrt((row * row).sum())
    return rows
