"""A class at once, and a server that is killed: nothing that was committed is lost."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from start import ROOT
from store import Store, new_learner_id, open_store, rows
from store.tables import ANSWERS, STEPS
from tests.test_store import rows_in

pytest_plugins = ("tests.databases",)

LEARNERS = 30
ANSWERS_EACH = 5

# Answers as learners of its own, from several threads, and says whose once all is committed.
CLASS = """
import sys, threading
from store import new_learner_id, open_store
store = open_store()
learners = [new_learner_id() for _ in range(8)]
def answer(learner):
    for number in range(5):
        store.answered(learner, "gates", f"p{number}", number, right=number % 2 == 0)
threads = [threading.Thread(target=answer, args=(learner,)) for learner in learners]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(*learners)
"""

# Answers one prediction after the other and says each once it is committed.
ENDLESS = """
import itertools, sys
from store import open_store
store = open_store()
for number in itertools.count():
    store.answered(sys.argv[1], "gates", f"p{number}", number, right=True)
    print(number, flush=True)
"""

# Adds a row in a transaction that is never committed, and says so.
HALFWAY = """
import sys, time
from store import open_store, rows
from store.tables import STEPS
from datetime import UTC, datetime
store = open_store()
with store.engine.begin() as connection:
    who = rows.make_learner(connection, sys.argv[1])
    rows.keep_once(connection, STEPS, who, "gates", "half", {"at": datetime.now(UTC)})
    print("written", flush=True)
    time.sleep(600)
"""


@contextmanager
def process(database: str, program: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A Python of its own, with this store; ended in any case."""
    started = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env={**os.environ, "UNROLLED_DATABASE": database},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def at_once(calls: list[Callable[[], object]]) -> list[object]:
    """What each call returned or raised; all are let go in the same moment."""
    results: list[object] = [None] * len(calls)
    gate = threading.Barrier(len(calls))

    def run(place: int) -> None:
        gate.wait()
        try:
            results[place] = calls[place]()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_thirty_learners_who_answer_at_once_lose_nothing(store: Store) -> None:
    learners = [new_learner_id() for _ in range(LEARNERS)]

    def lesson(learner: str) -> Callable[[], object]:
        def walk() -> int:
            for number in range(ANSWERS_EACH):
                store.reached(learner, "gates", f"s{number}")
                store.answered(learner, "gates", f"p{number}", [learner, number], right=True)
                store.done(learner, "gates", f"c{number}")
            return ANSWERS_EACH

        return walk

    assert at_once([lesson(learner) for learner in learners]) == [ANSWERS_EACH] * LEARNERS
    for learner in learners:
        gates = store.progress(learner).lessons["gates"]
        assert list(gates.steps) == [f"s{number}" for number in range(ANSWERS_EACH)]
        assert len(gates.challenges) == ANSWERS_EACH
        answers = {name: one.answer for name, one in gates.answers.items()}
        assert answers == {f"p{number}": [learner, number] for number in range(ANSWERS_EACH)}


def test_four_servers_on_one_new_database_lose_nothing(database: str) -> None:
    """They also all make its tables, in the same moment."""
    with (
        process(database, CLASS) as one,
        process(database, CLASS) as two,
        process(database, CLASS) as three,
        process(database, CLASS) as four,
    ):
        said = [started.communicate(timeout=60)[0] for started in (one, two, three, four)]
        assert [started.returncode for started in (one, two, three, four)] == [0] * 4
    learners = [learner for line in said for learner in line.split()]
    assert len(set(learners)) == 32
    store = open_store(database)
    for learner in learners:
        answers = store.progress(learner).lessons["gates"].answers
        assert {name: (one.answer, one.right) for name, one in answers.items()} == {
            f"p{number}": (number, number % 2 == 0) for number in range(5)
        }
    store.close()


def test_one_answer_from_ten_threads_is_kept_once_and_told_to_all(
    store: Store, learner: str
) -> None:
    def answer(number: int) -> Callable[[], object]:
        return lambda: store.answered(learner, "gates", "p", number, right=number == 3)

    results = at_once([answer(number) for number in range(10)])
    kept = store.progress(learner).lessons["gates"].answers["p"]
    assert results == [kept] * 10
    assert kept.right == (kept.answer == 3)
    assert rows_in(store.engine)[ANSWERS.name] == 1


