"""What is said when progress cannot be kept: one sentence for a person, and never a password."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url

import start
from store import Store, StoreError, database, new_learner_id, open_store, opening
from store.__main__ import main

pytest_plugins = ("tests.databases",)

SECRET = "hunter2"


def refused(url: str) -> str:
    """The sentence with which this URL is refused."""
    with pytest.raises(StoreError) as raised:
        open_store(url)
    said = str(raised.value)
    assert SECRET not in said
    assert "\n" not in said
    assert len(said) < 400
    shows_more = raised.value.__context__ and not raised.value.__suppress_context__
    assert not shows_more, "a traceback would show the driver's own words"
    return said


# URLs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (SECRET, "This is no URL of a database; right is sqlite:////folder/progress.sqlite3 or"),
        (f"postgresql://me:{SECRET}@host:port/x", "This is no URL of a database"),
        (f"sqlite://{SECRET}/x", "This is no URL of a database"),
        (f"postgres://me:{SECRET}@host/x", "no database 'postgres': the name is postgresql"),
        (f"frob://me:{SECRET}@host/x", "knows no database 'frob': right is for example sqlite:"),
        (f"mysql://me:{SECRET}@host/x", "driver MySQLdb of this database is not installed: pip"),
        (f"postgresql+pg8000://me:{SECRET}@host/x", "pip install pg8000"),
        ("sqlite://", "A SQLite database in memory keeps nothing: name a file"),
        ("sqlite:///:memory:", "A SQLite database in memory keeps nothing"),
        ("sqlite:///file:x?mode=memory&uri=true", "A SQLite database in memory keeps nothing"),
    ],
)
def test_a_url_that_does_not_do_is_refused(url: str, said: str) -> None:
    assert said in refused(url)


def test_a_driver_for_asyncio_is_refused() -> None:
    assert "is one for asyncio" in refused(f"postgresql+psycopg_async://me:{SECRET}@127.0.0.1/x")


# SQLite ------------------------------------------------------------------------------------------


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("What I know of gates.\n" * 100)
    assert refused(f"sqlite:///{file}") == f"The file {file} is no SQLite database"
    assert file.read_text() == "What I know of gates.\n" * 100


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    file = tmp_path / "none" / "progress.sqlite3"
    said = f"The file {file} cannot be opened: is its folder there, and may this user write in it"
    assert refused(f"sqlite:///{file}") == said


def test_a_database_that_may_only_be_read_is_said_and_read(tmp_path: Path) -> None:
    file = tmp_path / "progress.sqlite3"
    learner = new_learner_id()
    writer = open_store(f"sqlite:///{file}")
    writer.reached(learner, "gates", "one")
    reader = open_store(f"sqlite:///file:{file}?mode=ro&uri=true")
    with pytest.raises(StoreError) as raised:
        reader.reached(learner, "gates", "two")
    right = "give this user the right to write it and its folder"
    assert str(raised.value) == f"The file {file} cannot be written: {right}"
    assert list(reader.progress(learner).lessons["gates"].steps) == ["one"]
    for store in (reader, writer):
        store.close()


def test_a_full_disk_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "progress.sqlite3"
    learner = new_learner_id()
    store = open_store(f"sqlite:///{file}")
    store.answered(learner, "gates", "p", "kept", right=True)
    store.close()
    pages = 20  # of SQLite's, as many as there is room for

    @event.listens_for(store.engine, "connect")
    def bound(connection: object, _entry: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")  # type: ignore[attr-defined]

    def fill() -> None:
        for number in range(100):
            store.answered(learner, "gates", f"p{number}", "x" * 8000, right=True)

    with pytest.raises(StoreError) as raised:
        fill()
    assert str(raised.value) == f"The disk is full: the file {file} cannot grow"
    assert store.progress(learner).lessons["gates"].answers["p"].answer == "kept"
    assert store.delete(learner) > 1, "there is room again"
    store.close()


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    file = tmp_path / "progress.sqlite3"
    store = open_store(f"sqlite:///{file}")
    learner = new_learner_id()
    for number in range(50):
        store.answered(learner, "gates", f"p{number}", "x" * 1000, right=True)
    store.close()
    for log in tmp_path.glob("*-wal"):
        log.unlink()
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(StoreError, match="is damaged: put a copy back, or move it away"):
        store.progress(learner)
    store.close()


def test_another_program_that_keeps_it_locked_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "SECONDS_TO_WAIT", 0.1)
    file = tmp_path / "progress.sqlite3"
    store = open_store(f"sqlite:///{file}")
    other = create_engine(f"sqlite:///{file}")
    with other.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="is kept locked by another program"):
            store.reached(new_learner_id(), "gates", "one")
    store.reached(new_learner_id(), "gates", "one")
    store.close()
    other.dispose()


def test_what_is_committed_waits_for_the_disk(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'progress.sqlite3'}")
    with store.engine.connect() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
    assert found == ["wal", 2, 1]  # 2 is FULL
    store.close()


# Where it is kept --------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A user's data folder of its own, and no setting."""
    monkeypatch.delenv("UNROLLED_DATABASE", raising=False)
    monkeypatch.setattr(database, "user_data_path", lambda name, appauthor: tmp_path / "d" / name)
    monkeypatch.setattr(opening, "_STORES", {})
    yield tmp_path / "d" / "unrolled"
    for store in opening._STORES.values():
        store.close()


def test_without_a_setting_it_is_a_file_of_this_user_alone(home: Path) -> None:
    store = open_store()
    assert store.where == f"the file {home / 'progress.sqlite3'}"
    assert (home / "progress.sqlite3").exists()
    if os.name != "nt":
        assert home.stat().st_mode & 0o777 == 0o700
    assert open_store() is store


