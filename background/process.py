"""A worker as the server sees it: a Python of its own, spoken to over its standard streams.

It is started by `python -m background.worker` and not by multiprocessing: that would run the
server's main module anew in it, which may be Streamlit's command line or uvicorn, and would give
it the server's environment, in which the number of BLAS threads cannot be set before NumPy comes.

The worker ends when its standard input does, which the system closes with the server, however that
ended. It is in a session of its own: a Ctrl-C in the terminal is the server's alone to answer.
"""

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# One thread each: the matrices are small, and there is a worker for every core.
ONE_THREAD = (
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
SECONDS_TO_END = 5.0
# On Windows; elsewhere a process nices itself.
BEHIND_THE_PAGES = 0
if sys.platform == "win32":
    BEHIND_THE_PAGES = subprocess.BELOW_NORMAL_PRIORITY_CLASS | subprocess.CREATE_NO_WINDOW
    BEHIND_THE_PAGES |= subprocess.CREATE_NEW_PROCESS_GROUP


def one_thread() -> dict[str, str]:
    """The environment of a process that trains or measures."""
    return os.environ | dict.fromkeys(ONE_THREAD, "1")


class WorkerProcess:
    """One worker. `heard(worker, message)` and, at its end, `ended(worker, code)` are called from
    a thread of the worker's own."""

    def __init__(
        self,
        heard: Callable[["WorkerProcess", Any], None],
        ended: Callable[["WorkerProcess", int], None],
    ) -> None:
        self._heard, self._ended = heard, ended
        self._process = _start()
        name = f"training {self._process.pid}"
        self._thread = threading.Thread(target=self._listen, name=name, daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: object) -> None:
        """Says something; to one that has ended, nothing, for `ended` is called anyway."""
        assert self._process.stdin
        try:
            pickle.dump(message, self._process.stdin)
            self._process.stdin.flush()
        except (OSError, ValueError):  # ValueError: it was let end
            return

    def let_end(self) -> None:
        """It keeps what it is training, and ends."""
        assert self._process.stdin
        try:
            self._process.stdin.close()
        except OSError:
            return

    def wait(self) -> None:
        """Until it has ended; one that does not is made to."""
        try:
            self._process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _listen(self) -> None:
        assert self._process.stdout
        try:
            with self._process.stdout as stream:
                while (message := _next(stream)) is not None:
                    self._heard(self, message)
        finally:
            self.let_end()
            self.wait()
            self._ended(self, self._process.returncode)


def _next(stream: Any) -> Any:
    """The next message; None where the worker has ended, be it in the middle of one."""
    try:
        return pickle.load(stream)
    except (EOFError, OSError, pickle.UnpicklingError):
        return None


def _start() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "background.worker"],
        cwd=ROOT,
        env=one_thread(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # on Windows the flags see to it
        creationflags=BEHIND_THE_PAGES,
    )
