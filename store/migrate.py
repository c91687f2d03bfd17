"""Brings a database to the newest revision of its tables, step by step (Alembic).

To change the tables: change `store/tables.py`, add a file to `store/migrations/versions` whose
`down_revision` is the newest one's, and try it (tests/test_store_migrations.py).
"""

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select

from store.database import READS, use_write_ahead_log
from store.errors import StoreError, capital, told, where

MIGRATIONS = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x756E726F6C6C6564  # "unrolled": one at a time on a PostgreSQL database
_ONE_AT_A_TIME = threading.Lock()  # Alembic keeps what it is about in one global place


def configuration(folder: Path = MIGRATIONS) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


def newest(folder: Path = MIGRATIONS) -> str:
    head = ScriptDirectory.from_config(configuration(folder)).get_current_head()
    if head is None:
        raise StoreError(f"There are no migrations in {folder}")
    return head


def revision(engine: Engine) -> str | None:
    """Of a database, as it is now; None for one that is empty."""
    with told(engine.url), engine.connect() as connection:
        reader = connection.execution_options(**{READS: True})
        return MigrationContext.configure(reader).get_current_revision()


def upgrade(engine: Engine, folder: Path = MIGRATIONS) -> None:
    """All or nothing where the database can take back a change of its tables, as SQLite and
    PostgreSQL can. Of two processes that want it at once, the second waits for the first.

    Raises StoreError, also for a database that is newer than the program.
    """
    script = ScriptDirectory.from_config(configuration(folder))
    now = revision(engine)
    if now and now not in {known.revision for known in script.walk_revisions()}:
        raise StoreError(
            f"{capital(where(engine.url))} is at revision {now[:40]!r}, and this Unrolled knows "
            f"those up to {newest(folder)!r}: update Unrolled, or name another database"
        )
    if now == script.get_current_head():
        return
    with _ONE_AT_A_TIME, told(engine.url):
        use_write_ahead_log(engine)
        with engine.begin() as connection:
            _wait_for_others(connection)
            config = configuration(folder)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _wait_for_others(connection: Connection) -> None:
    """SQLite has let this transaction be the only one that writes; PostgreSQL has to be asked."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
