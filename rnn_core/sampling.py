"""A character model at work: text drawn from it, and text read by it.

    sample(name, prompt, …) -> Sample        one character after another, each its next input
    reading(name, text) -> Reading           a given text: how likely each next character was

The next character is drawn from p_i ∝ exp(z_i / τ), z the read-out's outputs and τ the temperature;
τ = 0 means the likeliest. `name` is one that `load_weights` knows. All of it in float64.

Source of the temperature: Ackley, Hinton & Sejnowski 1985 (doi:10.1207/s15516709cog0901_7).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int

from rnn_core import readout
from rnn_core.checks import real, whole
from rnn_core.named_weights import NamedWeights
from rnn_core.network import Network, Weights
from rnn_core.propagate import forward, top_of
from rnn_core.shipped import load_weights
from rnn_core.tasks.text import NextCharacter
from rnn_core.trace import LSTMTrace

ALICE = NextCharacter(length=64, source="alice")
LONGEST = 2000
HOTTEST = 3.0


@dataclass(frozen=True, eq=False)
class Sample:
    """`text` was drawn after `prompt`. Row k of `logits` is what character k was drawn from.

    `probability` is that of the character drawn, at the temperature it was drawn with.
    """

    name: str
    alphabet: str
    prompt: str
    temperature: float
    text: str
    logits: Float[np.ndarray, "drawn classes"]
    probability: Float[np.ndarray, " drawn"]

    def distribution(self, step: int) -> Float[np.ndarray, " classes"]:
        """From which character `step` was drawn, in the order of the alphabet."""
        return tempered(self.logits[step], self.temperature)

    @property
    def entropy(self) -> Float[np.ndarray, " drawn"]:
        """In nats, of each step's distribution; 0 where nothing is left to chance."""
        rows = tempered(self.logits, self.temperature)
        return -np.where(rows > 0.0, rows * np.log(np.where(rows > 0.0, rows, 1.0)), 0.0).sum(-1)


@dataclass(frozen=True, eq=False)
class Reading:
    """A text as the model reads it. Row t is the state after character t, and what it foretells.

    `nats` (time - 1) is -ln p of character t + 1 after character t.
    """

    text: str
    hidden: Float[np.ndarray, "time hidden"]
    nats: Float[np.ndarray, " foretold"]

    @property
    def nats_per_character(self) -> float:
        return float(self.nats.mean())


@dataclass(frozen=True, eq=False)
class Course:
    """The loss of a shipped model while it was trained, in nats per character, as measured then.

    `training` is that of a stretch of the training part as long as the part held out. `lines` are
    what the task knows without a network, `bigram` among them.
    """

    steps: tuple[int, ...]
    training: tuple[float, ...]
    held_out: tuple[float, ...]
    lines: Mapping[str, float]

    @property
    def best(self) -> int:
        """The place in `steps` where the held-out loss is lowest."""
        return int(np.argmin(self.held_out))


def tempered(logits: Float[np.ndarray, "*rows classes"], temperature: float) -> np.ndarray:
    """softmax(z / τ); at τ = 0 all of it on the largest (the first of equals)."""
    if temperature == 0.0:
        return np.eye(logits.shape[-1])[logits.argmax(axis=-1)]
    scaled = (logits - logits.max(axis=-1, keepdims=True)) / temperature
    grown = np.exp(scaled)
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True))


@lru_cache(maxsize=128)
def sample(
    name: str, prompt: str, length: int = 200, temperature: float = 1.0, seed: int = 0
) -> Sample:
    """`length` characters after the prompt; equal arguments draw the same.

    The draws of luck are the seed's alone: at another temperature the same ones meet other odds.

    Raises:
        ValueError: the weights read no text, or the prompt holds a character that they do not know.
    """
    return draw(model_of_text(name), prompt, length, temperature, seed)


def draw(known: NamedWeights, prompt: str, length: int, temperature: float, seed: int) -> Sample:
    """As `sample`, of weights that nobody needs to find by their name."""
    whole("length", length, 1, LONGEST)
    real("temperature", temperature, 0.0, HOTTEST)
    luck = np.random.default_rng(seed).random(length)
    states = _States(known)
    for character in classes_of(known.alphabet, prompt, "prompt", 1).tolist():
        states.read(character)
    drawn, rows = [], np.empty((length, len(known.alphabet)))
    for k, u in enumerate(luck):
        rows[k] = states.logits
        drawn.append(_at(tempered(rows[k], temperature), u))
        states.read(drawn[-1])
    chosen = tempered(rows, temperature)[np.arange(length), drawn]
    text = "".join(known.alphabet[number] for number in drawn)
    return Sample(known.name, known.alphabet, prompt, temperature, text, rows, chosen)


