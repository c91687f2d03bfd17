"""The app on a free loopback port, for the benchmarks that need a running server."""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import start

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def running_app() -> Iterator[str]:
    """Starts the real app and yields its address once it is healthy; ends it afterwards."""
    with socket.socket() as probe:  # not start.free_port: it talks, and the figures are on stdout
        probe.bind((start.HOST, 0))
        port = probe.getsockname()[1]
    kept = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    database = {"UNROLLED_DATABASE": f"sqlite:///{kept.name}/progress.sqlite3"}
    process = subprocess.Popen(
        [sys.executable, *start.app_command(port)[1:]],
        cwd=ROOT,
        env=start.app_environment() | database,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        start.wait_until_healthy(process, port)
        yield f"http://{start.HOST}:{port}"
    finally:
        process.terminate()
        start.end_process(process)
        kept.cleanup()
