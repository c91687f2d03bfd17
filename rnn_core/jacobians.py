"""How a state depends on an earlier one: ∂h_k/∂h_t, and for the LSTM the whole state (h, c).

The products J_k J_{k-1} … J_{t+1} come from one sweep with the unit vectors as adjoints. A
Jacobian of the state takes h_t and c_t as independent: ∂h_k/∂h_t holds c_t fixed and ∂h_k/∂c_t
holds h_t fixed, so the latter is not `grad_cell`, which counts the way through h_t as well.
‖∂h_k/∂h_t‖ alone misses the LSTM's conveyor; "cell" and "state" show it.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from rnn_core.adjoint import step_back
from rnn_core.checks import one_of, whole
from rnn_core.network import layer_weights
from rnn_core.propagate import flipped
from rnn_core.run import Record
from rnn_core.trace import LSTMTrace


class StateJacobians(NamedTuple):
    """∂(state k)/∂(state t), one matrix for each entry of `steps` (every t up to k, k included).

    In a reverse layer the steps run from k to the end. Singular values are in falling order;
    those too small to tell from rounding (under size · ε of the largest) are NaN.
    """

    steps: Int[np.ndarray, " steps"]
    products: Float[np.ndarray, "steps rows columns"]
    singular_values: Float[np.ndarray, "steps values"]


def state_jacobians(
    run: Record, layer: int, step_to: int, of: str = "hidden", sample: int = 0
) -> StateJacobians:
    """The Jacobians of one layer's state at `step_to` with respect to its states before.

    `of`: "hidden" is ∂h_k/∂h_t (H, H); for the LSTM also "cell", ∂h_k/∂c_t (H, H), and "state",
    ∂(h, c)_k/∂(h, c)_t (2H, 2H). For the other cells the state is h. `sample` picks a sequence
    of the batch.
    """
    whole("layer", layer, 0, len(run.layers) - 1)
    trace = run.layers[layer]
    length, batch, size = trace.hidden.shape
    whole("step_to", step_to, 0, length - 1)
    whole("sample", sample, 0, batch - 1)
    is_lstm = isinstance(trace, LSTMTrace)
    one_of("of", of, ("hidden", "cell", "state") if is_lstm else ("hidden", "state"))
    reverse = trace.reverse
    if reverse:
        trace, step_to = flipped(trace), length - 1 - step_to
    back = step_back(trace, layer_weights(run.weights, run.network.suffixes[layer]))

    whole_state = is_lstm and of == "state"
    units = np.eye(2 * size if whole_state else size, dtype=trace.hidden.dtype)
    products = np.empty((step_to + 1, len(units), len(units)), units.dtype)
    # Every sequence of the batch is taken along: the adjoint step is made for the batch.
    by_h = np.repeat(units[:, None, :size], batch, axis=1)
    by_c = np.repeat(units[:, None, size:], batch, axis=1) if whole_state else np.zeros_like(by_h)
    for t in range(step_to, -1, -1):
        if of == "cell":
            products[t] = by_c[:, sample]
        else:
            products[t, :, :size] = by_h[:, sample]
            products[t, :, size:] = by_c[:, sample, : products.shape[2] - size]
        if t:
            _, by_h, by_c = back(t, by_h, by_c)
    steps = np.arange(step_to + 1)
    if reverse:
        steps, products = length - 1 - steps[::-1], products[::-1]
    return StateJacobians(steps, products, singular_values(products))


def singular_values(
    matrices: Float[np.ndarray, "steps rows columns"],
) -> Float[np.ndarray, "steps values"]:
    """Falling singular values, NaN where they are rounding noise."""
    values = np.linalg.svd(matrices, compute_uv=False)
    floor = max(matrices.shape[1:]) * np.finfo(values.dtype).eps * values[:, :1]
    return np.where(values > floor, values, np.nan)