def test_to_look_where_it_would_be_makes_nothing(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"database: the file {home / 'progress.sqlite3'}",
        "named by: nothing; UNROLLED_DATABASE can name another one",
        "revision: none yet; the app makes the file at its first start",
    ]
    assert not home.exists()


def test_the_setting_names_another(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir(parents=True)
    monkeypatch.setenv("UNROLLED_DATABASE", f"sqlite:///{home / 'mine.db'}")
    assert open_store().where == f"the file {home / 'mine.db'}"
    assert open_store(f"sqlite:///{home / 'other.db'}").where == f"the file {home / 'other.db'}"
    assert not (home / "progress.sqlite3").exists()


def test_a_folder_that_cannot_be_made_is_said(home: Path) -> None:
    home.parent.write_text("a file")
    with pytest.raises(StoreError) as raised:
        open_store()
    said = str(raised.value)
    assert said.startswith(f"The folder {home} cannot be made: ")
    assert said.endswith("; UNROLLED_DATABASE can name another database")


# PostgreSQL --------------------------------------------------------------------------------------


def test_a_server_that_does_not_answer_is_said() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        port = nobody.getsockname()[1]
        said = refused(f"postgresql+psycopg://me:{SECRET}@127.0.0.1:{port}/school")
    assert said == (
        f"The database school on 127.0.0.1:{port} does not answer: "
        "is the server running, and are host and port right"
    )


def test_a_server_that_is_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "SECONDS_TO_CONNECT", 2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        said = refused(f"postgresql+psycopg://me:{SECRET}@127.0.0.1:{port}/school")
    assert "does not answer" in said


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://me:{secret}/x@127.0.0.1:1/school",
        "postgresql+psycopg://127.0.0.1:1/{secret}@host/school",
        "postgresql+psycopg://me@127.0.0.1:1/school?password={secret}",
        "postgresql+psycopg://me:{secret}@127.0.0.1:1/school?sslpassword={secret}",
        "postgresql+psycopg://me:a@{secret}@127.0.0.1:1/school",
    ],
)
def test_a_password_in_an_odd_place_is_not_shown_either(url: str) -> None:
    refused(url.format(secret=SECRET))


def test_a_wrong_password_and_a_wrong_name_are_said(postgresql: str) -> None:
    right = make_url(postgresql)
    wrong = right.set(password=SECRET).render_as_string(hide_password=False)
    assert refused(wrong).endswith("does not let this user in: check user and password")
    missing = right.set(database="none-such").render_as_string(hide_password=False)
    assert 'database "none-such" does not exist' in refused(missing)
    assert right.password
    assert right.password not in refused(missing)


def test_a_user_without_rights_is_said(empty_schema: str) -> None:
    admin = create_engine(empty_schema)
    user = f"guest_{new_learner_id()[:8]}"
    with admin.begin() as connection:
        connection.execute(text(f"CREATE ROLE {user} LOGIN PASSWORD '{SECRET}'"))
    guest = make_url(empty_schema).set(username=user, password=SECRET)
    said = refused(guest.render_as_string(hide_password=False))
    with admin.begin() as connection:
        connection.execute(text(f"DROP ROLE {user}"))
    admin.dispose()
    assert said.endswith("does not give this user the right to make and use tables")


def test_a_connection_that_the_server_closed_is_made_anew(empty_schema: str) -> None:
    store = open_store(empty_schema)
    learner = new_learner_id()
    store.reached(learner, "gates", "one")
    other = create_engine(empty_schema)
    with other.connect() as connection:  # as when the server was started anew
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
                "pg_backend_pid() AND backend_type = 'client backend'"
            )
        )
    other.dispose()
    store.reached(learner, "gates", "two")
    assert list(store.progress(learner).lessons["gates"].steps) == ["one", "two"]
    store.close()


def test_where_it_is_kept_names_no_user(empty_schema: str) -> None:
    store = open_store(empty_schema)
    assert store.where == f"the database postgres on 127.0.0.1:{store.engine.url.port}"
    store.close()


# The command line --------------------------------------------------------------------------------


def test_the_command_shows_and_upgrades(
    database: str,
    learner: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("UNROLLED_DATABASE", database)
    assert main([]) == 0
    assert "revision: none yet" in capsys.readouterr().out
    assert main(["upgrade"]) == 0
    store = open_store(database)
    store.reached(learner, "gates", "one")
    store.reached(learner, "gates", "two")
    capsys.readouterr()
    assert main([]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"database: {store.where}",
        "named by: UNROLLED_DATABASE",
        "revision: 0001 (the newest)",
        "learners: 1",
        "steps: 2",
        "answers: 0",
        "challenges: 0",
    ]
    store.close()


def test_to_look_makes_no_file(tmp_path: Path) -> None:
    file = tmp_path / "progress.sqlite3"
    done = subprocess.run(
        [sys.executable, "-m", "store"],
        cwd=start.ROOT,
        env={**os.environ, "UNROLLED_DATABASE": f"sqlite:///{file}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    assert "revision: none yet; the app makes the file at its first start" in done.stdout
    assert not file.exists()


def test_what_the_command_cannot_do_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UNROLLED_DATABASE", SECRET)
    for arguments in ([], ["upgrade"]):
        assert main(arguments) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("This is no URL of a database")


def test_one_server_that_is_silent_holds_up_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "SECONDS_TO_CONNECT", 5)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"postgresql+psycopg://me@127.0.0.1:{silent.getsockname()[1]}/school"

        def wait() -> None:
            with pytest.raises(StoreError):
                open_store(url)

        waiting = threading.Thread(target=wait)
        waiting.start()
        store = open_store(f"sqlite:///{tmp_path / 'progress.sqlite3'}")
        assert isinstance(store, Store)
        assert waiting.is_alive(), "the other still waits for its answer"
        store.close()
    waiting.join()
