"""Is a gradient right? One entry of it against the central difference of the loss.

    ∂L/∂w ≈ (L(w + ε) - L(w - ε)) / 2ε

The quotient is off by ε² L‴ / 6 + O(ε⁴), because it is not taken in the limit, and by about
u |L| / ε, because L is rounded to u = 2⁻⁵³ of itself: halving ε quarters the first and doubles the
second. The best ε lies between, near ∛u ≈ 5e-6 (Nocedal & Wright 2006, section 8.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from rnn_core import readout
from rnn_core.checks import one_of, real, whole
from rnn_core.propagate import forward, top_of
from rnn_core.run import Run, run
from rnn_core.setup import Setup

EPSILONS = tuple(10.0 ** (-power / 2) for power in range(0, 25))  # 1 down to 1e-12


@dataclass(frozen=True, eq=False)
class EntryCheck:
    """One entry of one parameter's gradient: by backpropagation, and by difference quotients."""

    analytic: float
    epsilons: Float[np.ndarray, " tries"]
    quotients: Float[np.ndarray, " tries"]

    @property
    def errors(self) -> Float[np.ndarray, " tries"]:
        """|quotient - analytic| over the larger of the two sizes; 0 where both are 0."""
        apart = np.abs(self.quotients - self.analytic)
        size = np.maximum(np.abs(self.quotients), abs(self.analytic))
        return np.divide(apart, size, out=np.zeros_like(apart), where=size > 0.0)


@lru_cache(maxsize=512)
def check_entry(
    setup: Setup,
    name: str,
    row: int,
    column: int = 0,
    epsilons: tuple[float, ...] = EPSILONS,
) -> EntryCheck:
    """The entry [row, column] of the parameter called `name` (of a bias: [row]), in float64.

    Raises:
        ValueError: there is no such entry; an ε is not positive; the setup's gradients are
            truncated (those are not the derivative of the loss) or its run is changed.
    """
    if setup.truncation is not None:
        raise ValueError("truncation must be None: a truncated gradient is no derivative of L")
    if setup.changes:
        raise ValueError("changes must be empty: the check runs the setup as it was")
    made = run(setup)
    one_of("name", name, made.weights)
    shape = made.weights[name].shape
    at: tuple[int, ...] = (whole("row", row, 0, shape[0] - 1),)
    last = shape[1] - 1 if len(shape) == 2 else 0
    whole("column", column, 0, last)
    if len(shape) == 2:
        at = (row, column)
    tried = np.array([real("epsilons", value, 0.0) for value in epsilons])
    if not tried.all():
        raise ValueError(f"epsilons must all be above 0; got {epsilons}")
    quotients = [
        (_loss_with(made, name, at, epsilon) - _loss_with(made, name, at, -epsilon)) / (2 * epsilon)
        for epsilon in tried.tolist()
    ]
    return EntryCheck(float(made.grad_weights[name][at]), tried, np.array(quotients))


def worst_error(setup: Setup, epsilon: float = 1e-5, names: Sequence[str] = ()) -> float:
    """The largest difference between a gradient and its quotients over all entries of `names`.

    It is divided by the largest size in that parameter's gradient. Without names: all parameters.
    """
    made = run(setup)
    worst = 0.0
    for name in names or made.weights:
        weight = made.weights[name]
        largest = float(np.abs(made.grad_weights[name]).max()) or 1.0
        for at in np.ndindex(*weight.shape):
            found = check_entry(setup, name, at[0], at[1] if len(at) == 2 else 0, (epsilon,))
            worst = max(worst, abs(float(found.quotients[0]) - found.analytic) / largest)
    return worst


def agreeing_digits(quotient: float, analytic: float) -> int:
    """How many leading significant digits the two share, as they are written side by side.

    Counted on both numbers written to 16 significant digits; 0 where sign or power differ.
    """
    a, b = f"{quotient:.15e}", f"{analytic:.15e}"
    if a.partition("e")[2] != b.partition("e")[2] or (quotient < 0) != (analytic < 0):
        return 0
    first, second = (text.lstrip("-").partition("e")[0].replace(".", "") for text in (a, b))
    pairs = zip(first, second, strict=True)
    return next((place for place, (x, y) in enumerate(pairs) if x != y), len(first))


def _loss_with(made: Run, name: str, at: tuple[int, ...], shift: float) -> float:
    """The loss of the same sequence where one entry is larger by `shift`."""
    moved = made.weights[name].copy()
    moved[at] += shift
    weights = made.weights | {name: moved}
    top = top_of(made.network, forward(made.network, weights, made.inputs))
    kind = "categorical" if np.issubdtype(made.targets.dtype, np.integer) else "squared"
    output = readout.forward(weights, top)
    return readout.compare(kind, output, made.targets, made.loss_mask).loss
