"""How a gradient's norm changes on its way back through time, and what changes it.

For a recurrent layer h_t = φ(W h_{t-1} + …) with the loss at the last step alone

    ∂L/∂h_{t-1} = Wᵀ (φ′(a_t) ⊙ ∂L/∂h_t)

so a step multiplies the norm by σmax(W) · max φ′(a_t) at most (Pascanu, Mikolov & Bengio 2013,
arXiv:1211.5063, section 2.1; Bengio, Simard & Frasconi 1994). `Flow` holds the real norms beside
those that W alone (φ′ = 1) and the slopes alone (W = 1) would give from the same start.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from rnn_core import rnn
from rnn_core.changes import UNCHANGED, Changes
from rnn_core.checks import one_of, real
from rnn_core.run import run
from rnn_core.sequences import Vectors, signal
from rnn_core.setup import Setup
from rnn_core.trace import LSTMTrace, RNNTrace

MATRICES = ("orthogonal", "uniform", "identity", "chain")
FEED = 1.0  # of a chain: how much of its neighbour a unit hears


def vanishing_setup(
    cell: str = "rnn_tanh",
    spectral_radius: float = 0.9,
    matrix: str = "orthogonal",
    length: int = 40,
    hidden_size: int = 16,
    seed: int = 0,
    input_scale: float = 0.5,
) -> Setup:
    """Noise of the size `input_scale`, uniform within ±, one loss: at the last step, target 1.

    `matrix` is a `recurrent_init` of `Setup`, or "chain": the radius on the diagonal, and each
    unit hears 1 times the one before it as well. All its eigenvalues equal the radius, and yet
    it stretches some vectors, as a matrix that is not normal can.

    Raises:
        ValueError: an argument is out of range; a chain needs an RNN of one block.
    """
    chain = one_of("matrix", matrix, MATRICES) == "chain"
    if chain and not cell.startswith("rnn"):
        raise ValueError(f"matrix 'chain' is there for an RNN; got cell {cell!r}")
    scale = real("input_scale", input_scale, 0.0)
    links = tuple(("weight_hh_l0", k + 1, k, FEED) for k in range(hidden_size - 1))
    return Setup(
        Vectors(
            tuple((scale * value,) for value in signal("noise", length, seed)),
            (*(None,) * (length - 1), (1.0,)),
        ),
        cell=cell,
        hidden_size=hidden_size,
        seed=seed,
        spectral_radius=spectral_radius,
        recurrent_init="identity" if chain else matrix,
        loss_steps="last",
        changes=Changes(weights=links) if chain and links else UNCHANGED,
    )


@dataclass(frozen=True, eq=False)
class Flow:
    """Norms of the gradients of the last step's loss, relative to the last step's own.

    `hidden` is ‖∂L/∂h_t‖ and `cell` ‖∂L/∂c_t‖ (LSTM alone), 1 at the last step. `by_matrix` and
    `by_slopes` are what W alone and the slopes alone make of the same ∂L/∂h at the last step;
    `slopes` is the mean of φ′(a_t) over the units, `steepest` the largest. `largest` is σmax(W),
    `radius` the spectral radius of W. The last six are there for RNNs alone.
    """

    hidden: Float[np.ndarray, " time"]
    cell: Float[np.ndarray, " time"] | None = None
    by_matrix: Float[np.ndarray, " time"] | None = None
    by_slopes: Float[np.ndarray, " time"] | None = None
    slopes: Float[np.ndarray, " time"] | None = None
    steepest: Float[np.ndarray, " time"] | None = None
    largest: float | None = None
    radius: float | None = None

    @property
    def growth(self) -> Float[np.ndarray, " steps"]:
        """Entry t: ‖∂L/∂h_t‖ / ‖∂L/∂h_{t+1}‖, what step t + 1 did; NaN where both are 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.hidden[:-1] / self.hidden[1:]

    @property
    def per_step(self) -> float:
        """The geometric mean of `growth`: by what factor a step changed the norm on average."""
        return float(self.hidden[0] ** (1.0 / (len(self.hidden) - 1)))

    def reach(self, share: float) -> int:
        """How many steps back the norm stays at least `share` of the last one's, without a gap."""
        below = np.flatnonzero(self.hidden < share)
        return len(self.hidden) - 1 - (int(below[-1]) + 1 if len(below) else 0)


@lru_cache(maxsize=256)
def flow(setup: Setup) -> Flow:
    """Runs the setup: one layer that reads forward, its loss at the last step.

    Raises:
        ValueError: the numbers explode, or nothing goes back from the last step.
    """
    made = run(setup)
    trace = made.layers[0]
    assert trace.grad_hidden is not None
    hidden = _relative(trace.grad_hidden[:, 0])
    if isinstance(trace, LSTMTrace):
        assert trace.grad_cell is not None
        return Flow(hidden, cell=_relative(trace.grad_cell[:, 0]))
    if not isinstance(trace, RNNTrace):
        return Flow(hidden)
    matrix, slopes = made.weights["weight_hh_l0"], rnn.slope(trace)[:, 0]
    last = trace.grad_hidden[-1, 0]
    return Flow(
        hidden,
        by_matrix=_relative(_back(last, matrix, np.ones_like(slopes))),
        by_slopes=_relative(_back(last, np.eye(len(last)), slopes)),
        slopes=slopes.mean(axis=1),
        steepest=slopes.max(axis=1),
        largest=float(np.linalg.norm(matrix, 2)),
        radius=float(np.abs(np.linalg.eigvals(matrix)).max()),
    )


def _back(last: np.ndarray, matrix: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """The vectors v_{t-1} = Wᵀ (slopes_t ⊙ v_t) from `last`, the last step's."""
    found = np.empty_like(slopes)
    found[-1] = last
    for t in range(len(slopes) - 1, 0, -1):
        found[t - 1] = matrix.T @ (slopes[t] * found[t])
    return found


def _relative(gradients: Float[np.ndarray, "time hidden"]) -> Float[np.ndarray, " time"]:
    """Norms over the last one. Raises ValueError where that is 0."""
    sizes = np.abs(gradients).max(axis=1)
    if sizes[-1] == 0.0:
        raise ValueError("nothing goes back: the gradient at the last step is 0")
    # Scaled first: the square of 1e-170 would be 0.
    safe = np.where(sizes > 0.0, sizes, 1.0)
    norms = sizes * np.linalg.norm(gradients / safe[:, None], axis=1)
    return norms / norms[-1]
