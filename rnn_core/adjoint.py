"""One step back in time for many adjoints at once, whatever the cell.

The adjoint step is linear, so the gradients of many losses, or the rows of a Jacobian, travel
back together as one more axis in front of the batch: one sweep, not one pass for each.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from rnn_core import gru, lstm, rnn
from rnn_core.network import Weights
from rnn_core.trace import GRUTrace, LayerTrace, LSTMTrace, RNNTrace

# (t, δh_t, carried to c_t) -> (δa_t, handed to h_{t-1}, carried to c_{t-1}), each of shape
# (many, batch, ·). Without a cell state nothing is carried: the zeros go through.
StepBack: TypeAlias = Callable[
    [int, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]
]


def step_back(trace: LayerTrace, weights: Weights) -> StepBack:
    """The adjoint step of one layer, local derivatives computed; `trace` must not be reverse."""
    if isinstance(trace, LSTMTrace):
        of_lstm = lstm.slopes(trace)
        return lambda t, delta_h, carried: lstm.step_back(of_lstm, weights, t, delta_h, carried)
    if isinstance(trace, GRUTrace):
        of_gru = gru.slopes(trace)
        return lambda t, delta_h, carried: (*gru.step_back(of_gru, weights, t, delta_h), carried)
    if isinstance(trace, RNNTrace):
        of_rnn = rnn.slope(trace)
        return lambda t, delta_h, carried: (*rnn.step_back(of_rnn, weights, t, delta_h), carried)
    raise TypeError(f"trace must be of an LSTM, GRU or RNN; got {type(trace).__name__}")
