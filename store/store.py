"""The store itself. Each call is one short transaction, and calling it again changes nothing.

Two that write the same at once are told apart by the tables' unique constraints: the one that comes
second is taken back as a whole and done anew, and then finds what the first wrote. This needs
nothing that is one database's own.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.exc import DBAPIError, IntegrityError

from store import rows
from store.bounds import check_learner, check_name
from store.database import READS
from store.errors import told, where
from store.export import checked, exported
from store.records import Answer, Place, Progress
from store.tables import ANSWERS, CHALLENGES, STEPS

MOST_ATTEMPTS = 20  # each fails only where another transaction succeeded
_ANEW = ("40001", "40P01")  # SQLSTATE: not serializable, deadlock; both mean "do it again"

T = TypeVar("T")


class Store:
    """Progress of all learners in one database; `open_store` makes it. Safe from any thread.

    Every method raises ValueError for ids, names and answers out of bounds, and StoreError, whose
    message is one sentence for a person, where the database fails.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # SQLite has one writer at a time: in a queue here it waits less than by asking again.
        is_sqlite = engine.dialect.name == "sqlite"
        self._turn: AbstractContextManager[Any] = threading.Lock() if is_sqlite else nullcontext()

    @property
    def where(self) -> str:
        """The database in words, without user and password: "the file …", "the database … on …"."""
        return where(self.engine.url)

    def reached(self, learner: str, lesson: str, step: str) -> None:
        """Keeps that the step was reached, the first time, and that the learner is there now."""
        check_name("lesson", lesson)
        check_name("step", step)
        now = datetime.now(UTC)

        def work(connection: Connection) -> None:
            who = rows.make_learner(connection, learner)
            rows.keep_once(connection, STEPS, who, lesson, step, {"at": now})
            rows.visit(connection, who, lesson, Place(step, now))

        self._write(learner, work)

    def answered(
        self, learner: str, lesson: str, prediction: str, answer: Any, right: bool
    ) -> Answer:
        """The answer that is kept: this one, or the one that was committed before, which stays.

        `answer` is a JSON value of at most MOST_ANSWER_BYTES.
        """
        values = rows.answer_row(Answer(answer, bool(right), datetime.now(UTC)))
        kept = self._keep(ANSWERS, learner, lesson, "prediction", prediction, values)
        return rows.answer_of(kept)

    def done(self, learner: str, lesson: str, challenge: str) -> None:
        """Keeps that the challenge was met, the first time."""
        now = datetime.now(UTC)
        self._keep(CHALLENGES, learner, lesson, "challenge", challenge, {"at": now})

    def progress(self, learner: str) -> Progress:
        """All that is kept of a learner; empty for one that is not known."""

        def work(connection: Connection) -> Progress:
            who = rows.find_learner(connection, learner)
            return Progress() if who is None else rows.read_progress(connection, who)

        check_learner(learner)
        with told(self.engine.url), self.engine.connect() as connection:
            return work(connection.execution_options(**{READS: True}))

    def forget(self, learner: str, lesson: str) -> None:
        """Leaves nothing of this lesson, to begin it anew."""
        check_name("lesson", lesson)

        def work(connection: Connection) -> None:
            who = rows.find_learner(connection, learner)
            if who is not None:
                rows.forget(connection, who, lesson)

        self._write(learner, work)

    def delete(self, learner: str) -> int:
        """Leaves nothing of this learner: how many steps, answers and challenges were kept."""

        def work(connection: Connection) -> int:
            who = rows.find_learner(connection, learner, alone=True)
            return 0 if who is None else rows.remove_learner(connection, who)

        return self._write(learner, work)

    def export(self, learner: str) -> dict[str, Any]:
        """All that is kept of a learner, for json.dump, without the id; see `store.export`."""
        return exported(self.progress(learner), datetime.now(UTC))

    def restore(self, learner: str, data: object) -> int:
        """Adds what an export holds, all or nothing: how many steps, answers and challenges.

        What is kept already stays. Raises ValueError for data that is not a sound export.
        """
        progress = checked(data, datetime.now(UTC))

        def work(connection: Connection) -> int:
            return rows.add(connection, rows.make_learner(connection, learner), progress)

        return self._write(learner, work)

    def close(self) -> None:
        """Gives back the connections; the next call makes new ones."""
        self.engine.dispose()

    def _keep(
        self,
        table: Table,
        learner: str,
        lesson: str,
        kind: str,
        name: str,
        values: dict[str, Any],
    ) -> Any:
        """The row that is kept under this name, old or new."""
        check_name("lesson", lesson)
        check_name(kind, name)

        def work(connection: Connection) -> Any:
            who = rows.make_learner(connection, learner)
            return rows.keep_once(connection, table, who, lesson, name, values)

        return self._write(learner, work)

    def _write(self, learner: str, work: Callable[[Connection], T]) -> T:
        """The result of `work` once it is committed; it may be called more than once."""
        check_learner(learner)
        with told(self.engine.url):
            for _ in range(MOST_ATTEMPTS - 1):
                try:
                    return self._transaction(work)
                except IntegrityError:
                    continue
                except DBAPIError as error:
                    if getattr(error.orig, "sqlstate", None) not in _ANEW:
                        raise
            return self._transaction(work)

    def _transaction(self, work: Callable[[Connection], T]) -> T:
        with self._turn, self.engine.begin() as connection:
            return work(connection)
