"""How an LSTM's gradient gets back along its two paths, and an RNN's on the same sequence.

With the loss at the last step k alone, `rnn_core.paths` splits ∂L/∂c_t = D_t + R_t: straight along
the conveyor, D_t = (Π_{s=t+1}^{k} f_s) ⊙ ∂L/∂c_k, and the rest, by way of the gates. Vectors add,
norms do not; what adds to 1 are their signed projections on the whole, the *shares*

    D_t · ∂L/∂c_t / ‖∂L/∂c_t‖²    +    R_t · ∂L/∂c_t / ‖∂L/∂c_t‖²    =    1

A share above 1 means that the other path pulls the opposite way.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from rnn_core.changes import Changes
from rnn_core.checks import real
from rnn_core.paths import path_split
from rnn_core.run import run
from rnn_core.sequences import Vectors, signal
from rnn_core.setup import Setup
from rnn_core.trace import LSTMTrace


@dataclass(frozen=True, eq=False)
class PathCourse:
    """Row t is time step t; the loss stands at the last step, whose ‖∂L/∂c‖ (RNN: ‖∂L/∂h‖) is 1.

    `whole`, `direct` and `gates` are the norms of ∂L/∂c_t and its two parts, `rnn` that of
    ∂L/∂h_t in a tanh RNN; `direct_share` and `gates_share` sum to 1 (NaN where the whole is 0).
    `kept` is Π_{s=t+1}^{k} f_s, `forget` f_t and `cell` |c_t|, each the mean over the units.
    """

    whole: Float[np.ndarray, " time"]
    direct: Float[np.ndarray, " time"]
    gates: Float[np.ndarray, " time"]
    direct_share: Float[np.ndarray, " time"]
    gates_share: Float[np.ndarray, " time"]
    kept: Float[np.ndarray, " time"]
    forget: Float[np.ndarray, " time"]
    cell: Float[np.ndarray, " time"]
    rnn: Float[np.ndarray, " time"]


def path_setup(
    length: int = 40,
    hidden_size: int = 16,
    seed: int = 0,
    forget_bias: float = 1.0,
    forget: float | None = None,
) -> Setup:
    """An LSTM with PyTorch's random weights that reads noise in ±1; target 1 at the last step.

    `forget` pins every unit's forget gate to that value in [0, 1]; None leaves them free.
    """
    changes = Changes()
    if forget is not None:
        value = real("forget", forget, 0.0, 1.0)
        changes = Changes(
            pins=tuple((0, "forget_gate", unit, value) for unit in range(hidden_size))
        )
    return Setup(
        Vectors(
            tuple((value,) for value in signal("noise", length, seed)),
            (*(None,) * (length - 1), (1.0,)),
        ),
        cell="lstm",
        hidden_size=hidden_size,
        seed=seed,
        forget_bias=forget_bias,
        loss_steps="last",
        changes=changes,
    )


@lru_cache(maxsize=256)
def path_course(setup: Setup) -> PathCourse:
    """The two paths of a one-layer LSTM whose loss stands at the last step of `setup`.

    The RNN beside it has the same sequence, size and seed, tanh, and PyTorch's random weights.

    Raises:
        ValueError: the cell is not an LSTM of one layer, a loss stands before the last step, or
            nothing goes back from there.
    """
    made = run(setup)
    if len(made.layers) > 1 or made.loss_mask[:-1].any():
        raise ValueError("setup must have one layer and one direction, and its loss at the end")
    trace = made.layers[0]
    last = len(made.inputs) - 1
    direct, gates = path_split(made, 0, last)
    assert isinstance(trace, LSTMTrace)
    assert trace.grad_cell is not None
    # Not direct + gates: where these are large and opposed, their sum is rounding noise.
    total = trace.grad_cell[:, 0]
    size = _norm(total)
    if size[-1] == 0.0:
        raise ValueError("nothing goes back: ∂L/∂c is 0 at the last step")
    # Scaled first: the square of 1e-170 would be 0.
    unit = total / np.where(size > 0.0, size, 1.0)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = [(part * unit).sum(axis=1) / size for part in (direct, gates)]
    forget = trace.forget_gate[:, 0]
    after = np.concatenate([np.ones((1, forget.shape[1])), forget[:0:-1]])
    kept = np.cumprod(after, axis=0)[::-1]
    return PathCourse(
        whole=size / size[-1],
        direct=_norm(direct) / size[-1],
        gates=_norm(gates) / size[-1],
        direct_share=shares[0],
        gates_share=shares[1],
        kept=kept.mean(axis=1),
        forget=forget.mean(axis=1),
        cell=np.abs(trace.cell[:, 0]).mean(axis=1),
        rnn=_of_rnn(setup),
    )


def _of_rnn(setup: Setup) -> Float[np.ndarray, " time"]:
    """‖∂L/∂h_t‖ over that of the last step, in the RNN beside it."""
    made = run(replace(setup, cell="rnn_tanh", changes=Changes()))
    assert made.layers[0].grad_hidden is not None
    norms = _norm(made.layers[0].grad_hidden[:, 0])
    if norms[-1] == 0.0:
        raise ValueError("nothing goes back in the RNN: ∂L/∂h is 0 at the last step")
    return norms / norms[-1]


def _norm(vectors: Float[np.ndarray, "time hidden"]) -> Float[np.ndarray, " time"]:
    """Norms over the units, of vectors whose squares may be too small for a float64."""
    largest = np.abs(vectors).max(axis=1)
    safe = np.where(largest > 0.0, largest, 1.0)
    return largest * np.linalg.norm(vectors / safe[:, None], axis=1)
