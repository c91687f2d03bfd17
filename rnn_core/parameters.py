"""How many numbers a network is made of: the ones that it stores, and the ones that are free.

PyTorch stores two biases, b_ih and b_hh, for every block of a cell. Where only their sum enters
(the RNN, the LSTM, the GRU's r and z) one number of each pair is free; the GRU's n block has
n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn)), in which both are. The number of time steps
is in neither count.
"""

import math

from rnn_core.network import GATES, Network


def stored_parameters(network: Network) -> int:
    """The entries of all parameters, as a PyTorch `state_dict` holds them."""
    return sum(math.prod(shape) for shape in network.shapes().values())


def free_parameters(network: Network) -> int:
    """The same with one bias where only the sum of two has an effect.

    A ReLU network has one number less to choose for each unit of a layer: its scale, which the
    weights that read the unit can undo. That is not taken off here.
    """
    summed = GATES[network.cell] - (network.cell == "gru")
    return stored_parameters(network) - summed * network.hidden_size * len(network.suffixes)
