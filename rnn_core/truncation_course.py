"""What truncated BPTT keeps of the gradient, for every k: cosine, ratio of norms, memory.

    cosine  g_k · g / (‖g_k‖ ‖g‖)        norm ratio  ‖g_k‖ / ‖g‖        over all recurrent weights

g is the full gradient and g_k that of BPTT(k2 = k; k1); both are 1 at k = T. Where nothing of the
gradient arrives, g_k = 0, the ratio is 0 and there is no cosine (NaN).

`recall_setup` is a task whose only dependency is as long as the sequence: a loss whose way back is
cut after fewer than T steps has a gradient for the cue that is exactly 0.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int

from rnn_core.checks import one_of, real, whole
from rnn_core.run import run
from rnn_core.sequences import Vectors, signal
from rnn_core.setup import Setup
from rnn_core.truncated import truncated

EVERY = ("k steps", "1 step")


@dataclass(frozen=True, eq=False)
class TruncationCourse:
    """Entry j belongs to k = j + 1, for k from 1 to T.

    `first_input` is ‖∂L/∂x_0‖ and `steps_held` how many steps' states are kept for the way back;
    `bytes_held` is what they take. `k1` is after how many steps there is an update.
    """

    k1: Int[np.ndarray, " length"]
    cosine: Float[np.ndarray, " length"]
    norm_ratio: Float[np.ndarray, " length"]
    first_input: Float[np.ndarray, " length"]
    steps_held: Int[np.ndarray, " length"]
    bytes_held: Int[np.ndarray, " length"]


@lru_cache(maxsize=64)
def truncation_course(setup: Setup, every: str = "k steps") -> TruncationCourse:
    """All k from 1 to T for a setup; `every` is k1: "k steps" (k1 = k2 = k) or "1 step".

    Raises:
        ValueError: the setup is bidirectional, or truncated itself.
    """
    one_of("every", every, EVERY)
    if setup.truncation is not None:
        raise ValueError(f"truncation must be None here; got {setup.truncation}")
    made = run(setup)
    lengths = range(1, len(made.inputs) + 1)
    each = [truncated(made, k if every == "k steps" else 1, k) for k in lengths]
    return TruncationCourse(
        k1=np.array([k if every == "k steps" else 1 for k in lengths]),
        cosine=np.array([one.cosine for one in each]),
        norm_ratio=np.array([one.norm_ratio for one in each]),
        first_input=np.array([float(np.linalg.norm(one.grad_inputs[0])) for one in each]),
        steps_held=np.array([one.steps_held for one in each]),
        bytes_held=np.array([one.bytes_held for one in each]),
    )


def recall_setup(
    cell: str = "rnn_tanh",
    length: int = 20,
    hidden_size: int = 16,
    seed: int = 0,
    distraction: float = 0.5,
) -> Setup:
    """The cue 1 at step 0, on a line of its own; noise after it; the cue is asked for at the end.

    `distraction` is the noise's size. The recurrent matrix of an RNN starts orthogonal, so that
    a gradient which is 0 was cut, and did not just fade.
    """
    length = whole("length", length, 2)
    size = real("distraction", distraction, 0.0)
    noise = signal("noise", length, seed)
    return Setup(
        Vectors(
            tuple((float(t == 0), 0.0 if t == 0 else size * noise[t]) for t in range(length)),
            (*(None,) * (length - 1), (1.0,)),
            ("cue", "noise"),
        ),
        cell=cell,
        hidden_size=hidden_size,
        seed=seed,
        loss_steps="last",
        recurrent_init="orthogonal" if cell.startswith("rnn") else "uniform",
    )
