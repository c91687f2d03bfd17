"""The additive model of a neural network in continuous time, Euler's steps through it, and the RNN.

    τ da/dt = -a + W tanh(a) + U x(t) + b          time is counted in τ here, so τ = 1

a is a unit's activity (a voltage), tanh(a) what the others hear of it. x(t) is held: x_k from time
k to k + 1. Euler's step Δ from time n Δ:

    explicit    a_{n+1} = (1 - Δ) a_n + Δ (W tanh(a_n) + U x + b)
    implicit    a_{n+1} = (a_n + Δ (W tanh(a_n) + U x + b)) / (1 + Δ)       the leak taken at n + 1

Explicit with Δ = 1 leaves a_{n+1} = W tanh(a_n) + U x + b: with h = tanh(a) that is the RNN of
`rnn_core.rnn`, a its pre-activation. Implicit is Sherstinsky's way; there the old state's weight
1/(1 + Δ) vanishes only as Δ grows.

Sources: Grossberg 2013, doi:10.4249/scholarpedia.1888 (the additive model); Hopfield 1984,
doi:10.1073/pnas.81.10.3088; Sherstinsky 2020, arXiv:1808.03314 (the way to the RNN).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from rnn_core.checks import one_of, real, whole

SCHEMES = ("explicit", "implicit")
FINE_STEPS = 512  # of the reference, per unit of time
HALVINGS = 8  # the error is measured at steps 1, 1/2, … 1/2^8
Advance = Callable[[np.ndarray, float], np.ndarray]  # (a(t), x) -> a(t + step)


@dataclass(frozen=True)
class AdditiveSetup:
    """One unit, or two coupled ones, driven by `inputs` from rest (a = 0 at time 0).

    W is `weight` for one unit; for two it is `weight` times the rotation by `turn` degrees, so
    that both have the spectral radius |weight|. x drives unit 0 with weight 1; b is 0. With
    weight 0 the units are leaks, and the solution is known in closed form.
    """

    inputs: tuple[float, ...]
    weight: float = 0.0
    units: int = 1
    turn: float = 0.0

    def __post_init__(self) -> None:
        if not self.inputs:
            raise ValueError("inputs must hold at least one number; got none")
        for k, value in enumerate(self.inputs):
            real(f"inputs[{k}]", value)
        real("weight", self.weight)
        real("turn", self.turn)
        whole("units", self.units, 1, 2)

    @property
    def matrix(self) -> Float[np.ndarray, "units units"]:
        """W."""
        if self.units == 1:
            return np.array([[self.weight]])
        c, s = math.cos(math.radians(self.turn)), math.sin(math.radians(self.turn))
        return self.weight * np.array([[c, -s], [s, c]])

    @property
    def drive(self) -> Float[np.ndarray, " units"]:
        """U: the input enters unit 0."""
        return np.eye(self.units)[0]

    @property
    def duration(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True, eq=False)
class Path:
    """States `a` at `times`, from time 0 (row 0, at rest) on."""

    times: Float[np.ndarray, " points"]
    states: Float[np.ndarray, "points units"]


@lru_cache(maxsize=256)
def euler(setup: AdditiveSetup, step: float, scheme: str = "explicit") -> Path:
    """Euler's points while they lie within the inputs' time; `step` is Δ/τ.

    The input of a step is the one held at its start.
    """
    real("step", step, 0.0)
    if not step > 0.0:
        raise ValueError(f"step must be greater than 0; got {step}")
    leak_implicit = one_of("scheme", scheme, SCHEMES) == "implicit"
    matrix, drive = setup.matrix, setup.drive
    count = math.floor(setup.duration / step + 1e-9)
    states = np.zeros((count + 1, setup.units))
    for n in range(count):
        a = states[n]
        x = setup.inputs[min(math.floor(n * step + 1e-9), setup.duration - 1)]
        force = matrix @ np.tanh(a) + drive * x
        if leak_implicit:
            states[n + 1] = (a + step * force) / (1.0 + step)
        else:
            states[n + 1] = (1.0 - step) * a + step * force
    return _shared(step * np.arange(count + 1), states)


@lru_cache(maxsize=64)
def reference(setup: AdditiveSetup) -> Path:
    """The solution: for a leak in closed form, else by Runge and Kutta's fourth order.

    512 points per unit of time, each input's first and last among them; of order 4, with an
    error of about 1e-11 where the weights are near 1.
    """
    step = 1.0 / FINE_STEPS
    count = setup.duration * FINE_STEPS
    states = np.zeros((count + 1, setup.units))
    advance = (_closed if setup.weight == 0.0 else _runge_kutta)(setup, step)
    for n in range(count):
        states[n + 1] = advance(states[n], setup.inputs[n // FINE_STEPS])
    return _shared(step * np.arange(count + 1), states)


def error(setup: AdditiveSetup, step: float, scheme: str = "explicit") -> float:
    """The largest distance ‖a_n - a(t_n)‖ of Euler's points from the solution.

    Raises:
        ValueError: the points are not among the reference's: 512 · step must be whole.
    """
    apart = step * FINE_STEPS
    if abs(apart - round(apart)) > 1e-9:
        raise ValueError(f"step must be a whole number of 512ths; got {step}")
    path = euler(setup, step, scheme)
    exact = reference(setup).states[:: round(apart)][: len(path.states)]
    return float(np.linalg.norm(path.states - exact, axis=1).max())


def errors(setup: AdditiveSetup, scheme: str = "explicit") -> dict[float, float]:
    """The error at each of the steps 1, 1/2, … 1/2^8."""
    return {2.0**-k: error(setup, 2.0**-k, scheme) for k in range(HALVINGS + 1)}


def growth(setup: AdditiveSetup, step: float, scheme: str = "explicit") -> float:
    """By what factor one step scales a small distance at rest: above 1 Euler runs away.

    |1 + Δ (λ - 1)| explicit and |1 + Δ λ| / (1 + Δ) implicit, λ an eigenvalue of W, the largest
    of them. The flow itself shrinks such a distance where Re λ < 1.
    """
    eigenvalues = np.linalg.eigvals(setup.matrix)
    if one_of("scheme", scheme, SCHEMES) == "implicit":
        return float(np.abs(1.0 + step * eigenvalues).max() / (1.0 + step))
    return float(np.abs(1.0 + step * (eigenvalues - 1.0)).max())


def truncated(setup: AdditiveSetup, steps: int) -> Float[np.ndarray, "time units"]:
    """h_t of the RNN (explicit, Δ = 1) when only the last `steps` inputs are unrolled for each t.

    Row t starts from h = 0 at t - steps + 1, or at 0 where that is before the beginning.
    """
    whole("steps", steps, 1)
    matrix, drive = setup.matrix, setup.drive
    hidden = np.zeros((setup.duration, setup.units))
    for ago in range(min(steps, setup.duration) - 1, -1, -1):
        # All t at once: the input that each reads `ago` steps before its own.
        reads = np.array([0.0] * ago + list(setup.inputs[: setup.duration - ago]))
        fresh = np.tanh(hidden @ matrix.T + reads[:, None] * drive)
        hidden = np.where(np.arange(setup.duration)[:, None] >= ago, fresh, 0.0)
    return hidden


def truncation_errors(setup: AdditiveSetup) -> Float[np.ndarray, " steps"]:
    """The largest ‖h_t - truncated h_t‖ over t, for 1, 2, … T inputs unrolled; the last is 0."""
    full = truncated(setup, setup.duration)
    return np.array(
        [
            np.linalg.norm(full - truncated(setup, k), axis=1).max()
            for k in range(1, setup.duration + 1)
        ]
    )


def _closed(setup: AdditiveSetup, step: float) -> Advance:
    """a(t + step) = u + (a - u) e^{-step} with u = U x."""
    drive, left = setup.drive, math.exp(-step)
    return lambda a, x: drive * x + (a - drive * x) * left


def _runge_kutta(setup: AdditiveSetup, step: float) -> Advance:
    matrix, drive = setup.matrix, setup.drive

    def advance(a: np.ndarray, x: float) -> np.ndarray:
        level = drive * x
        k1 = matrix @ np.tanh(a) + level - a
        b = a + 0.5 * step * k1
        k2 = matrix @ np.tanh(b) + level - b
        c = a + 0.5 * step * k2
        k3 = matrix @ np.tanh(c) + level - c
        d = a + step * k3
        k4 = matrix @ np.tanh(d) + level - d
        return a + step / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)

    return advance


def _shared(times: np.ndarray, states: np.ndarray) -> Path:
    times.flags.writeable = states.flags.writeable = False
    return Path(times, states)
