"""An app on a port of its own, as long as it is needed."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

import start
from tests.ports import own_port

THE_APP = start.ROOT / "app.py"


@contextmanager
def served(app: Path, log: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Its address, once it answers, served as start.py does; what it says goes to `log`."""
    port = own_port()
    command = [sys.executable, *start.app_command(port)[1:]]
    command[command.index(str(THE_APP))] = str(app)
    with log.open("w") as said:
        server = subprocess.Popen(
            command,
            cwd=start.ROOT,
            env=start.app_environment() | dict(environment),
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        try:
            start.wait_until_healthy(server, port)
        except start.Stop as reason:
            pytest.fail(f"{reason}\n{log.read_text()[-3000:]}", pytrace=False)
        yield f"http://{start.HOST}:{port}"
    finally:
        server.terminate()
        start.end_process(server)
