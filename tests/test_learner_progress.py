"""Progress in a session: written through once each, and remembered where it cannot be written."""

import pytest

from exhibits.lesson.keeping import StoreKeeper
from exhibits.lesson.progress import KeeperError, Progress, opened
from exhibits.lesson.standing import Outcome, Standing
from store import new_learner_id, open_store
from tests.made_lessons import made_lesson, made_step

FIRST = made_lesson(1, "first", steps=[made_step("a"), made_step("b")])
SECOND = made_lesson(2, "second", steps=[made_step("c")])


class Book:
    """A keeper that writes down what it is told, and fails when it is told to."""

    place = "here"

    def __init__(self) -> None:
        self.said: list[tuple] = []
        self.broken = False

    def _say(self, *words) -> None:
        if self.broken:
            raise KeeperError("the disk is full")
        self.said.append(words)

    def standings(self):
        self._say("read")
        return {"first": Standing({"a"}, {"p": Outcome(right=True)}, place="a")}

    def reach(self, *words):
        self._say("reach", *words)

    def answer(self, *words):
        self._say("answer", *words)

    def meet(self, *words):
        self._say("meet", *words)

    def forget(self, *words):
        self._say("forget", *words)

    def forget_all(self):
        self._say("forget all")

    def export(self):
        return b"{}"

    def restore(self, raw):
        self._say("restore", raw)


def test_what_is_kept_is_read_and_only_what_is_new_is_written():
    book = Book()
    known = opened(book)
    known.reach("first", "a")
    known.reach("first", "b")
    known.reach("first", "b")
    known.answer("first", "p", right=False, given=2)
    known.answer("first", "q", right=True, given=[1.0])
    known.meet("first", "c")
    known.meet("first", "c")
    assert book.said == [
        ("read",),
        ("reach", "first", "b"),
        ("answer", "first", "q", Outcome(right=True, given=[1.0])),
        ("meet", "first", "c"),
    ]
    assert known.of("first").predictions["p"].right, "the first answer stands"


def test_what_cannot_be_written_is_said_and_remembered_all_the_same():
    book = Book()
    known = opened(book)
    book.broken = True
    known.reach("first", "b")
    assert known.problem == "the disk is full"
    assert known.of("first").steps == {"a", "b"}
    book.broken = False
    known.meet("first", "c")
    assert known.problem == ""


def test_what_cannot_be_read_is_said_and_the_session_begins_empty():
    book = Book()
    book.broken = True
    known = opened(book)
    assert (known.problem, known.standings) == ("the disk is full", {})


def test_without_a_store_the_session_remembers():
    known = opened(None, "no store")
    known.reach("first", "a")
    assert known.problem == "no store"
    assert known.of("first").steps == {"a"}


def test_one_goes_on_in_the_undone_lesson_that_was_read_last():
    known = Progress()
    lessons = (FIRST, SECOND)
    assert known.next_step(lessons) == (FIRST, 0)
    known.standings = {"first": Standing({"a"}, latest=1.0)}
    assert known.next_step(lessons) == (FIRST, 0)
    known.standings["first"].steps.add("b")
    assert known.next_step(lessons) == (SECOND, 0)
    known.standings["second"] = Standing({"c"}, latest=2.0)
    assert known.next_step(lessons) is None


def test_a_lesson_begun_anew_is_forgotten_here_and_in_the_store():
    book = Book()
    known = opened(book)
    known.forget("first")
    assert known.of("first").steps == set()
    assert ("forget", "first") in book.said


def test_the_store_gives_back_to_another_session_what_was_done(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'progress.sqlite'}")
    learner, other = new_learner_id(), new_learner_id()
    known = opened(StoreKeeper(store, learner))
    known.reach("first", "a")
    known.reach("first", "b")
    known.reach("first", "a")
    known.answer("first", "p", right=True, given=[0.5, 1])
    known.meet("second", "c")
    again = opened(StoreKeeper(store, learner))
    first = again.of("first")
    assert (first.steps, first.place) == ({"a", "b"}, "a")
    assert first.predictions == {"p": Outcome(right=True, given=[0.5, 1])}
    assert again.of("second").challenges == {"c"}
    assert abs(first.latest - known.of("first").latest) < 60
    assert opened(StoreKeeper(store, other)).standings == {}


def test_what_was_taken_along_comes_back_under_another_id_and_what_is_deleted_is_gone(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'progress.sqlite'}")
    mine, yours = (StoreKeeper(store, new_learner_id()) for _ in range(2))
    known = opened(mine)
    known.reach("first", "a")
    taken = mine.export()
    known.forget_all()
    assert opened(mine).standings == {}
    yours.restore(taken)
    assert opened(yours).of("first").steps == {"a"}
    with pytest.raises(KeeperError, match="no JSON"):
        yours.restore(b"\xff")
    yours.forget("first")
    assert opened(yours).standings == {}


def test_a_store_that_fails_is_told_in_its_own_words(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'progress.sqlite'}")
    keeper = StoreKeeper(store, new_learner_id())
    store.close()
    (tmp_path / "progress.sqlite").write_bytes(b"this is no database" * 100)
    for left in ("progress.sqlite-wal", "progress.sqlite-shm"):
        (tmp_path / left).unlink(missing_ok=True)
    known = opened(keeper)
    assert "no SQLite database" in known.problem
    known.reach("first", "a")
    assert known.of("first").steps == {"a"}
