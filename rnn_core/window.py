"""A feed-forward network that slides over a sequence and sees the last k inputs, in NumPy.

    w_t = [x_{t-k+1}; …; x_t]         inputs before step 0 are 0
    a_t = W w_t + b                   h_t = tanh a_t                   y_t = V h_t + c

With k = 1 it reads one step at a time. Nothing is carried from step to step, so ∂y_t/∂x_s is 0
wherever s lies outside t-k+1 … t. In PyTorch it is `Linear(k·I, H)`, `Tanh`, `Linear(H, out)` on
the windows; the parameters here are `hidden.weight` (H, k·I; the oldest input's columns first),
`hidden.bias` (H), `readout.weight` (out, H), `readout.bias` (out). A time-delay network is this
one (Waibel et al. 1989, doi:10.1109/29.21701; there with more layers).
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from rnn_core import readout
from rnn_core.checks import array, whole
from rnn_core.network import Weights
from rnn_core.numerics import outer_sum, project, total


@dataclass(frozen=True)
class WindowNetwork:
    """The sizes; `window` is k, how many inputs reach an output."""

    window: int
    input_size: int
    hidden_size: int
    output_size: int

    def __post_init__(self) -> None:
        for name in ("window", "input_size", "hidden_size", "output_size"):
            whole(name, getattr(self, name), 1)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Every parameter's name and shape."""
        return {
            "hidden.weight": (self.hidden_size, self.window * self.input_size),
            "hidden.bias": (self.hidden_size,),
            "readout.weight": (self.output_size, self.hidden_size),
            "readout.bias": (self.output_size,),
        }

    @property
    def parameters(self) -> int:
        """H·k·I + H + out·H + out: it grows with the window."""
        return sum(math.prod(shape) for shape in self.shapes().values())

    def initial_weights(self, seed: int) -> dict[str, np.ndarray]:
        """float64, from U(-1/√fan_in, 1/√fan_in) as `torch.nn.Linear` draws them."""
        fan_in = {"hidden": self.window * self.input_size, "readout": self.hidden_size}
        weights = {}
        for name, shape in self.shapes().items():
            draw = np.random.default_rng([whole("seed", seed, 0), *name.encode()]).random(shape)
            weights[name] = (2.0 * draw - 1.0) / math.sqrt(fan_in[name.split(".")[0]])
        return weights


@dataclass(frozen=True, eq=False)
class WindowTrace:
    """One pass, row t is step t; `windows` is w_t. `hidden` lies in (-1, 1)."""

    network: WindowNetwork
    windows: Float[np.ndarray, "time batch window"]
    preactivation: Float[np.ndarray, "time batch hidden"]
    hidden: Float[np.ndarray, "time batch hidden"]
    output: Float[np.ndarray, "time batch out"]


def windows(
    inputs: Float[np.ndarray, "time batch features"], window: int
) -> Float[np.ndarray, "time batch window"]:
    """w_t for every step: the last `window` inputs, the oldest first, 0 before step 0."""
    length, batch, features = inputs.shape
    padded = np.concatenate([np.zeros((window - 1, batch, features), inputs.dtype), inputs])
    return np.concatenate([padded[k : k + length] for k in range(window)], axis=-1)


def forward(
    network: WindowNetwork, weights: Weights, inputs: Float[np.ndarray, "time batch features"]
) -> WindowTrace:
    """Every step at once: no step waits for another.

    Raises:
        ValueError: a weight or the inputs do not have the network's shape.
    """
    for name, shape in network.shapes().items():
        array(name, weights[name], shape, axes="rows, columns"[: 6 * len(shape)])
    array("inputs", inputs, (None, None, network.input_size), "time, batch, features")
    seen = windows(inputs, network.window)
    preactivation = project(seen, weights["hidden.weight"]) + weights["hidden.bias"]
    hidden = np.tanh(preactivation)
    return WindowTrace(network, seen, preactivation, hidden, readout.forward(weights, hidden))


def grad_hidden(
    weights: Weights, grad_output: Float[np.ndarray, "time batch out"]
) -> Float[np.ndarray, "time batch hidden"]:
    """∂L/∂h_t, which reaches h_t by way of y_t alone."""
    return project(grad_output, weights["readout.weight"].T)


def grad_weights(
    trace: WindowTrace, weights: Weights, grad_output: Float[np.ndarray, "time batch out"]
) -> dict[str, np.ndarray]:
    """From ∂L/∂y_t: the gradients of the weights alone, which is what training needs."""
    return _backward(trace, weights, grad_output)[0]


def _backward(
    trace: WindowTrace, weights: Weights, grad_output: Float[np.ndarray, "time batch out"]
) -> tuple[dict[str, np.ndarray], Float[np.ndarray, "time batch hidden"]]:
    """The gradients of the weights, and δa_t."""
    delta_h, gradients = readout.backward(weights, trace.hidden, grad_output)
    delta_a = delta_h * (1.0 - trace.hidden * trace.hidden)
    gradients["hidden.weight"] = outer_sum(delta_a, trace.windows)
    gradients["hidden.bias"] = total(delta_a)
    return gradients, delta_a


def backward(
    trace: WindowTrace, weights: Weights, grad_output: Float[np.ndarray, "time batch out"]
) -> tuple[dict[str, np.ndarray], Float[np.ndarray, "time batch features"]]:
    """From ∂L/∂y_t: the gradients of the weights, and of the inputs."""
    gradients, delta_a = _backward(trace, weights, grad_output)
    handed = project(delta_a, weights["hidden.weight"].T)
    length, batch, size = *handed.shape[:2], trace.network.input_size
    grad_inputs = np.zeros((length, batch, size), handed.dtype)
    for ago, block in enumerate(reversed(np.split(handed, trace.network.window, axis=-1))):
        if ago < length:  # x_{t-ago} is the block of its age in w_t
            grad_inputs[: length - ago] += block[ago:]
    return gradients, grad_inputs


def input_jacobians(
    trace: WindowTrace, weights: Weights, sample: int = 0
) -> Float[np.ndarray, "time time out features"]:
    """∂y_t/∂x_s at [t, s], exactly 0 where x_s is not in the window of t."""
    network, slopes = trace.network, 1.0 - trace.hidden[:, sample] ** 2
    length, blocks = len(slopes), np.split(weights["hidden.weight"], network.window, axis=1)
    found = np.zeros((length, length, network.output_size, network.input_size), slopes.dtype)
    for t in range(length):
        through = weights["readout.weight"] * slopes[t]
        for ago in range(min(network.window, t + 1)):
            found[t, t - ago] = through @ blocks[network.window - 1 - ago]
    return found
