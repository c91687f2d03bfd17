"""Reading and writing the tables, within a transaction that the store has begun."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Table,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)

from store.bounds import answer_text
from store.records import Answer, LessonProgress, Place, Progress
from store.tables import ANSWERS, CHALLENGES, KEPT, LEARNERS, PLACES, STEPS

Kept = Mapping[str, Any] | RowMapping  # a row, by the names of its columns


def find_learner(connection: Connection, key: str, alone: bool = False) -> int | None:
    """The learner's row; `alone`: nobody else adds to it or deletes it until the transaction ends
    (SQLite has one writer at any time anyway)."""
    wanted = select(LEARNERS.c.id).where(LEARNERS.c.key == key)
    found: int | None = connection.scalar(wanted.with_for_update() if alone else wanted)
    return found


def make_learner(connection: Connection, key: str) -> int:
    """The learner's row, made if need be."""
    found = find_learner(connection, key)
    if found is not None:
        return found
    made = connection.execute(insert(LEARNERS).values(key=key)).inserted_primary_key
    return int(made[0])  # type: ignore[index]


def keep_once(
    connection: Connection, table: Table, who: int, lesson: str, name: str, values: Kept
) -> Kept:
    """What is kept under this name: the row that is there, else `values`, which are written."""
    wanted = and_(table.c.learner == who, table.c.lesson == lesson, table.c.name == name)
    found = connection.execute(select(table).where(wanted)).mappings().one_or_none()
    if found is not None:
        return found
    row = {"learner": who, "lesson": lesson, "name": name, **values}
    connection.execute(insert(table).values(row))
    return row


def visit(connection: Connection, who: int, lesson: str, place: Place) -> None:
    """Unless a later visit is known."""
    here = _of_lesson(PLACES, who, lesson)
    known = connection.scalar(select(PLACES.c.at).where(here))
    values = {"step": place.step, "at": place.when}
    if known is None:
        connection.execute(insert(PLACES).values(learner=who, lesson=lesson, **values))
    elif known < place.when:
        connection.execute(update(PLACES).where(here).values(values))


def read_progress(connection: Connection, who: int) -> Progress:
    steps, answers, challenges = (_read(connection, table, who) for table in KEPT)
    places = {
        row["lesson"]: Place(row["step"], row["at"])
        for row in connection.execute(select(PLACES).where(PLACES.c.learner == who)).mappings()
    }
    names = dict.fromkeys([*steps, *answers, *challenges, *places])
    return Progress(
        {
            name: LessonProgress(
                {row["name"]: row["at"] for row in steps.get(name, ())},
                {row["name"]: answer_of(row) for row in answers.get(name, ())},
                {row["name"]: row["at"] for row in challenges.get(name, ())},
                places.get(name),
            )
            for name in names
        }
    )


def _read(connection: Connection, table: Table, who: int) -> dict[str, list[RowMapping]]:
    """By lesson, in the order in which it was done."""
    wanted = select(table).where(table.c.learner == who).order_by(table.c.at, table.c.id)
    by_lesson: dict[str, list[RowMapping]] = {}
    for row in connection.execute(wanted).mappings():
        by_lesson.setdefault(row["lesson"], []).append(row)
    return by_lesson


def answer_of(row: Kept) -> Answer:
    return Answer(json.loads(row["answer"]), row["is_right"], row["at"])


def answer_row(answer: Answer) -> dict[str, Any]:
    text = answer_text(answer.answer)
    return {"answer": text, "is_right": answer.right, "at": answer.when}


def add(connection: Connection, who: int, progress: Progress) -> int:
    """Adds what is not there yet, and of the places those that are later; how much was added,
    places not counted."""
    known = read_progress(connection, who).lessons
    new: dict[Table, list[dict[str, Any]]] = {table: [] for table in KEPT}
    for name, lesson in progress.lessons.items():
        old = known.get(name, LessonProgress())
        parts: tuple[tuple[Table, Mapping[str, Any], dict[str, Kept]], ...] = (
            (STEPS, old.steps, {key: {"at": at} for key, at in lesson.steps.items()}),
            (ANSWERS, old.answers, {key: answer_row(a) for key, a in lesson.answers.items()}),
            (CHALLENGES, old.challenges, {k: {"at": at} for k, at in lesson.challenges.items()}),
        )
        for table, there, given in parts:
            new[table] += [
                {"learner": who, "lesson": name, "name": key, **values}
                for key, values in given.items()
                if key not in there
            ]
        if lesson.place:
            visit(connection, who, name, lesson.place)
    for table, added in new.items():
        if added:
            connection.execute(insert(table), added)
    return sum(map(len, new.values()))


def count(connection: Connection, table: Table, who: int | None = None) -> int:
    """Rows of a learner, or of all."""
    counted = select(func.count()).select_from(table)
    return connection.scalar(counted if who is None else counted.where(table.c.learner == who)) or 0


def forget(connection: Connection, who: int, lesson: str) -> None:
    for table in (*KEPT, PLACES):
        connection.execute(delete(table).where(_of_lesson(table, who, lesson)))


def remove_learner(connection: Connection, who: int) -> int:
    """How much was kept; all of it goes, by the foreign keys."""
    kept = sum(count(connection, table, who) for table in KEPT)
    connection.execute(delete(LEARNERS).where(LEARNERS.c.id == who))
    return kept


def _of_lesson(table: Table, who: int, lesson: str) -> ColumnElement[bool]:
    return and_(table.c.learner == who, table.c.lesson == lesson)
