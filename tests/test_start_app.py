"""start.py once everything is there: the port, the app, the browser, and the end."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

import start


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.socket() as other:
        other.bind((start.HOST, 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_busy_port_is_said_and_the_next_free_one_taken(
    taken: int, capsys: pytest.CaptureFixture[str]
) -> None:
    port = start.free_port(taken)
    assert port > taken
    assert capsys.readouterr().out == f"Port {taken} is busy; taking {port}.\n"
    assert start.free_port(port) == port
    assert capsys.readouterr().out == ""


def test_no_free_port_at_all_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "is_busy", lambda port: True)
    with pytest.raises(start.Stop, match="ports 65530 to 65535 are all busy; name another one"):
        start.free_port(65530)


def serve_instead(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Lets start.py run a small program, which finds its port in the variable `port`."""
    monkeypatch.setattr(
        start, "app_command", lambda port: [sys.executable, "-c", f"port = {port}\n{program}"]
    )
    monkeypatch.setattr(start, "has_screen", lambda: True)
    monkeypatch.setattr(signal, "signal", lambda *_: None)


def test_an_app_that_cannot_start_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    serve_instead(monkeypatch, "exit(7)")
    with pytest.raises(start.Stop, match=r"ended before it answered \(exit code 7\)"):
        start.serve(start.PORT, browser=False)


@pytest.mark.parametrize("browser", [True, False])
def test_the_browser_opens_when_the_app_answers_and_its_exit_code_is_passed_on(
    browser: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = """
import http.server
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
        if self.path != "/_stcore/health": raise SystemExit(5)
    def log_message(self, *_): ...
http.server.HTTPServer(("127.0.0.1", port), Health).serve_forever()
"""
    opened: list[str] = []
    serve_instead(monkeypatch, program)

    def visit(url: str) -> None:
        opened.append(url)
        end(url)

    def end(url: str) -> None:
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
        connection.request("GET", "/end")
        connection.close()

    monkeypatch.setattr(start.webbrowser, "open", visit)
    if not browser:
        monkeypatch.setattr(start, "say", lambda line: end(line.split()[3]) if "at" in line else 0)
    assert start.serve(18700, browser) == 5
    assert [url.split(":")[1] for url in opened] == ["//127.0.0.1"] * browser


def test_it_serves_this_machine_alone_and_sends_nothing() -> None:
    options = start.app_command(8501)
    assert "--server.address=127.0.0.1" in options
    assert "--browser.gatherUsageStats=false" in options
    assert "OPENBLAS_NUM_THREADS" in start.app_environment()


if os.name != "nt":  # where Ctrl-C is a signal that a test can send

    @pytest.mark.parametrize("to_all", [True, False], ids=["ctrl-c", "terminate"])
    def test_it_stops_quietly_and_leaves_nothing_running(to_all: bool) -> None:
        script = (
            "import sys, start; start.prepare = lambda: None; start.PYTHON = sys.executable;"
            "sys.exit(start.main(['--no-browser', '--port', '18800']))"
        )
        app = subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=start.ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert app.stdout
        lines = iter(app.stdout.readline, "")
        port = int(next(line for line in lines if "Unrolled is at" in line).split()[3][17:])
        if to_all:
            os.killpg(app.pid, signal.SIGINT)  # as a terminal does
        else:
            app.terminate()
        _, errors = app.communicate(timeout=30)
        assert app.returncode == 0
        assert errors == ""
        assert not start.is_healthy(port)
        assert not start.is_busy(port)
