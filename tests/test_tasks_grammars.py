"""Bracket matching and the Reber grammar, against a stack, a pattern, and all strings counted."""

import math
import re
from collections import Counter, defaultdict
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.tasks.brackets import Brackets
from rnn_core.tasks.reber import Reber

Weights = dict[Any, float]
Followers = dict[Any, Weights]
SEEDS = st.integers(0, 2**32)


def nats(weights: Weights) -> float:
    """The entropy of weights that need not sum to one."""
    total = sum(weights.values())
    return -sum(w / total * math.log(w / total) for w in weights.values() if w)


def mean_nats(followers: Followers) -> float:
    """H(what follows | what was seen), from the weights of the followers for each thing seen."""
    total = sum(sum(weights.values()) for weights in followers.values())
    return sum(sum(weights.values()) / total * nats(weights) for weights in followers.values())


def words_read(task, batch) -> list[str]:
    """The symbols that each sequence reads."""
    names = task.example(0).names
    return [
        "".join(names[row.index(1.0)] for row in batch.inputs[:, n].tolist())
        for n in range(batch.inputs.shape[1])
    ]


class TestBrackets:
    @given(length=st.integers(2, 60), kinds=st.integers(1, 4), seed=SEEDS)
    def test_each_answer_is_the_partner_of_the_last_open_bracket(self, length, kinds, seed):
        task = Brackets(length=length, kinds=kinds)
        batch = task.batch(np.random.default_rng(seed), 3)
        partner = dict(zip("([{<", ")]}>", strict=True))
        lags, answers = task.lags(batch), task.example(0).classes
        for n, word in enumerate(words_read(task, batch)):
            open_at: list[int] = []
            for t, bracket in enumerate(word):
                if bracket in partner:
                    open_at.append(t)
                    needed = t
                else:
                    closed = open_at.pop()  # an empty stack would be an error here
                    assert partner[word[closed]] == bracket
                    needed = open_at[-1] if open_at else closed
                due = partner[word[open_at[-1]]] if open_at else "none"
                assert answers[batch.targets[t, n]] == due
                assert lags[t, n] == t - needed
            assert len(open_at) == length % 2
        assert batch.mask.all()

    def test_every_nesting_is_as_likely(self):
        """The 14 words of 4 pairs, the fourth Catalan number: χ² with 13 degrees of freedom."""
        task = Brackets(length=8, kinds=1)
        found = Counter(words_read(task, task.batch(np.random.default_rng(0), 14_000)))
        assert len(found) == 14
        assert sum((count - 1000) ** 2 / 1000 for count in found.values()) < 34.5  # p = 0.001

    def test_kinds_are_as_likely_and_independent(self):
        task = Brackets(length=4, kinds=2)
        words = words_read(task, task.batch(np.random.default_rng(0), 16_000))
        opened = Counter("".join(c for c in word if c in "([") for word in words)
        assert sorted(opened) == ["((", "([", "[(", "[["]
        assert all(count == pytest.approx(4000, rel=0.06) for count in opened.values())

    @pytest.mark.parametrize(("length", "kinds"), [(2, 1), (6, 2), (7, 2), (8, 3)])
    def test_both_lines_are_what_counting_all_words_gives(self, length, kinds):
        answers: Weights = defaultdict(float)
        given_bracket: Followers = defaultdict(lambda: defaultdict(float))
        for word in every_word(length + length % 2, kinds):
            stack: list[int] = []
            for symbol in word[:length]:
                stack.append(symbol) if symbol > 0 else stack.pop()
                answers[stack[-1] if stack else 0] += 1
                given_bracket[symbol][stack[-1] if stack else 0] += 1
        task = Brackets(length=length, kinds=kinds)
        chance, naive = (line.value for line in task.lines())
        assert chance == pytest.approx(nats(answers))
        assert naive == pytest.approx(mean_nats(given_bracket))

    def test_bad_kinds_are_refused(self):
        with pytest.raises(ValueError, match=r"kinds must be a whole number, 1 to 4; got 5"):
            Brackets(kinds=5)


def every_word(length: int, kinds: int):
    """All well-nested words; k opens and -k closes a bracket of kind k."""
    for word in product([k for k in range(-kinds, kinds + 1) if k], repeat=length):
        stack: list[int] = []
        for symbol in word:
            if symbol > 0:
                stack.append(symbol)
            elif not stack or stack.pop() != -symbol:
                break
        else:
            if not stack:
                yield word


# The pattern of the strings: from the state after an X or a P of the lower branch it goes on by
# any number of loops X T* V P, and ends by S or by X T* V V.
FROM_4 = "(?:XT*VP)*(?:S|XT*VV)"
REBER = re.compile(f"B(?:TS*X{FROM_4}|PT*V(?:V|P{FROM_4}))E")


