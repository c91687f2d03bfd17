"""What a network says, forward alone: the same call for a recurrent one and for a window."""

import numpy as np
from jaxtyping import Float

from rnn_core import propagate, readout, window
from rnn_core.network import Network, Weights
from rnn_core.window import WindowNetwork


def outputs(
    network: Network | WindowNetwork,
    weights: Weights,
    inputs: Float[np.ndarray, "time batch features"],
) -> Float[np.ndarray, "time batch out"]:
    """The read-out's output after each input, from state 0."""
    if isinstance(network, WindowNetwork):
        return window.forward(network, weights, inputs).output
    top = propagate.top_of(network, propagate.forward(network, weights, inputs))
    return readout.forward(weights, top)
