"""From a URL to an engine of SQLAlchemy's, and how SQLite is driven.

SQLite keeps a write-ahead log and waits for the disk at each commit (synchronous=FULL): what was
committed survives a killed process and a power cut. NORMAL would survive the first alone; thirty
learners commit a few times a second at most, so the wait costs nothing that anybody sees.
Source: https://www.sqlite.org/pragma.html#pragma_synchronous
"""

import sqlite3
import time
from pathlib import Path

from platformdirs import user_data_path
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from store.errors import StoreError

SETTING = "UNROLLED_DATABASE"
SECONDS_TO_WAIT = 30  # for another writer of the same SQLite file
SECONDS_TO_CONNECT = 5  # to a server
READS = "unrolled_reads"  # an execution option: this transaction writes nothing

_EXAMPLES = "sqlite:////folder/progress.sqlite3 or postgresql+psycopg://user:password@host/database"
_PACKAGES = {"psycopg": "psycopg[binary]", "MySQLdb": "mysqlclient"}
_CALLED_OTHERWISE = {"postgres": "postgresql"}


def default_folder() -> Path:
    return user_data_path("unrolled", appauthor=False)


def default_url() -> URL:
    """The file of this user; nothing is made yet."""
    return URL.create("sqlite", database=str(default_folder() / "progress.sqlite3"))


def make_default_folder() -> None:
    """For this user alone."""
    folder = default_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder {folder} cannot be made: {error.strerror}; "
            f"{SETTING} can name another database"
        ) from None


def read_url(text: str) -> URL:
    """Raises StoreError, which does not repeat the text: there may be a password in it."""
    try:
        url = make_url(text)
        url.get_dialect()
    except NoSuchModuleError:
        name = text.split(":")[0]
        right = _CALLED_OTHERWISE.get(name.split("+")[0])
        advice = f"the name is {right}" if right else f"right is for example {_EXAMPLES}"
        raise StoreError(f"SQLAlchemy knows no database {name[:40]!r}: {advice}") from None
    except (ArgumentError, ValueError):
        raise StoreError(f"This is no URL of a database; right is {_EXAMPLES}") from None
    return url


def engine_for(url: URL) -> Engine:
    """Connects to nothing yet."""
    is_sqlite = url.get_backend_name() == "sqlite"
    if is_sqlite and _is_memory(url):
        raise StoreError("A SQLite database in memory keeps nothing: name a file")
    waits: dict[str, object] = {"timeout": SECONDS_TO_WAIT} if is_sqlite else {}
    if "psycopg" in url.get_driver_name() and "connect_timeout" not in url.query:
        waits = {"connect_timeout": SECONDS_TO_CONNECT}
    try:
        # A connection that the server closed meanwhile is noticed and made anew.
        engine = create_engine(url, connect_args=waits, pool_pre_ping=not is_sqlite)
    except ModuleNotFoundError as missing:
        package = _PACKAGES.get(missing.name or "", missing.name)
        raise StoreError(
            f"The driver {missing.name} of this database is not installed: pip install {package}"
        ) from None
    except ArgumentError:
        raise StoreError(f"This is no URL of a database; right is {_EXAMPLES}") from None
    if engine.dialect.is_async:
        raise StoreError(
            f"The driver {engine.dialect.driver} is one for asyncio, which does not do here; "
            "take another one"
        )
    if is_sqlite:
        _drive_sqlite(engine)
    return engine


def _is_memory(url: URL) -> bool:
    return url.database in (None, "", ":memory:") or url.query.get("mode") == "memory"


def _drive_sqlite(engine: Engine) -> None:
    """Transactions begin when SQLAlchemy says so, and one that writes waits for its turn at once.

    The driver would begin them late: a reader that then wants to write is refused without a wait.
    PRAGMA and BEGIN IMMEDIATE are SQLite's own and have no form in SQLAlchemy.
    """

    @event.listens_for(engine, "connect")
    def configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get(READS)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def use_write_ahead_log(engine: Engine) -> None:
    """Once for a SQLite file, which remembers it; does nothing for another database.

    Where two processes ask for it at once SQLite refuses one of them without a wait.
    """
    if engine.dialect.name != "sqlite":
        return
    end = time.monotonic() + SECONDS_TO_WAIT
    while True:
        try:
            with engine.connect() as connection:
                driver = connection.connection.cursor()  # outside of any transaction
                driver.execute("PRAGMA journal_mode=WAL")
                driver.close()
            return
        except (OperationalError, sqlite3.OperationalError) as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.01)
