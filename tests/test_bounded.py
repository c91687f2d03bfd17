"""The caches keep the last things that were asked for, and no more than they may."""

from collections.abc import Callable

import pytest

from exhibits import runs
from rnn_core import Run, Setup, Text
from rnn_core.bounded import Bounded


def kept(most: int, weigh: Callable[[str], int] | None = None) -> "Bounded[int, str]":
    return Bounded(most, weigh) if weigh else Bounded(most)


def test_the_one_that_nobody_asked_for_longest_goes_first():
    cache = kept(2)
    cache.put(1, "a")
    cache.put(2, "b")
    assert cache.get(1) == "a"
    cache.put(3, "c")
    assert [cache.get(key) for key in (1, 2, 3)] == ["a", None, "c"]


def test_what_they_weigh_together_stays_under_the_bound():
    cache = kept(10, len)
    for key, size in enumerate((4, 4, 2, 3)):  # 4 + 4 + 2 fill it; 3 more and the first must go
        cache.put(key, "x" * size)
    assert [cache.get(key) is not None for key in range(4)] == [False, True, True, True]


def test_one_that_is_put_again_weighs_once():
    cache = kept(10, len)
    cache.put(1, "x" * 6)
    cache.put(2, "x" * 4)
    cache.put(1, "y" * 5)
    assert (cache.get(1), cache.get(2)) == ("yyyyy", "xxxx")


def test_the_newest_stays_however_heavy():
    cache = kept(3, len)
    cache.put(1, "a")
    cache.put(2, "x" * 50)
    assert (cache.get(1), cache.get(2)) == (None, "x" * 50)


def test_a_run_is_traced_once_and_weighs_what_its_arrays_do(monkeypatch: pytest.MonkeyPatch):
    setup = Setup(Text("abcdef"), cell="rnn_tanh", hidden_size=5)
    first = runs.traced(setup)
    assert runs.traced(setup) is first
    hidden = 6 * 5 * 8  # bytes of one array of the states, of which there are several
    assert runs.bytes_of(first) > 4 * hidden
    assert runs.bytes_of(first) < 100_000
    one = runs.bytes_of(first)
    small: Bounded[Setup, Run] = Bounded(2 * one + one // 2, runs.bytes_of)
    monkeypatch.setattr(runs, "_KEPT", small)
    made = [
        runs.traced(Setup(Text("abcdef"), cell="rnn_tanh", hidden_size=5, seed=k)) for k in range(4)
    ]
    assert small.get(made[0].setup) is None
    assert small.get(made[-1].setup) is made[-1]
