"""Learners, the steps they reached, their answers, the challenges they met, and where they are.

The tables stand here as they were: later changes of store/tables.py are migrations of their own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _done_in_a_lesson(table: str, *more: sa.Column[str] | sa.Column[bool]) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer, primary_key=True),
        _learner(),
        sa.Column("lesson", sa.String(80), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *more,
        sa.UniqueConstraint("learner", "lesson", "name", name=f"one_of_{table}"),
    )


def _learner(primary_key: bool = False) -> sa.Column[int]:
    of = sa.ForeignKey("learners.id", ondelete="CASCADE")
    return sa.Column("learner", sa.Integer, of, primary_key=primary_key, nullable=False)


def upgrade() -> None:
    op.create_table(
        "learners",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(32), nullable=False, unique=True),
    )
    _done_in_a_lesson("steps")
    _done_in_a_lesson(
        "answers",
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("is_right", sa.Boolean, nullable=False),
    )
    _done_in_a_lesson("challenges")
    op.create_table(
        "places",
        _learner(primary_key=True),
        sa.Column("lesson", sa.String(80), primary_key=True),
        sa.Column("step", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    for table in ("places", "challenges", "answers", "steps", "learners"):
        op.drop_table(table)
