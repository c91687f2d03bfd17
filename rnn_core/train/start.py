"""The weights that a training starts from, in float64, the same for every engine.

The chrono start (Tallec & Ollivier 2018, arXiv:1804.11188) gives the gates time scales as long
as the task's, T:

    LSTM   b_f ~ ln U(1, T-1)      b_i = -b_f
    GRU    b_z ~ ln U(1, T-1)      z keeps the state here: h_t = n + z ⊙ (h_{t-1} - n)

so that a unit forgets after between 2 and T steps. All stand in `bias_ih`, with 0 in `bias_hh`.
An IRNN (Le, Jaitly & Hinton 2015, arXiv:1504.00941) starts as the identity, without biases.
"""

import math

import numpy as np

from rnn_core.initial import initial_weights
from rnn_core.network import Network
from rnn_core.train.setup import TrainingSetup
from rnn_core.window import WindowNetwork

PLACES = {"lstm": {"bias": 1, "input": 0}, "gru": {"bias": 1}}  # blocks i, f, g, o and r, z, n


def starting_weights(setup: TrainingSetup) -> dict[str, np.ndarray]:
    """float64, under PyTorch's names."""
    network = setup.network()
    if isinstance(network, WindowNetwork):
        return network.initial_weights(setup.seed)
    chrono = setup.start == "chrono"
    weights = initial_weights(
        network,
        setup.seed,
        forget_bias=setup.forget_bias,
        recurrent_init="uniform" if chrono else setup.start,
    )
    for suffix in network.suffixes:
        if chrono:
            _chrono(network, weights, suffix, setup)
        if setup.start == "identity" and network.cell == "rnn_relu":
            weights[f"bias_ih{suffix}"][:] = weights[f"bias_hh{suffix}"][:] = 0.0
    return weights


def _chrono(
    network: Network, weights: dict[str, np.ndarray], suffix: str, setup: TrainingSetup
) -> None:
    size, places = network.hidden_size, PLACES[network.cell]
    rng = np.random.default_rng([setup.seed, *f"chrono{suffix}".encode()])
    longest = max(1.0, setup.task.length - 1.0)
    # Not Generator.uniform, as in `initial`: the same on every machine.
    scales = 1.0 + rng.random(size) * (longest - 1.0)
    bias = np.array([math.log(scale) for scale in scales.tolist()])
    for place, value in ((places["bias"], bias), (places.get("input"), -bias)):
        if place is not None:
            block = slice(place * size, (place + 1) * size)
            weights[f"bias_ih{suffix}"][block] = value
            weights[f"bias_hh{suffix}"][block] = 0.0
