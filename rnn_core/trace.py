"""Records of what one recurrent layer did on one batch of sequences.

Arrays are time first, `(time, batch, feature)`; row t is the step that read input t, also
for a layer that reads the sequence from its end (`reverse=True`), whose state at row t came
from row t + 1. The state before the first step that a layer takes is `initial_hidden`.

The names are the ones that the rest of the product relies on; the same record comes from a
setup (`rnn_core.run`, NumPy) and from a user's own module (`rnn_core.trace_torch`).
Gradients are of the total loss L; in a record of a forward pass alone they are None.

A layer can be held to something other than what it computes (`Clamps`). With the mask m, 0 where
a unit is silenced and 1 elsewhere, and f the cell's own equation,

    h_t = m ⊙ f(x_t, h_{t-1}, …)         gate_t = the pinned value, at every step, where pinned

and the derivative of a value that is held is 0: m multiplies ∂h_t/∂(everything), and a pinned
gate's δa is 0, though its pre-activation is recorded as computed. `hidden` and `grad_hidden` are
of h_t as others read it, after the mask. A silenced LSTM unit's cell runs on and reaches nobody,
so its `grad_cell` is 0. The state before the first step is read as given.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Bool, Float

States: TypeAlias = Float[np.ndarray, "time batch hidden"]
Preactivations: TypeAlias = Float[np.ndarray, "time batch gates"]


@dataclass(frozen=True, eq=False)
class Clamps:
    """What one layer is held to at every step, whatever it computes.

    `pins` are the gates' values side by side in PyTorch's order, as in `preactivation`, NaN where
    a gate runs free; `silenced` is True for the units whose h is 0 to everybody who reads it.
    """

    pins: Float[np.ndarray, " gates"] | None = None
    silenced: Bool[np.ndarray, " hidden"] | None = None

    def bend(
        self, stretch: Float[np.ndarray, " some"], first: int = 0
    ) -> tuple[Float[np.ndarray, " some"], Float[np.ndarray, " some"]]:
        """The stretch and the shift that make gates of tanh: gate = stretch · tanh + shift.

        Free gates keep `stretch`, and 1 - stretch for the shift; a pinned one has stretch 0 and
        its value for the shift, so that it costs nothing at any step. `first` is where in `pins`
        the gates begin.
        """
        if self.pins is None:
            return stretch, 1.0 - stretch
        pins = self.pins[first : first + len(stretch)].astype(stretch.dtype)
        free = np.isnan(pins)
        return np.where(free, stretch, 0.0), np.where(free, 1.0 - stretch, pins)


FREE = Clamps()


@dataclass(frozen=True, eq=False, kw_only=True)
class LayerTrace:
    """What every cell records.

    `preactivation` holds the gates' blocks side by side in PyTorch's order (RNN: one block;
    GRU: r, z, n; LSTM: i, f, g, o), each `hidden` wide, everything that enters the
    nonlinearity included. `grad_hidden` is the total ∂L/∂h_t, `grad_preactivation` is ∂L/∂a_t.
    `clamps` is what the layer was held to.
    """

    inputs: Float[np.ndarray, "time batch features"]
    preactivation: Preactivations
    hidden: States
    initial_hidden: Float[np.ndarray, "batch hidden"]
    reverse: bool = False
    grad_hidden: States | None = None
    grad_preactivation: Preactivations | None = None
    clamps: Clamps = FREE

    @property
    def pinned(self) -> Bool[np.ndarray, " gates"] | None:
        """Which of the gates that stand side by side are pinned; None where none is."""
        return None if self.clamps.pins is None else ~np.isnan(self.clamps.pins)


@dataclass(frozen=True, eq=False, kw_only=True)
class RNNTrace(LayerTrace):
    """A simple recurrent layer. `hidden` is in (-1, 1) for tanh, ≥ 0 for relu."""

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


@dataclass(frozen=True, eq=False)
class Truncated:
    """What truncated backpropagation through time makes of a record's gradients.

    All gradients are sums over the windows; `layers` are the records with theirs. `cosine` and
    `norm_ratio` (truncated over full) compare the gradients of the recurrent layers' weights as
    one long vector; the read-out's is exact either way. They are NaN where the full gradient is
    0, or outgrows its dtype. `windows` are (start, stop) of each backward pass, in time's order,
    `steps_held` is the longest of them. `bytes_held` is the memory of all that the forward pass
    must keep of so many steps for the way back, `bytes_full` of all steps: every layer's arrays,
    inputs, states, gates and pre-activations, in the record's dtype.
    """

    grad_weights: dict[str, np.ndarray]
    grad_inputs: Float[np.ndarray, "time batch features"]
    grad_initial_hidden: Float[np.ndarray, "records batch hidden"]
    grad_initial_cell: Float[np.ndarray, "records batch hidden"] | None
    layers: tuple[LayerTrace, ...]
    cosine: float
    norm_ratio: float
    windows: tuple[tuple[int, int], ...]
    steps_held: int
    bytes_held: int
    bytes_full: int

    def first_step(self, source: int) -> int:
        """The earliest step that the loss at step `source` reaches back to."""
        return next(start for start, stop in self.windows if source < stop)
