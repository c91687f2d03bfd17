"""The weights that a network starts from, PyTorch's distribution, the same on every machine.

Recurrent layers are drawn from U(-1/√H, 1/√H), the read-out from U(-1/√fan_in, 1/√fan_in), as
`torch.nn` does. Each parameter has a stream of random numbers of its own, keyed by the seed and
its name, so that adding peepholes, a layer or a direction leaves the other weights as they are.
"""

import math

import numpy as np

from rnn_core.network import GATES, Network


def initial_weights(
    network: Network,
    seed: int,
    init_scale: float = 1.0,
    spectral_radius: float | None = None,
    forget_bias: float | None = 1.0,
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
        if spectral_radius is not None:
            for block in np.split(weights[f"weight_hh{suffix}"], GATES[network.cell]):
                block *= spectral_radius / np.abs(np.linalg.eigvals(block)).max()
        if forget_bias is not None and network.cell == "lstm":
            forget = slice(network.hidden_size, 2 * network.hidden_size)
            weights[f"bias_ih{suffix}"][forget] = forget_bias
            weights[f"bias_hh{suffix}"][forget] = 0.0
    return weights
