"""`python -m store` says which database is in use and what it holds; it changes nothing.
`python -m store upgrade` makes its tables or brings them up to date, as the app does at its start.
"""

import argparse
import os
import sys
from collections.abc import Iterator

from sqlalchemy import Engine

from store import StoreError, open_store
from store.database import READS, SETTING, default_url, engine_for, read_url
from store.errors import sqlite_path, told, where
from store.migrate import newest, revision
from store.rows import count
from store.tables import KEPT, LEARNERS


def shown(url: str) -> Iterator[str]:
    """What there is to say, line by line."""
    read = read_url(url) if url else default_url()
    yield f"database: {where(read)}"
    yield f"named by: {SETTING if url else f'nothing; {SETTING} can name another one'}"
    engine = engine_for(read)
    if is_missing_file(engine):
        yield "revision: none yet; the app makes the file at its first start"
        return
    now, head = revision(engine), newest()
    newer = " (the newest)" if now == head else f"; the newest is {head}"
    yield f"revision: {now or 'none yet'}{newer}"
    if now == head:
        with told(read), engine.connect() as connection:
            reader = connection.execution_options(**{READS: True})
            for table in (LEARNERS, *KEPT):
                yield f"{table.name}: {count(reader, table)}"


def main(arguments: list[str]) -> int:
    """The exit code; whatever goes wrong is one line on the error stream."""
    layout = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m store", description=__doc__, formatter_class=layout)
    parser.add_argument("command", nargs="?", default="show", choices=("show", "upgrade"))
    try:
        if parser.parse_args(arguments).command == "upgrade":
            open_store()
        for line in shown(os.environ.get(SETTING, "")):
            print(line)
    except StoreError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def is_missing_file(engine: Engine) -> bool:
    """To look at a SQLite file that is not there would make it."""
    return engine.dialect.name == "sqlite" and not sqlite_path(engine.url).exists()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
