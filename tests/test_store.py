"""The store: what is kept, what stays, what goes. Each test on SQLite and on PostgreSQL."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from store import (
    MOST_ANSWER_BYTES,
    Progress,
    Store,
    is_learner_id,
    new_learner_id,
    open_store,
)
from store.tables import METADATA

pytest_plugins = ("tests.databases",)


def rows_in(engine: Engine) -> dict[str, int]:
    """By table."""
    with engine.connect() as connection:
        return {
            table.name: len(connection.execute(select(table)).all())
            for table in METADATA.sorted_tables
        }


# What is kept ------------------------------------------------------------------------------------


def test_a_learner_who_did_nothing_has_no_progress(store: Store, learner: str) -> None:
    assert store.progress(learner) == Progress({})
    assert store.progress(learner).last is None
    assert rows_in(store.engine)["learners"] == 0, "to look at it writes nothing"


def test_what_was_done_is_there_with_its_time(store: Store, learner: str) -> None:
    before = datetime.now(UTC)
    store.reached(learner, "gates", "two")
    store.reached(learner, "gates", "one")
    assert store.answered(learner, "gates", "opens", [0.5, None, "σ"], right=True).right
    store.done(learner, "gates", "shut-it")
    after = datetime.now(UTC)

    (name, gates), = store.progress(learner).lessons.items()  # fmt: skip
    assert name == "gates"
    assert list(gates.steps) == ["two", "one"], "in the order in which they were reached"
    assert gates.answers["opens"].answer == [0.5, None, "σ"]
    assert gates.answers["opens"].right is True
    assert list(gates.challenges) == ["shut-it"]
    times = [*gates.steps.values(), gates.answers["opens"].when, gates.challenges["shut-it"]]
    assert times == sorted(times)
    assert before <= times[0] <= times[-1] <= after
    assert all(time.utcoffset() == timedelta(0) for time in times)
    assert gates.latest == times[-1]


def test_it_is_there_for_a_server_that_starts_anew(database: str, learner: str) -> None:
    first = open_store(database)
    first.answered(learner, "gates", "opens", 1, right=False)
    first.close()
    fresh = Store(first.engine)
    assert fresh.progress(learner).lessons["gates"].answers["opens"].right is False
    first.close()


def test_learners_and_lessons_do_not_mix(store: Store, learner: str) -> None:
    other = new_learner_id()
    store.answered(learner, "gates", "p", "mine", right=True)
    store.answered(other, "gates", "p", "theirs", right=False)
    store.answered(learner, "words", "p", "another lesson's", right=False)
    assert store.progress(learner).lessons["gates"].answers["p"].answer == "mine"
    assert store.progress(learner).lessons["words"].answers["p"].answer == "another lesson's"
    assert store.progress(other).lessons["gates"].answers["p"].answer == "theirs"
    assert list(store.progress(other).lessons) == ["gates"]


@pytest.mark.parametrize(
    "answer",
    [None, True, 0, -7, 0.1, 1e300, "", "naïve \U0001f600 \x00", [], {}, {"curve": [[0, 1.5]]}],
    ids=ascii,
)
def test_an_answer_comes_back_as_it_was(store: Store, learner: str, answer: object) -> None:
    kept = store.answered(learner, "gates", "p", answer, right=True)
    assert kept.answer == answer
    assert type(kept.answer) is type(answer)
    assert store.progress(learner).lessons["gates"].answers["p"] == kept


# What stays --------------------------------------------------------------------------------------


def test_the_first_answer_stays_and_is_what_is_returned(store: Store, learner: str) -> None:
    first = store.answered(learner, "gates", "p", 1, right=False)
    assert store.answered(learner, "gates", "p", 2, right=True) == first
    assert store.progress(learner).lessons["gates"].answers == {"p": first}
    assert (first.answer, first.right) == (1, False)


def test_doing_it_again_changes_nothing(store: Store, learner: str) -> None:
    store.reached(learner, "gates", "one")
    store.done(learner, "gates", "c")
    first = store.progress(learner).lessons["gates"]
    store.reached(learner, "gates", "one")
    store.done(learner, "gates", "c")
    again = store.progress(learner).lessons["gates"]
    assert (again.steps, again.challenges) == (first.steps, first.challenges)
    assert rows_in(store.engine) == {
        "learners": 1, "steps": 1, "answers": 0, "challenges": 1, "places": 1
    }  # fmt: skip


def test_where_the_learner_was_last_is_known(store: Store, learner: str) -> None:
    store.reached(learner, "gates", "one")
    store.reached(learner, "gates", "two")
    store.reached(learner, "words", "start")
    store.reached(learner, "gates", "one")  # went back
    progress = store.progress(learner)
    assert progress.last is not None
    assert (progress.last[0], progress.last[1].step) == ("gates", "one")
    words = progress.lessons["words"].place
    assert words is not None
    assert words.step == "start"


# What goes ---------------------------------------------------------------------------------------


def do_all(store: Store, learner: str, lesson: str) -> None:
    store.reached(learner, lesson, "one")
    store.answered(learner, lesson, "p", 1, right=True)
    store.done(learner, lesson, "c")


def test_a_lesson_begun_anew_is_empty_and_the_others_are_not(store: Store, learner: str) -> None:
    do_all(store, learner, "gates")
    do_all(store, learner, "words")
    words = store.progress(learner).lessons["words"]
    store.forget(learner, "gates")
    assert store.progress(learner).lessons == {"words": words}
    assert store.answered(learner, "gates", "p", 2, right=False).answer == 2
    store.forget(new_learner_id(), "gates")  # of somebody unknown: nothing to do


def test_a_deleted_learner_leaves_no_row(store: Store, learner: str) -> None:
    do_all(store, learner, "gates")
    do_all(store, learner, "words")
    assert store.delete(learner) == 6
    assert set(rows_in(store.engine).values()) == {0}
    assert store.delete(learner) == 0


def test_a_deleted_learner_takes_nobody_along(store: Store, learner: str) -> None:
    other = new_learner_id()
    do_all(store, learner, "gates")
    do_all(store, other, "gates")
    kept = store.progress(other)
    store.delete(learner)
    assert store.progress(other) == kept
    assert rows_in(store.engine)["learners"] == 1


# What is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "x" * 81, "a\nb", "a\x00", "\ud800", 7, None])
def test_a_name_out_of_bounds_is_refused(store: Store, learner: str, name: object) -> None:
    for call, what in (
        (lambda: store.reached(learner, name, "s"), "lesson"),  # type: ignore[arg-type]
        (lambda: store.reached(learner, "l", name), "step"),  # type: ignore[arg-type]
        (lambda: store.answered(learner, "l", name, 1, right=True), "prediction"),  # type: ignore[arg-type]
        (lambda: store.done(learner, "l", name), "challenge"),  # type: ignore[arg-type]
        (lambda: store.forget(learner, name), "lesson"),  # type: ignore[arg-type]
    ):
        with pytest.raises(ValueError, match=f"^{what} must be 1 to 80 printable characters, got"):
            call()
    assert set(rows_in(store.engine).values()) == {0}


def test_the_longest_name_and_answer_are_kept(store: Store, learner: str) -> None:
    name, answer = "ü" * 80, "x" * (MOST_ANSWER_BYTES - 2)  # two quotes
    store.reached(learner, name, name)
    store.answered(learner, name, name, answer, right=True)
    lesson = store.progress(learner).lessons[name]
    assert list(lesson.steps) == [name]
    assert lesson.answers[name].answer == answer


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("x" * (MOST_ANSWER_BYTES - 1), "may take 8192 bytes as JSON, and this one takes 8193"),
        (math.nan, "must be finite, got nan"),
        ([1, -math.inf], "must be finite, got -inf"),
        ({1: 2}, "keys of an answer must be texts"),
        (b"x", "must be a JSON value, got bytes"),
        ({"a": {1, 2}}, "must be a JSON value, got set"),
        (nested(17), "nested 16 deep"),
        (nested(100_000), "nested 16 deep"),
        (10**5000, "80 digits"),
        ([0] * 10_000, "may not hold 10000 values"),
    ],
    ids=["long", "nan", "inf", "keys", "bytes", "set", "deep", "deepest", "huge", "many"],
)
def test_an_answer_out_of_bounds_is_refused(
    store: Store, learner: str, answer: object, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        store.answered(learner, "l", "p", answer, right=True)
    assert set(rows_in(store.engine).values()) == {0}


def test_sixteen_deep_is_not_too_deep(store: Store, learner: str) -> None:
    assert store.answered(learner, "l", "p", nested(16), right=True).answer == nested(16)


@pytest.mark.parametrize("wrong", ["", "x" * 32, "A" * 32, "0" * 31, "0" * 33, "0" * 31 + "\n"])
def test_an_id_that_nobody_made_is_refused_and_not_repeated(store: Store, wrong: str) -> None:
    assert not is_learner_id(wrong)
    for call in (
        lambda: store.progress(wrong),
        lambda: store.reached(wrong, "l", "s"),
        lambda: store.delete(wrong),
        lambda: store.export(wrong),
        lambda: store.forget(wrong, "l"),
    ):
        with pytest.raises(ValueError, match="learner must be an id") as raised:
            call()
        assert not wrong or wrong not in str(raised.value)


def test_ids_are_random_and_of_128_bits() -> None:
    made = {new_learner_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(is_learner_id(one) and len(bytes.fromhex(one)) == 16 for one in made)
    # Each of the 128 bits is one in about half of them: 5 standard deviations are 79.
    ones = [sum(int(one, 16) >> bit & 1 for one in made) for bit in range(128)]
    assert all(abs(count - 500) < 100 for count in ones)
