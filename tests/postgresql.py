"""The PostgreSQL that the store's tests use: `python -m tests.postgresql` installs Debian's package
where it can, and `server()` runs one of their own, in a temporary folder, on a free port.

A program of its own holds the server (`python -m tests.postgresql serve`) and ends it when its
input ends, so that none is left behind however the tests come to their end.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from start import ROOT, Stop, apt_get, end_process, is_debian_root, last_line, say

SECONDS_TO_START = 60
DEBIAN = Path("/usr/lib/postgresql")


def find_server() -> Path | None:
    """The folder that holds initdb and postgres, of the newest version; None where there is none.

    Debian keeps it off the PATH, and others may link only the client's programs there.
    """
    folders = sorted(DEBIAN.glob("*/bin"), key=lambda folder: int_of(folder.parent.name))
    if on_path := shutil.which("initdb"):
        folders.append(Path(on_path).resolve().parent)
    whole = [folder for folder in folders if shutil.which("postgres", path=str(folder))]
    return whole[-1] if whole else None


def int_of(version: str) -> int:
    return int(version) if version.isdigit() else 0


def main() -> int:
    """Sees to a server; the exit code. Where none can be installed the tests say what they skip."""
    try:
        if find_server() is None and is_debian_root():
            apt_get("postgresql")
            if find_server() is None:
                raise Stop(f"Debian's package postgresql left no server in {DEBIAN}")
    except Stop as reason:
        print(reason, file=sys.stderr)
        return 1
    if find_server() is None:
        say("No PostgreSQL here: the store's tests against it are skipped.")
    return 0


@contextmanager
def server() -> Iterator[str]:
    """The URL of a database on a fresh server, which ends with this."""
    holder = subprocess.Popen(
        [sys.executable, "-m", "tests.postgresql", "serve"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the tests; the holder ends after them
    )
    assert holder.stdin
    assert holder.stdout
    try:
        url = holder.stdout.readline().decode().strip()
        if not url:
            raise Stop("PostgreSQL could not be started; its reason stands above")
        yield url
    finally:
        holder.stdin.close()
        end_process(holder)
        holder.stdout.close()


def serve() -> int:
    """Starts a server, says its URL, and ends it when the input ends or when told to."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    programs = find_server()
    assert programs is not None
    # Not in the tests' own folder, which another user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="unrolled-postgresql-"))
    process = None
    try:
        password = secrets.token_hex(8)
        make_cluster(programs, folder, password)
        process, port = start_server(programs, folder)
        say(f"postgresql+psycopg://unrolled:{password}@127.0.0.1:{port}/postgres")
        sys.stdin.read()
    except Stop as reason:
        print(reason, file=sys.stderr)
        return 1
    finally:
        if process:
            process.send_signal(signal.SIGINT)  # "fast": connections are cut, data is written
            end_process(process)
        shutil.rmtree(folder)
    return 0


def as_who() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.name == "nt" or os.geteuid():
        return {}
    import pwd

    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise Stop("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


def make_cluster(programs: Path, folder: Path, password: str) -> None:
    secret = folder / "password"
    secret.write_text(password)
    who = as_who()
    if who:
        os.chown(folder, who["user"], who["group"])
        os.chown(secret, who["user"], who["group"])
    options = ["--username=unrolled", f"--pwfile={secret}", "--auth=scram-sha-256", "--no-sync"]
    done = subprocess.run(
        [programs / "initdb", "-D", folder / "data", *options, "--encoding=UTF8", "--locale=C"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        **who,
    )
    if done.returncode:
        raise Stop(f"initdb could not make a database: {last_line(done.stdout)}")


def start_server(programs: Path, folder: Path) -> "tuple[subprocess.Popen[bytes], int]":
    """On another port if somebody else was quicker to take the free one."""
    log = folder / "log"
    for _ in range(5):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = (f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=",
                    "fsync=off")  # fmt: skip
        with log.open("wb") as words:
            process = subprocess.Popen(
                [programs / "postgres", "-D", folder / "data", *(f"--{one}" for one in settings)],
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                cwd=folder,
                **as_who(),
            )
        if is_ready(process, folder / "data" / "postmaster.pid"):
            return process, port
    raise Stop(f"PostgreSQL did not start: {last_line(log.read_text('utf-8', 'replace'))}")


def is_ready(process: "subprocess.Popen[bytes]", state: Path) -> bool:
    """Whether it came up; if not, it has ended."""
    end = time.monotonic() + SECONDS_TO_START
    while process.poll() is None:
        if state.exists() and state.read_text("utf-8").rstrip().endswith("ready"):
            return True
        if time.monotonic() > end:
            process.terminate()
            end_process(process)
        time.sleep(0.02)
    return False


if __name__ == "__main__":
    sys.exit(serve() if sys.argv[1:] == ["serve"] else main())
