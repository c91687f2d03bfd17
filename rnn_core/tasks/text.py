"""The next character of a text, one that comes with the tasks or the learner's own.

The last tenth of the text is held out; training reads windows of the rest. Both lines are counted
on the part for training and measured, as the score is, on the part held out:

    P(b)   = (n_b + 1) / (n + characters)                            add one (Laplace)
    P(b|a) = (n_ab + D_a P(b)) / (n_a + D_a)      D_a: how many different ones follow a

Source of the second: Witten & Bell 1991, doi:10.1109/18.87000 (method C, interpolated).
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from rnn_core.checks import one_of, whole
from rnn_core.sequences import Text
from rnn_core.tasks.task import Batch, Line, Task, one_hot

DATA = Path(__file__).parent / "data"
TEXTS = {
    "alice": "Alice's Adventures in Wonderland, chapters I to IV (Lewis Carroll, 1865)",
    "sonnets": "The Sonnets (William Shakespeare, 1609)",
    "paradise-lost": "Paradise Lost, Book I (John Milton, 1667)",
}
OWN = "own"
MAX_CHARACTERS, MAX_ALPHABET = 1_000_000, 256
HELD_OUT_SHARE = 10  # one in ten


@dataclass(frozen=True)
class NextCharacter(Task):
    """`source` is one of `TEXTS`, or "own" with the text itself in `text`."""

    name: ClassVar[str] = "text"
    title: ClassVar[str] = "Next character of a text"
    about: ClassVar[str] = "Read a text character by character and say which comes next."
    score_name: ClassVar[str] = "nats per character"
    higher_is_better: ClassVar[bool] = False

    length: int = 50
    source: str = "alice"
    text: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of("source", self.source, (*TEXTS, OWN))
        if not isinstance(self.text, str):
            raise TypeError(f"text must be a string; got {self.text!r}")
        if self.source != OWN:
            if self.text:
                raise ValueError(f"text must be empty unless source is 'own'; got {self.source!r}")
            return
        whole("number of characters of text", len(self.text), self._fewest, MAX_CHARACTERS)
        if (found := len(set(self.text))) > MAX_ALPHABET:
            raise ValueError(
                f"text must have at most {MAX_ALPHABET} different characters; got {found}"
            )

    @property
    def _fewest(self) -> int:
        """The part held out must hold one window and the character after it."""
        return HELD_OUT_SHARE * (self.length + 1)

    @property
    def content(self) -> str:
        return self.text if self.source == OWN else built_in(self.source)

    @property
    def alphabet(self) -> str:
        return _coded(self.content).alphabet

    @property
    def input_size(self) -> int:
        return len(self.alphabet)

    @property
    def output_size(self) -> int:
        return len(self.alphabet)

    @property
    def goal(self) -> float:
        """To know more than pairs of characters."""
        return self.lines()[1].value

    def batch(self, rng: np.random.Generator, size: int) -> Batch:
        training = _coded(self.content).training
        starts = rng.integers(len(training) - self.length, size=whole("size", size, 1))
        return self._windows(training, starts)

    def held_out(self, size: int) -> Batch:
        """Windows side by side; all there are if those are no more than `size`, else every nth."""
        held_out = _coded(self.content).held_out
        count = (len(held_out) - 1) // self.length
        chosen = np.linspace(0, count - 1, min(whole("size", size, 1), count)).astype(int)
        return self._windows(held_out, chosen * self.length)

    def lines(self) -> tuple[Line, ...]:
        chance, bigram = _lines(self.content)
        return (
            Line("chance", chance, "Answer by how often each character comes."),
            Line("bigram", bigram, "Answer by the present character alone."),
        )

    def score(self, batch: Batch, output: Float[np.ndarray, "time batch out"]) -> float:
        logits, right = output[batch.mask], batch.targets[batch.mask]
        logits = logits - logits.max(axis=-1, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=-1, keepdims=True))
        return float(-logits[np.arange(len(right)), right].mean())

    def example(self, seed: int) -> Text:
        """From the part held out."""
        held_out = self.content[len(_coded(self.content).training) :]
        start = int(np.random.default_rng(seed).integers(len(held_out) - self.length))
        return Text(held_out[start : start + self.length], self.alphabet)

    def _windows(self, codes: Int[np.ndarray, " text"], starts: Int[np.ndarray, " batch"]) -> Batch:
        read = starts + np.arange(self.length)[:, None]
        inputs = one_hot(codes[read], self.input_size)
        return Batch(inputs, codes[read + 1], np.ones(read.shape, bool))


@lru_cache(maxsize=8)
def built_in(source: str) -> str:
    return (DATA / f"{one_of('source', source, TEXTS)}.txt").read_text("ascii")


class _Coded(NamedTuple):
    """A text as the places of its characters in the alphabet."""

    alphabet: str
    training: Int[np.ndarray, " text"]
    held_out: Int[np.ndarray, " text"]


@lru_cache(maxsize=8)
def _coded(text: str) -> _Coded:
    alphabet = "".join(sorted(set(text)))
    place = {character: k for k, character in enumerate(alphabet)}
    codes = np.array([place[character] for character in text])
    cut = len(codes) - len(codes) // HELD_OUT_SHARE
    return _Coded(alphabet, codes[:cut], codes[cut:])


@lru_cache(maxsize=8)
def _lines(text: str) -> tuple[float, float]:
    """The mean nats of unigram and bigram over the characters held out, but for the first."""
    alphabet, training, held_out = _coded(text)
    size = len(alphabet)
    counts = np.bincount(training, minlength=size)
    unigram = (counts + 1.0) / (len(training) + size)
    pairs = np.zeros((size, size))
    np.add.at(pairs, (training[:-1], training[1:]), 1.0)
    different = (pairs > 0).sum(axis=1, keepdims=True)
    total = pairs.sum(axis=1, keepdims=True) + different
    # A character that nothing followed says nothing: the unigram stands in.
    bigram = np.where(total > 0, (pairs + different * unigram) / np.maximum(total, 1.0), unigram)
    before, after = held_out[:-1], held_out[1:]
    return -float(np.log(unigram[after]).mean()), -float(np.log(bigram[before, after]).mean())


TASK = NextCharacter
