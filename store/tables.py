"""The tables, as the newest migration leaves them (a test compares the two).

A row belongs to a learner and goes with the learner, even a row that is written in that moment.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect

from store.bounds import MOST_NAME

METADATA = MetaData()


class Moment(TypeDecorator[datetime]):
    """A time in UTC, to the microsecond; SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo:
            return value and value.astimezone(UTC)
        return value.replace(tzinfo=UTC)


def _kept(table: str, *more: Column[str] | Column[bool]) -> Table:
    """One row for each thing that a learner did in a lesson; `id` counts as they are written."""
    return Table(
        table,
        METADATA,
        Column("id", Integer, primary_key=True),
        Column("learner", ForeignKey("learners.id", ondelete="CASCADE"), nullable=False),
        Column("lesson", String(MOST_NAME), nullable=False),
        Column("name", String(MOST_NAME), nullable=False),
        Column("at", Moment, nullable=False),
        *more,
        UniqueConstraint("learner", "lesson", "name", name=f"one_of_{table}"),
    )


LEARNERS = Table(
    "learners",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("key", String(32), nullable=False, unique=True),
)
STEPS = _kept("steps")
ANSWERS = _kept(
    "answers", Column("answer", Text, nullable=False), Column("is_right", Boolean, nullable=False)
)
CHALLENGES = _kept("challenges")
KEPT = (STEPS, ANSWERS, CHALLENGES)
# Where a learner is: the step of each lesson that was visited last.
PLACES = Table(
    "places",
    METADATA,
    Column("learner", ForeignKey("learners.id", ondelete="CASCADE"), primary_key=True),
    Column("lesson", String(MOST_NAME), primary_key=True),
    Column("step", String(MOST_NAME), nullable=False),
    Column("at", Moment, nullable=False),
)
