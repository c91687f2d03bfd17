"""The LSTM's two paths back to c_t, for the loss at one step k.

    direct   D_t = (Π_{s=t+1}^{k} f_s) ⊙ δh_k ⊙ o_k ⊙ (1 - tanh² c_k)
    gates    ∂L_k/∂c_t - D_t

`direct` runs straight along the conveyor from c_k, which the loss sees by way of h_k; `gates` is
everything else: through the gates, the peepholes, and in lower layers through the layers above
at earlier steps.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from rnn_core import lstm, readout
from rnn_core.checks import whole
from rnn_core.propagate import backward, flipped, top_of
from rnn_core.run import Record
from rnn_core.trace import LSTMTrace


class PathSplit(NamedTuple):
    """∂L_k/∂c_t by either path; the two sum to it. Zero where the loss does not reach."""

    direct: Float[np.ndarray, "time hidden"]
    gates: Float[np.ndarray, "time hidden"]


def path_split(run: Record, layer: int, source: int, sample: int = 0) -> PathSplit:
    """Split the gradient of the loss at step `source` in one LSTM record of `run.layers`."""
    whole("layer", layer, 0, len(run.layers) - 1)
    length, batch, _ = run.layers[layer].hidden.shape
    whole("source", source, 0, length - 1)
    whole("sample", sample, 0, batch - 1)
    grad_output = np.zeros_like(run.grad_output)
    grad_output[source] = run.grad_output[source]
    top = top_of(run.network, run.layers)
    grad_top, _ = readout.backward(run.weights, top, grad_output)
    trace = backward(run.network, run.weights, run.layers, grad_top).layers[layer]
    if not isinstance(trace, LSTMTrace):
        raise ValueError(
            f"layer must be an LSTM, whose cell state has two paths; got a {run.network.cell}"
        )
    reverse = trace.reverse
    if reverse:
        trace, source = flipped(trace), length - 1 - source
    assert isinstance(trace, LSTMTrace)
    assert trace.grad_hidden is not None
    assert trace.grad_cell is not None
    direct = np.zeros_like(trace.grad_cell[:, sample])
    at_source = trace.grad_hidden[source, sample] * lstm.slopes(trace).cell[source, sample]
    forget = trace.forget_gate[source:0:-1, sample]
    kept = np.cumprod(np.concatenate([np.ones_like(at_source)[None], forget]), axis=0)
    direct[source::-1] = kept * at_source
    gates = trace.grad_cell[:, sample] - direct
    return PathSplit(direct[::-1], gates[::-1]) if reverse else PathSplit(direct, gates)
