"""Fixtures: an empty database of each kind, and a store in it. A test that asks for `database` or
`store` runs once for SQLite and once for PostgreSQL.
"""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateSchema, DropSchema

from start import Stop, is_debian_root
from store import Store, new_learner_id, open_store
from tests import postgresql as debian


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a database on a server of its own."""
    if debian.find_server() is None:
        reason = "there is no PostgreSQL here"
        if is_debian_root():
            pytest.fail(f"{reason}: `python start.py test` installs it", pytrace=False)
        pytest.skip(f"{reason}, and it is installed only for root on Debian")
    try:
        with debian.server() as url:
            yield url
    except Stop as reason:
        pytest.fail(str(reason), pytrace=False)


@pytest.fixture
def empty_schema(postgresql: str) -> Iterator[str]:
    """The URL of a schema in that database, which holds nothing yet."""
    schema = f"test_{secrets.token_hex(6)}"
    engine = create_engine(postgresql, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(CreateSchema(schema))
    url = make_url(postgresql).update_query_dict({"options": f"-csearch_path={schema}"})
    yield url.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(DropSchema(schema, cascade=True))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("empty_schema")
        return url
    return f"sqlite:///{tmp_path / 'progress.sqlite3'}"


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    opened = open_store(database)
    yield opened
    opened.close()


@pytest.fixture
def learner() -> str:
    return new_learner_id()
