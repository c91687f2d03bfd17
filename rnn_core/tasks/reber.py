"""The embedded Reber grammar: say the next symbol, and at the end the one that came second.

    B  T|P  <a string of the Reber grammar>  the same T|P  E

    0 -B→ 1    1 -T→ 2 -P→ 3    2 -S→ 2 -X→ 4    3 -T→ 3 -V→ 5
    4 -X→ 3 -S→ 6    5 -P→ 4 -V→ 6    6 -E→ end          each branch as likely

`at_least` symbols stand between the two T or P; shorter inner strings are drawn again, as are those
too long for `length`, in which the last symbol is only asked for. After the end nothing is read and
nothing is due. All answers but one can be given from the last few symbols.
Sources: Reber 1967; Cleeremans, Servan-Schreiber & McClelland 1989 (embedded); Fahlman 1991;
Hochreiter & Schmidhuber 1997, experiment 1.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from rnn_core.checks import whole
from rnn_core.sequences import Text
from rnn_core.tasks.task import LONGEST, Batch, Line, Task, entropy, marked_score

SYMBOLS = "BTPSXVE"
ARCS = (
    (("B", 1),),
    (("T", 2), ("P", 3)),
    (("S", 2), ("X", 4)),
    (("T", 3), ("V", 5)),
    (("X", 3), ("S", 6)),
    (("P", 4), ("V", 6)),
    (("E", 7),),
)
END, SHORTEST, AROUND = 7, 5, 4  # AROUND: B and T|P before, T|P and E after
NOTHING = len(SYMBOLS)
READ = np.eye(len(SYMBOLS) + 1, len(SYMBOLS))  # one-hot, nothing as zeros


@dataclass(frozen=True)
class Reber(Task):
    name: ClassVar[str] = "reber"
    title: ClassVar[str] = "Embedded Reber grammar"
    about: ClassVar[str] = "Say the next symbol; the last but one is the second over again."
    score_name: ClassVar[str] = "accuracy at the symbol that came second"

    length: int = 30
    at_least: int = 0

    def __post_init__(self) -> None:
        self._set("length", whole("length", self.length, SHORTEST + AROUND - 1, LONGEST))
        self._set("at_least", whole("at_least", self.at_least, 0, self.longest))

    @property
    def longest(self) -> int:
        """Of the inner strings: the last symbol of all is never read."""
        return self.length - AROUND + 1

    @property
    def input_size(self) -> int:
        return len(SYMBOLS)

    @property
    def output_size(self) -> int:
        return len(SYMBOLS)

    @property
    def goal(self) -> float:
        return 0.99

    @property
    def alphabet(self) -> str:
        return SYMBOLS

    def batch(self, rng: np.random.Generator, size: int) -> Batch:
        symbols, ends = self._strings(rng, whole("size", size, 1))
        mask = np.arange(self.length)[:, None] < ends
        read = np.where(mask, symbols[:-1], NOTHING)
        return Batch(READ[read], np.where(mask, symbols[1:], 0), mask)

    def lags(self, batch: Batch) -> Int[np.ndarray, "time batch"]:
        """Defined for the last T or P alone: back to the first one, at step 1."""
        found, each = np.full(batch.mask.shape, -1), np.arange(batch.mask.shape[1])
        asked = batch.mask.sum(axis=0) - 2
        found[asked, each] = asked - 1
        return found

    def lag_chance(self) -> float:
        """T or P, as likely."""
        return entropy([1 / 2] * 2)

    def score(self, batch: Batch, output: Float[np.ndarray, "time batch out"]) -> float:
        return marked_score(self.loss, batch.targets, output, self.lags(batch) >= 0)

    def lines(self) -> tuple[Line, ...]:
        counts = expected_counts(max(self.at_least, SHORTEST), self.longest)
        answers = counts.pairs.sum()
        following, given = counts.pairs.sum(axis=0), counts.pairs.sum(axis=1)
        chance = entropy(following / answers)
        bigram = entropy(counts.pairs / answers) - entropy(given / answers)
        known = float((counts.unsure + 2.0 * np.log(2.0)) / answers)
        about = "Know the grammar, but guess T or P both times."
        return (
            Line("chance", chance, "Answer by how often each symbol comes."),
            Line("bigram", bigram, "Answer by the present symbol alone."),
            Line("no long memory", known, about),
        )

    def example(self, seed: int) -> Text:
        symbols, ends = self._strings(np.random.default_rng(seed), 1)
        text = "".join(SYMBOLS[k] for k in symbols[: int(ends[0]) + 1, 0])
        return Text(text, SYMBOLS)

    def _strings(
        self, rng: np.random.Generator, size: int
    ) -> tuple[Int[np.ndarray, "symbols batch"], Int[np.ndarray, " batch"]]:
        """One symbol more than is read, and how many steps have an answer."""
        drawing = _drawing(max(self.at_least, SHORTEST), self.longest)
        inner = drawing.shortest + np.searchsorted(drawing.up_to, rng.random(size))
        outer, each = rng.integers(1, 3, size=size), np.arange(size)  # T or P
        symbols = np.full((self.length + 1, size), NOTHING)
        symbols[0], symbols[1] = 0, outer
        place = inner * (END + 1)
        for row, luck in enumerate(rng.random((int(inner.max()), size)), start=2):
            branch = 2 * place + (luck >= drawing.first[place])
            symbols[row], place = drawing.symbol[branch], drawing.next[branch]
        symbols[inner + 2, each], symbols[inner + 3, each] = outer, len(SYMBOLS) - 1
        return symbols, inner + AROUND - 1


class _Drawing(NamedTuple):
    """How strings of a given length are drawn; a place is `symbols to come` · 8 + state."""

    shortest: int
    up_to: Float[np.ndarray, " lengths"]  # P(an inner string is no longer)
    first: Float[np.ndarray, " places"]  # P(its first arc is taken)
    symbol: Int[np.ndarray, " branches"]  # 2 · place + arc
    next: Int[np.ndarray, " branches"]


@lru_cache(maxsize=32)
def _drawing(shortest: int, longest: int) -> _Drawing:
    """An arc is taken as often as strings that go on so can still end in time."""
    ending = endings(longest)
    first = np.ones((longest + 1, END + 1))
    symbol = np.full((longest + 1, END + 1, 2), NOTHING)
    following = np.full((longest + 1, END + 1, 2), END)  # at the end one stays there
    for state, arcs in enumerate(ARCS):
        for arc, (name, to) in enumerate(arcs):
            symbol[1:, state, arc] = SYMBOLS.index(name)
            following[1:, state, arc] = np.arange(longest) * (END + 1) + to
        share = ending[:-1, arcs[0][1]] / len(arcs)
        total = ending[1:, state]
        first[1:, state] = np.divide(share, total, out=np.ones(longest), where=total > 0.0)
    lengths = ending[shortest:, 0].cumsum()
    return _Drawing(
        shortest, lengths / lengths[-1], first.ravel(), symbol.ravel(), following.ravel()
    )


def endings(longest: int) -> Float[np.ndarray, "symbols states"]:
    """P(exactly r more symbols come), for r = 0 … longest, from each state of the grammar."""
    ending = np.zeros((longest + 1, END + 1))
    ending[0, END] = 1.0
    for r in range(1, longest + 1):
        for state, arcs in enumerate(ARCS):
            ending[r, state] = sum(ending[r - 1, to] for _, to in arcs) / len(arcs)
    return ending


class _Counts(NamedTuple):
    """Per string: how often each symbol is followed by each, and the nats of its branches."""

    pairs: Float[np.ndarray, "symbol following"]
    unsure: float


@lru_cache(maxsize=32)
def expected_counts(shortest: int, longest: int) -> _Counts:
    """Over inner strings of these lengths, by the grammar's probabilities and without drawing."""
    ending = endings(longest)
    # P(the string ends at a length that is allowed), with j symbols behind it
    allowed = np.array(
        [ending[max(0, shortest - j) : longest - j + 1].sum(axis=0) for j in range(longest + 1)]
    )
    pairs, unsure = np.zeros((len(SYMBOLS), len(SYMBOLS))), 0.0
    here = np.zeros(END + 1)
    here[0] = 1.0 / allowed[0, 0]
    for j in range(longest):
        there = np.zeros(END + 1)
        for state, arcs in enumerate(ARCS):
            ways = [here[state] / len(arcs) * allowed[j + 1, to] for _, to in arcs]
            if (total := sum(ways)) > 0.0:
                unsure += total * entropy([way / total for way in ways])
            for name, to in arcs:
                there[to] += here[state] / len(arcs)
                for following, after in ARCS[to] if to < END and j + 1 < longest else ():
                    often = here[state] / len(arcs) / len(ARCS[to]) * allowed[j + 2, after]
                    pairs[SYMBOLS.index(name), SYMBOLS.index(following)] += often
        here = there
    B, E = 0, len(SYMBOLS) - 1
    for outer in (1, 2):  # T, P, each before and after the inner string
        for pair in ((B, outer), (outer, B), (E, outer), (outer, E)):
            pairs[pair] += 0.5
    return _Counts(pairs, unsure)


TASK = Reber
