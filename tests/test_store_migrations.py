"""From one layout of the tables to the next: nothing is lost, and a newer one is refused."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, column, inspect, select, table

from start import ROOT
from store import Store, StoreError, open_store
from store import database as database_module
from store.database import engine_for, read_url, use_write_ahead_log
from store.migrate import MIGRATIONS, newest, revision, upgrade
from store.tables import METADATA
from tests.test_store import do_all, rows_in

pytest_plugins = ("tests.databases",)

# A next revision as there may be one: a column for what is there already, and a table.
NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "made_up"
down_revision = "{last}"

def upgrade() -> None:
    op.add_column("answers", sa.Column("tries", sa.Integer, nullable=False, server_default="1"))
    op.create_table("notes", sa.Column("id", sa.Integer, primary_key=True))
    {more}

def downgrade() -> None:
    op.drop_table("notes")
    op.drop_column("answers", "tries")
"""


def with_next(tmp_path: Path, more: str = "") -> Path:
    """The migrations and one more."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "next.py").write_text(NEXT.format(last=newest(), more=more))
    return folder


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    made = engine_for(read_url(database))
    yield made
    made.dispose()


def test_the_migrations_make_the_tables_that_the_store_uses(engine: Engine) -> None:
    assert revision(engine) is None
    upgrade(engine)
    assert revision(engine) == newest()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        keys = inspect(connection).get_foreign_keys("steps")
    assert [key["options"].get("ondelete") for key in keys] == ["CASCADE"]


def test_an_upgrade_keeps_every_row(engine: Engine, learner: str, tmp_path: Path) -> None:
    upgrade(engine)
    store = Store(engine)
    do_all(store, learner, "gates")
    do_all(store, learner, "words")
    before, rows = store.progress(learner), rows_in(engine)
    upgrade(engine, with_next(tmp_path))
    assert revision(engine) == "made_up"
    assert store.progress(learner) == before
    assert rows_in(engine) == rows
    with engine.connect() as connection:
        tries = connection.scalars(select(table("answers", column("tries")).c.tries)).all()
        assert tries == [1, 1]
        assert inspect(connection).has_table("notes")


def test_an_upgrade_that_fails_midway_changes_nothing(
    engine: Engine, learner: str, tmp_path: Path
) -> None:
    upgrade(engine)
    do_all(Store(engine), learner, "gates")
    broken = with_next(tmp_path, more='raise RuntimeError("the lights went out")')
    with pytest.raises(RuntimeError, match="the lights went out"):
        upgrade(engine, broken)
    assert revision(engine) == newest()
    with engine.connect() as connection:
        assert not inspect(connection).has_table("notes")
        assert "tries" not in [one["name"] for one in inspect(connection).get_columns("answers")]
    assert Store(engine).progress(learner).lessons["gates"].answers["p"].right


def test_a_database_that_is_newer_is_refused_and_left_alone(
    database: str, engine: Engine, learner: str, tmp_path: Path
) -> None:
    upgrade(engine)
    do_all(Store(engine), learner, "gates")
    upgrade(engine, with_next(tmp_path))
    rows = rows_in(engine)
    with pytest.raises(StoreError) as raised:
        open_store(database)
    said = str(raised.value)
    assert "is at revision 'made_up', and this Unrolled knows those up to '0001'" in said
    assert said.endswith("update Unrolled, or name another database")
    assert (revision(engine), rows_in(engine)) == ("made_up", rows)


def test_an_upgrade_twice_is_done_once(engine: Engine, learner: str) -> None:
    upgrade(engine)
    do_all(Store(engine), learner, "gates")
    rows = rows_in(engine)
    upgrade(engine)
    assert rows_in(engine) == rows


def test_processes_that_upgrade_at_once_all_succeed(database: str) -> None:
    script = "from store import open_store; open_store()"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "UNROLLED_DATABASE": database},
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    words = [process.communicate(timeout=60)[1] for process in started]
    assert [process.returncode for process in started] == [0] * 4, words
    engine = engine_for(read_url(database))
    assert revision(engine) == newest()
    engine.dispose()


def test_the_way_back_leaves_nothing(engine: Engine) -> None:
    from alembic import command

    from store.migrate import configuration

    upgrade(engine)
    with engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]


def test_a_folder_whose_name_has_a_percent_sign_does(tmp_path: Path) -> None:
    folder = tmp_path / "50% done"
    shutil.copytree(MIGRATIONS, folder)
    assert newest(folder) == newest()


def test_a_file_that_is_busy_in_its_first_moment_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite refuses the second of two that begin a write-ahead log at once, without any wait."""
    url = f"sqlite:///{tmp_path / 'progress.sqlite3'}"
    monkeypatch.setattr(database_module, "SECONDS_TO_WAIT", 0)  # of SQLite itself
    engine = engine_for(read_url(url))
    monkeypatch.setattr(database_module, "SECONDS_TO_WAIT", 30)
    with engine.connect() as other:
        other.begin()
        waiting = threading.Thread(target=use_write_ahead_log, args=(engine,))
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
    waiting.join(10)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine.dispose()
