"""Whose turn it is, and what the queue shows; by hand."""

from dataclasses import dataclass

from background.order import Rounds, turns


@dataclass(frozen=True)
class Run:
    owner: str
    number: int


def order(queue: str, running: str = "") -> str:
    """Owners as letters, in the order of arrival; the result names owner and arrival."""
    runs = [Run(owner, number) for number, owner in enumerate(queue)]
    slots = [Run(owner, -1) for owner in running]
    return " ".join(f"{run.owner}{run.number}" for run in turns(runs, slots))


def test_first_come_first_served() -> None:
    assert order("abc") == "a0 b1 c2"


def test_nobody_has_two_before_everybody_has_one() -> None:
    assert order("aaab") == "a0 b3 a1 a2"
    assert order("aabbc") == "a0 b2 c4 a1 b3"


def test_who_has_a_slot_comes_after_who_has_none() -> None:
    assert order("ab", running="a") == "b1 a0"
    assert order("aab", running="ab") == "a0 b2 a1"
    assert order("ab", running="aab") == "b1 a0"


def test_one_owner_alone_is_served_in_order() -> None:
    assert order("aaa", running="aa") == "a0 a1 a2"
    assert order("") == ""


def test_a_newcomer_comes_before_what_others_have_waiting_twice() -> None:
    rounds = Rounds()
    assert [rounds.next_of(owner) for owner in "aaab"] == [0, 1, 2, 0]
    rounds.serve(0)
    assert rounds.next_of("c") == 0
    assert rounds.next_of("a") == 3


def test_who_comes_late_does_not_catch_up_on_rounds_that_are_over() -> None:
    rounds = Rounds()
    for owner in "aaa":
        rounds.serve(rounds.next_of(owner))
    assert [rounds.next_of(owner) for owner in "bba"] == [2, 3, 3]