def test_what_is_done_while_a_learner_is_deleted_leaves_nothing_loose(
    store: Store, learner: str
) -> None:
    """It is deleted with the rest, or it comes after and is a new beginning."""
    calls: list[Callable[[], object]] = []
    for number in range(8):
        calls.append(lambda: store.delete(learner))
        calls.append(lambda n=number: store.reached(learner, "gates", f"s{n}"))  # type: ignore[misc]
    assert not [result for result in at_once(calls) if isinstance(result, Exception)]
    kept = store.delete(learner)
    assert 0 <= kept <= 8
    assert set(rows_in(store.engine).values()) == {0}


def test_a_delete_counts_what_was_being_written(store: Store, learner: str) -> None:
    store.reached(learner, "gates", "one")
    deleted: list[int] = []
    with store.engine.begin() as connection:
        who = rows.make_learner(connection, learner)
        rows.keep_once(connection, STEPS, who, "gates", "two", {"at": datetime.now(UTC)})
        deleting = threading.Thread(target=lambda: deleted.append(store.delete(learner)))
        deleting.start()
        deleting.join(0.3)
        assert deleting.is_alive(), "it waits for the one that writes"
    deleting.join()
    assert deleted == [2]
    assert set(rows_in(store.engine).values()) == {0}


def test_two_that_wait_for_each_other_both_succeed(empty_schema: str) -> None:
    """SQLite knows no such thing; PostgreSQL takes one of the two back, and it is done anew."""
    store = open_store(empty_schema)
    first, second = new_learner_id(), new_learner_id()
    for learner in (first, second):
        store.reached(learner, "gates", "one")
    both_hold_one = threading.Barrier(2)
    begun: list[str] = []

    def crossing(mine: str, other: str) -> Callable[[], object]:
        def work(connection: Connection) -> str:
            begun.append(mine)
            rows.find_learner(connection, mine, alone=True)
            if len(begun) <= 2:
                both_hold_one.wait()
            rows.find_learner(connection, other, alone=True)
            return mine

        return lambda: store._write(mine, work)

    assert at_once([crossing(first, second), crossing(second, first)]) == [first, second]
    assert len(begun) == 3
    store.close()


def test_restores_that_cross_each_other_all_succeed(store: Store, learner: str) -> None:
    for lesson in ("a", "b", "c"):
        for number in range(5):
            store.reached(learner, lesson, f"s{number}")
    data = store.export(learner)
    backwards = {**data, "lessons": dict(reversed(data["lessons"].items()))}
    other = new_learner_id()
    results = at_once(
        [lambda: store.restore(other, data), lambda: store.restore(other, backwards)] * 4
    )
    assert sorted(results, key=repr) == [0] * 7 + [15]
    assert store.export(other)["lessons"] == data["lessons"]


def test_of_a_killed_server_every_committed_answer_is_there(database: str, learner: str) -> None:
    with process(database, ENDLESS, learner) as server:
        assert server.stdout
        said = [int(server.stdout.readline()) for _ in range(40)]
        server.kill()
        said += [int(line) for line in server.stdout.read().split()]
        assert server.wait() != 0
    assert said == list(range(len(said)))
    store = open_store(database)
    kept = [answer.answer for answer in store.progress(learner).lessons["gates"].answers.values()]
    assert kept in (said, [*said, len(said)]), "at most the answer in flight is in doubt"
    # And it goes on.
    assert store.answered(learner, "gates", "after", "more", right=True).answer == "more"
    store.close()


def test_of_a_server_killed_in_a_transaction_nothing_is_half_there(
    database: str, learner: str
) -> None:
    with process(database, HALFWAY, learner) as server:
        assert server.stdout
        assert server.stdout.readline() == "written\n"
        server.kill()
        server.wait()
    store = open_store(database)
    assert store.progress(learner).lessons == {}
    store.reached(learner, "gates", "whole")  # no lock was left behind
    assert list(store.progress(learner).lessons["gates"].steps) == ["whole"]
    store.close()


@pytest.mark.parametrize("times", [20])
def test_opening_it_from_many_threads_gives_one_store(database: str, times: int) -> None:
    stores = at_once([lambda: open_store(database)] * times)
    assert {id(store) for store in stores} == {id(open_store(database))}
    assert isinstance(stores[0], Store)
    stores[0].close()