def _at(odds: Float[np.ndarray, " classes"], u: float) -> int:
    """The class in whose part of [0, 1) the number u lies; never one whose part is empty."""
    ends = np.cumsum(odds)
    return int(min(np.searchsorted(ends, u * ends[-1], side="right"), np.flatnonzero(odds)[-1]))


class _States:
    """A network that reads one character at a time; `logits` is what it then says."""

    def __init__(self, known: NamedWeights) -> None:
        self._known = known
        network = known.network
        shape = (len(network.suffixes), 1, network.hidden_size)
        self._hidden, self._cell = np.zeros(shape), np.zeros(shape)
        self.logits = np.zeros(len(known.alphabet))

    def read(self, number: int) -> None:
        known = self._known
        one = np.zeros((1, 1, len(known.alphabet)))
        one[..., number] = 1.0
        layers = forward(known.network, known.weights, one, self._hidden, self._cell)
        self._hidden = np.stack([layer.hidden[-1] for layer in layers])
        if cells := [layer.cell[-1] for layer in layers if isinstance(layer, LSTMTrace)]:
            self._cell = np.stack(cells)
        self.logits = readout.forward(known.weights, top_of(known.network, layers))[0, 0]


@lru_cache(maxsize=32)
def reading(name: str, text: str) -> Reading:
    """The model reads the text from its beginning, with state 0 before it.

    Raises:
        ValueError: as `sample`, of the text; or it has fewer than two characters.
    """
    known = model_of_text(name)
    numbers = classes_of(known.alphabet, text, "text", 2)
    hidden, logits = read(known.network, known.weights, numbers)
    return Reading(text, hidden, _nats(logits[:-1], numbers[1:]))


def nats_of(
    network: Network, weights: Weights, alphabet: str, text: str
) -> Float[np.ndarray, " foretold"]:
    """-ln p of each character but the first, in float64, of weights that need no name."""
    numbers = classes_of(alphabet, text, "text", 2)
    exact = {name: value.astype(np.float64) for name, value in weights.items()}
    return _nats(read(network, exact, numbers)[1][:-1], numbers[1:])


def _nats(
    logits: Float[np.ndarray, "time classes"], numbers: Int[np.ndarray, " time"]
) -> Float[np.ndarray, " time"]:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    chosen = shifted[np.arange(len(numbers)), numbers]
    return np.asarray(np.log(np.exp(shifted).sum(axis=-1)) - chosen)


@lru_cache(maxsize=4)
def course(name: str) -> Course:
    """Of the models of Alice.

    Raises:
        ValueError: these weights say nothing of their training's course.
    """
    known = load_weights(name)
    if "course" not in known.metadata:
        raise ValueError(f"weights {name!r} come without the course of their training")
    steps, training, held_out = zip(*json.loads(known.metadata["course"]), strict=True)
    lines = {line.name: line.value for line in ALICE.lines()}
    return Course(steps, training, held_out, lines)


@lru_cache(maxsize=8)
def held_out_text(name: str) -> str:
    """Text that the shipped model of this name was not trained on.

    Of Alice the last tenth; of the brackets 120 new lines.
    """
    if name.startswith("alice"):
        return ALICE.content[len(ALICE.content) - len(ALICE.content) // 10 :]
    # The maker of the lines trains networks too, and for that imports this module.
    from rnn_core.make_weights import statement

    rng = np.random.default_rng(1)
    return " ".join(statement(rng) for _ in range(120))


def read(
    network: Network, weights: Weights, numbers: Int[np.ndarray, " time"]
) -> tuple[Float[np.ndarray, "time hidden"], Float[np.ndarray, "time classes"]]:
    layers = forward(network, weights, np.eye(network.input_size)[numbers][:, None])
    top = top_of(network, layers)
    return top[:, 0], readout.forward(weights, top)[:, 0]


def model_of_text(name: str) -> NamedWeights:
    known = load_weights(name)
    if not known.alphabet:
        raise ValueError(f"weights {name!r} read numbers; a character model is needed")
    return known


def classes_of(alphabet: str, text: str, what: str, least: int) -> Int[np.ndarray, " time"]:
    """The text's classes."""
    if len(text) < least:
        raise ValueError(f"{what} must have at least {least} characters; got {len(text)}")
    place = {character: k for k, character in enumerate(alphabet)}
    for character in text:
        if character not in place:
            raise ValueError(
                f"{what}: the model does not know the character {character!r}; "
                f"it knows {alphabet!r}"
            )
    return np.array([place[character] for character in text])
