"""One text, three networks: which inputs can each output know of?

    one step      feed-forward, y_t from x_t alone
    window        feed-forward, y_t from x_{t-k+1} … x_t
    recurrent     y_t from h_t, and so from x_0 … x_t

What an output knows of an input is the Jacobian ∂y_t/∂x_s, y being the read-out before its
softmax. All three read the alphabet of the shipped character models and score its characters.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from rnn_core import window
from rnn_core.adjoint import step_back
from rnn_core.checks import one_of, whole
from rnn_core.initial import initial_weights
from rnn_core.network import Network, Weights, layer_weights
from rnn_core.numerics import apply
from rnn_core.propagate import forward
from rnn_core.readout import forward as read_out
from rnn_core.sequences import Text
from rnn_core.shipped import load_weights
from rnn_core.trace import LayerTrace

NETS = ("one step", "window", "recurrent")
RECURRENT = {"drawn": "", "trained rnn": "brackets-rnn_tanh", "trained lstm": "brackets-lstm"}
ALPHABET = load_weights("brackets-rnn_tanh").alphabet
TRAINED_SIZE = load_weights("brackets-rnn_tanh").network.hidden_size


@dataclass(frozen=True)
class MemorySetup:
    """The text, the window k, and the recurrent network: drawn from `seed`, or a trained one.

    `hidden_size` is that of all three; the trained networks have 16 units. The feed-forward
    networks are always drawn: what they cannot know does not depend on their weights.
    """

    text: str
    window: int = 4
    hidden_size: int = TRAINED_SIZE
    recurrent: str = "drawn"
    seed: int = 0

    def __post_init__(self) -> None:
        Text(self.text, ALPHABET)
        whole("window", self.window, 1)
        whole("hidden_size", self.hidden_size, 1)
        whole("seed", self.seed, 0)
        if one_of("recurrent", self.recurrent, RECURRENT) != "drawn" and (
            self.hidden_size != TRAINED_SIZE
        ):
            raise ValueError(
                f"hidden_size must be {TRAINED_SIZE} for the {self.recurrent}; "
                f"got {self.hidden_size}"
            )


@dataclass(frozen=True, eq=False)
class Seen:
    """What one network made of the text. `sensitivity` [t, s] is the Frobenius norm ‖∂y_t/∂x_s‖."""

    name: str
    parameters: int
    output: Float[np.ndarray, "time out"]
    sensitivity: Float[np.ndarray, "time time"]

    def inputs_seen(self, step: int) -> int:
        """How many inputs reach the output at `step`: those where the Jacobian is not exactly 0."""
        return int(np.count_nonzero(self.sensitivity[step]))


@lru_cache(maxsize=128)
def compare(setup: MemorySetup) -> tuple[Seen, Seen, Seen]:
    """The three networks on the setup's text, in the order of `NETS`. The arrays are shared."""
    inputs = Text(setup.text, ALPHABET).encode().inputs
    return (
        _feed_forward("one step", 1, setup, inputs),
        _feed_forward("window", setup.window, setup, inputs),
        _recurrent(setup, inputs),
    )


def moved(setup: MemorySetup, step: int, character: str) -> dict[str, Float[np.ndarray, " time"]]:
    """‖Δy_t‖ for every t where the text has `character` at `step` instead: real runs, no Jacobian.

    Raises:
        ValueError: no such step, or not one character of the alphabet.
    """
    changed = compare(with_character(setup, step, character))
    return {
        a.name: np.linalg.norm(b.output - a.output, axis=-1)
        for a, b in zip(compare(setup), changed, strict=True)
    }


def with_character(setup: MemorySetup, step: int, character: str) -> MemorySetup:
    """The setup whose text has `character` at `step` instead; raises as `moved` does."""
    whole("step", step, 0, len(setup.text) - 1)
    if len(character) != 1:
        raise ValueError(f"character must be one character; got {character!r}")
    text = setup.text[:step] + character + setup.text[step + 1 :]
    return MemorySetup(text, setup.window, setup.hidden_size, setup.recurrent, setup.seed)


def probability(output: Float[np.ndarray, " out"], character: str) -> float:
    """p(character) of one step's scores, by softmax."""
    exponentials = np.exp(output - output.max())
    return float(exponentials[ALPHABET.index(character)] / exponentials.sum())


def expected(output: Float[np.ndarray, " out"]) -> tuple[str, float]:
    """The likeliest character of one step's scores, and its probability."""
    character = ALPHABET[int(np.argmax(output))]
    return character, probability(output, character)


def parameter_counts(window_size: int, hidden_size: int) -> dict[str, int]:
    """The parameters of each network for a window of this size; the recurrent one is an RNN."""
    size = len(ALPHABET)
    feed_forward = [
        window.WindowNetwork(k, size, hidden_size, size).parameters for k in (1, window_size)
    ]
    shapes = Network("rnn_tanh", size, hidden_size, output_size=size).shapes()
    recurrent = sum(math.prod(shape) for shape in shapes.values())
    return dict(zip(NETS, (*feed_forward, recurrent), strict=True))


def recurrent_sensitivity(
    network: Network, weights: Weights, trace: LayerTrace
) -> Float[np.ndarray, "time time"]:
    """‖∂y_t/∂x_s‖ of one layer that reads forward and its read-out, all outputs in one sweep."""
    length, outputs = len(trace.hidden), network.output_size
    own = layer_weights(weights, network.suffixes[0])
    back = step_back(trace, own)
    by_h = np.zeros((length * outputs, 1, network.hidden_size), trace.hidden.dtype)
    carried, found = np.zeros_like(by_h), np.zeros((length, length))
    for s in range(length - 1, -1, -1):
        by_h[s * outputs : (s + 1) * outputs, 0] = weights["readout.weight"]
        delta_a, by_h, carried = back(s, by_h, carried)
        rows = apply(delta_a, own["weight_ih"]).reshape(length, -1)
        found[:, s] = np.linalg.norm(rows, axis=-1)
    return found


def _feed_forward(name: str, size: int, setup: MemorySetup, inputs: np.ndarray) -> Seen:
    network = window.WindowNetwork(size, len(ALPHABET), setup.hidden_size, len(ALPHABET))
    weights = network.initial_weights(setup.seed)
    trace = window.forward(network, weights, inputs)
    jacobians = window.input_jacobians(trace, weights)
    return _seen(name, network.parameters, trace.output, np.linalg.norm(jacobians, axis=(2, 3)))


def _recurrent(setup: MemorySetup, inputs: np.ndarray) -> Seen:
    shipped = RECURRENT[setup.recurrent]
    if shipped:
        loaded = load_weights(shipped)
        network, weights = loaded.network, loaded.weights
    else:
        size = len(ALPHABET)
        network = Network("rnn_tanh", size, setup.hidden_size, output_size=size)
        weights = initial_weights(network, setup.seed)
    (trace,) = forward(network, weights, inputs)
    parameters = sum(value.size for value in weights.values())
    sensitivity = recurrent_sensitivity(network, weights, trace)
    return _seen("recurrent", parameters, read_out(weights, trace.hidden), sensitivity)


def _seen(name: str, parameters: int, output: np.ndarray, sensitivity: np.ndarray) -> Seen:
    found = Seen(name, parameters, output[:, 0], sensitivity)
    found.output.flags.writeable = found.sensitivity.flags.writeable = False
    return found
