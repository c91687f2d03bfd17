"""Records of what one recurrent layer did on one batch of sequences.

Arrays are time first, `(time, batch, feature)`; row t is the step that read input t, also
for a layer that reads the sequence from its end (`reverse=True`), whose state at row t came
from row t + 1. The state before the first step that a layer takes is `initial_hidden`.

The names are the ones that the rest of the product relies on; the same record comes from a
setup (`rnn_core.run`, NumPy) and from a user's own module (`rnn_core.trace_torch`).
Gradients are of the total loss L; in a record of a forward pass alone they are None.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Float

States: TypeAlias = Float[np.ndarray, "time batch hidden"]
Preactivations: TypeAlias = Float[np.ndarray, "time batch gates"]


@dataclass(frozen=True, eq=False, kw_only=True)
class LayerTrace:
    """What every cell records.

    `preactivation` holds the gates' blocks side by side in PyTorch's order (RNN: one block;
    GRU: r, z, n; LSTM: i, f, g, o), each `hidden` wide, everything that enters the
    nonlinearity included. `grad_hidden` is the total ∂L/∂h_t, `grad_preactivation` is ∂L/∂a_t.
    """

    inputs: Float[np.ndarray, "time batch features"]
    preactivation: Preactivations
    hidden: States
    initial_hidden: Float[np.ndarray, "batch hidden"]
    reverse: bool = False
    grad_hidden: States | None = None
    grad_preactivation: Preactivations | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class RNNTrace(LayerTrace):
    """A simple recurrent layer. `hidden` lies in (-1, 1) for tanh, in [0, ∞) for relu."""

    nonlinearity: str = "tanh"


@dataclass(frozen=True, eq=False, kw_only=True)
class GRUTrace(LayerTrace):
    """A GRU layer. Gates lie in (0, 1), `candidate` and `hidden` in (-1, 1).

    `recurrent_candidate` is q_t = W_hn h_{t-1} + b_hn, before the reset gate scales it.
    """

    reset_gate: States
    update_gate: States
    candidate: States
    recurrent_candidate: States


@dataclass(frozen=True, eq=False, kw_only=True)
class LSTMTrace(LayerTrace):
    """An LSTM layer. Gates lie in (0, 1), `candidate` and `hidden` in (-1, 1), `cell` is unbounded.

    `grad_cell` is the total ∂L/∂c_t, the way through h_t included.
    """

    input_gate: States
    forget_gate: States
    candidate: States
    output_gate: States
    cell: States
    initial_cell: Float[np.ndarray, "batch hidden"]
    grad_cell: States | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class LayerGradients:
    """What a layer's backward pass found.

    `trace` is the layer's record with its gradients filled in. `weights` has the cell module's
    names (without a layer's suffix); `inputs` is ∂L/∂x_t, and the last two are with respect to
    the state before the first step.
    """

    trace: LayerTrace
    weights: dict[str, np.ndarray]
    inputs: Float[np.ndarray, "time batch features"]
    initial_hidden: Float[np.ndarray, "batch hidden"]
    initial_cell: Float[np.ndarray, "batch hidden"] | None = None
