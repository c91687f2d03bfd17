"""The PostgreSQL of the tests: found or installed, and gone when they are, however they end."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

import start
from tests import postgresql

pytest_plugins = ("tests.databases",)


def make_programs(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without PostgreSQL; Debian would put it into this folder."""
    monkeypatch.setattr(postgresql, "DEBIAN", tmp_path / "debian")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="programs are told by their names there")
def test_of_debians_versions_the_newest_whole_one_is_taken(nowhere: Path) -> None:
    assert postgresql.find_server() is None
    make_programs(nowhere / "debian" / "9" / "bin", "initdb", "postgres")
    fifteen = make_programs(nowhere / "debian" / "15" / "bin", "initdb", "postgres")
    make_programs(nowhere / "debian" / "17" / "bin", "psql")  # the client alone
    assert postgresql.find_server() == fifteen


@pytest.mark.skipif(sys.platform == "win32", reason="programs are told by their names there")
def test_one_on_the_path_is_taken_from_where_it_really_is(nowhere: Path) -> None:
    real = make_programs(nowhere / "opt" / "bin", "initdb", "postgres")
    links = make_programs(nowhere / "bin")
    (links / "initdb").symlink_to(real / "initdb")
    assert postgresql.find_server() == real


@pytest.mark.parametrize("installs", [True, False])
def test_root_on_debian_gets_the_package(
    installs: bool,
    nowhere: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = []

    def apt_get(package: str) -> None:
        asked.append(package)
        if installs:
            make_programs(nowhere / "debian" / "15" / "bin", "initdb", "postgres")

    monkeypatch.setattr(postgresql, "is_debian_root", lambda: True)
    monkeypatch.setattr(postgresql, "apt_get", apt_get)
    assert postgresql.main() == (0 if installs else 1)
    assert asked == ["postgresql"]
    said = capsys.readouterr().err
    assert said == "" if installs else said.startswith("Debian's package postgresql left no server")
    if installs:
        assert postgresql.main() == 0
        assert asked == ["postgresql"], "what is there is not installed again"


def test_a_package_that_cannot_be_had_is_one_line(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(postgresql, "is_debian_root", lambda: True)
    monkeypatch.setattr(start, "captured", lambda *command: (100, "E: no network"))
    assert postgresql.main() == 1
    assert capsys.readouterr().err == "apt-get could not install postgresql: E: no network\n"


def test_elsewhere_it_is_said_that_tests_are_skipped(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(postgresql, "is_debian_root", lambda: False)
    assert postgresql.main() == 0
    assert "the store's tests against it are skipped" in capsys.readouterr().out


INNER = """
import pytest
from tests.test_store import *
from tests import databases, postgresql
@pytest.fixture(autouse=True, scope="session")
def machine():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgresql, "find_server", lambda: None)
        patch.setattr(databases, "is_debian_root", lambda: {debian})
        yield
"""


@pytest.mark.parametrize(
    ("debian", "code", "said"),
    [
        (True, 1, "there is no PostgreSQL here: `python start.py test` installs it"),
        (False, 0, "there is no PostgreSQL here, and it is installed only for root on Debian"),
    ],
)
def test_without_it_tests_are_skipped_only_where_it_cannot_be_installed(
    debian: bool, code: int, said: str, tmp_path: Path
) -> None:
    inner = tmp_path / "test_inner.py"
    inner.write_text(INNER.format(debian=debian))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", "answers_stays or first_answer", inner,
         f"--rootdir={start.ROOT}", "-c", start.ROOT / "pyproject.toml", "-p", "no:cacheprovider"],
        cwd=start.ROOT,
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == code, done.stdout
    assert said in done.stdout
    assert "1 passed" in done.stdout, "SQLite needs nothing"


def test_the_server_ends_with_the_tests_even_if_they_are_killed(postgresql: str) -> None:
    """`postgresql` is asked for so that this is skipped where there is none."""
    script = (
        "import time\nfrom tests.postgresql import server\n"
        "with server() as url:\n    print(url, flush=True)\n    time.sleep(600)\n"
    )
    tests = subprocess.Popen(
        [sys.executable, "-c", script], cwd=start.ROOT, stdout=subprocess.PIPE, text=True
    )
    assert tests.stdout
    url = tests.stdout.readline().strip()
    port = int(url.rsplit(":", 1)[1].split("/")[0])
    assert start.is_busy(port)
    tests.kill()
    tests.communicate()
    end = time.monotonic() + 30
    while start.is_busy(port) and time.monotonic() < end:
        time.sleep(0.05)
    assert not start.is_busy(port)
