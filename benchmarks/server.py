"""The app on a free loopback port, for the benchmarks that need a running server."""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import start

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def running_app(
    script: str = "app.py", environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Starts the real app, or another script, and yields its address once it is healthy; ends it
    afterwards. What it keeps is gone then."""
    with socket.socket() as probe:  # not start.free_port: it talks, and the figures are on stdout
        probe.bind((start.HOST, 0))
        port = probe.getsockname()[1]
    kept = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    own = {
        "UNROLLED_DATABASE": f"sqlite:///{kept.name}/progress.sqlite3",
        "UNROLLED_RUNS": f"{kept.name}/runs",
    }
    command = [sys.executable, *start.app_command(port)[1:]]
    command[command.index(str(start.ROOT / "app.py"))] = str(ROOT / script)
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=start.app_environment() | own | dict(environment or {}),
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