class TestReber:
    @given(length=st.integers(8, 60), share=st.floats(0, 1), seed=SEEDS)
    def test_every_string_is_of_the_grammar(self, length, share, seed):
        at_least = int(share * (length - 3))
        task = Reber(length=length, at_least=at_least)
        batch = task.batch(np.random.default_rng(seed), 5)
        for n in range(5):
            steps = int(batch.mask[:, n].sum())
            assert batch.mask[:steps, n].all()
            read = "".join("BTPSXVE"[row.index(1.0)] for row in batch.inputs[:steps, n].tolist())
            due = "".join("BTPSXVE"[k] for k in batch.targets[:steps, n])
            assert read[1:] == due[:-1]
            whole = read + due[-1]
            assert whole[0] == "B"
            assert whole[1] in "TP"
            assert whole[-2:] == whole[1] + "E"
            inner = whole[2:-2]
            assert REBER.fullmatch(inner)
            assert max(5, at_least) <= len(inner) <= length - 3
            assert not batch.inputs[steps:, n].any()
            lags = task.lags(batch)[:, n]
            (asked,) = np.flatnonzero(lags >= 0)
            assert due[asked] == whole[-2] == read[asked - lags[asked]]
            assert asked - lags[asked] == 1

    @pytest.mark.parametrize(("length", "at_least"), [(10, 0), (13, 8)])
    def test_strings_come_as_often_as_the_grammar_makes_them(self, length, at_least):
        due = every_inner(max(5, at_least), length - 3)
        task = Reber(length=length, at_least=at_least)
        batch = task.batch(np.random.default_rng(0), 40_000)
        found: Counter = Counter()
        for n in range(40_000):
            steps = int(batch.mask[:, n].sum())
            found["".join("BTPSXVE"[k] for k in batch.targets[1 : steps - 2, n])] += 1
        assert set(found) == set(due)
        chi2 = sum((found[s] - 40_000 * p) ** 2 / (40_000 * p) for s, p in due.items())
        freedom = len(due) - 1
        assert chi2 < freedom + 4.0 * math.sqrt(2.0 * freedom)

    @pytest.mark.parametrize(("length", "at_least"), [(8, 0), (12, 0), (14, 9)])
    def test_all_lines_are_what_counting_all_strings_gives(self, length, at_least):
        following: Weights = defaultdict(float)
        bigram: Followers = defaultdict(lambda: defaultdict(float))
        without_memory: Followers = defaultdict(lambda: defaultdict(float))
        for inner, p in every_inner(max(5, at_least), length - 3).items():
            for outer in "TP":
                whole = f"B{outer}{inner}{outer}E"
                for t in range(1, len(whole)):
                    following[whole[t]] += p / 2
                    bigram[whole[t - 1]][whole[t]] += p / 2
                    forgot = "B" + "?" * (t > 1) + whole[2:t]
                    without_memory[forgot if t < len(whole) - 1 else "end"][whole[t]] += p / 2
        task = Reber(length=length, at_least=at_least)
        found = {line.name: line.value for line in task.lines()}
        assert found == pytest.approx(
            {
                "chance": nats(following),
                "bigram": mean_nats(bigram),
                "no long memory": mean_nats(without_memory),
            }
        )

    def test_the_score_is_that_of_the_symbol_kept_alone(self):
        task = Reber()
        batch = task.held_out(50)
        kept = np.asarray(task.lags(batch) >= 0)
        logits = np.eye(7)[batch.targets]
        elsewhere = np.where(kept[:, :, None], logits, -logits)
        assert task.score(batch, elsewhere) == 1.0
        flipped = logits[:, :, [0, 2, 1, 3, 4, 5, 6]]  # T for P
        assert task.score(batch, flipped) == 0.0

    def test_what_cannot_be_drawn_is_refused(self):
        with pytest.raises(ValueError, match=r"length must be .* 8 to 1000; got 7"):
            Reber(length=7)
        with pytest.raises(ValueError, match=r"at_least must be .* 0 to 17; got 18"):
            Reber(length=20, at_least=18)


def every_inner(shortest: int, longest: int) -> dict[str, float]:
    """All strings that the pattern accepts, with ½ for each symbol at which another could stand."""
    alphabet = "BTPSXVE"
    prefixes = {""}
    strings = set()
    for _ in range(longest):
        prefixes = {p + c for p in prefixes for c in alphabet if could_go_on(p + c)}
        strings |= {p for p in prefixes if REBER.fullmatch(p)}
    weights = {
        string: 0.5
        ** sum(sum(could_go_on(string[:t] + c) for c in alphabet) == 2 for t in range(len(string)))
        for string in strings
        if shortest <= len(string)
    }
    total = sum(weights.values())
    return {string: weight / total for string, weight in weights.items()}


def could_go_on(prefix: str) -> bool:
    """Some end makes a string of the grammar: the shortest end from each state."""
    return any(
        REBER.fullmatch(prefix + end)
        for end in ("", "E", "SE", "VE", "VVE", "XSE", "TXSE", "BTXSE")
    )
